import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { updateCall } from "../../server/core/call/call.js"
import { settle } from "../../server/core/report/rollup.js"
import { updateSite } from "../../server/core/site/settings.js"
import { encodeId } from "../../server/core/store/id.js"
import { DIMENSIONS } from "../../shared/contract-report.js"
import { DAY } from "./memory-site.js"
import { openWorld, PEOPLE, STEPS, ZONES } from "./world.js"

/** Metrics that need every count that is summed ahead. */
const METRICS_SUMMED = [
  ...["visits", "new_visitors", "pages", "leased_visits", "overflow_visits", "calls", "first_time_callers", "answered"],
  ...[
    "missed",
    "attributed",
    "ambiguous",
    "unattributed",
    "mean_confidence",
    "duration_s",
    "mean_talk_s",
    "mean_wait_s",
  ],
  ...["value", "qualified_calls", "called_back", "leads", "qualified", "mql", "sql", "quotes", "won", "lost"],
  ...[
    "mean_contact_s",
    "pipeline_value",
    "expected_revenue",
    "orders",
    "refunds",
    "revenue",
    "margin",
    "phone_revenue",
  ],
  ...[
    "phone_repeat_revenue",
    "lead_order_rate",
    "new_customers",
    "repeat_orders",
    "repeat_revenue",
    "roas",
    "visitors",
    "cost",
    "ads_cost",
    "number_cost",
    "labour_cost",
    "other_cost",
    "clicks",
    "impressions",
    "roi",
  ],
].join(",")

const SPANS = [
  { from: "2026-08-01", to: "2026-12-31" },
  { from: "2026-10-20", to: "2026-11-13" },
  { from: "2026-11-02", to: "2026-11-03" },
]

