import { portForms } from "./address.js"
import { readBase64, writeBase64 } from "./bytes.js"
import type { CarrierRequest } from "./carrier.js"
import { formOf } from "./form.js"
import { sha256Hex, signHmac, verifyHmac } from "./hmac.js"

/**
 * Connection overrides (twilio.com/docs/usage/webhooks/webhooks-connection-overrides): a caller waits for `voice`, so its
 * tries are short; a status may come late, but should come. The overrides ride behind the address, as its fragment.
 */
export const VOICE_OVERRIDES = "#ct=2000&rt=5000&rc=2&rp=all"
export const STATUS_OVERRIDES = "#rc=5&rp=all"

/** Length of an HMAC-SHA1, in bytes. */
const SIGNATURE_BYTES = 20

/**
 * Whether Twilio, or whoever else holds one of the tokens, signed this request. Twilio's scheme: base64 of the HMAC-SHA1
 * over the address and, for a posted form, its fields. A body that is not a form has its SHA-256 in the address, which is
 * what is signed then. Any other body is read as a form, so nothing unsigned is ever believed. The signature carries no
 * time: a repetition is as good as the original, and the fold makes it change nothing.
 */
export async function verifyTwilio(request: CarrierRequest, tokens: readonly string[]): Promise<boolean> {
  const { method, url } = request
  const signature = readBase64(request.headers.get("x-twilio-signature") ?? "", SIGNATURE_BYTES)
  if (!signature || (method !== "POST" && method !== "GET") || !URL.canParse(url)) return false
  const hash = bodyHash(url)
  if (hash !== undefined && hash !== (await sha256Hex(request.body))) return false
  const fields = method === "POST" && hash === undefined ? signedFields(formOf(request.body)) : ""
  return verifyHmac(
    "SHA-1",
    tokens,
    signature,
    addressForms(url).map((form) => form + fields),
  )
}

/** The `X-Twilio-Signature` of a request to this address; `fields` are those of a posted form, and empty for a GET. */
export async function signTwilio(
  url: string,
  fields: Iterable<readonly [string, string]>,
  token: string,
): Promise<string> {
  return writeBase64(await signHmac("SHA-1", token, url + signedFields(fields)))
}

/** The SHA-256 of the body that the address carries, when the body is not a form. */
export function bodyHash(url: string): string | undefined {
  return new URL(url).searchParams.get("bodySHA256") ?? undefined
}

/** Names in the order of their UTF-16 units; the values of a repeated name once each, in that same order; name and value joined by nothing. */
function signedFields(fields: Iterable<readonly [string, string]>): string {
  const values = new Map<string, Set<string>>()
  for (const [name, value] of fields) {
    const known = values.get(name)
    if (known) known.add(value)
    else values.set(name, new Set([value]))
  }
  return [...values.keys()]
    .sort()
    .flatMap((name) => [...(values.get(name) ?? [])].sort().map((value) => name + value))
    .join("")
}

/**
 * The ways in which Twilio may have written the address that it signed, likeliest first. Its back end is not consistent
 * about the port (twilio-node says so), so each form is tried without one and with the scheme's own. The address as
 * configured comes first, its host's case kept; then as WHATWG writes it (`'` becomes `%27`), then with each part of the
 * query encoded anew (`%27` becomes `'`). Whether it signs the overrides that we give out is not documented: with them last.
 */
function addressForms(url: string): string[] {
  const written = new URL(url).href
  const forms = [url, ...portForms(url), ...portForms(written), ...portForms(written).map(encodeQuery)]
  forms.push(url + VOICE_OVERRIDES, url + STATUS_OVERRIDES)
  return [...new Set(forms)]
}

function encodeQuery(url: string): string {
  const start = url.indexOf("?") + 1
  if (start === 0 || start === url.length) return url
  const pairs = [...new URLSearchParams(`&${url.slice(start)}`)]
  return url.slice(0, start) + pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join("&")
}
