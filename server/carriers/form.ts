/** The fields of a form body, in the order sent. Bytes that are not UTF-8 become U+FFFD; nothing throws. */
export function formOf(body: Uint8Array): URLSearchParams {
  // The leading "&" keeps URLSearchParams from swallowing a first "?", which a form may have and a signature then covers.
  return new URLSearchParams(`&${new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(body)}`)
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

/**
 * A number as carriers write it who always name the country and leave the plus out. Read by the country of a site instead,
 * a foreign one is taken for a number there: 14155550123 is possible in Germany.
 */
export function withPlus(number: string | undefined): string | undefined {
  return number !== undefined && /^[1-9]\d{6,14}$/.test(number) ? `+${number}` : number
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

/** When something happened. */
export interface Time {
  occurred_at: number
  /** Whether the time is the carrier's own. */
  timestamped: boolean
  /** What the carrier said, ms, where it cannot be. */
  said_at?: number
}

/** When an event happened: the carrier's time where it is believable, else when it reached us. */
export function readTime(text: string | undefined, received_at: number): Time {
  return believe(text === undefined ? Number.NaN : Date.parse(text), received_at)
}

/** As `readTime`, for a time in ms; NaN where the carrier gave none. */
export function believe(time_ms: number, received_at: number): Time {
  const believable = time_ms >= received_at - OLDEST_MS && time_ms <= received_at + AHEAD_MS
  return believable
    ? { occurred_at: Math.min(time_ms, received_at), timestamped: true }
    : unbelieved(time_ms, received_at)
}

function unbelieved(time_ms: number, received_at: number): Time {
  const time = { occurred_at: received_at, timestamped: false }
  return Number.isFinite(time_ms) ? { ...time, said_at: Math.round(time_ms) } : time
}

/**
 * The clock of a record that is sent when a call is over, which may name times of hours ago: all of them are believed
 * when the end is. When it is not (the carrier writes another zone), the record is moved so that the call ended when it
 * reached us, its lengths kept. A time that is none is when the record came.
 */
export function recordClock(end_ms: number, received_at: number): (time_ms: number) => Time {
  const { timestamped } = believe(end_ms, received_at)
  const shift = timestamped || Number.isNaN(end_ms) ? 0 : received_at - end_ms
  return (time_ms) => {
    const moved = time_ms + shift
    const within = moved >= received_at - LONGEST_S * 1000 && moved <= received_at + AHEAD_MS
    if (!within || Number.isNaN(end_ms)) return unbelieved(time_ms, received_at)
    const time = { occurred_at: Math.min(Math.round(moved), received_at), timestamped }
    return shift === 0 ? time : { ...time, said_at: Math.round(time_ms) }
  }
}

/** Whole seconds between two times in ms; undefined when they are not in that order, or more than a week apart. */
export function secondsBetween(from_ms: number, to_ms: number): number | undefined {
  const seconds = Math.round((to_ms - from_ms) / 1000)
  return seconds >= 0 && seconds <= LONGEST_S ? seconds : undefined
}

/** An http or https address of at most 2,048 characters; undefined for every other text. */
export function readUrl(text: string | undefined): string | undefined {
  if (text === undefined || text.length > 2048 || !URL.canParse(text)) return undefined
  return /^https?:$/.test(new URL(text).protocol) ? text : undefined
}
