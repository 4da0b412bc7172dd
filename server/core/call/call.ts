import { and, eq, sql } from "drizzle-orm"
import type { CallEvent } from "../../../shared/call-event.js"
import type { CallAnswer, CallImport, CallPatch } from "../../../shared/contract.js"
import { answerCall, columnsOf, correctedTo, judgeAgain, replaceAnswer } from "../attribution/answer.js"
import { isQualified, readCallSettings } from "../caller/call-settings.js"
import { keptCaller, keptEvent, readKnownCaller } from "../caller/caller-privacy.js"
import { applyCallRule } from "../lead/lead-rule.js"
import { eraseEvent, isErased } from "../person/erased.js"
import { callEvents, calls } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { type Db, excludedOf, placeholdersOf, prepareOnce, type Site } from "../store/db.js"
import { decodeId } from "../store/id.js"
import { type Fault, notFound, Refusal } from "../store/refusal.js"
import { toMinor } from "../value/money.js"
import { readPhone } from "../value/phone.js"
import { agentAt } from "./call-agent.js"
import { settleMissed } from "./callback.js"
import { type FoldedCall, foldCall } from "./fold.js"

/** A call as it is stored. */
export type CallRow = typeof calls.$inferSelect

/** The carrier's name under which imported calls are kept. */
const IMPORT = "import"
/** A carrier repeats a report within minutes; the same one later is somebody's recording of it. */
const REPLAY_MS = 15 * 60_000
/** Events one call may have; Twilio sends about ten, a runaway sender gets no more. */
const EVENTS_A_CALL = 200

const statements = prepareOnce((db: Db) => {
  const value = sql.placeholder
  return {
    byKey: db
      .select()
      .from(calls)
      .where(and(eq(calls.carrier, value("carrier")), eq(calls.call_key, value("call_key"))))
      .prepare(),
    eventsOf: db
      .select()
      .from(callEvents)
      .where(eq(callEvents.call_id, value("call_id")))
      .prepare(),
    addEvent: db
      .insert(callEvents)
      .values({
        call_id: value("call_id"),
        event_key: value("event_key"),
        received_at: value("received_at"),
        event: value("event"),
      })
      .prepare(),
    byId: db
      .select()
      .from(calls)
      .where(eq(calls.id, value("id")))
      .prepare(),
    put: db
      .insert(calls)
      .values(placeholdersOf(calls))
      .onConflictDoUpdate({ target: calls.id, set: excludedOf(calls) })
      .prepare(),
    // The earliest call of a caller is his first, whichever order they became known in.
    markFirst: db
      .update(calls)
      .set({ first_time: sql`not ${calls.first_time}` })
      .where(
        sql`${calls.from_e164} = (select ${value("from")}) and ${calls.first_time} <> (${calls.id} = (select id from calls c where c.from_e164 = (select ${value("from")}) order by c.started_at, c.id limit 1))`,
      )
      .prepare(),
  }
})

/**
 * A carrier reported something about a call: the report is kept once, and the call's record is what all its reports say
 * together, in any order and repetition. Refuses (`forbidden`) a report that repeats one of more than 15 minutes ago: no
 * carrier does that, a thief of a signed request does.
 */
export function receiveEvent(site: Site, reported: CallEvent, receivedAt: number): CallRow {
  const known = statements(site).byKey.all({ carrier: reported.carrier, call_key: reported.call_key })[0]
  const event = isErased(known) ? eraseEvent(reported, known) : keptEvent(site, reported)
  const events = known ? statements(site).eventsOf.all({ call_id: known.id }) : []
  const repeated = events.find(({ event_key }) => event_key === event.event_key)
  if (known && repeated) {
    if (receivedAt - repeated.received_at > REPLAY_MS) throw new Refusal("forbidden", "this report was received before")
    return known
  }
  if (known && events.length >= EVENTS_A_CALL) return known
  const id = known?.id ?? site.newId()
  statements(site).addEvent.run({
    call_id: id,
    event_key: event.event_key,
    received_at: receivedAt,
    event: { ...event },
  })
  const folded = foldCall([...events.map((row) => row.event as unknown as CallEvent), event])
  return storeCall(site, known, { id, carrier: event.carrier, call_key: event.call_key, folded })
}

