import { sql } from "drizzle-orm"
import type { ForecastAnswer, ForecastQuery } from "../../../shared/contract-rules.js"
import { BEAT_S } from "../../../shared/protocol.js"
import { modelAt } from "../attribution/resolve.js"
import { readPool } from "../number/pool.js"
import { numbers } from "../schema/schema.js"
import type { Site } from "../store/db.js"
import { idAt } from "../store/id.js"
import { expectAccuracy } from "./accuracy.js"

const HOUR_S = 3600
const DAY_MS = 24 * HOUR_S * 1000
/** Numbers that are tried for a wanted coverage. */
const NUMBERS_AT_MOST = 10_000
/** Fewer visits than this say little about the busiest hour. */
const VISITS_AT_LEAST = 200

/**
 * The share of arrivals that find all of `servers` busy when they come at random and are not queued (Erlang B), by the
 * recursion that never overflows. `load` is arrivals per second times seconds each stays.
 */
export function erlangB(load: number, servers: number): number {
  let blocked = 1
  for (let count = 1; count <= servers; count++) blocked = (load * blocked) / (count + load * blocked)
  return blocked
}

/**
 * What share of visits a pool covers with so many numbers, or how many numbers cover such a share: from the visits of every
 * hour of the last days and how long they stayed. A number is busy while its visit is on the page; how long it rests
 * afterwards decides how many calls find the right visitor, which is reckoned from the learnt rates (`expectAccuracy`);
 * `replay` tells it from the site's own calls.
 */
export function forecast(site: Site, query: ForecastQuery): ForecastAnswer {
  return forecastEach(site, query, [undefined])[0] as ForecastAnswer
}

/** The same for several sizes of a pool, looking at its visits once; undefined: the size that the query asks for. */
export function forecastEach(
  site: Site,
  query: ForecastQuery,
  sizes: readonly (number | undefined)[],
): ForecastAnswer[] {
  const pool = readPool(site, query.pool)
  const present =
    site.db
      .select({ count: sql<number>`count(*)` })
      .from(numbers)
      .where(sql`${numbers.pool_id} = ${pool.id} and ${numbers.state} = 'active'`)
      .all()[0]?.count ?? 0
  const hours = arrivalsOf(site, site.now - query.days * DAY_MS)
  const visits = hours.reduce((sum, hour) => sum + hour.visits, 0)
  // A visit is last heard of half a beat before it ends, on average.
  const holding_s = visits === 0 ? 0 : hours.reduce((sum, { stay }) => sum + stay, 0) / visits / 1000 + BEAT_S / 2
  const loads = hours.map((hour) => ({ visits: hour.visits, load: (hour.visits / HOUR_S) * holding_s }))
  const busiest = Math.max(0, ...loads.map(({ load }) => load))
  const covered = (count: number) =>
    visits === 0 ? 1 : 1 - loads.reduce((sum, hour) => sum + hour.visits * erlangB(hour.load, count), 0) / visits
  const { model } = modelAt(site, site.now)
  const accurate = (count: number) => expectAccuracy(model, { numbers: count, hours: hours.map((hour) => hour.visits) })
  return sizes.map((size) => {
    const count = size ?? query.numbers ?? wantedBy(query, present, { covered, accurate })
    const accuracy = accurate(count)
    return {
      pool: query.pool,
      busiest_hour: Math.max(0, ...hours.map((hour) => hour.visits)),
      holding_s: round(holding_s),
      load: round(busiest),
      numbers: count,
      coverage: round(covered(count)),
      coverage_busiest: round(1 - erlangB(busiest, count)),
      accuracy: round(accuracy),
      warnings: [
        ...(visits < VISITS_AT_LEAST
          ? [`only ${visits} visits in ${query.days} days: the forecast is a rough one`]
          : []),
        ...(query.numbers === undefined && query.accuracy !== undefined && accuracy < query.accuracy
          ? [`no pool leads ${query.accuracy} of the calls to their visitors: some come too late`]
          : []),
      ],
    }
  })
}

/** Visits of every hour that asked for a number since a moment, and how long they stayed, ms in all. */
function arrivalsOf(site: Site, from: number): { visits: number; stay: number }[] {
  // Divisions by written numbers: a bound one is REAL and would divide into fractions.
  return site.db.all<{ visits: number; stay: number }>(
    sql`select count(*) as visits, sum(max(0, seen_at - id / 2048 - 1704067200000)) as stay from visits
      where id >= ${idAt(from)} and (leases is not null or overflow is not null) group by (id / 2048 + 1704067200000) / 3600000`,
  )
}

/** The numbers that a query asks for by what they should reach; both wishes are met where it has both. */
function wantedBy(
  { coverage, accuracy }: ForecastQuery,
  present: number,
  { covered, accurate }: Record<"covered" | "accurate", (count: number) => number>,
): number {
  if (coverage === undefined && accuracy === undefined) return present
  return Math.max(
    coverage === undefined ? 0 : fewest(covered, coverage),
    accuracy === undefined ? 0 : fewest(accurate, accuracy),
  )
}

/** The fewest numbers that cover the wanted share; coverage only grows with them. */
function fewest(covered: (count: number) => number, wanted: number): number {
  let low = 0
  let high = 1
  while (high < NUMBERS_AT_MOST && covered(high) < wanted) {
    low = high
    high = Math.min(NUMBERS_AT_MOST, high * 2)
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (covered(middle) < wanted) low = middle
    else high = middle
  }
  return covered(low) >= wanted ? low : high
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
