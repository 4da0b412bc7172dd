import * as z from "zod"
import { joinBytes, readBase64 } from "./bytes.js"
import type { CarrierRequest } from "./carrier.js"
import { isFresh, readUnix } from "./fresh.js"
import { verifyEd25519 } from "./hmac.js"
import { accepted, furtherSecrets, matching, secretText } from "./secret.js"

const KEY_BYTES = 32
const SIGNATURE_BYTES = 64

const PublicKey = accepted(
  (key) => readBase64(key, KEY_BYTES) !== undefined,
  "the public key of the Telnyx portal: 32 bytes in base64",
)

/** What a site tells us of its Telnyx account; the same for TeXML and Call Control. */
export const TelnyxCredentials = z.strictObject({
  public_key: PublicKey,
  /** Further keys that are accepted while a new one is rolled out. */
  public_keys: furtherSecrets(PublicKey),
  /** The key of Telnyx's API. Needed for searching and buying numbers alone, as is the next. */
  api_key: secretText("an API key of the Telnyx portal (KEY...)").optional(),
  /** The application that numbers are assigned to: its ID in the portal. */
  connection_id: matching(/^\d{1,32}$/, "the ID of the Telnyx application: digits").optional(),
})
export type TelnyxCredentials = z.infer<typeof TelnyxCredentials>

/**
 * Whether Telnyx signed this body within the last five minutes: Ed25519 over the timestamp, a bar and the raw body. The
 * address is not covered, so only what is in a posted body is ever read; of a GET it is believed that Telnyx asks.
 */
export async function verifyTelnyx(
  { method, headers, body, received_at }: CarrierRequest,
  { public_key, public_keys = [] }: TelnyxCredentials,
): Promise<boolean> {
  const timestamp = headers.get("telnyx-timestamp") ?? ""
  const signature = readBase64(headers.get("telnyx-signature-ed25519") ?? "", SIGNATURE_BYTES)
  if (method !== "POST" && (method !== "GET" || body.length > 0)) return false
  if (!signature || !isFresh(readUnix(timestamp), received_at)) return false
  const keys = [public_key, ...public_keys].flatMap((key) => readBase64(key, KEY_BYTES) ?? [])
  return verifyEd25519(keys, signature, joinBytes(timestamp, "|", body))
}
