import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import type { CampaignAnswer, PacingAnswer, TargetAnswer } from "../../shared/contract-targets.js"
import { ENGINES, type Host, START, startHost } from "../host.js"
import { createSite, type TestSite } from "../site.js"
import { readFaults, readProblem } from "./problem.js"

// The clock of these tests stands at 10:00 on 2 November 2026, a Monday.
describe.each(ENGINES)("targets and campaigns on %s", (engine) => {
  let host: Host
  let site: TestSite
  const path = (rest: string) => `/v1/sites/${site.id}/${rest}`
  const set = (body: object) => host.api<TargetAnswer>("POST", path("targets"), body)
  const pacing = (id: string) => host.api<PacingAnswer>("GET", path(`targets/${id}/pacing`))
  const refused = async (route: string, body: object) => readFaults(await host.request("POST", path(route), body))
  const callOn = async (...days: string[]) =>
    host.api(
      "POST",
      path("calls"),
      days.map((day, index) => ({
        external_id: `${day} ${index}`,
        to: site.numbers[0],
        started_at: `${day}T09:00:00Z`,
      })),
    )

  beforeAll(async () => {
    host = await startHost(engine)
  })
  beforeEach(async () => {
    site = await createSite(host)
    expect(host.now()).toBe(START)
  })
  afterAll(() => host.close())

  it("[TG1] [0.2] [2.9] a target has a metric, a value, days, an owner, and changes by what is named", async () => {
    const target = await set({
      name: "Calls in November",
      metric: "calls",
      value: 300,
      from: "2026-11-01",
      to: "2026-11-30",
      owner: "Ann",
    })
    expect(target).toMatchObject({
      metric: "calls",
      value: 300,
      aim: "at_least",
      split: "month",
      currency: null,
      owner: "Ann",
      channel: null,
    })
    const money = await set({
      name: "Spend",
      metric: "cost",
      value: "5600.00",
      aim: "at_most",
      from: "2026-11-01",
      to: "2026-11-30",
      channel: "Radio",
    })
    expect(money).toMatchObject({ value: 5600, currency: "USD", channel: "Radio" })
    expect(await host.api("GET", path("targets"))).toEqual({ data: [target, money], next_cursor: null })
    expect(await host.api("GET", path("targets?metric=cost&on=2026-11-15"))).toMatchObject({ data: [{ id: money.id }] })
    expect(await host.api("GET", path("targets?on=2026-12-01"))).toMatchObject({ data: [] })
    const changed = await host.api<TargetAnswer>("PATCH", path(`targets/${target.id}`), {
      value: 250,
      to: "2026-12-31",
    })
    expect(changed).toEqual({ ...target, value: 250, to: "2026-12-31" })
    expect(await host.api("GET", path(`targets/${target.id}`))).toEqual(changed)
    expect((await host.request("DELETE", path(`targets/${target.id}`))).status).toBe(204)
    await readProblem(await host.request("GET", path(`targets/${target.id}`)), 404, "not_found")
  })

  it("[TG1] what does not fit is refused by name", async () => {
    const good = { name: "x", metric: "calls", value: 1, from: "2026-11-01", to: "2026-11-30" }
    const flight = (from: string, to: string, share?: number) => ({
      from,
      to,
      ...(share === undefined ? {} : { share }),
    })
    const bad: [object, string][] = [
      [{ metric: "luck" }, "metric"],
      [{ value: "many" }, "value"],
      [{ metric: "cost", value: 0.001 }, "value"],
      [{ from: "2026-12-01" }, "from"],
      [{ to: "2036-11-30" }, "to"],
      [{ split: "flight" }, "flights"],
      [{ split: "flight", flights: [flight("2026-10-31", "2026-11-02")] }, "flights"],
      [
        { split: "flight", flights: [flight("2026-11-01", "2026-11-05"), flight("2026-11-05", "2026-11-09")] },
        "flights",
      ],
      [
        {
          split: "flight",
          flights: [flight("2026-11-01", "2026-11-05", 0.7), flight("2026-11-06", "2026-11-09", 0.7)],
        },
        "flights",
      ],
      [{ split: "flight", flights: [flight("2026-11-09", "2026-11-05")] }, "flights.0.from"],
      [{ goal: 1 }, "goal"],
    ]
    for (const [part, fault] of bad)
      expect([part, await refused("targets", { ...good, ...part })]).toEqual([part, [fault]])
    expect(await host.api("GET", path("targets"))).toMatchObject({ data: [] })
  })

  it("[TG2] [3.4] pacing sets plan against actual by week, today in proportion, with the end it comes to", async () => {
    await callOn("2026-10-26", "2026-11-01", "2026-11-01", "2026-11-01", "2026-11-02", "2026-11-02")
    const target = await set({
      name: "Calls",
      metric: "calls",
      value: 100,
      from: "2026-10-31",
      to: "2026-11-09",
      split: "week",
    })
    const paced = await pacing(target.id)
    // 2 days and 10 hours of 10 days.
    const elapsed = (2 + 10 / 24) / 10
    expect(paced).toMatchObject({ state: "running", actual: 5, on_track: false, will_reach: false })
    expect(paced.expected).toBeCloseTo(100 * elapsed, 6)
    expect(paced.pace).toBeCloseTo(5 / (100 * elapsed), 6)
    expect(paced.projected).toBeCloseTo(5 / elapsed, 6)
    expect(paced.periods).toMatchObject([
      { from: "2026-10-31", to: "2026-11-01", state: "over", plan: 20, expected: 20, actual: 3 },
      { from: "2026-11-02", to: "2026-11-08", state: "running", plan: 70, actual: 2 },
      { from: "2026-11-09", to: "2026-11-09", state: "ahead", plan: 10, expected: 0, actual: null },
    ])
    expect(paced.baseline).toEqual({ from: "2026-10-21", to: "2026-10-30", actual: 1 })
  })

  it("[TG2] [3.3] [2.8] money is planned to the cent by month, for a channel and for all", async () => {
    const span = { from: "2026-10-01", to: "2026-12-31" }
    const total = await set({ name: "Spend", metric: "cost", value: 1000, aim: "at_most", ...span })
    const radio = await set({ name: "Radio", metric: "cost", value: 400, aim: "at_most", channel: "Radio", ...span })
    for (const [channel, amount] of [
      ["Radio", 62],
      ["Email", 31],
    ] as const)
      await host.api("POST", path("costs"), { kind: "ads", amount, from: "2026-10-01", to: "2026-10-31", channel })
    await host.api("POST", path("costs"), {
      kind: "ads",
      amount: 30,
      from: "2026-11-01",
      to: "2026-11-30",
      channel: "Radio",
    })
    const paced = await pacing(total.id)
    expect(paced.periods.map(({ plan }) => plan)).toEqual([336.96, 326.09, 336.95])
    expect(paced.periods.map(({ actual }) => actual)).toEqual([93, 2, null])
    expect(paced).toMatchObject({ actual: 95, on_track: true, will_reach: true, target: { currency: "USD" } })
    expect(paced.parts).toEqual([{ id: radio.id, channel: "Radio", value: 400 }])
    expect(await pacing(radio.id)).toMatchObject({ actual: 64, parts: [] })
  })

  it("[TG2] a target for a ratio holds for each period as it is; one that lies ahead has no actual", async () => {
    await callOn("2026-11-01", "2026-11-02")
    await host.api("POST", path("costs"), { kind: "ads", amount: 140, from: "2026-11-01", to: "2026-11-02" })
    const span = { from: "2026-11-01", to: "2026-11-30" }
    const ceiling = await set({ name: "Price of a call", metric: "cost_per_call", value: 70, aim: "at_most", ...span })
    expect(await pacing(ceiling.id)).toMatchObject({ actual: 70, expected: 70, pace: 1, projected: 70, on_track: true })
    const ahead = await set({ name: "December", metric: "calls", value: 10, from: "2026-12-01", to: "2026-12-31" })
    expect(await pacing(ahead.id)).toMatchObject({
      state: "ahead",
      actual: null,
      expected: 0,
      pace: null,
      projected: null,
      on_track: null,
    })
  })

  it("[TG3] [1.1] [3.10] a campaign has a purpose, a segment and an offer, and is on by its flights", async () => {
    const campaign = await host.api<CampaignAnswer>("POST", path("campaigns"), {
      campaign: "spring",
      purpose: "customers",
      segment: "house owners",
      offer: "free check",
      flights: [
        { from: "2026-11-10", to: "2026-11-12" },
        { from: "2026-11-01", to: "2026-11-03" },
        { from: "2026-11-04", to: "2026-11-05" },
      ],
    })
    expect(campaign).toMatchObject({ on: true, changes_on: "2026-11-06", purpose: "customers", targets: [] })
    expect(campaign.flights.map(({ from }) => from)).toEqual(["2026-11-01", "2026-11-04", "2026-11-10"])
    const always = await host.api<CampaignAnswer>("POST", path("campaigns"), { campaign: "brand", purpose: "brand" })
    expect(always).toMatchObject({ on: true, changes_on: null })
    const list = (query: string) => host.api<{ data: CampaignAnswer[] }>("GET", path(`campaigns?${query}`))
    expect((await list("at=2026-11-06")).data).toMatchObject([{ on: false, changes_on: "2026-11-10" }, { on: true }])
    expect((await list("at=2026-11-06&on=true")).data).toMatchObject([{ campaign: "brand" }])
    expect((await list("at=2026-11-13&on=false")).data).toMatchObject([{ campaign: "spring", changes_on: null }])
    expect((await list("segment=house%20owners")).data).toEqual([campaign])
    const off = await host.api<CampaignAnswer>("PATCH", path(`campaigns/${always.id}`), {
      flights: [{ from: "2026-10-01", to: "2026-10-31" }],
    })
    expect(off).toMatchObject({ on: false, purpose: "brand" })
    await readProblem(await host.request("POST", path("campaigns"), { campaign: "spring" }), 409, "conflict")
    await readProblem(await host.request("PATCH", path(`campaigns/${off.id}`), { campaign: "spring" }), 409, "conflict")
    const overlapping = {
      campaign: "x",
      flights: [
        { from: "2026-11-01", to: "2026-11-03" },
        { from: "2026-11-03", to: "2026-11-04" },
      ],
    }
    expect(await refused("campaigns", overlapping)).toEqual(["flights"])
    expect((await host.request("DELETE", path(`campaigns/${off.id}`))).status).toBe(204)
    await readProblem(await host.request("GET", path(`campaigns/${off.id}`)), 404, "not_found")
  })

  it("[TG4] [0.2] [3.12] a campaign's targets are split by its flights, each with report, ideal result and team", async () => {
    const campaign = await host.api<CampaignAnswer>("POST", path("campaigns"), {
      campaign: "spring",
      flights: [
        {
          from: "2026-11-01",
          to: "2026-11-02",
          share: 0.5,
          name: "start",
          report: "roi by channel",
          ideal: "ten orders",
          team: ["Ann"],
        },
        { from: "2026-11-10", to: "2026-11-12" },
        { from: "2026-11-20", to: "2026-11-21" },
        { from: "2027-01-01", to: "2027-01-31" },
      ],
    })
    const target = await set({
      name: "Spend",
      metric: "cost",
      value: 100,
      aim: "at_most",
      campaign: "spring",
      from: "2026-11-01",
      to: "2026-11-30",
      split: "flight",
    })
    await host.api("POST", path("costs"), {
      kind: "ads",
      amount: 60,
      from: "2026-11-01",
      campaign: "spring",
      channel: "Radio",
    })
    await host.api("POST", path("costs"), {
      kind: "ads",
      amount: 60,
      from: "2026-11-01",
      campaign: "other",
      channel: "Radio",
    })
    const paced = await pacing(target.id)
    expect(paced.periods).toMatchObject([
      { from: "2026-11-01", to: "2026-11-02", name: "start", plan: 50, actual: 60 },
      { from: "2026-11-10", plan: 30, actual: null },
      { from: "2026-11-20", plan: 20, actual: null },
    ])
    expect(paced).toMatchObject({ actual: 60, on_track: false })
    const read = await host.api<CampaignAnswer>("GET", path(`campaigns/${campaign.id}`))
    expect(read.targets).toEqual([target.id])
    expect(read.flights[0]).toMatchObject({ report: "roi by channel", ideal: "ten orders", team: ["Ann"] })
  })
})
