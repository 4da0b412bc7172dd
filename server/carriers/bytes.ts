const encoder = new TextEncoder()

/** Texts (as UTF-8) and bytes, one behind the other. */
export function joinBytes(...parts: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const encoded = parts.map((part) => (typeof part === "string" ? encoder.encode(part) : part))
  const joined = new Uint8Array(encoded.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of encoded) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** The bytes of a base64 text of exactly `length` bytes; undefined for any other spelling of them, so that one signature has one form. */
export function readBase64(text: string, length: number): Uint8Array<ArrayBuffer> | undefined {
  if (text.length !== Math.ceil(length / 3) * 4 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined
  const binary = atob(text)
  if (binary.length !== length || btoa(binary) !== text) return undefined
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

/** Any base64 text's bytes, padded or not; undefined when it is none. For secrets, whose length and padding vendors do not fix. */
export function readBase64Text(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bare = text.replace(/={1,2}$/, "")
  if (!/^[A-Za-z0-9+/]*$/.test(bare) || bare.length % 4 === 1) return undefined
  return Uint8Array.from(atob(bare), (character) => character.charCodeAt(0))
}

/** The bytes of an unpadded base64url text (RFC 7515, section 2), in their one canonical spelling; undefined for every other text. */
export function readBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined
  const bytes = readBase64Text(text.replaceAll("-", "+").replaceAll("_", "/"))
  return bytes && writeBase64Url(bytes) === text ? bytes : undefined
}

function writeBase64Url(bytes: Uint8Array): string {
  return writeBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")
}

/** Bytes as base64. */
export function writeBase64(bytes: Uint8Array): string {
  let binary = ""
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** The bytes of exactly `length` bytes of lower-case hex; undefined for any other text. */
export function readHex(text: string, length: number): Uint8Array<ArrayBuffer> | undefined {
  if (text.length !== 2 * length || !/^[0-9a-f]*$/.test(text)) return undefined
  return Uint8Array.from({ length }, (_, index) => Number.parseInt(text.slice(2 * index, 2 * index + 2), 16))
}

/** Bytes as lower-case hex. */
export function writeHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}
