import { addDays, dayOf, spansOf, startOfDay } from "../../../shared/calendar.js"
import type { Metric, ReportQuery } from "../../../shared/contract-report.js"
import type { PacingAnswer } from "../../../shared/contract-targets.js"
import { report } from "../report/report.js"
import { readSettings } from "../site/settings.js"
import type { Site } from "../store/db.js"
import { encodeId } from "../store/id.js"
import { divide } from "../value/allocation.js"
import { fromMinor, toMinor } from "../value/money.js"
import { countDays, partsOfFlights } from "./flight.js"
import { describeTarget, flightsOfTarget, listParts, type TargetRow } from "./target.js"

/** Metrics that do not add up over days: a target for one holds for each period as it is. */
const LEVELS: ReadonlySet<string> = new Set<Metric>([
  "pages_per_visit",
  "overflow_rate",
  "repeat_caller_share",
  "missed_rate",
  "unattributed_share",
  "mean_confidence",
  "mean_talk_s",
  "mean_wait_s",
  "call_rate",
  "qualified_rate",
  "mql_rate",
  "sql_rate",
  "quote_rate",
  "win_rate",
  "lead_win_rate",
  "contact_rate",
  "mean_contact_s",
  "follow_up_on_time",
  "capacity_load",
  "pipeline_value",
  "expected_revenue",
  "aov",
  "call_order_rate",
  "lead_order_rate",
  "visit_order_rate",
  "repurchase_rate",
  "retention_rate",
  "lifetime_revenue",
  "ltv",
  "ltv_cac",
  "sales_cycle_days",
  "sales_cycle_median_days",
  "sales_cycle_p90_days",
  "nps",
  "ctr",
  "cpc",
  "cost_per_visit",
  "cost_per_call",
  "cpl",
  "cost_per_qualified",
  "cost_per_qualified_call",
  "cpo",
  "cac",
  "roi",
  "romi",
  "roas",
  "payback_months",
])

/** Whether a metric does not add up over days: shares, means, states. */
export function isLevel(metric: string): boolean {
  return LEVELS.has(metric)
}

interface Period {
  readonly from: string
  readonly to: string
  readonly name: string | null
  /** Its part of the whole, 0 to 1. */
  readonly part: number
  readonly plan: number
}

type State = PacingAnswer["state"]

/**
 * A target beside what was reached, as the report counts it: per month, week or flight what was planned, what the plan had by
 * now (a period under way in proportion to its time), what there is, and what it comes to if it goes on so. Days after today
 * count nowhere, costs entered ahead included.
 */
export function pace(site: Site, target: TargetRow): PacingAnswer {
  const { timezone } = readSettings(site)
  const today = dayOf(site.now, timezone)
  const level = isLevel(target.metric)
  const periods = planOf(site, target, level)
  const whole = { from: target.from_day, to: target.to_day }
  const total = actualOf(site, target, whole, today)
  const actuals = actualsOf(site, target, periods, today)
  const shown = periods.map((period, index) => {
    const elapsed = elapsedOf(site.now, period, timezone)
    return {
      from: period.from,
      to: period.to,
      name: period.name,
      state: stateOf(period, today),
      plan: period.plan,
      expected: tidy(level ? (elapsed > 0 ? period.plan : 0) : period.plan * elapsed),
      actual: actuals[index] ?? null,
      elapsed,
      part: period.part,
    }
  })
  const expected = level
    ? total.begun
      ? target.value
      : 0
    : tidy(shown.reduce((sum, period) => sum + period.expected, 0))
  const planned = shown.reduce((sum, { part, elapsed }) => sum + part * elapsed, 0)
  const actual = total.value
  const projected = actual === null ? null : level ? actual : planned > 0 ? tidy(actual / planned) : null
  const length = countDays(whole)
  const before = { from: addDays(whole.from, -length), to: addDays(whole.from, -1) }
  const baseline = actualOf(site, target, before, today)
  return {
    target: describeTarget(target),
    state: stateOf(whole, today),
    actual,
    expected,
    pace: actual === null || expected === 0 ? null : tidy(actual / expected),
    projected,
    on_track: keeps(target, actual, expected),
    will_reach: keeps(target, projected, target.value),
    periods: shown.map(({ elapsed: _, part: __, ...period }) => period),
    baseline: { ...before, actual: baseline.value },
    parts: listParts(site, target).map(({ id, channel, value }) => ({ id: encodeId("target", id), channel, value })),
    warnings: total.warnings,
  }
}