describe("rollups", () => {
  it("[G10] [ROLL1] answer what the rows do, after anything that may happen to visits, calls, leads and orders", () => {
    const happening = fc.array(fc.tuple(fc.constantFrom(...STEPS), fc.nat(1000)), { minLength: 5, maxLength: 60 })
    fc.assert(
      fc.property(
        happening,
        fc.constantFrom(...ZONES),
        fc.constantFrom(...SPANS),
        fc.nat(),
        (steps, tz, days, draw) => {
          const site = openWorld()
          for (const [step, choice] of steps) site.happen(step, choice)
          const metrics = METRICS_SUMMED
          const values = DIMENSIONS.filter((dimension) => !["day", "week", "month", "quarter"].includes(dimension))
          const groups = [
            ...[
              "",
              "day",
              "weekday,hour,channel",
              "family,term",
              "quarter,source,campaign",
              "month,channel",
              "cost_kind",
            ],
            ...[values[draw % values.length] ?? "", `month,${values[(draw + 7) % values.length]}`],
          ]
          for (const group_by of groups)
            for (const more of [{}, { tz, channel: "Paid Search" }]) {
              const query = { metrics, group_by, ...days, ...more }
              const [found, wanted] = [site.ask(query), site.recount(query)]
              expect(found.rows).toEqual(wanted.rows)
              expect(found.totals).toEqual(wanted.totals)
            }
        },
      ),
      { numRuns: 12, endOnFailure: true },
    )
  })

  it("[ROLL1] answer by every dimension, and filter by it, as the rows do", () => {
    const site = openWorld()
    for (let draw = 0; draw < 40; draw++)
      for (const step of ["visit", "back", "call", "inquiry", "lead", "order", "refund", "cost", "wait"] as const)
        site.happen(step, draw * 7)
    site.view({ url: "https://shop.example/", referrer: "https://www.example.org/links?of=plumbers" })
    site.advance(2 * DAY)
    site.happen("settleAll", 0)
    for (const dimension of DIMENSIONS) {
      const query = { metrics: METRICS_SUMMED, group_by: dimension, from: "2026-08-01", to: "2027-12-31" }
      const wanted = site.recount(query)
      expect([dimension, site.ask(query).rows]).toEqual([dimension, wanted.rows])
      for (const row of wanted.rows) {
        const value = row[dimension]
        if (typeof value !== "string" || /^(day|week|month|quarter|weekday|hour)$/.test(dimension)) continue
        const filtered = { ...query, group_by: "month", [dimension]: value }
        expect([dimension, value, site.ask(filtered).rows]).toEqual([dimension, value, site.recount(filtered).rows])
      }
    }
  })

  it("[G10] [ROLL5] credit what they would by touches read anew, after anything that may happen to people and their calls", () => {
    const happening = fc.array(fc.tuple(fc.constantFrom(...PEOPLE), fc.nat(1000)), { minLength: 20, maxLength: 90 })
    const MONEY = "calls,leads,orders,revenue,lifetime_revenue,roas"
    fc.assert(
      fc.property(happening, fc.constantFrom(...SPANS), fc.constantFrom(1, 3, 90), (steps, days, lookback) => {
        const site = openWorld()
        for (const [step, choice] of steps) site.happen(step, choice)
        for (const model of ["linear", "time_decay"]) {
          const query = { metrics: MONEY, group_by: "channel,campaign", ...days, model, lookback: String(lookback) }
          const [found, wanted] = [site.ask(query), site.recount(query)]
          expect([model, found.rows]).toEqual([model, wanted.rows])
          expect(found.totals).toEqual(wanted.totals)
        }
      }),
      { numRuns: 20, endOnFailure: true },
    )
  })

  it("[ROLL2] hold nothing that is gone: with all rows deleted every sum is nought", () => {
    const site = openWorld()
    for (let draw = 0; draw < 30; draw++)
      for (const step of ["visit", "call", "lead", "order", "wait"] as const) site.happen(step, draw)
    site.order(1, -5)
    while (settle(site.site(), { rows: 50, least: 1, youngMs: 0 }) > 0);
    const sums = () => site.sqlite.prepare("select distinct fact from sums order by fact").pluck().all()
    expect(sums()).toEqual(["calls", "leads", "orders", "visits"])
    for (const table of ["visits", "calls", "leads", "orders"]) site.sqlite.exec(`delete from ${table}`)
    while (settle(site.site(), { rows: 50, least: 1, youngMs: 0 }) > 0);
    expect(sums()).toEqual([])
    const kept = ["visit", "call", "lead", "order"].map((table) =>
      site.sqlite.prepare(`select count(*) from ${table}_before`).pluck().get(),
    )
    expect(kept).toEqual([0, 0, 0, 0])
    expect(site.items()).toEqual([])
  })

  it("[ROLL7] keep no text that no row has any more, whatever happened to rows", () => {
    const happening = fc.array(fc.tuple(fc.constantFrom(...STEPS), fc.nat(1000)), { minLength: 20, maxLength: 80 })
    fc.assert(
      fc.property(happening, (steps) => {
        const site = openWorld()
        for (const [step, choice] of steps) site.happen(step, choice)
        site.happen("settleAll", 0)
        expect(site.items()).toEqual(site.itemsAnew())
      }),
      { numRuns: 40, endOnFailure: true },
    )
  })

  it("[ROLL7] forget a text when its last row has another, and only then", () => {
    const site = openWorld()
    for (let draw = 0; draw < 2; draw++) site.happen("call", draw)
    site.advance(40 * DAY)
    site.happen("call", 3)
    site.advance(DAY)
    site.happen("settleAll", 0)
    const outcomes = () => site.items().filter((item) => String(item).startsWith("outcome "))
    const ids = site.sqlite.prepare("select id from calls order by id").pluck().all() as number[]
    const tell = (place: number, outcome: string) => {
      updateCall(site.site(), encodeId("call", ids[place] ?? 0), { outcome })
      site.happen("settleAll", 0)
      return outcomes()
    }
    expect(tell(0, "Mr Smith wants a boiler")).toContain("outcome Mr Smith wants a boiler")
    expect(tell(2, "Mr Smith wants a boiler")).toContain("outcome Mr Smith wants a boiler")
    expect(tell(0, "sold")).toContain("outcome Mr Smith wants a boiler")
    expect(tell(2, "sold")).not.toContain("outcome Mr Smith wants a boiler")
    expect(outcomes()).toContain("outcome sold")
  })

  it("[ROLL3] leave few and young rows alone, and are made anew in another zone", () => {
    const site = openWorld()
    for (let draw = 0; draw < 10; draw++) site.happen("visit", draw)
    settle(site.site())
    const watermark = () =>
      site.sqlite.prepare("select watermark from rollup_state where fact = 'visits'").pluck().get()
    expect(watermark()).toBeUndefined()
    site.advance(30 * DAY)
    expect(settle(site.site(), { least: 10 })).toBe(10)
    expect(watermark()).toBeGreaterThan(0)
    updateSite(site.site(), { timezone: "Asia/Kolkata" })
    const query = { metrics: "visits", interval: "day", from: "2026-11-01", to: "2026-11-05" }
    expect(site.ask(query)).toEqual(site.recount(query))
    expect(settle(site.site(), { least: 10 })).toBe(10)
    expect(site.sqlite.prepare("select distinct zone || unit from rollup_state").pluck().all()).toEqual([
      "Asia/Kolkata900000",
    ])
    expect(site.ask(query)).toEqual(site.recount(query))
  })

  it("[ROLL4] answers null and says so where too many rows would have to be read one by one", () => {
    const site = openWorld()
    for (let draw = 0; draw < 10; draw++) site.happen("visit", draw)
    site.advance(DAY)
    settle(site.site(), { least: 1, youngMs: 0 })
    const query = { metrics: "visits,visitors", group_by: "channel", from: "2026-11-01", to: "2026-11-05" }
    expect(site.ask(query).totals.visitors).toBe(10)
    site.multiply(100_000)
    const { rows, totals, warnings } = site.ask(query)
    expect(totals).toEqual({ visits: 1_000_000, visitors: null })
    expect(rows.every(({ visits, visitors }) => Number(visits) > 0 && visitors === null)).toBe(true)
    expect(warnings.join()).toMatch(/visitors: more than 500,000 rows/)
    expect(site.ask({ ...query, group_by: "channel,device" }).warnings.join()).toMatch(/visits, visitors: more than/)
  })
})
