/**
 * A value safe to store: control characters become spaces, lone surrogates U+FFFD, and at most `limit` UTF-16 units
 * stay. Linear.
 */
export function clean(value: string, limit: number): string {
  let text = value.length > limit * 2 ? value.slice(0, limit * 2) : value
  if (UNSAFE.test(text)) text = text.replace(CONTROLS, " ").replace(LONE_SURROGATES, "\ufffd")
  return cut(text.trim(), limit)
}

/** At most `limit` UTF-16 units of a text, never half a character. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text
  const last = text.charCodeAt(limit - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit)
}

const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff]/
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g
const LONE_SURROGATES = /\p{Surrogate}/gu

const ESCAPES = /(?:%[0-9a-f]{2})+/gi

/**
 * A form-encoded value as text: `+` is a space and `%XX` runs are UTF-8. An escape that is no UTF-8 stays as it was
 * written. With a charset, a run that is no UTF-8 is read in that charset instead (old Chinese, Russian, Japanese and
 * Korean result pages). Never throws.
 */
export function decode(raw: string, charset: string | null = null): string {
  const spaced = raw.includes("+") ? raw.replaceAll("+", " ") : raw
  if (!spaced.includes("%")) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced.replace(ESCAPES, (run) => decodeRun(run, charset))
  }
}

function decodeRun(run: string, charset: string | null): string {
  const bytes = new Uint8Array(run.length / 3)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(run.slice(i * 3 + 1, i * 3 + 3), 16)
  if (charset) {
    try {
      return new TextDecoder(charset, { fatal: true }).decode(bytes)
    } catch {
      // Not that charset either, or one that the runtime lacks.
    }
  }
  let text = ""
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i)
    const escapes = run.slice(i * 3, (i + (length || 1)) * 3)
    text += length ? decodeURIComponent(escapes) : escapes
    i += length || 1
  }
  return text
}

/**
 * The length of the well-formed UTF-8 sequence at `at`, or 0 (RFC 3629: no overlong form, no surrogate, at most
 * U+10FFFF).
 */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return 1
  const length =
    first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0
  if (length === 0 || at + length > bytes.length) return 0
  const second = bytes[at + 1] ?? 0
  if (first === 0xe0 && second < 0xa0) return 0
  if (first === 0xed && second > 0x9f) return 0
  if (first === 0xf0 && second < 0x90) return 0
  if (first === 0xf4 && second > 0x8f) return 0
  for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0
  return length
}

// The part of the Encoding standard used here; Node and workerd both have it, and the core is compiled without a DOM.
declare const TextDecoder: new (charset: string, options: { fatal: boolean }) => { decode(bytes: Uint8Array): string }
