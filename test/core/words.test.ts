import { describe, expect, it } from "vitest"
import { report } from "../../server/core/report/report.js"
import { internSource } from "../../server/core/source/source.js"
import { DIMENSIONS, type Dimension, type Metric, ReportQuery } from "../../shared/contract-report.js"
import { HOUR, openSite, START } from "./memory-site.js"

/** What reports are asked for, in the words of marketing and sales, the metric that answers, and its value in the world below. */
const WORDS: readonly (readonly [string, Metric, number | null])[] = [
  ["visits", "visits", 5],
  ["visitors", "visitors", 4],
  ["leases", "leased_visits", 5],
  ["overflow", "overflow_visits", 1],
  ["calls", "calls", 10],
  ["unique callers", "unique_callers", 8],
  ["first-time callers", "first_time_callers", 7],
  ["repeat callers", "repeat_callers", 2],
  ["answered", "answered", 7],
  ["missed", "missed", 3],
  ["missed rate", "missed_rate", 0.3],
  ["wait", "mean_wait_s", 13],
  ["talk", "talk_s", 700],
  ["duration", "duration_s", 830],
  ["qualified", "qualified_calls", 4],
  ["leads", "leads", 8],
  ["qualified leads", "qualified", 4],
  ["MQL", "mql", 4],
  ["SQL", "sql", 3],
  ["quotes", "quotes", 2],
  ["orders", "orders", 4],
  ["tickets", "tickets", 2],
  ["revenue, direct", "revenue", 3900],
  ["revenue, indirect (expected)", "expected_revenue", 1787.5],
  ["revenue, lifetime", "lifetime_revenue", 3900],
  ["margin", "margin", 1950],
  ["cost", "cost", 1600],
  ["cost by kind: ads", "ads_cost", 800],
  ["cost by kind: numbers", "number_cost", 200],
  ["cost by kind: labour", "labour_cost", 600],
  ["cost by kind: marketing", "marketing_cost", 1000],
  ["cost per visit", "cost_per_visit", 320],
  ["cost per call", "cost_per_call", 160],
  ["CPL", "cpl", 200],
  ["cost per qualified lead", "cost_per_qualified", 400],
  ["CPO", "cpo", 400],
  ["CAC", "cac", 1600 / 3],
  ["AOV", "aov", 975],
  ["LTV", "ltv", 1300],
  ["LTV:CAC", "ltv_cac", 1300 / (1600 / 3)],
  ["conversion per stage: visit to call", "call_rate", 2],
  ["conversion per stage: MQL", "mql_rate", 0.5],
  ["conversion per stage: SQL", "sql_rate", 0.75],
  ["conversion per stage: quote", "quote_rate", 2 / 3],
  ["conversion per stage: won", "lead_win_rate", 0.125],
  ["conversion per stage: call to order", "call_order_rate", 0.3],
  ["sales cycle, mean", "sales_cycle_days", 2],
  ["sales cycle, median", "sales_cycle_median_days", 1],
  ["sales cycle, p90", "sales_cycle_p90_days", 3.4],
  ["pipeline value", "pipeline_value", 3000],
  ["retention", "retention_rate", 0.5],
  ["repurchase", "repurchase_rate", 1 / 3],
  ["NPS", "nps", 25],
  ["ROI", "roi", (3900 - 1600) / 1600],
  ["ROMI", "romi", 2.9],
  ["ROAS", "roas", 4.875],
  ["payback", "payback_months", 1600 / ((3900 * (365.25 / 12)) / 30)],
  ["follow-up on time", "follow_up_on_time", 2 / 3],
  ["contact rate", "contact_rate", 0.5],
  ["capacity load", "capacity_load", 2 / 90],
  ["unattributed share", "unattributed_share", 0.2],
  ["mean confidence", "mean_confidence", 0.8],
  ["CPC", "cpc", 8],
  ["CTR", "ctr", 0.05],
]

/** The words of issue and documents for what figures are told by. */
const BY: Readonly<Record<string, Dimension>> = {
  ...{
    channel: "channel",
    "GA4 channel": "ga4_channel",
    "channel family": "family",
    source: "source",
    medium: "medium",
  },
  ...{ campaign: "campaign", term: "term", content: "content", "landing page": "landing_page", offer: "offer" },
  ...{ "referrer host": "referrer_host", country: "country", region: "region", city: "city", device: "device" },
  ...{ "caller region": "caller_region", browser: "browser", os: "os", language: "language", number: "number" },
  ...{ pool: "pool", carrier: "carrier", agent: "agent", stage: "stage", tag: "tag", outcome: "outcome" },
  ...{ "first-time": "first_time", weekday: "weekday", hour: "hour", day: "day", week: "week", month: "month" },
  ...{ quarter: "quarter", segment: "segment" },
}

const DAY = 24 * HOUR

