import * as z from "zod"
import type { CallEvent, LegStatus } from "../../shared/call-event.js"
import { NO_CONTENT } from "./answer.js"
import type { Carrier, CarrierAnswer, CarrierRequest } from "./carrier.js"
import { businessLeg, type CallKey, eventOf, readId } from "./event.js"
import { believe, fieldReader, formOf, type ReadField, readSeconds, readUrl, withPlus } from "./form.js"
import {
  addressOf,
  digitsOf,
  type Instructions,
  languageTag,
  type RenderContext,
  ringTime,
  type Speech,
  whisperQuery,
  withoutLoop,
} from "./instructions.js"
import { plivoNumbers } from "./plivo-numbers.js"
import { verifyPlivo } from "./plivo-signature.js"
import { furtherSecrets, matching, secretText } from "./secret.js"
import { queryOf } from "./twilio-events.js"
import { element, text, type Xml, xmlDocument } from "./xml.js"

const Token = secretText("the auth token of the Plivo console")

const PlivoCredentials = z.strictObject({
  auth_id: matching(/^[A-Z0-9]{20}$/, "the auth ID of the Plivo console: 20 capital letters and digits"),
  auth_token: Token,
  /** Further tokens that are accepted: those of sub-accounts, and a new one while it is rolled out. */
  auth_tokens: furtherSecrets(Token),
  /** The application that bought numbers are assigned to. Needed for buying and pointing numbers alone. */
  app_id: matching(/^\d{5,32}$/, "the ID of the Plivo application: digits").optional(),
})

/** What a site tells us of its Plivo account. */
export type PlivoCredentials = z.infer<typeof PlivoCredentials>

/** Plivo: signed forms in, Plivo XML out. `voice` is the application's answer URL and `status` its hangup URL. */
export const plivo: Carrier<PlivoCredentials> = {
  name: "plivo",
  credentials: PlivoCredentials,
  events: ["voice", "status", "dial", "leg", "recording", "whisper"],
  setup: {
    steps: [
      { event: "voice", where: "Voice, Applications, the application: Primary Answer URL", method: "POST" },
      { event: "status", where: "the same page: Hangup URL", method: "POST" },
    ],
    notes: [
      "Assign the application to the numbers. Its Fallback Answer URL is asked after three failures or 60 s: enter one that dials the business.",
    ],
  },
  numbers: plivoNumbers,
  verify: (request, { auth_token, auth_tokens = [] }) => verifyPlivo(request, [auth_token, ...auth_tokens]),
  parse: parsePlivo,
  abilities: () => ["forward", "say", "simultaneous", "sequence", "whisper", "record", "menu", "voicemail"],
  whisper: (speech) => answerXml(speak(speech)),
  render: renderPlivo,
  acknowledge: (event) => (event === "dial" || event === "voice" ? answerXml() : NO_CONTENT),
}

function parsePlivo(event: string, { method, url, body, received_at }: CarrierRequest): readonly CallEvent[] {
  const read = fieldReader(method === "GET" ? queryOf(url) : formOf(body))
  // The reports about the other leg name the caller's under DialALegUUID.
  const call_key = readId(read("DialALegUUID")) ?? readId(read("CallUUID"))
  if (!call_key || read("Direction") === "outbound") return []
  const call = { carrier: plivo.name, call_key, to: withPlus(read("To")), from: withPlus(read("From")) }
  const parsed = parseEvent(event, call, read, received_at)
  if (!parsed) return []
  // The address of a message's recording says so itself: it is signed with the rest.
  return parsed.kind === "recording" && queryOf(url).has("voicemail") ? [{ ...parsed, voicemail: true }] : [parsed]
}

function parseEvent(event: string, call: CallKey, read: ReadField, received_at: number): CallEvent | undefined {
  const now = { occurred_at: received_at, timestamped: false }
  switch (event) {
    case "voice": {
      const digits = read("Digits")
      if (digits !== undefined) return eventOf(call, "input", digits, now, { digits })
      return eventOf(call, "ringing", "", now, { status: "ringing", caller_name: read("CallerName") })
    }
    case "status": {
      // An inbound hang-up is always "completed"; only the cause tells that the caller gave up.
      const status = CAUSE.get(read("HangupCause") ?? "") ?? STATUS.get(read("CallStatus") ?? "")
      return status && eventOf(call, "ended", status, now, { status, duration_s: readSeconds(read("Duration")) })
    }
    case "dial": {
      const status = STATUS.get(read("DialStatus") ?? "")
      const leg_key = readId(read("DialBLegUUID"))
      return status && eventOf(call, "dialled", `${leg_key ?? ""}:${status}`, now, { status, leg_key })
    }
    case "leg":
      return parseLeg(call, read, received_at)
    case "recording": {
      const recording_url = readUrl(read("RecordUrl", 2048))
      if (recording_url === undefined) return undefined
      const time = believe(Number(read("RecordingStartMs") ?? Number.NaN), received_at)
      const recording_s = readSeconds(read("RecordingDuration"))
      const details = { status: "completed" as const, recording_url, recording_s }
      return eventOf(call, "recording", readId(read("RecordingID")) ?? "", time, details)
    }
    default:
      return undefined
  }
}

