import * as z from "zod"
import type { CarrierRequest } from "./carrier.js"
import { isSecret } from "./hmac.js"

/** A text of exactly this form; `what` completes the sentence that a missing or another one is refused with: "must be ...". */
export function matching(form: RegExp, what: string): z.ZodString {
  return z.string(`must be ${what}`).regex(form, `must be ${what}`)
}

/** A secret as a console shows it: visible ASCII, long enough not to be guessed. */
export function secretText(what: string, shortest = 16): z.ZodType<string> {
  return matching(new RegExp(`^[\\x21-\\x7E]{${shortest},256}$`), what)
}

/** A text of at most 256 characters that `isGood` says yes to; `what` as in `matching`. */
export function accepted(isGood: (text: string) => boolean, what: string): z.ZodString {
  return z.string(`must be ${what}`).max(256, `must be ${what}`).refine(isGood, `must be ${what}`)
}

/** Further secrets that are accepted while a new one is rolled out. */
export function furtherSecrets(secret: z.ZodType<string>): z.ZodOptional<z.ZodArray<z.ZodType<string>>> {
  return z.array(secret, "must be a list of secrets").max(4, "must be a list of four at most").optional()
}

/** A user and password, for carriers that show who they are by HTTP Basic alone. */
export const BasicLogin = z.strictObject({
  username: matching(/^[\x21-\x39\x3B-\x7E]{1,128}$/, "a user name: visible ASCII without a colon"),
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

const PathSecret = matching(/^[A-Za-z0-9_-]{24,128}$/, "a secret of 24 to 128 letters, digits, _ or -")

/** A secret that stands in the address itself, for carriers that sign nothing. */
export const AddressSecret = z.strictObject({
  /** Goes into the address as `?secret=`; letters and digits only, so that no console re-writes it. */
  secret: PathSecret,
  /** Further secrets that are accepted while a new one is rolled out. */
  secrets: furtherSecrets(PathSecret),
})

/** Whether a POST went to the address with the secret in it. The body is not covered, and proxies may log the address. */
export async function verifyAddress(
  { method, url }: CarrierRequest,
  { secret, secrets = [] }: z.infer<typeof AddressSecret>,
): Promise<boolean> {
  if (method !== "POST" || !URL.canParse(url)) return false
  return isSecret(new URL(url).searchParams.get("secret") ?? "", [secret, ...secrets])
}
