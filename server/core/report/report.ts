import { sql } from "drizzle-orm"
import { addDays, DAY_MS } from "../../../shared/calendar.js"
import {
  type Dimension,
  FILTERS,
  type Metric,
  type ReportAnswer,
  type ReportQuery,
  TIME_DIMENSIONS,
  type ValueDimension,
} from "../../../shared/contract-report.js"
import { readSettings } from "../site/settings.js"
import { type DaySpan, daysOf } from "../site/span.js"
import type { Site } from "../store/db.js"
import { invalid } from "../store/refusal.js"
import { fromMinor } from "../value/money.js"
import { addCredited, creditedCounts, isCreditable } from "./credited.js"
import { isTime, placeOf } from "./dimension.js"
import { COST_COUNTS, type Count } from "./fact.js"
import { type Context, FORMULAS } from "./metric.js"
import { type Group, missingBy, type Plan, type Tallies, type Tally, tally, tallyOf, type Value } from "./tally.js"

/** Where a query names no days it answers for the last thirty. */
const DEFAULT_DAYS = 30
/** Of these a query names one: a day lies in one week, but a week not in one month. */
const SPANS: readonly Dimension[] = TIME_DIMENSIONS.slice(0, 4)

type Row = Record<string, Value>

/**
 * The one report: any metrics by any dimensions. Visits count on the day they began, calls when they rang, leads when they
 * came in, orders when they were bought, costs on their days of the site's zone, in the zone of the query else; a call
 * marked as spam counts nowhere. What was led back to no source is grouped under null, so rows sum to the totals. The
 * totals are counted on their own, so that they are right even for what is counted once a person.
 */
export function report(site: Site, query: ReportQuery): ReportAnswer {
  const days = daysOf(site, query, DEFAULT_DAYS)
  const dimensions = dimensionsOf(query)
  const order = readSort(query, dimensions)
  const found = measure(site, query, days, dimensions)
  const compared = query.compare === undefined ? undefined : spanBefore(site, query.compare, days)
  const before = compared && measure(site, query, compared, dimensions)
  const rows = before ? join(found.rows, before.rows, dimensions, query.metrics, days, compared) : found.rows
  const totals = before ? besides(found.totals, before.totals, query.metrics) : found.totals
  rows.sort(order)
  const cut = `${rows.length} rows, the first ${query.limit} are shown: raise limit or filter`
  return {
    rows: rows.slice(0, query.limit),
    totals: totals as Record<string, number | null>,
    query: {
      ...query,
      group_by: dimensions,
      from: days.from,
      to: days.to,
      tz: days.tz,
      currency: readSettings(site).currency,
      ...(compared ? { compared_from: compared.from, compared_to: compared.to } : {}),
    },
    warnings: [...found.warnings, ...(rows.length > query.limit ? [cut] : [])],
  }
}

/** The names of a report's columns, in the order of a table. */
export function columnsOf(query: ReportQuery, dimensions: readonly string[]): string[] {
  const bounds = query.bounds === "true" ? ["_low", "_high"] : []
  const compare = query.compare === undefined ? [] : ["_before", "_change"]
  return [
    ...dimensions,
    ...query.metrics.flatMap((metric) => ["", ...bounds, ...compare].map((ending) => metric + ending)),
  ]
}

function dimensionsOf({ group_by, interval }: ReportQuery): Dimension[] {
  const dimensions = [...new Set([...(interval ? [interval] : []), ...group_by])] as Dimension[]
  if (dimensions.filter((dimension) => SPANS.includes(dimension)).length > 1)
    throw invalid("group_by", "one of day, week, month and quarter is possible, not several")
  return dimensions
}

interface Measured {
  readonly rows: Row[]
  readonly totals: Row
  readonly warnings: string[]
}

function measure(site: Site, query: ReportQuery, days: DaySpan, dimensions: readonly Dimension[]): Measured {
  const needs = new Set(query.metrics.flatMap((metric) => FORMULAS[metric].needs))
  const filters = FILTERS.flatMap((name): [ValueDimension, string][] => {
    const wanted = query[name]
    return wanted === undefined ? [] : [[name, wanted]]
  })
  const plan: Plan = { counts: needs, dimensions, filters, days, lookback: query.lookback, tooMany: new Set() }
  const total: Plan = { ...plan, dimensions: [], tooMany: new Set() }
  const warnings: string[] = []
  const rows = count(site, query, plan, warnings)
  const totals = dimensions.length === 0 ? rows : count(site, query, total, [])
  const all = tallyOf(totals, {})
  const span = (Date.parse(days.to) - Date.parse(days.from)) / DAY_MS + 1
  const context = {
    days: span,
    basis: query.basis,
    order: all.counts.orders > 0 ? all.counts.revenue / all.counts.orders : null,
  }
  const missing = absent(query, plan)
  const missingTotals = absent(query, total)
  const missingRows = new Set([...missing, ...(plan.tooMany ?? [])])
  warnings.push(...warn(site, query, days, all.counts, missing))
  if (plan.tooMany?.size)
    warnings.push(
      `${[...plan.tooMany].join(", ")}: more than 500,000 rows to read one by one, so null here; ask for fewer days`,
    )
  const { currency } = readSettings(site)
  const answer = (one: Tally, without: ReadonlySet<Count>) => figures(query, one, currency, context, without)
  return {
    rows: [...(dimensions.length === 0 ? [all] : rows.values())].map((one) => ({
      ...one.group,
      ...answer(one, missingRows),
    })),
    totals: answer(all, new Set([...missingTotals, ...(total.tooMany ?? [])])),
    warnings,
  }
}

