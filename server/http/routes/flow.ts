import { FlowAnswer, FlowFields, PreviewAnswer, PreviewQuery } from "../../../shared/contract-flow.js"
import { BULK_BODY_LIMIT_BYTES } from "../../../shared/protocol.js"
import { fitScene } from "../../carriers/fit.js"
import { carrierNamed, carrierNames } from "../../carriers/index.js"
import { findCredentials } from "../../core/call/carrier.js"
import { type PlannedCall, previewCall } from "../../core/flow/flow-plan.js"
import { deleteFlow, describeFlow, setFlow, WHOLE_SITE } from "../../core/flow/flow-store.js"
import { findNumber } from "../../core/number/number.js"
import { readSettings } from "../../core/site/settings.js"
import type { Site } from "../../core/store/db.js"
import { invalid } from "../../core/store/refusal.js"
import { readPhone } from "../../core/value/phone.js"
import { siteRoute } from "../route.js"

export const flowRoutes = [
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/flow",
    summary: "Read where calls go",
    access: "read",
    answer: FlowAnswer,
    look: (site) => describeFlow(site, WHOLE_SITE),
  }),
  siteRoute({
    method: "put",
    path: "/v1/sites/{site}/flow",
    summary: "Set where calls go: phones and their order, hours, menu, voicemail, whisper, recording, whom to refuse",
    access: "write",
    body: FlowFields,
    limit: BULK_BODY_LIMIT_BYTES,
    answer: FlowAnswer,
    work: (site, { body }) => setFlow(site, WHOLE_SITE, body),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/flow/preview",
    summary: "Show what would become of a call to a number at a moment, and what its carrier would be answered",
    access: "read",
    query: PreviewQuery,
    answer: PreviewAnswer,
    look: (site, { params, query }, host) => {
      const number = readPhone(query.number, readSettings(site).country)
      if (number === undefined) throw invalid("number", "must be a phone number, best in E.164: +15551230199")
      const at = query.at === undefined ? host.now() : Date.parse(query.at)
      const plan = previewCall(site, { to: number, from: query.from ?? null, at })
      const { open, reasons, spam, first, scenes } = plan
      const callback_url = `${host.publicUrl}/v1/sites/${params.site}/carriers/${query.carrier}`
      return {
        number,
        at: new Date(at).toISOString(),
        open,
        reasons: [...reasons],
        spam,
        first,
        scenes,
        carrier: query.carrier === undefined ? null : preview(site, query.carrier, plan, callback_url, at),
      }
    },
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/numbers/{id}/flow",
    summary: "Read where calls to a number go",
    access: "read",
    answer: FlowAnswer,
    look: (site, { params }) => describeFlow(site, findNumber(site, params.id ?? "").id),
  }),
  siteRoute({
    method: "put",
    path: "/v1/sites/{site}/numbers/{id}/flow",
    summary: "Set where calls to a number go: its sections stand in place of the site's",
    access: "write",
    body: FlowFields,
    limit: BULK_BODY_LIMIT_BYTES,
    answer: FlowAnswer,
    work: (site, { params, body }) => setFlow(site, findNumber(site, params.id ?? "").id, body),
  }),
  siteRoute({
    method: "delete",
    path: "/v1/sites/{site}/numbers/{id}/flow",
    summary: "Take a number's own flow away: the site's holds for it again",
    access: "write",
    answer: null,
    work: (site, { params }) => deleteFlow(site, findNumber(site, params.id ?? "").id),
    reply: () => ({ status: 204 }),
  }),
]

/** What a carrier would be answered in each scene, and what it cannot do. */
function preview(site: Pick<Site, "db">, name: string, plan: PlannedCall, callback_url: string, at: number) {
  const carrier = carrierNamed(name)
  if (!carrier) throw invalid("carrier", `must be one of ${carrierNames().join(", ")}`)
  const credentials = findCredentials(site, name) ?? {}
  const abilities = carrier.abilities?.(credentials) ?? []
  const names = Object.keys(plan.scenes)
  if (abilities.length === 0)
    return {
      name,
      instructions: Object.fromEntries(names.map((scene) => [scene, null])),
      notes: [`${name} routes calls by its own settings: nothing of this is asked of it`],
    }
  const context = { dialled: plan.number, call_key: "preview", callback_url }
  const notes = new Set<string>()
  const instructions = names.map((scene) => {
    const fitted = fitScene(plan, scene, abilities, { at, turn: plan.turn, to: plan.number })
    for (const note of fitted.notes) notes.add(note)
    return [scene, carrier.render(fitted.instructions, context, credentials).body] as const
  })
  return { name, instructions: Object.fromEntries(instructions), notes: [...notes] }
}
