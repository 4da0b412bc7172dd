import * as z from "zod"
import { PAGE_DEFAULT, PAGE_LIMIT } from "./protocol.js"

// Bodies around calls that the big contract does not hold: how a site treats its calls, call-backs, kept requests.

/** How a site treats its calls and callers. */
export const CallSettings = z.strictObject({
  qualified_talk_s: z
    .number()
    .int()
    .min(0)
    .max(86_400)
    .nullable()
    .describe("a call is qualified from this talk time on, unless a person says otherwise; null: only by hand"),
  callers: z
    .enum(["shown", "masked", "hashed"])
    .describe(
      "masked: answers hide most digits; hashed: the number itself is not stored at all, callers are matched by a keyed hash",
    ),
  keep_requests: z.number().int().min(0).max(2000).describe("how many of the carriers' latest requests are kept"),
  mask_requests: z.boolean().describe("hide phone numbers in kept requests; such a request cannot be replayed"),
  close_after_minutes: z
    .number()
    .int()
    .min(10)
    .max(10_080)
    .describe("a call of which nothing was heard for this long is closed"),
})
export type CallSettings = z.infer<typeof CallSettings>
export const CallSettingsPatch = CallSettings.partial()
export type CallSettingsPatch = z.infer<typeof CallSettingsPatch>

/** Somebody called a missed caller back, or tried to. */
export const CallbackFields = z.strictObject({
  at: z.iso.datetime({ offset: true }).optional().describe("when; now, where it is absent"),
  reached: z.boolean().default(true).describe("false: he did not answer, it counts as an attempt"),
  agent: z
    .string()
    .max(64)
    .regex(/^agent_[0-9A-Za-z]+$/, "must be an id that begins with agent_")
    .optional(),
})
export type CallbackFields = z.infer<typeof CallbackFields>

/** How a missed call stands: `unreachable` is a caller who hid his number. */
export const CALLBACK_STATES = ["waiting", "called_back", "rang_again", "unreachable"] as const

/** A carrier's request as it was kept. */
export const RequestAnswer = z.strictObject({
  id: z.string(),
  received_at: z.string(),
  carrier: z.string(),
  event: z.string(),
  method: z.string(),
  address: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  /** How many events were read out of it; 0: it was signed and said nothing that could be read. */
  events: z.number().int(),
  replayable: z.boolean(),
})
export type RequestAnswer = z.infer<typeof RequestAnswer>
export const RequestsQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(PAGE_LIMIT).default(PAGE_DEFAULT),
  cursor: z.string().max(200).optional(),
  unread: z.enum(["true"]).optional().describe("only requests out of which nothing could be read"),
})
export type RequestsQuery = z.infer<typeof RequestsQuery>
