import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { CohortsAnswer, SaturationAnswer } from "../../shared/contract-cohorts.js"
import type { ReportAnswer } from "../../shared/contract-report.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, ORIGIN, viewPage } from "../site.js"
import { readProblem } from "./problem.js"

const DAY = 86_400_000
const RADIO = "+13125550150"
const MAP = "+13125550151"

describe.each(ENGINES)("what money was worth on %s", (engine) => {
  let host: Host
  let own: string
  let made = 0
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  const fresh = async () => {
    const site = await createSite(host)
    own = `/v1/sites/${site.id}`
    for (const [e164, channel] of [
      [RADIO, "Radio"],
      [MAP, "Map Listing"],
    ])
      await host.api("POST", `${own}/numbers`, { e164, kind: "static", source: { channel } })
    return site
  }
  const ring = async (to: string, from: string, started_at: string, more: object = {}) =>
    (
      await host.api<{ data: { id: string }[] }>("POST", `${own}/calls`, [
        { external_id: `c${++made}`, to, from, started_at, talk_s: 90, ...more },
      ])
    ).data[0]?.id
  const order = (amount: number, link: object, at: string) =>
    host.api("POST", `${own}/orders`, { external_id: `o${++made}`, amount, at, ...link })
  const spend = (amount: number, from: string, more: object = { channel: "Radio" }, to = from) =>
    host.api("POST", `${own}/costs`, { kind: "ads", amount, from, to, ...more })

  it("[P31] [2.14] tells what customers brought by when and where they first came, and when it paid back", async () => {
    const site = await fresh()
    const first = await ring(RADIO, "+13125550301", "2026-08-05T10:00:00Z")
    await order(40, { call: first }, "2026-08-06T10:00:00Z")
    // A later call by another number's channel does not make him a newcomer of that.
    const later = await ring(MAP, "+13125550301", "2026-10-05T10:00:00Z")
    await order(70, { call: later }, "2026-10-06T10:00:00Z")
    await order(-10, { call: later }, "2026-11-01T10:00:00Z")
    const second = await ring(RADIO, "+13125550302", "2026-09-05T10:00:00Z")
    await order(30, { call: second, margin: 5 }, "2026-09-06T10:00:00Z")
    await spend(100, "2026-08-01", { channel: "Radio" }, "2026-08-31")
    await spend(80, "2026-09-02")
    const seen = await viewPage(host, site, { url: `${ORIGIN}/?utm_source=google&utm_medium=cpc` })
    const cohorts = (query: string) => host.api<CohortsAnswer>("GET", `${own}/cohorts?from=2026-08-01&${query}`)
    const { rows } = await cohorts("by=channel")
    expect(rows).toEqual([
      {
        ...{ cohort: "2026-08-01", value: "Radio", new_visitors: 0, customers: 1, cost: 100 },
        ...{ income: [40, 0, 70, -10], total: [40, 40, 110, 100], ltv: 100, roi: 0, payback: 2 },
      },
      {
        ...{ cohort: "2026-09-01", value: "Radio", new_visitors: 0, customers: 1, cost: 80 },
        ...{ income: [30, 0, 0], total: [30, 30, 30], ltv: 30, roi: -0.625, payback: null },
      },
      {
        ...{ cohort: "2026-11-01", value: "Paid Search", new_visitors: 1, customers: 0, cost: 0 },
        ...{ income: [0], total: [0], ltv: null, roi: null, payback: null },
      },
    ])
    await host.advance(40 * DAY)
    const back = await viewPage(host, site, {
      url: `${ORIGIN}/?utm_source=facebook&utm_medium=paid_social`,
      visitor: seen.visitor,
    })
    await order(500, { visitor: back.visitor }, new Date(host.now()).toISOString())
    const after = await cohorts("by=channel&to=2026-12-31")
    expect(after.rows.filter(({ value }) => value === "Paid Search")).toMatchObject([
      { cohort: "2026-11-01", customers: 1, income: [0, 500], payback: null },
    ])
    // All together, each unit of the cohort beside its own costs.
    expect((await cohorts("unit=quarter&to=2026-12-31&ages=1")).rows).toMatchObject([
      { cohort: "2026-07-01", value: null, customers: 2, cost: 180, income: [70, 60] },
      { cohort: "2026-10-01", value: null, customers: 1, cost: 0, income: [500] },
    ])
    expect((await cohorts("basis=margin&by=source&to=2026-09-30")).rows[1]).toMatchObject({ income: [5, 0, 0, 0] })
  })

  it("[P31] names what to group by, and refuses days that run backward", async () => {
    const unknown = await readProblem(await host.request("GET", `${own}/cohorts?by=agent`), 400, "invalid")
    expect(unknown.errors?.[0]?.message).toMatch(/there are: channel, ga4_channel/)
    await readProblem(await host.request("GET", `${own}/cohorts?from=2026-02-01&to=2026-01-01`), 400, "invalid")
  })

  it("[P32] [3.2] [3.7] tells what more money still bought: prices by steps of spending, and the marginal one", async () => {
    await fresh()
    // Six weeks: twice as much money brings half as many calls more.
    const weeks = [
      ["2026-09-07", 100, 20],
      ["2026-09-14", 200, 30],
      ["2026-09-21", 100, 20],
      ["2026-09-28", 400, 35],
      ["2026-10-05", 200, 30],
      ["2026-10-12", 400, 35],
    ] as const
    for (const [day, cost, calls] of weeks) {
      await spend(cost, day, { channel: "Radio", clicks: cost / 2 })
      const rows = Array.from({ length: calls }, (_, index) => ({
        ...{ external_id: `s${++made}`, to: RADIO, from: `+1312555${String(4000 + made).slice(-4)}` },
        ...{ started_at: new Date(Date.parse(day) + index * 3_600_000).toISOString(), status: "missed" },
      }))
      await host.api("POST", `${own}/calls`, rows)
    }
    // Half a week at the end is left out, and so is a channel's week without spending.
    await spend(5, "2026-10-20")
    await ring(MAP, "+13125550999", "2026-10-01T10:00:00Z")
    const steps = (query: string) =>
      host.api<SaturationAnswer>("GET", `${own}/saturation?from=2026-09-07&to=2026-10-21&result=calls&${query}`)
    const { rows } = await steps("")
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ value: "Radio", saturated: true })
    expect(
      rows[0]?.steps.map(({ units, cost, results, cost_per_result, cpc, marginal_cost }) => [
        ...[units, cost, results, cost_per_result, cpc, marginal_cost],
      ]),
    ).toEqual([
      [2, 100, 20, 5, 2, null],
      [2, 200, 30, 200 / 30, 2, 10],
      [2, 400, 35, 400 / 35, 2, 40],
    ])
    const few = await steps("minimum=50")
    expect(few.rows[0]?.steps.map(({ few: isFew, marginal_cost }) => [isFew, marginal_cost])).toEqual([
      [true, null],
      [false, null],
      [false, 40],
    ])
    expect(few.rows[0]?.saturated).toBeNull()
    const unknown = await readProblem(await host.request("GET", `${own}/saturation?result=joy`), 400, "invalid")
    expect(unknown.errors?.[0]?.message).toMatch(/there are: calls, /)
  })

  it("[TG5] [2.15] sets the sides of an A/B test beside each other, with intervals", async () => {
    const site = await fresh()
    for (const [campaign, variant] of [
      ["calm", "A"],
      ["loud", "B"],
    ]) {
      await host.api("POST", `${own}/campaigns`, { campaign, experiment: "tone", variant, notes: "does loud sell?" })
      for (let visit = 0; visit < 3; visit++)
        await viewPage(host, site, { url: `${ORIGIN}/?utm_source=x&utm_medium=cpc&utm_campaign=${campaign}` })
    }
    await viewPage(host, site, { url: `${ORIGIN}/?utm_source=x&utm_medium=cpc&utm_campaign=other` })
    const query = "metrics=visits&group_by=variant&experiment=tone&bounds=true&sort=variant"
    const { rows, totals } = await host.api<ReportAnswer>("GET", `${own}/report?${query}`)
    expect(rows).toMatchObject([
      { variant: "A", visits: 3 },
      { variant: "B", visits: 3 },
    ])
    expect([rows[0]?.visits_low, totals.visits]).toEqual([expect.any(Number), 6])
    const listed = await host.api<{ data: object[] }>("GET", `${own}/campaigns?experiment=tone`)
    expect(listed.data).toMatchObject([{ variant: "A", notes: "does loud sell?" }, { variant: "B" }])
  })
})
