import { eq, sql } from "drizzle-orm"
import { HIDDEN_HOLD_MS } from "../../shared/protocol.js"
import { bound, type Db, prepareOnce, type Site } from "./db.js"
import { idAt } from "./id.js"
import type { PoolRow } from "./pool.js"
import { type LeaseKey, leases, numbers, visits } from "./schema.js"

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
  // `shared >= 0` is always true: it makes SQLite take the index of open leases, and not walk the number's whole history.
  const openOnNumber = sql`${leases.number_id} = (select ${value("number")}) and ${leases.shared} >= 0 and ${leases.until_at} is null`
  // Of an erased visit nothing is left: it holds nothing. In raw names, because drizzle drops a column's table in a select
  // whose joins it did not make itself.
  const weight = {
    until: sql<number>`coalesce(max(v.seen_at + case when v.hidden then ${value("hidden")} else ${value("idle")} end), 0)`,
    quiet: sql<number>`coalesce(max(v.seen_at + case when v.hidden then 0 else ${value("quiet")} end), 0)`,
    left: sql<number>`coalesce(min(v.hidden), 1)`,
    seen: sql<number>`coalesce(max(v.seen_at), 0)`,
    holders: sql<number>`count(v.id)`,
  }
  return {
    // The first of a share, and its holders in one row. The sub-select keeps SQLite from planning the query again for every
    // pool id, and a bound limit would make it do so at every run: each costs ten times what the pick does.
    head: db
      .select({
        id: sql<number | null>`head.id`,
        e164: sql<string>`head.e164`,
        busy_until: sql<number>`head.busy_until`,
        ...weight,
      })
      .from(
        sql`(select id, e164, busy_until from ${numbers} where pool_id = (select ${value("pool")}) and share = (select ${value("share")}) and state = 'active' order by busy_until limit 1) head
          left join ${leases} l on l.number_id = head.id and l.shared >= 0 and l.until_at is null
          left join ${visits} v on v.id = l.visit_id`,
      )
      .prepare(),
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
    // Where all of a share are held: the first to come free. A dozen is enough, a larger share is seldom held as a whole.
    queue: db
      .select({ id: numbers.id, e164: numbers.e164 })
      .from(numbers)
      .where(sql`pool_id = (select ${value("pool")}) and share = (select ${value("share")}) and state = 'active'`)
      .orderBy(sql`${numbers.busy_until} limit 12`)
      .prepare(),
    // Numbers that may be free: each bound is a lower one.
    maybeFree: db
      .select({ id: numbers.id, e164: numbers.e164 })
      .from(numbers)
      .where(
        sql`pool_id = (select ${value("pool")}) and state = 'active' and ${numbers.busy_until} <= (select ${value("now")})`,
      )
      .prepare(),
    instead: db
      .select({ id: numbers.id, e164: numbers.e164 })
      .from(numbers)
      .where(
        sql`${numbers.id} = ${value("number")} and ${numbers.kind} = 'static' and ${numbers.state} = 'active' and coalesce(${numbers.valid_from}, 0) <= ${value("now")} and coalesce(${numbers.valid_until}, ${value("now")} + 1) > ${value("now")}`,
      )
      .prepare(),
    all: db
      .select({ id: numbers.id, e164: numbers.e164 })
      .from(numbers)
      .where(sql`pool_id = (select ${value("pool")}) and state = 'active'`)
      .orderBy(numbers.id)
      .prepare(),
    number: db
      .select({ id: numbers.id, e164: numbers.e164, pool_id: numbers.pool_id, state: numbers.state })
      .from(numbers)
      .where(eq(numbers.id, value("number")))
      .prepare(),
    holders: db
      .select({
        id: leases.id,
        seen_at: visits.seen_at,
        hidden: visits.hidden,
        visitor: sql<number>`coalesce(${visits.visitor_id}, ${visits.id})`,
      })
      .from(leases)
      .leftJoin(visits, eq(visits.id, leases.visit_id))
      .where(openOnNumber)
      .prepare(),
    // One row a number, however many share it: a flood must not make every pick read what the flood left.
    weigh: db
      .select(weight)
      .from(sql`${leases} l left join ${visits} v on v.id = l.visit_id`)
      .where(sql`l.number_id = (select ${value("number")}) and l.shared >= 0 and l.until_at is null`)
      .prepare(),
    closeOne: db
      .update(leases)
      .set({ seen_at: bound("seen"), until_at: bound("until") })
      .where(openOnNumber)
      .prepare(),
    closeAll: db
      .update(leases)
      .set({
        seen_at: sql`coalesce((select seen_at from visits v where v.id = ${leases.visit_id}), ${value("now")})`,
        until_at: sql`min(${value("now")}, coalesce((select v.seen_at + case when v.hidden then ${value("hidden")} else ${value("idle")} end from visits v where v.id = ${leases.visit_id}), ${value("now")}))`,
      })
      .where(openOnNumber)
      .prepare(),
    rest: db
      .update(numbers)
      .set({ busy_until: bound("until") })
      .where(eq(numbers.id, value("number")))
      .prepare(),
    raise: db
      .update(numbers)
      .set({ busy_until: bound("until") })
      .where(sql`${numbers.id} = ${value("number")} and ${numbers.busy_until} < ${value("until")}`)
      .prepare(),
    close: db
      .update(leases)
      .set({ seen_at: bound("seen"), until_at: bound("until") })
      .where(
        sql`${leases.number_id} = (select ${value("number")}) and ${leases.id} = (select ${value("lease")}) and until_at is null`,
      )
      .prepare(),
    markShared: db
      .update(leases)
      .set({ shared: sql`${leases.id}` })
      .where(sql`${leases.number_id} = ${value("number")} and ${leases.until_at} is null and ${leases.shared} = 0`)
      .prepare(),
    open: db
      .insert(leases)
      .values({
        number_id: bound("number"),
        id: bound("lease"),
        visit_id: bound("visit"),
        pool_id: bound("pool"),
        shared: bound("shared"),
      })
      .prepare(),
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
      .where(sql`${leases.number_id} = (select ${value("number")}) and ${leases.id} = (select ${value("lease")})`)
      .prepare(),
  }
})

