import { describe, expect, it } from "vitest"
import { addNumbers } from "../../server/core/number/number.js"
import { report } from "../../server/core/report/report.js"
import { internSource } from "../../server/core/source/source.js"
import { decodeId } from "../../server/core/store/id.js"
import { toMinor } from "../../server/core/value/money.js"
import { METRICS, MODELS, ReportQuery } from "../../shared/contract-report.js"
import { HOUR, openSite, START } from "./memory-site.js"

const pickRate = ({ call_order_rate }: { call_order_rate: number }) => ({ call_order_rate })

/** A site and what else a report counts, written straight into its tables. */
function open() {
  const site = openSite(3)
  return { ...site, ...moneyOf(site) }
}

function moneyOf({ site, sqlite }: ReturnType<typeof openSite>) {
  const insert = (table: string, row: Record<string, unknown>) => {
    const names = Object.keys(row)
    sqlite
      .prepare(`insert into ${table} (${names.join(", ")}) values (${names.map(() => "?").join(", ")})`)
      .run(...Object.values(row))
  }
  let made = 0
  const source = (channel: string, campaign = "") =>
    internSource(site(), {
      ...{ channel, ga4_channel: "Unassigned", source: channel.toLowerCase(), medium: "" },
      ...{ campaign, term: null, content: null },
    })
  return {
    insert,
    source,
    ask: (query: Record<string, string>) => report(site(), ReportQuery.parse(query)),
    cost: (kind: string, amount: string, source_id: number, day = "2026-11-02") => {
      const id = site().newId()
      const site_amount = toMinor(amount, "USD", "amount")
      const row = { id, kind, amount: site_amount, currency: "USD", site_amount, from_day: day, to_day: day, source_id }
      insert("costs", { ...row, created_at: START, updated_at: START })
      insert("cost_days", { day, cost_id: id, site_amount })
    },
    order: (amount: string, row: Record<string, unknown> = {}) => {
      const id = site().newId()
      const minor = toMinor(amount, "USD", "amount")
      const plain = { id, external_id: `o${++made}`, at: START, amount: minor, currency: "USD", site_amount: minor }
      insert("orders", { ...plain, updated_at: START, ...row })
      return id
    },
    lead: (row: Record<string, unknown> = {}) => {
      const id = site().newId()
      const plain = { id, origin: "api", created_at: START, currency: "USD", stage: "open", stage_at: START }
      insert("leads", { ...plain, updated_at: START, ...row })
      return id
    },
    call: (source_id: number | null, row: Record<string, unknown> = {}) => {
      const id = site().newId()
      const plain = { id, carrier: "import", call_key: `c${++made}`, from_kind: "number", status: "completed" }
      const rest = { answered: 1, started_at: START, state: "attributed", method: "static", confidence: 1 }
      const last = { channel_confidence: 1, candidates: "[]", updated_at: START, source_id }
      insert("calls", { ...plain, ...rest, ...last, ...row })
      return id
    },
  }
}

