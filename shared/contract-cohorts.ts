import * as z from "zod"
import { span, text } from "./contract.js"
import { ReportQuery } from "./contract-report.js"

// The contract of what takes time to show: customers by when they first came, and what the latest money still bought.

/** What a source tells, and the campaign that it names: known of money that came in and of money that went out. */
export const SOURCE_DIMENSIONS = [
  ...(["channel", "ga4_channel", "family", "source", "medium", "campaign", "term", "content"] as const),
  ...(["purpose", "segment", "offer", "experiment", "variant"] as const),
] as const
const source = z.enum(SOURCE_DIMENSIONS, {
  error: () => `is nothing that costs and orders both have; there are: ${SOURCE_DIMENSIONS.join(", ")}`,
})
const whole = z.coerce.number().int()
const figure = z.number().nullable()

export const CohortsQuery = z.strictObject({
  ...span,
  by: source.optional().describe("a row for each value of the first touch's; without it all are one"),
  unit: z.enum(["week", "month", "quarter"]).default("month"),
  ages: whole.min(1).max(60).default(12).describe("units after the first touch that are looked at"),
  basis: ReportQuery.shape.basis,
})
export type CohortsQuery = z.infer<typeof CohortsQuery>

const Cohort = z.strictObject({
  /** The first day of the unit in which they first came. */
  cohort: z.string(),
  value: text,
  new_visitors: z.number().int(),
  /** Those of them who bought, to this day. */
  customers: z.number().int(),
  /** What was spent in that unit. */
  cost: z.number(),
  /** What they brought in the unit itself, in the one after it, and so on; units that have not begun are left out. */
  income: z.array(z.number()),
  /** The same, added up. */
  total: z.array(z.number()),
  /** What a customer brought to this day. */
  ltv: figure,
  roi: figure,
  /** Units until what they brought reached what was spent: 0 is the same unit; null: not yet, or nothing was spent. */
  payback: z.number().int().nullable(),
})
export type Cohort = z.infer<typeof Cohort>

export const CohortsAnswer = z.strictObject({
  rows: z.array(Cohort),
  query: z.record(z.string(), z.unknown()),
  warnings: z.array(z.string()),
})
export type CohortsAnswer = z.infer<typeof CohortsAnswer>

/** What money is spent for, by the metric's name. */
export const RESULTS = ["calls", "qualified_calls", "leads", "qualified", "orders", "new_customers"] as const
export type Result = (typeof RESULTS)[number]

export const SaturationQuery = z.strictObject({
  ...span,
  by: source.default("channel"),
  result: z.enum(RESULTS, { error: () => `is no result; there are: ${RESULTS.join(", ")}` }).default("leads"),
  unit: z.enum(["day", "week", "month"]).default("week"),
  steps: whole.min(2).max(6).default(3),
  minimum: whole.min(1).max(10_000).default(10).describe("results of a step below which nothing is concluded from it"),
})
export type SaturationQuery = z.infer<typeof SaturationQuery>

const SpendStep = z.strictObject({
  /** Units of this step: those of least spending come first. */
  units: z.number().int(),
  /** What was spent, and what came of it, in one of them on average. */
  cost: z.number(),
  results: z.number(),
  cost_per_result: figure,
  cost_per_result_low: figure,
  cost_per_result_high: figure,
  cpc: figure,
  cpl: figure,
  cpo: figure,
  /** What each further result cost against the step before; null in the first step, where no more came, and of few. */
  marginal_cost: figure,
  few: z.boolean(),
})
export type SpendStep = z.infer<typeof SpendStep>

export const SaturationAnswer = z.strictObject({
  rows: z.array(
    z.strictObject({
      value: text,
      steps: z.array(SpendStep),
      /** A result of the last step cost more than one of the first, beyond what chance makes of it; null of few. */
      saturated: z.boolean().nullable(),
    }),
  ),
  query: z.record(z.string(), z.unknown()),
  warnings: z.array(z.string()),
})
export type SaturationAnswer = z.infer<typeof SaturationAnswer>
