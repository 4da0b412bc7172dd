import { bindApi, type CarrierApi, CarrierFailure } from "../carriers/api.js"
import { carrierNamed, marketNames } from "../carriers/index.js"
import type { NumberMarket, WantedNumber } from "../carriers/market.js"
import { findCredentials } from "../core/call/carrier.js"
import type { Site } from "../core/store/db.js"
import { type Fault, invalid, Refusal } from "../core/store/refusal.js"
import type { SiteHost } from "./host.js"
import type { ActHandle } from "./route.js"
import { callbackUrl } from "./routes/carriers.js"

/** A site's account at a carrier that trades in numbers. */
export interface Account {
  readonly carrier: string
  readonly market: NumberMarket
  readonly api: CarrierApi
  readonly credentials: unknown
  /** Below which address the carrier reports to the site. */
  readonly callback_url: string
}

/** Opens the account; refuses a carrier that sells no numbers here, and credentials that are missing or do not suffice. */
export function openAccount(site: ActHandle<Site>, host: SiteHost, siteId: string | undefined, name: string): Account {
  const carrier = carrierNamed(name)
  const market = carrier?.numbers
  if (!carrier || !market)
    throw invalid("carrier", `must be one whose numbers can be bought through its API: ${marketNames().join(", ")}`)
  const stored = carrier.credentials.safeParse(site.read((opened) => findCredentials(opened, name)))
  const put = `PUT /v1/sites/${siteId}/carriers/${name}`
  if (!stored.success) throw new Refusal("conflict", `${name} has no credentials yet: ${put}`)
  const lacking = market.lacks(stored.data)
  if (lacking.length > 0)
    throw new Refusal(
      "conflict",
      `${name} needs ${lacking.join(" and ")} for its numbers: ${put} with all of its fields`,
    )
  return {
    carrier: name,
    market,
    api: bindApi((request) => host.fetch(request), market.login(stored.data)),
    credentials: stored.data,
    callback_url: callbackUrl(host.publicUrl, siteId, carrier),
  }
}

/** Refuses what this carrier cannot be asked for, so that nobody takes its answer for one to that. */
export function refuseFilters({ carrier, market }: Account, wanted: WantedNumber): void {
  const faults: Fault[] = (["area_code", "contains", "locality"] as const)
    .filter((field) => wanted[field] !== undefined && !market.filters.includes(field))
    .map((path) => ({ path, message: `cannot be asked for at ${carrier}` }))
  if (faults.length > 0) throw new Refusal("invalid", "the request is not valid", faults)
}

/** What a carrier answers; its failure as a refusal: 409 where it said no, 503 where it did not answer as it should. */
export async function askCarrier<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof CarrierFailure)) throw error
    throw new Refusal(error.kind === "unknown" ? "unavailable" : "conflict", error.detail)
  }
}
