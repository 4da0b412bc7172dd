import * as z from "zod"
import { portForms } from "./address.js"
import { joinBytes, readBase64, readHex } from "./bytes.js"
import type { Carrier, CarrierRequest } from "./carrier.js"
import { formOf } from "./form.js"
import { verifyHmac } from "./hmac.js"
import { furtherSecrets, secretText } from "./secret.js"
import { parseTwilioForm, TWIML_EVENTS } from "./twilio-events.js"
import { acknowledgeTwiml, renderTwiml, TWIML, TWIML_ABILITIES, whisperTwiml } from "./twiml.js"

const SigningKey = secretText("the signing key of the SignalWire space (API Credentials)")

const SignalwireCredentials = z.strictObject({
  signing_key: SigningKey,
  /** Further keys that are accepted while a new one is rolled out. */
  signing_keys: furtherSecrets(SigningKey),
})

/** What a site tells us of its SignalWire project. */
export type SignalwireCredentials = z.infer<typeof SignalwireCredentials>

/** SignalWire's cXML: Twilio's forms and documents, under its own signature. */
export const signalwire: Carrier<SignalwireCredentials> = {
  name: "signalwire",
  credentials: SignalwireCredentials,
  events: TWIML_EVENTS,
  setup: {
    steps: [
      {
        event: "voice",
        where: "Phone Numbers, the number, Edit Settings: Handle calls using a cXML Webhook, When a call comes in",
        method: "POST",
      },
      { event: "status", where: "the same page: Status Change Webhook", method: "POST" },
    ],
    notes: [
      "SignalWire waits 2 s for a connection and 5 s for the answer, and does not try again: enter a fallback URL that dials the business.",
    ],
  },
  verify: (request, { signing_key, signing_keys = [] }) => verifySignalwire(request, [signing_key, ...signing_keys]),
  parse: (event, request) => parseTwilioForm(signalwire.name, event, request),
  render: (instructions, context) => renderTwiml(instructions, context, TWIML),
  abilities: () => TWIML_ABILITIES,
  whisper: whisperTwiml,
  acknowledge: acknowledgeTwiml,
}

/** Length of an HMAC-SHA1, in bytes. */
const SIGNATURE_BYTES = 20

/**
 * SignalWire signs in two ways (its compatibility and its newer packages): base64 of the HMAC-SHA1 over the address and
 * the form's fields, names sorted but the values of a repeated name as they were sent; or hex of the HMAC-SHA1 over the
 * address and the raw body. Neither carries a time: the fold makes a repetition change nothing.
 */
async function verifySignalwire(request: CarrierRequest, keys: readonly string[]): Promise<boolean> {
  const { method, url, headers, body } = request
  if ((method !== "POST" && method !== "GET") || !URL.canParse(url)) return false
  const header = headers.get("x-signalwire-signature") ?? headers.get("x-twilio-signature") ?? ""
  const addresses = [...new Set([url, ...portForms(url), ...portForms(new URL(url).href)])]
  const whole = readHex(header, SIGNATURE_BYTES)
  if (whole)
    return verifyHmac(
      "SHA-1",
      keys,
      whole,
      addresses.map((address) => joinBytes(address, method === "POST" ? body : "")),
    )
  const signature = readBase64(header, SIGNATURE_BYTES)
  if (!signature) return false
  const fields = method === "POST" ? signedFields(formOf(body)) : ""
  return verifyHmac(
    "SHA-1",
    keys,
    signature,
    addresses.map((address) => address + fields),
  )
}

/** Names in the order of their UTF-16 units, the values of a repeated one in the order sent; name and value joined by nothing. */
function signedFields(fields: URLSearchParams): string {
  return [...fields]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map((pair) => pair.join(""))
    .join("")
}
