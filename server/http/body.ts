import type { Context } from "hono"
import { invalid, Refusal } from "../core/store/refusal.js"

/** Deeper JSON than this is no body of ours, and would cost stack. */
const DEPTH = 32

// C0 but tab and line ends, DEL and C1, bidi controls (they reorder what a person reads, CVE-2021-42574), and halves of
// surrogate pairs (SQLite gives them back as three U+FFFD, and NUL hides the rest of a text from its length()).
const UNWANTED = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const SUSPECT = /\\u|[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffd]/

/** The body's bytes; refuses (413) more than `limit`, announced or not, without reading on. */
export async function readBytes(c: Context, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const announced = c.req.header("content-length")
  if (announced !== undefined && c.req.header("transfer-encoding") === undefined) {
    if (Number(announced) > limit) throw tooLarge(limit)
    return new Uint8Array(await c.req.arrayBuffer())
  }
  return readStream(c.req.raw.body, limit)
}

/** The body as text, within `limit` bytes. */
export async function readText(c: Context, limit: number): Promise<string> {
  const announced = c.req.header("content-length")
  if (announced !== undefined && c.req.header("transfer-encoding") === undefined) {
    if (Number(announced) > limit) throw tooLarge(limit)
    return c.req.text()
  }
  return new TextDecoder().decode(await readStream(c.req.raw.body, limit))
}

/** Text as JSON whatever its content type says (`sendBeacon` sends text/plain), its strings clean; refuses what is none. */
export function parseJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw invalid("", "must be JSON")
  }
  return SUSPECT.test(text) || text.includes("[[") ? clean(value, 0) : value
}

/** A text without the characters that no field of ours wants. */
export function cleanText(text: string): string {
  return text.replace(UNWANTED, "").toWellFormed()
}

function clean(value: unknown, depth: number): unknown {
  if (depth > DEPTH) throw invalid("", "is nested too deep")
  if (typeof value === "string") return cleanText(value)
  if (Array.isArray(value)) return value.map((item) => clean(item, depth + 1))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), clean(item, depth + 1)]))
}

async function readStream(stream: ReadableStream<Uint8Array> | null, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  let size = 0
  if (stream) {
    const reader = stream.getReader()
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      size += next.value.byteLength
      if (size > limit) {
        await reader.cancel()
        throw tooLarge(limit)
      }
      parts.push(next.value)
    }
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  return bytes
}

function tooLarge(limit: number): Refusal {
  return new Refusal("too_large", `a body here has ${limit} bytes at most`)
}
