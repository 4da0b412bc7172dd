import { networkOf } from "../core/lease/network.js"
import { type Client, countryFrom, languageFrom, regionFrom } from "../core/visit/client.js"
import type { Log } from "../http/host.js"

const PEER = Symbol("peer")

/** Remembers on a request the address that it came from: a Request itself does not say. */
export function notePeer(request: Request & { [PEER]?: string }, address: string): void {
  request[PEER] = address
}

function peerOf(request: Request & { [PEER]?: string }): string | undefined {
  return request[PEER]
}

/**
 * Who sends a request, by its headers as far as the owner's proxies vouch for them. The place is what a trusted proxy says, in
 * Cloudflare's headers ("Add visitor location headers"); without one it is not known here. Says once in the log when a proxy seems to stand before the
 * server that nobody told it of.
 */
export function clientReader(trustProxy: number, log: Log): (request: Request) => Client {
  let warned = trustProxy > 0
  return (request) => {
    const { headers } = request
    const forwarded = headers.get("x-forwarded-for")
    if (!warned && forwarded !== null) {
      warned = true
      log(
        "warn",
        "a request names other addresses than its own: if a proxy stands before this server, set TRUST_PROXY=1",
        {},
      )
    }
    const place = (name: string) => (trustProxy > 0 ? headers.get(name) : null)
    const country = countryFrom(place("cf-ipcountry"))
    return {
      userAgent: headers.get("user-agent") ?? "",
      language: languageFrom(headers.get("accept-language")),
      country,
      region: regionFrom(country, place("cf-region-code")),
      city: cityFrom(place("cf-ipcity")),
      network: networkOf(addressOf(forwarded, peerOf(request), trustProxy)),
    }
  }
}

/** Headers are bytes: a city's name in UTF-8 arrives as Latin-1. */
function cityFrom(header: string | null): string | null {
  if (header === null) return null
  const city = new TextDecoder().decode(Uint8Array.from([...header].map((byte) => byte.charCodeAt(0))))
  return city.slice(0, 120) || null
}

/**
 * The address that counts: of a chain of proxies the last `trustProxy` are the owner's, and what stands before them is what
 * they saw. Without any it is the one that connected: what a client says of himself would let him pass every limit.
 */
export function addressOf(forwarded: string | null, peer: string | undefined, trustProxy: number): string | undefined {
  if (trustProxy === 0) return peer
  const named = (forwarded ?? "").split(",").map((address) => address.trim())
  const chain = [...named.filter((address) => address !== ""), peer]
  return chain[Math.max(0, chain.length - 1 - trustProxy)]
}
