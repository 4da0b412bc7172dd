import type { CarrierAnswer } from "./carrier.js"
import { type Instructions, type RenderContext, withoutLoop } from "./instructions.js"
import { element, text, type Xml, xmlDocument } from "./xml.js"

/** Twilio lets a phone ring for 5 s at least and for 600 s at most. */
const RING_LIMITS_S = [5, 600] as const
/** Twilio reads 4,096 characters of a `<Say>` aloud at most. */
const SAY_LIMIT = 4096

/** Instructions as TwiML. SignalWire's cXML and Telnyx's TeXML read the same words. */
export function renderTwiml(instructions: Instructions, context: RenderContext): CarrierAnswer {
  return answerTwiml(verb(withoutLoop(instructions, context), context))
}

/** A TwiML document of these verbs; without any, the carrier hangs up when it gets there. */
export function answerTwiml(...verbs: Xml[]): CarrierAnswer {
  return { status: 200, contentType: "text/xml; charset=utf-8", body: xmlDocument(element("Response", {}, ...verbs)) }
}

function verb(instructions: Instructions, context: RenderContext): Xml {
  switch (instructions.kind) {
    case "forward":
      return dial(instructions, context)
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

/** `answerOnBridge` leaves the caller's leg ringing until the business picks up: without it every missed call looks answered. */
function dial(forward: Extract<Instructions, { kind: "forward" }>, { callback_url }: RenderContext): Xml {
  const { to, record, timeout_s } = forward
  return element(
    "Dial",
    {
      answerOnBridge: true,
      action: `${callback_url}/dial`,
      timeout: timeout_s === undefined ? undefined : ringTime(timeout_s),
      ...(record && {
        record: "record-from-answer-dual",
        recordingStatusCallback: `${callback_url}/recording`,
        recordingStatusCallbackEvent: "completed absent",
      }),
    },
    element(
      "Number",
      { statusCallback: `${callback_url}/status`, statusCallbackEvent: "initiated ringing answered completed" },
      text(to),
    ),
  )
}

function ringTime(timeout_s: number): number {
  const [shortest, longest] = RING_LIMITS_S
  return Math.min(longest, Math.max(shortest, Math.round(timeout_s)))
}

function languageTag(language: string | undefined): string | undefined {
  return language !== undefined && /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/.test(language) ? language : undefined
}
