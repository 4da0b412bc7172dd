import { describe, expect, it } from "vitest"
import { importCalls } from "../../server/core/call/call.js"
import { saveLeads } from "../../server/core/lead/lead.js"
import { updateRetention } from "../../server/core/person/retention.js"
import { report } from "../../server/core/report/report.js"
import { settle } from "../../server/core/report/rollup.js"
import { sweep } from "../../server/core/sweep.js"
import { ReportQuery } from "../../shared/contract-report.js"
import { DAY, openSite } from "./memory-site.js"

const [ANN, BOB] = ["+13125550199", "+13125550198"]

function open() {
  const host = openSite(3)
  const { site, sqlite } = host
  let made = 0
  const ring = (from: string) => {
    const started_at = new Date(host.now()).toISOString()
    const row = { external_id: `r${++made}`, to: host.numbers[0] ?? "", from, started_at, status: "completed" } as const
    importCalls(site(), [{ ...row, talk_s: 90, recording_url: `https://example.com/${made}` }], () => "")
  }
  const metrics = "visits,visitors,pages,calls,unique_callers,first_time_callers,repeat_callers,leads,qualified,orders"
  const figures = () =>
    ["", "channel", "landing_page", "caller_region", "month"].map((group_by) =>
      report(site(), ReportQuery.parse({ metrics, group_by, from: "2026-01-01", to: "2029-12-31" })),
    )
  const callers = () => sqlite.prepare("select from_e164 from calls order by id").pluck().all()
  return { ...host, ring, figures, callers }
}

describe("retention", () => {
  it("[J10] forgets people some rows a sweep, once their time is over, and reports answer as before", () => {
    const host = open()
    const { site, sqlite, ring, figures, callers } = host
    updateRetention(site(), { visits_months: 13, calls_months: 13, leads_months: 13 })
    for (let visit = 0; visit < 600; visit++) host.view({ url: "https://shop.example/a?utm_source=x&gclid=SECRET" })
    ring(ANN)
    ring(BOB)
    host.advance(300 * DAY)
    ring(ANN)
    host.view({ url: "https://shop.example/b?gclid=SECRET" })
    settle(site(), { least: 1, youngMs: 0 })
    host.advance(120 * DAY)
    const before = figures()
    const count = (query: string) => sqlite.prepare(query).pluck().get()
    sweep(site())
    // The oldest visits, and the one that Bob, whose time is over, made as a person; Ann rang since.
    expect(count("select count(*) from visits where click_id is null")).toBe(501)
    expect(callers()).toEqual([ANN, expect.stringMatching(/^hash:[0-9a-f]{32}$/), ANN])
    expect(count("select count(*) from calls where recording_url is null")).toBe(2)
    expect(count("select count(*) from calls where instr(from_e164, '5550198')")).toBe(0)
    sweep(site())
    sweep(site())
    expect(count("select count(*) from visits where click_id is not null")).toBe(1)
    expect(count("select count(*) from visits where instr(landing_url, 'SECRET')")).toBe(1)
    expect(figures()).toEqual(before)
    settle(site(), { least: 1, youngMs: 0 })
    expect(figures()).toEqual(before)
    host.advance(300 * DAY)
    sweep(site())
    expect(new Set(callers()).size).toBe(2)
    expect(callers()).not.toContain(ANN)
    expect(figures()).toEqual(before)
  })

  it("[J10] keeps a lead that something happens to, and its person, until nothing does", () => {
    const host = open()
    const { site, sqlite } = host
    updateRetention(site(), { leads_months: 2 })
    saveLeads(site(), [{ name: "Ann Lee", phone: ANN, email: "ann@example.com" } as never], () => "")
    host.advance(50 * DAY)
    sqlite.prepare("update leads set updated_at = ?").run(host.now())
    host.advance(50 * DAY)
    sweep(site())
    const names = () => sqlite.prepare("select name from leads union all select name from people").pluck().all()
    expect(names()).toEqual(["Ann Lee", "Ann Lee"])
    host.advance(50 * DAY)
    sweep(site())
    expect(names()).toEqual([null, null])
    expect(sqlite.prepare("select count(*) from person_keys").pluck().get()).toBe(0)
  })
})
