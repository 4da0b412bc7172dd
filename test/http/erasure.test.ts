import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { signTwilio } from "../../server/carriers/twilio.js"
import type { CallAnswer } from "../../shared/contract.js"
import type { ErasureAnswer } from "../../shared/contract-erasure.js"
import type { LeadAnswer } from "../../shared/contract-leads.js"
import type { ReportAnswer } from "../../shared/contract-report.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { beat, createSite, ORIGIN, type TestSite, TOKEN, viewPage } from "../site.js"
import { readFaults } from "./problem.js"

const ANN = "+13125550199"
const MINUTE = 60_000

describe.each(ENGINES)("being forgotten on %s", (engine) => {
  let host: Host
  let site: TestSite
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  const path = (rest: string) => `/v1/sites/${site.id}/${rest}`
  const get = <T>(rest: string) => host.api<T>("GET", path(rest))
  const post = <T = { id: string }>(rest: string, body: object) => host.api<T>("POST", path(rest), body)
  const calls = async (query = "") => (await get<{ data: CallAnswer[] }>(`calls?${query}`)).data
  const twilio = async (event: string, fields: Record<string, string>) => {
    const address = path(`carriers/twilio/${event}`)
    return host.request("POST", address, new URLSearchParams(fields).toString(), {
      key: null,
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": await signTwilio(host.publicUrl + address, Object.entries(fields), TOKEN),
      },
    })
  }
  const report = () => {
    const metrics = [
      ...["visits", "visitors", "new_visitors", "pages", "calls", "unique_callers", "first_time_callers"],
      ...["repeat_callers", "answered", "talk_s", "leads", "orders", "revenue", "customers", "repeat_revenue"],
    ].join(",")
    return Promise.all(
      ["", "channel", "caller_region", "landing_page", "number"].map((group_by) =>
        get<ReportAnswer>(`report?${new URLSearchParams({ metrics, group_by })}`),
      ),
    )
  }
  /** A visitor who sends a form, calls twice, buys and is written about. */
  const live = async () => {
    site = await createSite(host)
    const seen = await viewPage(host, site, { url: `${ORIGIN}/?utm_source=x&utm_medium=cpc&gclid=EAIaClick42` })
    await beat(host, site, seen.visit, { kind: "form", fields: { name: "Ann Lee", email: "ann@example.com" } })
    await host.advance(MINUTE)
    const call = { CallSid: "CA1", From: ANN, To: seen.swaps[0]?.number ?? "", CallerName: "LEE ANN" }
    await twilio("voice", { ...call, CallStatus: "ringing" })
    await twilio("dial", { ...call, DialCallSid: "CB1", DialCallStatus: "completed", DialCallDuration: "95" })
    await twilio("recording", {
      ...{ CallSid: "CA1", RecordingStatus: "completed", RecordingDuration: "95", RecordingSid: "RE1" },
      RecordingUrl: "https://api.twilio.com/RE1",
    })
    const [known] = await calls()
    await host.api("PATCH", path(`calls/${known?.id}`), { notes: "Ann is ill", outcome: "sale" })
    await host.advance(MINUTE)
    const started_at = new Date(host.now()).toISOString()
    await post("calls", [{ external_id: "k2", to: site.numbers[1], from: ANN, started_at, talk_s: 5 }])
    await post("calls", [{ external_id: "k3", to: site.numbers[1], from: "+13125550198", started_at, talk_s: 5 }])
    await post("orders", { external_id: "o1", amount: 500, phone: ANN })
    return { seen, call, lead: (await get<{ data: LeadAnswer[] }>("leads")).data[0] }
  }
  const searched = async () => {
    const lists = ["calls", "leads", "people", "orders", "visits", "tasks", "erasures", "carriers/twilio/requests"]
    const texts = await Promise.all(lists.map(async (list) => (await host.request("GET", path(list))).text()))
    const each = await Promise.all(
      (await calls()).map(async ({ id }) => (await host.request("GET", path(`calls/${id}`))).text()),
    )
    return [...texts, ...each].join("\n")
  }
  const WORDS = ["3125550199", "Ann", "ANN", "ann@example.com", "EAIaClick42", "/RE1"]

  it("[J7] erases a person with his calls, visits and what carriers sent, and every figure stays", async () => {
    const { call, lead, seen } = await live()
    const before = await report()
    const known = await searched()
    for (const word of ["3125550199", "Ann Lee", "ann@example.com", "/RE1"]) expect(known).toContain(word)
    expect((await host.request("DELETE", path(`people/${lead?.person}`))).status).toBe(204)
    const left = await searched()
    for (const word of WORDS) expect(left).not.toContain(word)
    expect(await report()).toEqual(before)
    const own = (await calls()).filter(({ from }) => from !== "+13125550198")
    expect(own).toMatchObject([
      { prior_calls: 1, first_time_caller: false },
      { prior_calls: 0, first_time_caller: true, outcome: "sale", talk_s: 95 },
    ])
    expect(await calls(`caller=${encodeURIComponent(ANN)}`)).toEqual([])
    // A late report of the carrier, and an import of the same call, bring nobody back.
    await twilio("status", { ...call, CallStatus: "completed", CallDuration: "110" })
    const started_at = own[0]?.started_at
    await post("calls", [{ external_id: "k2", to: site.numbers[1], from: ANN, started_at, talk_s: 7 }])
    expect((await calls()).filter(({ from }) => from === ANN)).toEqual([])
    expect((await calls()).map(({ talk_s }) => talk_s)).toEqual(expect.arrayContaining([95, 7]))
    expect((await get<{ data: object[] }>("carriers/twilio/requests")).data).toEqual([])
    // Who comes back is somebody new.
    const again = await viewPage(host, site, { visitor: seen.visitor, visit: seen.visit })
    expect(again.visitor).not.toBe(seen.visitor)
    await host.advance(MINUTE)
    const now = new Date(host.now()).toISOString()
    const [fresh] = (
      await post<{ data: CallAnswer[] }>("calls", [
        { external_id: "k4", to: "+13125550777", from: ANN, started_at: now },
      ])
    ).data
    expect(fresh).toMatchObject({ first_time_caller: true, prior_calls: 0, visit: null })
  })

  it("[J9] erases whoever has a number, an address or a visitor id, and keeps a list that names nobody", async () => {
    await live()
    const before = await report()
    const stranger = await post<ErasureAnswer>("erasures", { phone: "(312) 555-0198" })
    expect(stranger).toMatchObject({ people: 0, leads: 0, calls: 1, visits: 0 })
    expect(await calls(`caller=${encodeURIComponent("+13125550198")}`)).toEqual([])
    const ann = await post<ErasureAnswer>("erasures", { email: "ANN@example.com" })
    expect(ann.people).toBe(1)
    expect(ann.visits).toBe(1)
    const rest = await post<ErasureAnswer>("erasures", { phone: ANN })
    expect(ann.calls + rest.calls).toBe(2)
    const seen = await viewPage(host, site)
    expect(await post<ErasureAnswer>("erasures", { visitor: seen.visitor })).toMatchObject({ visits: 1, people: 0 })
    const left = await searched()
    for (const word of [...WORDS, "3125550198"]) expect(left).not.toContain(word)
    const after = await report()
    expect(after[0]?.totals).toEqual({
      ...before[0]?.totals,
      visits: (before[0]?.totals.visits ?? 0) + 1,
      visitors: (before[0]?.totals.visitors ?? 0) + 1,
      new_visitors: (before[0]?.totals.new_visitors ?? 0) + 1,
      pages: (before[0]?.totals.pages ?? 0) + 1,
    })
    const { data } = await get<{ data: ErasureAnswer[] }>("erasures")
    expect(data).toHaveLength(4)
    expect(data.at(-1)).toEqual(stranger)
    for (const [body, faults] of [
      [{}, [""]],
      [{ phone: "abc" }, ["phone"]],
      [{ visitor: "vis_1" }, ["visitor"]],
      [{ email: "x" }, ["email"]],
    ] as const)
      expect(await readFaults(await host.request("POST", path("erasures"), body))).toEqual(faults)
  })

  it("[J10] keeps how long people are known as a setting, and refuses what is no number of months", async () => {
    site = await createSite(host)
    const settings = { visits_months: null, calls_months: null, leads_months: null }
    expect(await get("settings/retention")).toEqual(settings)
    const changed = await host.api("PATCH", path("settings/retention"), { calls_months: 25, visits_months: 13 })
    expect(changed).toEqual({ ...settings, calls_months: 25, visits_months: 13 })
    expect(await host.api("PATCH", path("settings/retention"), { visits_months: null })).toEqual({
      ...settings,
      calls_months: 25,
    })
    for (const months of [0, 1.5, 121, "12"])
      expect(
        await readFaults(await host.request("PATCH", path("settings/retention"), { leads_months: months })),
      ).toEqual(["leads_months"])
  })
})
