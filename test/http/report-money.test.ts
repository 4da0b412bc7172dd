import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ReportAnswer } from "../../shared/contract-report.js"
import { ENGINES, type Host, START, startHost } from "../host.js"
import { createSite } from "../site.js"
import { readFaults, readProblem } from "./problem.js"

describe.each(ENGINES)("the report of money on %s", (engine) => {
  let host: Host
  let own: string
  beforeAll(async () => {
    host = await startHost(engine)
    own = `/v1/sites/${(await createSite(host)).id}`
  })
  afterAll(() => host.close())

  const ask = (query: Record<string, string>) =>
    host.api<ReportAnswer>(
      "GET",
      `${own}/report?${new URLSearchParams({ from: "2026-11-01", to: "2026-11-03", ...query })}`,
    )

  it("[P16] [0.5] [0.15] [0.16] [0.19] [0.20] [2.12] answers the worked example over HTTP", async () => {
    const number = { e164: "+13125550150", kind: "static", source: { channel: "Paid Search", source: "baidu" } }
    await host.api("POST", `${own}/numbers`, number)
    const calls = Array.from({ length: 80 }, (_, index) => ({
      external_id: `call ${index}`,
      to: number.e164,
      from: `+1312555${String(1000 + index)}`,
      started_at: new Date(START - index * 60_000).toISOString(),
      talk_s: 60,
    }))
    await host.api("POST", `${own}/calls`, calls)
    const { data } = await host.api<{ data: { id: string }[] }>("GET", `${own}/calls?limit=5`)
    const at = new Date(START).toISOString()
    for (const [index, { id }] of data.entries())
      await host.api("POST", `${own}/orders`, { external_id: `order ${index}`, amount: "30000", call: id, at })
    const day = { from: "2026-11-02", to: "2026-11-02" }
    for (const [kind, amount] of [
      ["ads", "5000"],
      ["number_rent", "100"],
      ["labour", "500"],
    ])
      await host.api("POST", `${own}/costs`, { kind, amount, channel: "Paid Search", source: "baidu", ...day })
    const metrics = "calls,orders,revenue,cost,roi,roas,cost_per_call,cac,aov,call_order_rate,profit"
    for (const group_by of ["channel", "source", "channel,day", ""]) {
      const { rows } = await ask({ metrics, group_by })
      expect(rows).toHaveLength(1)
      expect(rows[0]).toMatchObject({
        ...{ calls: 80, orders: 5, revenue: 150_000, cost: 5600, cost_per_call: 70, cac: 1120, aov: 30_000 },
        ...{ call_order_rate: 0.0625, roas: 30, profit: 144_400 },
      })
      expect(Number(rows[0]?.roi) * 100).toBeCloseTo(2578.5714285714, 9)
    }
  })

  it("[P20] [0.15] shares what belongs to no channel by calls, evenly or by talk, and rows still sum to the totals", async () => {
    const radio = { e164: "+13125550151", kind: "static", source: { channel: "Radio" } }
    await host.api("POST", `${own}/numbers`, radio)
    const started_at = new Date(START).toISOString()
    const calls = Array.from({ length: 20 }, (_, index) => ({
      external_id: `r${index}`,
      to: radio.e164,
      started_at,
      talk_s: 30,
    }))
    await host.api("POST", `${own}/calls`, calls)
    const before = await ask({ metrics: "cost,calls", group_by: "channel", sort: "channel" })
    expect(before.rows.map(({ channel, cost }) => [channel, cost])).toEqual([
      ["Paid Search", 5600],
      ["Radio", 0],
    ])
    await host.api("POST", `${own}/costs`, { kind: "labour", amount: "1000", from: "2026-11-02", spread: "calls" })
    const after = await ask({ metrics: "cost,labour_cost", group_by: "channel", sort: "-cost" })
    expect(after.rows.filter(({ cost }) => cost !== 0)).toEqual([
      { channel: "Paid Search", cost: 6400, labour_cost: 1300 },
      { channel: "Radio", cost: 200, labour_cost: 200 },
    ])
    expect(after.totals.cost).toBe(6600)
    await host.api("POST", `${own}/costs`, { kind: "platform", amount: "0.01", from: "2026-11-02", spread: "share" })
    await host.api("POST", `${own}/costs`, { kind: "content", amount: "9", from: "2026-11-02" })
    const all = await ask({ metrics: "cost", group_by: "channel" })
    expect(all.rows.reduce((sum, { cost }) => sum + Number(cost), 0)).toBeCloseTo(all.totals.cost ?? Number.NaN, 9)
    expect(all.rows.find(({ channel }) => channel === null)?.cost).toBe(9)
  })

  it("[P6] refuses an unknown model, comparison, look-back and basis, and lists the models", async () => {
    const refused = async (query: string) => (await readFaults(await host.request("GET", `${own}/report?${query}`)))[0]
    const unknown = await readProblem(await host.request("GET", `${own}/report?model=best`), 400, "invalid")
    expect(unknown.errors?.[0]?.message).toMatch(/there is no model "best"; there are: own, first.*markov, shapley/)
    for (const query of ["compare=before", "compare=2026-11-03..2026-11-01", "lookback=0", "basis=cash", "bounds=yes"])
      expect(await refused(query)).toBeDefined()
  })

  it("[P8] writes what stands beside a figure as columns of CSV", async () => {
    const query = new URLSearchParams({ metrics: "calls", group_by: "channel", compare: "year", bounds: "true" })
    const answer = await host.request("GET", `${own}/report?${query}`, undefined, { headers: { accept: "text/csv" } })
    expect((await answer.text()).split("\r\n")[0]).toBe(
      '"channel","calls","calls_low","calls_high","calls_before","calls_change"',
    )
  })
})
