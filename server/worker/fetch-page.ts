import { isPublicUrl } from "../dashboard/address.js"
import type { FetchedPage } from "../dashboard/host.js"

const REDIRECTS = 5
const PAGE_BYTES = 2_000_000
const PATIENCE_MS = 8000

/** Fetches a page of the outer world. A Worker reaches public addresses alone; what names an inner one is refused besides. */
export async function fetchPage(start: string): Promise<FetchedPage> {
  let url = URL.canParse(start) ? new URL(start) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) return { refused: "scheme" }
  try {
    for (let hop = 0; hop <= REDIRECTS; hop++) {
      if (!isPublicUrl(url)) return { refused: "address" }
      const answer = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS) })
      const location = answer.headers.get("location")
      if (answer.status >= 300 && answer.status < 400 && location !== null) {
        if (!URL.canParse(location, url.href)) return { refused: "redirects" }
        url = new URL(location, url.href)
        continue
      }
      if (!/\b(html|xml|text)\b/i.test(answer.headers.get("content-type") ?? "text")) return { refused: "type" }
      const html = await readAll(answer)
      const csp = answer.headers.get("content-security-policy")
      return html === undefined
        ? { refused: "size" }
        : { url: url.href, status: answer.status, html, csp: csp === null ? [] : [csp] }
    }
    return { refused: "redirects" }
  } catch {
    return { refused: "unreachable" }
  }
}

async function readAll(answer: Response): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let text = ""
  let size = 0
  for await (const part of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.byteLength
    if (size > PAGE_BYTES) return undefined
    text += decoder.decode(part, { stream: true })
  }
  return text + decoder.decode()
}
