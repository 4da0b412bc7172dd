import type { CarrierRequest } from "./carrier.js"
import { readJson } from "./json.js"

/** A request as it may be kept: without secrets, and, where it is asked for, without phone numbers. */
export interface KeptRequest {
  readonly method: string
  /** Event and query. */
  readonly address: string
  readonly headers: Record<string, string>
  readonly body: string
  /** Whether the body is all there, as text. */
  readonly whole: boolean
  readonly masked: boolean
}

/** Longest body that is kept, in UTF-16 units: five times the longest usual one. */
const BODY_LIMIT = 16_384
/** Headers that a request is read by; signatures and logins are never kept. */
const HEADERS = ["content-type", "webhook-id", "ce-id"]
const SECRET = /^(sign|signature|secret|token|password|passwd|authorization|(vpbx_|api_?|access_?)(key|token))$/i
const REDACTED = "redacted"

/** Makes a request fit to be kept. `event` is its path below the carrier's routes. */
export function redactRequest(request: CarrierRequest, event: string, mask: boolean): KeptRequest {
  const { text, whole } = decode(request.body)
  const at = request.url.indexOf("?")
  const query = at < 0 ? "" : cleanForm(request.url.slice(at + 1), mask)
  const headers: Record<string, string> = {}
  for (const name of HEADERS) {
    const value = request.headers.get(name)
    if (value !== null) headers[name] = value.slice(0, 256)
  }
  return {
    method: request.method,
    address: query === "" ? event : `${event}?${query}`,
    headers,
    body: cleanBody(text, headers["content-type"] ?? "", mask).slice(0, BODY_LIMIT),
    whole,
    masked: mask,
  }
}

function decode(body: Uint8Array): { text: string; whole: boolean } {
  if (body.length > BODY_LIMIT) return { text: new TextDecoder().decode(body.subarray(0, BODY_LIMIT)), whole: false }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body), whole: true }
  } catch {
    return { text: new TextDecoder().decode(body), whole: false }
  }
}

function cleanBody(text: string, contentType: string, mask: boolean): string {
  if (/form-urlencoded/i.test(contentType)) return cleanForm(text, mask)
  const json = readJson(text)
  if (typeof json === "object" && json !== null) return cleanJson(json, mask)
  // What is neither may hold a secret anywhere in it.
  return (mask ? maskText(text) : text).replace(
    /\b(sign|signature|secret|token|password)\b(["']?\s*[:=]\s*["']?)[^\s"'&,;}]+/gi,
    `$1$2${REDACTED}`,
  )
}

function cleanForm(text: string, mask: boolean): string {
  const fields = new URLSearchParams(`&${text}`)
  const names = [...fields.keys()]
  if (!mask && !names.some((name) => SECRET.test(name))) return text
  const clean = new URLSearchParams()
  for (const [name, value] of fields) clean.append(name, SECRET.test(name) ? REDACTED : mask ? maskText(value) : value)
  return clean.toString()
}

function cleanJson(value: object, mask: boolean): string {
  return JSON.stringify(value, (name, part: unknown) => {
    if (SECRET.test(name)) return REDACTED
    if (!mask) return part
    if (typeof part === "string") return maskText(part)
    // Numbers are times and lengths, unless their name says that somebody is called by it.
    return typeof part === "number" && /phone|caller|callee|^from$|^to$|number|_no$|^cli$/i.test(name)
      ? maskText(String(part))
      : part
  })
}

/** Seven to fifteen digits that stand alone, as phone numbers do, with most of them hidden. */
function maskText(text: string): string {
  return text.replace(/(?<![\w.])\+?\d(?:[ ().-]{0,3}\d){6,14}(?!\w)/g, (phone) => {
    const kept = phone.slice(0, 4)
    return kept + phone.slice(4, -2).replace(/\d/g, "x") + phone.slice(-2)
  })
}
