import * as z from "zod"
import { currency, cut, day, filter, id, page, SourceFields, span, text } from "./contract.js"
import { money, rate } from "./contract-money.js"
import { FIELD_LIMIT, IMPORT_LIMIT } from "./protocol.js"

// The contract of costs: money that went out, over days, for a channel, a campaign, a number, or for all of them.

/** What money is spent on: of ads, telephone, content, agencies, people and tools. */
export const COST_KINDS = [
  "ads",
  "number_rent",
  "number_fee",
  "content",
  "agency",
  "labour",
  "training",
  "platform",
  "other",
] as const
export type CostKind = (typeof COST_KINDS)[number]

/** How a cost without a channel is shared among channels when a report asks: evenly, by calls, or by hours of talk. */
export const SPREADS = ["share", "calls", "talk"] as const

const count = z.number().int().min(0).max(1e12)

const details = {
  currency: currency.optional(),
  /** What one unit of `currency` is worth in the site's; without one, the site's rate of the first day serves. */
  rate: rate.nullish(),
  ...SourceFields.shape,
  /** The number that the money was paid for: its id or itself. A static number's source becomes the cost's, unless one is named. */
  number: cut(64).nullish(),
  spread: z.enum(SPREADS).nullish(),
  clicks: count.nullish(),
  impressions: count.nullish(),
  account: cut(FIELD_LIMIT).optional(),
  notes: z.string().max(4000).nullish(),
}

export const CostFields = z.strictObject({
  external_id: z.string().trim().min(1).max(128).nullish(),
  kind: z.enum(COST_KINDS),
  /** Negative for a credit note. */
  amount: money,
  from: day,
  /** The last day, included; the first one, where it is not said. */
  to: day.optional(),
  ...details,
})
export type CostFields = z.infer<typeof CostFields>
/** One cost, or up to 100. */
export const CostRequest = z.union([CostFields, z.array(CostFields).min(1).max(IMPORT_LIMIT)])

export const CostPatch = z.strictObject({
  kind: z.enum(COST_KINDS).optional(),
  amount: money.optional(),
  from: day.optional(),
  to: day.optional(),
  ...details,
})
export type CostPatch = z.infer<typeof CostPatch>

export const CostAnswer = z.strictObject({
  id: z.string(),
  external_id: text,
  kind: z.enum(COST_KINDS),
  amount: z.number(),
  currency: z.string(),
  rate: z.number().nullable(),
  /** In the site's currency; null without a rate, and then no sum counts it. */
  site_amount: z.number().nullable(),
  site_currency: z.string(),
  from: z.string(),
  to: z.string(),
  channel: text,
  source: text,
  medium: text,
  campaign: text,
  term: text,
  content: text,
  number: text,
  spread: z.enum(SPREADS).nullable(),
  clicks: z.number().nullable(),
  impressions: z.number().nullable(),
  account: text,
  notes: text,
  import: text,
  warning: text,
  updated_at: z.string(),
})
export type CostAnswer = z.infer<typeof CostAnswer>
/** One cost with its part of each of its days, in the site's currency. */
export const CostDaysAnswer = CostAnswer.extend({
  days: z.array(
    z.strictObject({
      day: z.string(),
      site_amount: z.number().nullable(),
      clicks: z.number(),
      impressions: z.number(),
    }),
  ),
})
export type CostDaysAnswer = z.infer<typeof CostDaysAnswer>

export const CostsQuery = z.strictObject({
  ...page,
  from: span.from,
  to: span.to,
  ...filter,
  kind: z.enum(COST_KINDS).optional(),
  external_id: z.string().max(128).optional(),
  number: cut(64).optional(),
  import: id("import").optional(),
})
export type CostsQuery = z.infer<typeof CostsQuery>
