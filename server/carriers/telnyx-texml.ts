import type { Carrier } from "./carrier.js"
import { telnyxNumbers } from "./telnyx-numbers.js"
import { TelnyxCredentials, verifyTelnyx } from "./telnyx-signature.js"
import { parseTwilioForm, TWIML_EVENTS } from "./twilio-events.js"
import { acknowledgeTwiml, renderTwiml, TWIML_ABILITIES, type TwimlDialect, whisperTwiml } from "./twiml.js"

/** Telnyx's documentation of `<Dial>`: a phone rings for 5 to 120 s; it knows neither `answerOnBridge` nor recording events. */
const TEXML: TwimlDialect = { ring_s: [5, 120], answerOnBridge: false, recordingEvents: false }

/** A Telnyx TeXML application: Twilio's forms and documents, signed with Ed25519. Its webhooks must be POST. */
export const telnyxTexml: Carrier<TelnyxCredentials> = {
  name: "telnyx-texml",
  credentials: TelnyxCredentials,
  events: TWIML_EVENTS,
  setup: {
    steps: [
      {
        event: "voice",
        where: "Voice, Programmable Voice, TeXML Applications, the application: Webhook URL",
        method: "POST",
      },
      { event: "status", where: "the same page: Status Callback URL", method: "POST" },
    ],
    notes: [
      "Choose POST as the webhook method: of a GET nothing is signed, and such a call is answered but not recorded.",
      "Assign the application to the numbers, and an outbound voice profile to the application: without one it cannot forward.",
      "Enter a failover URL that dials the business, for the time when this server cannot be reached.",
    ],
  },
  numbers: telnyxNumbers("texml"),
  verify: verifyTelnyx,
  parse: (event, request) => (request.method === "POST" ? parseTwilioForm(telnyxTexml.name, event, request) : []),
  render: (instructions, context) => renderTwiml(instructions, context, TEXML),
  abilities: () => TWIML_ABILITIES,
  whisper: whisperTwiml,
  acknowledge: acknowledgeTwiml,
}
