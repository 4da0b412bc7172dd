import { and, asc, desc, eq, sql } from "drizzle-orm"
import type * as z from "zod"
import type { Step } from "../../../shared/contract.js"
import type { VisitorDetail } from "../../../shared/contract-people.js"
import { listCallsOf } from "../call/call-list.js"
import { listLeadsOf } from "../lead/lead-list.js"
import { describeOrder } from "../money/order.js"
import { orders, visitEvents, visits } from "../schema/schema.js"
import type { Site } from "../store/db.js"
import { decodeId, timeOfId } from "../store/id.js"
import { notFound } from "../store/refusal.js"
import { visitId, visitorId } from "../visit/visit.js"
import { listVisitsOf } from "../visit/visit-list.js"

/** Visits, calls and events that one answer holds: the latest of each. */
const JOURNEY_LIMIT = 500

/** A visitor with everything he did, in the order of time; refuses an id that was never given out. */
export function describeVisitor(site: Site, id: string): VisitorDetail {
  const key = decodeId("vtr", id)
  const first = key && site.db.select().from(visits).where(eq(visits.id, key.id)).all()[0]
  if (!first || first.secret !== key.secret || first.visitor_id !== null) throw notFound("visitor")
  const visitRows = listVisitsOf(site, first.id, JOURNEY_LIMIT)
  const callRows = listCallsOf(site, first.id, JOURNEY_LIMIT)
  const leadRows = listLeadsOf(site, { person: null, visitor: first.id }, JOURNEY_LIMIT)
  const orderRows = listOrdersOf(site, first.id)
  const journey: z.infer<typeof Step>[] = [
    ...visitRows.map((visit) => ({
      at: visit.started_at,
      kind: "visit" as const,
      visit: visit.id,
      call: null,
      data: { channel: visit.source.channel, landing_url: visit.source.landing_url },
    })),
    ...listEvents(site, first.id),
    ...callRows.map((call) => ({
      at: call.started_at,
      kind: "call" as const,
      visit: call.visit,
      call: call.id,
      data: { status: call.status, to: call.to, talk_s: call.talk_s },
    })),
    ...leadRows.map((lead) => ({
      at: lead.created_at,
      kind: "lead" as const,
      visit: lead.visit,
      call: lead.call,
      data: { lead: lead.id, origin: lead.origin },
    })),
    ...orderRows.map((order) => ({
      at: order.at,
      kind: "order" as const,
      visit: order.visit,
      call: order.call,
      data: { order: order.id, external_id: order.external_id, amount: order.amount, currency: order.currency },
    })),
  ]
  return {
    id: visitorId(first),
    first_seen_at: new Date(timeOfId(first.id)).toISOString(),
    seen_at: visitRows.at(-1)?.seen_at ?? new Date(first.seen_at).toISOString(),
    visits: visitRows,
    calls: callRows,
    leads: leadRows,
    orders: orderRows,
    journey: journey.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
  }
}

/** Orders of a visitor, oldest first: the latest ones. */
function listOrdersOf(site: Site, visitor: number): VisitorDetail["orders"] {
  return site.db
    .select({ id: orders.id })
    .from(orders)
    .where(eq(orders.visitor_id, visitor))
    .orderBy(desc(orders.at), desc(orders.id))
    .limit(JOURNEY_LIMIT)
    .all()
    .reverse()
    .map((order) => describeOrder(site, order))
}

function listEvents(site: Site, visitor: number): z.infer<typeof Step>[] {
  const rows = site.db
    .select({ event: visitEvents, visit: { id: visits.id, secret: visits.secret } })
    .from(visitEvents)
    .innerJoin(visits, eq(visits.id, visitEvents.visit_id))
    .where(and(sql`(${visits.visitor_id} = ${visitor} or ${visits.id} = ${visitor})`))
    .orderBy(asc(visitEvents.id))
    .limit(JOURNEY_LIMIT)
    .all()
  return rows.map(({ event, visit }) => ({
    at: new Date(timeOfId(event.id)).toISOString(),
    kind: event.kind,
    visit: visitId(visit),
    call: null,
    data: event.data ?? {},
  }))
}
