import * as z from "zod"
import { cut, day, page, text } from "./contract.js"
import { METRICS } from "./contract-report.js"
import { FIELD_LIMIT } from "./protocol.js"

// The contract of targets and campaigns: what was planned, for when, and who answers for it.

const name = z.string().trim().min(1).max(120)
const label = z.string().trim().max(120)

/** Days, both included, on which a campaign runs or a part of a target falls due, and what was agreed for them. */
export const Flight = z
  .strictObject({
    from: day,
    to: day,
    /** The part of the whole that falls to this flight; without it, by its days. */
    share: z.number().min(0).max(1).optional(),
    name: name.optional(),
    /** The report that is read at its end, the result that is hoped for, and who works on it. */
    report: z.string().max(500).optional(),
    ideal: z.string().max(500).optional(),
    team: z.array(name).max(20).optional(),
  })
  .refine(({ from, to }) => from <= to, { error: "must not be after to", path: ["from"] })
const flights = z.array(Flight).max(60)

const metric = z.enum(METRICS, { error: () => `is no metric; there are: ${METRICS.join(", ")}` })
const value = z
  .union([z.number(), z.string().regex(/^-?\d{1,12}(\.\d{1,6})?$/, "must be a decimal number such as 1250.50")])
  .transform(Number)
  .pipe(z.number().min(-1e12).max(1e12))

export const TargetFields = z.strictObject({
  name,
  metric,
  /** Money in the site's currency, a share as 0 to 1, anything else as a number. */
  value,
  /** A floor (calls, revenue) or a ceiling (cost, cost per lead). */
  aim: z.enum(["at_least", "at_most"]).default("at_least"),
  /** Of one channel, of one campaign, of both, or of all. */
  channel: cut(FIELD_LIMIT).default(""),
  campaign: cut(FIELD_LIMIT).default(""),
  from: day,
  to: day,
  split: z.enum(["month", "week", "flight"]).default("month"),
  /** Where it is split by flights: its own, else those of its campaign. */
  flights: flights.default([]),
  owner: label.default(""),
})
export type TargetFields = z.infer<typeof TargetFields>

export const TargetPatch = z.strictObject({
  name: name.optional(),
  metric: metric.optional(),
  value: value.optional(),
  aim: z.enum(["at_least", "at_most"]).optional(),
  channel: cut(FIELD_LIMIT).optional(),
  campaign: cut(FIELD_LIMIT).optional(),
  from: day.optional(),
  to: day.optional(),
  split: z.enum(["month", "week", "flight"]).optional(),
  flights: flights.optional(),
  owner: label.optional(),
})
export type TargetPatch = z.infer<typeof TargetPatch>

export const TargetAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  metric: z.string(),
  value: z.number(),
  /** Of a target in money. */
  currency: text,
  aim: z.enum(["at_least", "at_most"]),
  channel: text,
  campaign: text,
  from: z.string(),
  to: z.string(),
  split: z.enum(["month", "week", "flight"]),
  flights: z.array(Flight),
  owner: text,
  created_at: z.string(),
  updated_at: z.string(),
})
export type TargetAnswer = z.infer<typeof TargetAnswer>

export const TargetsQuery = z.strictObject({
  ...page,
  metric: metric.optional(),
  channel: cut(FIELD_LIMIT).optional(),
  campaign: cut(FIELD_LIMIT).optional(),
  on: day.optional().describe("a day that the target covers"),
})
export type TargetsQuery = z.infer<typeof TargetsQuery>

const figure = z.number().nullable()
export const PacingAnswer = z.strictObject({
  target: TargetAnswer,
  /** `ahead` has not begun, `running` is under way, `over` has ended. */
  state: z.enum(["ahead", "running", "over"]),
  /** What was reached so far; null where the metric is undefined or nothing has begun. */
  actual: figure,
  /** What the plan had by now, today in proportion. */
  expected: z.number(),
  /** Actual over expected. */
  pace: figure,
  /** What it comes to at the end if it goes on as it has; a ratio stays as it is. */
  projected: figure,
  /** Whether the aim is kept by now, and would be kept at the end as projected. */
  on_track: z.boolean().nullable(),
  will_reach: z.boolean().nullable(),
  periods: z.array(
    z.strictObject({
      from: z.string(),
      to: z.string(),
      name: text,
      state: z.enum(["ahead", "running", "over"]),
      plan: z.number(),
      expected: z.number(),
      actual: figure,
    }),
  ),
  /** The same metric over as many days before. */
  baseline: z.strictObject({ from: z.string(), to: z.string(), actual: figure }),
  /** Targets of the same metric, campaign and days for single channels, where this one is for all. */
  parts: z.array(z.strictObject({ id: z.string(), channel: z.string(), value: z.number() })),
  warnings: z.array(z.string()),
})
export type PacingAnswer = z.infer<typeof PacingAnswer>

export const CampaignFields = z.strictObject({
  /** As its links are tagged (utm_campaign) and its costs are named. */
  campaign: z.string().trim().min(1).max(FIELD_LIMIT),
  /** brand, new product, customers, ... */
  purpose: label.default(""),
  /** Whom it addresses, and with what. */
  segment: label.default(""),
  offer: label.default(""),
  /** An A/B test, by one name on all its campaigns, and which side this one is. */
  experiment: label.default(""),
  variant: label.default(""),
  /** Without any it is always on. */
  flights: flights.default([]),
  notes: z.string().max(4000).nullish(),
})
export type CampaignFields = z.infer<typeof CampaignFields>

export const CampaignPatch = z.strictObject({
  campaign: z.string().trim().min(1).max(FIELD_LIMIT).optional(),
  purpose: label.optional(),
  segment: label.optional(),
  offer: label.optional(),
  experiment: label.optional(),
  variant: label.optional(),
  flights: flights.optional(),
  notes: z.string().max(4000).nullish(),
})
export type CampaignPatch = z.infer<typeof CampaignPatch>

export const CampaignAnswer = z.strictObject({
  id: z.string(),
  campaign: z.string(),
  purpose: text,
  segment: text,
  offer: text,
  experiment: text,
  variant: text,
  flights: z.array(Flight),
  notes: text,
  /** Whether it runs on the day asked for, else today; and the day on which that changes. */
  on: z.boolean(),
  changes_on: text,
  /** The targets of this campaign. */
  targets: z.array(z.string()),
  created_at: z.string(),
  updated_at: z.string(),
})
export type CampaignAnswer = z.infer<typeof CampaignAnswer>

export const CampaignsQuery = z.strictObject({
  ...page,
  at: day.optional().describe("the day that `on` speaks of"),
  on: z.enum(["true", "false"]).optional(),
  purpose: label.optional(),
  segment: label.optional(),
  offer: label.optional(),
  experiment: label.optional(),
})
export type CampaignsQuery = z.infer<typeof CampaignsQuery>
