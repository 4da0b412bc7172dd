import { NO_CONTENT } from "./answer.js"
import type { CarrierAnswer } from "./carrier.js"
import { type Instructions, languageTag, type RenderContext, ringTime, withoutLoop } from "./instructions.js"
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

/** Twilio reads 4,096 characters of a `<Say>` aloud at most. */
const SAY_LIMIT = 4096

/** Instructions as TwiML. */
export function renderTwiml(instructions: Instructions, context: RenderContext, dialect: TwimlDialect): CarrierAnswer {
  return answerTwiml(verb(withoutLoop(instructions, context), context, dialect))
}

/** A TwiML document of these verbs; without any, the carrier hangs up when it gets there. */
export function answerTwiml(...verbs: Xml[]): CarrierAnswer {
  return { status: 200, contentType: "text/xml; charset=utf-8", body: xmlDocument(element("Response", {}, ...verbs)) }
}

/** The `<Dial>` is over when its action is asked: an empty document ends the call. Nothing reads the answer to the others. */
export function acknowledgeTwiml(event: string): CarrierAnswer {
  return event === "dial" || event === "voice" ? answerTwiml() : NO_CONTENT
}

function verb(instructions: Instructions, context: RenderContext, dialect: TwimlDialect): Xml {
  switch (instructions.kind) {
    case "forward":
      return dial(instructions, context, dialect)
    case "reject":
      return element("Reject", { reason: "busy" })
    case "say":
      return element(
        "Say",
        { language: languageTag(instructions.language) },
        text(instructions.text.slice(0, SAY_LIMIT)),
      )
  }
}

function dial(
  forward: Extract<Instructions, { kind: "forward" }>,
  { callback_url }: RenderContext,
  { ring_s, answerOnBridge, recordingEvents }: TwimlDialect,
): Xml {
  const { to, record, timeout_s } = forward
  return element(
    "Dial",
    {
      answerOnBridge: answerOnBridge || undefined,
      action: `${callback_url}/dial`,
      timeout: ringTime(timeout_s, ...ring_s),
      ...(record && {
        record: "record-from-answer-dual",
        recordingStatusCallback: `${callback_url}/recording`,
        recordingStatusCallbackEvent: recordingEvents ? "completed absent" : undefined,
      }),
    },
    element(
      "Number",
      { statusCallback: `${callback_url}/status`, statusCallbackEvent: "initiated ringing answered completed" },
      text(to),
    ),
  )
}
