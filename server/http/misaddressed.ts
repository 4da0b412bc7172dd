import type { Carrier, CarrierRequest } from "../carriers/carrier.js"

/**
 * For which other address a refused request was signed, as an origin; undefined: for none that could be meant. It stays
 * refused: this only tells the owner that PUBLIC_URL is not what he entered at his carrier, the commonest slip of all
 * (http seen behind a proxy where https was signed, another host name).
 */
export async function signedElsewhere<C>(
  carrier: Carrier<C>,
  request: CarrierRequest,
  credentials: C,
): Promise<string | undefined> {
  const { origin } = new URL(request.url)
  const rest = request.url.slice(request.url.indexOf("/", request.url.indexOf("://") + 3))
  const hosts = ["host", "x-forwarded-host"].flatMap((name) => request.headers.get(name) ?? [])
  const origins = [
    origin.startsWith("https:") ? origin.replace("https:", "http:") : origin.replace("http:", "https:"),
    ...hosts.flatMap((host) => [`https://${host}`, `http://${host}`]),
  ]
  for (const other of new Set(origins)) {
    const url = other + rest
    if (other !== origin && URL.canParse(url) && (await carrier.verify({ ...request, url }, credentials))) return other
  }
  return undefined
}
