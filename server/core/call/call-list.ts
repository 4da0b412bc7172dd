import { and, desc, eq, type SQL, sql } from "drizzle-orm"
import { alias } from "drizzle-orm/sqlite-core"
import type { CallAnswer, CallsQuery, ResolveQuery } from "../../../shared/contract.js"
import { evidenceOf } from "../attribution/evidence.js"
import { type Attribution, resolve } from "../attribution/resolve.js"
import { readCallSettings } from "../caller/call-settings.js"
import { readKnownCaller, shownCaller } from "../caller/caller-privacy.js"
import { type CandidateRow, calls, sources, visits } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { spanOf } from "../site/span.js"
import { describeSource } from "../source/source-answer.js"
import { sourceFilter } from "../source/source-filter.js"
import { decodeCursor, type Page, pageOf } from "../store/cursor.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import { decodeId, encodeId } from "../store/id.js"
import { invalid } from "../store/refusal.js"
import { fromMinor } from "../value/money.js"
import { readPhone } from "../value/phone.js"
import { visitId, visitorId } from "../visit/visit.js"
import type { CallRow } from "./call.js"

const first = alias(visits, "first")

const statements = prepareOnce((db: Db) => ({
  visit: db
    .select()
    .from(visits)
    .where(eq(visits.id, sql.placeholder("id")))
    .prepare(),
  source: db
    .select()
    .from(sources)
    .where(eq(sources.id, sql.placeholder("id")))
    .prepare(),
  priorCalls: db
    .select({ count: sql<number>`count(*)` })
    .from(
      db
        .select({ one: sql`1`.as("one") })
        .from(calls)
        .where(
          sql`${calls.from_e164} = (select ${sql.placeholder("from")}) and (${calls.started_at}, ${calls.id}) < (${sql.placeholder("at")}, ${sql.placeholder("id")}) limit 1000`,
        )
        .as("prior"),
    )
    .prepare(),
  call: select(db)
    .where(eq(calls.id, sql.placeholder("id")))
    .prepare(),
}))

/** Calls, latest first. */
export function listCalls(site: Site, query: CallsQuery): Page<CallAnswer> {
  const where: SQL[] = sourceFilter(query)
  const span = spanOf(site, query)
  if (span) where.push(sql`${calls.started_at} >= ${span.start} and ${calls.started_at} < ${span.end}`)
  if (query.state !== undefined) where.push(eq(calls.state, query.state))
  if (query.status !== undefined) where.push(eq(calls.status, query.status))
  if (query.external_id !== undefined) where.push(eq(calls.call_key, query.external_id))
  if (query.number !== undefined) where.push(eq(calls.to_e164, phoneOf(site, query.number, "number")))
  where.push(...afterwards(site, query))
  if (query.cursor !== undefined) {
    const [time = 0, id = 0] = decodeCursor(query.cursor, 2)
    where.push(sql`(${calls.started_at}, ${calls.id}) < (${time}, ${id})`)
  }
  const rows = select(site.db)
    .where(and(...where))
    .orderBy(desc(calls.started_at), desc(calls.id))
    .limit(query.limit + 1)
    .all()
  const describe = describer(site)
  return pageOf(rows, query.limit, ({ call }) => [call.started_at, call.id], describe)
}

/** The filters by who called and what came of it. */
function afterwards(site: Site, query: CallsQuery): SQL[] {
  const { missed, caller, caller_region, agent, qualified, spam, tag, topic, outcome } = query
  const where: SQL[] = []
  if (missed !== undefined) where.push(MISSED)
  if (missed === "waiting") where.push(sql`${calls.called_back_at} is null and ${calls.from_e164} is not null`)
  if (missed === "called_back") where.push(sql`${calls.called_back_at} is not null`)
  if (caller !== undefined) {
    const { from_e164 } = readKnownCaller(site, caller)
    if (from_e164 === null) throw invalid("caller", "must be a phone number, best in E.164: +15551230199")
    where.push(eq(calls.from_e164, from_e164))
  }
  if (caller_region !== undefined)
    where.push(
      caller_region.length > 2
        ? eq(calls.caller_region, caller_region)
        : sql`substr(${calls.caller_region}, 1, 2) = ${caller_region}`,
    )
  if (agent !== undefined) where.push(eq(calls.agent_id, decodeId("agent", agent)?.id ?? -1))
  if (qualified !== undefined) where.push(eq(calls.qualified, qualified))
  if (spam !== undefined) where.push(eq(calls.spam, spam))
  if (tag !== undefined) where.push(sql`exists (select 1 from json_each(${calls.tags}) where value = ${tag})`)
  if (topic !== undefined) where.push(sql`exists (select 1 from json_each(${calls.topics}) where value = ${topic})`)
  if (outcome !== undefined) where.push(eq(calls.outcome, outcome))
  if (query.search !== undefined) where.push(searched(site, query.search))
  return where
}