/** Calls of another system. All or none; one that is known by its `external_id` is renewed, not repeated. */
export function importCalls(site: Site, rows: readonly CallImport[], path: (index: number) => string): CallRow[] {
  const { country } = readSettings(site)
  const faults: Fault[] = []
  const numbers = rows.map(({ to }, index) => {
    const e164 = readPhone(to, country)
    if (e164 === undefined)
      faults.push({ path: `${path(index)}to`, message: "must be a phone number, best in E.164: +15551230199" })
    return e164 ?? null
  })
  if (faults.length > 0) throw new Refusal("invalid", "the request is not valid", faults)
  return rows.map((row, index) => {
    const known = statements(site).byKey.all({ carrier: IMPORT, call_key: row.external_id })[0]
    const kept = { ...row, from: row.from ?? null }
    const read = isErased(known) ? eraseEvent(kept, known) : { ...kept, from: keptCaller(site, kept.from) }
    const folded = foldImport(read, numbers[index] ?? null)
    return storeCall(site, known, {
      id: known?.id ?? site.newId(),
      carrier: IMPORT,
      call_key: row.external_id,
      folded,
    })
  })
}

/**
 * What people say of a call afterwards: tags, topics, outcome, value, spam, notes, who took it and how well, whether it is
 * qualified, what the caller said or which code he gave, and which visit it was. What bears on who called is weighed at
 * once; the answer before is kept.
 */
export function updateCall(site: Site, id: string, patch: CallPatch): CallRow {
  const before = findCall(site, id)
  const { currency } = readSettings(site)
  const { value, stated_source, visit, agent, qualified, ...rest } = patch
  const changed = {
    ...rest,
    ...(agent === undefined ? {} : { agent_id: agent === null ? null : agentAt(site, agent, "agent") }),
    // Marked by hand, a call has no reason of ours any more.
    ...(patch.spam === undefined ? {} : { spam_reason: null }),
    ...qualify(site, { ...before, spam: patch.spam ?? before.spam }, qualified),
    ...(value === undefined ? {} : { value: value === null ? null : toMinor(value, currency, "value") }),
    ...(stated_source === undefined ? {} : { stated_source: stated_source as Record<string, string> | null }),
    updated_at: site.now,
  }
  site.db.update(calls).set(changed).where(eq(calls.id, before.id)).run()
  const after = findCall(site, id)
  if (visit !== undefined) replaceAnswer(site, before, correctedTo(site, after, visit))
  else if (stated_source !== undefined || patch.code !== undefined) {
    const again = judgeAgain(site, after)
    if (again) replaceAnswer(site, before, again)
  }
  const patched = findCall(site, id)
  applyCallRule(site, patched)
  return patched
}

/** Whether a call is qualified: as a person says (`said`), else as one said before, else by the site's rule. */
function qualify(site: Site, call: CallRow, said: boolean | null | undefined): Partial<CallRow> {
  if (said === true || said === false) return { qualified: said, qualified_by: "hand" }
  if (said === undefined && call.qualified_by === "hand") return {}
  return { qualified: isQualified(readCallSettings(site), call), qualified_by: "rule" }
}

/** Marks a call as spam for a reason of ours, when it has just rung: what a person says later stands. */
export function markSpam(site: Site, call: CallRow, reason: string): void {
  if (call.spam || call.status !== "ringing" || call.updated_at !== site.now) return
  const marked = { spam: true, spam_reason: reason, qualified: false }
  site.db.update(calls).set(marked).where(eq(calls.id, call.id)).run()
}

/** Judges a call by the newest rates; the answer it had is kept beside. What a person has said stands. */
export function relearnCall(site: Site, id: string): CallRow {
  const call = findCall(site, id)
  const found = judgeAgain(site, call, true)
  if (found) replaceAnswer(site, call, found)
  const judged = findCall(site, id)
  applyCallRule(site, judged)
  return judged
}

/** The call with this public id; refuses for any other. */
export function findCall(site: Site, id: string): CallRow {
  const key = decodeId("call", id)
  const row = key && site.db.select().from(calls).where(eq(calls.id, key.id)).all()[0]
  if (!row) throw notFound("call")
  return row
}

interface Identity {
  readonly id: number
  readonly carrier: string
  readonly call_key: string
  readonly folded: FoldedCall
}

