import { isbot } from "isbot"
import UAParser from "ua-parser-js"
import { Recent } from "../store/recent.js"

/** Who sends a request, as the request itself says: headers and the edge's own knowledge, never the body. */
export interface Client {
  readonly userAgent: string
  readonly language: string | null
  /** ISO 3166: `US`. */
  readonly country: string | null
  /** ISO 3166-2, as a caller's region is told: `US-TX`. */
  readonly region: string | null
  readonly city: string | null
  /** Where the request comes from, coarsely (`networkOf`): kept in memory to limit floods, never stored. */
  readonly network?: string | null
}

/** The language that a browser asks for first (`en-US`); null where it names none. */
export function languageFrom(header: string | null): string | null {
  return /^[A-Za-z-]{2,20}/.exec(header ?? "")?.[0] ?? null
}

/** A country's ISO 3166 code as Cloudflare tells it; null for what is none: `XX` (not known), `T1` (Tor), anything malformed. */
export function countryFrom(code: string | null | undefined): string | null {
  return code && /^(?!XX)[A-Z]{2}$/.test(code) ? code : null
}

/** A region's ISO 3166-2 code from its country and its code there (`US`, `TX`); null where either is missing or malformed. */
export function regionFrom(country: string | null | undefined, code: string | null | undefined): string | null {
  return country && code && /^[A-Z0-9]{1,3}$/.test(code) ? `${country}-${code}` : null
}

/** A browser in coarse classes; no fingerprint can be made of it. */
export interface Device {
  readonly robot: boolean
  readonly device: "desktop" | "mobile" | "tablet" | "tv" | "other"
  readonly browser: string | null
  readonly os: string | null
}

const USER_AGENT_LIMIT = 400
const known = new Recent<string, Device>(2000)

/**
 * Reads a User-Agent. An empty one is a robot: every browser sends one. Parsing takes some 50 µs, and a site meets a few
 * hundred different ones, so they are remembered.
 */
export function readDevice(userAgent: string): Device {
  const text = userAgent.slice(0, USER_AGENT_LIMIT)
  const hit = known.get(text)
  if (hit) return hit
  const device = parse(text)
  known.set(text, device)
  return device
}

function parse(text: string): Device {
  const { browser, os, device } = new UAParser(text).getResult()
  return {
    robot: text.trim() === "" || isbot(text),
    device: kindOf(device.type, os.name),
    browser: browser.name ?? null,
    os: os.name ?? null,
  }
}

function kindOf(type: string | undefined, os: string | undefined): Device["device"] {
  if (type === "mobile" || type === "tablet") return type
  if (type === "smarttv") return "tv"
  return type === undefined && os !== undefined ? "desktop" : "other"
}
