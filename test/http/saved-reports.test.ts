import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { RankingAnswer, SavedReportAnswer } from "../../shared/contract-ranking.js"
import type { ReportAnswer } from "../../shared/contract-report.js"
import { ENGINES, type Host, START, startHost } from "../host.js"
import { createSite } from "../site.js"

describe.each(ENGINES)("what is read out of reports (%s)", (engine) => {
  let host: Host
  let own: string
  beforeAll(async () => {
    host = await startHost(engine)
    own = `/v1/sites/${(await createSite(host)).id}`
    for (const [channel, index, calls, orders, cost] of [
      ["Radio", 1, 60, 1, "9000"],
      ["Map Listing", 2, 40, 20, "3000"],
    ] as const) {
      const e164 = `+1312555015${index}`
      await host.api("POST", `${own}/numbers`, { e164, kind: "static", source: { channel } })
      const rung = Array.from({ length: calls }, (_, nth) => ({
        external_id: `${channel} ${nth}`,
        to: e164,
        from: `+1312555${index}${String(100 + nth)}`,
        started_at: new Date(START - nth * 60_000).toISOString(),
        talk_s: 60,
      }))
      const { data } = await host.api<{ data: { id: string }[] }>("POST", `${own}/calls`, rung)
      const bought = data
        .slice(0, orders)
        .map(({ id }, nth) => ({ external_id: `${channel} ${nth}`, amount: 1000, call: id }))
      await host.api("POST", `${own}/orders`, bought)
      await host.api("POST", `${own}/costs`, {
        kind: "ads",
        amount: cost,
        channel,
        from: "2026-11-02",
        to: "2026-11-02",
      })
    }
  })
  afterAll(() => host.close())

  it("[P21] [0.3] [0.21] [0.23] [3.7] ranks channels by their return and says where money may be worth moving", async () => {
    const { rows, hints, totals } = await host.api<RankingAnswer>("GET", `${own}/ranking?from=2026-11-01&to=2026-11-03`)
    expect(rows.map(({ value, rank, calls, cpo, flags }) => ({ value, rank, calls, cpo, flags }))).toEqual([
      { value: "Map Listing", rank: 1, calls: 40, cpo: 150, flags: ["few_calls_many_orders"] },
      { value: "Radio", rank: 2, calls: 60, cpo: 9000, flags: ["many_calls_few_orders", "loss"] },
    ])
    expect(hints).toMatchObject([{ from: "Radio", to: "Map Listing" }])
    expect(totals).toMatchObject({ calls: 100, orders: 21 })
  })

  it("[P21] concludes nothing from fewer calls than the minimum, and refuses a dimension that does not exist", async () => {
    const { rows, hints } = await host.api<RankingAnswer>(
      "GET",
      `${own}/ranking?from=2026-11-01&to=2026-11-03&minimum=50`,
    )
    expect(rows.map(({ value, flags }) => [value, flags])).toEqual([
      ["Radio", ["many_calls_few_orders", "loss"]],
      ["Map Listing", ["few"]],
    ])
    expect(hints).toEqual([])
    const answer = await host.request("GET", `${own}/ranking?by=mood`)
    expect([answer.status, JSON.stringify(await answer.json())]).toEqual([400, expect.stringContaining("channel")])
  })

  it("[P22] saves a report, runs it as of now, changes and forgets it", async () => {
    const query = { metrics: "calls", group_by: "channel", from: "2026-11-01", to: "2026-11-03" }
    const made = await host.api<SavedReportAnswer>("POST", `${own}/reports`, { name: "By channel", query })
    const run = `${own}/reports/${made.id}/run`
    expect((await host.api<ReportAnswer>("GET", run)).rows).toEqual([
      { channel: "Radio", calls: 60 },
      { channel: "Map Listing", calls: 40 },
    ])
    const csv = await host.request("GET", run, undefined, { headers: { accept: "text/csv" } })
    expect(await csv.text()).toBe('"channel","calls"\r\n"Radio",60\r\n"Map Listing",40\r\n')
    await host.api("PATCH", `${own}/reports/${made.id}`, { query: { ...query, metrics: "orders" } })
    expect((await host.api<ReportAnswer>("GET", run)).rows).toContainEqual({ channel: "Map Listing", orders: 20 })
    const listed = await host.api<{ data: SavedReportAnswer[] }>("GET", `${own}/reports`)
    expect(listed.data.map(({ id, name }) => [id, name])).toEqual([[made.id, "By channel"]])
    expect((await host.request("DELETE", `${own}/reports/${made.id}`)).status).toBe(204)
    expect((await host.request("GET", run)).status).toBe(404)
  })

  it("[P22] refuses to save what is no report's query, and says what there is", async () => {
    for (const query of [{ metrics: "mood" }, { group_by: "mood" }, { mood: "good" }, { compare: "never" }]) {
      const answer = await host.request("POST", `${own}/reports`, { name: "Bad", query })
      expect(answer.status).toBe(400)
      expect(JSON.stringify(await answer.json())).toContain("query")
    }
  })
})
