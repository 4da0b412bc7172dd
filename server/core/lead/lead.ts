import { eq, sql } from "drizzle-orm"
import type { LeadImport, LeadPatch } from "../../../shared/contract-leads.js"
import { FIELD_LIMIT } from "../../../shared/protocol.js"
import { parseTag } from "../../../shared/tag.js"
import { findPersonByKey, personFor } from "../person/person.js"
import { leadStages, leads, sources } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { type Db, placeholdersOf, prepareOnce, type Site } from "../store/db.js"
import { decodeId, encodeId } from "../store/id.js"
import { type Fault, invalid, notFound, Refusal } from "../store/refusal.js"
import { toMinor } from "../value/money.js"
import { readPhone } from "../value/phone.js"
import { agentIdOf } from "./agent.js"
import { assignLead, noteAssigned } from "./assign.js"
import { readLeadSettings } from "./lead-settings.js"
import { trackLead } from "./lead-source.js"
import { scoreLead } from "./score.js"
import { findStage, isClosed, readStages, type Stage, stageOf } from "./stage.js"
import { cancelTasks, planFollowUp } from "./task.js"

/** A lead as it is stored. */
export type LeadRow = typeof leads.$inferSelect

/** Steps of one lead at most; who moves it to and fro more often than that is no person. */
const STEPS_A_LEAD = 500
/** A lead is not made before the site could have known of it, nor after now (a CRM's clock may run five minutes ahead). */
const AHEAD_MS = 5 * 60_000

const statements = prepareOnce((db: Db) => {
  const value = sql.placeholder
  return {
    byId: db
      .select()
      .from(leads)
      .where(eq(leads.id, value("id")))
      .prepare(),
    byExternalId: db
      .select()
      .from(leads)
      .where(eq(leads.external_id, value("external_id")))
      .prepare(),
    add: db.insert(leads).values(placeholdersOf(leads)).prepare(),
    lastStep: db
      .select({ count: sql<number>`count(*)`, id: sql<number>`coalesce(max(id), 0)` })
      .from(leadStages)
      .where(eq(leadStages.lead_id, value("lead_id")))
      .prepare(),
    addStep: db.insert(leadStages).values(placeholdersOf(leadStages)).prepare(),
  }
})

/** What a new lead is made of: all that is known of it, already read. */
export interface NewLead
  extends Partial<
    Pick<
      LeadRow,
      | "external_id"
      | "name"
      | "phone"
      | "email"
      | "company"
      | "position"
      | "city"
      | "product"
      | "amount"
      | "currency"
      | "call_id"
      | "visit_id"
      | "visitor_id"
      | "source_id"
      | "number_id"
      | "source_from"
      | "stated_source"
      | "qualified"
      | "agent_id"
      | "lost_reason"
      | "tags"
      | "fields"
      | "notes"
      | "contacted_at"
    >
  > {
  readonly origin: "call" | "form" | "api"
  readonly created_at: number
  readonly stage?: Stage
  readonly reason?: string
  /** Whether what it says may join two people: see `personFor`. */
  readonly trusted: boolean
}

/** Leads of a CRM, a form tool or a list: all or none. One that is known by its `external_id` is changed, not repeated. */
export function saveLeads(site: Site, rows: readonly LeadImport[], path: (index: number) => string): LeadRow[] {
  const faults: Fault[] = []
  const saved: LeadRow[] = []
  for (const [index, row] of rows.entries()) {
    try {
      saved.push(saveLead(site, row))
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== "invalid" || error.errors.length === 0) throw error
      faults.push(...error.errors.map((fault) => ({ ...fault, path: path(index) + fault.path })))
      if (faults.length >= 20) break
    }
  }
  if (faults.length > 0) throw new Refusal("invalid", "the request is not valid", faults)
  return saved
}

function saveLead(site: Site, given: LeadImport): LeadRow {
  const { tag, ...row } = given
  const parts = tag === undefined ? undefined : parseTag(tag)
  if (parts && "fault" in parts) throw invalid("tag", parts.fault)
  const { source: tagSource = null, ...said } = parts ?? {}
  const read = Object.entries(said).flatMap(([name, value]) =>
    value === null ? [] : [[name, typeof value === "string" ? value.slice(0, FIELD_LIMIT) : value]],
  )
  const told = { ...Object.fromEntries(read), ...row } as LeadImport
  const known =
    row.external_id === undefined ? undefined : statements(site).byExternalId.all({ external_id: row.external_id })[0]
  return known ? renewLead(site, known, told, tagSource) : importLead(site, told, tagSource)
}

