import { type LookupAddress, lookup as resolve } from "node:dns"
import { get as getHttp, type IncomingMessage } from "node:http"
import { get as getHttps } from "node:https"
import { isPublicAddress, isPublicUrl } from "../dashboard/address.js"
import type { FetchedPage } from "../dashboard/host.js"

const REDIRECTS = 5
const PAGE_BYTES = 2_000_000
const PATIENCE_MS = 8000
const USER_AGENT = "Mozilla/5.0 (compatible; RingtrailCheck/1.0)"

/** Resolves a name to all its addresses; `dns.lookup` but in tests. */
export type Resolve = (name: string) => Promise<readonly { readonly address: string; readonly family: number }[]>

const lookUp: Resolve = (name) =>
  new Promise((done, fail) =>
    resolve(name, { all: true }, (error, found: LookupAddress[]) => (error ? fail(error) : done(found))),
  )

class Inner extends Error {}

/**
 * Fetches a page of the outer world. Every address that a name resolves to must be public, the connection goes to the very
 * address that was looked at (a name may resolve otherwise a moment later), and each redirect is judged anew.
 */
export async function fetchPage(start: string, resolveName: Resolve = lookUp): Promise<FetchedPage> {
  let url = URL.canParse(start) ? new URL(start) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) return { refused: "scheme" }
  try {
    for (let hop = 0; hop <= REDIRECTS; hop++) {
      if (!isPublicUrl(url)) return { refused: "address" }
      const answer = await request(url, resolveName)
      const { statusCode: status = 0, headers } = answer
      if (status >= 300 && status < 400 && headers.location !== undefined) {
        answer.destroy()
        if (!URL.canParse(headers.location, url)) return { refused: "redirects" }
        url = new URL(headers.location, url)
        continue
      }
      if (!/\b(html|xml|text)\b/i.test(headers["content-type"] ?? "text")) {
        answer.destroy()
        return { refused: "type" }
      }
      const html = await readAll(answer)
      const csp = headers["content-security-policy"]
      return html === undefined
        ? { refused: "size" }
        : { url: url.href, status, html, csp: csp === undefined ? [] : [csp].flat() }
    }
    return { refused: "redirects" }
  } catch (error) {
    return { refused: error instanceof Inner ? "address" : "unreachable" }
  }
}

async function request(url: URL, resolveName: Resolve): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, "")
  const found = /^[\d.]+$|:/.test(host)
    ? [{ address: host, family: host.includes(":") ? 6 : 4 }]
    : await resolveName(host)
  const [first] = found
  if (!first || !found.every(({ address }) => isPublicAddress(address))) throw new Inner()
  return new Promise((done, fail) => {
    const get = url.protocol === "https:" ? getHttps : getHttp
    const sent = get(
      url,
      {
        headers: { "user-agent": USER_AGENT, accept: "text/html,*/*;q=0.1", "accept-encoding": "identity" },
        signal: AbortSignal.timeout(PATIENCE_MS),
        lookup: (_name, options, callback) =>
          options.all
            ? (callback as unknown as (error: null, all: LookupAddress[]) => void)(null, [
                { address: first.address, family: first.family },
              ])
            : callback(null, first.address, first.family),
      },
      done,
    )
    sent.on("error", fail)
  })
}

async function readAll(answer: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length
    if (size > PAGE_BYTES) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts).toString("utf8")
}
