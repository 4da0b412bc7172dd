import * as z from "zod"
import type { CallEvent, LegStatus } from "../../shared/call-event.js"
import { answerJson, EMPTY } from "./answer.js"
import { joinBytes, readHex } from "./bytes.js"
import type { Carrier, CarrierAnswer, CarrierRequest } from "./carrier.js"
import { businessLeg, eventOf, readId } from "./event.js"
import { fieldReader, readSeconds } from "./form.js"
import { isFresh, readUnix } from "./fresh.js"
import { verifyHmac } from "./hmac.js"
import {
  addressOf,
  type Instructions,
  languageTag,
  type RenderContext,
  ringTime,
  type Speech,
  spokenText,
  whisperQuery,
  withoutLoop,
} from "./instructions.js"
import { fieldsOf, objectIn, readJson } from "./json.js"
import { furtherSecrets, secretText } from "./secret.js"

const Secret = secretText("the webhook secret of the jambonz account")

const JambonzCredentials = z.strictObject({
  webhook_secret: Secret,
  /** Further secrets that are accepted while a new one is rolled out. */
  webhook_secrets: furtherSecrets(Secret),
})

/** What a site tells us of its jambonz account. */
export type JambonzCredentials = z.infer<typeof JambonzCredentials>

/**
 * jambonz: signed JSON in, an application (a list of verbs) out. `voice` is the calling webhook and `status` the call
 * status webhook, both by POST. Recording is switched on in the account, not by us: it needs a bucket there.
 */
export const jambonz: Carrier<JambonzCredentials> = {
  name: "jambonz",
  credentials: JambonzCredentials,
  events: ["voice", "status", "dial", "whisper"],
  setup: {
    steps: [
      {
        event: "voice",
        where: "Applications, the application: Calling webhook",
        method: "POST",
        suffix: "#rc=2&rp=ct,rt,5xx",
      },
      {
        event: "status",
        where: "the same page: Call status webhook",
        method: "POST",
        suffix: "#rc=5&rp=ct,rt,5xx",
        types: ["trying", "ringing", "early-media", "in-progress", "completed", "failed", "busy", "no-answer"],
      },
    ],
    notes: [
      "The part behind # is read by jambonz alone: without it a failed request is not tried again.",
      "The webhook secret is on the account's page.",
    ],
  },
  verify: verifyJambonz,
  parse: parseJambonz,
  abilities: () => ["forward", "say", "simultaneous", "sequence", "whisper", "menu"],
  whisper: (speech) => answerJson([say(speech)]),
  render: renderVerbs,
  acknowledge: (event) => (event === "status" ? EMPTY : answerJson([])),
}

/** A time and up to four signatures: one for each secret while a new one is rolled out. */
const SIGNATURE = /^t=(\d{9,11})((?:, ?v1=[0-9a-f]{64}){1,4})$/

/** HMAC-SHA256 over the time, a dot and the body, in hex, made within the last five minutes. */
async function verifyJambonz(
  { method, headers, body, received_at }: CarrierRequest,
  { webhook_secret, webhook_secrets = [] }: JambonzCredentials,
): Promise<boolean> {
  const [, time = "", signatures = ""] = SIGNATURE.exec(headers.get("jambonz-signature") ?? "") ?? []
  if (method !== "POST" || !isFresh(readUnix(time), received_at)) return false
  const message = joinBytes(time, ".", body)
  for (const [hex] of signatures.matchAll(/[0-9a-f]{64}/g)) {
    const signature = readHex(hex, 32)
    if (signature && (await verifyHmac("SHA-256", [webhook_secret, ...webhook_secrets], signature, [message])))
      return true
  }
  return false
}

