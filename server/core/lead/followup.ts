import { sql } from "drizzle-orm"
import type {
  FollowupAnswer,
  FollowupQuery,
  PerformanceAnswer,
  PerformanceQuery,
} from "../../../shared/contract-leads.js"
import { ReportQuery } from "../../../shared/contract-report.js"
import { quantile } from "../report/metric.js"
import { report } from "../report/report.js"
import { readSettings } from "../site/settings.js"
import { type DaySpan, daysOf } from "../site/span.js"
import type { Site } from "../store/db.js"
import { decodeId } from "../store/id.js"
import { wilson } from "../value/interval.js"
import { fromMinor, toMinor } from "../value/money.js"
import { agentId } from "./agent.js"

/** Days that are looked at where none are named. */
const DAYS = 30
/** Leads below which a conversion is told with a warning. */
const FEW = 20

type Counted = {
  agent: number | null
  leads: number
  attempts: number
  contacted: number
  due: number
  on_time: number
  overdue: number
}

/**
 * How leads were followed up: how many were reached and how soon, and how much of what was due in these days was done by
 * then. Leads are those that came in these days, tasks those that were due in them.
 */
export function readFollowup(site: Site, query: FollowupQuery): FollowupAnswer {
  const { from, to, tz, start, end } = daysOf(site, query, DAYS)
  const only = query.agent === undefined ? sql`` : sql` and agent_id = ${decodeId("agent", query.agent)?.id ?? -1}`
  const counted = site.db.all<Counted>(sql`
    select agent, sum(leads) as leads, sum(attempts) as attempts, sum(contacted) as contacted, sum(due) as due,
      sum(on_time) as on_time, sum(overdue) as overdue from (
      select agent_id as agent, count(*) as leads,
        sum((select count(*) from attempts a where a.lead_id = leads.id)) as attempts,
        count(contacted_at) as contacted, 0 as due, 0 as on_time, 0 as overdue
      from leads where created_at >= ${start} and created_at < ${end}${only} group by agent_id
      union all
      select agent_id, 0, 0, 0, count(*) filter (where due_at < ${site.now} or done_at is not null),
        count(*) filter (where done_at <= due_at), count(*) filter (where done_at is null and due_at < ${site.now})
      from tasks where due_at >= ${start} and due_at < ${end} and result <> 'cancelled'${only} group by agent_id
    ) group by agent order by agent`)
  const waits = site.db.all<{ agent: number | null; ms: number }>(sql`
    select agent_id as agent, contacted_at - created_at as ms from leads
    where created_at >= ${start} and created_at < ${end} and contacted_at is not null
      and not (origin = 'call' and contacted_at - created_at < 3600000 and exists (
        select 1 from calls c where c.id = leads.call_id and c.answered and coalesce(c.answered_at, c.started_at) = leads.contacted_at))${only}
    order by ms`)
  const row = (agent: number | null, of: readonly Counted[], ms: readonly number[]) => {
    const total = (name: Exclude<keyof Counted, "agent">) => of.reduce((sum, one) => sum + one[name], 0)
    return {
      agent: agentId(agent),
      leads: total("leads"),
      attempts: total("attempts"),
      contacted: total("contacted"),
      contact_rate: ratio(total("contacted"), total("leads")),
      time_to_contact: spreadOf(ms),
      tasks_due: total("due"),
      tasks_on_time: total("on_time"),
      on_time_rate: ratio(total("on_time"), total("due")),
      overdue: total("overdue"),
    }
  }
  return {
    from,
    to,
    tz,
    total: row(
      query.agent === undefined ? null : (decodeId("agent", query.agent)?.id ?? null),
      counted,
      waits.map(({ ms }) => ms),
    ),
    agents: counted.map((one) =>
      row(
        one.agent,
        [one],
        waits.filter(({ agent }) => agent === one.agent).map(({ ms }) => ms),
      ),
    ),
  }
}

type Result = {
  agent: number | null
  name: string | null
  arm: string | null
  leads: number
  contacted: number
  qualified: number
  won: number
  lost: number
  won_amount: number
  revenue: number
}

/**
 * What became of the leads that came in some days, by who cares for them and by which way they were given, and what that
 * returned: a lead cost what the leads of its channel cost in these days, and brought what was bought by it to this day.
 */
