import { generate } from "lean-qr"
import type { NumberAnswer } from "../../shared/contract.js"
import type { AssetQuery } from "../../shared/contract-engine.js"
import { writePhone } from "../core/value/phone.js"

// What is printed: the number in large type, and a code that dials it or opens a page that is tagged with its source.

/** Units of the drawing: a code of 100, a quiet zone of four modules as ISO/IEC 18004 asks for, then the text. */
const SIDE = 100
const QUIET_MODULES = 4
const LINE = 14

/** A number as an SVG drawing, black on white, with a QR code; it scales to any size and names no font it must load. */
export function drawAsset(number: NumberAnswer, country: string, { url, title }: AssetQuery): string {
  const code = generate(url === undefined ? `tel:${number.e164}` : tagged(url, number))
  const modules = code.size + 2 * QUIET_MODULES
  const unit = SIDE / modules
  let path = ""
  for (let y = 0; y < code.size; y++)
    for (let x = 0; x < code.size; x++) if (code.get(x, y)) path += `M${x + QUIET_MODULES} ${y + QUIET_MODULES}h1v1h-1z`
  const lines = [...(title === undefined ? [] : [title]), writePhone(number.e164, country)]
  const height = SIDE + lines.length * LINE + 4
  const texts = lines.map(
    (line, index) =>
      `<text x="${SIDE / 2}" y="${SIDE + LINE * (index + 0.8)}" textLength="${Math.min(92, line.length * 6)}" lengthAdjust="spacingAndGlyphs" font-size="${line === title ? 8 : 11}">${escapeXml(line)}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE} ${height}" role="img" aria-label="${escapeXml(lines.join(", "))}"><rect width="${SIDE}" height="${height}" fill="#fff"/><path transform="scale(${unit.toFixed(5)})" d="${path}"/><g font-family="sans-serif" text-anchor="middle">${texts.join("")}</g></svg>`
}

/** The page with the number's source in its address; what the owner wrote there himself stays. */
function tagged(url: string, { source }: NumberAnswer): string {
  const page = new URL(url)
  const tags = {
    utm_source: source?.source || source?.channel,
    utm_medium: source?.medium || source?.channel,
    utm_campaign: source?.campaign,
    utm_term: source?.term,
    utm_content: source?.content,
  }
  for (const [name, value] of Object.entries(tags))
    if (value && !page.searchParams.has(name)) page.searchParams.set(name, value)
  return page.href
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