/**
 * Calls in which a text stands: in a number, as far as the site lets callers be seen, or in what people wrote. Latin letters
 * match in either case. Looked for in the days of the query, call by call.
 */
function searched(site: Site, search: string): SQL {
  const text = search.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  const has = (column: SQL) => sql`instr(lower(${column}), ${text}) > 0`
  if (/^[+\d\s().-]+$/.test(search) && /\d{2}/.test(search)) {
    const digits = search.replace(/\D/g, "").replace(/^0+/, "")
    const known = readKnownCaller(site, search).from_e164
    // Part of a number that answers hide would be found digit by digit.
    const shown = readCallSettings(site).callers === "shown" ? sql`instr(${calls.from_e164}, ${digits}) > 0` : sql`0`
    return sql`(${calls.from_e164} = ${known} or ${shown} or instr(${calls.to_e164}, ${digits}) > 0 or ${has(sql`${calls.notes}`)})`
  }
  return sql`(${has(sql`${calls.notes}`)} or ${has(sql`${calls.outcome}`)} or ${has(sql`${sources.campaign}`)} or ${has(sql`${sources.term}`)}
    or exists (select 1 from json_each(${calls.tags}) t where ${has(sql`t.value`)}))`
}

/** Over, taken by nobody, and no spam. */
const MISSED = sql`${calls.answered} = 0 and ${calls.ended_at} is not null and ${calls.spam} = 0`

/** The calls of a visitor, oldest first, at most `limit`: the latest ones. */
export function listCallsOf(site: Site, visitor: number, limit: number): CallAnswer[] {
  const rows = select(site.db)
    .where(eq(calls.visitor_id, visitor))
    .orderBy(desc(calls.started_at))
    .limit(limit)
    .all()
    .reverse()
  return rows.map(describer(site))
}

/** One call in the public shape. */
export function describeCall(site: Site, { id }: CallRow): CallAnswer {
  return statements(site).call.all({ id }).map(describer(site))[0] as CallAnswer
}

/** Who would have called: the attribution of a call to a number at a moment, without recording one. */
export function resolveQuery(site: Site, query: ResolveQuery) {
  const to = phoneOf(site, query.to, "to")
  const at = Date.parse(query.at)
  const { from_e164: from, caller_region } = readKnownCaller(site, query.from ?? null)
  const said = { digits: null, code: null, stated_source: null, caller_region, started_at: at }
  const found = resolve(site, { to, at, from }, (number_id) => evidenceOf(site, { ...said, number_id })).attribution
  const visit = found.visit_id === null ? undefined : visitRow(site, found.visit_id)
  const visitor = found.visitor_id === null ? undefined : visitRow(site, found.visitor_id)
  const source = found.source_id === null ? undefined : statements(site).source.all({ id: found.source_id })[0]
  return {
    to,
    at: new Date(at).toISOString(),
    visit: visit ? visitId(visit) : null,
    visitor: visitor ? visitorId(visitor) : null,
    source: source ? describeSource(source, visit ?? null) : null,
    attribution: describeAttribution(found, publicIds(site, found.candidates)),
  }
}

function select(db: Db) {
  return db
    .select({ call: calls, source: sources, visit: visits, first: { id: first.id, secret: first.secret } })
    .from(calls)
    .leftJoin(sources, eq(sources.id, calls.source_id))
    .leftJoin(visits, eq(visits.id, calls.visit_id))
    .leftJoin(first, eq(first.id, calls.visitor_id))
}

type Row = ReturnType<ReturnType<typeof select>["all"]>[number]

