import { eq, type SQL, sql } from "drizzle-orm"
import { HIDDEN_HOLD_MS } from "../../../shared/protocol.js"
import type { PoolRow } from "../number/pool.js"
import { type LeaseKey, leases, numbers, visits } from "../schema/schema.js"
import { bound, type Db, prepareOnce, runnerOf, type Site } from "../store/db.js"

// Which number of a pool a visit gets. What is free is not written anywhere: a number is free when the hold of whoever saw
// it last has passed.

/** A number that may be lent, and who holds it. */
export interface Pick {
  readonly id: number
  readonly e164: string
  /** When the last hold on it ends, ms. */
  readonly until: number
  /** Since when nobody has shown a sign of being on its page, ms. */
  readonly quiet: number
  /** Whether every page that shows it was hidden or closed. */
  readonly left: boolean
  /** Its one open lease, and the last sign of life of that lease's visit, ms; undefined where none or several are open. */
  readonly held: { readonly lease: number; readonly seen: number } | undefined
}

/** Two beats that did not come, and a while for their journey. */
const QUIET_MS = 75_000

// `shared >= 0` is always true: it makes SQLite take the index of open leases, and not walk the number's whole history.
/** The open leases of the number that is bound as `number`. */
export const OPEN_ON_NUMBER: SQL = sql`${leases.number_id} = (select ${sql.placeholder("number")}) and ${leases.shared} >= 0 and ${leases.until_at} is null`

const statements = prepareOnce((db: Db) => {
  const value = sql.placeholder
  // Of an erased visit nothing is left: it holds nothing. In raw names, because drizzle drops a column's table in a select
  // whose joins it did not make itself. In the order of `Weight`.
  const weight = {
    until: sql<number>`coalesce(max(v.seen_at + case when v.hidden then ${value("hidden")} else ${value("idle")} end), 0)`,
    quiet: sql<number>`coalesce(max(v.seen_at + case when v.hidden then 0 else ${value("quiet")} end), 0)`,
    left: sql<number>`coalesce(min(v.hidden), 1)`,
    seen: sql<number | null>`max(v.seen_at)`,
    lease: sql<number | null>`max(l.id)`,
    leases: sql<number>`count(l.id)`,
  }
  return {
    // The first of a share, and its holders in one row. The sub-select keeps SQLite from planning the query again for every
    // pool id, and a bound limit would make it do so at every run: each costs ten times what the pick does.
    head: db
      .select({
        ...weight,
        id: sql<number | null>`head.id`,
        e164: sql<string>`head.e164`,
        busy_until: sql<number>`head.busy_until`,
      })
      .from(
        sql`(select id, e164, busy_until from ${numbers} where pool_id = (select ${value("pool")}) and share = (select ${value("share")}) and state = 'active' order by busy_until limit 1) head
          left join ${leases} l on l.number_id = head.id and l.shared >= 0 and l.until_at is null
          left join ${visits} v on v.id = l.visit_id`,
      )
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
      .where(OPEN_ON_NUMBER)
      .prepare(),
    // One row a number, however many share it: a flood must not make every pick read what the flood left.
    weigh: db
      .select(weight)
      .from(sql`${leases} l left join ${visits} v on v.id = l.visit_id`)
      .where(sql`l.number_id = (select ${value("number")}) and l.shared >= 0 and l.until_at is null`)
      .prepare(),
    rest: runnerOf(
      db
        .update(numbers)
        .set({ busy_until: bound("until") })
        .where(eq(numbers.id, value("number")))
        .prepare(),
    ),
    raise: db
      .update(numbers)
      .set({ busy_until: bound("until") })
      .where(sql`${numbers.id} = ${value("number")} and ${numbers.busy_until} < ${value("until")}`)
      .prepare(),
  }
})

/** What a number's open leases and their visits say, as `weight` selects it. */
type Weight = [until: number, quiet: number, left: number, seen: number | null, lease: number | null, leases: number]
type Head = [...Weight, id: number | null, e164: string, busy_until: number]

const NOBODY: Weight = [0, 0, 1, null, null, 0]

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

/** How long a silent visit holds a number of this pool, ms: see `holdUntil`. */
export function holdsOf(pool: PoolRow): { hidden: number; idle: number; quiet: number } {
  return { hidden: Math.min(HIDDEN_HOLD_MS, pool.idle_ms), idle: pool.idle_ms, quiet: QUIET_MS }
}