/** One channel's month, made by hand: every figure above can be counted from these rows. */
function world() {
  const { site, sqlite, view } = openSite(3)
  const insert = (table: string, row: Record<string, unknown>) =>
    sqlite
      .prepare(`insert into ${table} (${Object.keys(row).join(", ")}) values (${Object.keys(row).map(() => "?")})`)
      .run(...Object.values(row))
  // Four visitors to three numbers; one whose number nobody shares comes again.
  const seen = [1, 2, 3, 4].map(() => view({ url: "https://shop.example/?utm_source=radio&utm_medium=audio" }))
  view({ url: "https://shop.example/?utm_source=radio&utm_medium=cpc", visitor: seen[2]?.visitor ?? null })
  const source_id = internSource(site(), {
    ...{ channel: "Radio", ga4_channel: "Unassigned", source: "fm", medium: "radio", campaign: "" },
    ...{ term: null, content: null },
  })
  const at = START - 5 * DAY
  const made = { updated_at: START, source_id }
  const calls = Array.from({ length: 10 }, (_, index) => {
    const id = site().newId()
    const answered = index < 7
    insert("calls", {
      ...{
        id,
        carrier: "import",
        call_key: `c${index}`,
        from_kind: "phone",
        started_at: at,
        candidates: "[]",
        ...made,
      },
      // The caller of call 7 rings again in 8, that of 0 in 9.
      ...{ from_e164: `+1312555${1000 + (index === 9 ? 0 : index === 8 ? 7 : index)}`, first_time: index < 7 ? 1 : 0 },
      ...{ status: answered ? "completed" : "missed", answered: answered ? 1 : 0, qualified: index < 4 ? 1 : 0 },
      ...{ talk_s: answered ? 100 : null, duration_s: answered ? 110 : 20, wait_s: answered ? 10 : 20 },
      ...{ state: index < 8 ? "attributed" : "unattributed", method: "static", confidence: index < 8 ? 1 : 0 },
      channel_confidence: 1,
    })
    return id
  })
  sqlite.prepare("delete from stages").run()
  for (const [place, [key, kind, probability]] of (
    [
      ...[["open", "open", 0.1] as const, ["mql", "mql", 0.2] as const, ["sql", "sql", 0.3] as const],
      ...[["quote", "quote", 0.5] as const, ["won", "won", 1] as const, ["lost", "lost", 0] as const],
    ] as const
  ).entries())
    insert("stages", { key, place, name: key, kind, probability })
  const leads = ["open", "open", "open", "mql", "sql", "quote", "won", "lost"].map((stage, index) => {
    const id = site().newId()
    insert("leads", {
      ...{ id, origin: "api", created_at: at, currency: "USD", stage, stage_at: at, ...made },
      ...{ qualified: index >= 3 && index <= 6 ? 1 : 0, contacted_at: index % 2 ? at + HOUR : null },
      ...{ amount: index === 4 ? 100_000 : index === 5 ? 200_000 : null },
    })
    return id
  })
  let count = 0
  const person = (id: number) => insert("people", { id, created_at: at, updated_at: at })
  for (const id of [1, 2, 3, 4]) person(id)
  const order = (amount: number, person_id: number, more: Record<string, unknown>) =>
    insert("orders", {
      ...{ id: site().newId(), external_id: `o${++count}`, at, amount, currency: "USD", site_amount: amount },
      ...{ site_margin: amount / 2, person_id, ...made, ...more },
    })
  order(200_000, 1, { call_id: calls[0], lead_id: leads[4], at: at + DAY })
  order(100_000, 2, { call_id: calls[1], lead_id: leads[5], at: at + DAY / 2 + DAY / 2 })
  order(60_000, 3, { call_id: calls[2], lead_id: leads[6], at: at + 4 * DAY })
  order(30_000, 1, { repeat: 1, at: at + 4.5 * DAY })
  // Two customers of the month before, one of whom is among those above.
  for (const id of [1, 4]) order(0, id, { at: at - 40 * DAY, repeat: 1 })
  for (const solved of [at, null]) insert("tickets", { id: site().newId(), opened_at: at, solved_at: solved, ...made })
  for (const score of [10, 9, 7, 0]) insert("ratings", { id: site().newId(), at, score, source_id })
  for (const done of [at, at, null])
    insert("tasks", {
      ...{ id: site().newId(), lead_id: leads[0], step: "call", due_at: at + HOUR, done_at: done, created_at: at },
    })
  insert("agents", { id: 1, name: "Ann", skills: "[]", daily_capacity: 3, created_at: at })
  for (const id of leads.slice(0, 2)) sqlite.prepare("update leads set agent_id = 1 where id = ?").run(id)
  for (const [kind, amount, clicks] of [
    ["ads", 80_000, 100],
    ["number_rent", 20_000, 0],
    ["labour", 60_000, 0],
  ] as const) {
    const id = site().newId()
    const day = "2026-10-29"
    insert("costs", {
      ...{ id, kind, amount, currency: "USD", site_amount: amount, from_day: day, to_day: day, created_at: at },
      ...made,
    })
    insert("cost_days", { day, cost_id: id, site_amount: amount, clicks, impressions: clicks * 20 })
  }
  return (query: Record<string, string>) =>
    report(site(), ReportQuery.parse({ from: "2026-10-04", to: "2026-11-02", ...query }))
}

describe("the words of reports", () => {
  it("[P33] each has its metric, which is counted as the word is meant", () => {
    const ask = world()
    const { totals } = ask({ metrics: [...new Set(WORDS.map(([, metric]) => metric))].join(",") })
    const wrong = WORDS.filter(([, metric, value]) => {
      const found = totals[metric] ?? null
      return value === null || found === null ? found !== value : Math.abs(found - value) > 1e-9 * Math.max(1, value)
    }).map(([word, metric, value]) => ({ word, metric, value, found: totals[metric] }))
    expect(wrong).toEqual([])
  })

  it("[P33] each of what figures are told by has its dimension, by which calls, leads, orders or costs are known", () => {
    const ask = world()
    for (const dimension of Object.values(BY)) {
      expect(DIMENSIONS).toContain(dimension)
      const { rows } = ask({ metrics: "calls,leads,orders,cost", group_by: dimension })
      expect(rows.some((row) => ["calls", "leads", "orders", "cost"].some((metric) => row[metric] !== null))).toBe(true)
    }
  })
})
