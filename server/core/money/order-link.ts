import { eq, sql } from "drizzle-orm"
import type { OrderPatch } from "../../../shared/contract-orders.js"
import { readKnownCaller } from "../caller/caller-privacy.js"
import { findPerson, personFor } from "../person/person.js"
import { agents, calls, leads, type orders, personKeys, visits } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import { decodeId, idAt } from "../store/id.js"
import { type Fault, gather, invalid, Refusal, refuseFaults } from "../store/refusal.js"
import { readPhone } from "../value/phone.js"

type OrderRow = typeof orders.$inferSelect
/** Who bought and what led him here. */
export type Links = Pick<
  OrderRow,
  "call_id" | "lead_id" | "visit_id" | "visitor_id" | "source_id" | "person_id" | "agent_id" | "phone" | "email"
>
type Origin = Pick<Links, "visit_id" | "visitor_id" | "source_id">
/** The fields of an order that lead to its source. */
export const LINK_FIELDS = ["call", "lead", "visitor", "person", "phone", "email"] as const
type Given = Pick<OrderPatch, (typeof LINK_FIELDS)[number] | "agent">

const NOWHERE: Origin = { visit_id: null, visitor_id: null, source_id: null }
const NOBODY: Links = {
  ...NOWHERE,
  call_id: null,
  lead_id: null,
  person_id: null,
  agent_id: null,
  phone: null,
  email: null,
}

const statements = prepareOnce((db: Db) => {
  const value = sql.placeholder
  return {
    call: db
      .select()
      .from(calls)
      .where(eq(calls.id, value("id")))
      .prepare(),
    callBefore: db
      .select()
      .from(calls)
      .where(
        sql`${calls.from_e164} = (select ${value("from")}) and ${calls.started_at} <= ${value("at")} and ${calls.spam} = 0`,
      )
      .orderBy(sql`${calls.started_at} desc, ${calls.id} desc limit 1`)
      .prepare(),
    lead: db
      .select()
      .from(leads)
      .where(eq(leads.id, value("id")))
      .prepare(),
    leadOfCall: db
      .select()
      .from(leads)
      .where(sql`${leads.call_id} = (select ${value("call")})`)
      .orderBy(sql`${leads.id} desc limit 1`)
      .prepare(),
    visit: db
      .select()
      .from(visits)
      .where(eq(visits.id, value("id")))
      .prepare(),
    visitBefore: db
      .select()
      .from(visits)
      .where(sql`${visits.visitor_id} = (select ${value("visitor")}) and ${visits.id} < ${value("past")}`)
      .orderBy(sql`${visits.id} desc limit 1`)
      .prepare(),
    keysOf: db
      .select({ kind: personKeys.kind, value: personKeys.value })
      .from(personKeys)
      .where(eq(personKeys.person_id, value("person")))
      .prepare(),
  }
})

/**
 * What an order's fields lead to. Of several the call speaks first, then the lead, the visitor (his latest visit before the
 * order), the person, and the phone number (that caller's latest call before the order). Refuses an id that names nothing.
 */
