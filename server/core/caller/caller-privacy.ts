import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js"
import type { CallEvent, CallerKind } from "../../../shared/call-event.js"
import { readSettings } from "../site/settings.js"
import type { Site } from "../store/db.js"
import { regionOfPhone } from "../value/caller-region.js"
import { readCallerKey, readCallSettings } from "./call-settings.js"
import { readCaller } from "./caller.js"

/** Who called, in the columns of a call. `from_e164` is E.164, or `hash:` and a keyed hash that stands for the number. */
export interface KnownCaller {
  readonly from_e164: string | null
  readonly from_kind: CallerKind
  readonly from_shown: string | null
  readonly caller_region: string | null
}

type Reader = Pick<Site, "db" | "memory">

/** 128 bits: two callers of one site never meet. */
const HASH_HEX = 32
const TOKEN = /^hash:([0-9a-f]{32}):([A-Z-]*):(\+[\d•]+)$/

/** A caller as a carrier, a person or one of our own events writes him. */
export function readKnownCaller(site: Reader, raw: string | null): KnownCaller {
  const [, hash, region = "", shown = ""] = TOKEN.exec(raw ?? "") ?? []
  if (hash !== undefined)
    return {
      from_e164: `hash:${hash}`,
      from_kind: "phone",
      from_shown: shown,
      caller_region: region === "" ? null : region,
    }
  const { from, from_kind } = readCaller(raw, readSettings(site).country)
  const caller_region = from === null ? null : regionOfPhone(from)
  const key = readCallerKey(site)
  if (from === null || key === null) return { from_e164: from, from_kind, from_shown: null, caller_region }
  return { from_e164: `hash:${hashOf(key, from)}`, from_kind, from_shown: maskPhone(from), caller_region }
}

/**
 * A caller as this site may keep him: where it hashes its callers, a number becomes a token of hash, region and mask, and
 * is not stored anywhere. Nobody from outside can write such a token himself.
 */
export function keptCaller(site: Reader, raw: string | null): string | null {
  if (raw === null || raw.startsWith("hash:")) return null
  const { from_e164, from_shown, caller_region } = readKnownCaller(site, raw)
  if (from_shown === null || from_e164 === null) return raw
  return `${from_e164}:${caller_region ?? ""}:${from_shown}`
}

/** An event as this site may keep it; names go where numbers go. */
export function keptEvent(site: Reader, event: CallEvent): CallEvent {
  const from = keptCaller(site, event.from)
  if (readCallerKey(site) === null) return from === event.from ? event : { ...event, from }
  const { caller_name: _name, ...rest } = event
  return { ...rest, from }
}

/** The caller in answers, as the site's settings let him be seen. */
export function shownCaller(
  site: Reader,
  call: { readonly from_e164: string | null; readonly from_shown: string | null },
): string | null {
  if (call.from_shown !== null) return call.from_shown
  if (call.from_e164 === null || readCallSettings(site).callers === "shown") return call.from_e164
  return maskPhone(call.from_e164)
}

/** A number of which only the beginning and the last two digits are left: `+1312•••••99`. */
export function maskPhone(e164: string): string {
  const kept = Math.max(3, e164.length - 7)
  return (
    e164.slice(0, kept) + "•".repeat(Math.max(0, e164.length - kept - 2)) + e164.slice(Math.max(kept, e164.length - 2))
  )
}

function hashOf(key: string, e164: string): string {
  return bytesToHex(hmac(sha256, utf8ToBytes(key), utf8ToBytes(e164))).slice(0, HASH_HEX)
}
