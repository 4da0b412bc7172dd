import { type Dimension, METRICS, type Metric, type ReportAnswer, type ReportQuery } from "../../shared/contract.js"
import type { Site } from "../core/db.js"
import { report } from "../core/report.js"
import type { View } from "./view.js"

const SHARES = /(_rate|_share|^roi|^margin|confidence|^conversion)/
const MONEY =
  /^(value|revenue|cost|profit|gross_profit|order_value|mean_order|aov|cac|cpa|cpl|spend|ltv|cost_per_.*|.*_cost|.*_revenue|.*_value|revenue_.*)$/
const SECONDS = /_s$/

/** The metrics of a wish list that reports know. */
export function known(...wanted: string[]): Metric[] {
  return wanted.filter((metric): metric is Metric => (METRICS as readonly string[]).includes(metric))
}

/** A metric's value as people read it: a share, money, a length of time or a count. */
export function writeMetric({ format }: View, metric: string, value: number | null): string {
  if (SHARES.test(metric)) return format.percent(value, 1)
  if (MONEY.test(metric)) return format.shortMoney(value)
  if (metric === "talk_s" || metric === "duration_s")
    return value === null ? format.number(null) : `${format.number(value / 3600, 1)} h`
  if (SECONDS.test(metric)) return format.duration(value)
  return format.number(value, value === null || Number.isInteger(value) ? 0 : 2)
}

/** Which way a metric had better go. */
export function betterOf(metric: string): "up" | "down" | "neither" {
  if (/^(missed|unattributed|overflow|ambiguous|cac|cpa|cpl|cost_per)/.test(metric)) return "down"
  return metric === "cost" || metric === "duration_s" ? "neither" : "up"
}

interface Asked {
  readonly metrics: readonly Metric[]
  readonly group_by?: readonly Dimension[]
  readonly interval?: "day" | "week" | "month"
  readonly from: string
  readonly to: string
  readonly limit?: number
  readonly sort?: string
}

/** Asks the report, with what its query leaves to say itself. */
export function ask(site: Site, asked: Asked): ReportAnswer {
  return report(site, { group_by: [], limit: 1000, ...asked } as unknown as ReportQuery)
}
