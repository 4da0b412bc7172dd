import * as z from "zod"
import { SourceFields } from "./contract.js"

// How calls are routed: for a whole site, and section by section otherwise for one number.

const phone = z.string().trim().min(2).max(40)
const language = z
  .string()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$/, "must be a language tag such as en or pt-BR")
const words = z.string().trim().min(1).max(1000)
/** A text in one or several languages; a bare text is in the flow's own language. */
const Texts = z.union([
  words,
  z.record(language, words).refine((texts) => {
    const count = Object.keys(texts).length
    return count > 0 && count <= 20
  }, "must hold 1 to 20 languages"),
])
export type Texts = z.infer<typeof Texts>
const ring = z.number().int().min(5).max(120)
const phones = z.array(phone).min(1).max(10)

/** What is whispered where the site says nothing else. */
export const WHISPER = "Call from {source}"

/** What happens where the call cannot go its usual way. */
const Otherwise = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("forward"), to: phones, timeout_s: ring.optional() }),
  z.strictObject({ do: z.literal("voicemail") }),
  z.strictObject({ do: z.literal("say"), text: Texts }),
  z.strictObject({ do: z.literal("busy") }),
])
export type Otherwise = z.infer<typeof Otherwise>

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, "must be a time of day such as 09:00")
export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const
const Hours = z.strictObject({
  open: z
    .array(
      z.strictObject({
        days: z.array(z.enum(WEEKDAYS)).min(1).max(7),
        from: clock,
        to: clock.describe("at or before `from`: on the next day"),
      }),
    )
    .max(30),
  closed: z.array(z.iso.date()).max(400).default([]).describe("days on which nobody works, in the site's zone"),
})
export type Hours = z.infer<typeof Hours>

const MenuKey = z.strictObject({
  source: SourceFields.optional().describe("what a caller who presses this key says of where he found the number"),
  to: phones.optional().describe("where this key leads; absent: where all calls go"),
})

/** Every section is optional; null or absent means: none of it. */
export const FlowFields = z.strictObject({
  language: language.optional().describe("of texts that name none"),
  forward: z
    .strictObject({
      strategy: z.enum(["simultaneous", "sequence", "round_robin"]).default("sequence"),
      to: phones,
      timeout_s: ring.optional().describe("how long each of them rings"),
    })
    .nullish()
    .describe("absent: the site's forward_to"),
  hours: Hours.nullish(),
  after_hours: Otherwise.nullish().describe("absent: the caller is told that nobody is there"),
  unanswered: Otherwise.nullish().describe("when nobody of `forward` picks up"),
  whisper: z
    .strictObject({ text: Texts.default(WHISPER) })
    .nullish()
    .describe("said to whoever picks up: {source}, {channel}, {medium}, {campaign} and {number} are filled in"),
  record: z
    .strictObject({ announcement: Texts.nullable() })
    .nullish()
    .describe("records conversations; `announcement` tells the caller so, null where the law asks for none"),
  menu: z
    .strictObject({
      prompt: Texts,
      keys: z
        .record(z.string().regex(/^[0-9]$/, "must be one digit"), MenuKey)
        .refine((keys) => Object.keys(keys).length > 0, "must have a key"),
      timeout_s: z.number().int().min(2).max(30).default(6),
      repeats: z.number().int().min(0).max(3).default(1),
    })
    .nullish(),
  voicemail: z.strictObject({ greeting: Texts, max_s: z.number().int().min(5).max(600).default(120) }).nullish(),
  blocklist: z
    .array(
      z
        .string()
        .trim()
        .regex(/^(withheld|\+\d{1,14}\*|.*\d.*)$/, "must be a number, a beginning such as +1900*, or withheld")
        .max(40),
    )
    .max(1000)
    .nullish(),
  screening: z
    .strictObject({
      do: z.enum(["flag", "voicemail", "reject"]).default("flag"),
      repeats: z
        .strictObject({ calls: z.number().int().min(2).max(100), minutes: z.number().int().min(1).max(1440) })
        .nullable()
        .default({ calls: 6, minutes: 10 })
        .describe("a caller who rings this often within so many minutes"),
      zero_talk: z
        .strictObject({
          calls: z.number().int().min(2).max(50),
          days: z.number().int().min(1).max(90),
          talk_s: z.number().int().min(0).max(60).default(3),
        })
        .nullable()
        .default({ calls: 3, days: 7, talk_s: 3 })
        .describe("a caller whose last calls were all picked up and ended at once"),
      ranges: z
        .array(z.string().regex(/^\+\d{1,14}$/, "must be the beginning of a number, such as +1900"))
        .max(500)
        .default([]),
    })
    .nullish(),
  cap: z
    .strictObject({ calls: z.number().int().min(1).max(10_000), otherwise: Otherwise.default({ do: "busy" }) })
    .nullish()
    .describe("how many calls may be under way at once, and what becomes of the next one"),
})
export type FlowFields = z.infer<typeof FlowFields>

export const FlowAnswer = z.strictObject({
  /** What was set here; for a number, in place of the site's sections of the same name. */
  flow: FlowFields,
  /** What holds: for a number, the site's sections with its own in their place. */
  effective: FlowFields,
})
export type FlowAnswer = z.infer<typeof FlowAnswer>

/** The longest caller that a preview is asked of. */
export const CALLER_LIMIT = 60

export const PreviewQuery = z.strictObject({
  number: phone.describe("the number that is dialled"),
  at: z.iso.datetime({ offset: true }).optional().describe("when; now, where it is absent"),
  from: z.string().max(CALLER_LIMIT).optional().describe("who calls"),
  carrier: z.string().max(40).optional().describe("whose instructions to show"),
})
export type PreviewQuery = z.infer<typeof PreviewQuery>

const SpeechAnswer = z.strictObject({ text: z.string(), language: z.string() })
const SceneAnswer = z.strictObject({
  say: z.array(SpeechAnswer),
  act: z.union([
    z.strictObject({
      kind: z.literal("forward"),
      to: z.array(z.string()),
      timeout_s: z.number().nullable(),
      whisper: SpeechAnswer.nullable(),
      record: z.boolean(),
      next: z.string().nullable(),
    }),
    z.strictObject({
      kind: z.literal("menu"),
      prompt: SpeechAnswer,
      timeout_s: z.number(),
      keys: z.record(z.string(), z.string()),
      otherwise: z.string(),
    }),
    z.strictObject({ kind: z.literal("voicemail"), greeting: SpeechAnswer.nullable(), max_s: z.number() }),
    z.strictObject({ kind: z.literal("say"), speech: SpeechAnswer }),
    z.strictObject({ kind: z.literal("reject") }),
  ]),
})
export const PreviewAnswer = z.strictObject({
  number: z.string(),
  at: z.string(),
  open: z.boolean(),
  /** Why the call goes this way. */
  reasons: z.array(z.string()),
  spam: z.string().nullable(),
  first: z.string(),
  scenes: z.record(z.string(), SceneAnswer),
  carrier: z
    .strictObject({
      name: z.string(),
      /** What the carrier is answered in each scene; null: it routes calls by its own settings. */
      instructions: z.record(z.string(), z.string().nullable()),
      /** What this carrier cannot do, and what happens instead. */
      notes: z.array(z.string()),
    })
    .nullable(),
})
export type PreviewAnswer = z.infer<typeof PreviewAnswer>
