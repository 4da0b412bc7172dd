import * as z from "zod"
import { SourceFields } from "./contract.js"
import { FIELD_LIMIT } from "./protocol.js"

// The contract of what a site shows to whom, what callers may say, and what its pools are up to.

const word = z.string().trim().min(1).max(FIELD_LIMIT)
const id = (prefix: string) =>
  z
    .string()
    .max(64)
    .regex(new RegExp(`^${prefix}_[0-9A-Za-z]+$`), `must be an id that begins with ${prefix}_`)

/** What a rule can ask of a visit. */
export const RULE_FIELDS = [
  "channel",
  "source",
  "medium",
  "campaign",
  "term",
  "content",
  "click_id",
  "landing_page",
  "referrer",
  "country",
  "region",
  "device",
  "language",
  "visitor",
  "weekday",
  "hour",
] as const
export type RuleField = (typeof RULE_FIELDS)[number]

/**
 * One condition: a field and what it must be. Several values are a list of which one must fit; `not` turns it around. Text
 * is compared without regard to case. `visitor` is first or returning, `weekday` mon to sun, `hour` 0 to 23 in the site's
 * zone, and `click_id` the parameter's name (gclid).
 */
export const RuleCondition = z.strictObject({
  field: z.enum(RULE_FIELDS),
  match: z.enum(["exact", "prefix", "glob"]).default("exact"),
  values: z.array(word).min(1).max(100),
  not: z.boolean().default(false),
})
export type RuleCondition = z.infer<typeof RuleCondition>

const Outcome = z.discriminatedUnion("show", [
  z.strictObject({ show: z.literal("pool"), pool: id("pool") }),
  z.strictObject({ show: z.literal("number"), number: id("num") }),
  z.strictObject({ show: z.literal("nothing") }),
])

export const RuleFields = z.strictObject({
  name: z.string().trim().min(1).max(120),
  /** Rules are asked in the order of their places, then of their making; the first that fits decides. */
  place: z.number().int().min(0).max(10_000).default(100),
  enabled: z.boolean().default(true),
  /** All must fit; none at all fits every visit. */
  conditions: z.array(RuleCondition).max(20).default([]),
  /** The number on the page that the rule is about; null: every one. */
  target: z.string().trim().min(2).max(40).nullish(),
  outcome: Outcome,
})
export type RuleFields = z.infer<typeof RuleFields>

export const RulePatch = z.strictObject({
  name: z.string().trim().min(1).max(120).optional(),
  place: z.number().int().min(0).max(10_000).optional(),
  enabled: z.boolean().optional(),
  conditions: z.array(RuleCondition).max(20).optional(),
  target: z.string().trim().min(2).max(40).nullish(),
  outcome: Outcome.optional(),
})
export type RulePatch = z.infer<typeof RulePatch>

export const RuleAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  place: z.number().int(),
  enabled: z.boolean(),
  conditions: z.array(RuleCondition),
  target: z.string().nullable(),
  outcome: Outcome,
})
export type RuleAnswer = z.infer<typeof RuleAnswer>

/** A visit to try the rules on. */
export const RuleTest = z.strictObject({
  url: z.string().max(8192),
  referrer: z.string().max(8192).default(""),
  country: z.string().max(2).nullish(),
  region: z.string().max(120).nullish().describe("ISO 3166-2, such as US-TX"),
  device: z.enum(["desktop", "mobile", "tablet", "tv", "other"]).default("desktop"),
  language: z.string().max(20).nullish(),
  visitor: z.enum(["first", "returning"]).default("first"),
  at: z.iso.datetime({ offset: true }).optional(),
})
export type RuleTest = z.infer<typeof RuleTest>

const Trace = z.strictObject({
  rule: z.string(),
  name: z.string(),
  fits: z.boolean(),
  why: z.array(z.string()),
})
export const RuleTestAnswer = z.strictObject({
  targets: z.array(
    z.strictObject({
      target: z.string(),
      /** The rule that decides; null: none fits, and the pool of that number serves. */
      rule: z.string().nullable(),
      outcome: Outcome,
    }),
  ),
  /** Every rule in the order it is asked, with what spoke for and against it. */
  rules: z.array(Trace),
})
export type RuleTestAnswer = z.infer<typeof RuleTestAnswer>

/** What a caller may press or say, and the source it stands for; of one number, or of all. */
export const CodeFields = z.strictObject({
  kind: z.enum(["key", "code"]),
  code: z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^[0-9A-Z#*-]{1,20}$/, "must be 1 to 20 of digits, letters, #, * and -"),
  number: id("num").nullish(),
  source: SourceFields,
})
export type CodeFields = z.infer<typeof CodeFields>
export const CodeAnswer = z.strictObject({
  id: z.string(),
  kind: z.enum(["key", "code"]),
  code: z.string(),
  number: z.string().nullable(),
  source: z.strictObject({
    channel: z.string(),
    source: z.string(),
    medium: z.string(),
    campaign: z.string().nullable(),
    term: z.string().nullable(),
    content: z.string().nullable(),
  }),
})
export type CodeAnswer = z.infer<typeof CodeAnswer>

export const ForecastQuery = z.strictObject({
  pool: id("pool"),
  numbers: z.coerce.number().int().min(0).max(10_000).optional().describe("what would so many numbers cover?"),
  coverage: z.coerce.number().min(0.01).max(0.9999).optional().describe("how many numbers cover this share of visits?"),
  accuracy: z.coerce
    .number()
    .min(0.01)
    .max(0.9999)
    .optional()
    .describe("how many numbers lead such a share of first calls to the right visitor?"),
  days: z.coerce.number().int().min(1).max(90).default(14),
})
export type ForecastQuery = z.infer<typeof ForecastQuery>
export const ForecastAnswer = z.strictObject({
  pool: z.string(),
  /** What it was reckoned from: visits an hour at the busiest hour of the week, seconds a visit is on the page. */
  busiest_hour: z.number(),
  holding_s: z.number(),
  load: z.number(),
  numbers: z.number().int(),
  /** Share of visits that meet a number nobody else looks at, over all hours and in the busiest. */
  coverage: z.number(),
  coverage_busiest: z.number(),
  /** Share of first calls that are expected to be led to the right visitor, by the rates that the site has learnt. */
  accuracy: z.number(),
  warnings: z.array(z.string()),
})
export type ForecastAnswer = z.infer<typeof ForecastAnswer>
