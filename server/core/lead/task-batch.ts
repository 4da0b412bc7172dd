import { and, eq, sql } from "drizzle-orm"
import { addDays, dayOf } from "../../../shared/calendar.js"
import type { TaskBatch, TaskBatchAnswer } from "../../../shared/contract-leads.js"
import { leads, sources, tasks } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import type { Site } from "../store/db.js"
import { invalid } from "../store/refusal.js"
import { agentIdOf } from "./agent.js"
import { leadFilter } from "./lead-list.js"
import { addTask, dueOf } from "./task.js"

/** Leads that one batch is about, at most. */
const LEADS_A_BATCH = 1000

/** The same follow-up for every lead of a segment. Refuses more than 1,000 leads, because nobody means that. */
export function createTasks(site: Site, batch: TaskBatch): TaskBatchAnswer {
  const found = site.db
    .select({ id: leads.id, agent_id: leads.agent_id })
    .from(leads)
    .leftJoin(sources, eq(sources.id, leads.source_id))
    .where(and(...leadFilter(site, batch.filter)))
    .orderBy(leads.id)
    .limit(LEADS_A_BATCH + 1)
    .all()
  if (found.length > LEADS_A_BATCH) throw invalid("filter", `fits more than ${LEADS_A_BATCH} leads: narrow it`)
  const agent = batch.agent === undefined || batch.agent === null ? undefined : agentIdOf(site, batch.agent, "agent")
  const steps = stepsOf(site, batch)
  let made = 0
  for (const lead of found) {
    const open = site.db
      .select({ step: tasks.step, due_at: tasks.due_at })
      .from(tasks)
      .where(sql`${tasks.lead_id} = ${lead.id} and ${tasks.done_at} is null`)
      .all()
    for (const { step, due_at } of steps) {
      if (open.some((task) => task.step === step && task.due_at === due_at)) continue
      addTask(site, lead, { step, due_at, agent_id: agent ?? lead.agent_id, notes: batch.notes ?? null })
      made++
    }
  }
  return { leads: found.length, made, had: found.length * steps.length - made }
}

function stepsOf(site: Site, { step, cadence, due_at, due_on }: TaskBatch): { step: string; due_at: number }[] {
  const today = dayOf(site.now, readSettings(site).timezone)
  if (cadence === undefined)
    return [{ step, due_at: dueOf(site, { due_at, due_on: due_at || due_on ? due_on : today }) ?? site.now }]
  if (due_at !== undefined || due_on !== undefined) throw invalid("cadence", "stands beside a date: name one")
  return [...new Set(cadence)].map((days) => ({
    step: `${step}, day ${days}`,
    due_at: dueOf(site, { due_on: addDays(today, days) }) ?? site.now,
  }))
}
