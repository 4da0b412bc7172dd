import { and, eq, sql } from "drizzle-orm"
import type { LeadImport } from "../../../shared/contract-leads.js"
import { sourceFromFields } from "../../../shared/source.js"
import type { CallRow } from "../call/call.js"
import { touchesOf } from "../person/journey.js"
import { findPersonByKey, phoneKey } from "../person/person.js"
import { calls, type leads, visits } from "../schema/schema.js"
import { internSource } from "../source/source.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import { decodeId } from "../store/id.js"
import { invalid } from "../store/refusal.js"
import { findVisit, type VisitRow } from "../visit/visit.js"

type LeadRow = typeof leads.$inferSelect

/** How far back a call or visit of the same person explains a lead: the usual window of an ad click, 90 days. */
const WINDOW_MS = 90 * 86_400_000

const statements = prepareOnce((db: Db) => ({
  lastCall: db
    .select()
    .from(calls)
    .where(
      and(
        eq(calls.from_e164, sql.placeholder("from")),
        sql`${calls.started_at} <= ${sql.placeholder("at")} and ${calls.started_at} > ${sql.placeholder("since")} and not ${calls.spam}`,
      ),
    )
    .orderBy(sql`${calls.started_at} desc limit 1`)
    .prepare(),
}))

/** The columns that say where a lead came from. */
export type Track = Pick<LeadRow, "call_id" | "visit_id" | "visitor_id" | "source_id" | "number_id" | "source_from">

const NOWHERE: Track = {
  call_id: null,
  visit_id: null,
  visitor_id: null,
  source_id: null,
  number_id: null,
  source_from: "",
}

/**
 * Where a lead came from: the call or visit that is named, else the last call from his number, else the last visit of whoever
 * has his e-mail address or number, in the 90 days before, else what he stated, else the source of the tag.
 */
export function trackLead(
  site: Site,
  lead: {
    call: string | undefined
    visit: string | undefined
    phone: string | null
    email: string | null
    stated: LeadImport["source"]
    tagSource: string | null
    at: number
  },
): Track {
  const { call, visit, phone, email, stated, tagSource, at } = lead
  const named = call === undefined ? undefined : trackOfCall(findNamedCall(site, call), "call")
  const shown = visit === undefined ? undefined : trackOfVisit(findNamedVisit(site, visit))
  const found =
    [named, shown].find((track) => track?.source_from) ??
    (named || shown ? undefined : lastTrack(site, phone, email, at))
  if (found) return { ...found, call_id: found.call_id ?? named?.call_id ?? null }
  const linked = { ...NOWHERE, ...shown, ...named }
  if (stated && Object.values(stated).some(Boolean))
    return { ...linked, source_id: internSource(site, sourceFromFields(stated)), source_from: "stated" }
  if (tagSource)
    return { ...linked, source_id: internSource(site, sourceFromFields({ source: tagSource })), source_from: "tag" }
  return linked
}

/** Where a call came from, for the lead that it makes. */
export function trackOfCall(call: CallRow, from: "call" | "phone"): Track {
  return {
    call_id: call.id,
    visit_id: call.visit_id,
    visitor_id: call.visitor_id,
    source_id: call.source_id,
    number_id: call.number_id,
    source_from: call.source_id === null ? "" : from,
  }
}

/** Where a visit came from, for the lead that it makes. */
export function trackOfVisit(visit: VisitRow): Track {
  return {
    ...NOWHERE,
    visit_id: visit.id,
    visitor_id: visit.visitor_id ?? visit.id,
    source_id: visit.source_id,
    source_from: "visit",
  }
}

function lastTrack(site: Site, phone: string | null, email: string | null, at: number): Track | undefined {
  const call =
    phone === null
      ? undefined
      : statements(site).lastCall.all({ from: phoneKey(site, phone), at, since: at - WINDOW_MS })[0]
  if (call && call.source_id !== null) return trackOfCall(call, "phone")
  const person =
    (email === null ? undefined : findPersonByKey(site, "email", email)) ??
    (phone === null ? undefined : findPersonByKey(site, "phone", phone))
  const last =
    person === undefined
      ? undefined
      : touchesOf(site, { person_id: person }, at, WINDOW_MS).findLast(({ kind }) => kind === "visit")
  const visit = last && site.db.select().from(visits).where(eq(visits.id, last.id)).all()[0]
  if (visit) return { ...trackOfVisit(visit), call_id: call?.id ?? null, source_from: "email" }
  return call ? trackOfCall(call, "phone") : undefined
}

function findNamedCall(site: Site, id: string): CallRow {
  const key = decodeId("call", id)
  const row = key && site.db.select().from(calls).where(eq(calls.id, key.id)).all()[0]
  if (!row) throw invalid("call", "there is no such call")
  return row
}

function findNamedVisit(site: Site, id: string): VisitRow {
  const visit = findVisit(site, id)
  if (!visit) throw invalid("visit", "there is no such visit")
  return visit
}