export function linkOrder(site: Site, given: Given, at: number, path: string, kept: string | null = null): Links {
  const faults: Fault[] = []
  const check = <T>(look: () => T) => gather(faults, look)
  const call = check(() => named(given.call, "call", `${path}call`, (id) => statements(site).call.all({ id })[0]))
  const lead =
    check(() => named(given.lead, "lead", `${path}lead`, (id) => statements(site).lead.all({ id })[0])) ??
    (call && statements(site).leadOfCall.all({ call: call.id })[0])
  const visitor = check(() => visitorNamed(site, given.visitor, `${path}visitor`))
  const person = check(() => personNamed(site, given.person, `${path}person`))
  const agent = check(() =>
    named(
      given.agent,
      "agent",
      `${path}agent`,
      (id) => site.db.select().from(agents).where(eq(agents.id, id)).all()[0],
    ),
  )
  const phone = check(() => phoneGiven(site, given.phone, `${path}phone`)) ?? kept ?? undefined
  refuseFaults(faults)

  const caller = phone ?? call?.from_e164 ?? lead?.phone ?? null
  const email = given.email ?? lead?.email ?? null
  // Null says that no call led here: then the number alone must not find one.
  const earlier = !call && !lead && !visitor && given.call !== null ? callOf(site, person?.id, phone, at) : undefined
  const origin = [
    call && originOf(call),
    lead && originOf(lead),
    visitor !== undefined ? visitOf(site, visitor, at) : undefined,
    earlier && originOf(earlier),
    person && visitOfPerson(site, person.id, at),
  ].find((one) => one !== undefined && one.source_id !== null)
  const links: Links = {
    ...NOBODY,
    ...(origin ?? NOWHERE),
    call_id: call?.id ?? lead?.call_id ?? earlier?.id ?? null,
    lead_id: lead?.id ?? null,
    agent_id: agent?.id ?? lead?.agent_id ?? null,
    phone: caller ?? earlier?.from_e164 ?? null,
    email,
  }
  // The visitor of a call is likely, not certain: only one that was named makes people one.
  const identity = { phone: links.phone, email, visitor_id: visitor ?? null }
  return { ...links, person_id: person?.id ?? lead?.person_id ?? personFor(site, identity, "order", true) ?? null }
}

function named<T>(text: string | null | undefined, prefix: string, path: string, find: (id: number) => T | undefined) {
  if (text === null || text === undefined) return undefined
  const key = decodeId(prefix, text)
  const row = key && find(key.id)
  if (row === undefined) throw invalid(path, `is no ${prefix} of this site`)
  return row
}

/** A person who was joined to another is the other. */
function personNamed(site: Site, text: string | null | undefined, path: string): { id: number } | undefined {
  return named(text, "person", path, () => {
    try {
      return findPerson(site, text ?? "")
    } catch (error) {
      if (error instanceof Refusal) return undefined
      throw error
    }
  })
}

/** The visitor's row: his first visit. */
function visitorNamed(site: Site, text: string | null | undefined, path: string): number | undefined {
  if (text === null || text === undefined) return undefined
  const key = decodeId("vtr", text)
  const first = key && statements(site).visit.all({ id: key.id })[0]
  if (!first || first.secret !== key.secret || first.visitor_id !== null)
    throw invalid(path, "is no visitor of this site")
  return first.id
}

function phoneGiven(site: Site, text: string | null | undefined, path: string): string | undefined {
  if (text === null || text === undefined) return undefined
  const e164 = readPhone(text, readSettings(site).country)
  if (e164 === undefined) throw invalid(path, "must be a phone number, best in E.164: +15551230199")
  // As the calls' callers are kept, hashed where the site hashes them: or an order would not find its call.
  return readKnownCaller(site, e164).from_e164 ?? undefined
}

/** A visitor's latest visit before a moment, else his first: an order may be told with the day alone. */
function visitOf(site: Site, visitor: number, at: number): Origin {
  const visit =
    statements(site).visitBefore.all({ visitor, past: idAt(at + 1) })[0] ??
    statements(site).visit.all({ id: visitor })[0]
  return visit ? { visit_id: visit.id, visitor_id: visitor, source_id: visit.source_id } : NOWHERE
}

function callOf(site: Site, person: number | undefined, phone: string | undefined, at: number) {
  const phones = phone === undefined ? keysOf(site, person, "phone") : [phone]
  return phones
    .flatMap((from) => statements(site).callBefore.all({ from, at }))
    .sort((a, b) => b.started_at - a.started_at)[0]
}

function visitOfPerson(site: Site, person: number, at: number): Origin | undefined {
  return keysOf(site, person, "visitor")
    .map((value) => visitOf(site, Number(value), at))
    .sort((a, b) => (b.visit_id ?? 0) - (a.visit_id ?? 0))[0]
}

function keysOf(site: Site, person: number | undefined, kind: string): string[] {
  if (person === undefined) return []
  return statements(site)
    .keysOf.all({ person })
    .flatMap((key) => (key.kind === kind ? [key.value] : []))
}

function originOf({ visit_id, visitor_id, source_id }: Origin): Origin {
  return { visit_id, visitor_id, source_id }
}
