import type { Swap, VisitAnswer } from "../../shared/contract.js"
import { RULES } from "../core/number/match.js"
import { Recent } from "../core/store/recent.js"

/** Answers are cut from one piece of memory after the other: to allocate and free each by itself takes longer than to write it. */
const PIECE_BYTES = 65_536

const encoder = new TextEncoder()
const END = encoder.encode(`],"rules":${JSON.stringify(RULES)}}`)
const forms = new Recent<string, Uint8Array>(2000)
let piece = new Uint8Array(PIECE_BYTES)
let used = 0

/**
 * The answer to a page as the bytes of its JSON. Nearly all of it is the same for everybody who is shown this number, and it
 * is long and not ASCII: written and encoded once, it is copied from then on.
 */
export function writePageAnswer({ visitor, visit, beat_s, swaps }: VisitAnswer): Uint8Array<ArrayBuffer> {
  const texts: string[] = []
  const copies: Uint8Array[] = []
  let text = `{"visitor":${quote(visitor)},"visit":${quote(visit)},"beat_s":${beat_s},"swaps":[`
  for (const swap of swaps) {
    texts.push(`${text}{"lease":${quote(swap.lease)},`)
    copies.push(formOf(swap))
    text = ","
  }
  if (swaps.length === 0) texts.push(text)
  copies.push(END)
  return join(texts, copies)
}

/** An id is ASCII without quotes. */
function quote(id: string | null): string {
  return id === null ? "null" : `"${id}"`
}

/** A swap's JSON after its lease. */
function formOf(swap: Swap): Uint8Array {
  const key = `${swap.target} ${swap.number} ${swap.display}`
  let form = forms.get(key)
  if (!form) {
    const { lease: _, ...rest } = swap
    form = encoder.encode(JSON.stringify(rest).slice(1))
    forms.set(key, form)
  }
  return form
}

/** Texts (ASCII) and bytes by turns. */
function join(texts: readonly string[], copies: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const text of texts) length += text.length
  for (const copy of copies) length += copy.length
  if (length > PIECE_BYTES - used) {
    piece = new Uint8Array(Math.max(length, PIECE_BYTES))
    used = 0
  }
  const start = used
  for (let index = 0; index < copies.length; index++) {
    const text = texts[index] ?? ""
    for (let at = 0; at < text.length; at++) piece[used++] = text.charCodeAt(at)
    const copy = copies[index]
    if (copy) piece.set(copy, used)
    used += copy?.length ?? 0
  }
  return piece.subarray(start, used)
}
