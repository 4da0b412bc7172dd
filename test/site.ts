import type { VisitAnswer } from "../shared/contract.js"
import type { ApiOptions, Host } from "./host.js"

/** The number that the tests' pages print. */
export const TARGET = "+12125550100"
/** The Twilio token of every test site. */
export const TOKEN = "0123456789abcdef0123456789abcdef"
export const ORIGIN = "https://shop.example"

export interface TestSite {
  readonly id: string
  readonly pool: string
  readonly numbers: string[]
}

/** A site with a pool of `size` numbers and a carrier. */
export async function createSite(
  host: Host,
  { size = 3, pool = {}, settings = {} }: { size?: number; pool?: object; settings?: object } = {},
): Promise<TestSite> {
  const { id } = await host.api<{ id: string }>("POST", "/v1/sites", {
    name: "Shop",
    domains: ["shop.example"],
    ...settings,
  })
  const numbers = Array.from({ length: size }, (_, index) => `+1212555${String(101 + index).padStart(4, "0")}`)
  const made = await host.api<{ id: string }>("POST", `/v1/sites/${id}/pools`, {
    name: "Web",
    target: TARGET,
    numbers,
    ...pool,
  })
  await host.api("PUT", `/v1/sites/${id}/carriers/twilio`, { account_sid: `AC${"0".repeat(32)}`, auth_token: TOKEN })
  return { id, pool: made.id, numbers }
}

/** A browser views a page of the site. */
export function viewPage(
  host: Host,
  site: { id: string },
  body: object = {},
  { headers, ...options }: ApiOptions = {},
): Promise<VisitAnswer> {
  return host.api<VisitAnswer>(
    "POST",
    `/v1/sites/${site.id}/visits`,
    { url: `${ORIGIN}/`, ...body },
    {
      key: null,
      headers: { origin: ORIGIN, ...headers },
      ...options,
    },
  )
}

/** The page says that it is still there, or what happened on it. */
export function beat(host: Host, site: { id: string }, visit: string | null, body: object = {}): Promise<Response> {
  return host.request(
    "POST",
    `/v1/sites/${site.id}/beats`,
    { visit, kind: "beat", ...body },
    { key: null, headers: { origin: ORIGIN } },
  )
}
