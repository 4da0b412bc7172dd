import { sql } from "drizzle-orm"
import { addDays, dayOf, startOfDay } from "../../../shared/calendar.js"
import type { CareAnswer, CareQuery } from "../../../shared/contract-engine.js"
import { latestOf } from "../lease/history.js"
import { type PoolRow, readPool } from "../number/pool.js"
import { numbers } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import type { Site } from "../store/db.js"
import { dayOfId, encodeId, idAt, timeOfId } from "../store/id.js"
import { listFixedNumbers } from "./fixed-number.js"

// How a pool fares: what its visits saw, how much of it is lent at which hour, and which of its numbers fell silent.

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Zones differ by quarters of an hour: what is counted by these falls into days and hours of every zone. */
const QUARTER = HOUR / 4
/** A number that was passed over while the pool was lent so many times over is not shown. */
const ROUNDS_PASSED = 10
/** A number that misses so many expected calls has one chance in 150 to be well (Poisson, e^-5). */
const CALLS_MISSED = 5

/** A pool's last days: see `CareAnswer`. Visits that saw a static or the page's own number count for all pools together. */
export function careFor(site: Site, id: string, { days }: CareQuery): CareAnswer {
  const pool = readPool(site, id)
  const { timezone } = readSettings(site)
  const today = dayOf(site.now, timezone)
  const first = addDays(today, 1 - days)
  const from = startOfDay(first, timezone)
  const lent = lentByQuarter(site, pool, from)
  const full = fullByQuarter(site, from)
  const size = sizeOf(site, pool)
  const byDay = new Map(
    Array.from({ length: days }, (_, index) => [
      addDays(first, index),
      { leased: 0, shared: 0, static: 0, original: 0 },
    ]),
  )
  const byHour = Array.from({ length: 24 }, (_, hour) => ({ hour, leased: 0, overflow: 0, held: 0 }))
  // A zone's calendar is asked once for each day and not for each quarter of an hour.
  const starts = new Map([...byDay.keys()].map((day) => [day, startOfDay(day, timezone)]))
  const placeOf = (quarter: number) => {
    const time = quarter * QUARTER
    const day = dayOf(time, timezone)
    const hour = Math.min(23, Math.floor((time - (starts.get(day) ?? startOfDay(day, timezone))) / HOUR))
    return { day: byDay.get(day), hour: byHour[hour] }
  }
  for (const { quarter, leases, shared, held } of lent) {
    const { day, hour } = placeOf(quarter)
    if (day) {
      day.leased += leases - shared
      day.shared += shared
    }
    if (hour) {
      hour.leased += leases
      hour.overflow += shared
      hour.held += held
    }
  }
  for (const { quarter, overflow, visits } of full) {
    const { day, hour } = placeOf(quarter)
    if (day) day[overflow] += visits
    if (hour) hour.overflow += visits
  }
  return {
    pool: id,
    from: new Date(from).toISOString(),
    to: new Date(site.now).toISOString(),
    days: [...byDay].map(([day, counts]) => {
      const all = counts.leased + counts.shared + counts.static + counts.original
      return { day, ...counts, coverage: all === 0 ? 1 : round(counts.leased / all) }
    }),
    hours: byHour.map(({ held, ...hour }) => ({
      ...hour,
      utilisation: round(held / (HOUR * days * Math.max(1, size))),
    })),
    numbers: numbersOf(site, pool, from),
  }
}

/** How many numbers a pool lends. */
export function sizeOf(site: Site, pool: PoolRow): number {
  return (
    site.db
      .select({ count: sql<number>`count(*)` })
      .from(numbers)
      .where(sql`${numbers.pool_id} = ${pool.id} and ${numbers.state} = 'active'`)
      .all()[0]?.count ?? 0
  )
}

/** Leases of a pool by the quarter of an hour they began in; `held` is ms until the number came free. */
function lentByQuarter(site: Site, pool: PoolRow, from: number) {
  // Divisions by written numbers: a bound one is REAL and would divide into fractions.
  return site.db.all<{ quarter: number; leases: number; shared: number; held: number }>(sql`
    select (l.id / 2048 + 1704067200000) / 900000 as quarter, count(*) as leases, sum(v.overflow = 'shared') as shared,
      sum(max(0, min(coalesce(l.until_at, v.seen_at + ${pool.idle_ms}), ${site.now}) - l.id / 2048 - 1704067200000)) as held
    from leases l join visits v on v.id = l.visit_id
    where l.day >= ${dayOfId(idAt(from))} and l.id >= ${idAt(from)} and l.pool_id = ${pool.id}
    group by 1`)
}

function fullByQuarter(site: Site, from: number) {
  return site.db.all<{ quarter: number; overflow: "static" | "original"; visits: number }>(sql`
    select (id / 2048 + 1704067200000) / 900000 as quarter, overflow, count(*) as visits from visits
    where id >= ${idAt(from)} and overflow in ('static', 'original') group by 1, 2`)
}

function numbersOf(site: Site, pool: PoolRow, from: number): CareAnswer["numbers"] {
  const first = idAt(from)
  // No lease of a number began after the moment it came free, or is to.
  const earlier = {
    number: sql`n.id`,
    before: first,
    day: sql`min(${dayOfId(first)}, n.busy_until / 86400000)`,
    first: sql`(n.id / 2048 + 1704067200000) / 86400000`,
  }
  const rows = site.db.all<{
    id: number
    e164: string
    leases: number
    shown: number | null
    calls: number
    called_at: number | null
  }>(sql`
    select n.id, n.e164,
      coalesce(lent.leases, 0) as leases,
coalesce(lent.shown, (select id from ${latestOf(1, earlier)})) as shown,
      coalesce(c.calls, 0) as calls, c.called_at
    from numbers n left join
      (select number_id, count(*) as leases, max(id) as shown from leases
        where day >= ${dayOfId(first)} and id >= ${first} group by 1) lent
      on lent.number_id = n.id left join
      (select number_id, count(*) as calls, max(started_at) as called_at from calls where started_at >= ${from} group by 1) c
      on c.number_id = n.id
    where n.pool_id = ${pool.id} and n.state = 'active' order by n.id`)
  const leases = rows.reduce((sum, row) => sum + row.leases, 0)
  const calls = rows.reduce((sum, row) => sum + row.calls, 0)
  // By its own leases, if the pool's visits call as readily through it as through the others.
  const expected = (row: (typeof rows)[number]) => (leases === 0 ? 0 : (calls / leases) * row.leases)
  const fixedOnes = listFixedNumbers(site, from)
  return rows.map((row) => {
    const fixed = fixedOnes.get(row.id)
    return {
      number: encodeId("num", row.id),
      e164: row.e164,
      leases: row.leases,
      calls: row.calls,
      shown_at: row.shown === null ? null : new Date(timeOfId(row.shown)).toISOString(),
      called_at: row.called_at === null ? null : new Date(row.called_at).toISOString(),
      warning: fixed
        ? "fixed"
        : row.leases === 0 && timeOfId(row.id) <= from && leases >= ROUNDS_PASSED * rows.length
          ? "not_shown"
          : row.calls === 0 && expected(row) >= CALLS_MISSED
            ? "not_called"
            : null,
      page: fixed?.page ?? null,
    }
  })
}

/** A week in ms: what alerts look back on. */
export const CARE_DAYS = 7
/** How often the pools are looked after, ms. */
export const CARE_EVERY_MS = DAY

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