function planOf(site: Site, target: TargetRow, level: boolean): Period[] {
  const { timezone } = readSettings(site)
  const { from_day, to_day, split } = target
  if (split === "flight") {
    const flights = flightsOfTarget(site, target)
    const plans = planEach(target, partsOfFlights(flights), level)
    return flights.map(({ from, to, name = null }, index) => ({ from, to, name, ...(plans[index] ?? NOTHING) }))
  }
  const spans = spansOf(from_day, to_day, split === "week" ? "week" : "month", timezone).map(
    ({ label }, index, all) => {
      const next = all[index + 1]?.label
      return { from: label < from_day ? from_day : label, to: next === undefined ? to_day : addDays(next, -1) }
    },
  )
  const days = countDays({ from: from_day, to: to_day })
  const plans = planEach(
    target,
    spans.map((span) => countDays(span) / days),
    level,
  )
  return spans.map((span, index) => ({ ...span, name: null, ...(plans[index] ?? NOTHING) }))
}

const NOTHING = { part: 0, plan: 0 }

/** The plan of each part; money in whole minor units, which sum to the whole exactly. */
function planEach(
  { value, currency }: TargetRow,
  parts: readonly number[],
  level: boolean,
): { part: number; plan: number }[] {
  if (level) return parts.map((part) => ({ part, plan: value }))
  if (currency === null) return parts.map((part) => ({ part, plan: tidy(value * part) }))
  const minor = divide(toMinor(value, currency, "value"), parts)
  return parts.map((part, index) => ({ part, plan: fromMinor(minor[index] ?? 0, currency) }))
}

interface Actual {
  readonly begun: boolean
  readonly value: number | null
  readonly warnings: string[]
}

function actualOf(site: Site, target: TargetRow, { from, to }: { from: string; to: string }, today: string): Actual {
  if (from > today) return { begun: false, value: null, warnings: [] }
  const { totals, warnings } = report(site, queryOf(target, from, to < today ? to : today))
  return { begun: true, value: totals[target.metric] ?? null, warnings }
}

/** Months and weeks are rows of one report; flights are reports of their own. */
function actualsOf(site: Site, target: TargetRow, periods: readonly Period[], today: string): (number | null)[] {
  if (target.split === "flight") return periods.map((period) => actualOf(site, target, period, today).value)
  if (target.from_day > today) return periods.map(() => null)
  const interval = target.split === "week" ? "week" : "month"
  const to = target.to_day < today ? target.to_day : today
  const { rows } = report(site, { ...queryOf(target, target.from_day, to), interval })
  const found = new Map(rows.map((row) => [String(row[interval]), row[target.metric]]))
  const none = isLevel(target.metric) ? null : 0
  return periods.map(({ from }) => {
    if (from > today) return null
    const label = spansOf(from, from, interval, "UTC")[0]?.label ?? from
    const value = found.get(label)
    return typeof value === "number" ? value : none
  })
}

function queryOf({ metric, channel, campaign }: TargetRow, from: string, to: string): ReportQuery {
  return {
    metrics: [metric as Metric],
    group_by: [],
    from,
    to,
    ...(channel === "" ? {} : { channel }),
    ...(campaign === "" ? {} : { campaign }),
    model: "own",
    lookback: 90,
    basis: "revenue",
    bounds: "false",
    limit: 10_000,
  }
}

function stateOf({ from, to }: { from: string; to: string }, today: string): State {
  return today < from ? "ahead" : today > to ? "over" : "running"
}

/** The part of a period's time that has passed, 0 to 1, days of 23 and 25 hours included. */
function elapsedOf(now: number, { from, to }: { from: string; to: string }, timezone: string): number {
  const start = startOfDay(from, timezone)
  const end = startOfDay(addDays(to, 1), timezone)
  return Math.min(1, Math.max(0, (now - start) / (end - start)))
}

function keeps({ aim }: TargetRow, reached: number | null, wanted: number): boolean | null {
  if (reached === null) return null
  return aim === "at_least" ? reached >= wanted : reached <= wanted
}

/** Without the dust of binary fractions. */
function tidy(value: number): number {
  return Number(value.toPrecision(12))
}
