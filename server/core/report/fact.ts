import { type Dimension, TIME_DIMENSIONS } from "../../../shared/contract-report.js"

// What reports count: one view of migrations/site/0020_rollups.sql a fact, and what each of its rows adds to each count. All
// counts are whole numbers (money in minor units, a confidence in millionths), so that sums are exact in any order.

/** What a source tells, and the campaign that it names. */
export const SOURCE: readonly Dimension[] = [
  ...["channel", "ga4_channel", "family", "source", "medium", "campaign", "term", "content"],
  ...["purpose", "segment", "offer", "experiment", "variant"],
] as Dimension[]
/** What a visit tells beside its source. */
export const VISIT: readonly Dimension[] = [
  ...["landing_page", "referrer_host", "country", "region", "city", "device", "browser", "os", "language"],
] as Dimension[]
const CALENDAR: readonly Dimension[] = ["day", "week", "month", "quarter", "weekday"]

/** One kind of thing that happens. */
export interface Fact {
  readonly view: string
  /** What `key` of the view is: an id that grows with time, a moment in ms, or a day of the site's zone. */
  readonly key: "id" | "time" | "day"
  /** Rows that do not satisfy it are not counted. */
  readonly where?: string
  /** What the days before are counted for: those of the same number that end where the query's begin. */
  readonly earlier?: true
  readonly dimensions: readonly Dimension[]
  /** What one row adds. */
  readonly counts: Readonly<Record<string, string>>
  /** What is counted once, however many rows have it. */
  readonly distinct?: Readonly<Record<string, string>>
}

const MISSED = "('missed', 'abandoned', 'busy', 'failed', 'voicemail')"
const OPEN = "coalesce(f.kind, 'open') not in ('won', 'lost')"
const PRICED = "f.amount is not null and f.currency = (select currency from site)"
const costOf = (...kinds: string[]) =>
  `case when f.cost_kind in (${kinds.map((kind) => `'${kind}'`).join(", ")}) then f.site_amount else 0 end`
const KNOWN_COSTS = ["ads", "number_rent", "number_fee", "content", "agency", "labour", "training", "platform"]

/** What a cost row adds; `server/core/value/allocation.ts` shares out those that belong to no channel. */
export const COST_COUNTS = {
  ads_cost: costOf("ads"),
  number_cost: costOf("number_rent", "number_fee"),
  content_cost: costOf("content"),
  agency_cost: costOf("agency"),
  labour_cost: costOf("labour", "training"),
  platform_cost: costOf("platform"),
  other_cost: `case when f.cost_kind in (${KNOWN_COSTS.map((kind) => `'${kind}'`).join(", ")}) then 0 else f.site_amount end`,
} as const

const ORDERS = {
  view: "order_details",
  key: "time",
  dimensions: [
    ...SOURCE,
    ...VISIT,
    // Of the call that the order came by.
    ...(["number", "pool", "carrier", "caller_region", "outcome", "tag", "topic"] as const),
    ...(["first_time", "agent"] as const),
    ...TIME_DIMENSIONS,
  ],
} as const

