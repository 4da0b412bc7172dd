import { asc, eq, sql } from "drizzle-orm"
import { addDays, dayOf, startOfDay } from "../../../shared/calendar.js"
import type { AgentAnswer, AgentFields, AgentPatch } from "../../../shared/contract-leads.js"
import { agents } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import type { Site } from "../store/db.js"
import { decodeId, encodeId } from "../store/id.js"
import { invalid, notFound, Refusal } from "../store/refusal.js"

/** Somebody who cares for leads. */
export type AgentRow = typeof agents.$inferSelect

/** Agents of a site at most: distribution looks at each of them. */
const AGENTS = 500

/** Adds an agent; his place in the weighted turn is that of whoever is next, so that a newcomer does not get all leads. */
export function createAgent(site: Site, fields: AgentFields): AgentAnswer {
  const known = site.db
    .select({
      count: sql<number>`count(*)`,
      pass: sql<number>`coalesce(min(pass) filter (where active and weight > 0), 0)`,
    })
    .from(agents)
    .all()[0]
  if ((known?.count ?? 0) >= AGENTS) throw new Refusal("conflict", `a site has at most ${AGENTS} agents`)
  const id = site.newId()
  site.db
    .insert(agents)
    .values({
      ...fields,
      email: fields.email ?? null,
      daily_capacity: fields.daily_capacity ?? null,
      id,
      created_at: site.now,
      pass: known?.pass ?? 0,
    })
    .run()
  return describeAgent(site, id)
}

/** Changes the fields that are named. Who is not active gets no more leads, and keeps those he has. */
export function updateAgent(site: Site, id: string, patch: AgentPatch): AgentAnswer {
  const { id: row, active, weight } = findAgent(site, id)
  const changed = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined))
  // Whoever comes back goes on with the others, without catching up.
  const pass =
    (patch.active === true && !active) || (patch.weight !== undefined && weight === 0)
      ? { pass: sql`max(pass, coalesce((select min(a.pass) from agents a where a.active and a.weight > 0), 0))` }
      : {}
  if (Object.keys(changed).length > 0)
    site.db
      .update(agents)
      .set({ ...changed, ...pass })
      .where(eq(agents.id, row))
      .run()
  return describeAgent(site, row)
}

/** The agent with this public id; refuses for any other. */
export function findAgent(site: Site, id: string): AgentRow {
  const key = decodeId("agent", id)
  const row = key && site.db.select().from(agents).where(eq(agents.id, key.id)).all()[0]
  if (!row) throw notFound("agent")
  return row
}

/** The row id of an agent that a body names: null for none; refuses one that does not exist. */
export function agentIdOf(site: Site, id: string | null, path: string): number | null {
  if (id === null) return null
  const key = decodeId("agent", id)
  if (!key || site.db.select({ id: agents.id }).from(agents).where(eq(agents.id, key.id)).all().length === 0)
    throw invalid(path, "there is no such agent")
  return key.id
}

/** The public id of an agent, null for none. */
export function agentId(id: number | null): string | null {
  return id === null ? null : encodeId("agent", id)
}

/** One agent in the public shape. */
export function describeAgent(site: Site, id: number): AgentAnswer {
  const found = listAgents(site, id)[0]
  if (!found) throw notFound("agent")
  return found
}

/** Who there is to choose from, by name: those who are active, and `also`. */
export function listAgentNames(site: Site, also?: string | null): { readonly id: string; readonly name: string }[] {
  return site.db
    .select({ id: agents.id, name: agents.name, active: agents.active })
    .from(agents)
    .orderBy(asc(agents.name), asc(agents.id))
    .all()
    .map(({ id, ...agent }) => ({ ...agent, id: encodeId("agent", id) }))
    .filter(({ id, active }) => active || id === also)
}

/** All agents with what they have to do, oldest first. */
export function listAgents(site: Site, only?: number): AgentAnswer[] {
  const { timezone } = readSettings(site)
  const today = dayOf(site.now, timezone)
  const [start, end] = [startOfDay(today, timezone), startOfDay(addDays(today, 1), timezone)]
  return site.db
    .select({
      agent: agents,
      today: sql<number>`(select count(*) from leads l where l.agent_id = agents.id and l.created_at >= ${start} and l.created_at < ${end})`,
      open: sql<number>`(select count(*) from leads l where l.agent_id = agents.id and l.closed_at is null)`,
      overdue: sql<number>`(select count(*) from tasks t where t.agent_id = agents.id and t.done_at is null and t.due_at < ${site.now})`,
    })
    .from(agents)
    .where(only === undefined ? undefined : eq(agents.id, only))
    .orderBy(asc(agents.id))
    .all()
    .map(({ agent, open, overdue, ...counted }) => {
      const { daily_capacity: capacity } = agent
      const got = Math.max(counted.today, agent.day === today ? agent.day_leads : 0)
      const load = capacity ? Math.round((open / capacity) * 1000) / 1000 : null
      return {
        id: encodeId("agent", agent.id),
        name: agent.name,
        email: agent.email,
        skills: agent.skills,
        daily_capacity: capacity,
        weight: agent.weight,
        active: agent.active,
        today: got,
        open,
        load,
        overdue,
        warning: warningOf(capacity, got, open),
        created_at: new Date(agent.created_at).toISOString(),
      }
    })
}

function warningOf(capacity: number | null, today: number, open: number): string | null {
  if (capacity === null) return null
  if (today > capacity) return `got ${today} leads today and can care for ${capacity}`
  return open > capacity ? `has ${open} open leads and can care for ${capacity} a day` : null
}