describe("the report of money", () => {
  it("[P16] [0.19] [0.20] gives the figures of the worked example, and returns on ads alone apart from them", () => {
    const site = open()
    const baidu = site.source("Paid Search")
    site.cost("ads", "5000", baidu)
    site.cost("number_rent", "100", baidu)
    site.cost("labour", "500", baidu)
    const calls = Array.from({ length: 80 }, () => site.call(baidu))
    for (const call of calls.slice(0, 5)) site.order("30000", { call_id: call, source_id: baidu })
    // Somebody who came of himself buys, too: no ad earned that.
    site.order("1000", { source_id: site.source("Direct") })
    const metrics = "calls,orders,revenue,cost,ads_cost,roi,romi,roas,cost_per_call,cac,cpo,aov,call_order_rate,profit"
    const { rows, totals } = site.ask({ metrics, group_by: "channel", sort: "-calls" })
    expect(rows[0]).toMatchObject({
      ...{ channel: "Paid Search", calls: 80, orders: 5, revenue: 150_000, cost: 5600, ads_cost: 5000 },
      ...{ roas: 30, cost_per_call: 70, cac: 1120, cpo: 1120, aov: 30_000, call_order_rate: 0.0625, profit: 144_400 },
    })
    expect(Number(rows[0]?.roi) * 100).toBeCloseTo(2578.5714285714, 9)
    expect(Number(rows[0]?.romi)).toBeCloseTo((150_000 - 5100) / 5100, 12)
    expect(rows[1]).toMatchObject({
      channel: "Direct",
      cost: 0,
      roi: null,
      romi: null,
      roas: null,
      cac: 0,
      profit: 1000,
    })
    expect(totals).toMatchObject({ revenue: 151_000, roas: 30, orders: 6 })
  })

  it("[P16] leaves undefined what is divided by nothing, for every metric", () => {
    const { totals } = open().ask({ metrics: METRICS.join(",") })
    for (const [metric, value] of Object.entries(totals))
      expect([metric, [null, 0].includes(value)]).toEqual([metric, true])
    for (const metric of ["roi", "romi", "roas", "cac", "cpl", "aov", "missed_rate", "nps", "ltv", "retention_rate"])
      expect(totals[metric]).toBeNull()
  })

  it("[P17] answers null and warns where a metric is not known by a dimension, and counts it in the totals", () => {
    const site = open()
    site.view()
    site.cost("ads", "10", site.source("Direct"))
    const { rows, totals, warnings } = site.ask({ metrics: "visits,cost", group_by: "device" })
    expect(rows).toEqual([{ device: "desktop", visits: 1, cost: null }])
    expect(totals).toEqual({ visits: 1, cost: 10 })
    expect(warnings[0]).toMatch(/^cost: not known by these dimensions/)
    expect(site.ask({ metrics: "cost", device: "mobile" }).totals.cost).toBeNull()
  })

  it("[P16] [2.13] warns of kinds of cost that nobody entered, and of orders without a rate", () => {
    const site = open()
    site.cost("ads", "10", site.source("Radio"))
    site.order("5", { currency: "KWD", site_amount: null })
    const { totals, warnings } = site.ask({ metrics: "roi,revenue" })
    expect(totals.revenue).toBe(0)
    expect(warnings.join("\n")).toMatch(
      /1 orders in another currency.*\n.*no costs of telephone numbers, content, labour/,
    )
  })

  it("[P16] [2.2] [2.3] [2.4] counts stages, cycle, customers who came back, and answers to how likely they recommend", () => {
    const site = open()
    for (const [place, [key, kind, probability]] of Object.entries([
      ["open", "open", 0.1],
      ["mql", "mql", 0.2],
      ["sql", "sql", 0.4],
      ["quote", "quote", 0.5],
      ["won", "won", 1],
      ["lost", "lost", 0],
    ]))
      site.sqlite
        .prepare("insert or replace into stages values (?, ?, ?, ?, ?)")
        .run(key, place, key, kind, probability)
    const radio = site.source("Radio")
    site.lead({ source_id: radio, amount: 10_000 })
    site.lead({ source_id: radio, stage: "sql", qualified: 1, contacted_at: START + 60_000, person_id: 1 })
    const won = site.lead({ source_id: radio, stage: "won", qualified: 1, created_at: START - 3 * HOUR, person_id: 2 })
    const lost = site.lead({ source_id: radio, stage: "lost", lost_reason: "price" })
    for (const [id, stage] of ["open", "mql", "sql", "quote"].entries())
      site.insert("lead_stages", { lead_id: lost, id, stage, from_stage: "", at: START, reason: "" })
    site.order("100", { source_id: radio, lead_id: won, person_id: 2, at: START + 21 * HOUR })
    site.order("50", { source_id: radio, person_id: 2, repeat: 1, at: START + 22 * HOUR })
    site.order("-20", { source_id: radio, person_id: 2, at: START + 23 * HOUR })
    for (const score of [10, 9, 7, 3]) site.insert("ratings", { id: score, at: START, score, source_id: radio })
    const { rows } = site.ask({ metrics: METRICS.join(","), group_by: "channel", from: "2026-11-01", to: "2026-11-05" })
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      ...{ channel: "Radio", leads: 4, qualified: 2, mql: 3, sql: 3, quotes: 2, won: 1, lost: 1, win_rate: 0.5 },
      ...{ sql_rate: 1, quote_rate: 2 / 3, contacted: 1, contact_rate: 0.25, mean_contact_s: 60, pipeline_value: 100 },
      ...{ orders: 2, refunds: 1, revenue: 130, aov: 65, new_customers: 1, repeat_orders: 1, repeat_revenue: 50 },
      ...{
        customers: 1,
        repurchase_rate: 1,
        lifetime_revenue: 130,
        ltv: 130,
        sales_cycle_days: 1,
        nps: 25,
        ratings: 4,
      },
      // 100 at 0.1, and a lead that says no amount at 0.4 of the mean order of 65.
      expected_revenue: 10 + 0.4 * 65,
    })
    expect(
      site.ask({ metrics: "lost", group_by: "lost_reason", from: "2026-11-01", to: "2026-11-05" }).rows[0],
    ).toEqual({
      lost_reason: "price",
      lost: 1,
    })
  })

  it("[P30] [0.1] tells orders and returns by what their calls tell: the number, the caller's region, the topic", () => {
    const { site, ask, call, cost, order, source, sqlite } = open()
    const radio = source("Radio")
    const asked = { e164: "+13125550150", kind: "static", source: { channel: "Radio", source: "radio" } } as const
    const number = decodeId("num", addNumbers(site(), [asked], String)[0]?.id ?? "")?.id
    const rung = { to_e164: "+13125550150", number_id: number, caller_region: "US-NY", topics: '["price"]' }
    const calls = [1, 2, 3, 4].map(() => call(radio, rung))
    call(radio, { to_e164: "+13125550151", caller_region: "US-CA" })
    order("300", { call_id: calls[0], source_id: radio })
    order("100", { source_id: radio })
    cost("number_rent", "100", radio)
    sqlite.prepare("update costs set number_id = ?").run(number)
    const metrics = "calls,orders,revenue,cost,profit,roi,call_order_rate"
    const { rows, totals } = ask({ metrics, group_by: "number", number: "+13125550150" })
    const own = { calls: 4, orders: 1, revenue: 300, cost: 100, profit: 200, roi: 2, call_order_rate: 0.25 }
    expect([rows, totals]).toEqual([[{ number: "+13125550150", ...own }], own])
    const rate = { metrics: "call_order_rate" }
    expect(ask({ ...rate, group_by: "caller_region", caller_region: "US-NY" }).rows).toMatchObject([own].map(pickRate))
    expect(ask({ ...rate, topic: "price" }).totals).toEqual(pickRate(own))
    expect(ask({ metrics: "revenue", group_by: "caller_region" }).totals).toEqual({ revenue: 400 })
  })

  it("[P18] [2.8] compares with the span before, a year ago or days that are named, day beside day", () => {
    const site = open()
    const [radio, tv] = [site.source("Radio"), site.source("TV")]
    const day = 24 * HOUR
    for (let n = 0; n < 3; n++) site.call(radio, { started_at: START })
    for (let n = 0; n < 2; n++) site.call(radio, { started_at: START - day })
    site.call(tv, { started_at: START - day })
    site.call(tv, { started_at: Date.UTC(2025, 10, 2, 12) })
    const days = { from: "2026-11-02", to: "2026-11-02", metrics: "calls" }
    expect(site.ask({ ...days, group_by: "channel", compare: "previous" }).rows).toEqual([
      { channel: "Radio", calls: 3, calls_before: 2, calls_change: 0.5 },
      { channel: "TV", calls: null, calls_before: 1, calls_change: null },
    ])
    expect(site.ask({ ...days, compare: "year" }).totals).toEqual({ calls: 3, calls_before: 1, calls_change: 2 })
    const named = site.ask({ ...days, from: "2026-11-01", interval: "day", compare: "2026-10-31..2026-11-01" })
    expect(named.rows).toEqual([
      { day: "2026-11-01", calls: 3, calls_before: null, calls_change: null },
      { day: "2026-11-02", calls: 3, calls_before: 3, calls_change: 0 },
    ])
    expect(named.query).toMatchObject({ compared_from: "2026-10-31", compared_to: "2026-11-01" })
  })

  it("[P19] [2.15] gives intervals beside counts, rates and returns of few", () => {
    const site = open()
    const radio = site.source("Radio")
    site.cost("ads", "100", radio)
    for (let n = 0; n < 4; n++)
      site.call(radio, { status: n === 0 ? "missed" : "completed", answered: n === 0 ? 0 : 1 })
    site.order("500", { source_id: radio })
    const { totals } = site.ask({ metrics: "calls,missed_rate,roi", bounds: "true" })
    // Wilson for 1 of 4: 0.0456 to 0.6994; exact Poisson limits for 4 are 1.09 and 10.24, for 1 0.0253 and 5.57.
    expect(totals.missed_rate_low).toBeCloseTo(0.0456, 3)
    expect(totals.missed_rate_high).toBeCloseTo(0.6994, 3)
    expect(totals.calls_low).toBeCloseTo(1.09, 1)
    expect(totals.calls_high).toBeCloseTo(10.24, 1)
    expect(totals.roi_low).toBeLessThan(-0.85)
    expect(totals.roi_high).toBeCloseTo((5.57 * 500 - 100) / 100, 0)
  })

  it.each(MODELS.filter((model) => model !== "own"))(
    "[MODEL2] [MODEL5] [0.16] credits all calls, orders and their money to the visits before them, by %s",
    (model) => {
      const site = open()
      const visitors: (string | null)[] = []
      const pages = [
        "?utm_source=google&utm_medium=cpc&utm_campaign=a",
        "",
        "?utm_source=news&utm_medium=email",
        "?gclid=1",
      ]
      for (let step = 0; step < 24; step++) {
        const { visitor } = site.view({
          url: `https://shop.example/${pages[step % 4]}`,
          visitor: step % 3 > 0 ? (visitors[step - 1] ?? null) : null,
        })
        visitors.push(visitor)
        site.advance(2 * HOUR)
      }
      const rows = site.sqlite.prepare("select id, visitor_id, source_id from visits").all() as Record<string, number>[]
      for (const visit of rows.filter((_, index) => index % 4 !== 1)) {
        const who = { visitor_id: visit.visitor_id ?? visit.id, visit_id: visit.id, source_id: visit.source_id ?? null }
        const call_id = site.call(who.source_id, { ...who, started_at: site.now() })
        site.order("70.01", { ...who, call_id, at: site.now() })
      }
      site.order("33", { source_id: site.source("Radio"), at: site.now() })
      const query = { metrics: "visits,calls,orders,revenue", from: "2026-11-01", to: "2026-11-09" }
      const own = site.ask(query).totals
      for (const group_by of ["channel", "channel,campaign", "device", "landing_page", "day,channel"]) {
        const found = site.ask({ ...query, model, group_by })
        expect(found.totals).toMatchObject({ visits: own.visits ?? 0 })
        for (const metric of ["visits", "calls", "orders", "revenue"]) {
          const sum = found.rows.reduce((total, row) => total + Number(row[metric]), 0)
          expect([metric, Math.abs(sum - (own[metric] ?? Number.NaN)) < 1e-9 * Number(own[metric])]).toEqual([
            metric,
            true,
          ])
        }
      }
      expect(site.ask({ ...query, model, group_by: "channel" }).rows.map(({ channel }) => channel)).toContain("Email")
      const own2 = site.ask({ metrics: "calls", group_by: "state", model }).rows
      expect(own2.every(({ calls }) => calls === null)).toBe(true)
    },
  )
})
