/** The fields of a form body, in the order sent. Bytes that are not UTF-8 become U+FFFD; nothing throws. */
export function formOf(body: Uint8Array): URLSearchParams {
  // The leading "&" keeps URLSearchParams from swallowing a first "?", which a form may have and a signature then covers.
  return new URLSearchParams(`&${new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(body)}`)
}

/** The top-level texts and numbers of a JSON object body; empty when it is anything else. */
export function jsonFieldsOf(body: Uint8Array): URLSearchParams {
  const fields = new URLSearchParams()
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(body))
  } catch {
    return fields
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return fields
  for (const [name, field] of Object.entries(value)) {
    if (typeof field === "string" || typeof field === "number") fields.append(name, String(field))
  }
  return fields
}

/** Reads one field of a request by name. */
export type ReadField = (name: string, limit?: number) => string | undefined

/** Longest text that is kept of a field, in UTF-16 units. */
const FIELD_LIMIT = 256

/** A field as kept on an event: trimmed, without control characters and lone surrogates, cut; undefined when missing or empty. */
export function fieldReader(fields: URLSearchParams): ReadField {
  return (name, limit = FIELD_LIMIT) => {
    const clean = (fields.get(name) ?? "")
      .slice(0, 4 * limit)
      .replace(/\p{Cc}/gu, "")
      .trim()
    // The cut may leave half a pair, which no store keeps as it is.
    const kept = clean.slice(0, limit).replace(/\p{Cs}/gu, "")
    return kept === "" ? undefined : kept
  }
}

/** Longest a call or recording may be said to last: a week. */
const LONGEST_S = 7 * 24 * 3600

/** A whole number of seconds; undefined when it is none, or beyond a week. */
export function readSeconds(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,7}$/.test(text)) return undefined
  const seconds = Number(text)
  return seconds <= LONGEST_S ? seconds : undefined
}

/** How far back a carrier's own time is believed: a report that is later than that, or from the future, has a wrong clock. */
const OLDEST_MS = 3_600_000
/** How far a carrier's clock may run ahead of ours and still be believed (and cut to ours). */
const AHEAD_MS = 300_000

/** When an event happened: the carrier's time where it is believable, else when it reached us. */
export function readTime(text: string | undefined, received_at: number): { occurred_at: number; timestamped: boolean } {
  const time = text === undefined ? Number.NaN : Date.parse(text)
  const believable = time >= received_at - OLDEST_MS && time <= received_at + AHEAD_MS
  return believable
    ? { occurred_at: Math.min(time, received_at), timestamped: true }
    : { occurred_at: received_at, timestamped: false }
}

/** An http or https address of at most 2,048 characters; undefined for every other text. */
export function readUrl(text: string | undefined): string | undefined {
  if (text === undefined || text.length > 2048 || !URL.canParse(text)) return undefined
  return /^https?:$/.test(new URL(text).protocol) ? text : undefined
}
