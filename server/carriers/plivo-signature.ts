import { readBase64 } from "./bytes.js"
import type { CarrierRequest } from "./carrier.js"
import { formOf } from "./form.js"
import { verifyHmac } from "./hmac.js"
import { queryOf } from "./twilio-events.js"

/** Length of an HMAC-SHA256, in bytes. */
const SIGNATURE_BYTES = 32
/** Signatures of one header that are tried; Plivo sends one for each auth token that is valid. */
const SIGNATURES = 4

/**
 * Whether Plivo signed this request (its version 3): HMAC-SHA256 over the address without its query, the query's decoded
 * pairs in order, a form's names and values in order, and the nonce. The header lists several signatures while a token
 * is changed; `Ma` is the main account's, for requests about a sub-account. The nonce is no time: the fold makes a
 * repetition change nothing.
 */
export async function verifyPlivo(
  { method, url, headers, body }: CarrierRequest,
  tokens: readonly string[],
): Promise<boolean> {
  const nonce = headers.get("x-plivo-signature-v3-nonce") ?? ""
  if ((method !== "POST" && method !== "GET") || nonce === "" || !URL.canParse(url)) return false
  const signatures = [headers.get("x-plivo-signature-v3"), headers.get("x-plivo-signature-ma-v3")]
    .flatMap((header) => (header ?? "").split(",", SIGNATURES))
    .flatMap((text) => readBase64(text.trim(), SIGNATURE_BYTES) ?? [])
  const message = `${signedText(method, url, body)}.${nonce}`
  for (const signature of signatures) if (await verifyHmac("SHA-256", tokens, signature, [message])) return true
  return false
}

/** What version 3 signs, before the nonce. */
export function signedText(method: string, url: string, body: Uint8Array): string {
  const [base = ""] = url.split(/[?#]/, 1)
  const query = sortedPairs(queryOf(url))
    .map((pair) => pair.join("="))
    .join("&")
  const fields = method === "POST" ? sortedPairs(formOf(body)) : []
  if (fields.length === 0) return query === "" ? base : `${base}?${query}`
  return `${base}?${query}${query === "" ? "" : "."}${fields.map((pair) => pair.join("")).join("")}`
}

/** By name, then by value, both in the order of their UTF-16 units. */
function sortedPairs(fields: URLSearchParams): [string, string][] {
  return [...fields].sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
}
