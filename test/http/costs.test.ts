import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import type { CostAnswer, CostDaysAnswer } from "../../shared/contract-costs.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, type TestSite } from "../site.js"
import { readFaults, readProblem } from "./problem.js"

const RADIO = "+12125550150"

describe.each(ENGINES)("costs on %s", (engine) => {
  let host: Host
  let site: TestSite
  const path = (rest: string) => `/v1/sites/${site.id}/${rest}`
  const put = (body: object) => host.api<CostAnswer>("POST", path("costs"), body)
  const list = async (query = "") => (await host.api<{ data: CostAnswer[] }>("GET", path(`costs${query}`))).data
  const read = (id: string) => host.api<CostDaysAnswer>("GET", path(`costs/${id}`))
  const refused = async (body: unknown) => readFaults(await host.request("POST", path("costs"), body))

  beforeAll(async () => {
    host = await startHost(engine)
  })
  beforeEach(async () => {
    site = await createSite(host)
  })
  afterAll(() => host.close())

  it("[COST1] [0.15] a cost of any kind is divided among its days, which sum to it exactly", async () => {
    const kinds = "ads,number_rent,number_fee,content,agency,labour,training,platform,other".split(",")
    for (const kind of kinds) {
      const cost = await put({ kind, amount: "100.01", from: "2026-10-30", to: "2026-11-05", clicks: 20 })
      const { days } = await read(cost.id)
      expect(days.map(({ day }) => day)).toEqual([
        "2026-10-30",
        "2026-10-31",
        "2026-11-01",
        "2026-11-02",
        "2026-11-03",
        "2026-11-04",
        "2026-11-05",
      ])
      expect(days.map(({ site_amount }) => site_amount)).toEqual([14.29, 14.29, 14.29, 14.29, 14.29, 14.28, 14.28])
      expect(days.map(({ clicks }) => clicks)).toEqual([3, 3, 3, 3, 3, 3, 2])
    }
    expect((await list()).map(({ kind }) => kind).sort()).toEqual([...kinds].sort())
    const credit = await put({ kind: "ads", amount: "-0.05", from: "2026-11-01", to: "2026-11-03" })
    expect((await read(credit.id)).days.map(({ site_amount }) => site_amount)).toEqual([-0.02, -0.02, -0.01])
  })

  it("[COST1] a changed cost is divided anew, and one that was taken back is gone", async () => {
    const cost = await put({ kind: "ads", amount: 10, from: "2026-11-01", to: "2026-11-04", channel: "paid search" })
    expect(cost).toMatchObject({ channel: "Paid Search", from: "2026-11-01", to: "2026-11-04" })
    const changed = await host.api<CostAnswer>("PATCH", path(`costs/${cost.id}`), { amount: "9", from: "2026-11-03" })
    expect(changed).toMatchObject({ amount: 9, from: "2026-11-03", to: "2026-11-03", channel: "Paid Search" })
    expect((await read(cost.id)).days).toEqual([{ day: "2026-11-03", site_amount: 9, clicks: 0, impressions: 0 }])
    expect((await host.request("DELETE", path(`costs/${cost.id}`))).status).toBe(204)
    await readProblem(await host.request("GET", path(`costs/${cost.id}`)), 404, "not_found")
    expect(await list()).toEqual([])
  })

  it("[COST2] a cost names what it was for; one for a static number has its source, and shared ones have none", async () => {
    const number = await host.api<{ id: string }>("POST", path("numbers"), {
      e164: RADIO,
      kind: "static",
      source: { channel: "Radio", source: "city-fm", medium: "radio" },
    })
    const rent = await put({ kind: "number_rent", amount: 100, from: "2026-11-01", to: "2026-11-30", number: RADIO })
    expect(rent).toMatchObject({ number: number.id, channel: "Radio", source: "city-fm", spread: null })
    expect(await list(`?number=${number.id}`)).toEqual([rent])
    const pooled = await put({
      kind: "number_rent",
      amount: 1,
      from: "2026-11-01",
      number: site.numbers[0],
      spread: "calls",
    })
    expect(pooled).toMatchObject({ channel: null, source: null, medium: null, spread: "calls" })
    const tagged = await put({
      kind: "ads",
      amount: 1,
      from: "2026-11-01",
      source: "google",
      medium: "cpc",
      term: "boiler",
    })
    expect(tagged).toMatchObject({ channel: "Paid Search", term: "boiler" })
    const campaign = await put({ kind: "content", amount: 1, from: "2026-11-01", campaign: "may" })
    expect(campaign).toMatchObject({ channel: null, source: null, campaign: "may" })
    const moved = await host.api<CostAnswer>("PATCH", path(`costs/${campaign.id}`), { channel: "Outdoor" })
    expect(moved).toMatchObject({ channel: "Outdoor", campaign: "may" })
    expect((await list("?channel=Radio")).map(({ id }) => id)).toEqual([rent.id])
  })

  it("[COST3] a cost is renewed by its external_id, all or none, as JSON or CSV", async () => {
    const first = await put({ external_id: "inv-1", kind: "agency", amount: 500, from: "2026-11-01", to: "2026-11-30" })
    await host.advance(1000)
    const again = await put({ external_id: "inv-1", kind: "agency", amount: 450, from: "2026-11-01", to: "2026-11-30" })
    expect(again).toMatchObject({ id: first.id, amount: 450 })
    expect(await list()).toEqual([again])
    const csv =
      "Kind;Amount;From;To;Channel;Clicks\nads;12.50;2026-11-01;;Display;40\nlabour;500;2026-11-01;2026-11-30;;\n"
    const options = { headers: { "content-type": "text/csv; charset=utf-8" } }
    const { data } = await host.api<{ data: CostAnswer[] }>("POST", path("costs"), csv, options)
    expect(data).toMatchObject([
      { kind: "ads", amount: 12.5, to: "2026-11-01", channel: "Display", clicks: 40 },
      { kind: "labour", channel: null },
    ])
    const rows = [
      { kind: "ads", amount: 1, from: "2026-11-01" },
      { kind: "ads", amount: "0.001", from: "2026-11-02", to: "2026-11-01" },
      { kind: "ads", amount: 1, from: "2026-11-01", number: "+19995550100" },
    ]
    expect(await refused(rows)).toEqual(["1.amount", "1.from", "2.number"])
    expect(await list()).toHaveLength(3)
  })

  it("[COST3] values that do not fit are refused by name", async () => {
    const good = { kind: "ads", amount: 1, from: "2026-11-01" }
    const bad: [object, string][] = [
      [{ kind: "beer" }, "kind"],
      [{ amount: "1 000" }, "amount"],
      [{ from: "2026-02-30" }, "from"],
      [{ from: "2023-01-01", to: "2026-11-01" }, "to"],
      [{ from: "1900-01-01" }, "from"],
      [{ spread: "luck" }, "spread"],
      [{ clicks: -1 }, "clicks"],
      [{ rate: 2 }, "rate"],
      [{ price: 2 }, "price"],
    ]
    for (const [part, fault] of bad) expect([part, await refused({ ...good, ...part })]).toEqual([part, [fault]])
    const long = { ...good, from: "2024-01-01", to: "2026-11-01" }
    expect(await refused(Array.from({ length: 20 }, () => long))).toEqual([""])
    expect(await list()).toEqual([])
  })

  it("[COST4] a cost in another currency counts only with a rate", async () => {
    const cost = await put({
      kind: "ads",
      amount: 100,
      currency: "RUB",
      from: "2026-11-01",
      to: "2026-11-02",
      clicks: 3,
    })
    expect(cost).toMatchObject({ rate: null, site_amount: null })
    expect(cost.warning).toContain("no rate for RUB on 2026-11-01")
    expect((await read(cost.id)).days).toEqual([
      { day: "2026-11-01", site_amount: null, clicks: 2, impressions: 0 },
      { day: "2026-11-02", site_amount: null, clicks: 1, impressions: 0 },
    ])
    const change = await host.api("PUT", path("rates"), { currency: "RUB", rate: 0.0125, from: "2026-01-01" })
    expect(change).toMatchObject({ orders: 0, costs: 1 })
    const counted = await read(cost.id)
    expect(counted).toMatchObject({ rate: 0.0125, site_amount: 1.25, warning: null })
    expect(counted.days.map(({ site_amount }) => site_amount)).toEqual([0.63, 0.62])
  })

  it("[COST5] costs are listed latest first, whoever has a day in the span, page by page", async () => {
    await put({ external_id: "oct", kind: "labour", amount: 1, from: "2026-10-01", to: "2026-10-31" })
    await put({ external_id: "nov", kind: "labour", amount: 1, from: "2026-11-01", to: "2026-11-30" })
    await put({ external_id: "day", kind: "ads", amount: 1, from: "2026-11-01" })
    const ids = (rows: CostAnswer[]) => rows.map(({ external_id }) => external_id)
    expect(ids(await list())).toEqual(["day", "nov", "oct"])
    expect(ids(await list("?from=2026-10-31&to=2026-10-31"))).toEqual(["oct"])
    expect(ids(await list("?from=2026-11-02"))).toEqual(["nov"])
    expect(ids(await list("?kind=ads"))).toEqual(["day"])
    const first = await host.api<{ data: CostAnswer[]; next_cursor: string }>("GET", path("costs?limit=2"))
    expect(ids(first.data)).toEqual(["day", "nov"])
    expect(ids(await list(`?limit=2&cursor=${first.next_cursor}`))).toEqual(["oct"])
    expect(await readFaults(await host.request("GET", path("costs?from=2026-11-02&to=2026-11-01")))).toEqual(["from"])
  })

  it("[COST6] [0.1] [0.20] the worked example goes in: 5,000 + 100 + 500 cost, 80 calls, five contracts of 30,000", async () => {
    site = await createSite(host, { settings: { timezone: "Asia/Shanghai", currency: "CNY", country: "CN" } })
    const number = await host.api<{ id: string }>("POST", path("numbers"), {
      e164: "+864008001001",
      kind: "static",
      source: { channel: "Paid Search", source: "baidu", medium: "cpc" },
    })
    const month = { from: "2026-11-01", to: "2026-11-30" }
    await put({ kind: "ads", amount: 5000, ...month, source: "baidu", medium: "cpc" })
    await put({ kind: "number_rent", amount: 100, ...month, number: number.id })
    await put({ kind: "labour", amount: 500, ...month, spread: "share" })
    const calls = Array.from({ length: 80 }, (_, index) => ({
      external_id: `c${index}`,
      to: "+864008001001",
      from: `+8613800${String(100_000 + index)}`,
      started_at: new Date(Date.UTC(2026, 10, 1 + (index % 28), 3)).toISOString(),
      talk_s: 60 + index,
    }))
    const imported = await host.api<{ data: { id: string }[] }>("POST", path("calls"), calls)
    const orders = imported.data
      .slice(0, 5)
      .map(({ id }, index) => ({ external_id: `k${index}`, amount: 30_000, call: id, at: "2026-11-29T04:00:00Z" }))
    const { data } = await host.api<{ data: { site_amount: number; source: { source: string }; call: string }[] }>(
      "POST",
      path("orders"),
      orders,
    )
    expect(data.reduce((sum, order) => sum + order.site_amount, 0)).toBe(150_000)
    expect(data.map(({ source, call }) => [source.source, call])).toEqual(
      imported.data.slice(0, 5).map(({ id }) => ["baidu", id]),
    )
    const costs = await list("?from=2026-11-01&to=2026-11-30")
    expect(costs.reduce((sum, cost) => sum + (cost.site_amount ?? 0), 0)).toBe(5600)
    expect(costs.map(({ source, channel }) => [source, channel])).toEqual([
      [null, null],
      ["baidu", "Paid Search"],
      ["baidu", "Paid Search"],
    ])
    for (const cost of costs) {
      const { days } = await read(cost.id)
      expect(days).toHaveLength(30)
      const minor = days.reduce((sum, day) => sum + Math.round((day.site_amount ?? 0) * 100), 0)
      expect(minor).toBe(cost.amount * 100)
    }
  })
})
