import type { Metric } from "../../../shared/contract-report.js"
import { type Interval, poisson, wilson } from "../value/interval.js"
import { COST_COUNTS, type Count } from "./fact.js"

/** What was counted in one group: whole numbers, money in minor units. */
export type Counts = Readonly<Record<Count, number>>

/** What a formula needs beside the counts of its group. */
export interface Context {
  /** Days of the query. */
  readonly days: number
  readonly basis: "revenue" | "margin"
  /** The mean order of the query's days over all groups, minor units; null where there is none. */
  readonly order: number | null
  /** Days from lead to order, of each order of the group that came of a lead, ascending. */
  readonly cycles: readonly number[]
}

/** How one metric is made of counts. Null is undefined: a share of nothing, a return on no cost. */
export interface Formula {
  readonly needs: readonly Count[]
  readonly of: (counts: Counts, context: Context) => number | null
  /** Money, in minor units until it is answered. */
  readonly money?: true
  /** The 95 % interval, where the figure is one of chance. */
  readonly interval?: (counts: Counts, context: Context) => Interval | null
}

const COSTS = Object.keys(COST_COUNTS) as (keyof typeof COST_COUNTS)[]
/** What is spent to be found and called; people's pay and whatever else is not. */
const MARKETING: Count[] = ["ads_cost", "number_cost", "content_cost", "agency_cost", "platform_cost"]

const sum = (counts: Counts, names: readonly Count[]) => names.reduce((total, name) => total + counts[name], 0)
const over = (part: number, whole: number) => (whole === 0 ? null : part / whole)
const scaled = (value: number | null, [low, high]: Interval, count: number): Interval | null =>
  value === null || count <= 0 ? null : [(value * low) / count, (value * high) / count]

/** Rows, or what they add up to. */
const total = (name: Count): Formula => ({
  needs: [name],
  of: (counts) => counts[name],
  interval: (counts) => poisson(counts[name]),
})
const amount = (...names: Count[]): Formula => ({ needs: names, of: (counts) => sum(counts, names), money: true })
const plain = (name: Count): Formula => ({ needs: [name], of: (counts) => counts[name] })
/** Part of a whole, both counted, none twice. */
const share = (part: Count, whole: Count): Formula => ({
  needs: [part, whole],
  of: (counts) => over(counts[part], counts[whole]),
  interval: (counts) => wilson(counts[part], counts[whole]),
})
const mean = (sumOf: Count, count: Count, unit = 1): Formula => ({
  needs: [sumOf, count],
  of: (counts) => over(counts[sumOf] / unit, counts[count]),
})
/** What one of something cost; the fewer there were, the less is known. */
const price = (of: readonly Count[], count: Count): Formula => ({
  needs: [...of, count],
  of: (counts) => over(sum(counts, of), counts[count]),
  money: true,
  interval: (counts) => {
    const [low, high] = poisson(counts[count])
    return counts[count] > 0 ? [sum(counts, of) / high, sum(counts, of) / low] : null
  },
})
const perOrder = (revenue: Count, count: Count): Formula => ({
  needs: [revenue, count],
  of: (counts) => over(counts[revenue], counts[count]),
  money: true,
})

const incomeOf = (counts: Counts, { basis }: Context) => counts[basis]
const INCOME: Count[] = ["revenue", "margin", "marginless"]
/** (income - cost) / cost; the interval is that of the number of orders, each as large as the mean one. */
const returnOn = (costs: readonly Count[]): Formula => {
  const of = (income: number, cost: number) => over(income - cost, cost)
  return {
    needs: [...INCOME, "orders", ...costs],
    of: (counts, context) => of(incomeOf(counts, context), sum(counts, costs)),
    interval: (counts, context) => {
      const cost = sum(counts, costs)
      const reach = scaled(incomeOf(counts, context), poisson(counts.orders), counts.orders)
      return reach && cost !== 0 ? [(reach[0] - cost) / cost, (reach[1] - cost) / cost] : null
    },
  }
}

/** The value below which a share of the ascending values lies, by linear interpolation (type 7 of Hyndman, Fan 1996). */
export function quantile(values: readonly number[], part: number): number | null {
  const place = (values.length - 1) * part
  const [low, high] = [values[Math.floor(place)], values[Math.ceil(place)]]
  return low === undefined || high === undefined ? null : low + (high - low) * (place - Math.floor(place))
}

/** Months of a year on average, in days. */
const MONTH_DAYS = 365.25 / 12

