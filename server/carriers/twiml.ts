import { NO_CONTENT } from "./answer.js"
import type { CarrierAnswer } from "./carrier.js"
import {
  type Ability,
  addressOf,
  type Instructions,
  languageTag,
  type RenderContext,
  ringTime,
  type Speech,
  whisperQuery,
  withoutLoop,
} from "./instructions.js"
import { element, text, type Xml, xmlDocument } from "./xml.js"

/** Where those who read TwiML differ. */
export interface TwimlDialect {
  /** How long a phone may ring at least and at most, in seconds. */
  ring_s: readonly [shortest: number, longest: number]
  /** Whether the caller's leg can be left ringing until the business picks up: without it every missed call looks answered. */
  answerOnBridge: boolean
  /** Whether the states of a recording that are reported can be chosen. */
  recordingEvents: boolean
}

/** Twilio itself. SignalWire's cXML takes the same words. */
export const TWIML: TwimlDialect = { ring_s: [5, 600], answerOnBridge: true, recordingEvents: true }

/** What everybody who reads TwiML can do. */
export const TWIML_ABILITIES: readonly Ability[] = [
  "forward",
  "say",
  "simultaneous",
  "sequence",
  "whisper",
  "record",
  "menu",
  "voicemail",
]

/** Twilio reads 4,096 characters of a `<Say>` aloud at most. */
const SAY_LIMIT = 4096

/** Instructions as TwiML. */
export function renderTwiml(instructions: Instructions, context: RenderContext, dialect: TwimlDialect): CarrierAnswer {
  return answerTwiml(...verbs(withoutLoop(instructions, context), context, dialect))
}

/** What is said to whoever picked up, before the caller is put through. */
export function whisperTwiml(speech: Speech): CarrierAnswer {
  return answerTwiml(say(speech))
}

/** A TwiML document of these verbs; without any, the carrier hangs up when it gets there. */
export function answerTwiml(...verbs: Xml[]): CarrierAnswer {
  return { status: 200, contentType: "text/xml; charset=utf-8", body: xmlDocument(element("Response", {}, ...verbs)) }
}

/** The `<Dial>` is over when its action is asked: an empty document ends the call. Nothing reads the answer to the others. */
export function acknowledgeTwiml(event: string): CarrierAnswer {
  return event === "dial" || event === "voice" ? answerTwiml() : NO_CONTENT
}

function verbs(instructions: Instructions, context: RenderContext, dialect: TwimlDialect): Xml[] {
  switch (instructions.kind) {
    case "forward":
      return [...(instructions.before ?? []).map(say), dial(instructions, context, dialect)]
    case "menu": {
      const { before = [], prompt, timeout_s, next } = instructions
      const gather = element(
        "Gather",
        {
          action: addressOf(context, "voice", next),
          input: "dtmf",
          numDigits: 1,
          timeout: timeout_s,
          actionOnEmptyResult: dialect.answerOnBridge || undefined,
        },
        say(prompt),
      )
      // Who asks nothing after silence goes on to the next verb instead.
      const silent = dialect.answerOnBridge ? [] : [element("Redirect", {}, text(addressOf(context, "voice", next)))]
      return [...before.map(say), gather, ...silent]
    }
    case "voicemail": {
      const { before = [], greeting, max_s } = instructions
      const record = element("Record", {
        action: addressOf(context, "dial"),
        maxLength: max_s,
        playBeep: true,
        finishOnKey: "#",
        recordingStatusCallback: addressOf(context, "recording"),
        recordingStatusCallbackEvent: dialect.recordingEvents ? "completed absent" : undefined,
      })
      return [...before.map(say), ...(greeting ? [say(greeting)] : []), record]
    }
    case "reject":
      return [element("Reject", { reason: "busy" })]
    case "say":
      return [say(instructions)]
  }
}

function say({ text: words, language }: Speech): Xml {
  return element("Say", { language: languageTag(language) }, text(words.slice(0, SAY_LIMIT)))
}

function dial(
  forward: Extract<Instructions, { kind: "forward" }>,
  context: RenderContext,
  { ring_s, answerOnBridge, recordingEvents }: TwimlDialect,
): Xml {
  const { to, also = [], record, timeout_s, whisper, next } = forward
  const number = (phone: string) =>
    element(
      "Number",
      {
        url: whisper && addressOf(context, "whisper", whisperQuery(whisper)),
        statusCallback: addressOf(context, "status"),
        statusCallbackEvent: "initiated ringing answered completed",
      },
      text(phone),
    )
  return element(
    "Dial",
    {
      answerOnBridge: answerOnBridge || undefined,
      action: addressOf(context, "dial", next),
      timeout: ringTime(timeout_s, ...ring_s),
      ...(record && {
        record: "record-from-answer-dual",
        recordingStatusCallback: addressOf(context, "recording"),
        recordingStatusCallbackEvent: recordingEvents ? "completed absent" : undefined,
      }),
    },
    ...[to, ...also].map(number),
  )
}
