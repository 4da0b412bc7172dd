import * as z from "zod"
import { cut, day, filter, span } from "./contract.js"
import { FIELD_LIMIT } from "./protocol.js"

// The contract of the one report query: what can be measured, and by what.

/** A comma-separated list out of a closed set; the error names what exists. */
const listOf = <const T extends readonly string[]>(known: T, noun: string) =>
  z
    .string()
    .max(2000)
    .transform((joined) => {
      const parts = joined.split(",").map((part) => part.trim())
      return [...new Set(parts)].filter((part) => part !== "")
    })
    .pipe(
      z.array(
        z.string().refine((part): part is T[number] => known.includes(part), {
          error: (issue) => `there is no ${noun} ${JSON.stringify(issue.input)}; there are: ${known.join(", ")}`,
        }),
      ),
    )

/** One word out of a closed set; the error names what exists. */
const oneOf = <const T extends readonly string[]>(known: T, noun: string) =>
  z.string().refine((word): word is T[number] => known.includes(word), {
    error: (issue) => `there is no ${noun} ${JSON.stringify(issue.input)}; there are: ${known.join(", ")}`,
  })

/** Everything that a report can measure; `server/core/report/metric.ts` says how. */
export const METRICS = [
  "visits",
  "visitors",
  "new_visitors",
  "pages",
  "pages_per_visit",
  "leased_visits",
  "overflow_visits",
  "overflow_rate",
  "calls",
  "unique_callers",
  "first_time_callers",
  "repeat_callers",
  "repeat_caller_share",
  "answered",
  "missed",
  "missed_rate",
  "attributed",
  "ambiguous",
  "unattributed",
  "unattributed_share",
  "mean_confidence",
  "duration_s",
  "talk_s",
  "mean_talk_s",
  "mean_wait_s",
  "qualified_calls",
  "called_back",
  "value",
  "call_rate",
  "leads",
  "qualified",
  "qualified_rate",
  "mql",
  "sql",
  "quotes",
  "won",
  "lost",
  "mql_rate",
  "sql_rate",
  "quote_rate",
  "win_rate",
  "lead_win_rate",
  "contacted",
  "contact_rate",
  "mean_contact_s",
  "tasks_due",
  "tasks_on_time",
  "follow_up_on_time",
  "capacity_load",
  "pipeline_value",
  "expected_revenue",
  "orders",
  "refunds",
  "revenue",
  "margin",
  "aov",
  "phone_orders",
  "phone_revenue",
  "call_order_rate",
  "lead_order_rate",
  "visit_order_rate",
  "customers",
  "new_customers",
  "repeat_orders",
  "repeat_revenue",
  "phone_repeat_revenue",
  "repurchase_rate",
  "retention_rate",
  "lifetime_revenue",
  "ltv",
  "ltv_cac",
  "sales_cycle_days",
  "sales_cycle_median_days",
  "sales_cycle_p90_days",
  "tickets",
  "tickets_solved",
  "ratings",
  "nps",
  "cost",
  "ads_cost",
  "number_cost",
  "content_cost",
  "agency_cost",
  "labour_cost",
  "platform_cost",
  "other_cost",
  "marketing_cost",
  "impressions",
  "clicks",
  "ctr",
  "cpc",
  "cost_per_visit",
  "cost_per_call",
  "cpl",
  "cost_per_qualified",
  "cost_per_qualified_call",
  "cpo",
  "cac",
  "profit",
  "roi",
  "romi",
  "roas",
  "payback_months",
] as const
export type Metric = (typeof METRICS)[number]

/** The units of time that rows can be cut by; a query names one of the first four at most. */
export const TIME_DIMENSIONS = ["day", "week", "month", "quarter", "weekday", "hour"] as const
export type TimeDimension = (typeof TIME_DIMENSIONS)[number]

