import { carrierNames } from "../../server/carriers/index.js"
import { signTwilio } from "../../server/carriers/twilio.js"
import { DIRECTORY_ROUTES, SITE_ROUTES } from "../../server/http/app.js"
import type { Host } from "../host.js"
import { TOKEN } from "../site.js"
import { leadBodyOf, makeLead } from "./lead-routes.js"

export type AnyRoute = (typeof SITE_ROUTES)[number] | (typeof DIRECTORY_ROUTES)[number]

/** Every route that the OpenAPI document lists. */
export const ROUTES: readonly AnyRoute[] = [...DIRECTORY_ROUTES, ...SITE_ROUTES]

/** A route's path with its parameters filled in: the site, and ids of the right form that nothing has. */
export function pathOf(route: AnyRoute, site: string, ids: Record<string, string> = {}): string {
  const prefix = /\/(\w+?)s\/\{id\}(?:\/|$)/.exec(route.path)?.[1] ?? ""
  const short = { number: "num", visitor: "vtr" }[prefix] ?? (route.path.includes("/people/{id}") ? "person" : prefix)
  const path = route.path
    .replace("{site}", site)
    .replace("{carrier}", carrierNames()[0] ?? "")
    .replace("{id}", ids[short] ?? `${short}_000000000`)
  if (path.endsWith("/costs/import")) return `${path}?format=plain`
  if (path.endsWith("/forecast")) return `${path}?pool=${ids.pool ?? "pool_000000000"}`
  if (path.endsWith("/flow/preview")) return `${path}?number=%2B12125550101&carrier=twilio`
  return path.endsWith("/resolve") ? `${path}?to=%2B12125550101&at=2026-11-02T10:00:00Z` : path
}

async function makeMoney(host: Host, site: string): Promise<Record<string, string>> {
  const post = (path: string, body: object) => host.api<{ id: string }>("POST", `/v1/sites/${site}/${path}`, body)
  return {
    order: (await post("orders", { external_id: "made", amount: 10 })).id,
    cost: (await post("costs", { kind: "other", amount: 10, from: "2026-11-01" })).id,
    target: (await post("targets", { name: "Cost", metric: "cost", value: 9, from: "2026-11-01", to: "2026-11-30" }))
      .id,
    report: (await post("reports", { name: "made", query: { metrics: "calls", group_by: "channel" } })).id,
    campaign: (await post("campaigns", { campaign: "made" })).id,
    import: (await host.api<{ id: string }>("POST", `/v1/sites/${site}/costs/import`, "date,cost\n2026-11-01,5\n")).id,
  }
}

/** A rule, switched off, a code, an order and a cost of a site, for the routes that want one. */
export async function makeRuleAndCode(host: Host, site: string): Promise<Record<string, string>> {
  const rule = { name: "Off", enabled: false, outcome: { show: "nothing" } }
  const code = { kind: "code", code: "MADE", source: { channel: "Event" } }
  await ringOnce(host, site)
  const kept = await host.api<{ data: { id: string }[] }>("GET", `/v1/sites/${site}/carriers/twilio/requests`)
  return {
    request: kept.data[0]?.id ?? "",
    ...(await makeLead(host, site)),
    rule: (await host.api<{ id: string }>("POST", `/v1/sites/${site}/rules`, rule)).id,
    code: (await host.api<{ id: string }>("POST", `/v1/sites/${site}/codes`, code)).id,
    ...(await makeMoney(host, site)),
  }
}

/** A signed call that its carrier rings us with. */
async function ringOnce(host: Host, site: string): Promise<void> {
  const path = `/v1/sites/${site}/carriers/twilio/voice`
  const fields = { CallSid: "CA404", From: "+13125550177", To: "+12125550101" }
  await host.request("POST", path, new URLSearchParams(fields).toString(), {
    key: null,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": await signTwilio(host.publicUrl + path, Object.entries(fields), TOKEN),
    },
  })
}

/** What a route is sent so that it finds nothing wrong with it. */
export function bodyOf(route: AnyRoute, unique: string): unknown {
  const phone = `+1312555${unique.padStart(4, "0")}`
  switch (`${route.method} ${route.path.replace(/^\/v1\/sites/, "")}`) {
    case "post ":
      return { name: "Other", domains: ["other.example"] }
    case "patch /{site}":
      return { name: "Renamed" }
    case "post /{site}/keys":
      return { name: "a key" }
    case "post /{site}/visits":
      return { url: "https://shop.example/" }
    case "post /{site}/beats":
      return { visit: "vis_0", kind: "beat" }
    case "post /{site}/pools":
      return { name: "More", target: "+12125550100" }
    case "patch /{site}/pools/{id}":
      return { name: "Renamed" }
    case "post /{site}/numbers":
      return { e164: phone, kind: "static", source: { channel: "Radio" } }
    case "post /{site}/numbers/search":
      return { carrier: "twilio", country: "US" }
    case "post /{site}/numbers/buy":
      return {
        carrier: "twilio",
        numbers: [`+1646555${unique.padStart(4, "0")}`],
        kind: "static",
        source: { channel: "TV" },
      }
    case "post /{site}/numbers/release":
      return { carrier: "twilio", numbers: ["+12125550101"], force: true }
    case "post /{site}/numbers/sync":
      return { carrier: "twilio" }
    case "patch /{site}/numbers/{id}":
      return { state: "paused" }
    case "post /{site}/calls":
      return { external_id: unique, to: "+12125550101", started_at: "2026-11-02T09:00:00Z" }
    case "patch /{site}/calls/{id}":
      return { spam: true }
    case "post /{site}/calls/{id}/callback":
      return { reached: false }
    case "put /{site}/flow":
    case "put /{site}/numbers/{id}/flow":
      return { whisper: {} }
    case "patch /{site}/settings/calls":
      return { qualified_talk_s: 45 }
    case "put /{site}/carriers/{carrier}":
      return { account_sid: `AC${"1".repeat(32)}`, auth_token: "fedcba9876543210fedcba9876543210" }
    case "post /{site}/reports":
      return { name: "A report", query: { metrics: "calls" } }
    case "patch /{site}/reports/{id}":
      return { name: "Renamed" }
    case "post /{site}/rules":
      return { name: "A rule", outcome: { show: "nothing" } }
    case "patch /{site}/rules/{id}":
      return { name: "Renamed" }
    case "post /{site}/rules/test":
      return { url: "https://shop.example/" }
    case "post /{site}/codes":
      return { kind: "code", code: `C${unique}`, source: { channel: "Event" } }
    case "post /{site}/orders":
      return { external_id: unique, amount: "19.90" }
    case "patch /{site}/orders/{id}":
      return { amount: 20 }
    case "post /{site}/costs":
      return { kind: "ads", amount: 100, from: "2026-11-01", channel: "Paid Search" }
    case "post /{site}/costs/import":
      return `date,campaign,cost\n2026-11-01,c${unique},12.50\n`
    case "patch /{site}/costs/{id}":
      return { amount: 90 }
    case "post /{site}/targets":
      return { name: "Calls", metric: "calls", value: 100, from: "2026-11-01", to: "2026-11-30" }
    case "patch /{site}/targets/{id}":
      return { value: 90 }
    case "post /{site}/campaigns":
      return { campaign: `c${unique}` }
    case "patch /{site}/campaigns/{id}":
      return { segment: "owners" }
    case "post /{site}/erasures":
      return { phone }
    case "patch /{site}/settings/retention":
      return { calls_months: 25 }
    case "put /{site}/rates":
      return { currency: "EUR", rate: 1.1, from: "2026-11-01" }
    default:
      return leadBodyOf(route, unique)
  }
}
