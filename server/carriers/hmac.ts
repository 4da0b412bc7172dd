import { joinBytes, writeHex } from "./bytes.js"

export { writeBase64 } from "./bytes.js"

type Hash = "SHA-1" | "SHA-256"
/** A key or a message: a text stands for its UTF-8. */
type Bytes = string | Uint8Array

function importKey(hash: Hash, secret: Bytes, usage: "sign" | "verify"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", joinBytes(secret), { name: "HMAC", hash }, false, [usage])
}

/** The HMAC of a message. The secret may not be empty. */
export async function signHmac(hash: Hash, secret: Bytes, message: Bytes): Promise<Uint8Array<ArrayBuffer>> {
  const key = await importKey(hash, secret, "sign")
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, joinBytes(message)))
}

/** Whether the signature is the HMAC of any of the messages under any of the secrets; compared in constant time. */
export async function verifyHmac(
  hash: Hash,
  secrets: readonly Bytes[],
  signature: Uint8Array<ArrayBuffer>,
  messages: readonly Bytes[],
): Promise<boolean> {
  const encoded = messages.map((message) => joinBytes(message))
  for (const secret of secrets) {
    const key = await importKey(hash, secret, "verify")
    for (const message of encoded) if (await crypto.subtle.verify("HMAC", key, signature, message)) return true
  }
  return false
}

/** SHA-256 as lower-case hex. */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return writeHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)))
}

/** Whether a text is one of the secrets. All of them are compared, by their digests, so that time tells nothing of them. */
export async function isSecret(text: string, secrets: readonly string[]): Promise<boolean> {
  const digest = (value: string) => crypto.subtle.digest("SHA-256", joinBytes(value))
  const given = new Uint8Array(await digest(text))
  let same = false
  for (const secret of secrets) {
    const wanted = new Uint8Array(await digest(secret))
    same = given.reduce((difference, byte, index) => difference | (byte ^ (wanted[index] ?? 0)), 0) === 0 || same
  }
  return same
}

/** Whether an Ed25519 signature of 64 bytes over the message holds under any of the public keys of 32 bytes. */
export async function verifyEd25519(
  keys: readonly Uint8Array<ArrayBuffer>[],
  signature: Uint8Array<ArrayBuffer>,
  message: Bytes,
): Promise<boolean> {
  for (const raw of keys) {
    try {
      const key = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"])
      if (await crypto.subtle.verify({ name: "Ed25519" }, key, signature, joinBytes(message))) return true
    } catch {
      // Bytes that are no point of the curve: an error in one engine, false in the other.
    }
  }
  return false
}
