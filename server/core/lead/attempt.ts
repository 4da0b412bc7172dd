import { asc, eq, sql } from "drizzle-orm"
import type { AttemptAnswer, AttemptFields } from "../../../shared/contract-leads.js"
import { attempts, leads } from "../schema/schema.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import { encodeId } from "../store/id.js"
import { invalid, Refusal } from "../store/refusal.js"
import { agentId, agentIdOf } from "./agent.js"
import { findLead } from "./lead.js"
import { findTask, finishTask } from "./task.js"

/** Attempts to reach one lead at most. */
const ATTEMPTS_A_LEAD = 200
/** Results in which somebody was spoken to. */
const REACHED: ReadonlySet<AttemptFields["result"]> = new Set(["reached", "callback", "declined"])

const statements = prepareOnce((db: Db) => ({
  newest: db
    .select({ count: sql<number>`count(*)`, id: sql<number>`coalesce(max(id), 0)` })
    .from(attempts)
    .where(eq(attempts.lead_id, sql.placeholder("lead_id")))
    .prepare(),
}))

/** Somebody tried to reach a lead: kept with its result; the first word with him is his first contact, and a named task is done by it. */
export function recordAttempt(site: Site, lead: string, fields: AttemptFields): AttemptAnswer {
  const row = findLead(site, lead)
  const at = fields.at === undefined ? site.now : Date.parse(fields.at)
  if (at > site.now) throw invalid("at", "must not lie in the future")
  if (at < row.created_at) throw invalid("at", "must not be before the lead")
  const reached = fields.reached ?? REACHED.has(fields.result)
  const task = fields.task === undefined ? undefined : findTask(site, fields.task)
  if (task && task.lead_id !== row.id) throw invalid("task", "is no task of this lead")
  const newest = statements(site).newest.all({ lead_id: row.id })[0] ?? { count: 0, id: 0 }
  if (newest.count >= ATTEMPTS_A_LEAD) throw new Refusal("conflict", `a lead has at most ${ATTEMPTS_A_LEAD} attempts`)
  const attempt = {
    lead_id: row.id,
    id: Math.max(site.newId(), newest.id + 1),
    at,
    task_id: task?.id ?? null,
    agent_id: fields.agent === undefined ? row.agent_id : agentIdOf(site, fields.agent, "agent"),
    medium: fields.medium,
    result: fields.result,
    reached,
    notes: fields.notes ?? null,
  }
  site.db.insert(attempts).values(attempt).run()
  if (task) finishTask(site, task, at, fields.result)
  if (reached && (row.contacted_at === null || at < row.contacted_at))
    site.db.update(leads).set({ contacted_at: at, updated_at: site.now }).where(eq(leads.id, row.id)).run()
  return describe(attempt)
}

/** What was tried to reach a lead, in the order of time. */
export function listAttempts(site: Site, lead: number): AttemptAnswer[] {
  return site.db
    .select()
    .from(attempts)
    .where(eq(attempts.lead_id, lead))
    .orderBy(asc(attempts.at), asc(attempts.id))
    .all()
    .map(describe)
}

function describe(attempt: typeof attempts.$inferSelect): AttemptAnswer {
  const { at, task_id, agent_id, medium, result, reached, notes } = attempt
  return {
    at: new Date(at).toISOString(),
    task: task_id === null ? null : encodeId("task", task_id),
    agent: agentId(agent_id),
    medium,
    result,
    reached,
    notes,
  }
}
