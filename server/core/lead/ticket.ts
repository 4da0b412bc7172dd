import { and, desc, eq, type SQL, sql } from "drizzle-orm"
import type { TicketAnswer, TicketFields, TicketPatch, TicketsQuery } from "../../../shared/contract-people.js"
import { personFor, personId } from "../person/person.js"
import { sources, tickets } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { spanOf } from "../site/span.js"
import { decodeCursor, type Page, pageOf } from "../store/cursor.js"
import type { Site } from "../store/db.js"
import { decodeId, encodeId } from "../store/id.js"
import { invalid, notFound } from "../store/refusal.js"
import { readPhone } from "../value/phone.js"
import { agentId, agentIdOf } from "./agent.js"
import { findLead } from "./lead.js"
import { trackLead } from "./lead-source.js"

/** A request for service: it counts as a conversion, and when it is solved as another. */
export type TicketRow = typeof tickets.$inferSelect

/** Opens a ticket, or changes the one with this `external_id`; its source is found as a lead's is. */
export function putTicket(site: Site, fields: TicketFields): TicketAnswer {
  const known =
    fields.external_id === undefined
      ? undefined
      : site.db.select().from(tickets).where(eq(tickets.external_id, fields.external_id)).all()[0]
  const opened_at = fields.opened_at === undefined ? (known?.opened_at ?? site.now) : Date.parse(fields.opened_at)
  const linked = linkOf(site, fields, opened_at)
  const row: TicketRow = {
    id: known?.id ?? site.newId(),
    external_id: fields.external_id ?? null,
    opened_at,
    solved_at: solvedAt(fields.solved_at, known?.solved_at ?? null, opened_at),
    topic: fields.topic === "" ? (known?.topic ?? "") : fields.topic,
    person_id: linked.person_id ?? known?.person_id ?? null,
    lead_id: linked.lead_id ?? known?.lead_id ?? null,
    call_id: linked.call_id ?? known?.call_id ?? null,
    visit_id: linked.visit_id ?? known?.visit_id ?? null,
    visitor_id: linked.visitor_id ?? known?.visitor_id ?? null,
    source_id: linked.source_id ?? known?.source_id ?? null,
    agent_id: fields.agent === undefined ? (known?.agent_id ?? null) : agentIdOf(site, fields.agent, "agent"),
    updated_at: site.now,
  }
  const { id, ...set } = row
  site.db
    .insert(tickets)
    .values({ ...set, id })
    .onConflictDoUpdate({ target: tickets.id, set })
    .run()
  return describeTicket(site, id)
}

/** Changes a ticket: `solved` closes it now or opens it again. */
export function updateTicket(site: Site, id: string, patch: TicketPatch): TicketAnswer {
  const before = findTicket(site, id)
  const solved = patch.solved === undefined ? patch.solved_at : patch.solved ? (patch.solved_at ?? undefined) : null
  const now = patch.solved === true && solved === undefined ? (before.solved_at ?? site.now) : undefined
  site.db
    .update(tickets)
    .set({
      ...(patch.topic === undefined ? {} : { topic: patch.topic }),
      ...(patch.agent === undefined ? {} : { agent_id: agentIdOf(site, patch.agent, "agent") }),
      solved_at: now ?? solvedAt(solved, before.solved_at, before.opened_at),
      updated_at: site.now,
    })
    .where(eq(tickets.id, before.id))
    .run()
  return describeTicket(site, before.id)
}

