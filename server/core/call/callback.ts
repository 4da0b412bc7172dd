import { and, eq, isNull, sql } from "drizzle-orm"
import type { CallbackFields } from "../../../shared/contract-call.js"
import { calls } from "../schema/schema.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import { invalid } from "../store/refusal.js"
import type { CallRow } from "./call.js"
import { agentAt } from "./call-agent.js"

/** A caller who rings again later than this, ms, has another errand. */
const WINDOW_MS = 30 * 86_400_000
/** Missed calls of one caller that one event settles at most; a robot has more. */
const MISSED_A_CALLER = 100

const statements = prepareOnce((db: Db) => {
  const value = sql.placeholder
  return {
    missedBefore: db
      .select({ id: calls.id, started_at: calls.started_at, answer: calls.callback_call_id })
      .from(calls)
      .where(
        sql`${calls.from_e164} = (select ${value("from")}) and ${calls.started_at} >= ${value("since")} and ${calls.started_at} <= ${value("at")} and ${calls.answered} = 0 and ${calls.callback} is not 'called_back'`,
      )
      .orderBy(sql`${calls.started_at} desc limit 100`)
      .prepare(),
    answeredAfter: db
      .select({ id: calls.id, at: sql<number>`coalesce(${calls.answered_at}, ${calls.started_at})` })
      .from(calls)
      .where(
        sql`${calls.from_e164} = (select ${value("from")}) and ${calls.started_at} > ${value("since")} and ${calls.started_at} <= ${value("until")} and ${calls.answered} = 1`,
      )
      .orderBy(sql`${calls.started_at}, ${calls.id} limit 1`)
      .prepare(),
    settle: db
      .update(calls)
      .set({
        callback: sql`${value("callback")}`,
        called_back_at: sql`${value("at")}`,
        callback_call_id: sql`${value("answer")}`,
      })
      .where(eq(calls.id, value("id")))
      .prepare(),
  }
})

/**
 * Notes on a caller's missed calls whether he rang again and was answered, whichever order the calls become known in:
 * each is settled by his first answered call after it. Called when a call of his changed around `at`.
 */
export function settleMissed(site: Site, from: string, at: number): void {
  const { missedBefore, answeredAfter, settle } = statements(site)
  for (const missed of missedBefore.all({ from, at, since: at - WINDOW_MS }).slice(0, MISSED_A_CALLER)) {
    const found = answeredAfter.all({ from, since: missed.started_at, until: missed.started_at + WINDOW_MS })[0]
    if ((found?.id ?? null) === missed.answer) continue
    settle.run({
      id: missed.id,
      callback: found ? "rang_again" : null,
      at: found?.at ?? null,
      answer: found?.id ?? null,
    })
  }
}

/**
 * Somebody called a missed caller back. All of the caller's missed calls up to this one are settled with it, for he was
 * spoken to; who was not reached stays waiting, and the attempt is counted. After a call that was answered it only counts.
 */
export function callBack(site: Site, call: CallRow, { at, reached, agent }: CallbackFields): void {
  const when = at === undefined ? site.now : Date.parse(at)
  if (when < call.started_at) throw invalid("at", "must not be before the call")
  if (when > site.now + 60_000) throw invalid("at", "must not be in the future")
  const agent_id = agent === undefined ? call.agent_id : agentAt(site, agent, "agent")
  const tried = { callback_attempts: call.callback_attempts + 1, agent_id, updated_at: site.now }
  const settled = { callback: "called_back" as const, called_back_at: when, callback_call_id: null }
  site.db
    .update(calls)
    .set(reached && !call.answered && call.callback !== "rang_again" ? { ...tried, ...settled } : tried)
    .where(eq(calls.id, call.id))
    .run()
  if (!reached || call.from_e164 === null) return
  site.db
    .update(calls)
    .set(settled)
    .where(
      and(
        eq(calls.from_e164, call.from_e164),
        eq(calls.answered, false),
        isNull(calls.called_back_at),
        sql`${calls.started_at} between ${call.started_at - WINDOW_MS} and ${call.started_at}`,
      ),
    )
    .run()
}
