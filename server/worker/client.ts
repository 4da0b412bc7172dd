import { networkOf } from "../core/lease/network.js"
import { type Client, countryFrom, languageFrom, regionFrom } from "../core/visit/client.js"

/** What Cloudflare's edge knows of a request's place (`request.cf`), as far as it is read here. */
interface Place {
  readonly country?: string
  /** ISO 3166-2 without the country. */
  readonly regionCode?: string
  readonly city?: string
}

/** Who sends a request, by its headers and by what Cloudflare's edge knows of the place. */
export function readClient(request: Request): Client {
  const { headers } = request
  const place = (request as { cf?: Place }).cf
  const country = countryFrom(place?.country)
  return {
    userAgent: headers.get("user-agent") ?? "",
    language: languageFrom(headers.get("accept-language")),
    country,
    region: regionFrom(country, place?.regionCode),
    city: place?.city ?? null,
    network: networkOf(headers.get("cf-connecting-ip") ?? undefined),
  }
}
