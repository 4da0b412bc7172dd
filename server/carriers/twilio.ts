import * as z from "zod"
import type { CallEvent } from "../../shared/call-event.js"
import type { Carrier, CarrierRequest } from "./carrier.js"
import { formOf } from "./form.js"
import { fieldsOf, objectIn, readJson } from "./json.js"
import { furtherSecrets, secretText } from "./secret.js"
import { parseTwilioFields, queryOf, TWIML_EVENTS } from "./twilio-events.js"
import { bodyHash, verifyTwilio } from "./twilio-signature.js"
import { acknowledgeTwiml, renderTwiml, TWIML } from "./twiml.js"

export { signTwilio } from "./twilio-signature.js"

const Token = secretText("the auth token of the Twilio console")

const TwilioCredentials = z.strictObject({
  account_sid: z.string().regex(/^AC[0-9a-fA-F]{32}$/, "must be AC and 32 hexadecimal digits"),
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
  verify: (request, { auth_token, auth_tokens = [] }) => verifyTwilio(request, [auth_token, ...auth_tokens]),
  parse: parseTwilio,
  render: (instructions, context) => renderTwiml(instructions, context, TWIML),
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
