import * as z from "zod"
import { cut, id, NumberAnswer, phone, SourceFields } from "./contract.js"

// The contract of searching, buying and pointing numbers at carriers.

const carrier = z.string().max(40)
const text = z.string().nullable()
const digits = z.string().regex(/^\d{1,10}$/, "must be 1 to 10 digits")

/** Numbers that one request buys at most: each takes the carrier up to some seconds. */
export const BUY_LIMIT = 10

export const NumberSearch = z.strictObject({
  carrier,
  country: z.string().regex(/^[A-Z]{2}$/, "must be a country of ISO 3166, two capitals"),
  type: z.enum(["local", "toll_free", "mobile"]).default("local"),
  /** The area code's digits. */
  area_code: digits.optional(),
  /** Digits that the number shall contain. */
  contains: digits.optional(),
  locality: cut(80).optional(),
  limit: z.number().int().min(1).max(50).default(20),
})
export type NumberSearch = z.infer<typeof NumberSearch>

export const NumberSearchAnswer = z.strictObject({
  data: z.array(
    z.strictObject({
      e164: z.string(),
      locality: text,
      region: text,
      /** Rent a month as the carrier says it; null where it does not. */
      monthly: z.strictObject({ amount: z.string(), currency: z.string() }).nullable(),
    }),
  ),
})

/** Where bought numbers go: a pool, or a source that is theirs for good. */
export const Placing = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("pool"), pool: id("pool") }),
  z.strictObject({ kind: z.literal("static"), source: SourceFields }),
])
export type Placing = z.infer<typeof Placing>

const wanted = { carrier, numbers: z.array(phone).min(1).max(BUY_LIMIT) }
export const NumberPurchase = z.discriminatedUnion("kind", [
  z.strictObject({ ...wanted, kind: z.literal("pool"), pool: id("pool") }),
  z.strictObject({ ...wanted, kind: z.literal("static"), source: SourceFields }),
])
export type NumberPurchase = z.infer<typeof NumberPurchase>

/**
 * What became of a purchase: `bought`, and among the site's numbers; `ordered`: the carrier has yet to deliver, or did not
 * say whether it will, and a later purchase or `sync` finds out; `failed`: the carrier said no, nothing was bought;
 * `not_ordered`: the carrier was not asked, because it failed before; `released`: it was bought, and given back since.
 */
const PurchaseState = z.enum(["bought", "ordered", "failed", "not_ordered", "released"])

export const PurchaseAnswer = z.strictObject({
  e164: z.string(),
  state: PurchaseState,
  detail: text,
  number: NumberAnswer.nullable(),
})
export type PurchaseAnswer = z.infer<typeof PurchaseAnswer>
export const PurchasesAnswer = z.strictObject({ data: z.array(PurchaseAnswer) })

export const NumberRelease = z.strictObject({
  carrier,
  numbers: z.array(phone).min(1).max(BUY_LIMIT),
  /** Also numbers that a visitor is shown at this moment. */
  force: z.boolean().default(false),
})
export type NumberRelease = z.infer<typeof NumberRelease>

export const ReleaseAnswer = z.strictObject({
  e164: z.string(),
  /**
   * `released`: the account does not have it any more; `kept`: the carrier said no or never had it, and nothing changed;
   * `open`: the carrier did not say, the number is retired, and the same request finds out.
   */
  state: z.enum(["released", "kept", "open"]),
  detail: text,
  number: NumberAnswer,
})
export type ReleaseAnswer = z.infer<typeof ReleaseAnswer>
export const ReleasesAnswer = z.strictObject({ data: z.array(ReleaseAnswer) })

export const NumberSync = z.strictObject({
  carrier,
  /** Points the site's numbers that do not report here yet, 100 of them at a time. */
  point: z.boolean().default(false),
})
export type NumberSync = z.infer<typeof NumberSync>

export const NumberSyncAnswer = z.strictObject({
  data: z.array(
    z.strictObject({
      e164: z.string(),
      /** `known`: the site has it; `unknown`: the account alone; `gone`: bought here, and no longer in the account. */
      state: z.enum(["known", "unknown", "gone"]),
      number: text,
      /** Whether its calls come here. */
      pointed: z.boolean(),
    }),
  ),
  /** Purchases that were open, as they are now. */
  purchases: z.array(PurchaseAnswer),
  /** Whether all of the account's numbers were read; the rest is neither listed nor missed. */
  complete: z.boolean(),
})
export type NumberSyncAnswer = z.infer<typeof NumberSyncAnswer>