/** Tickets, newest first. */
export function listTickets(site: Site, query: TicketsQuery): Page<TicketAnswer> {
  const where: SQL[] = []
  const span = spanOf(site, query)
  if (span) where.push(sql`${tickets.opened_at} >= ${span.start} and ${tickets.opened_at} < ${span.end}`)
  if (query.solved !== undefined) where.push(query.solved ? sql`solved_at is not null` : sql`solved_at is null`)
  if (query.topic !== undefined) where.push(eq(tickets.topic, query.topic))
  if (query.agent !== undefined) where.push(eq(tickets.agent_id, decodeId("agent", query.agent)?.id ?? -1))
  if (query.person !== undefined) where.push(eq(tickets.person_id, decodeId("person", query.person)?.id ?? -1))
  if (query.cursor !== undefined) {
    const [at = 0, id = 0] = decodeCursor(query.cursor, 2)
    where.push(sql`(${tickets.opened_at}, ${tickets.id}) < (${at}, ${id})`)
  }
  const rows = select(site)
    .where(and(...where))
    .orderBy(desc(tickets.opened_at), desc(tickets.id))
    .limit(query.limit + 1)
    .all()
  return pageOf(rows, query.limit, ({ ticket }) => [ticket.opened_at, ticket.id], describe)
}

/** The ticket with this public id; refuses for any other. */
export function findTicket(site: Site, id: string): TicketRow {
  const key = decodeId("ticket", id)
  const row = key && site.db.select().from(tickets).where(eq(tickets.id, key.id)).all()[0]
  if (!row) throw notFound("ticket")
  return row
}

/** One ticket in the public shape. */
export function describeTicket(site: Site, id: number): TicketAnswer {
  const row = select(site).where(eq(tickets.id, id)).all()[0]
  if (!row) throw notFound("ticket")
  return describe(row)
}

/** What a ticket or rating is tied to: the lead, call or visit that is named, else what the number or address leads to. */
export function linkOf(
  site: Site,
  fields: Pick<TicketFields, "call" | "visit" | "lead" | "phone" | "email">,
  at: number,
) {
  const phone = fields.phone === undefined ? null : readPhone(fields.phone, readSettings(site).country)
  if (phone === undefined) throw invalid("phone", "must be a phone number, best in E.164: +15551230199")
  const lead = fields.lead === undefined ? undefined : findLead(site, fields.lead)
  const track = trackLead(site, {
    call: fields.call,
    visit: fields.visit,
    phone: phone ?? lead?.phone ?? null,
    email: fields.email ?? lead?.email ?? null,
    stated: undefined,
    tagSource: null,
    at,
  })
  const from = track.source_id === null && lead ? lead : track
  const { call_id, visit_id, visitor_id, source_id } = from
  const caller =
    call_id === null
      ? undefined
      : site.db.all<{ from_e164: string | null }>(sql`select from_e164 from calls where id = ${call_id}`)[0]?.from_e164
  const identity = { phone: phone ?? caller ?? null, email: fields.email ?? null }
  const person = lead?.person_id ?? personFor(site, identity, "service", true)
  return { call_id, visit_id, visitor_id, source_id, lead_id: lead?.id ?? null, person_id: person ?? null }
}

function solvedAt(said: string | null | undefined, before: number | null, opened: number): number | null {
  if (said === undefined) return before
  if (said === null) return null
  const time = Date.parse(said)
  if (time < opened) throw invalid("solved_at", "must not be before opened_at")
  return time
}

function select(site: Site) {
  return site.db
    .select({ ticket: tickets, channel: sources.channel })
    .from(tickets)
    .leftJoin(sources, eq(sources.id, tickets.source_id))
}

function describe({ ticket, channel }: { ticket: TicketRow; channel: string | null }): TicketAnswer {
  return {
    id: encodeId("ticket", ticket.id),
    external_id: ticket.external_id,
    topic: ticket.topic,
    opened_at: new Date(ticket.opened_at).toISOString(),
    solved_at: ticket.solved_at === null ? null : new Date(ticket.solved_at).toISOString(),
    person: ticket.person_id === null ? null : personId(ticket.person_id),
    lead: ticket.lead_id === null ? null : encodeId("lead", ticket.lead_id),
    call: ticket.call_id === null ? null : encodeId("call", ticket.call_id),
    channel,
    agent: agentId(ticket.agent_id),
    updated_at: new Date(ticket.updated_at).toISOString(),
  }
}