/** Every fact, by its name. */
export const FACTS = {
  visits: {
    view: "visit_facts",
    key: "id",
    dimensions: [...SOURCE, ...VISIT, "first_time", ...TIME_DIMENSIONS],
    counts: {
      visits: "1",
      new_visitors: "f.first_time",
      pages: "f.pages",
      leased_visits: "f.leased",
      overflow_visits: "f.overflowed",
    },
    distinct: { visitors: "f.visitor" },
  },
  calls: {
    view: "call_facts",
    key: "time",
    where: "f.spam = 0",
    dimensions: [
      ...SOURCE,
      ...VISIT,
      ...(["number", "pool", "carrier", "caller_region", "status", "state", "method", "outcome", "tag"] as const),
      ...(["topic", "agent", "first_time"] as const),
      ...TIME_DIMENSIONS,
    ],
    counts: {
      calls: "1",
      first_time_callers: "f.first_time",
      answered: "f.answered",
      missed: `f.status in ${MISSED}`,
      attributed: "f.state = 'attributed'",
      ambiguous: "f.state = 'ambiguous'",
      unattributed: "f.state = 'unattributed'",
      confidence: "cast(round(f.confidence * 1000000) as integer)",
      duration_s: "coalesce(f.duration_s, 0)",
      talk_s: "coalesce(f.talk_s, 0)",
      talked: "f.talk_s is not null",
      wait_s: "coalesce(f.wait_s, 0)",
      waited: "f.wait_s is not null",
      qualified_calls: "f.qualified",
      called_back: "f.called_back",
      value: "coalesce(f.value, 0)",
    },
    distinct: {
      unique_callers: "f.caller",
      repeat_callers: "case when f.first_time = 0 then f.caller end",
    },
  },
  leads: {
    view: "lead_facts",
    key: "time",
    dimensions: [
      ...SOURCE,
      ...VISIT,
      ...(["number", "agent", "stage", "grade", "origin", "arm", "lost_reason", "product"] as const),
      ...TIME_DIMENSIONS,
    ],
    counts: {
      leads: "1",
      qualified: "f.qualified",
      mql: "f.reached >= 1",
      sql: "f.reached >= 2",
      quotes: "f.reached >= 3",
      won: "coalesce(f.kind = 'won', 0)",
      lost: "coalesce(f.kind = 'lost', 0)",
      contacted: "f.contacted",
      contact_ms: "coalesce(f.contact_ms, 0)",
      assigned: "f.agent_id is not null",
      pipeline: `case when ${OPEN} and ${PRICED} then f.amount else 0 end`,
      weighted: `case when ${OPEN} and ${PRICED} then cast(round(f.amount * coalesce(f.probability, 0)) as integer) else 0 end`,
      unpriced: `case when ${OPEN} and f.amount is null then cast(round(coalesce(f.probability, 0) * 1000000) as integer) else 0 end`,
      foreign_leads: `${OPEN} and f.amount is not null and not (${PRICED})`,
    },
  },
  orders: {
    ...ORDERS,
    counts: {
      orders: "not f.refund",
      refunds: "f.refund",
      revenue: "coalesce(f.site_amount, 0)",
      margin: "coalesce(f.site_margin, 0)",
      marginless: "f.site_amount is not null and f.site_margin is null",
      unrated: "f.unrated",
      phone_orders: "f.refund = 0 and f.call_id is not null",
      phone_revenue: "case when f.call_id is not null then coalesce(f.site_amount, 0) else 0 end",
      phone_repeat_revenue:
        "case when f.call_id is not null and f.first_time = 0 then coalesce(f.site_amount, 0) else 0 end",
      lead_orders: "f.refund = 0 and f.lead_id is not null",
      new_customers: "f.first_time and not f.refund",
      repeat_orders: "f.first_time = 0 and not f.refund",
      repeat_revenue: "case when f.first_time = 0 then coalesce(f.site_amount, 0) else 0 end",
    },
    distinct: { customers: "case when f.refund = 0 then f.customer end" },
  },
  /** Revenue of the channels that had ad costs in the same days. */
  ads: {
    ...ORDERS,
    where: "f.channel in (select value from json_each({{ads}}))",
    counts: { ads_revenue: "coalesce(f.site_amount, 0)" },
  },
  /** First orders, with all that the same person bought to this day. */
  firsts: {
    ...ORDERS,
    where: "f.first_time and not f.refund",
    counts: {
      acquired: "1",
      lifetime:
        "coalesce((select sum(coalesce(o.site_amount, 0)) from orders o where o.person_id = f.person_id), f.site_amount, 0)",
      repurchased: "exists (select 1 from orders o where o.person_id = f.person_id and o.repeat = 1 and o.amount >= 0)",
    },
  },
  /** Customers of the days before, and which of them bought again in the query's. */
  former: {
    ...ORDERS,
    where: "not f.refund",
    earlier: true,
    dimensions: ORDERS.dimensions.filter((dimension) => !(TIME_DIMENSIONS as readonly string[]).includes(dimension)),
    counts: {},
    distinct: {
      former: "f.customer",
      retained:
        "case when exists (select 1 from orders o where o.person_id = f.person_id and o.amount >= 0 and o.at >= {{start}} and o.at < {{end}}) then f.customer end",
    },
  },
  tickets: {
    view: "ticket_facts",
    key: "time",
    dimensions: [...SOURCE, ...VISIT, "agent", ...TIME_DIMENSIONS],
    counts: { tickets: "1", tickets_solved: "f.solved" },
  },
  ratings: {
    view: "rating_facts",
    key: "time",
    dimensions: [...SOURCE, "agent", ...TIME_DIMENSIONS],
    counts: { ratings: "1", promoters: "f.score >= 9", detractors: "f.score <= 6" },
  },
  tasks: {
    view: "task_facts",
    key: "time",
    dimensions: [...SOURCE, "agent", ...TIME_DIMENSIONS],
    counts: { tasks_due: "1", tasks_on_time: "f.on_time" },
  },
  costs: {
    view: "cost_facts",
    key: "day",
    dimensions: [...SOURCE, "number", "cost_kind", ...CALENDAR],
    counts: {
      ...COST_COUNTS,
      clicks: "f.clicks",
      impressions: "f.impressions",
      ads_days: "f.cost_kind = 'ads' and f.site_amount <> 0",
    },
  },
} as const satisfies Record<string, Fact>
export type FactName = keyof typeof FACTS

type Keys<T> = T extends unknown ? Extract<keyof T, string> : never
type All = (typeof FACTS)[FactName]
/** Everything that is counted or reckoned of rows. `capacity` is what the agents could have taken on, `cycles` is asked for days from lead to order. */
export type Count = Keys<All["counts"]> | Keys<Extract<All, { distinct: unknown }>["distinct"]> | "capacity" | "cycles"
