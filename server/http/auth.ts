import { allows, findScope, type Scope } from "../core/site/key.js"
import { ownerOfKey } from "../core/store/id.js"
import { notFound, Refusal } from "../core/store/refusal.js"
import type { SiteHandle } from "./host.js"

/** The holder of a key: its hash, and the site it belongs to (or `admin`). */
export interface Holder {
  readonly hash: string
  readonly owner: string
}

/** SHA-256 in hexadecimal: how keys are kept, and how idempotent requests are told apart. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("")
}

/** The key of a request; refuses one without a readable key. */
export function readKey(authorization: string | null | undefined): string {
  const key = /^Bearer +(\S{1,256})$/i.exec(authorization ?? "")?.[1]
  if (key === undefined) throw new Refusal("unauthorized", "send the key as Authorization: Bearer rt_...")
  return key
}

/** Who sends a request, by its key. */
export async function readHolder(authorization: string | undefined): Promise<Holder> {
  const key = readKey(authorization)
  // An administrator may choose his key (ADMIN_KEY), so a key of no known shape may be his.
  return { hash: await sha256(key), owner: ownerOfKey(key) ?? "admin" }
}

/**
 * Lets a holder through to a site that he may use as `needed`. A key of another site is answered just as if the site did
 * not exist, and a wrong key of a site just as if it did: nobody learns which sites there are (guarantee 9).
 */
export function authorize(
  holder: Holder,
  siteId: string,
  site: SiteHandle | undefined,
  needed: Scope,
  isAdmin: (hash: string) => boolean,
): SiteHandle {
  if (isAdmin(holder.hash)) {
    if (!site) throw notFound("site")
    return site
  }
  if (holder.owner !== siteId && holder.owner !== "admin") throw notFound("site")
  const scope = site && holder.owner === siteId ? site.read((opened) => findScope(opened, holder.hash)) : undefined
  if (!site || scope === undefined) throw new Refusal("unauthorized", "this key is not known: it may have been revoked")
  if (!allows(scope, needed)) throw new Refusal("forbidden", `this key may ${scope} only; the request needs ${needed}`)
  return site
}
