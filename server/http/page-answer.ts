import type { Swap, VisitAnswer } from "../../shared/contract.js"
import { RULES } from "../core/match.js"

const REMEMBERED = 2000
const encoder = new TextEncoder()
const END = encoder.encode(`],"rules":${JSON.stringify(RULES)}}`)
const forms = new Map<string, Uint8Array>()

/**
 * The answer to a page as the bytes of its JSON. Nearly all of it is the same for everybody who is shown this number, and it
 * is long and not ASCII: written and encoded once, it is copied from then on.
 */
export function writePageAnswer({ visitor, visit, beat_s, swaps }: VisitAnswer): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = []
  let text = `${JSON.stringify({ visitor, visit, beat_s }).slice(0, -1)},"swaps":[`
  for (const swap of swaps) {
    parts.push(encoder.encode(`${text}{"lease":${JSON.stringify(swap.lease)},`), formOf(swap))
    text = ","
  }
  if (swaps.length === 0) parts.push(encoder.encode(text))
  parts.push(END)
  return join(parts)
}

/** A swap's JSON after its lease. */
function formOf(swap: Swap): Uint8Array {
  const key = `${swap.target} ${swap.number} ${swap.display}`
  let form = forms.get(key)
  if (!form) {
    const { lease: _, ...rest } = swap
    form = encoder.encode(JSON.stringify(rest).slice(1))
    if (forms.size >= REMEMBERED) forms.clear()
    forms.set(key, form)
  }
  return form
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