/** Every metric's formula. */
export const FORMULAS: Readonly<Record<Metric, Formula>> = {
  visits: total("visits"),
  visitors: total("visitors"),
  new_visitors: total("new_visitors"),
  pages: plain("pages"),
  pages_per_visit: mean("pages", "visits"),
  leased_visits: total("leased_visits"),
  overflow_visits: total("overflow_visits"),
  overflow_rate: share("overflow_visits", "visits"),
  calls: total("calls"),
  unique_callers: total("unique_callers"),
  first_time_callers: total("first_time_callers"),
  repeat_callers: total("repeat_callers"),
  repeat_caller_share: share("repeat_callers", "unique_callers"),
  answered: total("answered"),
  missed: total("missed"),
  missed_rate: share("missed", "calls"),
  attributed: total("attributed"),
  ambiguous: total("ambiguous"),
  unattributed: total("unattributed"),
  unattributed_share: share("unattributed", "calls"),
  mean_confidence: mean("confidence", "calls", 1_000_000),
  duration_s: plain("duration_s"),
  talk_s: plain("talk_s"),
  mean_talk_s: mean("talk_s", "talked"),
  mean_wait_s: mean("wait_s", "waited"),
  qualified_calls: total("qualified_calls"),
  called_back: total("called_back"),
  value: amount("value"),
  call_rate: mean("calls", "visits"),
  leads: total("leads"),
  qualified: total("qualified"),
  qualified_rate: share("qualified", "leads"),
  mql: total("mql"),
  sql: total("sql"),
  quotes: total("quotes"),
  won: total("won"),
  lost: total("lost"),
  mql_rate: share("mql", "leads"),
  sql_rate: share("sql", "mql"),
  quote_rate: share("quotes", "sql"),
  win_rate: {
    needs: ["won", "lost"],
    of: ({ won, lost }) => over(won, won + lost),
    interval: ({ won, lost }) => wilson(won, won + lost),
  },
  lead_win_rate: share("won", "leads"),
  contacted: total("contacted"),
  contact_rate: share("contacted", "leads"),
  mean_contact_s: mean("contact_ms", "contacted", 1000),
  tasks_due: total("tasks_due"),
  tasks_on_time: total("tasks_on_time"),
  follow_up_on_time: share("tasks_on_time", "tasks_due"),
  capacity_load: mean("assigned", "capacity"),
  pipeline_value: amount("pipeline"),
  // Row 0.17: leads x historical conversion x average order value, where a lead does not say itself what it may bring.
  expected_revenue: {
    needs: ["weighted", "unpriced", "orders", "revenue"],
    of: ({ weighted, unpriced }, { order }) =>
      unpriced > 0 && order === null ? null : weighted + (unpriced / 1_000_000) * (order ?? 0),
    money: true,
  },
  orders: total("orders"),
  refunds: total("refunds"),
  revenue: { ...amount("revenue"), needs: ["revenue", "unrated"] },
  margin: { ...amount("margin"), needs: ["margin", "marginless"] },
  aov: perOrder("revenue", "orders"),
  phone_orders: total("phone_orders"),
  phone_revenue: amount("phone_revenue"),
  call_order_rate: share("phone_orders", "calls"),
  lead_order_rate: share("lead_orders", "leads"),
  visit_order_rate: mean("orders", "visits"),
  customers: total("customers"),
  new_customers: total("new_customers"),
  repeat_orders: total("repeat_orders"),
  repeat_revenue: amount("repeat_revenue"),
  phone_repeat_revenue: amount("phone_repeat_revenue"),
  repurchase_rate: share("repurchased", "acquired"),
  // (customers at the end - new ones) / customers at the start: of those who bought in the days before, who bought again.
  retention_rate: share("retained", "former"),
  lifetime_revenue: amount("lifetime"),
  ltv: perOrder("lifetime", "acquired"),
  ltv_cac: {
    needs: ["lifetime", "acquired", "new_customers", ...COSTS],
    of: (counts) => {
      const cac = over(sum(counts, COSTS), counts.new_customers)
      const ltv = over(counts.lifetime, counts.acquired)
      return cac === null || ltv === null ? null : over(ltv, cac)
    },
  },
  sales_cycle_days: {
    needs: ["cycles"],
    of: (_, { cycles }) =>
      over(
        cycles.reduce((days, one) => days + one, 0),
        cycles.length,
      ),
  },
  sales_cycle_median_days: { needs: ["cycles"], of: (_, { cycles }) => quantile(cycles, 0.5) },
  sales_cycle_p90_days: { needs: ["cycles"], of: (_, { cycles }) => quantile(cycles, 0.9) },
  tickets: total("tickets"),
  tickets_solved: total("tickets_solved"),
  ratings: total("ratings"),
  nps: {
    needs: ["promoters", "detractors", "ratings"],
    of: ({ promoters, detractors, ratings }) => over(100 * (promoters - detractors), ratings),
  },
  cost: amount(...COSTS),
  ads_cost: amount("ads_cost"),
  number_cost: amount("number_cost"),
  content_cost: amount("content_cost"),
  agency_cost: amount("agency_cost"),
  labour_cost: amount("labour_cost"),
  platform_cost: amount("platform_cost"),
  other_cost: amount("other_cost"),
  marketing_cost: amount(...MARKETING),
  impressions: plain("impressions"),
  clicks: plain("clicks"),
  ctr: share("clicks", "impressions"),
  cpc: { ...price(["ads_cost"], "clicks") },
  cost_per_visit: price(COSTS, "visits"),
  cost_per_call: price(COSTS, "calls"),
  cpl: price(COSTS, "leads"),
  cost_per_qualified: price(COSTS, "qualified"),
  cost_per_qualified_call: price(COSTS, "qualified_calls"),
  cpo: price(COSTS, "orders"),
  cac: price(COSTS, "new_customers"),
  profit: {
    needs: [...INCOME, ...COSTS],
    of: (counts, context) => incomeOf(counts, context) - sum(counts, COSTS),
    money: true,
  },
  roi: returnOn(COSTS),
  romi: returnOn(MARKETING),
  // Revenue of the channels that ads were paid for, and nothing but what the ads cost.
  roas: {
    needs: ["ads_revenue", "ads_cost"],
    of: ({ ads_revenue, ads_cost }) => over(ads_revenue, ads_cost),
  },
  payback_months: {
    needs: [...INCOME, ...COSTS],
    of: (counts, context) => {
      const cost = sum(counts, COSTS)
      const monthly = (incomeOf(counts, context) * MONTH_DAYS) / context.days
      return cost === 0 || monthly <= 0 ? null : cost / monthly
    },
  },
}
