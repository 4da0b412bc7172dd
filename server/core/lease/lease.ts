import { eq, sql } from "drizzle-orm"
import { HIDDEN_HOLD_MS } from "../../../shared/protocol.js"
import type { PoolRow } from "../number/pool.js"
import { type LeaseKey, leases, numbers, visits } from "../schema/schema.js"
import { bound, type Db, prepareOnce, runnerOf, type Site } from "../store/db.js"
import { dayOfId, idAt } from "../store/id.js"
import {
  hasUnreserved,
  holdersOf,
  holdsOf,
  holdUntil,
  OPEN_ON_NUMBER,
  type Pick,
  pickNumber,
  pickOf,
  quietestHeld,
  raiseRest,
  restUntil,
  sameAsBefore,
} from "./pick.js"

/** A number lent to a visit. */
export interface Lease {
  readonly number_id: number
  readonly id: number
  readonly e164: string
  readonly shared: boolean
}

/** What a pool answers to a visit that asks for a number: a lease, and whether the pool was full. */
export interface Grant {
  readonly lease: Lease | undefined
  readonly overflow: "shared" | "static" | "original" | null
  /** The static number that is shown where the pool was full. */
  readonly instead?: { readonly id: number; readonly e164: string } | undefined
}

const statements = prepareOnce((db: Db) => {
  const value = sql.placeholder
  return {
    opened: db
      .select({
        number: leases.number_id,
        id: leases.id,
        pool: leases.pool_id,
        seen_at: visits.seen_at,
        hidden: visits.hidden,
      })
      .from(leases)
      .leftJoin(visits, eq(visits.id, leases.visit_id))
      .where(sql`${leases.until_at} is null and ${leases.id} < ${value("before")}`)
      .limit(value("limit"))
      .prepare(),
    instead: db
      .select({ id: numbers.id, e164: numbers.e164 })
      .from(numbers)
      .where(
        sql`${numbers.id} = ${value("number")} and ${numbers.kind} = 'static' and ${numbers.state} = 'active' and coalesce(${numbers.valid_from}, 0) <= ${value("now")} and coalesce(${numbers.valid_until}, ${value("now")} + 1) > ${value("now")}`,
      )
      .prepare(),
    // By its whole key: SQLite then writes the one row where it found it, and makes no list of what it is about to change.
    close: runnerOf(
      db
        .update(leases)
        .set({ seen_at: bound("seen"), until_at: bound("until") })
        .where(
          sql`${leases.day} = ${value("day")} and ${leases.number_id} = ${value("number")} and ${leases.id} = ${value("lease")} and ${leases.until_at} is null`,
        )
        .prepare(),
    ),
    closeAll: db
      .update(leases)
      .set({
        seen_at: sql`coalesce((select seen_at from visits v where v.id = ${leases.visit_id}), ${value("now")})`,
        until_at: sql`min(${value("now")}, coalesce((select v.seen_at + case when v.hidden then ${value("hidden")} else ${value("idle")} end from visits v where v.id = ${leases.visit_id}), ${value("now")}))`,
      })
      .where(OPEN_ON_NUMBER)
      .prepare(),
    markShared: db
      .update(leases)
      .set({ shared: sql`${leases.id}` })
      .where(sql`${leases.number_id} = ${value("number")} and ${leases.until_at} is null and ${leases.shared} = 0`)
      .prepare(),
    open: runnerOf(
      db
        .insert(leases)
        .values({
          day: bound("day"),
          number_id: bound("number"),
          id: bound("lease"),
          visit_id: bound("visit"),
          pool_id: bound("pool"),
          shared: bound("shared"),
        })
        .prepare(),
    ),
    find: db
      .select({
        id: leases.id,
        number_id: leases.number_id,
        pool_id: leases.pool_id,
        until_at: leases.until_at,
        shared: leases.shared,
        e164: numbers.e164,
        state: numbers.state,
        current_pool: numbers.pool_id,
      })
      .from(leases)
      .innerJoin(numbers, eq(numbers.id, leases.number_id))
      .where(
        sql`${leases.day} = (select ${value("day")}) and ${leases.number_id} = (select ${value("number")}) and ${leases.id} = (select ${value("lease")})`,
      )
      .prepare(),
  }
})

/** Who asks for a number. */
export interface Applicant {
  readonly id: number
  readonly visitor: number
  /** Its source's channel: numbers are set apart by channel. Asked for only where a number must be picked. */
  readonly channel: () => string
  /** Whether a paid click brought it: a part of the pool may be kept for those. */
  readonly paid: boolean
}

/**
 * The number of `pool` for a visit: the one its visitor saw before if nobody else holds it, else the longest-idle free
 * one of its channel's share, else the longest-idle free one of all, else what the pool's overflow policy says. Never two
 * open exclusive leases on one number.
 */
export function takeLease(site: Site, pool: PoolRow, visit: Applicant, before: readonly LeaseKey[]): Grant {
  const known = sameAsBefore(site, pool, visit.visitor, before)
  const number = known ?? pickNumber(site, pool, visit)
  if (!number) return fullFor(site, pool, visit)
  if (!known && number.until <= site.now && isReserved(site, pool, visit)) {
    const held = pool.overflow === "share" ? quietestHeld(site, pool) : undefined
    return held ? { lease: share(site, pool, visit.id, held), overflow: "shared" } : fullFor(site, pool, visit)
  }
  if (number.until <= site.now) return { lease: grant(site, pool, visit.id, number), overflow: null }
  if (pool.overflow !== "share") return fullFor(site, pool, visit)
  return { lease: share(site, pool, visit.id, number), overflow: number.left ? null : "shared" }
}

