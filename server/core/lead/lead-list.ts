import { and, asc, desc, eq, type SQL, sql } from "drizzle-orm"
import { alias } from "drizzle-orm/sqlite-core"
import type { LeadAnswer, LeadDetail, LeadFilter, LeadsQuery } from "../../../shared/contract-leads.js"
import { buildTag } from "../../../shared/tag.js"
import { shownCaller } from "../caller/caller-privacy.js"
import { personId } from "../person/person.js"
import { leadStages, leads, sources, visits } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { spanOf } from "../site/span.js"
import { sourceFilter } from "../source/source-filter.js"
import { decodeCursor, type Page, pageOf } from "../store/cursor.js"
import type { Db, Site } from "../store/db.js"
import { decodeId, encodeId } from "../store/id.js"
import { invalid } from "../store/refusal.js"
import { fromMinor, toMinor } from "../value/money.js"
import { readPhone } from "../value/phone.js"
import { visitId, visitorId } from "../visit/visit.js"
import { agentId } from "./agent.js"
import { listAttempts } from "./attempt.js"
import type { LeadRow } from "./lead.js"
import { readStages, stageOf } from "./stage.js"
import { listTasksOf } from "./task.js"

const first = alias(visits, "first")

/** Leads, newest first. */
export function listLeads(site: Site, query: LeadsQuery): Page<LeadAnswer> {
  const where = leadFilter(site, query)
  if (query.cursor !== undefined) {
    const [time = 0, id = 0] = decodeCursor(query.cursor, 2)
    where.push(sql`(${leads.created_at}, ${leads.id}) < (${time}, ${id})`)
  }
  const rows = select(site.db)
    .where(and(...where))
    .orderBy(desc(leads.created_at), desc(leads.id))
    .limit(query.limit + 1)
    .all()
  return pageOf(rows, query.limit, ({ lead }) => [lead.created_at, lead.id], describer(site))
}

/** The lead that a call made or belongs to, the latest of several. */
export function leadOfCall(site: Site, call: string): LeadAnswer | undefined {
  const id = decodeId("call", call)?.id ?? -1
  return select(site.db).where(eq(leads.call_id, id)).orderBy(desc(leads.id)).limit(1).all().map(describer(site))[0]
}

/** Leads of a person or visitor, oldest first, at most `limit`: the newest ones. */
export function listLeadsOf(
  site: Site,
  of: { person: number | null; visitor: number | null },
  limit: number,
): LeadAnswer[] {
  return select(site.db)
    .where(sql`${leads.person_id} = ${of.person} or ${leads.visitor_id} = ${of.visitor}`)
    .orderBy(desc(leads.created_at), desc(leads.id))
    .limit(limit)
    .all()
    .reverse()
    .map(describer(site))
}

/** Leads in the public shape, in their order. */
export function describeLeads(site: Site, rows: readonly { readonly id: number }[]): LeadAnswer[] {
  const found = new Map(
    select(site.db)
      .where(sql`${leads.id} in (select value from json_each(${JSON.stringify(rows.map(({ id }) => id))}))`)
      .all()
      .map((row) => [row.lead.id, describer(site)(row)]),
  )
  return rows.flatMap(({ id }) => found.get(id) ?? [])
}

/** A lead with its way through the stages, its tasks and attempts. */
export function describeLead(site: Site, { id }: LeadRow): LeadDetail {
  const [lead] = describeLeads(site, [{ id }])
  return {
    ...(lead as LeadAnswer),
    stages: site.db
      .select()
      .from(leadStages)
      .where(eq(leadStages.lead_id, id))
      .orderBy(asc(leadStages.id))
      .all()
      .map(({ at, stage, from_stage, reason, agent_id }) => ({
        at: new Date(at).toISOString(),
        stage,
        from: from_stage,
        reason,
        agent: agentId(agent_id),
      })),
    tasks: listTasksOf(site, id),
    attempts: listAttempts(site, id),
  }
}