/** What rows can be grouped by beside time, and filtered by. */
export const VALUE_DIMENSIONS = [
  "channel",
  "ga4_channel",
  "family",
  "source",
  "medium",
  "campaign",
  "term",
  "content",
  "purpose",
  "segment",
  "offer",
  "experiment",
  "variant",
  "landing_page",
  "referrer_host",
  "country",
  "region",
  "city",
  "device",
  "browser",
  "os",
  "language",
  "number",
  "pool",
  "carrier",
  "caller_region",
  "status",
  "state",
  "method",
  "outcome",
  "tag",
  "first_time",
  "agent",
  "stage",
  "grade",
  "origin",
  "arm",
  "lost_reason",
  "product",
  "cost_kind",
  "topic",
] as const
export type ValueDimension = (typeof VALUE_DIMENSIONS)[number]

/** Everything that rows can be grouped by. */
export const DIMENSIONS = [...VALUE_DIMENSIONS, ...TIME_DIMENSIONS] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** How conversions are credited to the visits before them; `own` leaves each with the source that it was led back to. */
export const MODELS = [
  "own",
  "first",
  "last",
  "last_non_direct",
  "linear",
  "time_decay",
  "position",
  "w_shaped",
  "markov",
  "shapley",
] as const
export type Model = (typeof MODELS)[number]

const value = cut(FIELD_LIMIT).optional()
/** Filters of a report: rows of that value alone; the empty text stands for none. */
const filters = {
  ...filter,
  ga4_channel: value,
  family: value,
  term: value,
  content: value,
  purpose: value,
  segment: value,
  offer: value,
  experiment: value,
  variant: value,
  landing_page: value,
  referrer_host: value,
  country: value,
  region: value,
  city: value,
  device: value,
  browser: value,
  os: value,
  language: value,
  number: value,
  pool: value,
  carrier: value,
  caller_region: value,
  status: value,
  state: value,
  method: value,
  outcome: value,
  tag: value,
  first_time: value,
  agent: value,
  stage: value,
  grade: value,
  origin: value,
  arm: value,
  lost_reason: value,
  product: value,
  cost_kind: value,
  topic: value,
} satisfies Record<ValueDimension, unknown>
/** The dimensions that a query can filter by. */
export const FILTERS = Object.keys(filters) as (keyof typeof filters)[]

/** The query of a report: one for every table and chart. */
export const ReportQuery = z.strictObject({
  metrics: listOf(METRICS, "metric")
    .refine((metrics) => metrics.length > 0, `name at least one; there are: ${METRICS.join(", ")}`)
    .default(["visits", "calls"]),
  group_by: listOf(DIMENSIONS, "dimension").default([]),
  ...span,
  interval: z.enum(["day", "week", "month", "quarter"]).optional(),
  ...filters,
  model: oneOf(MODELS, "model").default("own"),
  lookback: z.coerce
    .number()
    .int()
    .min(1)
    .max(730)
    .default(90)
    .describe("days before a conversion in which a visit is credited"),
  basis: z
    .enum(["revenue", "margin"])
    .default("revenue")
    .describe("what profit, ROI, ROMI and payback are reckoned from"),
  compare: z
    .string()
    .regex(
      /^(previous|year|\d{4}-\d{2}-\d{2}\.\.\d{4}-\d{2}-\d{2})$/,
      "must be previous, year, or two days such as 2026-10-01..2026-10-31",
    )
    .refine(
      (text) => !text.includes("..") || text.split("..").every((one) => day.safeParse(one).success),
      "must name two days of the calendar between 1970 and 2900",
    )
    .refine((text) => {
      const [first = "", last = ""] = text.split("..")
      return last === "" || first <= last
    }, "must not begin after it ends")
    .optional()
    .describe("another span beside: each metric gets _before and _change"),
  bounds: z
    .enum(["true", "false"])
    .default("false")
    .describe("95 % intervals beside: counts, rates and returns get _low and _high"),
  sort: z.string().max(60).optional().describe("a metric or dimension of the query; a leading - sorts downwards"),
  limit: z.coerce.number().int().min(1).max(10_000).default(1000),
})
export type ReportQuery = z.infer<typeof ReportQuery>

export const ReportAnswer = z.strictObject({
  rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))),
  totals: z.record(z.string(), z.number().nullable()),
  query: z.record(z.string(), z.unknown()),
  warnings: z.array(z.string()),
})
export type ReportAnswer = z.infer<typeof ReportAnswer>
