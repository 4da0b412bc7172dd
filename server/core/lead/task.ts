import { and, asc, eq, type SQL, sql } from "drizzle-orm"
import { addDays, dayOf, startOfDay } from "../../../shared/calendar.js"
import type { TaskAnswer, TaskFields, TaskPatch, TasksQuery } from "../../../shared/contract-leads.js"
import { tasks } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { spanOf } from "../site/span.js"
import { decodeCursor, type Page, pageOf } from "../store/cursor.js"
import { type Db, placeholdersOf, prepareOnce, type Site } from "../store/db.js"
import { decodeId, encodeId } from "../store/id.js"
import { invalid, notFound, Refusal } from "../store/refusal.js"
import { agentId, agentIdOf } from "./agent.js"

/** Something to be done about a lead. */
export type TaskRow = typeof tasks.$inferSelect

/** Tasks of one lead at most. */
const TASKS_A_LEAD = 200
/** The result of a task that nobody needs to do any more: it counts neither as done nor as late. */
export const CANCELLED = "cancelled"
/** How a step of a plan is called, before its day. */
const PLANNED = "day "

const statements = prepareOnce((db: Db) => ({
  add: db.insert(tasks).values(placeholdersOf(tasks)).prepare(),
  count: db
    .select({ count: sql<number>`count(*)` })
    .from(tasks)
    .where(eq(tasks.lead_id, sql.placeholder("lead_id")))
    .prepare(),
}))

interface Lead {
  readonly id: number
  readonly agent_id: number | null
  readonly created_at: number
}

/** The follow-up of a new lead: a task for the end of each named day after its own; days that are over get none. */
export function planFollowUp(site: Site, lead: Lead, cadence: readonly number[]): void {
  const { timezone } = readSettings(site)
  const day = dayOf(lead.created_at, timezone)
  for (const days of [...new Set(cadence)].sort((a, b) => a - b)) {
    const due_at = endOfDay(addDays(day, days), timezone)
    if (due_at >= site.now)
      addTask(site, lead, { step: `${PLANNED}${days}`, due_at, agent_id: lead.agent_id, notes: null })
  }
}

/** The follow-up of a lead whose day turned out to be another one: what is planned and not done begins anew. */
export function planAnew(site: Site, lead: Lead): void {
  const gone = site.db
    .delete(tasks)
    .where(sql`${tasks.lead_id} = ${lead.id} and ${tasks.done_at} is null and ${tasks.step} glob ${`${PLANNED}*`}`)
    .returning({ step: tasks.step })
    .all()
  planFollowUp(site, lead, gone.map(({ step }) => Number(step.slice(PLANNED.length))).filter(Number.isSafeInteger))
}

/** A task for a lead, due at the end of today unless named; one that has 200 gets no more. */
export function createTask(site: Site, lead: Lead, fields: TaskFields): TaskAnswer {
  const { timezone } = readSettings(site)
  const task = addTask(site, lead, {
    step: fields.step,
    due_at: dueOf(site, fields) ?? endOfDay(dayOf(site.now, timezone), timezone),
    agent_id: fields.agent === undefined ? lead.agent_id : agentIdOf(site, fields.agent, "agent"),
    notes: fields.notes ?? null,
  })
  return describeTask(site, task)
}

/** Changes the fields that are named; `done` closes the task, at `done_at` or now, or opens it again. */
export function updateTask(site: Site, id: string, patch: TaskPatch): TaskAnswer {
  const before = findTask(site, id)
  const due_at = dueOf(site, patch)
  const done = patch.done ?? (patch.done_at === undefined ? undefined : true)
  const done_at = patch.done_at === undefined ? (before.done_at ?? site.now) : Date.parse(patch.done_at)
  if (done && done_at > site.now) throw invalid("done_at", "must not lie in the future")
  const changed: Partial<TaskRow> = {
    ...(patch.step === undefined ? {} : { step: patch.step }),
    ...(due_at === undefined ? {} : { due_at }),
    ...(patch.agent === undefined ? {} : { agent_id: agentIdOf(site, patch.agent, "agent") }),
    ...(patch.result === undefined ? {} : { result: patch.result }),
    ...(patch.notes === undefined ? {} : { notes: patch.notes }),
    ...(done === undefined ? {} : { done_at: done ? done_at : null }),
  }
  if (done === false && patch.result === undefined) changed.result = ""
  if (Object.keys(changed).length > 0) site.db.update(tasks).set(changed).where(eq(tasks.id, before.id)).run()
  return describeTask(site, findTask(site, id))
}

/** Closes a task because something was done. */
export function finishTask(site: Site, task: TaskRow, done_at: number, result: string): void {
  if (task.done_at === null) site.db.update(tasks).set({ done_at, result }).where(eq(tasks.id, task.id)).run()
}