function storeCall(site: Site, known: CallRow | undefined, { id, carrier, call_key, folded }: Identity): CallRow {
  const facts = factsOf(site, folded)
  const { put, markFirst, byId } = statements(site)
  const settled = isSettled(known, facts)
  // A call that moved forward in time must not find its own old record as an earlier call of the same caller.
  if (known && !settled) put.run({ ...blank, ...known, ...facts, id, carrier, call_key })
  const found = settled
    ? undefined
    : answerCall(site, id, { ...facts, code: known?.code ?? null, stated_source: known?.stated_source ?? null })
  const whole: CallRow = { ...blank, ...known, ...facts, ...(found ? columnsOf(found) : {}), id, carrier, call_key }
  put.run({ ...whole, ...qualify(site, whole, undefined) })
  if (known && settled && known.digits !== facts.digits) {
    const again = judgeAgain(site, { ...known, ...facts })
    if (again) replaceAnswer(site, known, again)
  }
  for (const from of new Set([known?.from_e164, facts.from_e164])) if (from) markFirst.run({ from })
  if (!known || known.answered !== facts.answered || !isSameRing(known, facts))
    for (const call of [known, facts]) if (call?.from_e164) settleMissed(site, call.from_e164, call.started_at)
  const row = byId.all({ id })[0]
  if (!row) throw notFound("call")
  applyCallRule(site, row)
  return row
}

type Facts = ReturnType<typeof factsOf>

/** Whether the answer stands: nothing that it was made of has changed, or a person has said it. */
function isSettled(known: CallRow | undefined, facts: Facts): boolean {
  if (!known) return false
  if (known.method === "corrected") return true
  return known.to_e164 === facts.to_e164 && isSameRing(known, facts)
}

/** The same caller at the same moment. */
function isSameRing(known: CallRow, facts: Facts): boolean {
  return known.started_at === facts.started_at && known.from_e164 === facts.from_e164
}

/** What the events say, in the columns of a call. */
function factsOf(site: Site, folded: FoldedCall) {
  const { country } = readSettings(site)
  const until = folded.answered ? folded.answered_at : folded.ended_at
  return {
    to_e164: folded.to === null ? null : (readPhone(folded.to, country) ?? null),
    ...readKnownCaller(site, folded.from),
    status: folded.status,
    answered: folded.answered,
    started_at: folded.started_at,
    answered_at: folded.answered_at,
    ended_at: folded.ended_at,
    duration_s: folded.duration_s,
    talk_s: folded.talk_s,
    recording_url: folded.recording_url,
    // The phone as it stands in the site's flow; a SIP address stays as it is.
    forwarded_to: folded.forwarded_to && (readPhone(folded.forwarded_to, country) ?? folded.forwarded_to),
    digits: folded.digits,
    wait_s: until === null ? null : Math.round((until - folded.started_at) / 1000),
    clock_off: folded.clock_off,
    swept: false,
    updated_at: site.now,
  }
}

/** What a call is before anything is known of it. */
const blank: Omit<CallRow, "id" | "carrier" | "call_key" | keyof Facts> = {
  number_id: null,
  visit_id: null,
  visitor_id: null,
  source_id: null,
  state: "unattributed",
  method: "none",
  confidence: 0,
  channel: null,
  channel_confidence: 0,
  no_visit: 0,
  reason: null,
  candidates: [],
  first_time: false,
  tags: [],
  outcome: null,
  value: null,
  spam: false,
  notes: null,
  stated_source: null,
  code: null,
  agent_id: null,
  score: null,
  qualified: false,
  qualified_by: "rule",
  topics: [],
  called_back_at: null,
  callback: null,
  callback_call_id: null,
  callback_attempts: 0,
  spam_reason: null,
}

function foldImport(row: CallImport, to: string | null): FoldedCall {
  const started_at = Date.parse(row.started_at)
  const duration_s = row.duration_s ?? null
  const answered = row.status === "completed" || row.status === "in_progress"
  const lasting = row.status === "ringing" || row.status === "in_progress"
  const talk_s = answered ? (row.talk_s ?? null) : null
  const ended_at = lasting ? null : started_at + (duration_s ?? talk_s ?? 0) * 1000
  return {
    status: row.status,
    answered,
    started_at,
    answered_at:
      answered && talk_s !== null && ended_at !== null ? Math.max(started_at, ended_at - talk_s * 1000) : null,
    ended_at,
    duration_s: duration_s ?? talk_s,
    talk_s,
    to,
    from: row.from ?? null,
    forwarded_to: null,
    forwarded_from: null,
    caller_name: null,
    recording_url: row.recording_url ?? null,
    recording_s: null,
    digits: null,
    clock_off: false,
  }
}

/** The states in which a call is over, for reports: nobody picked up. */
export const UNANSWERED: readonly CallAnswer["status"][] = ["missed", "abandoned", "busy", "failed", "voicemail"]
