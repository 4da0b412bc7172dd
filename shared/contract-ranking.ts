import * as z from "zod"
import { name, page } from "./contract.js"
import { MODELS, ReportQuery, VALUE_DIMENSIONS } from "./contract-report.js"

// The contract of what is read out of reports: which channels are worth their money, and reports that are asked for again.

const {
  group_by: _,
  metrics: __,
  compare: ___,
  sort: ____,
  bounds: _____,
  interval: ______,
  ...asked
} = ReportQuery.shape

/** A ranking's query: a report's days, filters and model, over one dimension. */
export const RankingQuery = z.strictObject({
  ...asked,
  by: z
    .enum(VALUE_DIMENSIONS, { error: () => `is no dimension to rank by; there are: ${VALUE_DIMENSIONS.join(", ")}` })
    .default("channel"),
  minimum: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(20)
    .describe("calls below which a row is shown and not ranked"),
})
export type RankingQuery = z.infer<typeof RankingQuery>

/** What stands out: of `few` calls nothing can be said; the quadrants of calls against orders; money lost. */
export const FLAGS = ["few", "many_calls_few_orders", "few_calls_many_orders", "loss"] as const
export type Flag = (typeof FLAGS)[number]

const figure = z.number().nullable()
const RankedRow = z.strictObject({
  /** The row's value of the dimension; null: none. */
  value: z.string().nullable(),
  /** 1 is the best return; null where there are too few calls or no cost to return. */
  rank: z.number().int().nullable(),
  calls: figure,
  orders: figure,
  call_order_rate: figure,
  /** The 95 % interval of the rate (Wilson). */
  call_order_rate_low: figure,
  call_order_rate_high: figure,
  revenue: figure,
  cost: figure,
  profit: figure,
  roi: figure,
  cpo: figure,
  flags: z.array(z.enum(FLAGS)),
})
export type RankedRow = z.infer<typeof RankedRow>

export const RankingAnswer = z.strictObject({
  rows: z.array(RankedRow),
  /** Money that may be worth moving: only between rows whose rates differ beyond their intervals. */
  hints: z.array(
    z.strictObject({
      from: z.string().nullable(),
      to: z.string().nullable(),
      /** What the hint rests on: returns and calls of both. */
      basis: z.strictObject({
        roi_from: z.number(),
        roi_to: z.number(),
        calls_from: z.number(),
        calls_to: z.number(),
      }),
    }),
  ),
  totals: z.record(z.string(), figure),
  warnings: z.array(z.string()),
})
export type RankingAnswer = z.infer<typeof RankingAnswer>

/** A report's query as it stands in its address, checked as one. */
const query = z
  .record(z.string().max(60), z.string().max(2000))
  .superRefine((written, context) => {
    for (const issue of ReportQuery.safeParse(written).error?.issues ?? [])
      context.addIssue({ code: "custom", message: issue.message, path: issue.path })
  })
  .describe("the parameters of a report, as in its address")

/** What the dashboard shows beside or in place of the query's own rows; the API keeps it and does nothing with it. */
const look = z.strictObject({
  period: z.enum(["today", "7d", "30d", "90d"]).optional(),
  show: z.enum(["heat", "funnel", "ranking"]).optional(),
  beside: z.enum(MODELS).optional(),
})

export const SavedReportFields = z.strictObject({ name, query, look: look.optional() })
export type SavedReportFields = z.infer<typeof SavedReportFields>
export const SavedReportPatch = z.strictObject({
  name: name.optional(),
  query: query.optional(),
  look: look.optional(),
})
export type SavedReportPatch = z.infer<typeof SavedReportPatch>

export const SavedReportAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  query: z.record(z.string(), z.string()),
  look: z.record(z.string(), z.string()),
  created_at: z.string(),
  updated_at: z.string(),
})
export type SavedReportAnswer = z.infer<typeof SavedReportAnswer>

export const SavedReportsQuery = z.strictObject(page)
export type SavedReportsQuery = z.infer<typeof SavedReportsQuery>
