import { getDomain } from "tldts"
import { FIELD_LIMIT, STORED_URL_LIMIT } from "../protocol.js"
import type { Place } from "./place.js"
import { findPlace, hostOfApp, withoutWww } from "./places.js"
import { clean, cut, decode } from "./text.js"
import { parseUrl } from "./url.js"

/** A referrer that was understood: where it came from, what was searched there, and how it is stored. */
export interface Referrer {
  /** The host it is credited under; an app's package where the app is not known. */
  readonly host: string
  /** The host as the browser named it, without `www.`: how GA4 spells the source. */
  readonly spelt: string
  readonly place: Place | undefined
  readonly term: string | null
  /** Origin and path; never the query, which may hold what a person typed elsewhere. */
  readonly stored: string
  /** The site itself, so that it is no source. */
  readonly own: boolean
  /** An app, which GA4 spells by its package and takes for a plain referrer. */
  readonly app: boolean
}

const APP = /^(?:android|ios)-app:\/\/([^/?#]*)/i
const WEB = /^https?:$/
const TARGET = /^https?:\/\//i

/** Reads a referrer; undefined for an empty one and for what is neither a web page nor an app. Never throws. */
export function readReferrer(referrer: string, landingHost: string, domains: readonly string[]): Referrer | undefined {
  if (referrer === "") return undefined
  const url = parseUrl(referrer)
  if (!url) return undefined
  if (!WEB.test(url.protocol)) return readApp(referrer)
  const host = url.hostname
  const spelt = withoutWww(host)
  const stored = cut(url.origin + url.pathname, STORED_URL_LIMIT)
  if (isOwn(spelt, landingHost, domains))
    return { host: spelt, spelt, place: undefined, term: null, stored, own: true, app: false }
  const { place, host: credited } = findPlace(host, url.pathname)
  const term = place && place.keys.length > 0 && url.search.length > 1 ? phraseOf(url.search, place) : null
  return {
    host: cut(credited, FIELD_LIMIT),
    spelt: cut(spelt, FIELD_LIMIT),
    place,
    term,
    stored,
    own: false,
    app: false,
  }
}

/** The referrer that a mark on the landing URL stands for when the browser named none. */
export function impliedReferrer(host: string): Referrer {
  return { host, spelt: host, place: findPlace(host, "").place, term: null, stored: "", own: false, app: false }
}

function readApp(referrer: string): Referrer | undefined {
  const id = APP.exec(referrer)?.[1]
  if (!id) return undefined
  const spelt = clean(decode(id), FIELD_LIMIT)
  if (!spelt) return undefined
  const stored = cut(clean(referrer.split(/[?#]/, 1)[0] ?? "", STORED_URL_LIMIT), STORED_URL_LIMIT)
  const home = hostOfApp(spelt)
  const place = home ? findPlace(home, "").place : undefined
  return { host: home ?? spelt, spelt, place, term: null, stored, own: false, app: true }
}

function phraseOf(search: string, place: Place): string | null {
  for (const key of place.keys) {
    const raw = rawValue(search, key)
    if (!raw) continue
    const phrase = clean(decode(raw.slice(0, FIELD_LIMIT * 9), place.charset), FIELD_LIMIT)
    // google.com/url?q= carries the link's target, not what was searched.
    if (phrase !== "" && !TARGET.test(phrase)) return phrase
  }
  return null
}

/** The raw value of the first parameter of that name. */
function rawValue(search: string, key: string): string | undefined {
  for (let from = 1; from < search.length; ) {
    const at = search.indexOf(`${key}=`, from)
    if (at < 0) return undefined
    const before = search[at - 1]
    if (before === "?" || before === "&") {
      const end = search.indexOf("&", at)
      return search.slice(at + key.length + 1, end < 0 ? search.length : end)
    }
    from = at + 1
  }
  return undefined
}

function isOwn(host: string, landingHost: string, domains: readonly string[]): boolean {
  if (landingHost !== "" && (host === landingHost || sameSite(host, landingHost))) return true
  for (const domain of domains) if (isUnder(host, plain(domain))) return true
  return false
}

/**
 * Two hosts of one registrable domain. Hosts whose last two labels differ cannot share one, so the suffix list is
 * rarely asked.
 */
function sameSite(a: string, b: string): boolean {
  if (lastTwo(a) !== lastTwo(b)) return false
  const domain = getDomain(a, { allowPrivateDomains: true })
  return domain !== null && domain === getDomain(b, { allowPrivateDomains: true })
}

function lastTwo(host: string): string {
  const last = host.lastIndexOf(".")
  return host.slice(host.lastIndexOf(".", last - 1) + 1)
}

function isUnder(host: string, domain: string): boolean {
  if (domain === "" || !host.endsWith(domain)) return false
  return host.length === domain.length || host[host.length - domain.length - 1] === "."
}

/** A configured domain as a URL spells its host: lower case, punycode, no port, no `www.` or `*.`. */
function plain(domain: string): string {
  if (PLAIN_HOST.test(domain)) return withoutWww(domain)
  const host = parseUrl(domain.includes("://") ? domain : `http://${domain.replace(/^\*?\./, "")}`)?.hostname
  return host ? withoutWww(host) : ""
}

const PLAIN_HOST = /^[a-z0-9][a-z0-9.-]*$/