interface Holder {
  readonly id: number
  readonly seen_at: number | null
  readonly hidden: boolean | null
  readonly visitor: number | null
}

/** When a visit's hold on its numbers ends, ms: silence ends it, and sooner once its page is hidden. */
export function holdUntil(visit: { seen_at: number; hidden: boolean }, idleMs: number): number {
  return visit.seen_at + (visit.hidden ? Math.min(HIDDEN_HOLD_MS, idleMs) : idleMs)
}

/** An erased visit holds nothing. */
function holdOf(holder: Holder, pool: PoolRow): number {
  return holder.seen_at === null
    ? 0
    : holdUntil({ seen_at: holder.seen_at, hidden: holder.hidden ?? false }, pool.idle_ms)
}

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
  if (pool.reserve === 0 || visit.paid) return false
  const kept = Math.floor((statements(site).all.all({ pool: pool.id }).length * pool.reserve) / 100)
  let free = 0
  for (const row of statements(site).maybeFree.all({ pool: pool.id, now: site.now })) {
    const { until } = pickOf(site, pool, row)
    if (until > site.now) statements(site).raise.run({ number: row.id, until })
    else if (++free > kept) return false
  }
  return true
}

/** The held number that nobody has looked at for longest; undefined where none is held. */
function quietestHeld(site: Site, pool: PoolRow): Pick | undefined {
  return statements(site)
    .all.all({ pool: pool.id })
    .map((row) => pickOf(site, pool, row))
    .filter((pick) => pick.until > site.now)
    .reduce<Pick | undefined>((best, pick) => better(best, pick, site.now), undefined)
}

/** The visit's own lease in this pool, while it still holds it and the number is still the pool's to show. */
export function findLease(site: Site, pool: PoolRow, held: readonly LeaseKey[]): Lease | undefined {
  for (const [number, lease] of held) {
    const row = statements(site).find.all({ number, lease })[0]
    if (row?.until_at === null && row.pool_id === pool.id && row.current_pool === pool.id && row.state === "active")
      return { number_id: row.number_id, id: row.id, e164: row.e164, shared: row.shared !== 0 }
  }
  return undefined
}

