import * as z from "zod"
import { currency } from "./contract.js"

// What every body about money says in the same words.

/** An amount: a decimal string or number, of no more places than its currency has; negative for refunds and credit notes. */
export const money = z.union([
  z.number(),
  z.string().regex(/^-?\d{1,12}(\.\d{1,4})?$/, "must be a decimal amount such as 1250.50"),
])

/** What one unit of a currency is worth in the site's own: positive, ten decimal places at most. */
export const rate = z
  .union([z.number(), z.string().regex(/^\d{1,10}(\.\d{1,10})?$/, "must be a decimal rate such as 0.9215")])
  .transform(Number)
  .pipe(z.number().min(1e-8, "must be positive").max(1e10))

export const RateFields = z.strictObject({
  currency,
  /** Null takes the rate of this day back; the one before it holds again. */
  rate: rate.nullable(),
  /** The first day, in the site's zone, on which it holds; until the next day that has a rate. */
  from: z.iso.date().refine((day) => day >= "1970-01-02" && day < "2900", "must lie between 1970 and 2900"),
})
export type RateFields = z.infer<typeof RateFields>

export const RateAnswer = z.strictObject({ currency: z.string(), rate: z.number(), from: z.string() })
export type RateAnswer = z.infer<typeof RateAnswer>
/** How many orders and costs were converted anew, because they have no rate of their own. */
export const RateChange = z.strictObject({
  currency: z.string(),
  rate: z.number().nullable(),
  from: z.string(),
  orders: z.number().int(),
  costs: z.number().int(),
})
export type RateChange = z.infer<typeof RateChange>
