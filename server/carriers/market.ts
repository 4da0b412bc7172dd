import type { CarrierApi } from "./api.js"

/** Kinds of numbers that people look for. */
export type NumberType = "local" | "toll_free" | "mobile"

/** What a number shall be like. */
export interface WantedNumber {
  /** ISO 3166, two capitals. */
  country: string
  type: NumberType
  /** Digits of the area code, without a leading zero. */
  area_code?: string | undefined
  /** Digits that the number shall contain. */
  contains?: string | undefined
  locality?: string | undefined
  limit: number
}

/** A number that can be bought. */
export interface OfferedNumber {
  e164: string
  locality: string | null
  region: string | null
  /** Rent a month, as the carrier writes it; null where it does not say. */
  monthly: { amount: string; currency: string } | null
}

/** A number that the account has. */
export interface OwnedNumber {
  e164: string
  /** The carrier's own id of it. */
  ref: string
  /** Whether its calls come to our addresses, as far as the number itself tells. */
  pointed: boolean
}

/** A page of the account's numbers. */
export interface OwnedPage {
  numbers: OwnedNumber[]
  /** What to ask for next; undefined: that was all. */
  next: string | undefined
}

/**
 * A carrier's trade in numbers, through its REST API. Everything here throws a `CarrierFailure` when the carrier refuses or
 * cannot be reached, and nothing but that. `callback_url` is the address below which the carrier reports to us.
 */
export interface NumberMarket<C = unknown> {
  /** What `WantedNumber` can be narrowed by, apart from country and type. */
  filters: readonly ("area_code" | "contains" | "locality")[]
  /** The header that shows who asks, and the secrets that no message may repeat. */
  login(credentials: C): { authorization: string; secrets: readonly string[] }
  /** The further credentials that this takes and that are not set: their names. */
  lacks(credentials: C): readonly string[]
  search(api: CarrierApi, credentials: C, wanted: WantedNumber): Promise<OfferedNumber[]>
  /** Points what all numbers share (an application) to us; absent where every number has addresses of its own. */
  aim?(api: CarrierApi, credentials: C, callback_url: string): Promise<void>
  /** Buys the number, its calls pointed to us from the start. Never tried twice: a second try might buy twice. */
  buy(api: CarrierApi, credentials: C, e164: string, order: Order): Promise<"bought" | "pending">
  /** The number, if the account has it. */
  find(api: CarrierApi, credentials: C, e164: string, callback_url: string): Promise<OwnedNumber | undefined>
  /** What became of an order whose number the account does not have (yet); absent where buying is done at once. */
  order?(api: CarrierApi, credentials: C, reference: string): Promise<"pending" | "failed">
  list(api: CarrierApi, credentials: C, callback_url: string, page: string | undefined): Promise<OwnedPage>
  point(api: CarrierApi, credentials: C, number: OwnedNumber, callback_url: string): Promise<void>
  /** Gives the number back: the account pays for it no longer, and may not get it again. */
  release(api: CarrierApi, credentials: C, number: OwnedNumber): Promise<void>
}

/** What goes along with a purchase. */
export interface Order {
  callback_url: string
  /** Our id of the purchase, for carriers that keep one. */
  reference: string
}
