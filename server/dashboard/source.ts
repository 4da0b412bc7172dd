/** What stands in a page's source, in its order. */
export interface Source extends Part {
  /** What the script looks for numbers in: all but what stands within `data-dni="off"`. */
  readonly swapped: Part
  readonly scripts: readonly { readonly tag: string; readonly body: string }[]
}

interface Part {
  /** What a reader sees: U+0000 stands for a tag within a line, as the script joins the pieces of a text. */
  readonly text: string
  readonly tags: readonly string[]
}

/** Elements whose content is no text of the page. */
const UNSEEN = /^(?:script|style|noscript|template)$/
/** Elements that begin a line of their own, or an end of what is read as one. */
const BREAKS = /^(?:a|button|p|div|li|ul|ol|h[1-6]|td|th|tr|table|section|header|footer|main|nav|br|hr|title|option)$/
/** Elements that have no end. */
const VOID = /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/

/** Takes a page's source apart in one pass: what does not end goes on to the page's end, as in a browser. */
export function readSource(html: string): Source {
  const all = newPart()
  const swapped = newPart()
  const scripts: { tag: string; body: string }[] = []
  // The element that keeps its numbers, and how many of its name are open within it.
  let off = { name: "", depth: 0 }
  for (let at = 0; at < html.length; ) {
    const open = indexOrEnd(html, "<", at)
    for (const part of off.depth > 0 ? [all] : [all, swapped]) part.texts.push(decodeText(html.slice(at, open)))
    if (html.startsWith("<!--", open)) {
      at = indexOrEnd(html, "-->", open + 4) + 3
      continue
    }
    const [, slash = "", name = ""] = /^<(\/?)([a-z][a-z0-9:-]{0,60})/i.exec(html.slice(open, open + 64)) ?? []
    if (name === "") {
      at = /^<[!?]/.test(html.slice(open, open + 2)) ? indexOrEnd(html, ">", open) + 1 : open + 1
      continue
    }
    const word = name.toLowerCase()
    const end = endOfTag(html, open)
    const tag = html.slice(open, end)
    at = end
    if (slash === "" && off.depth === 0 && /\sdata-dni\s*=\s*["']?off\b/i.test(tag) && !VOID.test(word)) {
      off = { name: word, depth: 0 }
      swapped.texts.push("\n")
    }
    if (word === off.name) off.depth += slash === "" ? 1 : -1
    const join = BREAKS.test(word) ? "\n" : "\0"
    for (const part of off.depth > 0 ? [all] : [all, swapped]) {
      part.texts.push(join)
      part.tags.push(tag)
    }
    if (off.depth <= 0) off = { name: "", depth: 0 }
    if (slash === "" && UNSEEN.test(word)) {
      const close = endOfRaw(html, word, end)
      if (word === "script") scripts.push({ tag, body: html.slice(end, close) })
      at = close
    }
  }
  return { ...joined(all), swapped: joined(swapped), scripts }
}

interface Collected {
  readonly texts: string[]
  readonly tags: string[]
}

const newPart = (): Collected => ({ texts: [], tags: [] })
const joined = ({ texts, tags }: Collected): Part => ({ text: texts.join(""), tags })

function indexOrEnd(html: string, sought: string, from: number): number {
  const found = html.indexOf(sought, from)
  return found < 0 ? html.length : found
}

/** Behind the `>` of the tag that begins here: one within a quoted value does not end it. */
function endOfTag(html: string, from: number): number {
  let quote = ""
  for (let at = from; at < html.length; at++) {
    const sign = html.charAt(at)
    if (quote !== "") quote = sign === quote ? "" : quote
    else if (sign === ">") return at + 1
    else if ((sign === '"' || sign === "'") && html.charAt(at - 1) === "=") quote = sign
  }
  return html.length
}

function endOfRaw(html: string, name: string, from: number): number {
  const pattern = new RegExp(`</${name}`, "gi")
  pattern.lastIndex = from
  return pattern.exec(html)?.index ?? html.length
}

function decodeText(text: string): string {
  if (!text.includes("&")) return text
  return text
    .replace(/&(?:nbsp|#160|#xa0);/gi, "\u00a0")
    .replace(/&#(\d{2,5});/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/&amp;/g, "&")
}
