/** A text, and the encoding that it was read by. */
export interface Decoded {
  readonly text: string
  readonly encoding: string
}

/**
 * A file's bytes as text, as Excel and ad platforms write them: by its byte-order mark, else by the charset its sender names,
 * else UTF-8 where it is valid, UTF-16 where every other byte is 0, Windows-1251 where all that is not ASCII are Cyrillic
 * letters, and GB18030 otherwise. Bytes that fit nothing are read as Windows-1252, which fits all. Node and workerd know the
 * same encodings.
 */
export function decodeText(bytes: Uint8Array, contentType: string): Decoded {
  const marked = markOf(bytes)
  if (marked) return { text: new TextDecoder(marked).decode(bytes), encoding: marked }
  const named = /charset\s*=\s*"?([\w.:-]{1,40})/i.exec(contentType)?.[1]
  const given = named === undefined ? undefined : decode(bytes, named)
  if (given) return given
  const utf8 = decode(bytes, "utf-8")
  if (utf8 && !utf8.text.includes("\0")) return utf8
  const wide = wideOf(bytes)
  if (wide) return { text: new TextDecoder(wide).decode(bytes), encoding: wide }
  const cyrillic = decode(bytes, "windows-1251")
  if (cyrillic && isCyrillic(cyrillic.text)) return cyrillic
  return decode(bytes, "gb18030") ?? { text: new TextDecoder("windows-1252").decode(bytes), encoding: "windows-1252" }
}

function markOf([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8"
  if (first === 0xff && second === 0xfe) return "utf-16le"
  return first === 0xfe && second === 0xff ? "utf-16be" : undefined
}

function decode(bytes: Uint8Array, name: string): Decoded | undefined {
  try {
    const decoder = new TextDecoder(name, { fatal: true, ignoreBOM: false })
    return { text: decoder.decode(bytes), encoding: decoder.encoding }
  } catch {
    return undefined
  }
}

/** UTF-16 without a mark: in a table most characters are digits and separators, so one byte of two is 0. */
function wideOf(bytes: Uint8Array): string | undefined {
  const sample = bytes.subarray(0, 2000)
  const zeros = [0, 0]
  for (const [at, byte] of sample.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  if (Math.max(even, odd) < sample.length / 8) return undefined
  return odd > even ? "utf-16le" : "utf-16be"
}

/** Chinese bytes read as Windows-1251 are a third signs (Ў, °, ±): Russian text has hardly any but № and quotation marks. */
function isCyrillic(text: string): boolean {
  const foreign = text.match(/[^\0-\x7f]/g) ?? []
  const letters = text.match(/[\u0410-\u044fЁё№«»—–\u00a0]/g) ?? []
  return letters.length >= foreign.length * 0.95 && /[а-яё]{3}/i.test(text)
}