/** Counts a plan: conversions go to their own source, or in parts to the visits before them. */
function count(site: Site, { model }: ReportQuery, plan: Plan, warnings: string[]): Tallies {
  if (model === "own") return tally(site, plan)
  const { parts, wholes } = creditedCounts()
  const tallies = tally(site, {
    ...plan,
    counts: new Set([...plan.counts].filter((name) => !parts.has(name) && !wholes.has(name))),
  })
  if (creditable(plan)) warnings.push(...addCredited(site, plan, model, tallies))
  return tallies
}

function creditable({ dimensions, filters }: Plan): boolean {
  return [...dimensions, ...filters.map(([dimension]) => dimension)].every(
    (dimension) => isTime(dimension) || isCreditable(dimension),
  )
}

/** What the rows of a plan cannot say. */
function absent({ model }: ReportQuery, plan: Plan): ReadonlySet<Count> {
  const missing = missingBy(plan)
  if (model === "own") return missing
  const { parts, wholes } = creditedCounts()
  for (const name of plan.counts) {
    if (parts.has(name)) {
      if (creditable(plan)) missing.delete(name)
      else missing.add(name)
    }
    if (wholes.has(name) && plan.dimensions.length + plan.filters.length > 0) missing.add(name)
  }
  return missing
}

function figures(
  query: ReportQuery,
  { counts, cycles }: Tally,
  currency: string,
  shared: Omit<Context, "cycles">,
  missing: ReadonlySet<Count>,
): Row {
  const context = { ...shared, cycles }
  const row: Row = {}
  for (const metric of query.metrics) {
    const { needs, of, money, interval } = FORMULAS[metric]
    const known = !needs.some((name) => missing.has(name))
    const write = (value: number | null | undefined) =>
      value === null || value === undefined ? null : money ? fromMinor(value, currency) : value
    row[metric] = known ? write(of(counts, context)) : null
    if (query.bounds === "false") continue
    const [low, high] = (known && interval?.(counts, context)) || []
    row[`${metric}_low`] = write(low)
    row[`${metric}_high`] = write(high)
  }
  return row
}

// --- Warnings

const COST_WORDS: Record<string, string> = {
  number_cost: "telephone numbers",
  content_cost: "content",
  labour_cost: "labour",
  platform_cost: "platforms",
}

function warn(
  site: Site,
  query: ReportQuery,
  days: DaySpan,
  counts: Tally["counts"],
  missing: ReadonlySet<Count>,
): string[] {
  const warnings: string[] = []
  const asked = (name: Count) => query.metrics.some((metric) => FORMULAS[metric].needs.includes(name))
  const lacking = query.metrics.filter((metric) => FORMULAS[metric].needs.some((name) => missing.has(name)))
  if (lacking.length > 0)
    warnings.push(`${lacking.join(", ")}: not known by these dimensions, filters or this model, so null here`)
  if (counts.unrated > 0)
    warnings.push(`${counts.unrated} orders in another currency have no exchange rate and are in no sum`)
  if (query.basis === "margin" && counts.marginless > 0)
    warnings.push(`${counts.marginless} orders have no margin and count as 0 of it`)
  if (asked("pipeline") && counts.foreign_leads > 0)
    warnings.push(`${counts.foreign_leads} open leads are in another currency and not in the pipeline's value`)
  const costs = Object.keys(COST_COUNTS) as Count[]
  if (costs.every(asked)) {
    if (days.tz !== readSettings(site).timezone) warnings.push("costs are counted by the days of the site's own zone")
    const none = Object.entries(COST_WORDS).flatMap(([name, word]) => (counts[name as Count] === 0 ? [word] : []))
    if (none.length > 0 && query.cost_kind === undefined)
      warnings.push(`no costs of ${none.join(", ")} in these days: returns look better than they are if there were any`)
    const unrated = site.db.all<{ count: number }>(
      sql`select count(*) as count from costs where site_amount is null and from_day <= ${days.to} and to_day >= ${days.from}`,
    )[0]?.count
    if (unrated) warnings.push(`${unrated} costs in another currency have no exchange rate and are in no sum`)
  }
  return warnings
}

