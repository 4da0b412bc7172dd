import { eq } from "drizzle-orm"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { importCalls, updateCall } from "../../server/core/call.js"
import { encodeId } from "../../server/core/id.js"
import { report } from "../../server/core/report.js"
import { settle } from "../../server/core/rollup.js"
import { calls, leadStages, leads, orders, stages, visits } from "../../server/core/schema.js"
import { updateSite } from "../../server/core/settings.js"
import { DIMENSIONS, ReportQuery } from "../../shared/contract-report.js"
import { DAY, HOUR, openSite } from "./memory-site.js"

const ZONES = ["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"] as const
const STEPS = [
  ...["visit", "visit", "page", "back", "call", "status", "spam", "correct", "lead", "stage", "order", "refund"],
  ...["rewrite", "unvisit", "uncall", "unlead", "unorder", "wait", "settle", "settle", "zone", "meaning"],
] as const
type Step = (typeof STEPS)[number]

/** A site to which anything may happen, in any order; `draw` chooses among what is there. */
function open() {
  const host = openSite(2)
  const { db, site } = host
  for (const [place, kind] of ["open", "mql", "sql", "quote", "won", "lost"].entries())
    db.insert(stages)
      .values({ key: kind, place, name: kind, kind, probability: place / 5 } as never)
      .onConflictDoNothing()
      .run()
  let made = 0
  const pages = [
    "?utm_source=google&utm_medium=cpc&utm_campaign=a",
    "",
    "b?utm_source=news&utm_medium=email",
    "?gclid=1",
  ]
  const ids = (table: typeof visits | typeof calls | typeof leads | typeof orders) =>
    db
      .select({ id: table.id })
      .from(table)
      .all()
      .map(({ id }) => id)
  const pick = <T>(from: readonly T[], draw: number) => from[draw % Math.max(1, from.length)]
  const one = <T>(from: readonly T[], draw: number, use: (item: T) => void) => {
    const item = pick(from, draw)
    if (item !== undefined) use(item)
  }
  const visit = (id: number | undefined) =>
    db
      .select()
      .from(visits)
      .where(eq(visits.id, id ?? -1))
      .all()[0]
  const publicVisit = (id: number) => encodeId("vis", id, visit(id)?.secret)
  const call = (draw: number, external_id: string) =>
    importCalls(
      site(),
      [
        {
          external_id,
          to: pick([...host.numbers, "+13125550199"], draw) ?? "",
          from: `+1312555${1000 + (draw % 4)}`,
          started_at: new Date(host.now() - (draw % 3) * HOUR).toISOString(),
          status: pick(["completed", "missed", "busy"] as const, draw) ?? "missed",
          talk_s: draw % 90,
        },
      ],
      () => "",
    )
  const order = (draw: number, amount: number) => {
    const row = visit(pick(ids(visits), draw))
    const id = site().newId()
    const linked = {
      visit_id: row?.id ?? null,
      visitor_id: row ? (row.visitor_id ?? row.id) : null,
      source_id: row?.source_id ?? null,
    }
    const plain = { id, external_id: `o${++made}`, at: host.now() - (draw % 60) * DAY, amount, currency: "USD" }
    db.insert(orders)
      .values({ ...plain, ...linked, site_amount: amount, repeat: draw % 2 === 0, updated_at: host.now() })
      .run()
  }
  const change: Record<Step, (draw: number) => void> = {
    visit: (draw) =>
      void host.view({ url: `https://shop.example/${pick(pages, draw)}`, country: pick(["DE", "US"], draw) ?? "" }),
    page: (draw) => one(ids(visits), draw, (id) => void host.view({ visit: publicVisit(id) })),
    back: (draw) =>
      one(ids(visits), draw, (id) => {
        const first = visit(visit(id)?.visitor_id ?? id)
        if (first) host.view({ visitor: encodeId("vtr", first.id, first.secret) })
      }),
    call: (draw) => void call(draw, `c${++made}`),
    status: (draw) => void call(draw, `c${1 + (draw % Math.max(1, made))}`),
    spam: (draw) =>
      one(
        ids(calls),
        draw,
        (id) => void updateCall(site(), encodeId("call", id), { spam: draw % 2 === 0, value: draw }),
      ),
    correct: (draw) =>
      one(ids(calls), draw, (id) =>
        one(
          ids(visits),
          draw,
          (to) => void updateCall(site(), encodeId("call", id), { visit: draw % 5 === 0 ? null : publicVisit(to) }),
        ),
      ),
    lead: (draw) => {
      const row = visit(pick(ids(visits), draw))
      const plain = { id: site().newId(), origin: "api", created_at: host.now(), currency: "USD", stage: "open" }
      const linked = { visit_id: row?.id ?? null, source_id: row?.source_id ?? null, amount: draw % 3 ? draw : null }
      db.insert(leads)
        .values({ ...plain, ...linked, stage_at: host.now(), updated_at: host.now() })
        .run()
    },
    stage: (draw) =>
      one(ids(leads), draw, (id) => {
        const stage = pick(["open", "mql", "sql", "quote", "won", "lost"], draw) ?? "open"
        db.insert(leadStages)
          .values({ lead_id: id, id: site().newId(), stage, from_stage: "", at: host.now(), reason: "" })
          .run()
        db.update(leads)
          .set({ stage, qualified: draw % 2 === 0 })
          .where(eq(leads.id, id))
          .run()
      }),
    order: (draw) => order(draw, draw),
    refund: (draw) => order(draw, -draw - 1),
    rewrite: (draw) =>
      one(
        ids(orders),
        draw,
        (id) =>
          void db
            .update(orders)
            .set({
              site_amount: draw % 7 === 0 ? null : draw,
              repeat: draw % 2 === 0,
              at: host.now() - (draw % 9) * DAY,
            })
            .where(eq(orders.id, id))
            .run(),
      ),
    unvisit: (draw) => one(ids(visits), draw, (id) => void db.delete(visits).where(eq(visits.id, id)).run()),
    uncall: (draw) => one(ids(calls), draw, (id) => void db.delete(calls).where(eq(calls.id, id)).run()),
    unlead: (draw) => one(ids(leads), draw, (id) => void db.delete(leads).where(eq(leads.id, id)).run()),
    unorder: (draw) => one(ids(orders), draw, (id) => void db.delete(orders).where(eq(orders.id, id)).run()),
    wait: (draw) => host.advance((1 + (draw % 40)) * HOUR),
    settle: (draw) => void settle(site(), { rows: 1 + (draw % 7), least: 1, youngMs: 0 }),
    zone: (draw) => (draw % 5 === 0 ? void updateSite(site(), { timezone: pick(ZONES, draw) ?? "UTC" }) : undefined),
    meaning: (draw) =>
      draw % 4 === 0 ? void db.update(stages).set({ probability: 0.3 }).where(eq(stages.key, "mql")).run() : undefined,
  }
  const ask = (query: Record<string, string>) => report(site(), ReportQuery.parse({ ...query, limit: 10_000 }))
  /** The same answer from the rows alone. */
  const recount = (query: Record<string, string>) => {
    const kept = host.sqlite.prepare("select fact, watermark from rollup_state").all() as {
      fact: string
      watermark: number
    }[]
    host.sqlite.exec("update rollup_state set watermark = 0")
    const answer = ask(query)
    const put = host.sqlite.prepare("update rollup_state set watermark = ? where fact = ?")
    for (const { fact, watermark } of kept) put.run(watermark, fact)
    return answer
  }
  return { ...host, change, ask, recount, order }
}

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
          const site = open()
          for (const [step, choice] of steps) site.change[step](choice)
          const metrics = METRICS_SUMMED
          const values = DIMENSIONS.filter((dimension) => !["day", "week", "month", "quarter"].includes(dimension))
          const groups = [
            ...["", "day", "weekday,hour,channel", "family,term", "quarter,source,campaign"],
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

  it("[ROLL2] hold nothing that is gone: with all rows deleted every sum is nought", () => {
    const site = open()
    for (let draw = 0; draw < 30; draw++)
      for (const step of ["visit", "call", "lead", "order", "wait"] as const) site.change[step](draw)
    site.order(1, -5)
    while (settle(site.site(), { rows: 50, least: 1, youngMs: 0 }) > 0);
    const sums = () =>
      ["visit", "call", "lead", "order"].flatMap((table) => {
        const count = table === "order" ? "abs(orders) + abs(refunds) + abs(revenue)" : `abs(${table}s)`
        return site.sqlite.prepare(`select sum(${count}) from ${table}_sums`).pluck().all() as number[]
      })
    expect(Math.min(...sums())).toBeGreaterThan(0)
    for (const table of ["visits", "calls", "leads", "orders"]) site.sqlite.exec(`delete from ${table}`)
    while (settle(site.site(), { rows: 50, least: 1, youngMs: 0 }) > 0);
    expect(sums()).toEqual([0, 0, 0, 0])
    const kept = ["visit", "call", "lead", "order"].map((table) =>
      site.sqlite.prepare(`select count(*) from ${table}_before`).pluck().get(),
    )
    expect(kept).toEqual([0, 0, 0, 0])
  })

  it("[ROLL3] leave few and young rows alone, and are made anew in another zone", () => {
    const site = open()
    for (let draw = 0; draw < 10; draw++) site.change.visit(draw)
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
    const site = open()
    for (let draw = 0; draw < 10; draw++) site.change.visit(draw)
    site.advance(DAY)
    settle(site.site(), { least: 1, youngMs: 0 })
    const query = { metrics: "visits,visitors", group_by: "channel", from: "2026-11-01", to: "2026-11-05" }
    expect(site.ask(query).totals.visitors).toBe(10)
    site.sqlite.exec("update visit_sums set visits = visits * 100000")
    const { rows, totals, warnings } = site.ask(query)
    expect(totals).toEqual({ visits: 1_000_000, visitors: null })
    expect(rows.every(({ visits, visitors }) => Number(visits) > 0 && visitors === null)).toBe(true)
    expect(warnings.join()).toMatch(/visitors: more than 500,000 rows/)
    expect(site.ask({ ...query, group_by: "channel,device" }).warnings.join()).toMatch(/visits, visitors: more than/)
  })
})