export function readPerformance(site: Site, query: PerformanceQuery): PerformanceAnswer {
  const { from, to, tz, start, end } = daysOf(site, query, DAYS)
  const { currency } = readSettings(site)
  const byAgent = query.by !== "arm"
  const byArm = query.by !== "agent"
  const rows = site.db.all<Result>(sql`
    select ${byAgent ? sql`l.agent_id` : sql`null`} as agent, ${byAgent ? sql`a.name` : sql`null`} as name,
      ${byArm ? sql`l.arm` : sql`null`} as arm, count(*) as leads, count(l.contacted_at) as contacted,
      sum(l.qualified) as qualified, count(*) filter (where k.kind = 'won') as won, count(*) filter (where k.kind = 'lost') as lost,
      coalesce(sum(l.amount) filter (where k.kind = 'won' and l.currency = ${currency}), 0) as won_amount,
      coalesce(sum((select sum(o.site_amount) from orders o where o.lead_id = l.id)), 0) as revenue
    from leads l left join stages k on k.key = l.stage left join agents a on a.id = l.agent_id
    where l.created_at >= ${start} and l.created_at < ${end}
    group by 1, 3 order by leads desc, 1, 3 limit 1000`)
  const costs = costsOf(site, { from, to, tz, start, end }, byAgent, byArm)
  const talks = byAgent && !byArm ? talksOf(site, start, end) : new Map<number | null, Talks>()
  return {
    from,
    to,
    tz,
    data: rows.map(({ agent, won_amount, revenue, ...row }) => {
      const interval = wilson(row.won, row.leads)
      const cost = costs.get(keyOf(agent, row.arm)) ?? 0
      return {
        ...row,
        agent: agentId(agent),
        open: row.leads - row.won - row.lost,
        conversion: ratio(row.won, row.leads),
        conversion_low: interval?.[0] ?? null,
        conversion_high: interval?.[1] ?? null,
        won_amount: fromMinor(won_amount, currency),
        revenue: fromMinor(revenue, currency),
        cost: fromMinor(Math.round(cost), currency),
        roi: cost === 0 ? null : (revenue - cost) / cost,
        calls: talks.get(agent)?.calls ?? 0,
        mean_score: talks.get(agent)?.mean_score ?? null,
      }
    }),
    currency,
    warnings: rows.some(({ leads }) => leads < FEW)
      ? [`some rows are of fewer than ${FEW} leads: their intervals say how little that is`]
      : [],
  }
}

function keyOf(agent: number | null, arm: string | null): string {
  return `${agent ?? ""} ${arm ?? ""}`
}

/** What the leads of each row cost, minor units: each as much as the leads of its channel did on average in these days. */
function costsOf(
  site: Site,
  { from, to, tz, start, end }: DaySpan,
  byAgent: boolean,
  byArm: boolean,
): Map<string, number> {
  const { currency } = readSettings(site)
  const { rows } = report(site, ReportQuery.parse({ metrics: "cost,leads", group_by: "channel", from, to, tz }))
  const prices = new Map(
    rows.map(({ channel, cost, leads }) => [
      channel ?? "",
      leads ? toMinor(cost ?? 0, currency, "cost") / Number(leads) : 0,
    ]),
  )
  const given = site.db.all<{ agent: number | null; arm: string | null; channel: string; leads: number }>(sql`
    select ${byAgent ? sql`l.agent_id` : sql`null`} as agent, ${byArm ? sql`l.arm` : sql`null`} as arm,
      coalesce(s.channel, '') as channel, count(*) as leads
    from leads l left join sources s on s.id = l.source_id
    where l.created_at >= ${start} and l.created_at < ${end} group by 1, 2, 3`)
  const costs = new Map<string, number>()
  for (const { agent, arm, channel, leads } of given) {
    const key = keyOf(agent, arm)
    costs.set(key, (costs.get(key) ?? 0) + leads * (prices.get(channel) ?? 0))
  }
  return costs
}

interface Talks {
  readonly agent: number | null
  readonly calls: number
  readonly mean_score: number | null
}

/** Calls that each agent took, and how well by their scores. */
function talksOf(site: Site, start: number, end: number): Map<number | null, Talks> {
  const found = site.db.all<Talks>(sql`
    select agent_id as agent, count(*) as calls, avg(score) as mean_score from calls
    where started_at >= ${start} and started_at < ${end} and agent_id is not null and spam = 0 group by agent_id`)
  return new Map(found.map((talks) => [talks.agent, talks]))
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}

function spreadOf(sorted: readonly number[]): FollowupAnswer["total"]["time_to_contact"] {
  if (sorted.length === 0) return null
  const seconds = (ms: number | null) => Math.round(Math.max(0, ms ?? 0) / 100) / 10
  return {
    count: sorted.length,
    mean_s: seconds(sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length),
    median_s: seconds(quantile(sorted, 0.5)),
    p90_s: seconds(quantile(sorted, 0.9)),
  }
}