/** Nobody needs to follow up a lead that is closed. */
export function cancelTasks(site: Site, lead: number): void {
  site.db
    .update(tasks)
    .set({ done_at: site.now, result: CANCELLED })
    .where(sql`${tasks.lead_id} = ${lead} and ${tasks.done_at} is null`)
    .run()
}

/** The tasks of a lead, by their dates. */
export function listTasksOf(site: Site, lead: number): TaskAnswer[] {
  return site.db
    .select()
    .from(tasks)
    .where(eq(tasks.lead_id, lead))
    .orderBy(asc(tasks.due_at), asc(tasks.id))
    .limit(TASKS_A_LEAD)
    .all()
    .map((task) => describeTask(site, task))
}

/** Tasks by their dates, the earliest first. `today` ends with the day of the site's zone; what was due before is overdue. */
export function listTasks(site: Site, query: TasksQuery): Page<TaskAnswer> {
  const where: SQL[] = []
  const { timezone } = readSettings(site)
  const today = dayOf(site.now, timezone)
  const tomorrow = startOfDay(addDays(today, 1), timezone)
  if (query.due === "done") where.push(sql`${tasks.done_at} is not null`)
  else if (query.due !== "all") where.push(sql`${tasks.done_at} is null`)
  if (query.due === "overdue") where.push(sql`${tasks.due_at} < ${site.now}`)
  if (query.due === "today") where.push(sql`${tasks.due_at} >= ${site.now} and ${tasks.due_at} < ${tomorrow}`)
  if (query.due === "upcoming") where.push(sql`${tasks.due_at} >= ${tomorrow}`)
  if (query.agent === "none") where.push(sql`${tasks.agent_id} is null`)
  else if (query.agent !== undefined) where.push(eq(tasks.agent_id, decodeId("agent", query.agent)?.id ?? -1))
  if (query.lead !== undefined) where.push(eq(tasks.lead_id, decodeId("lead", query.lead)?.id ?? -1))
  const span = spanOf(site, query)
  if (span) where.push(sql`${tasks.due_at} >= ${span.start} and ${tasks.due_at} < ${span.end}`)
  if (query.cursor !== undefined) {
    const [due = 0, id = 0] = decodeCursor(query.cursor, 2)
    where.push(sql`(${tasks.due_at}, ${tasks.id}) > (${due}, ${id})`)
  }
  const rows = site.db
    .select()
    .from(tasks)
    .where(and(...where))
    .orderBy(asc(tasks.due_at), asc(tasks.id))
    .limit(query.limit + 1)
    .all()
  return pageOf(
    rows,
    query.limit,
    ({ due_at, id }) => [due_at, id],
    (row) => describeTask(site, row),
  )
}

/** The task with this public id; refuses for any other. */
export function findTask(site: Site, id: string): TaskRow {
  const key = decodeId("task", id)
  const row = key && site.db.select().from(tasks).where(eq(tasks.id, key.id)).all()[0]
  if (!row) throw notFound("task")
  return row
}

/** A task in the public shape. */
export function describeTask(site: Site, task: TaskRow): TaskAnswer {
  const open = task.done_at === null
  const state = task.result === CANCELLED ? "cancelled" : "done"
  return {
    id: encodeId("task", task.id),
    lead: encodeId("lead", task.lead_id),
    agent: agentId(task.agent_id),
    step: task.step,
    due_at: new Date(task.due_at).toISOString(),
    done_at: task.done_at === null ? null : new Date(task.done_at).toISOString(),
    state: open ? (task.due_at < site.now ? "overdue" : "open") : state,
    result: task.result,
    notes: task.notes,
    created_at: new Date(task.created_at).toISOString(),
  }
}

/** The moment that a body's `due_at` or `due_on` names; refuses both at once. */
export function dueOf(
  site: Site,
  fields: { due_at?: string | undefined; due_on?: string | undefined },
): number | undefined {
  if (fields.due_at !== undefined && fields.due_on !== undefined)
    throw invalid("due_on", "stands beside due_at: name one")
  if (fields.due_at !== undefined) return Date.parse(fields.due_at)
  return fields.due_on === undefined ? undefined : endOfDay(fields.due_on, readSettings(site).timezone)
}

/** Adds a task as it is; refuses one too many. */
export function addTask(
  site: Site,
  lead: { readonly id: number },
  task: Pick<TaskRow, "step" | "due_at" | "agent_id" | "notes">,
): TaskRow {
  const count = statements(site).count.all({ lead_id: lead.id })[0]?.count ?? 0
  if (count >= TASKS_A_LEAD) throw new Refusal("conflict", `a lead has at most ${TASKS_A_LEAD} tasks`)
  const row: TaskRow = { ...task, id: site.newId(), lead_id: lead.id, done_at: null, result: "", created_at: site.now }
  statements(site).add.run(row)
  return row
}

function endOfDay(day: string, timezone: string): number {
  return startOfDay(addDays(day, 1), timezone) - 1
}
