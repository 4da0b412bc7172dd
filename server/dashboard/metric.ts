import { METRICS, type Metric, type ReportAnswer, ReportQuery } from "../../shared/contract-report.js"
import { FORMULAS } from "../core/report/metric.js"
import { report } from "../core/report/report.js"
import type { Site } from "../core/store/db.js"
import { parseWith } from "../http/parse.js"
import type { View } from "./view.js"

const SHARES = /(_rate|_share|^roi|^romi|^ctr|^mean_confidence|^follow_up_on_time|^capacity_load)$/
const DECIMALS = 2
const LARGE_SHARE = 10

/** The metrics of a list that reports know. */
export function known(...wanted: string[]): Metric[] {
  return wanted.filter((metric): metric is Metric => (METRICS as readonly string[]).includes(metric))
}

/** Whether a metric is a share, 0 to 1 or more, that people read in percent. */
export function isShare(metric: string): boolean {
  return SHARES.test(metric)
}

/** A metric's value as people read it: a share, money, a length of time or a count. */
export function writeMetric({ format }: View, metric: string, value: number | null): string {
  // A return on next to nothing has so many digits that its decimals say nothing.
  if (isShare(metric)) return format.percent(value, value !== null && Math.abs(value) >= LARGE_SHARE ? 0 : 1)
  if (FORMULAS[metric as Metric]?.money) return format.shortMoney(value)
  if (metric === "talk_s" || metric === "duration_s") return format.hours(value)
  if (metric.endsWith("_s")) return format.duration(value)
  return format.number(value, value === null || Number.isInteger(value) ? 0 : DECIMALS)
}

/** Which way a metric had better go. */
export function betterOf(metric: string): "up" | "down" | "neither" {
  if (
    /^(missed|unattributed|overflow|ambiguous|lost|refunds|cac|cpo|cpl|cpc|cost_per|mean_wait|mean_contact)/.test(
      metric,
    )
  )
    return "down"
  return /cost$|^(duration_s|impressions)$/.test(metric) ? "neither" : "up"
}

/** Asks the report as its route does: what the query leaves out is filled in. */
export function ask(site: Site, query: Record<string, unknown>): ReportAnswer {
  const joined = Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : value])
  return report(site, parseWith(ReportQuery, Object.fromEntries(joined)))
}