function importLead(site: Site, row: LeadImport, tagSource: string | null): LeadRow {
  const created_at = row.created_at === undefined ? site.now : Date.parse(row.created_at)
  if (created_at > site.now + AHEAD_MS) throw invalid("created_at", "must not lie in the future")
  const said = readFields(site, row, readSettings(site).currency)
  const stage = row.stage === undefined ? undefined : findStage(site, row.stage)
  const track = trackLead(site, {
    call: row.call,
    visit: row.visit,
    phone: said.phone ?? null,
    email: said.email ?? null,
    stated: row.source,
    tagSource,
    at: created_at,
  })
  return createLead(site, {
    ...said,
    ...track,
    external_id: row.external_id ?? null,
    origin: "api",
    created_at,
    stated_source: (row.source as Record<string, string> | undefined) ?? null,
    ...(stage ? { stage } : {}),
    reason: row.reason ?? "",
    lost_reason: row.lost_reason ?? "",
    trusted: true,
  })
}

function renewLead(site: Site, known: LeadRow, row: LeadImport, tagSource: string | null): LeadRow {
  const { external_id: _, created_at, call, visit, source, ...patch } = row
  const changed: Partial<LeadRow> = {}
  if (created_at !== undefined) {
    const time = Date.parse(created_at)
    if (time > site.now + AHEAD_MS) throw invalid("created_at", "must not lie in the future")
    changed.created_at = time
  }
  if (source !== undefined) changed.stated_source = source as Record<string, string>
  const untracked = known.source_from === "" || known.source_from === "stated" || known.source_from === "tag"
  if (call !== undefined || visit !== undefined || (untracked && (source !== undefined || tagSource !== null)))
    Object.assign(
      changed,
      trackLead(site, {
        call,
        visit,
        phone: null,
        email: null,
        stated: source ?? (known.stated_source as LeadImport["source"]) ?? undefined,
        tagSource,
        at: known.created_at,
      }),
    )
  if (Object.keys(changed).length > 0) site.db.update(leads).set(changed).where(eq(leads.id, known.id)).run()
  return changeLead(site, reread(site, known.id), patch)
}

/** Changes what the patch names of a lead: what is known of it, how far it is, who cares for it. */
export function updateLead(site: Site, id: string, patch: LeadPatch): LeadRow {
  return changeLead(site, findLead(site, id), patch)
}

function changeLead(site: Site, before: LeadRow, patch: LeadPatch): LeadRow {
  const said = readFields(site, patch, before.currency)
  if (
    patch.currency !== undefined &&
    patch.currency !== before.currency &&
    said.amount === undefined &&
    before.amount !== null
  )
    throw invalid("currency", "changes what the amount means: name the amount too")
  const changed: Partial<LeadRow> = { ...said, erased: false, updated_at: site.now }
  if (patch.lost_reason !== undefined) changed.lost_reason = patch.lost_reason
  const merged = { ...before, ...changed }
  const person = personFor(site, merged, `lead ${encodeId("lead", before.id)}`, true)
  if (person !== undefined) changed.person_id = person
  // An agent whom a person has chosen got it by no way of distribution.
  if (changed.agent_id !== undefined && changed.agent_id !== before.agent_id) {
    changed.arm = ""
    if (changed.agent_id !== null) noteAssigned(site, changed.agent_id, before.id)
  }
  site.db.update(leads).set(changed).where(eq(leads.id, before.id)).run()
  if (patch.stage !== undefined) {
    const at = patch.at === undefined ? site.now : Date.parse(patch.at)
    if (at > site.now + AHEAD_MS) throw invalid("at", "must not lie in the future")
    moveLead(site, before.id, findStage(site, patch.stage), patch.reason ?? "", at)
  }
  if (patch.qualified !== undefined)
    site.db.update(leads).set({ qualified: patch.qualified }).where(eq(leads.id, before.id)).run()
  return judgeLead(site, before.id)
}

