import { and, desc, eq, sql } from "drizzle-orm"
import type { Placing, PurchaseAnswer } from "../../../shared/contract-purchase.js"
import { purchases } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import type { Site } from "../store/db.js"
import { encodeId } from "../store/id.js"
import { type Fault, invalid, Refusal } from "../store/refusal.js"
import { readPhone } from "../value/phone.js"
import { addNumbers, describeNumber, findNumberByPhone, updateNumber } from "./number.js"
import { findPool } from "./pool.js"

/** A purchase as it is stored. */
export type PurchaseRow = typeof purchases.$inferSelect

/** A purchase that was just taken down. */
export interface Ordered {
  readonly row: PurchaseRow
  /** It was open before: the carrier may have been asked for this number already. */
  readonly again: boolean
}

/**
 * Takes down what is about to be bought, before anybody is asked for it: whatever happens then, it is known that this
 * number may have been ordered. A number that was bought here before is answered as it is; one that is the site's for
 * another reason is refused. All or none.
 */
export function orderNumbers(
  site: Site,
  { carrier, numbers, placing }: { carrier: string; numbers: readonly string[]; placing: Placing },
): Ordered[] {
  if (placing.kind === "pool" && !findPool(site, placing.pool)) throw invalid("pool", "is no pool of this site")
  const { country } = readSettings(site)
  const faults: Fault[] = []
  const wanted = numbers.map((text, index) => {
    const path = `numbers.${index}`
    const e164 = readPhone(text, country)
    if (e164 === undefined) faults.push({ path, message: "must be a phone number, best in E.164: +15551230199" })
    else if (!findKept(site, carrier, e164)) {
      const known = findNumberByPhone(site, e164)
      if (known && !(known.kind === placing.kind && isReleased(site, e164)))
        faults.push({ path, message: `${e164} is one of the site's numbers already` })
    }
    return e164 ?? ""
  })
  if (faults.length === 0 && new Set(wanted).size < wanted.length)
    faults.push({ path: "numbers", message: "must not name a number twice" })
  if (faults.length > 0) throw new Refusal("invalid", "the request is not valid", faults)
  return wanted.map((e164) => order(site, carrier, e164, placing))
}

function order(site: Site, carrier: string, e164: string, placing: Placing): Ordered {
  const known = findKept(site, carrier, e164)
  if (known?.state === "bought") return { row: known, again: true }
  if (known) {
    site.db.update(purchases).set({ placing }).where(eq(purchases.id, known.id)).run()
    return { row: { ...known, placing }, again: true }
  }
  const elsewhere = site.db.select().from(purchases).where(kept(e164)).all()[0]
  if (elsewhere) throw new Refusal("conflict", `${e164} is being bought from ${elsewhere.carrier}: sync it first`)
  const row: PurchaseRow = {
    id: site.newId(),
    carrier,
    e164,
    placing,
    state: "ordered",
    accepted: false,
    detail: null,
    ordered_at: site.now,
    settled_at: null,
  }
  site.db.insert(purchases).values(row).run()
  return { row, again: false }
}

function kept(e164: string) {
  return and(eq(purchases.e164, e164), sql`${purchases.state} not in ('failed', 'released')`)
}

/** Whether a number was bought here once and given back. */
function isReleased(site: Site, e164: string): boolean {
  const row = site.db.select().from(purchases).where(eq(purchases.e164, e164)).orderBy(desc(purchases.id)).limit(1)
  return row.all()[0]?.state === "released"
}

/** The purchase of this number that did not fail, nor was given back. One at another carrier is none of this one. */
function findKept(site: Site, carrier: string, e164: string): PurchaseRow | undefined {
  const row = site.db.select().from(purchases).where(kept(e164)).all()[0]
  return row?.carrier === carrier ? row : undefined
}

/** What a carrier made of a purchase. `ordered` keeps it open; `accepted`: the carrier took it, and delivers later. */
export interface Outcome {
  readonly state: "bought" | "ordered" | "failed"
  readonly accepted?: boolean
  readonly detail?: string
}

/**
 * Takes down what became of a purchase. A bought number joins the site's numbers in the same transaction, once: it may
 * have been added by hand in the meantime, and then stays as it was. One that was given back before has its history again.
 */
export function settlePurchase(site: Site, id: number, { state, accepted, detail }: Outcome): PurchaseAnswer {
  const before = site.db.select().from(purchases).where(eq(purchases.id, id)).all()[0]
  if (!before) throw new Error("a purchase is never erased on its own")
  if (before.state !== "ordered") return describePurchase(site, before)
  if (state === "bought") place(site, before)
  const row: PurchaseRow = {
    ...before,
    state,
    accepted: accepted ?? before.accepted,
    detail: detail ?? null,
    settled_at: state === "ordered" ? null : site.now,
  }
  site.db.update(purchases).set(row).where(eq(purchases.id, id)).run()
  return describePurchase(site, row)
}

function place(site: Site, { e164, placing }: PurchaseRow): void {
  const known = findNumberByPhone(site, e164)
  if (!known) addNumbers(site, [{ e164, ...placing }])
  else if (known.state === "retired" && known.kind === placing.kind) {
    const where = placing.kind === "pool" ? { pool: placing.pool } : { source: placing.source }
    updateNumber(site, encodeId("num", known.id), { state: "active", ...where })
  }
}

/** The carrier's purchases in any of these states, oldest first. */
export function listPurchases(
  site: { readonly db: Site["db"] },
  carrier: string,
  state: "ordered" | "bought",
): PurchaseRow[] {
  return site.db
    .select()
    .from(purchases)
    .where(and(eq(purchases.carrier, carrier), eq(purchases.state, state)))
    .orderBy(purchases.id)
    .all()
}

/** A purchase in the public shape. */
export function describePurchase(site: Site, { e164, state, detail }: PurchaseRow): PurchaseAnswer {
  const number = state === "bought" ? findNumberByPhone(site, e164) : undefined
  return { e164, state, detail, number: number ? describeNumber(site, number) : null }
}
