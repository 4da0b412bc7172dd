import { eq, sql } from "drizzle-orm"
import { readForm } from "../../../shared/form.js"
import type { CallRow } from "../call/call.js"
import { findPersonByKey, personFor } from "../person/person.js"
import { leadStages, leads } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import { encodeId } from "../store/id.js"
import { readPhone } from "../value/phone.js"
import type { VisitRow } from "../visit/visit.js"
import { createLead, findOpenLead, judgeLead, type LeadRow, moveLead, reread } from "./lead.js"
import { guardRule, readLeadSettings } from "./lead-settings.js"
import { trackOfCall, trackOfVisit } from "./lead-source.js"
import { readStages } from "./stage.js"
import { planAnew } from "./task.js"

const statements = prepareOnce((db: Db) => ({
  ofCall: db
    .select()
    .from(leads)
    .where(eq(leads.call_id, sql.placeholder("call")))
    .prepare(),
}))

const EMAIL = /^[^\s@<>(),;:"]+@[^\s@<>(),;:"]+\.[^\s@<>(),;:".]+$/
/** Leads that the forms of one visit make: a person fills in one or two. */
const LEADS_A_VISIT = 3
/** Below this the visit that a call is led back to may be another person's. */
const SURE = 0.8

/**
 * A call is known better than before: its lead follows it, and where there is none, the site's rule makes one, once, in
 * whatever order calls and their reports come in. A caller whose lead is open gets no second one; with `first_time` a caller
 * gets one lead, which names his earliest call that fits, until somebody has worked on it. A fault in here leaves the call
 * as it is.
 */
export function applyCallRule(site: Site, call: CallRow): void {
  guardRule(site, () => {
    const made = statements(site).ofCall.all({ call: call.id })
    for (const lead of made) follow(site, lead, call)
    if (made.length === 0 && fits(site, call)) leadOfCall(site, call)
  })
}

/** A form was sent during a visit: makes the lead of it, once; a person whose lead is open gets no second one. */
export function applyFormRule(site: Site, visit: VisitRow, fields: Readonly<Record<string, string>>): void {
  if (readLeadSettings(site).from_forms.on) guardRule(site, () => leadOfForm(site, visit, fields))
}

function fits(site: Site, call: CallRow): boolean {
  const rule = readLeadSettings(site).from_calls
  return rule.on && !call.spam && (call.answered || !rule.answered) && (call.talk_s ?? 0) >= rule.min_talk_s
}

function leadOfCall(site: Site, call: CallRow): void {
  const open = findOpenLead(site, call.from_e164, null)
  if (open) {
    if (open.origin === "call" && isUntouched(open) && open.created_at > call.started_at) follow(site, open, call)
    else judgeLead(site, open.id)
    return
  }
  if (readLeadSettings(site).from_calls.first_time && !isFirst(site, call)) return
  linkCaller(site, call)
  createLead(site, {
    ...trackOfCall(call, "call"),
    origin: "call",
    created_at: call.started_at,
    phone: call.from_e164,
    contacted_at: contactOf(call),
    stated_source: call.stated_source,
    trusted: true,
  })
}

/** No earlier call of the caller fits the rule, and none has made a lead; of a caller who hides his number nobody knows. */
function isFirst(site: Site, call: CallRow): boolean {
  const { answered, min_talk_s } = readLeadSettings(site).from_calls
  if (call.from_e164 === null) return false
  const earlier = site.db.all(sql`
    select 1 from calls where from_e164 = ${call.from_e164} and (started_at, id) < (${call.started_at}, ${call.id}) and not spam
      and (answered or ${answered ? 0 : 1}) and coalesce(talk_s, 0) >= ${min_talk_s} limit 1`)
  const person = findPersonByKey(site, "phone", call.from_e164)
  const led =
    person === undefined
      ? []
      : site.db.all(sql`select 1 from leads where person_id = ${person} and origin = 'call' limit 1`)
  return earlier.length === 0 && led.length === 0
}

/**
 * A lead goes where its call goes: its source is the call's as it is judged by now. One that the rule made, and that nobody
 * has worked on, takes its moment and number from the call too, and is lost when the call was spam.
 */
function follow(site: Site, lead: LeadRow, call: CallRow): void {
  const ours = lead.origin === "call" && isUntouched(lead)
  const tracked =
    lead.source_from === "call" || lead.source_from === "phone" || (lead.source_from === "" && call.source_id !== null)
  const track = tracked || ours ? trackOfCall(call, lead.source_from === "phone" ? "phone" : "call") : {}
  if (!ours) {
    if (tracked) site.db.update(leads).set(track).where(eq(leads.id, lead.id)).run()
    return
  }
  linkCaller(site, call)
  const moved = { created_at: call.started_at, stage_at: call.started_at, contacted_at: contactOf(call) }
  site.db
    .update(leads)
    .set({ ...track, ...moved, phone: call.from_e164 ?? lead.phone, updated_at: site.now })
    .where(eq(leads.id, lead.id))
    .run()
  if (moved.created_at !== lead.created_at) {
    site.db.update(leadStages).set({ at: call.started_at }).where(eq(leadStages.lead_id, lead.id)).run()
    planAnew(site, reread(site, lead.id))
  }
  judgeLead(site, lead.id, call.started_at)
  const lost = readStages(site).find(({ kind }) => kind === "lost")
  if (call.spam && lost) moveLead(site, lead.id, lost, "spam", Math.max(site.now, call.started_at))
}

/** When a caller was spoken to. */
function contactOf({ answered, answered_at, started_at }: CallRow): number | null {
  return answered ? (answered_at ?? started_at) : null
}

/** A caller is the visitor whom his call is surely led back to. */
function linkCaller(site: Site, { id, from_e164, visitor_id, confidence }: CallRow): void {
  if (from_e164 !== null && visitor_id !== null && confidence >= SURE)
    personFor(
      site,
      { phone: from_e164, visitor_id },
      `call ${encodeId("call", id)} was led back to his visit (${Math.round(confidence * 100)} %)`,
      true,
    )
}

/** Nobody has moved it, and it has not gone on by itself. */
function isUntouched(lead: LeadRow): boolean {
  return lead.closed_at === null && lead.stage_at === lead.created_at
}

function leadOfForm(site: Site, visit: VisitRow, fields: Readonly<Record<string, string>>): void {
  const said = readForm(fields)
  const phone = said.phone === undefined ? undefined : readPhone(said.phone, readSettings(site).country)
  const email = said.email !== undefined && EMAIL.test(said.email) ? said.email.toLowerCase().slice(0, 254) : undefined
  // A number that cannot be read is still somebody who wants to be called: it stays among the fields.
  if (said.phone === undefined && said.email === undefined) return
  const visitor_id = visit.visitor_id ?? visit.id
  const identity = { name: said.name ?? null, phone: phone ?? null, email: email ?? null, visitor_id }
  const known = findOpenLead(site, identity.phone, identity.email)
  const mine = site.db.select().from(leads).where(eq(leads.visit_id, visit.id)).all()
  const same = known ?? mine.find((lead) => lead.closed_at === null && isSame(lead, identity, fields))
  if (same) {
    personFor(site, identity, `form of visit ${encodeId("vis", visit.id)}`, false)
    complete(site, same, said, identity, fields)
    return
  }
  if (mine.filter(({ origin }) => origin === "form").length >= LEADS_A_VISIT) return
  createLead(site, {
    ...trackOfVisit(visit),
    ...identity,
    origin: "form",
    created_at: site.now,
    company: said.company ?? null,
    position: said.position ?? null,
    city: said.city ?? null,
    product: said.product ?? null,
    notes: said.message ?? null,
    fields: { ...fields },
    trusted: false,
  })
}

interface Contact {
  readonly name: string | null
  readonly phone: string | null
  readonly email: string | null
}

/** The same form once more, where neither number nor address could be read. */
function isSame(lead: LeadRow, { phone, email }: Contact, fields: Readonly<Record<string, string>>): boolean {
  return (
    lead.origin === "form" &&
    phone === null &&
    email === null &&
    JSON.stringify(lead.fields) === JSON.stringify({ ...fields })
  )
}

/** What a stranger says later fills gaps and changes nothing. */
function complete(
  site: Site,
  lead: LeadRow,
  said: ReturnType<typeof readForm>,
  contact: Contact,
  fields: Readonly<Record<string, string>>,
): void {
  site.db
    .update(leads)
    .set({
      name: lead.name ?? contact.name,
      phone: lead.phone ?? contact.phone,
      email: lead.email ?? contact.email,
      company: lead.company ?? said.company ?? null,
      position: lead.position ?? said.position ?? null,
      city: lead.city ?? said.city ?? null,
      product: lead.product ?? said.product ?? null,
      notes: lead.notes ?? said.message ?? null,
      fields: { ...fields, ...lead.fields },
      updated_at: site.now,
    })
    .where(eq(leads.id, lead.id))
    .run()
  judgeLead(site, lead.id)
}
