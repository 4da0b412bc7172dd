// The closed lists of costs and of ad-spend exports. Imports nothing.

/** What money is spent on: ads, telephone, content, agencies, people and tools. */
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

/** The exports that can be read. */
export const SPEND_FORMAT_NAMES = ["google_ads", "meta", "yandex_direct", "baidu", "plain"] as const
export type SpendFormatName = (typeof SPEND_FORMAT_NAMES)[number]

/** What a column of an ad platform's export can say. */
export const SPEND_FIELDS = [
  "date",
  "from",
  "to",
  "cost",
  "currency",
  "campaign",
  "term",
  "content",
  "account",
  "clicks",
  "impressions",
  "channel",
  "source",
  "medium",
  "kind",
  "notes",
] as const
export type SpendField = (typeof SPEND_FIELDS)[number]
