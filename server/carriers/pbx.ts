import * as z from "zod"
import type { CallEvent, LegStatus } from "../../shared/call-event.js"
import { answerJson, NO_CONTENT } from "./answer.js"
import type { Carrier, CarrierAnswer, CarrierRequest } from "./carrier.js"
import { businessLeg, eventOf, readId } from "./event.js"
import { fieldReader, readSeconds, readTime, readUrl, secondsBetween } from "./form.js"
import {
  type Ability,
  addressOf,
  type Instructions,
  languageTag,
  type RenderContext,
  ringTime,
  type Speech,
  spokenText,
  withoutLoop,
} from "./instructions.js"
import { fieldsOf, objectIn, readJson } from "./json.js"
import { furtherSecrets } from "./secret.js"
import { verifyStandardWebhook, WebhookSecret } from "./standard-webhook.js"

const PbxCredentials = z.strictObject({
  secret: WebhookSecret,
  /** Further secrets that are accepted: one for each PBX, or a new one while it is rolled out. */
  secrets: furtherSecrets(WebhookSecret),
  /** What the PBX's script can do besides forwarding, recording and saying something. */
  can: z.array(z.enum(["simultaneous", "sequence", "whisper", "menu", "voicemail"])).optional(),
})

/** What a site tells us of its PBX. */
export type PbxCredentials = z.infer<typeof PbxCredentials>

/**
 * Any PBX: JSON signed as a Standard Webhook in, JSON out. `examples/pbx` has it for Asterisk and FreeSWITCH.
 *
 * - `voice` asks what to do with a call: `{call, to, from?, name?, forwarded_from?}`. The answer is
 *   `{action: "forward", to, timeout_s?, record}`, `{action: "reject"}` or `{action: "say", text, language?}`.
 *   To a PBX that says it `can`, a forward may name further phones (`also`), words to the caller first (`before`) or to
 *   whoever picks up (`whisper`), and the address to ask (as `voice`) when nobody does (`next`); `{action: "menu", prompt,
 *   keys, timeout_s, next}` asks for a key, told to `next` as `voice` with `digits`; `{action: "voicemail", greeting, max_s}`
 *   takes a message.
 * - `status` reports the leg to the business: `{call, state, leg?, forwarded_to?, at?, answered_at?, talk_s?, duration_s?}`,
 *   where `state` is ringing, answered, or one of completed, busy, no_answer, canceled, failed. A final state without a
 *   `leg` ends the call. `at` and `answered_at` are ISO 8601; without `talk_s`, their distance is the talk time.
 * - `recording` names a recording: `{call, url, recording_s?, voicemail?}`.
 * - `input` tells what the caller pressed: `{call, digits}`.
 *
 * `call` is the PBX's id of the call; every request may also carry `to` and `from`.
 */
export const pbx: Carrier<PbxCredentials> = {
  name: "pbx",
  credentials: PbxCredentials,
  events: ["voice", "status", "recording", "input"],
  setup: {
    steps: [
      { event: "voice", where: "asked before a call is put through; the answer says where it goes", method: "POST" },
      {
        event: "status",
        where: "told how the leg to the business fares",
        method: "POST",
        types: ["ringing", "answered", "completed", "busy", "no_answer", "canceled", "failed"],
      },
      { event: "recording", where: "told the address of a recording", method: "POST" },
      { event: "input", where: "told what the caller pressed", method: "POST" },
    ],
    notes: [
      "examples/pbx has a script and configurations for Asterisk, FreeSWITCH and Kamailio: RINGTRAIL_URL is the address without /voice.",
    ],
  },
  verify: (request, { secret, secrets = [] }) => verifyStandardWebhook(request, [secret, ...secrets]),
  parse: parsePbx,
  abilities: ({ can = [] }): readonly Ability[] => ["forward", "say", "record", ...can],
  render: renderPbx,
  acknowledge: () => NO_CONTENT,
}

