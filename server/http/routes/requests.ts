import * as z from "zod"
import { pageOf } from "../../../shared/contract.js"
import { RequestAnswer, RequestsQuery } from "../../../shared/contract-call.js"
import { carrierNamed, carrierNames } from "../../carriers/index.js"
import { receiveEvent } from "../../core/call/call.js"
import { findRequest, listRequests, noteEvents } from "../../core/call/request-log.js"
import { encodeId, timeOfId } from "../../core/store/id.js"
import { notFound, Refusal } from "../../core/store/refusal.js"
import { siteRoute } from "../route.js"

const ReplayAnswer = z.strictObject({
  /** How many events were read out of the request now. */
  events: z.number().int(),
  /** The calls that they are of. */
  calls: z.array(z.string()),
})

export const requestRoutes = [
  // Before the carriers' own doors, which take every path below a carrier.
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/carriers/{carrier}/requests",
    summary: "List the latest signed requests of a carrier as they came, without secrets",
    access: "read",
    query: RequestsQuery,
    answer: pageOf(RequestAnswer),
    look: (site, { params, query }) => {
      const carrier = carrierNamed(params.carrier ?? "")
      if (!carrier) throw notFound(`carrier; there are: ${carrierNames().join(", ")}`)
      return listRequests(site, carrier.name, query)
    },
  }),
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/requests/{id}/replay",
    summary: "Read a kept request again, as of when it came; events that are known change nothing",
    access: "write",
    answer: ReplayAnswer,
    work: (site, { params }, host) => {
      const row = findRequest(site, params.id ?? "")
      const carrier = carrierNamed(row.carrier)
      if (!carrier) throw notFound("request")
      if (!row.whole || row.masked)
        throw new Refusal("conflict", "this request was kept in part only: its body was cut, or its numbers are masked")
      const received_at = timeOfId(row.id)
      const request = {
        method: row.method,
        url: `${host.publicUrl}/v1/sites/${params.site}/carriers/${carrier.name}/${row.address}`,
        headers: new Headers(row.headers),
        body: Uint8Array.from(new TextEncoder().encode(row.body)),
        received_at,
      }
      const reports = carrier.parse(carrier.nameEvent?.(row.event, request) ?? row.event, request)
      const calls = reports.map((report) => encodeId("call", receiveEvent(site, report, received_at).id))
      noteEvents(site, row.id, reports.length)
      return { events: reports.length, calls: [...new Set(calls)] }
    },
  }),
]
