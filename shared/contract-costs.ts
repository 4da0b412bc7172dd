import * as z from "zod"
import { currency, cut, day, filter, id, page, SourceFields, span, text } from "./contract.js"
import { money, rate } from "./contract-money.js"
import { FIELD_LIMIT, IMPORT_LIMIT } from "./protocol.js"
import { COST_KINDS, SPEND_FIELDS, SPEND_FORMAT_NAMES, SPREADS } from "./spend.js"

// The contract of costs: money that went out, over days, for a channel, a campaign, a number, or for all of them.

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

// --- Imports of ad spending ------------------------------------------------------------------------------------------

const mapping = z
  .string()
  .max(4000)
  .transform((json, context) => {
    try {
      return JSON.parse(json) as unknown
    } catch {
      context.addIssue({ code: "custom", message: 'must be JSON such as {"cost":"Kosten"}' })
      return z.NEVER
    }
  })
  .pipe(z.partialRecord(z.enum(SPEND_FIELDS), z.string().trim().min(1).max(200)))

export const CostImportQuery = z.strictObject({
  format: z.enum(SPEND_FORMAT_NAMES).default("plain"),
  /** `true` reads the whole file and says what would come of it; nothing is stored. */
  dry_run: z.enum(["true", "false"]).default("false"),
  mapping: mapping
    .optional()
    .describe('the file\'s own column names by field, as JSON: {"date":"Tag","cost":"Kosten"}'),
  /** Before the decimals, where the file's own amounts do not tell. */
  decimal: z.enum([".", ","]).optional(),
  date_order: z.enum(["dmy", "mdy"]).optional(),
  /** Of the amounts, where the file names none; else the site's. */
  currency: currency.optional(),
  kind: z.enum(COST_KINDS).optional().describe("of the costs; ads, where the file names none"),
  ...SourceFields.shape,
  account: cut(FIELD_LIMIT).optional(),
})
export type CostImportQuery = z.infer<typeof CostImportQuery>

/** A file's cells, line by line, and how they were read. */
export const CostImportFile = z.strictObject({
  encoding: z.string(),
  lines: z.array(z.array(z.string())).min(1, "the file is empty"),
})
export type CostImportFile = z.infer<typeof CostImportFile>

const spendSum = z.strictObject({
  currency: z.string(),
  amount: z.number(),
  clicks: z.number(),
  impressions: z.number(),
})

export const CostImportAnswer = z.strictObject({
  /** Null in a dry run. */
  id: text,
  format: z.enum(SPEND_FORMAT_NAMES),
  encoding: z.string(),
  /** The very same file was imported before: nothing was done now. */
  repeated: z.boolean(),
  header_row: z.number().int(),
  columns: z.array(z.strictObject({ field: z.string(), header: z.string() })),
  /** Rows of spending, the costs they make (rows of the same days and source are one), and the earlier costs they replace. */
  rows: z.number().int(),
  costs: z.number().int(),
  replaced: z.number().int(),
  from: text,
  to: text,
  totals: z.array(spendSum),
  preview: z.array(
    z.strictObject({
      row: z.number().int(),
      from: z.string(),
      to: z.string(),
      amount: z.number(),
      currency: z.string(),
      channel: text,
      source: text,
      medium: text,
      campaign: text,
      term: text,
      clicks: z.number().nullable(),
      impressions: z.number().nullable(),
    }),
  ),
  skipped: z.array(z.strictObject({ row: z.number().int(), reason: z.string() })),
  /** What cannot be read: in a dry run only, else they are the errors of the refusal. */
  faults: z.array(
    z.strictObject({ row: z.number().int(), column: z.string(), message: z.string(), value: z.string() }),
  ),
  warnings: z.array(z.string()),
})
export type CostImportAnswer = z.infer<typeof CostImportAnswer>

export const ImportAnswer = z.strictObject({
  id: z.string(),
  format: z.string(),
  /** Rows of spending the file had, and the costs that are still there of it. */
  rows: z.number().int(),
  costs: z.number().int(),
  created_at: z.string(),
})
export type ImportAnswer = z.infer<typeof ImportAnswer>