/** The conditions of a segment of leads; the query joins `sources`. */
export function leadFilter(site: Site, query: LeadFilter): SQL[] {
  const { country, currency } = readSettings(site)
  const where: SQL[] = sourceFilter(query)
  const span = spanOf(site, query)
  if (span) where.push(sql`${leads.created_at} >= ${span.start} and ${leads.created_at} < ${span.end}`)
  for (const name of [
    "stage",
    "origin",
    "grade",
    "city",
    "company",
    "product",
    "position",
    "lost_reason",
    "email",
    "external_id",
  ] as const) {
    const value = query[name]
    if (value !== undefined) where.push(eq(leads[name], value))
  }
  if (query.kind !== undefined) {
    const keys = readStages(site).filter(({ kind }) => kind === query.kind)
    where.push(sql`${leads.stage} in (select value from json_each(${JSON.stringify(keys.map(({ key }) => key))}))`)
  }
  if (query.open !== undefined)
    where.push(query.open ? sql`${leads.closed_at} is null` : sql`${leads.closed_at} is not null`)
  if (query.qualified !== undefined) where.push(eq(leads.qualified, query.qualified))
  if (query.agent === "none") where.push(sql`${leads.agent_id} is null`)
  else if (query.agent !== undefined) where.push(eq(leads.agent_id, decodeId("agent", query.agent)?.id ?? -1))
  if (query.person !== undefined) where.push(eq(leads.person_id, decodeId("person", query.person)?.id ?? -1))
  if (query.tag !== undefined)
    where.push(sql`exists (select 1 from json_each(${leads.tags}) t where t.value = ${query.tag})`)
  // An amount of another currency is not compared with one of the site's.
  if (query.min_amount !== undefined)
    where.push(
      sql`${leads.amount} >= ${toMinor(query.min_amount, currency, "min_amount")} and ${leads.currency} = ${currency}`,
    )
  if (query.max_amount !== undefined)
    where.push(
      sql`${leads.amount} <= ${toMinor(query.max_amount, currency, "max_amount")} and ${leads.currency} = ${currency}`,
    )
  if (query.phone !== undefined) {
    const e164 = readPhone(query.phone, country)
    if (e164 === undefined) throw invalid("phone", "must be a phone number, best in E.164: +15551230199")
    where.push(eq(leads.phone, e164))
  }
  return where
}

function select(db: Db) {
  return db
    .select({
      lead: leads,
      source: sources,
      visit: { id: visits.id, secret: visits.secret },
      first: { id: first.id, secret: first.secret },
    })
    .from(leads)
    .leftJoin(sources, eq(sources.id, leads.source_id))
    .leftJoin(visits, eq(visits.id, leads.visit_id))
    .leftJoin(first, eq(first.id, leads.visitor_id))
}

type Row = ReturnType<ReturnType<typeof select>["all"]>[number]

function describer(site: Site): (row: Row) => LeadAnswer {
  const stages = readStages(site)
  return ({ lead, source, visit, first }) => {
    const amount = lead.amount === null ? null : fromMinor(lead.amount, lead.currency)
    const { name, company, position, city, product } = lead
    return {
      id: encodeId("lead", lead.id),
      external_id: lead.external_id,
      origin: lead.origin as LeadAnswer["origin"],
      created_at: new Date(lead.created_at).toISOString(),
      person: lead.person_id === null ? null : personId(lead.person_id),
      ...{ name, phone: shownPhone(site, lead), email: lead.email, company, position, city, product, amount },
      currency: lead.currency,
      call: lead.call_id === null ? null : encodeId("call", lead.call_id),
      visit: visit ? visitId(visit) : null,
      visitor: first ? visitorId(first) : null,
      source: source
        ? {
            channel: source.channel,
            source: source.source,
            medium: source.medium,
            campaign: source.campaign || null,
            term: source.term || null,
            content: source.content || null,
          }
        : null,
      source_from: lead.source_from,
      stated_source: lead.stated_source,
      stage: lead.stage,
      stage_kind: stageOf(stages, lead.stage).kind,
      stage_at: new Date(lead.stage_at).toISOString(),
      open: lead.closed_at === null,
      qualified: lead.qualified,
      score: lead.score,
      grade: lead.grade,
      agent: agentId(lead.agent_id),
      arm: lead.arm,
      lost_reason: lead.lost_reason,
      tags: lead.tags,
      fields: lead.fields ?? {},
      notes: lead.notes,
      contacted_at: instant(lead.contacted_at),
      closed_at: instant(lead.closed_at),
      updated_at: new Date(lead.updated_at).toISOString(),
      tag: buildTag({ city, company, product, amount, name, position, source: source?.source ?? null }),
    }
  }
}

/** A caller's number as the site lets callers be seen; what somebody typed in himself is shown. */
function shownPhone(site: Site, { phone, origin }: LeadRow): string | null {
  if (phone === null || phone.startsWith("hash:")) return null
  return origin === "call" ? shownCaller(site, { from_e164: phone, from_shown: null }) : phone
}

function instant(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString()
}
