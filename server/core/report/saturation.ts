import { addDays, nextOf, spansOf } from "../../../shared/calendar.js"
import type { SaturationAnswer, SaturationQuery, SpendStep } from "../../../shared/contract-cohorts.js"
import { ReportQuery } from "../../../shared/contract-report.js"
import { daysOf } from "../site/span.js"
import type { Site } from "../store/db.js"
import { poisson } from "../value/interval.js"
import { report } from "./report.js"

/** Where a query names no days: half a year of weeks. */
const DAYS = 182
/** Values of the dimension that are answered, those of most spending first. */
const VALUES = 100
const ROWS = 10_000

/** What one unit of time cost and brought. */
interface Unit {
  readonly cost: number
  readonly ads: number
  readonly clicks: number
  readonly leads: number
  readonly orders: number
  readonly results: number
}

/**
 * What more money still bought: of each value of a dimension, its days, weeks or months in the order of their spending, in
 * steps of equal size, and what each further result cost from one step to the next. A first and a last unit that the
 * query cuts are left out: half a week is not a week of little spending.
 */
export function readSaturation(site: Site, query: SaturationQuery): SaturationAnswer {
  const { by, unit, result, steps, minimum } = query
  const { from, to, tz } = daysOf(site, query, DAYS)
  const metrics = ["cost", "ads_cost", "clicks", "leads", "orders", result].join(",")
  const asked = ReportQuery.parse({ metrics, group_by: `${by},${unit}`, from, to, tz, limit: ROWS })
  const found = report(site, asked)
  const whole = new Set(wholeUnits(from, to, unit, tz))
  const values = new Map<string | null, Unit[]>()
  for (const row of found.rows) {
    const figure = (name: string) => Number(row[name] ?? 0)
    if (!whole.has(String(row[unit])) || figure("cost") <= 0) continue
    const value = row[by] === null || row[by] === undefined ? null : String(row[by])
    values.set(value, [
      ...(values.get(value) ?? []),
      {
        cost: figure("cost"),
        ads: figure("ads_cost"),
        clicks: figure("clicks"),
        leads: figure("leads"),
        orders: figure("orders"),
        results: figure(result),
      },
    ])
  }
  const rows = [...values]
    .sort(([, a], [, b]) => sum(b, "cost") - sum(a, "cost"))
    .slice(0, VALUES)
    .map(([value, units]) => {
      const stepped = stepsOf(units, steps, minimum)
      return { value, steps: stepped, saturated: isSaturated(stepped) }
    })
  const few = rows.some((row) => row.steps.length < steps)
  const warnings = few ? [`some values have fewer than ${steps} ${unit}s with spending, and so fewer steps`] : []
  return { rows, query: { ...query, from, to, tz }, warnings: [...found.warnings, ...warnings] }
}

/** Units in steps of equal size by what was spent in them, the least first; no more steps than units. */
export function stepsOf(units: readonly Unit[], steps: number, minimum: number): SpendStep[] {
  const sorted = [...units].sort((a, b) => a.cost - b.cost)
  const count = Math.min(steps, sorted.length)
  const parts = Array.from({ length: count }, (_, index) =>
    sorted.slice(Math.round((index * sorted.length) / count), Math.round(((index + 1) * sorted.length) / count)),
  )
  return parts.map((part, index) => {
    const [cost, results] = [sum(part, "cost"), sum(part, "results")]
    const before = parts[index - 1]
    const [low, high] = poisson(results)
    const few = results < minimum
    const fewBefore = before !== undefined && sum(before, "results") < minimum
    return {
      units: part.length,
      cost: cost / part.length,
      results: results / part.length,
      cost_per_result: over(cost, results),
      cost_per_result_low: results > 0 ? cost / high : null,
      cost_per_result_high: results > 0 ? cost / low : null,
      cpc: over(sum(part, "ads"), sum(part, "clicks")),
      cpl: over(cost, sum(part, "leads")),
      cpo: over(cost, sum(part, "orders")),
      marginal_cost: before && !few && !fewBefore ? marginal(before, part) : null,
      few,
    }
  })
}

/** What each further result cost, from the mean unit of one step to that of the next; null where no more came. */
function marginal(before: readonly Unit[], after: readonly Unit[]): number | null {
  const mean = (part: readonly Unit[], name: keyof Unit) => sum(part, name) / part.length
  const more = mean(after, "results") - mean(before, "results")
  return more <= 0 ? null : (mean(after, "cost") - mean(before, "cost")) / more
}

/** Whether the last step's price of a result lies above that of the first with its whole interval. */
function isSaturated(steps: readonly SpendStep[]): boolean | null {
  const [first, last] = [steps[0], steps.at(-1)]
  if (!first || !last || first === last || first.few || last.few) return null
  return (last.cost_per_result_low ?? 0) > (first.cost_per_result_high ?? Number.POSITIVE_INFINITY)
}

/** The first days of the units that lie wholly within the days. */
function wholeUnits(from: string, to: string, unit: SaturationQuery["unit"], tz: string): string[] {
  return spansOf(from, to, unit, tz).flatMap(({ label }) =>
    label >= from && nextOf(label, unit) <= addDays(to, 1) ? [label] : [],
  )
}

function sum(units: readonly Unit[], name: keyof Unit): number {
  return units.reduce((total, unit) => total + unit[name], 0)
}

function over(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}
