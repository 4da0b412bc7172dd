import * as z from "zod"
import type { CarrierRequest } from "./carrier.js"
import { isSecret } from "./hmac.js"

/** A secret as a console shows it: visible ASCII, long enough not to be guessed. */
export function secretText(what: string, shortest = 16): z.ZodType<string> {
  return z.string().regex(new RegExp(`^[\\x21-\\x7E]{${shortest},256}$`), `must be ${what}`)
}

/** Further secrets that are accepted while a new one is rolled out. */
export function furtherSecrets(secret: z.ZodType<string>): z.ZodOptional<z.ZodArray<z.ZodType<string>>> {
  return z.array(secret).max(4).optional()
}

/** A user and password, for carriers that show who they are by HTTP Basic alone. */
export const BasicLogin = z.strictObject({
  username: z.string().regex(/^[\x21-\x39\x3B-\x7E]{1,128}$/, "must be visible ASCII without a colon"),
  password: secretText("a password of 16 to 256 visible ASCII characters"),
  /** Further passwords that are accepted while a new one is rolled out. */
  passwords: furtherSecrets(secretText("a password of 16 to 256 visible ASCII characters")),
})

/** Whether a POST carries this login (RFC 7617). The body is not covered: whoever knows the password may send anything. */
export async function verifyBasic(
  { method, headers }: CarrierRequest,
  { username, password, passwords = [] }: z.infer<typeof BasicLogin>,
): Promise<boolean> {
  const [, token] = /^Basic ([A-Za-z0-9+/]{1,1024}={0,2})$/i.exec(headers.get("authorization") ?? "") ?? []
  if (method !== "POST" || token === undefined) return false
  return isSecret(
    token,
    [password, ...passwords].map((each) => btoa(`${username}:${each}`)),
  )
}

/** A secret that stands in the address itself, for carriers that sign nothing. */
export const AddressSecret = z.strictObject({
  /** Goes into the address as `?secret=`; letters and digits only, so that no console re-writes it. */
  secret: z.string().regex(/^[A-Za-z0-9_-]{24,128}$/, "must be 24 to 128 letters, digits, _ or -"),
  secrets: z
    .array(z.string().regex(/^[A-Za-z0-9_-]{24,128}$/))
    .max(4)
    .optional(),
})

/** Whether a POST went to the address with the secret in it. The body is not covered, and proxies may log the address. */
export async function verifyAddress(
  { method, url }: CarrierRequest,
  { secret, secrets = [] }: z.infer<typeof AddressSecret>,
): Promise<boolean> {
  if (method !== "POST" || !URL.canParse(url)) return false
  return isSecret(new URL(url).searchParams.get("secret") ?? "", [secret, ...secrets])
}
