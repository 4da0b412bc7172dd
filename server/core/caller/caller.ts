import type { CallerKind } from "../../../shared/call-event.js"
import { readPhone } from "../value/phone.js"

/** Who called. `from` is E.164, and there only for the kind "phone". */
export interface Caller {
  from: string | null
  from_kind: CallerKind
}

/** Longest text that a caller can be written in; the rest is not read. */
const CALLER_LIMIT = 256

/**
 * Reads a caller as carriers write him: a phone number (in the form of `country`, ISO 3166, where it is national), a word
 * for "withheld" or that word spelt on a phone's keys (ANONYMOUS is +266696687), a SIP address or a client's name. The
 * withheld forms are asked for first: libphonenumber takes some of them for foreign numbers, and all people who hide
 * their number would become one caller.
 */
export function readCaller(raw: string | null | undefined, country: string): Caller {
  const text = (raw ?? "").slice(0, CALLER_LIMIT).trim()
  if (isWithheld(text)) return { from: null, from_kind: "withheld" }
  if (/^client:/i.test(text)) return { from: null, from_kind: "client" }
  const sip = /\bsips?:([^@;>\s]*)(?:@([^;>\s]*))?/i.exec(text)
  if (sip) return readSip(sip[1] ?? "", sip[2] ?? "", country)
  return readNumber(text.replace(/^tel:/i, ""), country) ?? { from: null, from_kind: "unknown" }
}

/** A SIP trunk puts the phone number before the `@`; RFC 3323 hides a caller as `anonymous@anonymous.invalid`. */
function readSip(user: string, host: string, country: string): Caller {
  const name = user.replace(/%2B/gi, "+")
  if (isWithheld(name) || /^anonymous\.invalid$/i.test(host)) return { from: null, from_kind: "withheld" }
  const phone = /^\+?[\d().-]+$/.test(name) ? readNumber(name, country) : undefined
  return phone ?? { from: null, from_kind: "sip" }
}

/** Several carriers leave the plus out: a number that is not possible in the site's country is tried as an international one. */
function readNumber(text: string, country: string): Caller | undefined {
  if (!/\d/.test(text)) return undefined
  const digits = text.replace(/\D/g, "")
  const from = readPhone(text, country) ?? (text.startsWith("+") ? undefined : readPhone(`+${digits}`, country))
  return from === undefined ? undefined : { from, from_kind: "phone" }
}

const SPELT = ["anonymous", "restricted", "blocked", "unknown", "unavailable", "private", "withheld"]
const WITHHELD_WORDS: ReadonlySet<string> = new Set([
  ...SPELT,
  "hidden",
  "callerunknown",
  "idunavailable",
  "nocallerid",
  "notavailable",
  "numberwithheld",
  "outofarea",
  "privatenumber",
  "unknownnumber",
  "withheldnumber",
])
// Only with their plus: without it, RESTRICTED is a number in Texas and UNKNOWN one in Iceland.
const WITHHELD_NUMBERS: ReadonlySet<string> = new Set(SPELT.map((word) => `+${keysOf(word)}`))

function isWithheld(text: string): boolean {
  if (/\d/.test(text)) return WITHHELD_NUMBERS.has(text.replace(/[\s().-]/g, ""))
  return WITHHELD_WORDS.has(text.toLowerCase().replace(/[^a-z]/g, ""))
}

/** A word as it is dialled on a phone's keys (ITU-T E.161). */
function keysOf(word: string): string {
  const keys = ["abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"]
  return [...word].map((letter) => 2 + keys.findIndex((key) => key.includes(letter))).join("")
}
