import { joinBytes, readBase64, readBase64Text } from "./bytes.js"
import type { CarrierRequest } from "./carrier.js"
import { isFresh, readUnix } from "./fresh.js"
import { verifyEd25519, verifyHmac } from "./hmac.js"
import { accepted } from "./secret.js"

const HMAC_BYTES = 32
const ED25519_BYTES = 64
/** Signatures of one header that are tried. */
const SIGNATURES = 5

/**
 * A secret of Standard Webhooks: `whsec_` and 24 to 64 bytes in base64 (HMAC-SHA256), or `whpk_` and the 32 bytes of an
 * Ed25519 public key.
 */
export const WebhookSecret = accepted((secret) => {
  const bytes = keyOf(secret)
  if (secret.startsWith("whpk_")) return bytes?.length === 32
  return bytes !== undefined && bytes.length >= 24 && bytes.length <= 64
}, "whsec_ and 24 to 64 bytes in base64, or whpk_ and an Ed25519 public key in base64")

/**
 * Whether a holder of one of the secrets signed this POST within the last five minutes, by the rules of
 * https://www.standardwebhooks.com: over the message's id, its time and its body, joined by dots.
 */
export async function verifyStandardWebhook(
  { method, headers, body, received_at }: CarrierRequest,
  secrets: readonly string[],
): Promise<boolean> {
  const id = headers.get("webhook-id") ?? ""
  const time = headers.get("webhook-timestamp") ?? ""
  if (method !== "POST" || id === "" || id.length > 256 || !isFresh(readUnix(time), received_at)) return false
  const message = joinBytes(id, ".", time, ".", body)
  const hmacKeys = secrets.filter((secret) => secret.startsWith("whsec_")).flatMap((secret) => keyOf(secret) ?? [])
  const publicKeys = secrets.filter((secret) => secret.startsWith("whpk_")).flatMap((secret) => keyOf(secret) ?? [])
  for (const entry of (headers.get("webhook-signature") ?? "").split(" ", SIGNATURES)) {
    const [version = "", signature = ""] = entry.split(",", 2)
    const hmac = version === "v1" ? readBase64(signature, HMAC_BYTES) : undefined
    if (hmac && (await verifyHmac("SHA-256", hmacKeys, hmac, [message]))) return true
    const ed25519 = version === "v1a" ? readBase64(signature, ED25519_BYTES) : undefined
    if (ed25519 && (await verifyEd25519(publicKeys, ed25519, message))) return true
  }
  return false
}

function keyOf(secret: string): Uint8Array<ArrayBuffer> | undefined {
  const [, encoded] = /^wh(?:sec|pk)_([A-Za-z0-9+/=]+)$/.exec(secret) ?? []
  return encoded === undefined ? undefined : readBase64Text(encoded)
}
