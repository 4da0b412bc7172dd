import * as z from "zod"
import type { CallEvent } from "../../shared/call-event.js"
import type { Carrier, CarrierRequest } from "./carrier.js"
import { formOf } from "./form.js"
import { fieldsOf, objectIn, readJson } from "./json.js"
import { furtherSecrets, matching, secretText } from "./secret.js"
import { parseTwilioFields, queryOf, TWIML_EVENTS } from "./twilio-events.js"
import { twilioNumbers } from "./twilio-numbers.js"
import { bodyHash, STATUS_OVERRIDES, VOICE_OVERRIDES, verifyTwilio } from "./twilio-signature.js"
import { acknowledgeTwiml, renderTwiml, TWIML, TWIML_ABILITIES, whisperTwiml } from "./twiml.js"

export { signTwilio } from "./twilio-signature.js"

const Token = secretText("the auth token of the Twilio console")

const TwilioCredentials = z.strictObject({
  account_sid: matching(/^AC[0-9a-fA-F]{32}$/, "the account SID: AC and 32 hexadecimal digits"),
  auth_token: Token,
  /** Further tokens that are accepted while a new one is rolled out: Twilio signs with the primary one only. */
  auth_tokens: furtherSecrets(Token),
})

/** What a site tells us of its Twilio account. */
export type TwilioCredentials = z.infer<typeof TwilioCredentials>

/** Twilio's programmable voice: signed forms in, TwiML out. */
export const twilio: Carrier<TwilioCredentials> = {
  name: "twilio",
  credentials: TwilioCredentials,
  events: TWIML_EVENTS,
  setup: {
    steps: [
      {
        event: "voice",
        where: "Phone Numbers, Active numbers, the number, Voice Configuration: A call comes in, Webhook",
        method: "POST",
        suffix: VOICE_OVERRIDES,
      },
      {
        event: "status",
        where: "the same page: Call status changes",
        method: "POST",
        suffix: STATUS_OVERRIDES,
      },
    ],
    notes: [
      "The part behind # is read by Twilio alone: it gives up on a try sooner and tries again, where it would try once.",
      "Primary handler fails: enter a TwiML Bin that dials the business, for the time when this server cannot be reached.",
      "Twilio signs with the primary auth token only: while you change it, set the new one as auth_token and the old one in auth_tokens.",
    ],
  },
  numbers: twilioNumbers,
  verify: (request, { auth_token, auth_tokens = [] }) => verifyTwilio(request, [auth_token, ...auth_tokens]),
  parse: parseTwilio,
  render: (instructions, context) => renderTwiml(instructions, context, TWIML),
  abilities: () => TWIML_ABILITIES,
  whisper: whisperTwiml,
  acknowledge: acknowledgeTwiml,
}

function parseTwilio(event: string, request: CarrierRequest): readonly CallEvent[] {
  return parseTwilioFields(twilio.name, event, signedFields(request), request.received_at)
}

/** Where the signed fields are: what `verifyTwilio` did not cover is not read. */
function signedFields({ method, url, headers, body }: CarrierRequest): URLSearchParams {
  if (method === "GET" || !URL.canParse(url)) return queryOf(url)
  const json = bodyHash(url) !== undefined && /\bjson\b/i.test(headers.get("content-type") ?? "")
  return json ? fieldsOf(objectIn(readJson(body))) : formOf(body)
}