/** Whether every lease of a visit is still open: false once one was taken away for silence. */
export function holdsAll(site: Site, held: readonly LeaseKey[]): boolean {
  return held.every(([number, lease]) => statements(site).find.all({ number, lease })[0]?.until_at === null)
}

/** After a page was hidden: when its numbers are free is known now, so they say so. */
export function shortenHold(
  site: Site,
  held: readonly LeaseKey[],
  idleOf: (pool: number) => PoolRow | undefined,
): void {
  for (const [number, lease] of held) {
    const row = statements(site).find.all({ number, lease })[0]
    const pool = row && idleOf(row.pool_id)
    if (!pool || row.until_at !== null) continue
    statements(site).rest.run({ number, until: pickOf(site, pool, { id: number, e164: row.e164 }).until })
  }
}

/** Ends a visit's leases now: a new visit of the same visitor takes over, or consent was withdrawn. */
export function releaseLeases(site: Site, visit: { id: number; seen_at: number }, held: readonly LeaseKey[]): void {
  for (const [number, lease] of held) {
    const holders = holdersOf(site, number)
    if (!holders.some((holder) => holder.id === lease)) continue
    statements(site).close.run({ number, lease, seen: visit.seen_at, until: site.now })
    if (holders.length === 1) statements(site).rest.run({ number, until: site.now })
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
    statements(site).close.run({ number: lease.number, lease: lease.id, seen: lease.seen_at ?? until, until })
    statements(site).raise.run({ number: lease.number, until })
    closed++
  }
  return closed
}

function holdersOf(site: Site, number: number): Holder[] {
  return statements(site).holders.all({ number })
}

interface Pick {
  readonly id: number
  readonly e164: string
  /** When the last hold on it ends, ms. */
  readonly until: number
  /** Since when nobody has shown a sign of being on its page, ms. */
  readonly quiet: number
  /** Whether every page that shows it was hidden or closed. */
  readonly left: boolean
  /** The last sign of life of the one visit that holds it, ms; null where none or several do. */
  readonly seen: number | null
}

/** Two beats that did not come, and a while for their journey. */
const QUIET_MS = 75_000

/** Sticky: a visitor sees the number of last time again when no other visitor holds it. */
function sameAsBefore(site: Site, pool: PoolRow, visitor: number, before: readonly LeaseKey[]): Pick | undefined {
  for (const [number] of before) {
    const row = statements(site).number.all({ number })[0]
    if (row?.pool_id !== pool.id || row.state !== "active") continue
    const holders = holdersOf(site, number)
    if (holders.every((holder) => holder.visitor === visitor || holdOf(holder, pool) <= site.now))
      return { id: row.id, e164: row.e164, until: site.now, quiet: site.now, left: true, seen: null }
  }
  return undefined
}

/** By the pool's way of lending; undefined in a pool without numbers. */
function pickNumber(site: Site, pool: PoolRow, visit: Applicant): Pick | undefined {
  if (pool.lending === "random") return anyQuiet(site, pool, visit.id)
  const channel = pool.shares.length > 1 ? visit.channel() : ""
  const own = pool.shares.includes(channel) ? channel : ""
  const first = bestOf(site, pool, own)
  if (pool.shares.length === 1) return first
  if (first && (first.until <= site.now || (pool.overflow === "share" && first.quiet <= site.now))) return first
  // The share is out on loan: borrow the best number of all.
  return pool.shares
    .filter((share) => share !== own)
    .reduce((best, share) => better(best, bestOf(site, pool, share), site.now), first)
}

/** A free number before one that is held, and then the one that rested longest. */
function better(a: Pick | undefined, b: Pick | undefined, now: number): Pick | undefined {
  if (!a || !b) return a ?? b
  const [freeA, freeB] = [a.until <= now, b.until <= now]
  if (freeA !== freeB) return freeA ? a : b
  return (freeA ? b.until < a.until : b.quiet < a.quiet) ? b : a
}

