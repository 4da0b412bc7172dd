import type { Carrier } from "./carrier.js"
import { TelnyxCredentials, verifyTelnyx } from "./telnyx-signature.js"
import { parseTwilioForm, TWIML_EVENTS } from "./twilio-events.js"
import { acknowledgeTwiml, renderTwiml, type TwimlDialect } from "./twiml.js"

/** Telnyx's documentation of `<Dial>`: a phone rings for 5 to 120 s; it knows neither `answerOnBridge` nor recording events. */
const TEXML: TwimlDialect = { ring_s: [5, 120], answerOnBridge: false, recordingEvents: false }

/** A Telnyx TeXML application: Twilio's forms and documents, signed with Ed25519. Its webhooks must be POST. */
export const telnyxTexml: Carrier<TelnyxCredentials> = {
  name: "telnyx-texml",
  credentials: TelnyxCredentials,
  events: TWIML_EVENTS,
  verify: verifyTelnyx,
  parse: (event, request) => (request.method === "POST" ? parseTwilioForm(telnyxTexml.name, event, request) : []),
  render: (instructions, context) => renderTwiml(instructions, context, TEXML),
  acknowledge: acknowledgeTwiml,
}
