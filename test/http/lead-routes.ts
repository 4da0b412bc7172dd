import type { LeadAnswer } from "../../shared/contract-leads.js"
import type { Host } from "../host.js"

/** A lead, a task, an agent and their like of a site, for the routes that want one. */
export async function makeLead(host: Host, site: string): Promise<Record<string, string>> {
  const make = <T = { id: string }>(noun: string, body: object) =>
    host.api<T>("POST", `/v1/sites/${site}/${noun}`, body)
  const lead = await make<LeadAnswer>("leads", {
    external_id: "made",
    name: "Ann",
    phone: "+13125550123",
    email: "ann@example.com",
  })
  return {
    lead: lead.id,
    person: lead.person ?? "",
    agent: (await make("agents", { name: "Bob" })).id,
    ticket: (await make("tickets", { topic: "delivery" })).id,
    task: (await make(`leads/${lead.id}/tasks`, {})).id,
  }
}

/** What a route about leads is sent so that it finds nothing wrong with it. */
export function leadBodyOf(route: { method: string; path: string }, unique: string): unknown {
  switch (`${route.method} ${route.path.replace(/^\/v1\/sites\/\{site\}/, "")}`) {
    case "put /stages":
      return {
        data: [
          { key: "inquiry", name: "Inquiry", kind: "open", probability: 0.1 },
          { key: "won", name: "Won", kind: "won", probability: 1 },
          { key: "lost", name: "Lost", kind: "lost", probability: 0 },
        ],
      }
    case "put /settings/leads":
      return { cadence: [1, 3, 7] }
    case "post /leads":
      return { external_id: unique, name: "Ann" }
    case "patch /leads/{id}":
      return { city: "Rome" }
    case "post /leads/{id}/attempts":
      return { result: "no_answer" }
    case "post /leads/{id}/tasks":
      return { step: "call" }
    case "post /tasks/batch":
      return { filter: { city: `Town ${unique}` } }
    case "patch /tasks/{id}":
      return { result: "later" }
    case "post /agents":
      return { name: `Agent ${unique}` }
    case "patch /agents/{id}":
      return { weight: 2 }
    case "post /people/{id}/split":
      return { keys: [{ kind: "email", value: "ann@example.com" }] }
    case "post /people/{id}/join":
      return { keys: [{ kind: "email", value: `${unique}@example.com` }] }
    case "post /tickets":
      return { external_id: unique, topic: "delivery" }
    case "patch /tickets/{id}":
      return { solved: true }
    case "post /ratings":
      return { external_id: unique, score: 9 }
    default:
      return undefined
  }
}
