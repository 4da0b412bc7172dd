import { desc } from "drizzle-orm"
import { addDays, dayOf } from "../../shared/calendar.js"
import type { ReportQuery } from "../../shared/contract-report.js"
import { listPools } from "./number/pool.js"
import { describePool } from "./number/pool-setup.js"
import { report } from "./report/report.js"
import { calls } from "./schema/schema.js"
import { readSettings } from "./site/settings.js"
import type { Site } from "./store/db.js"

/** Days that a glance looks back, and compares with as many before. */
const GLANCE_DAYS = 7

/** How a site is doing, in one line. */
export interface Glance {
  readonly visits: number
  readonly calls: number
  readonly calls_before: number
  readonly missed: number
  readonly attributed: number
  readonly overflow: number
  readonly numbers: number
  readonly busy: number
  readonly last_call_at: string | null
  /** Calls of each day, oldest first. */
  readonly days: readonly number[]
  /** What needs attention, the gravest first. */
  readonly alarms: readonly Alarm[]
}

/** What can be amiss with a site. */
export type Alarm = "no_numbers" | "no_visits" | "pool_full" | "missed" | "fewer_calls" | "overflow"

/** More missed calls than this share are too many, and fewer calls than this share of before are few. */
const MISSED_SHARE = 0.3
const FEWER_SHARE = 0.5
const CALLS_AT_LEAST = 5
const OVERFLOW_SHARE = 0.02

/** How a site did in the last week, and what needs attention. */
export function glance(site: Site): Glance {
  const to = dayOf(site.now, readSettings(site).timezone)
  const from = addDays(to, 1 - GLANCE_DAYS)
  const counted = (from: string, to: string, interval?: "day") =>
    report(site, { ...QUERY, from, to, ...(interval ? { interval } : {}) })
  const now = counted(from, to, "day")
  const before = counted(addDays(from, -GLANCE_DAYS), addDays(from, -1)).totals
  const byDay = new Map(now.rows.map((row) => [row.day, Number(row.calls)]))
  const pools = listPools(site).map((pool) => describePool(site, pool))
  const last = site.db.select({ at: calls.started_at }).from(calls).orderBy(desc(calls.started_at)).limit(1).all()[0]
  const of = (totals: Record<string, number | null>, metric: string) => totals[metric] ?? 0
  const found = {
    visits: of(now.totals, "visits"),
    calls: of(now.totals, "calls"),
    calls_before: of(before, "calls"),
    missed: of(now.totals, "missed"),
    attributed: of(now.totals, "attributed"),
    overflow: of(now.totals, "overflow_visits"),
    numbers: pools.reduce((sum, { numbers }) => sum + numbers, 0),
    busy: pools.reduce((sum, { busy }) => sum + busy, 0),
    last_call_at: last ? new Date(last.at).toISOString() : null,
    days: Array.from({ length: GLANCE_DAYS }, (_, index) => byDay.get(addDays(from, index)) ?? 0),
  }
  return { ...found, alarms: alarmsOf(found) }
}

const WEIGHTS: Readonly<Record<Alarm, number>> = {
  pool_full: 13,
  missed: 11,
  fewer_calls: 8,
  no_numbers: 6,
  no_visits: 5,
  overflow: 3,
}

/** How much a site needs attention: what loses calls now weighs most. */
export function gravityOf({ alarms }: Glance): number {
  return alarms.reduce((sum, alarm) => sum + WEIGHTS[alarm], 0)
}

const QUERY: ReportQuery = {
  metrics: ["visits", "calls", "missed", "attributed", "overflow_visits"],
  group_by: [],
  limit: 100,
  model: "own",
  lookback: 90,
  basis: "revenue",
  bounds: "false",
}

function alarmsOf(found: Omit<Glance, "alarms">): Alarm[] {
  const { visits, calls, calls_before, missed, overflow, numbers, busy } = found
  const alarms: (Alarm | false)[] = [
    numbers === 0 && "no_numbers",
    visits === 0 && "no_visits",
    numbers > 0 && busy >= numbers && "pool_full",
    calls >= CALLS_AT_LEAST && missed / calls > MISSED_SHARE && "missed",
    calls_before >= CALLS_AT_LEAST && calls < calls_before * FEWER_SHARE && "fewer_calls",
    visits > 0 && overflow / visits > OVERFLOW_SHARE && "overflow",
  ]
  return alarms.filter((alarm) => alarm !== false)
}
