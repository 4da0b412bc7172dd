import { and, eq, isNull, sql } from "drizzle-orm"
import type { ReleaseAnswer } from "../../../shared/contract-purchase.js"
import { holdUntil } from "../lease/pick.js"
import { leases, numbers, purchases, visits } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import type { Site } from "../store/db.js"
import { type Fault, Refusal } from "../store/refusal.js"
import { readPhone } from "../value/phone.js"
import { describeNumber, findNumberByPhone, type NumberRow } from "./number.js"
import { listPools } from "./pool.js"

/** A number that is about to be given back. */
export interface Releasing {
  readonly e164: string
  /** What it was before: it is again where the carrier keeps it. */
  readonly state: NumberRow["state"]
}

/**
 * The numbers that a request wants to give back, as the site has them. Refuses what is no number of the site, and (409),
 * unless `force` is set, one that a visit holds at this moment: its visitor would call a stranger. All or none.
 */
export function readReleases(site: Site, texts: readonly string[], force: boolean): Releasing[] {
  const { country } = readSettings(site)
  const faults: Fault[] = []
  const held: Fault[] = []
  const releases = texts.map((text, index) => {
    const path = `numbers.${index}`
    const row = findNumberByPhone(site, readPhone(text, country) ?? "")
    if (!row) {
      faults.push({ path, message: "is no number of this site" })
      return { e164: "", state: "active" as const }
    }
    const until = force ? null : heldUntil(site, row)
    if (until !== null)
      held.push({ path, message: `${row.e164} is shown to a visitor, until ${new Date(until).toISOString()} at least` })
    return { e164: row.e164, state: row.state }
  })
  if (faults.length === 0 && new Set(releases.map(({ e164 }) => e164)).size < releases.length)
    faults.push({ path: "numbers", message: "must not name a number twice" })
  if (faults.length > 0) throw new Refusal("invalid", "the request is not valid", faults)
  if (held.length > 0)
    throw new Refusal("conflict", "retire such numbers and release them when they rest, or set force", held)
  return releases
}

/** Retires a number before its carrier is told to take it back: from now on it is shown to nobody. */
export function retireNumber(site: Site, e164: string): void {
  site.db.update(numbers).set({ state: "retired" }).where(eq(numbers.e164, e164)).run()
}

/** Takes down what the carrier made of it. A kept number is what it was; calls, leases and the number itself stay in the history. */
export function settleRelease(
  site: Site,
  { e164, state }: Releasing,
  outcome: Pick<ReleaseAnswer, "state" | "detail">,
): ReleaseAnswer {
  if (outcome.state === "kept") site.db.update(numbers).set({ state }).where(eq(numbers.e164, e164)).run()
  if (outcome.state === "released")
    site.db
      .update(purchases)
      .set({ state: "released", settled_at: site.now })
      .where(and(eq(purchases.e164, e164), eq(purchases.state, "bought")))
      .run()
  const row = findNumberByPhone(site, e164)
  if (!row) throw new Error("a number is never erased on its own")
  return { e164, ...outcome, number: describeNumber(site, row) }
}

/** When the last visit that holds the number lets go of it, ms; null: none does. */
function heldUntil(site: Site, number: NumberRow): number | null {
  const pool = listPools(site).find(({ id }) => id === number.pool_id)
  if (!pool) return null
  const holders = site.db
    .select({ seen_at: visits.seen_at, hidden: visits.hidden })
    .from(leases)
    .innerJoin(visits, eq(visits.id, leases.visit_id))
    // `shared >= 0` is always true: with it SQLite takes the index of open leases.
    .where(and(eq(leases.number_id, number.id), sql`${leases.shared} >= 0`, isNull(leases.until_at)))
    .all()
  const until = Math.max(0, ...holders.map((visit) => holdUntil(visit, pool.idle_ms)))
  return until > site.now ? until : null
}
