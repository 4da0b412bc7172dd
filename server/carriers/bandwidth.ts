import type * as z from "zod"
import type { CallEvent, LegStatus } from "../../shared/call-event.js"
import { NO_CONTENT } from "./answer.js"
import type { Carrier, CarrierAnswer, CarrierRequest } from "./carrier.js"
import { businessLeg, eventOf, readId } from "./event.js"
import { fieldReader, readTime, readUrl, secondsBetween } from "./form.js"
import {
  addressOf,
  type Instructions,
  languageTag,
  type RenderContext,
  ringTime,
  type Speech,
  whisperQuery,
  withoutLoop,
} from "./instructions.js"
import { fieldsOf, objectIn, readJson } from "./json.js"
import { BasicLogin, verifyBasic } from "./secret.js"
import { queryOf } from "./twilio-events.js"
import { element, text, type Xml, xmlDocument } from "./xml.js"

/** What a site tells us of its Bandwidth voice application: the callback credentials that are entered there. */
export type BandwidthCredentials = z.infer<typeof BasicLogin>

/** Bandwidth: JSON under HTTP Basic in, BXML out. Nothing is signed, so the login must be a long random one. */
export const bandwidth: Carrier<BandwidthCredentials> = {
  name: "bandwidth",
  credentials: BasicLogin,
  events: ["voice", "status", "dial", "recording"],
  setup: {
    steps: [
      {
        event: "voice",
        where: "Applications, the voice application: Call-initiated callback URL",
        method: "POST",
        types: ["initiate"],
      },
      {
        event: "status",
        where: "the same page: Call status callback URL",
        method: "POST",
        types: ["disconnect"],
      },
    ],
    notes: [
      "Enter the same user name and password there as Callback user ID and password: nothing else proves a request.",
      "Enter a Call-initiated fallback URL that transfers to the business, for the time when this server cannot be reached.",
    ],
  },
  verify: verifyBasic,
  parse: (_event, request) => parseBandwidth(request),
  render: (instructions, context) => answerBxml(...verbs(withoutLoop(instructions, context), context)),
  abilities: () => ["forward", "say", "simultaneous", "sequence", "whisper", "record", "menu", "voicemail"],
  whisper: (speech) => answerBxml(speak(speech)),
  // The business's leg is asked for BXML too before it is bridged: nothing to do there.
  acknowledge: (event) => (event === "recording" ? NO_CONTENT : answerBxml()),
}

function parseBandwidth({ url, body, received_at }: CarrierRequest): readonly CallEvent[] {
  const read = fieldReader(fieldsOf(objectIn(readJson(body))))
  const id = readId(read("callId"))
  if (!id) return []
  const call = { carrier: bandwidth.name, call_key: id, to: read("to"), from: read("from") }
  const time = readTime(read("eventTime"), received_at)
  // A transferred leg names the caller's in the tag that our BXML gave it; transferAnswer names it nowhere else.
  const ofCaller = { ...call, call_key: readId(read("parentCallId")) ?? readId(read("tag")) ?? "" }
  const between = (from: string, to: string) => secondsBetween(Date.parse(read(from) ?? ""), Date.parse(read(to) ?? ""))
  const cause = CAUSE.get(read("cause") ?? "") ?? "failed"
  const answered = read("answerTime") !== undefined
  switch (read("eventType")) {
    case "initiate":
      if (read("direction") === "outbound") return []
      return [eventOf(call, "ringing", "", { occurred_at: received_at, timestamped: false }, { status: "ringing" })]
    case "gather": {
      const digits = read("digits")
      return digits === undefined ? [] : [eventOf(call, "input", digits, time, { digits })]
    }
    case "transferAnswer":
      if (ofCaller.call_key === "") return []
      return [eventOf(ofCaller, "answered", id, time, { status: "in_progress", ...businessLeg(id, forwardedTo()) })]
    case "transferDisconnect": {
      if (ofCaller.call_key === "") return []
      const talk_s = cause === "completed" && answered ? between("answerTime", "endTime") : undefined
      const status = cause === "completed" && !answered ? "no_answer" : cause
      const details = { status, duration_s: between("startTime", "endTime"), talk_s }
      return [eventOf(ofCaller, "ended", id, time, { ...details, ...businessLeg(id, forwardedTo()) })]
    }
    case "transferComplete":
      return [eventOf(call, "dialled", cause, time, { status: cause })]
    case "disconnect": {
      if (read("direction") === "outbound") return []
      // The caller's leg is answered when the business is; whoever hangs up before that gave up.
      const status = cause === "completed" && !answered ? "canceled" : cause
      return [eventOf(call, "ended", "", time, { status, duration_s: between("startTime", "endTime") })]
    }
    case "recordingAvailable": {
      const recording_url = readUrl(read("mediaUrl", 2048))
      if (read("status") !== "complete" || recording_url === undefined) return []
      const recording_s = readDuration(read("duration"))
      const voicemail = queryOf(url).has("voicemail") || undefined
      const details = { status: "completed" as const, recording_url, recording_s, voicemail }
      const key = readId(read("parentCallId")) ?? id
      return [eventOf({ ...call, call_key: key }, "recording", readId(read("recordingId")) ?? "", time, details)]
    }
    default:
      return []
  }

  function forwardedTo(): string | undefined {
    return read("transferTo") ?? call.to
  }
}

