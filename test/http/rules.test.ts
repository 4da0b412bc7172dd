import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { CallAnswer } from "../../shared/contract.js"
import type { ForecastAnswer, RuleAnswer, RuleTestAnswer } from "../../shared/contract-rules.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { beat, createSite, type TestSite, viewPage } from "../site.js"

const MAIL = "https://shop.example/?utm_source=news&utm_medium=email&utm_campaign=may"
const RADIO = "+12125550150"

describe.each(ENGINES)("rules, codes and answers on %s", (engine) => {
  let host: Host
  let site: TestSite
  const path = (rest: string) => `/v1/sites/${site.id}/${rest}`
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  const importCall = (id: string, to: string, from?: string) =>
    host.api<CallAnswer>("POST", path("calls"), {
      external_id: id,
      to,
      ...(from ? { from } : {}),
      started_at: new Date(host.now()).toISOString(),
    })

  it("[U1] [U2] a rule decides what a visit sees, and its test says why", async () => {
    site = await createSite(host)
    const number = await host.api<{ id: string }>("POST", path("numbers"), {
      e164: RADIO,
      kind: "static",
      source: { channel: "Email", source: "letter", medium: "email" },
    })
    const rule = await host.api<RuleAnswer>("POST", path("rules"), {
      name: "Letters",
      conditions: [{ field: "channel", values: ["Email"] }],
      outcome: { show: "number", number: number.id },
    })
    expect((await viewPage(host, site, { url: MAIL })).swaps[0]).toMatchObject({ number: RADIO, lease: null })
    expect(site.numbers).toContain((await viewPage(host, site)).swaps[0]?.number)
    const test = await host.api<RuleTestAnswer>("POST", path("rules/test"), { url: MAIL })
    expect(test.targets).toMatchObject([{ rule: rule.id, outcome: { show: "number", number: number.id } }])
    expect(test.rules[0]?.why).toEqual(['channel is "email"; wanted is one of "Email": fits'])
    const changed = await host.api<RuleAnswer>("PATCH", path(`rules/${rule.id}`), { enabled: false })
    expect(changed).toMatchObject({ id: rule.id, enabled: false, name: "Letters" })
    expect((await host.api<{ data: RuleAnswer[] }>("GET", path("rules"))).data).toEqual([changed])
    expect(site.numbers).toContain((await viewPage(host, site, { url: MAIL })).swaps[0]?.number)
    expect((await host.request("DELETE", path(`rules/${rule.id}`))).status).toBe(204)
    expect((await host.request("GET", path(`rules/${rule.id}`))).status).toBe(404)
  })

  it.each([
    [{ name: "x", outcome: { show: "pool", pool: "pool_00000000000" } }, 404],
    [{ name: "x", outcome: { show: "all" } }, 400],
    [{ name: "x", outcome: { show: "nothing" }, conditions: [{ field: "mood", values: ["good"] }] }, 400],
    [{ name: "x", outcome: { show: "nothing" }, conditions: [{ field: "hour", values: [] }] }, 400],
    [{ name: "x", outcome: { show: "nothing" }, target: "no number" }, 400],
  ])("[U1] refuses the rule %j with %i", async (body, status) => {
    site = await createSite(host)
    expect((await host.request("POST", path("rules"), body)).status).toBe(status)
  })

  it("[U3] a code that a caller gave leads his call back to its source", async () => {
    site = await createSite(host)
    const code = { kind: "code", code: "fair7", source: { channel: "Event", source: "fair", medium: "event" } }
    expect(await host.api("POST", path("codes"), code)).toMatchObject({ code: "FAIR7", source: { channel: "Event" } })
    expect((await host.request("POST", path("codes"), code)).status).toBe(409)
    await viewPage(host, site)
    const call = await importCall("k1", site.numbers[0] ?? "")
    expect(call.attribution.method).toBe("lease")
    const said = await host.api<CallAnswer>("PATCH", path(`calls/${call.id}`), { code: "fair7" })
    expect(said).toMatchObject({ source: { channel: "Event" }, attribution: { method: "code", channel: "Event" } })
  })

  it("[A7] [A8] a person's word is final, and every answer before it can be read", async () => {
    site = await createSite(host)
    const mail = await viewPage(host, site, { url: MAIL })
    await host.advance(60_000)
    await viewPage(host, site)
    const call = await importCall("k1", site.numbers[1] ?? "")
    const corrected = await host.api<CallAnswer>("PATCH", path(`calls/${call.id}`), { visit: mail.visit })
    expect(corrected).toMatchObject({ visit: mail.visit, attribution: { method: "corrected", confidence: 1 } })
    const again = await host.api<CallAnswer>("POST", path(`calls/${call.id}/relearn`))
    expect(again.visit).toBe(mail.visit)
    const { data } = await host.api<{ data: { answer: object }[] }>("GET", path(`calls/${call.id}/answers`))
    expect(data).toMatchObject([{ answer: { method: "lease", visit: call.visit } }])
    expect((await host.request("PATCH", path(`calls/${call.id}`), { visit: "vis_00000000000" })).status).toBe(400)
  })

  it("[A4] a caller heard before is led to his visitor, with and without a record", async () => {
    site = await createSite(host, { size: 1 })
    const first = await viewPage(host, site)
    await host.advance(20_000)
    await beat(host, site, first.visit, { kind: "tap", number: site.numbers[0] })
    await host.advance(5000)
    expect((await importCall("k1", site.numbers[0] ?? "", "+14155550123")).visit).toBe(first.visit)
    await host.advance(3_600_000)
    await viewPage(host, site)
    await host.advance(5000)
    const at = encodeURIComponent(new Date(host.now()).toISOString())
    const to = encodeURIComponent(site.numbers[0] ?? "")
    const known = await host.api<{ visitor: string }>("GET", path(`resolve?to=${to}&at=${at}&from=%2B14155550123`))
    expect(known.visitor).toBe(first.visitor)
    const stranger = await host.api<{ visitor: string }>("GET", path(`resolve?to=${to}&at=${at}`))
    expect(stranger.visitor).not.toBe(first.visitor)
  })

  it("[E1] a forecast goes from numbers to coverage and back", async () => {
    site = await createSite(host)
    for (let visit = 0; visit < 5; visit++) {
      const { visit: id } = await viewPage(host, site)
      await host.advance(60_000)
      await beat(host, site, id)
    }
    const one = await host.api<ForecastAnswer>("GET", path(`forecast?pool=${site.pool}&numbers=1`))
    expect(one.holding_s).toBeCloseTo(75, 0)
    expect(one.coverage).toBeCloseTo(1 / (1 + one.load), 3)
    const back = await host.api<ForecastAnswer>("GET", path(`forecast?pool=${site.pool}&coverage=0.99`))
    expect(back.coverage).toBeGreaterThanOrEqual(0.99)
    const fewer = await host.api<ForecastAnswer>("GET", path(`forecast?pool=${site.pool}&numbers=${back.numbers - 1}`))
    expect(fewer.coverage).toBeLessThan(0.99)
  })
})