/** What a visit sees when no number of the pool is for it: its channel's overflow number, else the page's own. */
function fullFor(site: Site, pool: PoolRow, visit: Applicant): Grant {
  if (pool.overflow !== "static") return { lease: undefined, overflow: "original" }
  const byChannel = new Map(pool.overflow_numbers)
  const number = byChannel.get(visit.channel()) ?? byChannel.get("")
  const instead = number === undefined ? undefined : statements(site).instead.all({ number, now: site.now })[0]
  return { lease: undefined, overflow: instead ? "static" : "original", instead }
}

/** Whether no more numbers are free than are kept for visits of paid clicks, and this is none of those. */
function isReserved(site: Site, pool: PoolRow, visit: Applicant): boolean {
  return pool.reserve > 0 && !visit.paid && !hasUnreserved(site, pool)
}

/** The visit's own lease in this pool, while it still holds it and the number is still the pool's to show. */
export function findLease(site: Site, pool: PoolRow, held: readonly LeaseKey[]): Lease | undefined {
  for (const [number, lease] of held) {
    const row = statements(site).find.all(keyOf(number, lease))[0]
    if (row?.until_at === null && row.pool_id === pool.id && row.current_pool === pool.id && row.state === "active")
      return { number_id: row.number_id, id: row.id, e164: row.e164, shared: row.shared !== 0 }
  }
  return undefined
}

/** Whether every lease of a visit is still open: false once one was taken away for silence. */
export function holdsAll(site: Site, held: readonly LeaseKey[]): boolean {
  return held.every(([number, lease]) => statements(site).find.all(keyOf(number, lease))[0]?.until_at === null)
}

/** After a page was hidden: when its numbers are free is known now, so they say so. */
export function shortenHold(
  site: Site,
  held: readonly LeaseKey[],
  idleOf: (pool: number) => PoolRow | undefined,
): void {
  for (const [number, lease] of held) {
    const row = statements(site).find.all(keyOf(number, lease))[0]
    const pool = row && idleOf(row.pool_id)
    if (!pool || row.until_at !== null) continue
    restUntil(site, number, pickOf(site, pool, { id: number, e164: row.e164 }).until)
  }
}

/** Ends a visit's leases now: a new visit of the same visitor takes over, or consent was withdrawn. */
export function releaseLeases(site: Site, visit: { id: number; seen_at: number }, held: readonly LeaseKey[]): void {
  for (const [number, lease] of held) {
    const holders = holdersOf(site, number)
    if (!holders.some((holder) => holder.id === lease)) continue
    statements(site).close({ ...keyOf(number, lease), seen: visit.seen_at, until: site.now })
    if (holders.length === 1) restUntil(site, number, site.now)
  }
}

/**
 * Closes leases whose hold has passed, oldest first, at most `limit`. Nothing depends on it: a lapsed lease is closed when
 * its number is lent again, and readers judge by the hold. It keeps the history tidy where traffic is thin.
 */
export function closeLapsed(site: Site, poolOf: (pool: number) => PoolRow | undefined, limit: number): number {
  const open = statements(site).opened.all({ before: idAt(site.now - HIDDEN_HOLD_MS), limit })
  let closed = 0
  for (const lease of open) {
    const pool = poolOf(lease.pool)
    const until =
      lease.seen_at === null || !pool
        ? site.now
        : holdUntil({ seen_at: lease.seen_at, hidden: lease.hidden ?? false }, pool.idle_ms)
    if (until > site.now) continue
    statements(site).close({ ...keyOf(lease.number, lease.id), seen: lease.seen_at ?? until, until })
    raiseRest(site, lease.number, until)
    closed++
  }
  return closed
}

function grant(site: Site, pool: PoolRow, visit: number, { id, e164, until, held }: Pick): Lease {
  const { close, closeAll } = statements(site)
  if (held) close({ ...keyOf(id, held.lease), seen: held.seen, until: Math.min(site.now, until) })
  else closeAll.run({ number: id, now: site.now, ...holdsOf(pool) })
  return open(site, pool, visit, id, e164, false)
}

/** All are busy: the number silent longest is the least likely to ring. Both leases say that they share it. */
function share(site: Site, pool: PoolRow, visit: number, { id, e164 }: Pick): Lease {
  statements(site).markShared.run({ number: id })
  return open(site, pool, visit, id, e164, true)
}

function open(site: Site, pool: PoolRow, visit: number, number: number, e164: string, shared: boolean): Lease {
  const lease = site.newId()
  statements(site).open({ ...keyOf(number, lease), visit, pool: pool.id, shared: shared ? lease : 0 })
  restUntil(site, number, site.now + pool.idle_ms)
  return { number_id: number, id: lease, e164, shared }
}

function keyOf(number: number, lease: number): { day: number; number: number; lease: number } {
  return { day: dayOfId(lease), number, lease }
}