/** What ended a call; every cause that is not here is a failure of the carrier or of our answer. */
const CAUSE: ReadonlyMap<string, LegStatus> = new Map([
  ["hangup", "completed"],
  ["busy", "busy"],
  ["rejected", "busy"],
  ["timeout", "no_answer"],
  ["cancel", "canceled"],
])

/** An ISO 8601 duration of hours, minutes and seconds as whole seconds; undefined for any other text. */
function readDuration(text: string | undefined): number | undefined {
  const parts = /^PT(?:(\d{1,3})H)?(?:(\d{1,5})M)?(?:(\d{1,6})(?:\.\d{1,9})?S)?$/.exec(text ?? "")
  if (!parts || text === "PT") return undefined
  const [, hours = 0, minutes = 0, seconds = 0] = parts
  return secondsBetween(0, (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000)
}

function answerBxml(...verbs: Xml[]): CarrierAnswer {
  return {
    status: 200,
    contentType: "application/xml; charset=utf-8",
    body: xmlDocument(element("Response", {}, ...verbs)),
  }
}

const SPEAK_LIMIT = 4096
/** How long `<Transfer>` may ring, in seconds. */
const RING_LIMITS_S = [1, 300] as const

/** BXML has no way to be busy: a refused call is hung up. */
function verbs(instructions: Instructions, context: RenderContext): Xml[] {
  switch (instructions.kind) {
    case "forward": {
      const { callback_url } = context
      const record = element("StartRecording", {
        recordingAvailableUrl: `${callback_url}/recording`,
        multiChannel: true,
      })
      const { before = [] } = instructions
      return [...before.map(speak), ...(instructions.record ? [record] : []), transfer(instructions, context)]
    }
    case "menu": {
      const { before = [], prompt, timeout_s, next } = instructions
      const gather = element(
        "Gather",
        { gatherUrl: addressOf(context, "voice", next), maxDigits: 1, firstDigitTimeout: timeout_s },
        speak(prompt),
      )
      return [...before.map(speak), gather]
    }
    case "voicemail": {
      const { before = [], greeting, max_s } = instructions
      const record = element("Record", {
        recordCompleteUrl: addressOf(context, "status"),
        recordingAvailableUrl: addressOf(context, "recording", "voicemail=1"),
        maxDuration: max_s,
        terminatingDigits: "#",
      })
      return [...before.map(speak), ...(greeting ? [speak(greeting)] : []), record]
    }
    case "reject":
      return [element("Hangup", {})]
    case "say":
      return [speak(instructions)]
  }
}

function speak({ text: words, language }: Speech): Xml {
  const locale = languageTag(language)?.replace("-", "_")
  return element("SpeakSentence", { locale }, text(words.slice(0, SPEAK_LIMIT)))
}

function transfer(
  { to, also = [], timeout_s, whisper, next }: Extract<Instructions, { kind: "forward" }>,
  context: RenderContext,
): Xml {
  const { dialled, call_key } = context
  const number = (phone: string) =>
    element(
      "PhoneNumber",
      {
        transferAnswerUrl: addressOf(context, "status", whisper && whisperQuery(whisper)),
        transferDisconnectUrl: addressOf(context, "status"),
        tag: call_key ?? undefined,
      },
      text(phone),
    )
  return element(
    "Transfer",
    {
      transferCallerId: dialled ?? undefined,
      callTimeout: ringTime(timeout_s, ...RING_LIMITS_S),
      transferCompleteUrl: addressOf(context, "dial", next),
    },
    ...[to, ...also].map(number),
  )
}
