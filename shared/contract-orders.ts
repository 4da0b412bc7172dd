import * as z from "zod"
import { currency, cut, filter, id, instant, page, phone, SourceAnswer, span, text } from "./contract.js"
import { money, rate } from "./contract-money.js"
import { IMPORT_LIMIT } from "./protocol.js"

// The contract of orders: money that came in, tied to a call, a lead or a visitor.

/** One line of an order; `amount` is what the line cost in all. */
export const OrderItem = z.strictObject({
  name: z.string().trim().min(1).max(200),
  sku: z.string().trim().min(1).max(100).optional(),
  category: z.string().trim().min(1).max(100).optional(),
  quantity: z.number().min(0).max(1e9).default(1),
  amount: money.optional(),
})

const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .regex(/^[^\s@]+@[^\s@]+$/, "must be an e-mail address")

/** What leads an order to its source. Of several the call speaks first, then the lead, the visitor, the person, phone, e-mail. */
const links = {
  call: id("call").nullish(),
  lead: id("lead").nullish(),
  visitor: id("vtr").nullish(),
  person: id("person").nullish(),
  phone: phone.nullish().describe("the buyer's number: his latest call before the order leads to the source"),
  email: email.nullish(),
}

const details = {
  /** The site's own currency, unless it is named. */
  currency: currency.optional(),
  /** What one unit of `currency` is worth in the site's; without one, the site's rate of the day serves. */
  rate: rate.nullish(),
  at: instant.optional().describe("when it was bought; now, where it is not said"),
  margin: money.nullish().describe("what is left of the amount after the cost of the goods"),
  items: z.array(OrderItem).max(200).nullish(),
  /** What else the shop knows, e.g. payment, delivery: at most 30. */
  fields: z
    .record(cut(60), cut(1000))
    .refine((fields) => Object.keys(fields).length <= 30, "has 30 fields at most")
    .nullish(),
  agent: id("agent").nullish(),
  ...links,
}

export const OrderFields = z.strictObject({
  external_id: z.string().trim().min(1).max(128),
  /** Negative for a refund. */
  amount: money,
  ...details,
})
export type OrderFields = z.infer<typeof OrderFields>
/** One order, or up to 100. */
export const OrderRequest = z.union([OrderFields, z.array(OrderFields).min(1).max(IMPORT_LIMIT)])

export const OrderPatch = z.strictObject({ amount: money.optional(), ...details })
export type OrderPatch = z.infer<typeof OrderPatch>

export const OrderAnswer = z.strictObject({
  id: z.string(),
  external_id: z.string(),
  at: z.string(),
  amount: z.number(),
  margin: z.number().nullable(),
  currency: z.string(),
  /** What the amount was converted with; 1 in the site's currency, null without a rate. */
  rate: z.number().nullable(),
  /** Amount and margin in the site's currency; null without a rate, and then no sum counts them. */
  site_amount: z.number().nullable(),
  site_margin: z.number().nullable(),
  site_currency: z.string(),
  /** A negative amount: neither a purchase nor a repeated one. */
  refund: z.boolean(),
  /** The same person, caller, address or visitor had bought before. */
  repeat: z.boolean(),
  items: z.array(OrderItem.extend({ quantity: z.number(), amount: z.number().optional() })).nullable(),
  fields: z.record(z.string(), z.string()).nullable(),
  source: SourceAnswer.nullable(),
  call: text,
  lead: text,
  visit: text,
  visitor: text,
  person: text,
  agent: text,
  phone: text,
  email: text,
  /** What keeps the order out of reports. */
  warning: text,
  updated_at: z.string(),
})
export type OrderAnswer = z.infer<typeof OrderAnswer>

export const OrdersQuery = z.strictObject({
  ...page,
  ...span,
  ...filter,
  external_id: z.string().max(128).optional(),
  call: id("call").optional(),
  lead: id("lead").optional(),
  person: id("person").optional(),
  repeat: z.enum(["true", "false"]).optional(),
})
export type OrdersQuery = z.infer<typeof OrdersQuery>
