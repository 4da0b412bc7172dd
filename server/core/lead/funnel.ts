import { type SQL, sql } from "drizzle-orm"
import type { FunnelAnswer, FunnelQuery } from "../../../shared/contract-people.js"
import { quantile } from "../report/metric.js"
import { readSettings } from "../site/settings.js"
import { daysOf } from "../site/span.js"
import type { Site } from "../store/db.js"
import { decodeId } from "../store/id.js"
import { wilson } from "../value/interval.js"
import { fromMinor } from "../value/money.js"
import { readStages, type Stage } from "./stage.js"

const DAY_MS = 86_400_000
/** Days that a funnel is of where none are named. */
const DAYS = 90
/** Loss reasons that one answer names: the most frequent. */
const REASONS = 50

type Row = { place: number; closed: number; lost: number; count: number; amount: number }

/**
 * The funnel of the leads that came in some days (a cohort: each is counted by how far it ever came, whenever that was). A
 * lead reached every stage up to the furthest that it was in; where it was lost from is that furthest one.
 */
export function readFunnel(site: Site, query: FunnelQuery): FunnelAnswer {
  const { from, to, tz, start, end } = daysOf(site, query, DAYS)
  const { currency } = readSettings(site)
  const way = readStages(site).filter(({ kind }) => kind !== "lost")
  const cohort = sql`l.created_at >= ${start} and l.created_at < ${end}${narrow(query)}`
  const rows = furthest(site, way, cohort, currency)
  const leads = sum(rows, () => true)
  const stages = way.map((stage, index) => {
    const reached = sum(rows, ({ place }) => place >= index)
    const before = index === 0 ? leads : sum(rows, ({ place }) => place >= index - 1)
    const here = rows.filter(({ place }) => place === index)
    const interval = wilson(reached, before)
    const open = here.filter(({ closed }) => closed === 0)
    return {
      stage: stage.key,
      name: stage.name,
      kind: stage.kind,
      reached,
      open: sum(open, () => true),
      lost: sum(here, ({ lost }) => lost === 1),
      conversion: before === 0 ? null : reached / before,
      conversion_low: interval?.[0] ?? null,
      conversion_high: interval?.[1] ?? null,
      share: leads === 0 ? null : reached / leads,
      open_amount: fromMinor(
        open.reduce((total, { amount }) => total + amount, 0),
        currency,
      ),
    }
  })
  const lost = sum(rows, (row) => row.lost === 1)
  const worst = stages.reduce(
    (most, stage) => (stage.lost > (most?.lost ?? 0) ? stage : most),
    undefined as (typeof stages)[0] | undefined,
  )
  return {
    from,
    to,
    tz,
    leads,
    stages,
    bottleneck: worst ? { stage: worst.stage, lost: worst.lost, share: worst.lost / lost } : null,
    loss_reasons: lossReasons(site, cohort, lost),
    won: sum(rows, (row) => row.closed === 1 && row.lost === 0),
    lost,
    sales_cycle_days: cycleOf(site, cohort),
    currency,
  }
}

/** Leads by the furthest stage that they were in, whether they are closed, and whether they are lost. */
function furthest(site: Site, way: readonly Stage[], cohort: SQL, currency: string): Row[] {
  const places = JSON.stringify(way.map(({ key }) => key))
  return site.db.all<Row>(sql`
    with places as materialized (select value as stage, key as place from json_each(${places}))
    select place, closed, lost, count(*) as count, sum(amount) as amount from (
      select coalesce((select max(p.place) from lead_stages x join places p on p.stage = x.stage where x.lead_id = l.id), 0) as place,
        l.closed_at is not null as closed, coalesce(k.kind = 'lost', 0) as lost,
        case when l.currency = ${currency} then coalesce(l.amount, 0) else 0 end as amount
      from leads l left join stages k on k.key = l.stage left join sources s on s.id = l.source_id where ${cohort}
    ) group by place, closed, lost`)
}

function lossReasons(site: Site, cohort: SQL, lost: number): FunnelAnswer["loss_reasons"] {
  return site.db
    .all<{ reason: string; count: number }>(sql`
      select l.lost_reason as reason, count(*) as count
      from leads l join stages k on k.key = l.stage and k.kind = 'lost' left join sources s on s.id = l.source_id
      where ${cohort} group by l.lost_reason order by count(*) desc, l.lost_reason limit ${sql.raw(String(REASONS))}`)
    .map(({ reason, count }) => ({ reason, count, share: count / lost }))
}

/** Days from the inquiry to the order; quantiles are interpolated (R's type 7). */
function cycleOf(site: Site, cohort: SQL): FunnelAnswer["sales_cycle_days"] {
  const days = site.db
    .all<{ ms: number }>(sql`
      select l.closed_at - l.created_at as ms
      from leads l join stages k on k.key = l.stage and k.kind = 'won' left join sources s on s.id = l.source_id
      where ${cohort} order by ms`)
    .map(({ ms }) => Math.max(0, ms) / DAY_MS)
  if (days.length === 0) return null
  return {
    count: days.length,
    mean: days.reduce((total, one) => total + one, 0) / days.length,
    median: quantile(days, 0.5) ?? 0,
    p90: quantile(days, 0.9) ?? 0,
  }
}

function narrow(query: FunnelQuery): SQL {
  const where: SQL[] = []
  for (const name of ["channel", "source", "medium", "campaign"] as const)
    if (query[name] !== undefined) where.push(sql` and s.${sql.identifier(name)} = ${query[name]}`)
  if (query.agent !== undefined) where.push(sql` and l.agent_id = ${decodeId("agent", query.agent)?.id ?? -1}`)
  if (query.product !== undefined) where.push(sql` and l.product = ${query.product}`)
  return sql.join(where)
}

function sum(rows: readonly Row[], fits: (row: Row) => boolean): number {
  return rows.reduce((total, row) => total + (fits(row) ? row.count : 0), 0)
}
