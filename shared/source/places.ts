import { parse } from "tldts"
import { APPS } from "./apps.js"
import { ASSISTANT } from "./assistants.js"
import { DETOUR } from "./detours.js"
import { OTHERS } from "./others.js"
import { AD_REDIRECTS, PATHS } from "./paths.js"
import type { Place } from "./place.js"
import { ALIAS } from "./redirectors.js"
import { SEARCH } from "./search.js"
import { SHOPPING } from "./shopping.js"
import { ACCOUNT, MESSENGER, SOCIAL } from "./social.js"
import { VIDEO } from "./video.js"

/** Most labels of a host that are looked at from the right: no table entry has more. */
const LABEL_LIMIT = 6

const EXACT = new Map<string, Place>()
const UNDER = new Map<string, Place>()
const BRANDS = new Map<string, Place>()

// Later rows win, so the narrower tables come last: mail.google.com is mail before it is Google's.
for (const [pattern, found] of [
  ...SHOPPING,
  ...VIDEO,
  ...SOCIAL,
  ...MESSENGER,
  ...ACCOUNT,
  ...SEARCH,
  ...OTHERS,
  ...ASSISTANT,
  ...DETOUR,
  ...AD_REDIRECTS,
]) {
  if (pattern.endsWith(".*")) {
    BRANDS.set(pattern.slice(0, -2), found)
    if (!EXACT.has(homeOf(pattern.slice(0, -2)))) EXACT.set(homeOf(pattern.slice(0, -2)), found)
  } else if (pattern.startsWith(".")) {
    UNDER.set(pattern.slice(1), found)
    EXACT.set(pattern.slice(1), found)
  } else EXACT.set(pattern, found)
}

/** A known place together with the host it is credited under (an alias resolved, `www.` off). */
export interface Found {
  readonly place: Place | undefined
  readonly host: string
}

/**
 * The place a host and path belong to. Looked up by the host, then by each parent domain, then by name under any public
 * suffix (google.de, amazon.co.jp): a handful of Map reads, and the public suffix list only for such a name.
 */
export function findPlace(host: string, path: string): Found {
  const bare = withoutWww(host)
  const name = ALIAS.get(bare) ?? bare
  let place = EXACT.get(name) ?? parentOf(name)
  let key = name
  if (!place) {
    const brand = brandOf(name)
    if (brand) {
      place = brand.place
      key = brand.key
    }
  }
  const paths = PATHS.get(key)
  if (paths) for (const [prefix, found] of paths) if (path.startsWith(prefix)) return { place: found, host: name }
  return { place, host: name }
}

/** The host that an Android package stands for, or undefined. */
export function hostOfApp(id: string): string | undefined {
  return APPS.get(id.toLowerCase())
}

/** A host without a leading `www.` and without a trailing dot. */
export function withoutWww(host: string): string {
  const from = host.startsWith("www.") && host.length > 4 ? 4 : 0
  const to = host.endsWith(".") ? host.length - 1 : host.length
  return from === 0 && to === host.length ? host : host.slice(from, to)
}

function parentOf(host: string): Place | undefined {
  let dot = host.length
  let found: Place | undefined
  for (let labels = 0; labels < LABEL_LIMIT; labels++) {
    dot = host.lastIndexOf(".", dot - 1)
    if (dot <= 0) break
    // The longest match wins, so a later and longer parent overrides.
    found = UNDER.get(host.slice(dot + 1)) ?? found
  }
  return found
}

/**
 * google.de, www.google.com.br, maps.google.fr, search.yahoo.fr: the name before the public suffix, with the name's own
 * subdomains as under .com.
 */
function brandOf(host: string): { place: Place; key: string } | undefined {
  let start = 0
  for (let labels = 0; labels < LABEL_LIMIT; labels++) {
    const dot = host.indexOf(".", start)
    if (dot < 0) return undefined
    const brand = BRANDS.get(host.slice(start, dot))
    if (brand) {
      const { domain, domainWithoutSuffix, isIcann } = parse(host, { allowPrivateDomains: true })
      if (isIcann && domain === host.slice(start) && domainWithoutSuffix === host.slice(start, dot)) {
        const home = homeOf(domainWithoutSuffix)
        if (start === 0) return { place: brand, key: home }
        const sub = `${host.slice(0, start)}${home}`
        const place = EXACT.get(sub) ?? BRANDS.get(`${host.slice(0, start)}${domainWithoutSuffix}`) ?? UNDER.get(home)
        return place ? { place, key: sub } : undefined
      }
    }
    start = dot + 1
  }
  return undefined
}

/** The host of a brand that its other countries' hosts are read as. */
function homeOf(brand: string): string {
  return brand.endsWith("yandex") ? `${brand}.ru` : `${brand}.com`
}