function parsePbx(event: string, { headers, body, received_at }: CarrierRequest): readonly CallEvent[] {
  const read = fieldReader(fieldsOf(objectIn(readJson(body))))
  const call_key = readId(read("call"))
  if (!call_key) return []
  const call = { carrier: pbx.name, call_key, to: read("to"), from: read("from") }
  const time = readTime(read("at"), received_at)
  switch (event) {
    case "voice": {
      const digits = read("digits")
      const now = { occurred_at: received_at, timestamped: false }
      if (digits !== undefined) return [eventOf(call, "input", digits, now, { digits })]
      return [
        eventOf(call, "ringing", "", now, {
          status: "ringing",
          caller_name: read("name"),
          forwarded_from: read("forwarded_from"),
        }),
      ]
    }
    case "status":
      return parseState(call, read, time)
    case "recording": {
      const recording_url = readUrl(read("url", 2048))
      if (recording_url === undefined) return []
      const voicemail = read("voicemail") === "true" || undefined
      const details = { status: "completed" as const, recording_url, recording_s: readSeconds(read("recording_s")) }
      return [
        eventOf(call, "recording", readId(headers.get("webhook-id") ?? undefined) ?? "", time, {
          ...details,
          voicemail,
        }),
      ]
    }
    case "input": {
      const digits = read("digits")
      if (digits === undefined) return []
      return [eventOf(call, "input", readId(headers.get("webhook-id") ?? undefined) ?? digits, time, { digits })]
    }
    default:
      return []
  }
}

const FINAL: ReadonlySet<string> = new Set<LegStatus>(["completed", "busy", "no_answer", "canceled", "failed"])

function parseState(
  call: Parameters<typeof eventOf>[0],
  read: ReturnType<typeof fieldReader>,
  time: ReturnType<typeof readTime>,
): readonly CallEvent[] {
  const state = read("state") ?? ""
  const leg_key = readId(read("leg"))
  const leg = businessLeg(leg_key, read("forwarded_to"))
  const detail = `${leg_key ?? ""}:${state}`
  if (state === "ringing") return [eventOf(call, "ringing", `b${detail}`, time, { status: "ringing", ...leg })]
  if (state === "answered") return [eventOf(call, "answered", detail, time, { status: "in_progress", ...leg })]
  if (!FINAL.has(state)) return []
  const status = state as LegStatus
  const duration_s = readSeconds(read("duration_s"))
  // Both in the PBX's own time: their distance is right even where its clock is not.
  const spoken = secondsBetween(Date.parse(read("answered_at") ?? ""), Date.parse(read("at") ?? ""))
  const talk_s = status === "completed" ? (readSeconds(read("talk_s")) ?? spoken) : undefined
  const ended = eventOf(call, "ended", `b${detail}`, time, { status, ...leg, talk_s })
  if (leg_key !== undefined) return [ended]
  return [ended, eventOf(call, "ended", "", time, { status, duration_s })]
}

const SAY_LIMIT = 4096
/** How long a phone may ring, in seconds. */
const RING_LIMITS_S = [5, 600] as const

function renderPbx(instructions: Instructions, context: RenderContext): CarrierAnswer {
  const told = withoutLoop(instructions, context)
  switch (told.kind) {
    case "forward": {
      const { to, also, record, timeout_s, before, whisper, next } = told
      return answerJson({
        action: "forward",
        to,
        also,
        record,
        timeout_s: ringTime(timeout_s, ...RING_LIMITS_S),
        before: before?.map(say),
        whisper: whisper && say(whisper),
        next: next === undefined ? undefined : addressOf(context, "voice", next),
      })
    }
    case "menu": {
      const { before, prompt, keys, timeout_s, next } = told
      return answerJson({
        action: "menu",
        before: before?.map(say),
        prompt: say(prompt),
        keys,
        timeout_s,
        next: addressOf(context, "voice", next),
      })
    }
    case "voicemail": {
      const { before, greeting, max_s } = told
      return answerJson({ action: "voicemail", before: before?.map(say), greeting: greeting && say(greeting), max_s })
    }
    case "reject":
      return answerJson({ action: "reject" })
    case "say":
      return answerJson({ action: "say", ...say(told) })
  }
}

function say({ text, language }: Speech) {
  return { text: spokenText(text, SAY_LIMIT), language: languageTag(language) }
}