function describer(site: Site): (row: Row) => CallAnswer {
  const { currency } = readSettings(site)
  return ({ call, source, visit, first }) => ({
    id: encodeId("call", call.id),
    external_id: call.call_key,
    carrier: call.carrier,
    to: call.to_e164,
    from: shownCaller(site, call),
    from_kind: call.from_kind,
    status: call.status as CallAnswer["status"],
    answered: call.answered,
    started_at: new Date(call.started_at).toISOString(),
    answered_at: instant(call.answered_at),
    ended_at: instant(call.ended_at),
    duration_s: call.duration_s,
    talk_s: call.talk_s,
    first_time_caller: call.first_time,
    source: source ? describeSource(source, visit) : null,
    visit: visit ? visitId(visit) : null,
    visitor: first ? visitorId(first) : null,
    attribution: describeAttribution(call, publicIds(site, call.candidates)),
    recording_url: call.recording_url,
    tags: call.tags,
    outcome: call.outcome,
    value: call.value === null ? null : fromMinor(call.value, currency),
    currency,
    spam: call.spam,
    notes: call.notes,
    stated_source: call.stated_source,
    wait_s: call.wait_s,
    forwarded_to: call.forwarded_to,
    digits: call.digits,
    topics: call.topics,
    agent: call.agent_id === null ? null : encodeId("agent", call.agent_id),
    score: call.score,
    qualified: call.qualified,
    qualified_by: call.qualified_by,
    spam_reason: call.spam_reason,
    ...callbackOf(call),
    prior_calls: priorCalls(site, call),
    caller_region: call.caller_region,
    clock_off: call.clock_off,
    closed_by: call.ended_at === null ? null : call.swept ? "sweep" : "report",
  })
}

/** Whether nobody took the call, and whether the caller was spoken to since. */
function callbackOf(
  call: CallRow,
): Pick<CallAnswer, "missed" | "callback" | "called_back_at" | "callback_s" | "callback_attempts"> {
  const missed = !call.answered && call.ended_at !== null && !call.spam
  const back = missed ? call.called_back_at : null
  return {
    missed,
    callback: missed ? (call.callback ?? (call.from_e164 === null ? "unreachable" : "waiting")) : null,
    called_back_at: instant(back),
    callback_s: back === null ? null : Math.max(0, Math.round((back - (call.ended_at ?? back)) / 1000)),
    callback_attempts: call.callback_attempts,
  }
}

function priorCalls(site: Site, { from_e164, started_at, id }: CallRow): number {
  if (from_e164 === null) return 0
  return statements(site).priorCalls.all({ from: from_e164, at: started_at, id })[0]?.count ?? 0
}

type Described = Pick<
  Attribution,
  "state" | "confidence" | "channel" | "channel_confidence" | "no_visit" | "candidates"
> & {
  method: string
  reason: string | null
}

function describeAttribution(found: Described, ids: Map<number, string>): CallAnswer["attribution"] {
  return {
    state: found.state,
    method: found.method,
    confidence: round(found.confidence),
    channel: found.channel,
    channel_confidence: round(found.channel_confidence),
    no_visit: round(found.no_visit),
    reason: found.reason,
    candidates: found.candidates.flatMap(({ visit, probability, evidence }) => {
      const id = ids.get(visit)
      return id === undefined ? [] : [{ visit: id, probability: round(probability), evidence }]
    }),
  }
}

/** Public ids of the candidates' visits; an erased visit has none. */
function publicIds(site: Site, candidates: readonly CandidateRow[]): Map<number, string> {
  return new Map(
    candidates.flatMap(({ visit }) => {
      const row = visitRow(site, visit)
      return row ? [[visit, visitId(row)] as const] : []
    }),
  )
}

function visitRow(site: Site, id: number): typeof visits.$inferSelect | undefined {
  return statements(site).visit.all({ id })[0]
}

function phoneOf(site: Site, text: string, path: string): string {
  const e164 = readPhone(text, readSettings(site).country)
  if (e164 === undefined) throw invalid(path, "must be a phone number, best in E.164: +15551230199")
  return e164
}

function instant(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString()
}

/** Four decimals: more would promise a precision that no probability of ours has. */
function round(probability: number): number {
  return Math.round(probability * 10_000) / 10_000
}
