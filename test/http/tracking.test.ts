import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { signTwilio } from "../../server/carriers/twilio.js"
import type { CallAnswer, NumberAnswer } from "../../shared/contract.js"
import type { LeadAnswer, PerformanceAnswer } from "../../shared/contract-leads.js"
import type { ReportAnswer } from "../../shared/contract-report.js"
import { readXml, type XmlTree } from "../carriers/xml-tree.js"
import { ENGINES, type Host, START, startHost } from "../host.js"
import { beat, createSite, ORIGIN, type TestSite, TOKEN, viewPage } from "../site.js"

const MINUTE = 60_000
const DAY = 86_400_000
const ADS = `${ORIGIN}/?utm_source=baidu&utm_medium=cpc&utm_campaign=spring`
const MAIL = `${ORIGIN}/?utm_source=letter&utm_medium=email`
const BUSINESS = "+13125550100"

/** The numbers that a Dial rings. */
const phonesOf = (dial: XmlTree | undefined) =>
  ((dial?.children ?? []) as XmlTree[]).map(({ children }) => children.join(""))

describe.each(ENGINES)("what a call tracker is for, on %s", (engine) => {
  let host: Host
  let site: TestSite
  let made = 0
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  const path = (rest: string) => `/v1/sites/${site.id}/${rest}`
  const post = <T = { id: string }>(rest: string, body: object) => host.api<T>("POST", path(rest), body)
  const get = <T>(rest: string) => host.api<T>("GET", path(rest))
  const fresh = async (options: Parameters<typeof createSite>[1] = {}) => {
    site = await createSite(host, options)
  }
  const fixed = (e164: string, source: object, more: object = {}) =>
    post<NumberAnswer>("numbers", { e164, kind: "static", source, ...more })
  const ring = async (to: string, from = `+1312555${String(2000 + ++made)}`, more: object = {}) => {
    const started_at = new Date(host.now()).toISOString()
    const call = { external_id: `c${++made}`, to, from, started_at, talk_s: 90, ...more }
    const { data } = await host.api<{ data: CallAnswer[] }>("POST", path("calls"), [call])
    const [answer] = data
    if (!answer) throw new Error("no call was stored")
    return answer
  }
  const report = (query: Record<string, string>) => get<ReportAnswer>(`report?${new URLSearchParams(query)}`)
  /** A signed request of Twilio, answered with the verbs of its XML. */
  const twilio = async (event: string, fields: Record<string, string>) => {
    const address = path(`carriers/twilio/${event}`)
    const signature = await signTwilio(host.publicUrl + address, Object.entries(fields), TOKEN)
    const answer = await host.request("POST", address, new URLSearchParams(fields).toString(), {
      key: null,
      headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature },
    })
    const text = await answer.text()
    expect(answer.status).toBeLessThan(300)
    return text.startsWith("<") ? (readXml(text).children as XmlTree[]) : []
  }

  it("[A1] [N12] [0.7] [4.1] ties a 400 number to each channel for its days, and counts calls by both", async () => {
    await fresh({ settings: { country: "CN", timezone: "Asia/Shanghai", currency: "CNY" } })
    const until = { valid_until: "2026-11-02" }
    const numbers = [
      await fixed("400-001-0001", { channel: "Paid Search", source: "baidu" }),
      await fixed("400-001-0002", { channel: "Organic Video", source: "douyin" }),
      await fixed("400-001-0003", { channel: "Transit", source: "metro" }, until),
    ].map(({ e164, id }) => ({ e164, id }))
    expect(numbers.map(({ e164 }) => e164)).toEqual(["+864000010001", "+864000010002", "+864000010003"])
    const printed = await host.request("GET", path(`numbers/${numbers[2]?.id}/asset.svg`))
    expect(await printed.text()).toContain(">400-001-0003<")
    for (const { e164 } of [...numbers, ...numbers.slice(0, 1)]) await ring(e164)
    await host.advance(DAY)
    expect(await ring("+864000010003")).toMatchObject({ source: null, attribution: { state: "unattributed" } })
    const span = { metrics: "calls", from: "2026-11-01", to: "2026-11-05" }
    const { rows, totals } = await report({ ...span, group_by: "channel,number", sort: "number" })
    expect(rows).toEqual([
      { channel: "Paid Search", number: "+864000010001", calls: 2 },
      { channel: "Organic Video", number: "+864000010002", calls: 1 },
      { channel: "Transit", number: "+864000010003", calls: 1 },
      { channel: null, number: "+864000010003", calls: 1 },
    ])
    expect(totals.calls).toBe(5)
  })

  it("[G2] [M1] [0.8] [4.5] shows visitors of one campaign different numbers, and leads each call to its own visit", async () => {
    await fresh()
    const [one, two] = [await viewPage(host, site, { url: ADS }), await viewPage(host, site, { url: ADS })]
    const [first, second] = [one.swaps[0]?.number ?? "", two.swaps[0]?.number ?? ""]
    expect([first, second].every((number) => site.numbers.includes(number)) && first !== second).toBe(true)
    await host.advance(MINUTE)
    for (const [visit, number] of [
      [one.visit, first],
      [two.visit, second],
    ] as const) {
      const call = await ring(number)
      expect(call).toMatchObject({ visit, source: { channel: "Paid Search", source: "baidu", campaign: "spring" } })
      expect(call.attribution).toMatchObject({ state: "attributed", method: "lease" })
    }
  })

  it("[A5] [0.10] weighs what the caller told the agent against what was tracked, and keeps both", async () => {
    await fresh({ size: 1 })
    const mail = await viewPage(host, site, { url: MAIL })
    await host.advance(MINUTE)
    await beat(host, site, mail.visit)
    const ads = await viewPage(host, site, { url: ADS })
    await host.advance(MINUTE)
    for (const { visit } of [mail, ads]) await beat(host, site, visit)
    const call = await ring(site.numbers[0] ?? "")
    expect(call.attribution).toMatchObject({ state: "ambiguous" })
    expect(call.attribution.candidates).toHaveLength(2)
    const say = (stated_source: object | null) =>
      host.api<CallAnswer>("PATCH", path(`calls/${call.id}`), { stated_source })
    const agreed = await say({ channel: "Email" })
    expect(agreed).toMatchObject({
      visit: mail.visit,
      source: { channel: "Email" },
      stated_source: { channel: "Email" },
    })
    expect(agreed.attribution.candidates[0]?.evidence).toContain("the caller named Email")
    expect((await say({ channel: "Paid Search" })).visit).toBe(ads.visit)
    // A word against all that was tracked makes the answer less sure, and does not replace it.
    const against = await say({ channel: "Radio" })
    expect(against).toMatchObject({ stated_source: { channel: "Radio" } })
    expect(against.source?.channel).not.toBe("Radio")
    expect(against.attribution.confidence).toBeLessThan(call.attribution.confidence)
    // A number of one source is surer than a memory.
    await fixed("+13125550150", { channel: "Radio" })
    const certain = await ring("+13125550150")
    const doubted = await host.api<CallAnswer>("PATCH", path(`calls/${certain.id}`), {
      stated_source: { channel: "Email" },
    })
    expect(doubted).toMatchObject({ source: { channel: "Radio" }, stated_source: { channel: "Email" } })
    expect((await say(null)).attribution.confidence).toBeCloseTo(call.attribution.confidence, 6)
  })

  it("[A6] [P3] [0.13] leads every call to a channel or shows that it could not", async () => {
    await fresh()
    await viewPage(host, site, { url: ADS })
    await host.advance(MINUTE)
    await ring(site.numbers[0] ?? "")
    await ring(site.numbers[1] ?? "")
    await ring("+13125550777")
    const { rows, totals } = await report({ metrics: "calls,unattributed,unattributed_share", group_by: "channel" })
    expect(rows).toEqual([
      { channel: null, calls: 2, unattributed: 2, unattributed_share: 1 },
      { channel: "Paid Search", calls: 1, unattributed: 0, unattributed_share: 0 },
    ])
    expect(totals).toEqual({ calls: 3, unattributed: 2, unattributed_share: 2 / 3 })
    const { data } = await get<{ data: CallAnswer[] }>("calls?state=unattributed")
    expect(data.map(({ attribution }) => typeof attribution.reason)).toEqual(["string", "string"])
  })

  it("[P30] [CALLER2] [0.24] shows weekday and hour in the account's zone, and the region that converts", async () => {
    await fresh({ settings: { timezone: "Asia/Shanghai", country: "CN" } })
    await fixed("+864000010001", { channel: "Transit" })
    const shanghai = new Date(host.now() + 8 * 60 * MINUTE)
    const [weekday, hour] = [shanghai.getUTCDay(), shanghai.getUTCHours()]
    const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    const tianjin = [await ring("+864000010001", "+862258880001"), await ring("+864000010001", "+862258880002")]
    await ring("+864000010001", "+861058880001")
    await host.advance(DAY)
    await ring("+864000010001", "+861058880002", { status: "missed" })
    await post("orders", { external_id: "o1", amount: 800, call: tianjin[0]?.id })
    const metrics = "calls,missed,call_order_rate"
    const heat = await report({ metrics, group_by: "weekday,hour", sort: "weekday" })
    expect(heat.rows).toMatchObject([
      { weekday: days[weekday], hour, calls: 3, missed: 0, call_order_rate: 0 },
      { weekday: days[weekday + 1], hour, calls: 1, missed: 1, call_order_rate: 1 },
    ])
    expect((await report({ metrics, group_by: "caller_region", sort: "caller_region" })).rows).toEqual([
      { caller_region: "CN-BJ", calls: 2, missed: 1, call_order_rate: 0 },
      { caller_region: "CN-TJ", calls: 2, missed: 0, call_order_rate: 0.5 },
    ])
  })

  it("[U3] [CARE4] [0.27] [4.6] leads calls on one number to scenes and people by codes, which are printed with it", async () => {
    await fresh()
    const number = await fixed("+13125550150", { channel: "Print", source: "leaflet" })
    for (const [code, source] of [
      ["WANG", { channel: "Street Promotion", source: "team wang" }],
      ["FAIR7", { channel: "Event", source: "fair" }],
    ] as const)
      await post("codes", { kind: "code", code, source })
    const say = async (code: string) =>
      host.api<CallAnswer>("PATCH", path(`calls/${(await ring(number.e164)).id}`), { code })
    expect((await say("wang")).source).toMatchObject({ channel: "Street Promotion", source: "team wang" })
    expect((await say("fair7")).source).toMatchObject({ channel: "Event", source: "fair" })
    expect((await say("nobody")).source).toMatchObject({ channel: "Print" })
    const { rows } = await report({ metrics: "calls", group_by: "number,source", sort: "source" })
    expect(rows.map(({ source, calls }) => [source, calls])).toEqual([
      ["fair", 1],
      ["leaflet", 1],
      ["team wang", 1],
    ])
    const asset = await host.request("GET", path(`numbers/${number.id}/asset.svg?title=Say%20WANG`))
    expect([asset.headers.get("content-type"), await asset.text()]).toEqual([
      expect.stringContaining("image/svg+xml"),
      expect.stringContaining("Say WANG"),
    ])
  })

  it("[K5] [Q5] [4.4] sends a call on to the main line, records it, finds its source, counts it and makes a lead", async () => {
    await fresh({ settings: { forward_to: BUSINESS } })
    await host.api("PUT", path("flow"), { record: { announcement: "This call is recorded." } })
    const seen = await viewPage(host, site, { url: ADS })
    await host.advance(MINUTE)
    const call = { CallSid: "CA1", From: "+13125550199", To: seen.swaps[0]?.number ?? "", Direction: "inbound" }
    const [dial] = (await twilio("voice", { ...call, CallStatus: "ringing" })).filter(({ name }) => name === "Dial")
    expect(phonesOf(dial)).toEqual([BUSINESS])
    await host.advance(2 * MINUTE)
    const done = { ...call, DialCallSid: "CB1", DialCallStatus: "completed", DialCallDuration: "95" }
    await twilio("dial", { ...done, CallStatus: "in-progress" })
    await twilio("status", { ...call, CallStatus: "completed", CallDuration: "110" })
    await twilio("recording", {
      ...{ CallSid: "CA1", RecordingStatus: "completed", RecordingDuration: "95", RecordingSid: "RE1" },
      RecordingUrl: "https://api.twilio.com/RE1",
    })
    const { data } = await get<{ data: CallAnswer[] }>("calls")
    expect(data).toMatchObject([
      {
        ...{ answered: true, talk_s: 95, recording_url: "https://api.twilio.com/RE1" },
        ...{ visit: seen.visit, source: { channel: "Paid Search", campaign: "spring" } },
      },
    ])
    expect((await report({ metrics: "calls,answered,talk_s", campaign: "spring" })).totals).toEqual({
      ...{ calls: 1, answered: 1, talk_s: 95 },
    })
    const leads = await get<{ data: LeadAnswer[] }>("leads")
    expect(leads.data).toMatchObject([{ origin: "call", call: data[0]?.id, source: { channel: "Paid Search" } }])
  })

  it("[A1] [U3] [4.7] sets fixed and lent numbers side by side in one report, with codes on top", async () => {
    await fresh()
    await fixed("+13125550150", { channel: "Radio" })
    await post("codes", { kind: "code", code: "FAIR7", source: { channel: "Event" } })
    const seen = await viewPage(host, site, { url: ADS })
    await host.advance(MINUTE)
    const lent = await ring(seen.swaps[0]?.number ?? "")
    for (let count = 0; count < 2; count++) await ring("+13125550150")
    await host.api("PATCH", path(`calls/${(await ring("+13125550150")).id}`), { code: "FAIR7" })
    await post("orders", { external_id: "o1", amount: 100, call: lent.id })
    const { rows, totals } = await report({
      ...{ metrics: "calls,call_order_rate", group_by: "method,channel", sort: "method" },
    })
    expect(rows.map(({ method, channel, calls }) => [method, channel, calls])).toEqual([
      ["code", "Event", 1],
      ["lease", "Paid Search", 1],
      ["static", "Radio", 2],
    ])
    expect(totals).toEqual({ calls: 4, call_order_rate: 0.25 })
    const byPool = await report({ metrics: "calls,revenue", group_by: "pool" })
    expect(byPool.rows).toEqual([
      { pool: null, calls: 3, revenue: 0 },
      { pool: "Web", calls: 1, revenue: 100 },
    ])
  })

  it("[Z1] [Z4] [K4] [COST8] [4.8] is set up through the API, and a lead gets through where tracking knows nothing", async () => {
    await fresh({ settings: { forward_to: BUSINESS } })
    expect(await (await host.request("GET", "/dni.js", undefined, { key: null })).text()).not.toBe("")
    const setup = await get<object>("carriers/twilio/setup")
    expect(JSON.stringify(setup)).toContain(`${host.publicUrl}${path("carriers/twilio/voice")}`)
    const order = { carrier: "twilio", numbers: ["+16465550142"], kind: "pool", pool: site.pool }
    await post("numbers/buy", order)
    const { data: inventory } = await get<{ data: NumberAnswer[] }>(`numbers?pool=${site.pool}`)
    expect(inventory.map(({ e164 }) => e164)).toContain("+16465550142")
    const spend = "Day,Campaign,Currency code,Cost,Impr.,Clicks\n2026-11-02,spring,USD,12.50,1000,40\n"
    await host.api("POST", path("costs/import?format=google_ads"), spend)
    const bought = await report({ metrics: "cost,clicks,cpc,ctr", campaign: "spring", from: "2026-11-01" })
    expect(bought.totals).toMatchObject({ cost: 12.5, clicks: 40, cpc: 0.3125, ctr: 0.04 })
    // Nobody was lent this number, and nothing is known of the visit: both come in all the same.
    const [dial] = await twilio("voice", { CallSid: "CA9", From: "+13125550198", To: "+13125550777" })
    expect(phonesOf(dial)).toEqual([BUSINESS])
    const lead = await post<LeadAnswer>("leads", { phone: "+13125550197" })
    expect(lead).toMatchObject({ phone: "+13125550197", visit: null, source: null })
    expect((await get<{ data: CallAnswer[] }>("calls")).data).toMatchObject([{ to: "+13125550777", source: null }])
  })

  it("[V7] [Y7] [2.10] takes what happened at each stage and shows it on the person's journey", async () => {
    await fresh()
    const seen = await viewPage(host, site, { url: ADS })
    await host.advance(MINUTE)
    await viewPage(host, site, { url: `${ORIGIN}/manual`, visitor: seen.visitor, visit: seen.visit })
    await host.advance(MINUTE)
    await beat(host, site, seen.visit, { kind: "event", name: "manual_download", fields: { file: "pump.pdf" } })
    await host.advance(4 * MINUTE)
    await beat(host, site, seen.visit)
    const phone = "+13125550199"
    const call = await ring(seen.swaps[0]?.number ?? "", phone)
    await host.api("PATCH", path(`calls/${call.id}`), { tags: ["wholesale"] })
    const { data } = await get<{ data: LeadAnswer[] }>("leads")
    const [lead] = data
    await host.api("PATCH", path(`leads/${lead?.id}`), { tags: ["key account"] })
    for (const external_id of ["o1", "o2"]) await post("orders", { external_id, amount: 100, phone })
    await post("ratings", { score: 9, call: call.id })
    const person = await get<{
      journey: { kind: string; data: Record<string, unknown> }[]
      visits?: { started_at: string; seen_at: string }[]
    }>(`people/${lead?.person}`)
    const kinds = person.journey.map(({ kind }) => kind)
    expect(kinds.slice(0, 3)).toEqual(["visit", "page", "event"])
    expect(kinds).toEqual(expect.arrayContaining(["call", "lead", "order", "rating"]))
    expect(person.journey.find(({ kind }) => kind === "page")?.data).toMatchObject({ url: `${ORIGIN}/manual` })
    expect(person.journey.find(({ kind }) => kind === "event")?.data).toMatchObject({ name: "manual_download" })
    const visitor = await get<{ visits: { started_at: string; seen_at: string; pages: number }[] }>(
      `visitors/${seen.visitor}`,
    )
    const [visit] = visitor.visits
    expect(Date.parse(visit?.seen_at ?? "") - Date.parse(visit?.started_at ?? "")).toBe(6 * MINUTE)
    expect(visit?.pages).toBe(2)
    const { totals } = await report({ metrics: "pages_per_visit,repeat_orders,nps" })
    expect(totals).toEqual({ pages_per_visit: 2, repeat_orders: 1, nps: 100 })
  })

  it("[P16] [3.1] [2.13] [1.2] [1.4] tells ROMI by channel family, on revenue and on margin, apart from ROI", async () => {
    await fresh()
    await fixed("+13125550150", { channel: "Radio" })
    const call = await ring("+13125550150")
    const at = new Date(host.now()).toISOString()
    await post("orders", { external_id: "o1", amount: 900, margin: 300, call: call.id, at })
    const seen = await viewPage(host, site, { url: ADS })
    await post("orders", { external_id: "o2", amount: 100, margin: 10, visitor: seen.visitor, at })
    const from = new Date(host.now()).toISOString().slice(0, 10)
    await post("costs", { kind: "ads", amount: 200, channel: "Radio", from })
    await post("costs", { kind: "labour", amount: 100, channel: "Radio", from })
    const metrics = "romi,roi,profit,orders,phone_orders"
    const byRevenue = await report({ metrics, group_by: "family", sort: "family" })
    expect(byRevenue.rows).toEqual([
      { family: "Offline", romi: 3.5, roi: 2, profit: 600, orders: 1, phone_orders: 1 },
      { family: "Search", romi: null, roi: null, profit: 100, orders: 1, phone_orders: 0 },
    ])
    expect(byRevenue.warnings.join()).toContain("no costs of telephone numbers, content, platforms in these days")
    const byMargin = await report({ metrics: "romi,roi,profit", family: "Offline", basis: "margin" })
    expect(byMargin.totals).toEqual({ romi: 0.5, roi: 0, profit: 0 })
  })

  it("[P16] [0.6] [2.6] tells old callers and what they bought again by phone, beside inquiries and orders", async () => {
    await fresh()
    await fixed("+13125550150", { channel: "Radio" })
    const old = "+13125550301"
    const first = await ring("+13125550150", old)
    await post("orders", { external_id: "o1", amount: 100, call: first.id, at: new Date(host.now()).toISOString() })
    await host.advance(DAY)
    const again = await ring("+13125550150", old)
    await ring("+13125550150", "+13125550302")
    await post("orders", { external_id: "o2", amount: 50, call: again.id, at: new Date(host.now()).toISOString() })
    const metrics = "calls,leads,orders,unique_callers,repeat_callers,repeat_caller_share,phone_repeat_revenue"
    expect((await report({ metrics, group_by: "channel" })).rows).toEqual([
      {
        ...{ channel: "Radio", calls: 3, leads: 2, orders: 2, unique_callers: 2, repeat_callers: 1 },
        ...{ repeat_caller_share: 0.5, phone_repeat_revenue: 50 },
      },
    ])
    expect(again).toMatchObject({ first_time_caller: false, prior_calls: 1 })
  })

  it("[P2] [B12] [4.3] tells the trend of what callers ask about", async () => {
    await fresh()
    await fixed("+13125550150", { channel: "Radio" })
    const about = async (...topics: string[]) =>
      host.api("PATCH", path(`calls/${(await ring("+13125550150")).id}`), { topics })
    await about("price", "delivery")
    await host.advance(7 * DAY)
    await about("price")
    await about("price")
    const { rows } = await report({ metrics: "calls", group_by: "topic", interval: "week", sort: "week" })
    const weeks = [...new Set(rows.map(({ week }) => week))]
    expect(rows.map(({ week, topic, calls }) => [weeks.indexOf(week ?? null), topic, calls])).toEqual([
      [0, "delivery", 1],
      [0, "price", 1],
      [1, "price", 2],
    ])
  })

  it("[Y4] [Y8] [3.5] [3.9] [4.2] warns of too many leads, and tells conversion, return and quality of talks by agent", async () => {
    await fresh()
    await host.api("PUT", path("settings/leads"), { assignment: { arms: [{ arm: "round_robin" }] } })
    const { id: bob } = await post("agents", { name: "Bob", daily_capacity: 1 })
    await fixed("+13125550150", { channel: "Radio" })
    const calls = [await ring("+13125550150"), await ring("+13125550150"), await ring("+13125550150")]
    const { id: eve } = await post("agents", { name: "Eve" })
    calls.push(await ring("+13125550150"))
    await host.api("PATCH", path(`calls/${calls[0]?.id}`), { agent: bob, score: 60 })
    await host.api("PATCH", path(`calls/${calls[1]?.id}`), { agent: bob, score: 90 })
    const { data: agents } = await get<{ data: { id: string; load: number; warning: string | null }[] }>("agents")
    expect(agents).toMatchObject([{ id: bob, load: 3, warning: "got 3 leads today and can care for 1" }, { id: eve }])
    const { data: leads } = await get<{ data: LeadAnswer[] }>("leads")
    const own = leads.find(({ agent }) => agent === eve)
    await post("orders", { external_id: "o1", amount: 400, lead: own?.id })
    await host.api("PATCH", path(`leads/${own?.id}`), { stage: "won" })
    await post("costs", { kind: "ads", amount: 400, channel: "Radio", from: "2026-11-01", to: "2026-11-01" })
    const today = new Date(host.now()).toISOString().slice(0, 10)
    const { data } = await get<PerformanceAnswer>(`agents/performance?from=2026-11-01&to=${today}`)
    expect(data).toMatchObject([
      { agent: bob, leads: 3, conversion: 0, revenue: 0, cost: 300, roi: -1, calls: 2, mean_score: 75 },
      { agent: eve, leads: 1, conversion: 1, revenue: 400, cost: 100, roi: 3, calls: 0, mean_score: null },
    ])
  })

  it("[P30] [0.1] keeps number, call, source, cost and revenue in one place: profit by number and by channel", async () => {
    await fresh()
    const number = await fixed("+13125550150", { channel: "Radio" })
    await fixed("+13125550151", { channel: "TV" })
    const call = await ring("+13125550150")
    await ring("+13125550151")
    const at = new Date(START).toISOString()
    await post("orders", { external_id: "o1", amount: 1000, call: call.id, at: new Date(host.now()).toISOString() })
    const from = new Date(host.now()).toISOString().slice(0, 10)
    await post("costs", { kind: "number_rent", amount: 100, number: number.id, from })
    await post("costs", { kind: "ads", amount: 300, channel: "TV", from })
    const query = { metrics: "calls,revenue,cost,profit", from: at.slice(0, 10), sort: "-profit" }
    expect((await report({ ...query, group_by: "number" })).rows).toEqual([
      { number: "+13125550150", calls: 1, revenue: 1000, cost: 100, profit: 900 },
      { number: "+13125550151", calls: 1, revenue: 0, cost: 0, profit: 0 },
      { number: null, calls: 0, revenue: 0, cost: 300, profit: -300 },
    ])
    expect((await report({ ...query, group_by: "channel" })).rows).toEqual([
      { channel: "Radio", calls: 1, revenue: 1000, cost: 100, profit: 900 },
      { channel: "TV", calls: 1, revenue: 0, cost: 300, profit: -300 },
    ])
  })
})