/**
 * The longest-idle free number of a share; where all are held and may be shared, the one that nobody has looked at for
 * longest. A page that went silent without a word holds its number longer than one that was left, but rests as long.
 */
function bestOf(site: Site, pool: PoolRow, share: string): Pick | undefined {
  const head = longestIdle(site, pool, share)
  if (!head || head.until <= site.now || pool.overflow !== "share") return head
  return statements(site)
    .queue.all({ pool: pool.id, share })
    .map((row) => pickOf(site, pool, row))
    .reduce<Pick>((best, pick) => better(best, pick, site.now) ?? best, head)
}

function pickOf(site: Site, pool: PoolRow, { id, e164 }: { id: number; e164: string }): Pick {
  const [weight] = statements(site).weigh.all({ number: id, ...holdsOf(pool) })
  return { id, e164, ...(weight ? spanOf(weight) : { until: 0, quiet: 0, left: true, seen: null }) }
}

interface Weight {
  readonly until: number
  readonly quiet: number
  readonly left: number
  readonly seen: number
  readonly holders: number
}

function spanOf({ until, quiet, left, seen, holders }: Weight): Omit<Pick, "id" | "e164"> {
  return { until, quiet, left: left !== 0, seen: holders === 1 ? seen : null }
}

/** How long a silent visit holds a number of this pool, ms: see `holdUntil`. */
function holdsOf(pool: PoolRow): { hidden: number; idle: number; quiet: number } {
  return { hidden: Math.min(HIDDEN_HOLD_MS, pool.idle_ms), idle: pool.idle_ms, quiet: QUIET_MS }
}

/**
 * The number of a share whose visits have been silent longest; undefined in a share without numbers.
 *
 * `busy_until` is a lower bound: a beat does not touch the number's row, it would cost two writes each. So the number at
 * the head of the queue is asked for the truth, put back where it belongs, and the next one tried: a priority queue with
 * lazy keys. Each turn moves one number to its true place, so the turns are bounded by the pool.
 */
function longestIdle(site: Site, pool: PoolRow, share: string): Pick | undefined {
  const { head, rest } = statements(site)
  const holds = holdsOf(pool)
  for (;;) {
    const number = head.all({ pool: pool.id, share, ...holds })[0]
    // A share without numbers still makes a row of its aggregates.
    if (!number || number.id === null) return undefined
    const { id, e164, busy_until } = number
    const span = spanOf(number)
    if (span.until <= busy_until) return { id, e164, ...span, until: busy_until }
    rest.run({ number: id, until: span.until })
  }
}

/** Any number that nobody looks at, else any: what most systems do, here to be compared with. The draw hangs on the visit. */
function anyQuiet(site: Site, pool: PoolRow, visit: number): Pick | undefined {
  const picks = statements(site)
    .all.all({ pool: pool.id })
    .map((row) => pickOf(site, pool, row))
  const quiet = picks.filter((pick) => pick.quiet <= site.now)
  const offered = quiet.length > 0 ? quiet : picks
  const draw = Math.imul(Math.floor(visit / 2048) ^ visit, 0x9e3779b1) >>> 8
  return offered[draw % offered.length]
}

function grant(site: Site, pool: PoolRow, visit: number, { id, e164, until, seen }: Pick): Lease {
  const { closeOne, closeAll } = statements(site)
  if (seen === null) closeAll.run({ number: id, now: site.now, ...holdsOf(pool) })
  else closeOne.run({ number: id, seen, until: Math.min(site.now, until) })
  return open(site, pool, visit, id, e164, false)
}

/** All are busy: the number silent longest is the least likely to ring. Both leases say that they share it. */
function share(site: Site, pool: PoolRow, visit: number, { id, e164 }: Pick): Lease {
  statements(site).markShared.run({ number: id })
  return open(site, pool, visit, id, e164, true)
}

function open(site: Site, pool: PoolRow, visit: number, number: number, e164: string, shared: boolean): Lease {
  const lease = site.newId()
  statements(site).open.run({ number, lease, visit, pool: pool.id, shared: shared ? lease : 0 })
  statements(site).rest.run({ number, until: site.now + pool.idle_ms })
  return { number_id: number, id: lease, e164, shared }
}