function parseJambonz(event: string, { body, received_at }: CarrierRequest): readonly CallEvent[] {
  const read = fieldReader(fieldsOf(objectIn(readJson(body))))
  const sid = readId(read("call_sid"))
  if (!sid) return []
  const call = { carrier: jambonz.name, call_key: sid, to: read("to"), from: read("from") }
  const now = { occurred_at: received_at, timestamped: false }
  if (event === "whisper") return []
  const digits = event === "voice" ? read("digits") : undefined
  if (digits !== undefined) return [eventOf(call, "input", digits, now, { digits })]
  if (event === "voice")
    return [eventOf(call, "ringing", "", now, { status: "ringing", caller_name: read("caller_name") })]
  if (event === "dial") {
    const status = STATUS.get(read("dial_call_status") ?? "")
    const leg_key = readId(read("dial_call_sid"))
    if (!status || !FINAL.has(status)) return []
    return [eventOf(call, "dialled", `${leg_key ?? ""}:${status}`, now, { status, leg_key })]
  }
  const parent = readId(read("parent_call_sid"))
  const reported = STATUS.get(read("call_status") ?? "")
  if (!reported || (read("direction") === "outbound" && !parent)) return []
  const kind = reported === "in_progress" ? "answered" : FINAL.has(reported) ? "ended" : "ringing"
  const duration_s = kind === "ended" ? readSeconds(read("duration")) : undefined
  if (!parent) {
    // A caller who gives up is reported as unanswered, with the SIP status of his CANCEL (RFC 3261, section 9).
    const status = reported === "no_answer" && read("sip_status") === "487" ? "canceled" : reported
    return [eventOf(call, kind, status, now, { status, duration_s })]
  }
  return [
    eventOf({ ...call, call_key: parent }, kind, `${sid}:${reported}`, now, {
      status: reported,
      duration_s,
      ...businessLeg(sid, call.to),
      talk_s: reported === "completed" ? duration_s : undefined,
    }),
  ]
}

const STATUS: ReadonlyMap<string, LegStatus> = new Map([
  ["trying", "initiated"],
  ["queued", "initiated"],
  ["ringing", "ringing"],
  ["early-media", "ringing"],
  ["in-progress", "in_progress"],
  ["completed", "completed"],
  ["busy", "busy"],
  ["no-answer", "no_answer"],
  ["failed", "failed"],
])
const FINAL: ReadonlySet<LegStatus> = new Set(["completed", "busy", "no_answer", "failed"])

const SAY_LIMIT = 4096
/** How long `dial` may ring, in seconds. */
const RING_LIMITS_S = [5, 600] as const

function renderVerbs(instructions: Instructions, context: RenderContext): CarrierAnswer {
  return answerJson(verbs(withoutLoop(instructions, context), context))
}

function verbs(instructions: Instructions, context: RenderContext): unknown[] {
  switch (instructions.kind) {
    case "forward": {
      const { to, also = [], timeout_s, before = [], whisper, next } = instructions
      const dial = {
        verb: "dial",
        answerOnBridge: true,
        actionHook: addressOf(context, "dial", next),
        confirmHook: whisper && addressOf(context, "whisper", whisperQuery(whisper)),
        timeout: ringTime(timeout_s, ...RING_LIMITS_S),
        target: [to, ...also].map((number) => ({ type: "phone", number })),
      }
      return [...before.map(say), dial]
    }
    case "menu": {
      const { before = [], prompt, timeout_s, next } = instructions
      const { verb: _verb, ...words } = say(prompt)
      const gather = {
        verb: "gather",
        input: ["digits"],
        numDigits: 1,
        timeout: timeout_s,
        actionHook: addressOf(context, "voice", next),
        say: words,
      }
      return [...before.map(say), gather]
    }
    // A message would need a recorder of its own: the greeting is all that can be done.
    case "voicemail":
      return instructions.greeting ? [say(instructions.greeting)] : [{ verb: "hangup" }]
    case "reject":
      return [{ verb: "sip:decline", status: 486, reason: "Busy Here" }]
    case "say":
      return [say(instructions)]
  }
}

function say({ text, language }: Speech) {
  const tag = languageTag(language)
  return {
    verb: "say",
    text: spokenText(text, SAY_LIMIT),
    // "default" is the application's own voice; the schema asks for a vendor wherever a language is named.
    ...(tag !== undefined && { synthesizer: { vendor: "default", language: tag } }),
  }
}
