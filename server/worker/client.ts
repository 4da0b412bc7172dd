import { networkOf } from "../core/lease/network.js"
import type { Client } from "../core/visit/client.js"

/** Who sends a request, by its headers and by what Cloudflare's edge knows of the place. */
export function readClient(request: Request): Client {
  const { headers } = request
  const place = (request as { cf?: IncomingRequestCfProperties }).cf
  return {
    userAgent: headers.get("user-agent") ?? "",
    language: /^[A-Za-z-]{2,20}/.exec(headers.get("accept-language") ?? "")?.[0] ?? null,
    country: place?.country ?? null,
    region: place?.region ?? null,
    city: place?.city ?? null,
    network: networkOf(headers.get("cf-connecting-ip") ?? undefined),
  }
}
