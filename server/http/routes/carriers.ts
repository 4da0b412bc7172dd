import * as z from "zod"
import { CarrierAnswer, SetupAnswer } from "../../../shared/contract-carriers.js"
import type { Carrier } from "../../carriers/carrier.js"
import { carrierNamed, carrierNames } from "../../carriers/index.js"
import { addressesOf } from "../../carriers/setup.js"
import { credentialsSetAt, setCredentials } from "../../core/call/carrier.js"
import { notFound } from "../../core/store/refusal.js"
import { parseWith } from "../parse.js"
import { siteRoute } from "../route.js"

export const carrierRoutes = [
  siteRoute({
    method: "put",
    path: "/v1/sites/{site}/carriers/{carrier}",
    summary: "Set a carrier's credentials; they are never read back",
    access: "write",
    body: z.record(z.string().max(60), z.unknown()),
    answer: CarrierAnswer,
    work: (site, { params, body }, host) => {
      const carrier = named(params)
      setCredentials(site, carrier.name, parseWith(carrier.credentials, body) as Record<string, unknown>)
      return {
        carrier: carrier.name,
        set_at: credentialsSetAt(site, carrier.name),
        webhooks: webhooksOf(carrier, callbackUrl(host.publicUrl, params.site, carrier)),
      }
    },
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/carriers/{carrier}",
    summary: "Read whether a carrier's credentials are set, and the addresses to enter there",
    access: "read",
    answer: CarrierAnswer,
    look: (site, { params }, host) => {
      const carrier = named(params)
      return {
        carrier: carrier.name,
        set_at: credentialsSetAt(site, carrier.name),
        webhooks: webhooksOf(carrier, callbackUrl(host.publicUrl, params.site, carrier)),
      }
    },
  }),
  // Before the carriers' own doors, which take every path below a carrier.
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/carriers/{carrier}/setup",
    summary: "Read what to enter at a carrier: addresses, methods, event types, and how it is told to retry",
    access: "read",
    answer: SetupAnswer,
    look: (site, { params }, host) => {
      const carrier = named(params)
      const url = callbackUrl(host.publicUrl, params.site, carrier)
      const steps = addressesOf(carrier.setup, url)
      const entered = new Set(steps.map(({ event }) => event))
      const rest = entered.has("") ? [] : carrier.events.filter((event) => !entered.has(event))
      return {
        carrier: carrier.name,
        set_at: credentialsSetAt(site, carrier.name),
        steps: steps.map(({ event, where, method, url, types = [], body = null }) => ({
          event,
          where,
          method,
          url,
          types: [...types],
          body,
        })),
        named_by_us: rest.map((event) => `${url}/${event}`),
        notes: [...carrier.setup.notes],
        warnings: warningsOf(host.publicUrl),
      }
    },
  }),
]

/** The carrier that a path names; refuses for any other. */
function named(params: Record<string, string>): Carrier {
  const carrier = carrierNamed(params.carrier ?? "")
  if (!carrier) throw notFound(`carrier; there are: ${carrierNames().join(", ")}`)
  return carrier
}

/** Below which address of a site a carrier reports. */
export function callbackUrl(publicUrl: string, site: string | undefined, { name }: { name: string }): string {
  return `${publicUrl}/v1/sites/${site ?? ""}/carriers/${name}`
}

function webhooksOf({ events }: Carrier, url: string): Record<string, string> {
  return Object.fromEntries(events.map((event) => [event, `${url}/${event}`]))
}

function warningsOf(publicUrl: string): string[] {
  const { protocol, hostname } = new URL(publicUrl)
  if (/^(localhost|127\..*|\[::1\]|.*\.local)$/.test(hostname))
    return [
      `No carrier can reach ${publicUrl}: set PUBLIC_URL to the address under which the world reaches this server.`,
    ]
  return protocol === "https:"
    ? []
    : [`${publicUrl} is not encrypted, and most carriers insist on https: set PUBLIC_URL to an https address.`]
}
