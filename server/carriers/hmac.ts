const encoder = new TextEncoder()

type Hash = "SHA-1" | "SHA-256"

function importKey(hash: Hash, secret: string, usage: "sign" | "verify"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash }, false, [usage])
}

/** The HMAC of a text, both read as UTF-8. The secret may not be empty. */
export async function signHmac(hash: Hash, secret: string, message: string): Promise<Uint8Array<ArrayBuffer>> {
  const key = await importKey(hash, secret, "sign")
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(message)))
}

/** Whether the signature is the HMAC of any of the texts under any of the secrets; compared in constant time. */
export async function verifyHmac(
  hash: Hash,
  secrets: readonly string[],
  signature: Uint8Array<ArrayBuffer>,
  messages: readonly string[],
): Promise<boolean> {
  const encoded = messages.map((message) => encoder.encode(message))
  for (const secret of secrets) {
    const key = await importKey(hash, secret, "verify")
    for (const message of encoded) if (await crypto.subtle.verify("HMAC", key, signature, message)) return true
  }
  return false
}

/** SHA-256 as lower-case hex. */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

/** The bytes of a base64 text of exactly `length` bytes; undefined for any other spelling of them, so that one signature has one form. */
export function readBase64(text: string, length: number): Uint8Array<ArrayBuffer> | undefined {
  if (text.length !== Math.ceil(length / 3) * 4 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined
  const binary = atob(text)
  if (binary.length !== length || btoa(binary) !== text) return undefined
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

/** Bytes as base64. */
export function writeBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}