/** Open leases of a number with the visits that hold them. */
export function holdersOf(site: Site, number: number): Holder[] {
  return statements(site).holders.all({ number })
}

/** Sets when a number comes free: a lower bound, beats do not touch it. */
export function restUntil(site: Site, number: number, until: number): void {
  statements(site).rest({ number, until })
}

/** Notes that a number is held at least so long. */
export function raiseRest(site: Site, number: number, until: number): void {
  statements(site).raise.run({ number, until })
}

/** Sticky: a visitor sees the number of last time again when no other visitor holds it. */
export function sameAsBefore(
  site: Site,
  pool: PoolRow,
  visitor: number,
  before: readonly LeaseKey[],
): Pick | undefined {
  for (const [number] of before) {
    const row = statements(site).number.all({ number })[0]
    if (row?.pool_id !== pool.id || row.state !== "active") continue
    const holders = holdersOf(site, number)
    if (holders.every((holder) => holder.visitor === visitor || holdOf(holder, pool) <= site.now))
      return { id: row.id, e164: row.e164, until: site.now, quiet: site.now, left: true, held: undefined }
  }
  return undefined
}

/** An erased visit holds nothing. */
function holdOf(holder: Holder, pool: PoolRow): number {
  return holder.seen_at === null
    ? 0
    : holdUntil({ seen_at: holder.seen_at, hidden: holder.hidden ?? false }, pool.idle_ms)
}

/** The number for a visit with this id by the pool's way of lending; undefined in a pool without numbers. */
export function pickNumber(site: Site, pool: PoolRow, visit: { id: number; channel: () => string }): Pick | undefined {
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

/** Whether more numbers are free than are kept for visits of paid clicks. */
export function hasUnreserved(site: Site, pool: PoolRow): boolean {
  const { all, maybeFree } = statements(site)
  const kept = Math.floor((all.all({ pool: pool.id }).length * pool.reserve) / 100)
  let free = 0
  for (const row of maybeFree.all({ pool: pool.id, now: site.now })) {
    const { until } = pickOf(site, pool, row)
    if (until > site.now) raiseRest(site, row.id, until)
    else if (++free > kept) return true
  }
  return false
}

/** The held number that nobody has looked at for longest; undefined where none is held. */
export function quietestHeld(site: Site, pool: PoolRow): Pick | undefined {
  return statements(site)
    .all.all({ pool: pool.id })
    .map((row) => pickOf(site, pool, row))
    .filter((pick) => pick.until > site.now)
    .reduce<Pick | undefined>((best, pick) => better(best, pick, site.now), undefined)
}

/** A number with who holds it. */
export function pickOf(site: Site, pool: PoolRow, { id, e164 }: { id: number; e164: string }): Pick {
  const [weight] = statements(site).weigh.values({ number: id, ...holdsOf(pool) }) as Weight[]
  return toPick(id, e164, weight ?? NOBODY)
}

function toPick(id: number, e164: string, [until, quiet, left, seen, lease, leases]: Weight | Head): Pick {
  const held = leases === 1 && seen !== null && lease !== null ? { lease, seen } : undefined
  return { id, e164, until, quiet, left: left !== 0, held }
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

/**
 * The number of a share whose visits have been silent longest; undefined in a share without numbers.
 *
 * `busy_until` is a lower bound: a beat does not touch the number's row, it would cost two writes each. So the number at
 * the head of the queue is asked for the truth, put back where it belongs, and the next one tried: a priority queue with
 * lazy keys. Each turn moves one number to its true place, so the turns are bounded by the pool.
 */
function longestIdle(site: Site, pool: PoolRow, share: string): Pick | undefined {
  const { head } = statements(site)
  const values = { pool: pool.id, share, ...holdsOf(pool) }
  for (;;) {
    // As SQLite gives it: drizzle takes as long to make an object of a row as SQLite does to find it.
    const [row] = head.values(values) as Head[]
    if (!row) return undefined
    const [until, , , , , , id, e164, busyUntil] = row
    // A share without numbers still makes a row of its aggregates.
    if (id === null) return undefined
    if (until <= busyUntil) return { ...toPick(id, e164, row), until: busyUntil }
    restUntil(site, id, until)
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
