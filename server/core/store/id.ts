import { customAlphabet } from "nanoid"
import { DAY_MS } from "../../../shared/calendar.js"

// Inside, a row is an integer that grows with time: (ms since 2024) * 2048 + a count. SQLite stores such keys in order of
// arrival (random text keys cost 2 to 4 times as much), a span of time is a span of ids, and two ids of one site never meet.
// 2^53 / 2048 ms reach to the year 2163.

const EPOCH_MS = Date.UTC(2024, 0, 1)
const IDS_PER_MS = 2048

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
const VALUES = new Map([...DIGITS].map((digit, value) => [digit, value]))
/** 62^9 > 2^53: every id has the same length, so public ids sort as their rows do. */
const WIDTH = 9
const SECRET_LENGTH = 10

/** The smallest id that a row made at `time` (ms) can have. */
export function idAt(time: number): number {
  return Math.max(0, time - EPOCH_MS) * IDS_PER_MS
}

/** When the row was made, in ms. */
export function timeOfId(id: number): number {
  return Math.floor(id / IDS_PER_MS) + EPOCH_MS
}

/** The UTC day of a moment (ms), counted from 1970. */
export function utcDayOf(time: number): number {
  return Math.floor(time / DAY_MS)
}

/** The UTC day in which the row was made, counted from 1970. */
export function dayOfId(id: number): number {
  return utcDayOf(timeOfId(id))
}

/** Ids that only grow, from the largest one in use on; a clock that jumps back repeats none. */
export function createIds(last: number): (now: number) => number {
  let newest = last
  return (now) => {
    newest = Math.max(newest + 1, idAt(now))
    return newest
  }
}

/** What stands behind the ids that strangers send back (visits, visitors): 59 bits that cannot be guessed. */
export const newSecret: () => string = customAlphabet(DIGITS, SECRET_LENGTH)

/** 62^5: ids are taken apart here, because the two halves are small integers and a division of large numbers is slow. */
const HALF = 62 ** 5

/** The public id of a row: `vis_` + nine digits of base 62 + the row's secret, if it has one. */
export function encodeId(prefix: string, id: number, secret = ""): string {
  const high = Math.floor(id / HALF)
  return `${prefix}_${digitsOf(high, WIDTH - 5)}${digitsOf(id - high * HALF, 5)}${secret}`
}

function digitsOf(value: number, width: number): string {
  let text = ""
  let rest = value
  for (let place = 0; place < width; place++) {
    const next = Math.floor(rest / 62)
    text = DIGITS.charAt(rest - next * 62) + text
    rest = next
  }
  return text
}

/** Reads a public id back; undefined for anything that was never one. The caller compares the secret. */
export function decodeId(prefix: string, text: string): { id: number; secret: string } | undefined {
  const start = prefix.length + 1
  if (!text.startsWith(`${prefix}_`)) return undefined
  const secret = text.slice(start + WIDTH)
  if (text.length < start + WIDTH || (secret !== "" && secret.length !== SECRET_LENGTH)) return undefined
  let id = 0
  for (const digit of text.slice(start, start + WIDTH)) {
    const value = VALUES.get(digit)
    if (value === undefined) return undefined
    id = id * 62 + value
  }
  return id <= Number.MAX_SAFE_INTEGER ? { id, secret } : undefined
}

/** 128 bits that stand for a caller who is not known any more. */
export const newHash: () => string = customAlphabet("0123456789abcdef", 32)

const lower = customAlphabet("0123456789abcdefghijklmnopqrstuvwxyz", 14)

/** A site's id, `site_` + 14 lower-case characters: it names a file, and some file systems fold case. */
export const newSiteId = (): string => `site_${lower()}`
/** What a site's id looks like; nothing else ever reaches a file system or names an object. */
export const SITE_ID = /^site_[0-9a-z]{4,32}$/

const keySecret = customAlphabet(DIGITS, 43)
/** A token that opens one thing: 43 characters, 256 bits. */
export const newToken = (): string => keySecret()
/** A new API key: `rt_` + owner (a site's id, or `admin`) + 43 characters, 256 bits. Shown once, stored as SHA-256. */
export const newKey = (owner: string): string => encodeKey(owner, keySecret())
/** A key out of its owner and its secret (16 to 128 characters of base64url). */
export const encodeKey = (owner: string, secret: string): string => `rt_${owner}_${secret}`
/** The site id inside a key, `admin`, or undefined where it is no key. */
export function ownerOfKey(key: string): string | undefined {
  return /^rt_(admin|site_[0-9a-z]{4,32})_[0-9A-Za-z_-]{16,128}$/.exec(key)?.[1]
}