// --- Comparison

/** The span to compare with: as many days before, the same days a year ago, or days that are named. */
function spanBefore(site: Site, compare: string, { from, to, tz }: DaySpan): DaySpan {
  const named = compare.split("..")
  if (named.length === 2) return daysOf(site, { from: named[0], to: named[1], tz }, DEFAULT_DAYS)
  if (compare === "year") return daysOf(site, { from: yearBefore(from), to: yearBefore(to), tz }, DEFAULT_DAYS)
  const length = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1
  return daysOf(site, { from: addDays(from, -length), to: addDays(from, -1), tz }, DEFAULT_DAYS)
}

/** The 29th of February is compared with the 28th. */
function yearBefore(day: string): string {
  const year = String(Number(day.slice(0, 4)) - 1)
  return day.endsWith("-02-29") ? `${year}-02-28` : year + day.slice(4)
}

/** Rows beside those of the other span: of the same values, and of the same place in the order of time. */
function join(
  rows: readonly Row[],
  before: readonly Row[],
  dimensions: readonly Dimension[],
  metrics: readonly Metric[],
  days: DaySpan,
  compared: DaySpan,
): Row[] {
  const keyOf = (row: Row, { from }: DaySpan) =>
    JSON.stringify(
      dimensions.map((dimension) =>
        SPANS.includes(dimension) ? distance(dimension, String(row[dimension]), from) : row[dimension],
      ),
    )
  const others = new Map(before.map((row) => [keyOf(row, compared), row]))
  const joined = rows.map((row) => {
    const key = keyOf(row, days)
    const other = others.get(key)
    others.delete(key)
    return { ...row, ...besides(row, other, metrics) }
  })
  // What was there only before shows too: its decline is the news.
  const gone = [...others.values()].filter(() => !dimensions.some((dimension) => SPANS.includes(dimension)))
  const empty = Object.fromEntries(metrics.map((metric) => [metric, null]))
  return [...joined, ...gone.map((other) => ({ ...pick(other, dimensions), ...besides({ ...empty }, other, metrics) }))]
}

/** How many of its unit a day, week, month or quarter lies after the first of the span. */
function distance(dimension: Dimension, label: string, from: string): number {
  const [days, months] = [Date.parse(label) - Date.parse(from), monthOf(label) - monthOf(from)]
  if (dimension === "day") return days / DAY_MS
  if (dimension === "week") return Math.ceil(days / (7 * DAY_MS))
  return dimension === "month" ? months : Math.ceil(months / 3)
}

function monthOf(day: string): number {
  return Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7))
}

/** Each metric with what it was before, and by what share it has changed; null where it was nothing. */
function besides(row: Row, other: Row | undefined, metrics: readonly Metric[]): Row {
  const both: Row = { ...row }
  for (const metric of metrics) {
    const [now, then] = [row[metric] ?? null, other?.[metric] ?? null]
    both[`${metric}_before`] = then
    both[`${metric}_change`] =
      typeof now === "number" && typeof then === "number" && then !== 0 ? (now - then) / Math.abs(then) : null
  }
  return both
}

function pick(row: Row, names: readonly string[]): Group {
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null]))
}

// --- Order

/** Time runs forward, everything else begins with the most of the first metric. */
function readSort(query: ReportQuery, dimensions: readonly Dimension[]): (a: Row, b: Row) => number {
  const times = dimensions.filter(isTime)
  const wanted = query.sort ?? times[0] ?? `-${query.metrics[0]}`
  const down = wanted.startsWith("-")
  const field = down ? wanted.slice(1) : wanted
  if (![...query.metrics, ...dimensions].includes(field as Metric & Dimension))
    throw invalid(
      "sort",
      `must be one of the query's metrics and dimensions: ${[...query.metrics, ...dimensions].join(", ")}`,
    )
  const by = (name: string) => (a: Row, b: Row) =>
    compare(placeOf(name, a[name] ?? null), placeOf(name, b[name] ?? null))
  const first = by(field)
  const others = times.filter((name) => name !== field).map(by)
  return (a, b) =>
    (down ? first(b, a) : first(a, b)) ||
    others.reduce((found, other) => found || other(a, b), 0) ||
    compare(JSON.stringify(a), JSON.stringify(b))
}

/** Null comes first, so last where the order is downwards. */
function compare(a: Value, b: Value): number {
  if (a === b) return 0
  if (a === null) return -1
  if (b === null) return 1
  return a < b ? -1 : 1
}
