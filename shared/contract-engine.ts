import * as z from "zod"

// The contract of what a pool does when its numbers run short, of how sure an answer must be, of when a static number
// speaks for its source, and of how pools fare.

const id = (prefix: string) =>
  z
    .string()
    .max(64)
    .regex(new RegExp(`^${prefix}_[0-9A-Za-z]+$`), `must be an id that begins with ${prefix}_`)

/** What a visit sees when every number is taken. */
export const OVERFLOWS = ["share", "static", "original"] as const

/** The static number that a full pool shows to visits of a channel; without a channel, to all others. */
export const OverflowNumber = z.strictObject({
  channel: z.string().trim().min(1).max(120).nullish(),
  number: id("num"),
})
export type OverflowNumber = z.infer<typeof OverflowNumber>

/** Fields of a pool that say what happens when its numbers run short. */
export const shortage = {
  overflow: z.enum(OVERFLOWS).optional(),
  overflow_numbers: z.array(OverflowNumber).max(100).optional(),
  reserve_percent: z
    .number()
    .int()
    .min(0)
    .max(90)
    .optional()
    .describe("the part of the numbers that only visits with a paid click id may take"),
}

/** Fields of a site that say how sure an answer must be. */
export const thresholds = {
  attributed_at: z
    .number()
    .min(0.5)
    .max(1)
    .optional()
    .describe("from this confidence on a call is attributed, below it is ambiguous; 0.8 unless set"),
  candidates_at: z
    .number()
    .min(0.001)
    .max(0.5)
    .optional()
    .describe("from this probability on a visit is named as a candidate; 0.01 unless set"),
}

const day = z.iso
  .date()
  .refine((text) => text >= "1970-01-02" && text < "2900", "must lie between 1970 and 2900")
  .describe("a day in the site's time zone, e.g. 2026-11-21")

/** The first and the last day on which a static number speaks for its source; null: no limit. */
export const validity = { valid_from: day.nullish(), valid_until: day.nullish() }

// --- How pools fare ---------------------------------------------------------------------------------------------------

export const CareQuery = z.strictObject({ days: z.coerce.number().int().min(1).max(31).default(7) })
export type CareQuery = z.infer<typeof CareQuery>

const text = z.string().nullable()
const count = z.number().int()

export const CareAnswer = z.strictObject({
  pool: z.string(),
  from: z.string(),
  to: z.string(),
  /** Every day of the site's zone: visits that got a number of their own, that shared one, or saw something else. */
  days: z.array(
    z.strictObject({
      day: z.string(),
      leased: count,
      shared: count,
      static: count,
      original: count,
      /** Share of visits with a number that nobody else looked at. */
      coverage: z.number(),
    }),
  ),
  /** Every hour of the day: visits that were lent a number, those that found the pool full, and how much of it was lent. */
  hours: z.array(z.strictObject({ hour: count, leased: count, overflow: count, utilisation: z.number() })),
  numbers: z.array(
    z.strictObject({
      number: z.string(),
      e164: z.string(),
      leases: count,
      calls: count,
      shown_at: text,
      called_at: text,
      /**
       * `fixed`: pages print it themselves (`page` is one); `not_shown`: the pool was lent ten times over without it;
       * `not_called`: five calls would have been expected.
       */
      warning: z.enum(["fixed", "not_shown", "not_called"]).nullable(),
      page: text,
    }),
  ),
})
export type CareAnswer = z.infer<typeof CareAnswer>

export const AlertsQuery = z.strictObject({ state: z.enum(["open", "all"]).default("open") })
export type AlertsQuery = z.infer<typeof AlertsQuery>
export const AlertAnswer = z.strictObject({
  id: z.string(),
  kind: z.enum(["overflow", "utilisation", "not_called", "not_shown", "fixed", "expiring"]),
  /** The pool or the number that it is about. */
  subject: z.string(),
  since: z.string(),
  seen_at: z.string(),
  closed_at: text,
  detail: z.record(z.string(), z.unknown()),
})
export type AlertAnswer = z.infer<typeof AlertAnswer>

// --- What others hear of ------------------------------------------------------------------------------------------------

export const EventsQuery = z.strictObject({
  after: id("event").optional().describe("the last event that was read; without it, from the oldest that is kept"),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export type EventsQuery = z.infer<typeof EventsQuery>
export const EventAnswer = z.strictObject({
  id: z.string(),
  type: z.enum(["alert.opened", "alert.closed"]),
  timestamp: z.string(),
  /** What it is about, as its own list shows it: an alert. */
  data: z.record(z.string(), z.unknown()),
})
export type EventAnswer = z.infer<typeof EventAnswer>

// --- What is printed --------------------------------------------------------------------------------------------------

export const AssetQuery = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .optional()
    .describe("the page that the code opens, tagged with the number's source; without it the code dials the number"),
  title: z.string().trim().min(1).max(80).optional(),
})
export type AssetQuery = z.infer<typeof AssetQuery>