/** Makes a lead with its person, first stage, score, agent and follow-up. */
export function createLead(site: Site, lead: NewLead): LeadRow {
  const id = site.newId()
  const settings = readSettings(site)
  const first = readStages(site)[0]
  const stage = lead.stage ?? first
  if (!stage) throw notFound("stage")
  const { stage: _, reason = "", trusted, ...given } = lead
  const person = personFor(site, given, `lead ${encodeId("lead", id)}`, trusted)
  const row: LeadRow = {
    ...BLANK,
    currency: settings.currency,
    ...given,
    id,
    person_id: person ?? null,
    stage: stage.key,
    stage_at: lead.created_at,
    qualified: lead.qualified ?? isQualified(stage),
    closed_at: isClosed(stage) ? lead.created_at : null,
    updated_at: site.now,
  }
  statements(site).add.run(row)
  addStep(site, row, "", reason, lead.created_at)
  const judged = judgeLead(site, id, lead.created_at)
  if (judged.closed_at !== null) return judged
  const assigned = judged.agent_id === null ? assignLead(site, id, wordsOf(site, judged)) : undefined
  if (assigned)
    site.db
      .update(leads)
      .set({ ...assigned })
      .where(eq(leads.id, id))
      .run()
  else if (judged.agent_id !== null) noteAssigned(site, judged.agent_id, id)
  const owned = reread(site, id)
  const { cadence, grades } = readLeadSettings(site)
  planFollowUp(site, owned, grades.find(({ grade }) => grade === owned.grade)?.cadence ?? cadence)
  return owned
}

/**
 * Moves a lead to a stage at a moment (ms), with the reason; the same stage again changes nothing. A closed lead has its
 * open tasks cancelled, one that goes on is open again. Refuses a moment before its present stage began.
 */
export function moveLead(site: Site, id: number, stage: Stage, reason: string, at: number): void {
  const lead = reread(site, id)
  if (lead.stage === stage.key) return
  if (at < lead.stage_at)
    throw invalid("at", `must not be before the present stage began (${new Date(lead.stage_at).toISOString()})`)
  const closed = isClosed(stage)
  const moved: LeadRow = {
    ...lead,
    stage: stage.key,
    stage_at: at,
    qualified: lead.qualified || isQualified(stage),
    closed_at: closed ? at : null,
    lost_reason: stage.kind === "lost" ? lead.lost_reason || reason : "",
    updated_at: site.now,
  }
  const { stage_at, qualified, closed_at, lost_reason, updated_at } = moved
  site.db
    .update(leads)
    .set({ stage: stage.key, stage_at, qualified, closed_at, lost_reason, updated_at })
    .where(eq(leads.id, id))
    .run()
  addStep(site, moved, lead.stage, reason, at)
  if (closed) cancelTasks(site, id)
}

/** Counts a lead's points anew; one that comes to a grade with a stage of its own goes on to it, never back. */
export function judgeLead(site: Site, id: number, at = site.now): LeadRow {
  const lead = reread(site, id)
  const { score, grade } = scoreLead(site, lead)
  if (score === lead.score && grade === lead.grade) return lead
  site.db.update(leads).set({ score, grade }).where(eq(leads.id, id)).run()
  const known = readStages(site)
  const wanted = readLeadSettings(site).grades.find((one) => one.grade === grade)?.stage
  const stage = known.find(({ key }) => key === wanted)
  if (stage && lead.closed_at === null && stage.place > stageOf(known, lead.stage).place)
    moveLead(site, id, stage, `grade ${grade}`, Math.max(lead.stage_at, at))
  return reread(site, id)
}

/** Counts the points of open leads anew, the newest 1,000, after the rules have changed; older ones when they change. */
export function judgeOpenLeads(site: Site): void {
  const open = site.db
    .select({ id: leads.id })
    .from(leads)
    .where(sql`${leads.closed_at} is null`)
    .orderBy(sql`${leads.id} desc limit 1000`)
    .all()
  for (const { id } of open) judgeLead(site, id)
}

/** The lead with this public id; refuses for any other. */
export function findLead(site: Site, id: string): LeadRow {
  const key = decodeId("lead", id)
  const row = key && statements(site).byId.all({ id: key.id })[0]
  if (!row) throw notFound("lead")
  return row
}

