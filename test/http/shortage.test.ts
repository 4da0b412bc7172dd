import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { CallAnswer, NumberAnswer, PoolAnswer, SiteAnswer } from "../../shared/contract.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { beat, createSite, TARGET, viewPage } from "../site.js"
import { readFaults } from "./problem.js"

const EMAIL = "https://shop.example/?utm_source=news&utm_medium=email"
const PAID = "https://shop.example/?gclid=abc123"
const MINUTE = 60_000

describe.each(ENGINES)("numbers that run short on %s", (engine) => {
  let host: Host
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  const addStatic = (site: { id: string }, e164: string, channel: string, fields: object = {}) =>
    host.api<NumberAnswer>("POST", `/v1/sites/${site.id}/numbers`, {
      e164,
      kind: "static",
      source: { channel },
      ...fields,
    })
  const callTo = (site: { id: string }, to: string, at: number, external_id = to) =>
    host.api<CallAnswer>("POST", `/v1/sites/${site.id}/calls`, {
      external_id,
      to,
      from: null,
      started_at: new Date(at).toISOString(),
    })

  it("[L11] a full pool shows its channel's overflow number, else the one for all others, and counts it", async () => {
    const site = await createSite(host, { size: 1 })
    const mail = await addStatic(site, "+12125550151", "Email")
    const rest = await addStatic(site, "+12125550152", "Other")
    const pool = await host.api<PoolAnswer>("PATCH", `/v1/sites/${site.id}/pools/${site.pool}`, {
      overflow: "static",
      overflow_numbers: [{ channel: "Email", number: mail.id }, { number: rest.id }],
    })
    expect(pool).toMatchObject({
      overflow: "static",
      overflow_numbers: [
        { channel: "Email", number: mail.id },
        { channel: null, number: rest.id },
      ],
    })
    const first = await viewPage(host, site)
    expect(first.swaps[0]?.number).toBe(site.numbers[0])
    const byMail = await viewPage(host, site, { url: EMAIL })
    expect(byMail.swaps[0]).toMatchObject({ target: TARGET, number: mail.e164, lease: null })
    expect((await viewPage(host, site)).swaps[0]).toMatchObject({ number: rest.e164, lease: null })
    const { data } = await host.api<{ data: { id: string; overflow: string | null }[] }>(
      "GET",
      `/v1/sites/${site.id}/visits`,
    )
    expect(data.map(({ overflow }) => overflow)).toEqual(["static", "static", null])
    const { totals } = await host.api<{ totals: object }>(
      "GET",
      `/v1/sites/${site.id}/report?metrics=visits,leased_visits,overflow_visits`,
    )
    expect(totals).toEqual({ visits: 3, leased_visits: 1, overflow_visits: 2 })
    expect(await callTo(site, mail.e164, host.now())).toMatchObject({
      source: { channel: "Email" },
      attribution: { method: "static", confidence: 1 },
    })
  })

  it("[L11] without an overflow number that is active and valid the page keeps its own, and a pool's number is none", async () => {
    const site = await createSite(host, { size: 1 })
    const past = await addStatic(site, "+12125550151", "Email", { valid_until: "2020-01-01" })
    const path = `/v1/sites/${site.id}/pools/${site.pool}`
    const overflow_numbers = [{ number: past.id }]
    await host.api("PATCH", path, { overflow: "static", overflow_numbers })
    await viewPage(host, site)
    expect((await viewPage(host, site)).swaps[0]?.number).toBeNull()
    const { data } = await host.api<{ data: { overflow: string | null }[] }>("GET", `/v1/sites/${site.id}/visits`)
    expect(data[0]?.overflow).toBe("original")
    const { data: numbers } = await host.api<{ data: NumberAnswer[] }>("GET", `/v1/sites/${site.id}/numbers?kind=pool`)
    for (const [bad, fault] of [
      [[{ number: numbers[0]?.id }], "overflow_numbers.0.number"],
      [[{ number: "num_000000000" }], "overflow_numbers.0.number"],
      [[{ number: past.id }, { number: past.id }], "overflow_numbers.1.channel"],
    ] as const)
      expect(await readFaults(await host.request("PATCH", path, { overflow_numbers: bad }))).toEqual([fault])
  })

  it("[L12] the reserve is lent to visits of paid clicks alone, and others keep what they hold", async () => {
    const site = await createSite(host, { size: 4, pool: { overflow: "original", reserve_percent: 50 } })
    const early = await viewPage(host, site)
    await viewPage(host, site, { url: EMAIL })
    expect((await viewPage(host, site)).swaps[0]?.number).toBeNull()
    const paid = [await viewPage(host, site, { url: PAID }), await viewPage(host, site, { url: `${PAID}4` })]
    expect(new Set(paid.map(({ swaps }) => swaps[0]?.number)).size).toBe(2)
    expect(paid.every(({ swaps }) => site.numbers.includes(swaps[0]?.number ?? ""))).toBe(true)
    expect((await viewPage(host, site, { url: `${PAID}5` })).swaps[0]?.number).toBeNull()
    expect((await viewPage(host, site, { visit: early.visit })).swaps).toEqual(early.swaps)
    await host.advance(31 * MINUTE)
    expect((await viewPage(host, site)).swaps[0]?.number).not.toBeNull()
  })

  it("[L12] where numbers are shared, a visit that may not touch the reserve shares the quietest number that is held", async () => {
    const site = await createSite(host, { size: 2, pool: { reserve_percent: 50 } })
    const first = await viewPage(host, site)
    await host.advance(MINUTE)
    await beat(host, site, first.visit)
    expect((await viewPage(host, site, { url: EMAIL })).swaps[0]?.number).toBe(first.swaps[0]?.number)
    expect((await viewPage(host, site, { url: PAID })).swaps[0]?.number).not.toBe(first.swaps[0]?.number)
  })

  it("[N12] a static number speaks for its source from its first valid day to its last, in the site's zone", async () => {
    const site = await createSite(host, { size: 0, settings: { timezone: "America/New_York" } })
    const fields = { valid_from: "2026-06-01", valid_until: "2026-06-30" }
    const print = await addStatic(site, "+12125550160", "Print", fields)
    expect(print).toMatchObject(fields)
    const day = (text: string) => Date.parse(text)
    const stateAt = async (text: string) => (await callTo(site, print.e164, day(text), text)).attribution
    expect(await stateAt("2026-06-01T03:59:59Z")).toMatchObject({ state: "unattributed", reason: "not_valid" })
    expect(await stateAt("2026-06-01T04:00:01Z")).toMatchObject({ state: "attributed", method: "static" })
    expect(await stateAt("2026-07-01T03:59:58Z")).toMatchObject({ state: "attributed" })
    expect(await stateAt("2026-07-01T04:00:01Z")).toMatchObject({ state: "unattributed", reason: "not_valid" })
    const path = `/v1/sites/${site.id}/numbers/${print.id}`
    expect(await host.api("PATCH", path, { valid_until: null })).toMatchObject({
      valid_from: "2026-06-01",
      valid_until: null,
    })
    expect(await stateAt("2026-08-01T12:00:00Z")).toMatchObject({ state: "attributed" })
    expect(await readFaults(await host.request("PATCH", path, { valid_until: "2026-05-31" }))).toEqual(["valid_until"])
    expect(await readFaults(await host.request("PATCH", path, { valid_from: "1960-01-01" }))).toEqual(["valid_from"])
  })

  it("[N12] CSV and offline kinds carry validity too, and a pool's number is valid always", async () => {
    const site = await createSite(host, { size: 1 })
    const channels = ["Radio", "TV", "Print", "Transit", "Outdoor", "Event", "Store", "KOL", "Group Buy"]
    const csv = [
      "e164,channel,valid_from,valid_until",
      ...channels.map(
        (channel, index) => `+1312555${String(200 + index).padStart(4, "0")},${channel},2026-01-01,2026-12-31`,
      ),
    ].join("\n")
    const answer = await host.request("POST", `/v1/sites/${site.id}/numbers`, csv, {
      headers: { "content-type": "text/csv" },
    })
    expect(answer.status).toBe(201)
    const { data } = (await answer.json()) as { data: NumberAnswer[] }
    expect(data.map(({ source }) => source?.channel)).toEqual(channels)
    expect(
      data.every(({ valid_from, valid_until }) => `${valid_from} ${valid_until}` === "2026-01-01 2026-12-31"),
    ).toBe(true)
    const list = await host.api<{ data: NumberAnswer[] }>("GET", `/v1/sites/${site.id}/numbers?kind=pool`)
    const path = `/v1/sites/${site.id}/numbers/${list.data[0]?.id}`
    expect(await readFaults(await host.request("PATCH", path, { valid_from: "2026-01-01" }))).toEqual(["valid_from"])
  })

  it("[A10] both thresholds are the site's: how sure a call must be to be attributed, and a visit to be named", async () => {
    const site = await createSite(host, { size: 1 })
    const path = `/v1/sites/${site.id}`
    expect(await host.api<SiteAnswer>("GET", path)).toMatchObject({ attributed_at: 0.8, candidates_at: 0.01 })
    const first = await viewPage(host, site)
    await host.advance(20_000)
    await beat(host, site, first.visit, { kind: "hide" })
    await host.advance(6 * MINUTE)
    const second = await viewPage(host, site)
    await host.advance(30_000)
    await beat(host, site, second.visit)
    const resolve = async () =>
      (
        await host.api<{ attribution: CallAnswer["attribution"] }>(
          "GET",
          `${path}/resolve?to=${encodeURIComponent(site.numbers[0] ?? "")}&at=${new Date(host.now()).toISOString()}`,
        )
      ).attribution
    const before = await resolve()
    expect(before.candidates).toHaveLength(2)
    const { confidence } = before
    expect(confidence).toBeGreaterThan(0.6)
    expect(confidence).toBeLessThan(1)
    const lower = Math.max(0.5, confidence - 0.01)
    await host.api("PATCH", path, { attributed_at: lower, candidates_at: 0.5 })
    expect(await resolve()).toMatchObject({ state: "attributed", confidence, candidates: [{ visit: second.visit }] })
    await host.api("PATCH", path, { attributed_at: Math.min(1, confidence + 0.001) })
    expect(await resolve()).toMatchObject({ state: "ambiguous" })
    expect(await readFaults(await host.request("PATCH", path, { attributed_at: 0.2, candidates_at: 0 }))).toEqual([
      "attributed_at",
      "candidates_at",
    ])
  })
})