/** The leg to the business, as the callback of `<Dial>` reports it. */
function parseLeg(call: CallKey, read: ReadField, received_at: number): CallEvent | undefined {
  const leg_key = readId(read("DialBLegUUID"))
  const action = read("DialAction")
  if (!leg_key) return undefined
  const now = { occurred_at: received_at, timestamped: false }
  const leg = businessLeg(leg_key, withPlus(read("DialBLegTo")))
  if (action === "answer" || action === "connected")
    return eventOf(call, "answered", `${leg_key}:${action}`, now, { status: "in_progress", ...leg })
  if (action !== "hangup") return undefined
  const duration_s = readSeconds(read("DialBLegDuration"))
  const cause = CAUSE.get(read("DialBLegHangupCause") ?? "")
  const status = cause ?? (duration_s ? "completed" : "no_answer")
  return eventOf(call, "ended", `${leg_key}:${status}`, now, {
    status,
    duration_s,
    ...leg,
    talk_s: status === "completed" ? duration_s : undefined,
  })
}

const STATUS: ReadonlyMap<string, LegStatus> = new Map([
  ["completed", "completed"],
  ["busy", "busy"],
  ["failed", "failed"],
  ["timeout", "no_answer"],
  ["no-answer", "no_answer"],
  ["cancel", "canceled"],
])

/** The causes that tell more than the status; every other one leaves the status as it is. */
const CAUSE: ReadonlyMap<string, LegStatus> = new Map([
  ["ORIGINATOR_CANCEL", "canceled"],
  ["USER_BUSY", "busy"],
  ["CALL_REJECTED", "busy"],
  ["NO_ANSWER", "no_answer"],
  ["NO_USER_RESPONSE", "no_answer"],
  ["ALLOTTED_TIMEOUT", "no_answer"],
  ["UNALLOCATED_NUMBER", "failed"],
  ["NO_ROUTE_DESTINATION", "failed"],
  ["NETWORK_OUT_OF_ORDER", "failed"],
])

/** Plivo reads at most 100 kB of XML; a text stays far below. */
const SPEAK_LIMIT = 4096
/** How long `<Dial>` may ring, in seconds: Plivo's call limit, and less than a ring is no ring. */
const RING_LIMITS_S = [5, 600] as const

function renderPlivo(instructions: Instructions, context: RenderContext): CarrierAnswer {
  return answerXml(...verbs(withoutLoop(instructions, context), context))
}

function answerXml(...verbs: Xml[]): CarrierAnswer {
  return { status: 200, contentType: "text/xml; charset=utf-8", body: xmlDocument(element("Response", {}, ...verbs)) }
}

function verbs(instructions: Instructions, context: RenderContext): Xml[] {
  switch (instructions.kind) {
    case "forward": {
      const { to, also = [], record, timeout_s, before = [], whisper, next } = instructions
      const dial = element(
        "Dial",
        {
          action: addressOf(context, "dial", next),
          callbackUrl: addressOf(context, "leg"),
          confirmSound: whisper && addressOf(context, "whisper", whisperQuery(whisper)),
          timeout: ringTime(timeout_s, ...RING_LIMITS_S),
        },
        ...[to, ...also].map((phone) => element("Number", {}, text(digitsOf(phone)))),
      )
      return [...before.map(speak), ...(record ? [startRecording(context.callback_url)] : []), dial]
    }
    case "menu": {
      const { before = [], prompt, timeout_s, next } = instructions
      const action = addressOf(context, "voice", next)
      const input = { action, inputType: "dtmf", numDigits: 1, executionTimeout: Math.max(5, timeout_s) }
      // Silence goes on to the next verb.
      return [...before.map(speak), element("GetInput", input, speak(prompt)), element("Redirect", {}, text(action))]
    }
    case "voicemail": {
      const { before = [], greeting, max_s } = instructions
      const record = element("Record", {
        action: addressOf(context, "dial"),
        maxLength: max_s,
        playBeep: true,
        finishOnKey: "#",
        callbackUrl: addressOf(context, "recording", "voicemail=1"),
      })
      return [...before.map(speak), ...(greeting ? [speak(greeting)] : []), record]
    }
    case "reject":
      return [element("Hangup", { reason: "busy" })]
    case "say":
      return [speak(instructions)]
  }
}

function speak({ text: words, language }: Speech): Xml {
  return element("Speak", { language: languageTag(language) }, text(words.slice(0, SPEAK_LIMIT)))
}

/** Recording is a verb before the `<Dial>`, and begins when the business picks up. */
function startRecording(callback_url: string): Xml {
  return element("Record", {
    startOnDialAnswer: true,
    redirect: false,
    maxLength: 14_400,
    callbackUrl: `${callback_url}/recording`,
  })
}