/** The open lead of whoever has this phone number or e-mail address, the newest. */
export function findOpenLead(site: Site, phone: string | null, email: string | null): LeadRow | undefined {
  const person =
    (email === null ? undefined : findPersonByKey(site, "email", email)) ??
    (phone === null ? undefined : findPersonByKey(site, "phone", phone))
  if (person === undefined) return undefined
  return site.db
    .select()
    .from(leads)
    .where(sql`${leads.person_id} = ${person} and ${leads.closed_at} is null`)
    .orderBy(sql`${leads.id} desc limit 1`)
    .all()[0]
}

/** The row of a lead as it is now. */
export function reread(site: Site, id: number): LeadRow {
  const row = statements(site).byId.all({ id })[0]
  if (!row) throw notFound("lead")
  return row
}

/** Stages that say of a lead that it is a real one. */
function isQualified({ kind }: Stage): boolean {
  return kind === "mql" || kind === "sql" || kind === "quote" || kind === "won"
}

const BLANK: Omit<LeadRow, "id" | "origin" | "created_at" | "currency" | "stage" | "stage_at" | "updated_at"> = {
  external_id: null,
  person_id: null,
  name: null,
  phone: null,
  email: null,
  company: null,
  position: null,
  city: null,
  product: null,
  amount: null,
  call_id: null,
  visit_id: null,
  visitor_id: null,
  source_id: null,
  number_id: null,
  qualified: false,
  score: 0,
  grade: "",
  agent_id: null,
  arm: "",
  lost_reason: "",
  tags: [],
  fields: null,
  notes: null,
  contacted_at: null,
  closed_at: null,
  source_from: "",
  stated_source: null,
  erased: false,
}

/** The named fields of a body, read: phone in E.164, amount in minor units, the agent's row. */
function readFields(site: Site, said: LeadImport | LeadPatch, currency: string): Omit<Partial<LeadRow>, "stage"> {
  const { name, company, position, city, product, email, notes, tags, fields, qualified } = said
  const read: Partial<LeadRow> = Object.fromEntries(
    Object.entries({ name, company, position, city, product, email, notes, tags, fields, qualified }).filter(
      ([, value]) => value !== undefined,
    ),
  )
  if (said.currency !== undefined) read.currency = said.currency
  if (said.phone !== undefined) read.phone = said.phone === null ? null : phoneOf(site, said.phone)
  if (said.amount !== undefined) {
    read.amount = said.amount === null ? null : toMinor(said.amount, said.currency ?? currency, "amount")
    if (read.amount !== null && read.amount < 0) throw invalid("amount", "must not be negative")
  }
  if (said.agent !== undefined) read.agent_id = agentIdOf(site, said.agent, "agent")
  return read
}

function phoneOf(site: Site, text: string): string {
  const e164 = readPhone(text, readSettings(site).country)
  if (e164 === undefined) throw invalid("phone", "must be a phone number, best in E.164: +15551230199")
  return e164
}

function addStep(site: Site, lead: LeadRow, from_stage: string, reason: string, at: number): void {
  const { lastStep, addStep: add } = statements(site)
  const last = lastStep.all({ lead_id: lead.id })[0] ?? { count: 0, id: 0 }
  if (last.count >= STEPS_A_LEAD) throw new Refusal("conflict", `a lead has at most ${STEPS_A_LEAD} steps`)
  add.run({
    lead_id: lead.id,
    id: Math.max(site.newId(), last.id + 1),
    stage: lead.stage,
    from_stage,
    at,
    reason,
    agent_id: lead.agent_id,
  })
}

/** What an agent's skills are compared with. */
function wordsOf(site: Site, lead: LeadRow): string[] {
  const source =
    lead.source_id === null ? undefined : site.db.select().from(sources).where(eq(sources.id, lead.source_id)).all()[0]
  const said = [lead.product, lead.city, lead.position, source?.channel, source?.source, source?.campaign]
  const typed = Object.values(lead.fields ?? {}).filter((value): value is string => typeof value === "string")
  return [...said, ...lead.tags, ...typed].flatMap((word) => (word ? [word] : []))
}
