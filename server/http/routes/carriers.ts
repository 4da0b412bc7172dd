import * as z from "zod"
import { carrierNamed, carrierNames } from "../../carriers/index.js"
import { credentialsSetAt, setCredentials } from "../../core/carrier.js"
import { notFound } from "../../core/refusal.js"
import { parseWith } from "../parse.js"
import { siteRoute } from "../route.js"

const CarrierAnswer = z.strictObject({
  carrier: z.string(),
  /** When credentials were set; null: none are. They are never read back. */
  set_at: z.string().nullable(),
  /** What to enter at the carrier. */
  webhooks: z.record(z.string(), z.string()),
})

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
        webhooks: webhooksOf(carrier, params.site ?? "", host.publicUrl),
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
        webhooks: webhooksOf(carrier, params.site ?? "", host.publicUrl),
      }
    },
  }),
]

function named(params: Record<string, string>) {
  const carrier = carrierNamed(params.carrier ?? "")
  if (!carrier) throw notFound(`carrier; there are: ${carrierNames().join(", ")}`)
  return carrier
}

function webhooksOf(
  { name, events }: { name: string; events: readonly string[] },
  site: string,
  publicUrl: string,
): Record<string, string> {
  return Object.fromEntries(events.map((event) => [event, `${publicUrl}/v1/sites/${site}/carriers/${name}/${event}`]))
}
