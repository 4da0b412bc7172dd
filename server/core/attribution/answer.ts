import { eq, sql } from "drizzle-orm"
import { findNumberByPhone } from "../number/number.js"
import { answers, calls, observations, visits } from "../schema/schema.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import { decodeId, encodeId } from "../store/id.js"
import { invalid } from "../store/refusal.js"
import { evidenceOf } from "./evidence.js"
import { packObservation, unpackObservation } from "./posterior.js"
import { type Attribution, judge, modelAt, type Resolution, readModel, resolve, thresholdsOf } from "./resolve.js"

type CallRow = typeof calls.$inferSelect

/** An answer that a call had before, as JSON keeps it. */
export interface EarlierAnswer {
  readonly id: number
  readonly answer: Record<string, unknown>
}

const statements = prepareOnce((db: Db) => {
  const value = sql.placeholder
  return {
    observe: db
      .insert(observations)
      .values({ call_id: value("call_id"), model_id: value("model_id"), seen: value("seen") })
      .onConflictDoUpdate({
        target: observations.call_id,
        set: { model_id: sql`excluded.model_id`, seen: sql`excluded.seen` },
      })
      .prepare(),
    observed: db
      .select()
      .from(observations)
      .where(eq(observations.call_id, value("call_id")))
      .prepare(),
  }
})

/** An answer in the columns of a call. */
export function columnsOf(found: Attribution) {
  const { state, method, confidence, channel, channel_confidence, no_visit, reason, candidates } = found
  const { number_id, visit_id, visitor_id, source_id } = found
  return {
    ...{ state, method, confidence, channel, channel_confidence, no_visit, reason, candidates },
    ...{ number_id, visit_id, visitor_id, source_id },
  }
}

type Facts = Pick<
  CallRow,
  "to_e164" | "from_e164" | "caller_region" | "started_at" | "digits" | "code" | "stated_source"
>

/** Looks up who called, with everything else that is known of the call, and keeps what was seen. */
export function answerCall(site: Site, call_id: number, facts: Facts): Attribution {
  const at = { to: facts.to_e164, at: facts.started_at, from: facts.from_e164 }
  const resolution = resolve(site, at, (number_id) => evidenceOf(site, { ...facts, number_id }))
  keepObservation(site, call_id, resolution)
  return resolution.attribution
}

/**
 * Judges a call anew: by what was seen when it rang, what is known of it now, and the rates of its time, or with
 * `relearnt` the newest ones. What a person has said stands. Undefined where there is nothing to judge by.
 */
export function judgeAgain(site: Site, call: CallRow, relearnt = false): Attribution | undefined {
  if (call.method === "corrected") return undefined
  const kept = statements(site).observed.all({ call_id: call.id })[0]
  const number = kept && call.to_e164 !== null ? findNumberByPhone(site, call.to_e164) : undefined
  if (kept && number?.kind === "pool") {
    const model = relearnt ? modelAt(site, site.now) : { id: kept.model_id, model: readModel(site, kept.model_id) }
    const evidence = evidenceOf(site, { ...call, number_id: number.id })
    return judge(unpackObservation(kept.seen), model.model, {
      number: number.id,
      thresholds: thresholdsOf(site),
      evidence,
    })
  }
  const at = { to: call.to_e164, at: call.started_at, from: call.from_e164 }
  return resolve(site, at, (number_id) => evidenceOf(site, { ...call, number_id })).attribution
}

/** The answer when a person says which visit called: null, that none did. Refuses a visit that was never recorded. */
export function correctedTo(site: Site, call: CallRow, visit: string | null): Attribution {
  const { number_id, candidates } = call
  const common = { method: "corrected" as const, number_id, candidates }
  const none = {
    visit_id: null,
    visitor_id: null,
    source_id: null,
    channel: null,
    confidence: 0,
    channel_confidence: 0,
  }
  if (visit === null) return { ...none, ...common, state: "unattributed", reason: "no_visit", no_visit: 1 }
  const key = decodeId("vis", visit)
  const row = key && site.db.select().from(visits).where(eq(visits.id, key.id)).all()[0]
  if (!row || row.secret !== key.secret) throw invalid("visit", "names no visit of this site")
  const channel = site.db.all<{ channel: string }>(sql`select channel from sources where id = ${row.source_id}`)[0]
    ?.channel
  return {
    ...common,
    state: "attributed",
    confidence: 1,
    channel: channel ?? null,
    channel_confidence: 1,
    no_visit: 0,
    reason: null,
    visit_id: row.id,
    visitor_id: row.visitor_id ?? row.id,
    source_id: row.source_id,
  }
}

/** Gives a call another answer and keeps the one it had, with its visit's public id. */
export function replaceAnswer(site: Site, call: CallRow, found: Attribution): void {
  const { state, method, confidence, channel, channel_confidence, reason, visit_id } = call
  const row = visit_id === null ? undefined : site.db.select().from(visits).where(eq(visits.id, visit_id)).all()[0]
  const visit = row ? encodeId("vis", row.id, row.secret) : null
  const before = { state, method, confidence, channel, channel_confidence, reason, visit }
  site.db.insert(answers).values({ call_id: call.id, id: site.newId(), answer: before }).run()
  site.db
    .update(calls)
    .set({ ...columnsOf(found), updated_at: site.now })
    .where(eq(calls.id, call.id))
    .run()
}

/** The answers that a call had before, latest first. */
export function listEarlier(site: Site, call_id: number): EarlierAnswer[] {
  return site.db
    .select({ id: answers.id, answer: answers.answer })
    .from(answers)
    .where(eq(answers.call_id, call_id))
    .orderBy(sql`${answers.id} desc limit 50`)
    .all()
}

/** What was known when the call rang: learning reads it, and so does whoever judges the call again. */
function keepObservation(site: Site, call_id: number, { observation, model_id }: Resolution): void {
  if (!observation) return
  statements(site).observe.run({ call_id, model_id, seen: packObservation(observation) })
}
