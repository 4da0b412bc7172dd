import type { Flag, RankedRow, RankingAnswer, RankingQuery } from "../../../shared/contract-ranking.js"
import type { Metric } from "../../../shared/contract-report.js"
import type { Site } from "../store/db.js"
import { report } from "./report.js"

const METRICS: readonly Metric[] = ["calls", "orders", "call_order_rate", "revenue", "cost", "profit", "roi", "cpo"]
/** More rows than anybody ranks; the report's own bound. */
const ROWS = 10_000

type Row = Omit<RankedRow, "rank" | "flags">

/**
 * Which values of a dimension are worth their money: a report's rows, best return (ROI) first, with what stands out and where
 * money may be worth moving. Nothing is concluded from fewer calls than the query's minimum.
 */
export function rank(site: Site, { by, minimum, ...asked }: RankingQuery): RankingAnswer {
  const found = report(site, {
    ...asked,
    metrics: [...METRICS],
    group_by: [by],
    bounds: "true",
    limit: ROWS,
  })
  const rows = judge(
    found.rows.map((row) => readRow(row, by)),
    rateOf(found.totals),
    minimum,
  )
  const { warnings } = found
  return { rows: rows.slice(0, asked.limit), hints: hintsOf(rows), totals: found.totals, warnings }
}

/**
 * Ranks and flags rows. `few`: fewer calls than `minimum`, so nothing else is said. `many_calls_few_orders`: at least the
 * median of calls, and an order rate whose whole interval lies below that of all; `few_calls_many_orders`: the reverse.
 * `loss`: it cost more than it earned.
 */
export function judge(rows: readonly Row[], rateOfAll: number | null, minimum: number): RankedRow[] {
  const judged = rows.filter(({ calls }) => (calls ?? 0) >= minimum)
  const middle = median(judged.map(({ calls }) => calls ?? 0))
  const ranked = judged
    .filter(({ roi }) => roi !== null)
    .sort((a, b) => (b.roi ?? 0) - (a.roi ?? 0) || compareValues(a.value, b.value))
  const place = new Map(ranked.map((row, index) => [row, index + 1]))
  return rows
    .map((row) => ({ ...row, rank: place.get(row) ?? null, flags: flagsOf(row, { middle, rateOfAll, minimum }) }))
    .sort(
      (a, b) =>
        (a.rank ?? Number.POSITIVE_INFINITY) - (b.rank ?? Number.POSITIVE_INFINITY) ||
        (b.calls ?? 0) - (a.calls ?? 0) ||
        compareValues(a.value, b.value),
    )
}

/**
 * From the worst ranked row to the best, where the worst has an order rate whose interval lies wholly below that of the best:
 * a difference that chance makes in fewer than one of twenty cases on either side. At most one, because moving money changes
 * both returns, and the next look is at other figures.
 */
export function hintsOf(rows: readonly RankedRow[]): RankingAnswer["hints"] {
  const ranked = rows.filter(({ rank, cost }) => rank !== null && (cost ?? 0) > 0)
  const [best, worst] = [ranked[0], ranked.at(-1)]
  if (!best || !worst || best === worst || best.roi === null || worst.roi === null || best.roi <= worst.roi) return []
  const { call_order_rate_low: low } = best
  const { call_order_rate_high: high } = worst
  if (low === null || high === null || high >= low) return []
  const basis = { roi_from: worst.roi, roi_to: best.roi, calls_from: worst.calls ?? 0, calls_to: best.calls ?? 0 }
  return [{ from: worst.value, to: best.value, basis }]
}

interface Bar {
  readonly middle: number
  readonly rateOfAll: number | null
  readonly minimum: number
}

function flagsOf(row: Row, { middle, rateOfAll, minimum }: Bar): Flag[] {
  const calls = row.calls ?? 0
  if (calls < minimum) return ["few"]
  const flags: Flag[] = []
  const { call_order_rate_low: low, call_order_rate_high: high } = row
  if (rateOfAll !== null && high !== null && calls >= middle && high < rateOfAll) flags.push("many_calls_few_orders")
  if (rateOfAll !== null && low !== null && calls <= middle && low > rateOfAll) flags.push("few_calls_many_orders")
  if ((row.profit ?? 0) < 0 && (row.cost ?? 0) > 0) flags.push("loss")
  return flags
}

function readRow(row: Readonly<Record<string, string | number | null>>, by: string): Row {
  const figure = (name: string) => (typeof row[name] === "number" ? row[name] : null)
  const value = row[by]
  return {
    value: value === null || value === undefined ? null : String(value),
    calls: figure("calls"),
    orders: figure("orders"),
    call_order_rate: figure("call_order_rate"),
    call_order_rate_low: figure("call_order_rate_low"),
    call_order_rate_high: figure("call_order_rate_high"),
    revenue: figure("revenue"),
    cost: figure("cost"),
    profit: figure("profit"),
    roi: figure("roi"),
    cpo: figure("cpo"),
  }
}

function rateOf(totals: Readonly<Record<string, number | null>>): number | null {
  return totals.call_order_rate ?? null
}

/** The middle one, or the mean of the two in the middle; 0 of none. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  const [below = 0, above = 0] = [sorted[sorted.length % 2 === 0 ? half - 1 : half], sorted[half]]
  return (below + above) / 2
}

function compareValues(a: string | null, b: string | null): number {
  return (a ?? "") < (b ?? "") ? -1 : 1
}
