import { eq, sql } from "drizzle-orm"
import { dayOf } from "../../../shared/calendar.js"
import type { Arm } from "../../../shared/contract-leads.js"
import { agents } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import type { AgentRow } from "./agent.js"
import { readLeadSettings } from "./lead-settings.js"

const statements = prepareOnce((db: Db) => ({
  active: db
    .select()
    .from(agents)
    .where(sql`${agents.active} = 1 and coalesce(${agents.daily_capacity}, 1) > 0`)
    .prepare(),
  note: db
    .update(agents)
    .set({
      last_lead: sql`${sql.placeholder("lead")}`,
      pass: sql`pass + case when ${sql.placeholder("turn")} then 1.0 / max(weight, 0.001) else 0 end`,
      day_leads: sql`case when day = ${sql.placeholder("day")} then day_leads + 1 else 1 end`,
      day: sql`${sql.placeholder("day")}`,
    })
    .where(eq(agents.id, sql.placeholder("id")))
    .prepare(),
}))

/** Whom a lead goes to, and by which way of distribution. */
export interface Assignment {
  readonly agent_id: number
  readonly arm: Arm
}

/**
 * Whom a new lead goes to; undefined where leads wait for a hand, or nobody is there. Of several ways of distribution each
 * gets its share of leads, by lot. Whoever has had as many leads today as he can care for is passed over while somebody
 * else has not. `words` are what skills are compared with.
 */
export function assignLead(site: Site, lead: number, words: readonly string[]): Assignment | undefined {
  const { arms } = readLeadSettings(site).assignment
  const arm = drawArm(arms, lead)
  if (arm === undefined) return undefined
  const today = dayOf(site.now, readSettings(site).timezone)
  const active = statements(site).active.all()
  const rested = active.filter((agent) => agent.daily_capacity === null || hadOn(agent, today) < agent.daily_capacity)
  const agent =
    rested.length > 0
      ? pick(arm, rested, today, words)
      : least(active, (one) => hadOn(one, today) / (one.daily_capacity ?? 1))
  if (!agent) return undefined
  noteAssigned(site, agent.id, lead, arm === "weighted")
  return { agent_id: agent.id, arm }
}

/** Counts a lead for the agent who got it, today; a weighted `turn` moves him back in the turn. */
export function noteAssigned(site: Site, agent: number, lead: number, turn = false): void {
  const day = dayOf(site.now, readSettings(site).timezone)
  statements(site).note.run({ id: agent, lead, day, turn: turn ? 1 : 0 })
}

function pick(arm: Arm, active: readonly AgentRow[], today: string, words: readonly string[]): AgentRow | undefined {
  const next = (of: readonly AgentRow[]) => least(of, (agent) => agent.last_lead)
  if (arm === "weighted") {
    const willing = active.filter(({ weight }) => weight > 0)
    // Stride scheduling (Waldspurger and Weihl, 1995): whoever is furthest behind his weight is next.
    return least(willing, ({ pass, weight }) => pass + 1 / weight) ?? next(active)
  }
  if (arm === "round_robin") return next(active)
  const known = new Set(words.map(fold))
  const matches = (agent: AgentRow) => agent.skills.filter((skill) => known.has(fold(skill))).length
  const most = Math.max(0, ...active.map(matches))
  const able = active.filter((agent) => matches(agent) === most)
  return most === 0 ? next(active) : least(able, (agent) => hadOn(agent, today) * 1e16 + agent.last_lead)
}

function drawArm(arms: readonly { arm: Arm; share: number }[], lead: number): Arm | undefined {
  const whole = arms.reduce((sum, { share }) => sum + share, 0)
  let lot = drawLot(lead) * whole
  for (const { arm, share } of arms) {
    if (lot < share) return arm
    lot -= share
  }
  return arms.at(-1)?.arm
}

/** A number from 0 to 1 out of an id, so that the same lead draws the same lot again (murmur3's 32-bit finalizer). */
function drawLot(id: number): number {
  let bits = (id % 2 ** 32) ^ Math.floor(id / 2 ** 32)
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32
}

function hadOn(agent: AgentRow, today: string): number {
  return agent.day === today ? agent.day_leads : 0
}

function least(of: readonly AgentRow[], measure: (agent: AgentRow) => number): AgentRow | undefined {
  let best: AgentRow | undefined
  let value = Number.POSITIVE_INFINITY
  for (const agent of of) {
    const measured = measure(agent)
    if (measured < value || (measured === value && best !== undefined && agent.id < best.id)) {
      best = agent
      value = measured
    }
  }
  return best
}

function fold(text: string): string {
  return text.normalize("NFKC").trim().toLowerCase()
}
