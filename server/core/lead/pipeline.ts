import { type SQL, sql } from "drizzle-orm"
import type { PipelineAnswer, PipelineQuery } from "../../../shared/contract-people.js"
import { readSettings } from "../site/settings.js"
import type { Site } from "../store/db.js"
import { decodeId } from "../store/id.js"
import { countOutcome, type Outcome, valueOutcome } from "../value/chance.js"
import { wilson } from "../value/interval.js"
import { fromMinor } from "../value/money.js"
import { isClosed, readStages } from "./stage.js"

const DAY_MS = 86_400_000
/** Open leads with amounts that are looked at one by one; of more the largest, the rest by their mean. */
const LEADS = 5000
/** Closed leads below which a rate says little. */
const FEW = 20

const METHOD =
  "Each open lead is won with its stage's probability, independently. Orders: exact Poisson-binomial quantiles; amounts: the amounts' convolution on a grid of 2,048 points; both by the normal law beyond 2,000 leads. Leads without an amount bring none."

type Open = { stage: string; leads: number; amount: number; without: number; foreign: number }

/**
 * What the open leads may come to: the pipeline by the stages' probabilities as a range, and beside it what a lead is worth
 * by history (its conversion times the average order), which is no cash and added to none.
 */
export function forecastPipeline(site: Site, query: PipelineQuery): PipelineAnswer {
  const { currency } = readSettings(site)
  const money = (minor: number) => fromMinor(Math.round(minor), currency)
  const range = ({ expected, low, high }: Outcome) => ({
    expected: money(expected),
    low: money(low),
    high: money(high),
  })
  const narrowed = narrow(query)
  const rows = openLeads(site, currency, narrowed)
  const way = readStages(site).filter((stage) => !isClosed(stage))
  const probability = new Map(way.map((stage) => [stage.key, stage.probability]))
  const amounts = site.db
    .all<{ stage: string; amount: number }>(sql`
      select l.stage as stage, l.amount as amount from leads l left join sources s on s.id = l.source_id
      where l.closed_at is null and l.amount > 0 and l.currency = ${currency} ${narrowed}
      order by l.amount desc limit ${sql.raw(String(LEADS))}`)
    .map(({ stage, amount }) => ({ probability: probability.get(stage) ?? 0, value: amount }))
  const counts = rows.flatMap(({ stage, leads }) =>
    Array<number>(Math.min(leads, 100_000)).fill(probability.get(stage) ?? 0),
  )
  const open = rows.reduce((sum, { leads }) => sum + leads, 0)
  const orders = countOutcome(counts, query.level)
  const foreign = rows.reduce((sum, row) => sum + row.foreign, 0)
  const since = site.now - query.days * DAY_MS
  const history = historyOf(site, since, narrowed, open, money)
  return {
    currency,
    method: METHOD,
    level: query.level,
    open_leads: open,
    pipeline_amount: money(rows.reduce((sum, { amount }) => sum + amount, 0)),
    orders,
    amount: range(valueOutcome(amounts, query.level)),
    stages: way.map(({ key, probability: share }) => {
      const row = rows.find(({ stage }) => stage === key)
      return {
        stage: key,
        probability: share,
        leads: row?.leads ?? 0,
        amount: money(row?.amount ?? 0),
        without_amount: row?.without ?? 0,
        expected_orders: (row?.leads ?? 0) * share,
        expected_amount: money((row?.amount ?? 0) * share),
      }
    }),
    ...history,
    warnings: [
      ...(foreign > 0
        ? [`${foreign} open leads are in another currency than ${currency} and are not in the amounts`]
        : []),
      ...(amounts.length === LEADS ? [`only the ${LEADS} largest amounts are in the range`] : []),
      ...(history.indirect.closed < FEW
        ? [`the conversion is of ${history.indirect.closed} closed leads: see its interval`]
        : []),
    ],
  }
}

function openLeads(site: Site, currency: string, narrowed: SQL): Open[] {
  return site.db.all<Open>(sql`
    select l.stage as stage, count(*) as leads,
      sum(case when l.currency = ${currency} then coalesce(l.amount, 0) else 0 end) as amount,
      count(*) filter (where l.amount is null) as without,
      count(*) filter (where l.amount is not null and l.currency <> ${currency}) as "foreign"
    from leads l left join sources s on s.id = l.source_id where l.closed_at is null ${narrowed} group by l.stage`)
}

/** The conversion of leads that were closed since, the average order since, and what they make of the open leads. */
function historyOf(
  site: Site,
  since: number,
  narrowed: SQL,
  open: number,
  money: (minor: number) => number,
): Pick<PipelineAnswer, "indirect" | "revenue"> {
  const { won = 0, closed = 0 } =
    site.db.all<{ won: number; closed: number }>(sql`
      select count(*) filter (where k.kind = 'won') as won, count(*) as closed
      from leads l join stages k on k.key = l.stage left join sources s on s.id = l.source_id
      where l.closed_at >= ${since} and k.kind in ('won', 'lost') ${narrowed}`)[0] ?? {}
  const {
    orders = 0,
    amount = 0,
    revenue = 0,
  } = site.db.all<{ orders: number; amount: number; revenue: number }>(sql`
      select count(*) filter (where l.site_amount > 0) as orders,
        coalesce(sum(l.site_amount) filter (where l.site_amount > 0), 0) as amount, coalesce(sum(l.site_amount), 0) as revenue
      from orders l left join sources s on s.id = l.source_id
      where l.at >= ${since} and l.at <= ${site.now} and l.site_amount is not null ${narrowed}`)[0] ?? {}
  const conversion = closed === 0 ? null : won / closed
  const interval = wilson(won, closed)
  const average = orders === 0 ? null : amount / orders
  const worth = (share: number | null | undefined, leads: number) =>
    share === null || share === undefined || average === null ? null : money(share * average * leads)
  return {
    indirect: {
      conversion,
      conversion_low: interval?.[0] ?? null,
      conversion_high: interval?.[1] ?? null,
      won,
      closed,
      average_order: average === null ? null : money(average),
      orders,
      value_per_lead: worth(conversion, 1),
      open_leads_value: worth(conversion, open),
      low: worth(interval?.[0], open),
      high: worth(interval?.[1], open),
    },
    revenue: money(revenue),
  }
}

function narrow({ channel, agent }: PipelineQuery): SQL {
  const where: SQL[] = []
  if (channel !== undefined) where.push(sql` and s.channel = ${channel}`)
  if (agent !== undefined) where.push(sql` and l.agent_id = ${decodeId("agent", agent)?.id ?? -1}`)
  return sql.join(where)
}
