import { cut, decode } from "./text.js"

/** The four fields of an Openstat label; empty ones are null. */
export interface Openstat {
  readonly service: string
  readonly campaign: string | null
  readonly ad: string | null
  readonly place: string | null
}

/** No label of a real ad system comes near this many characters of base64. */
const LABEL_LIMIT = 1024

/**
 * Reads `_openstat`: "service;campaign;ad;place", in base64 (either alphabet, padded or not) or as it is, as the
 * Openstat standard allows and Yandex Direct writes it. Undefined when it is neither. Never throws.
 */
export function readOpenstat(value: string): Openstat | undefined {
  const label = value.includes(";") ? value : fromBase64(value)
  if (!label?.includes(";")) return undefined
  const [service = "", campaign, ad, place] = label.split(";", 4).map((part) => part.trim())
  if (!service) return undefined
  return { service, campaign: campaign || null, ad: ad || null, place: place || null }
}

function fromBase64(value: string): string | undefined {
  const digits = cut(value, LABEL_LIMIT)
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replaceAll(" ", "+")
    .replace(/=+$/, "")
  try {
    const bytes = atob(digits)
    const escapes = Array.from(bytes, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, "0")}`)
    return decode(escapes.join(""), "windows-1251")
  } catch {
    return undefined
  }
}

// Base64 as browsers, Node and workerd have it; the core is compiled without a DOM.
declare const atob: (digits: string) => string
