import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import type { CallAnswer } from "../../shared/contract.js"
import type { OrderAnswer } from "../../shared/contract-orders.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { beat, createSite, ORIGIN, type TestSite, viewPage } from "../site.js"
import { readFaults, readProblem } from "./problem.js"

const BUYER = "+14155550123"
const MAIL = `${ORIGIN}/?utm_source=news&utm_medium=email&utm_campaign=may`
const CSV = { headers: { "content-type": "text/csv" } }

describe.each(ENGINES)("orders on %s", (engine) => {
  let host: Host
  let site: TestSite
  const path = (rest: string) => `/v1/sites/${site.id}/${rest}`
  const put = (body: object) => host.api<OrderAnswer>("POST", path("orders"), body)
  const putAll = async (body: object[]) => (await host.api<{ data: OrderAnswer[] }>("POST", path("orders"), body)).data
  const list = async (query = "") => (await host.api<{ data: OrderAnswer[] }>("GET", path(`orders${query}`))).data
  const patch = (id: string, body: object) => host.api<OrderAnswer>("PATCH", path(`orders/${id}`), body)
  const at = (hours: number) => new Date(host.now() + hours * 3_600_000).toISOString()
  const importCall = (id: string, from = BUYER, to = site.numbers[0]) =>
    host.api<CallAnswer>("POST", path("calls"), { external_id: id, to, from, started_at: at(0) })

  beforeAll(async () => {
    host = await startHost(engine)
  })
  beforeEach(async () => {
    site = await createSite(host)
  })
  afterAll(() => host.close())

  it("[O1] [0.5] an order of a call has its visit, visitor, source and caller", async () => {
    const visit = await viewPage(host, site, { url: MAIL })
    await host.advance(10_000)
    await beat(host, site, visit.visit, { kind: "tap", number: site.numbers[0] })
    await host.advance(2000)
    const call = await importCall("c1")
    expect(call.visit).toBe(visit.visit)
    const order = await put({ external_id: "o1", amount: "1250.50", call: call.id })
    expect(order).toMatchObject({
      call: call.id,
      visit: visit.visit,
      visitor: visit.visitor,
      phone: BUYER,
      source: { channel: "Email", source: "news", campaign: "may" },
      amount: 1250.5,
      site_amount: 1250.5,
      currency: "USD",
      rate: 1,
      warning: null,
    })
    expect(await host.api("GET", path(`orders/${order.id}`))).toEqual(order)
    expect(await list(`?call=${call.id}`)).toEqual([order])
  })

  it("[O1] [0.29] an order with only a phone number is led to that caller's latest call before it", async () => {
    const visit = await viewPage(host, site, { url: MAIL })
    await host.advance(2000)
    const early = await importCall("c1")
    await host.advance(7_200_000)
    await importCall("c2", BUYER, "+12125550199")
    const national = await put({ external_id: "o1", amount: 10, phone: "(415) 555-0123", at: at(-1) })
    expect(national).toMatchObject({ call: early.id, visit: visit.visit, phone: BUYER, source: { campaign: "may" } })
    const before = await put({ external_id: "o2", amount: 10, phone: BUYER, at: at(-10) })
    expect(before).toMatchObject({ call: null, source: null, phone: BUYER })
  })

  it("[O1] [4.9] an order of a visitor is led to his latest visit before it", async () => {
    const { visitor } = await viewPage(host, site, { url: MAIL })
    await host.advance(7_200_000)
    const later = await viewPage(host, site, { url: `${ORIGIN}/?utm_source=x&utm_medium=cpc`, visitor })
    expect(later.visitor).toBe(visitor)
    expect(await put({ external_id: "o1", amount: 1, visitor })).toMatchObject({ visit: later.visit, visitor })
    expect(await put({ external_id: "o2", amount: 1, visitor, at: at(-1) })).toMatchObject({
      source: { channel: "Email" },
    })
  })

  it("[O1] naming a link makes all links anew, and what names nothing is refused", async () => {
    const visit = await viewPage(host, site, { url: MAIL })
    await host.advance(2000)
    const call = await importCall("c1")
    const order = await put({ external_id: "o1", amount: 1, call: call.id })
    expect(order.visit).toBe(visit.visit)
    expect(await patch(order.id, { margin: 0.5 })).toMatchObject({ call: call.id, visit: visit.visit })
    expect(await patch(order.id, { call: null })).toMatchObject({ call: null, visit: null, source: null, phone: BUYER })
    const strangers = {
      call: "call_000000000",
      lead: "lead_000000000",
      visitor: "vtr_000000000",
      person: "person_000000000",
      agent: "agent_000000000",
      phone: "twelve",
    }
    expect(
      (
        await readFaults(await host.request("POST", path("orders"), { external_id: "o2", amount: 1, ...strangers }))
      ).sort(),
    ).toEqual(Object.keys(strangers).sort())
    const wrongSecret = `${visit.visitor?.slice(0, -1)}${visit.visitor?.endsWith("A") ? "B" : "A"}`
    const forged = { external_id: "o2", amount: 1, visitor: wrongSecret }
    expect(await readFaults(await host.request("POST", path("orders"), forged))).toEqual(["visitor"])
  })

  it("[O2] an order is renewed by its external_id: what is named changes, the rest stays", async () => {
    const first = await put({ external_id: "o1", amount: 30_000, margin: 9000, at: at(-5), phone: BUYER })
    await host.advance(60_000)
    const again = await put({ external_id: "o1", amount: "29000.00" })
    expect(again).toEqual({ ...first, amount: 29_000, site_amount: 29_000, updated_at: at(0) })
    expect(await list()).toEqual([again])
    expect(await put({ external_id: "o1", amount: 29_000, margin: null })).toMatchObject({ margin: null, phone: BUYER })
  })

  it("[O2] of several orders all are put or none, and each bad one is named", async () => {
    const rows = [
      { external_id: "a", amount: 1 },
      { external_id: "b", amount: "1.005" },
      { external_id: "c", amount: 1, call: "call_000000000" },
      { external_id: "a", amount: 2 },
    ]
    const faults = await readFaults(await host.request("POST", path("orders"), rows))
    expect(faults).toEqual(["1.amount", "2.call", "3.external_id"])
    expect(await list()).toEqual([])
    expect(
      await putAll(Array.from({ length: 100 }, (_, row) => ({ external_id: `n${row}`, amount: row }))),
    ).toHaveLength(100)
    const many = Array.from({ length: 101 }, (_, row) => ({ external_id: `m${row}`, amount: row }))
    await readProblem(await host.request("POST", path("orders"), many), 400, "invalid")
  })

  it("[O2] orders come as CSV too", async () => {
    const csv = `\ufeffExternal_ID;amount;phone;at\r\n7;"12,345";;\r\n`
    expect(await readFaults(await host.request("POST", path("orders"), csv, CSV))).toEqual(["0.amount"])
    const good = `external_id;amount;phone;at\r\n7;12.50;${BUYER};2026-11-01T10:00:00Z\r\n8;-2;;\r\n`
    const { data } = await host.api<{ data: OrderAnswer[] }>("POST", path("orders"), good, CSV)
    expect(data).toMatchObject([
      { external_id: "7", amount: 12.5, phone: BUYER, at: "2026-11-01T10:00:00.000Z" },
      { external_id: "8", amount: -2, refund: true },
    ])
    expect(await readFaults(await host.request("POST", path("orders"), "external_id,price\n1,2", CSV))).toEqual([
      "column price",
    ])
  })

  it("[O3] [0.6] [1.11] a buyer's earliest purchase is his first, in whichever order they become known", async () => {
    const { visitor } = await viewPage(host, site)
    await putAll([
      { external_id: "third", amount: 1, phone: BUYER, at: at(-1) },
      { external_id: "second", amount: 1, phone: BUYER, email: "a@b.example", at: at(-2) },
      { external_id: "by mail", amount: 1, email: "A@B.example", at: at(-1.5) },
      { external_id: "stranger", amount: 1, phone: "+14155550124", at: at(-1) },
      { external_id: "nobody", amount: 1, at: at(-1) },
    ])
    const repeats = async () => (await list("?repeat=true")).map((order) => order.external_id).sort()
    expect(await repeats()).toEqual(["by mail", "third"])
    await put({ external_id: "refund", amount: -1, phone: BUYER, at: at(-9) })
    expect(await repeats()).toEqual(["by mail", "third"])
    const first = await put({ external_id: "first", amount: 1, phone: BUYER, visitor, at: at(-3) })
    expect(first.repeat).toBe(false)
    expect(await repeats()).toEqual(["by mail", "second", "third"])
    expect((await put({ external_id: "same browser", amount: 1, visitor, at: at(-2.5) })).repeat).toBe(true)
    await patch(first.id, { at: at(-0.5) })
    expect(await repeats()).toEqual(["by mail", "first", "second", "third"])
    expect((await host.request("DELETE", path(`orders/${first.id}`))).status).toBe(204)
    expect(await repeats()).toEqual(["by mail", "second", "third"])
    const second = (await list("?external_id=second"))[0]?.id ?? ""
    await patch(second, { phone: "+14155550124", email: null })
    expect(await repeats()).toEqual(["by mail", "stranger", "third"])
  })

  it("[O3] people who turn out to be one share their purchases; two callers of one browser do not", async () => {
    await put({ external_id: "by phone", amount: 1, phone: BUYER, at: at(-3) })
    const mail = await put({ external_id: "by mail", amount: 1, email: "a@b.example", at: at(-2) })
    expect(mail).toMatchObject({ repeat: false, person: expect.stringMatching(/^person_/) })
    const both = await put({ external_id: "both", amount: 1, phone: BUYER, email: "a@b.example", at: at(-1) })
    expect((await list("?repeat=true")).map((order) => order.external_id)).toEqual(["both", "by mail"])
    expect(new Set((await list()).map((order) => order.person))).toEqual(new Set([both.person]))
    expect(await list(`?person=${both.person}`)).toHaveLength(3)
    const visit = await viewPage(host, site, { url: MAIL })
    await host.advance(2000)
    const calls = [await importCall("c1", "+14155550131"), await importCall("c2", "+14155550132")]
    for (const call of calls)
      expect(await put({ external_id: call.id, amount: 1, call: call.id })).toMatchObject({
        visitor: visit.visitor,
        repeat: false,
      })
  })

  it("[O4] another currency counts only with a rate: the order's own, else the site's of the day", async () => {
    const none = await put({ external_id: "o1", amount: 100, currency: "EUR", margin: 40, at: "2026-11-01T23:30:00Z" })
    expect(none).toMatchObject({ amount: 100, rate: null, site_amount: null, site_margin: null })
    expect(none.warning).toBe(
      "there is no rate for EUR on 2026-11-01: no sum counts this; send a rate with it, or PUT .../rates",
    )
    const own = await put({ external_id: "o2", amount: "100.10", currency: "EUR", rate: "1.105" })
    expect(own).toMatchObject({ rate: 1.105, site_amount: 110.61, warning: null })
    const change = await host.api("PUT", path("rates"), { currency: "EUR", rate: "1.2", from: "2026-11-01" })
    expect(change).toEqual({ currency: "EUR", rate: 1.2, from: "2026-11-01", orders: 1, costs: 0 })
    expect(await list()).toMatchObject([
      { external_id: "o2", site_amount: 110.61 },
      { external_id: "o1", rate: 1.2, site_amount: 120, site_margin: 48, warning: null },
    ])
    await host.api("PUT", path("rates"), { currency: "EUR", rate: 1.3, from: "2026-11-02" })
    expect(await put({ external_id: "o3", amount: 10, currency: "EUR" })).toMatchObject({ rate: 1.3, site_amount: 13 })
    expect(await put({ external_id: "o4", amount: 1000, currency: "JPY", rate: 0.0066 })).toMatchObject({
      site_amount: 6.6,
    })
    expect(await host.api("GET", path("rates"))).toEqual({
      data: [
        { currency: "EUR", rate: 1.2, from: "2026-11-01" },
        { currency: "EUR", rate: 1.3, from: "2026-11-02" },
      ],
    })
    await host.api("PUT", path("rates"), { currency: "EUR", rate: null, from: "2026-11-01" })
    expect((await list("?external_id=o1"))[0]).toMatchObject({ rate: null, site_amount: null })
    await readProblem(
      await host.request("PUT", path("rates"), { currency: "USD", rate: 2, from: "2026-11-01" }),
      409,
      "conflict",
    )
    for (const rate of [0, -1, "1e5", "x", 1e11])
      expect(
        await readFaults(await host.request("PUT", path("rates"), { currency: "EUR", rate, from: "2026-11-01" })),
      ).toEqual(["rate"])
  })

  it("[O5] an order keeps margin, items and what else the shop says; values that do not fit are named", async () => {
    const items = [
      { name: "Boiler", sku: "B-1", category: "heating", quantity: 2, amount: "1999.98" },
      { name: "Fitting", quantity: 1 },
    ]
    const order = await put({
      external_id: "o1",
      amount: "2100",
      margin: "700.25",
      items,
      fields: { payment: "invoice", contact: "phone" },
    })
    expect(order).toMatchObject({
      margin: 700.25,
      site_margin: 700.25,
      items: [{ ...items[0], amount: 1999.98 }, items[1]],
      fields: { payment: "invoice", contact: "phone" },
    })
    const bad: [object, string][] = [
      [{ external_id: "", amount: 1 }, "external_id"],
      [{ external_id: "x" }, "amount"],
      [{ external_id: "x", amount: "1,5" }, "amount"],
      [{ external_id: "x", amount: 1, margin: 0.001 }, "margin"],
      [{ external_id: "x", amount: 1, currency: "XYZ" }, "currency"],
      [{ external_id: "x", amount: 1, rate: 2 }, "rate"],
      [{ external_id: "x", amount: 1, at: "yesterday" }, "at"],
      [{ external_id: "x", amount: 1, at: "2990-01-01T00:00:00Z" }, "at"],
      [{ external_id: "x", amount: 1, email: "nobody" }, "email"],
      [{ external_id: "x", amount: 1, items: [{ name: "a", amount: "0.001" }] }, "items.0.amount"],
      [{ external_id: "x", amount: 1, sum: 2 }, "sum"],
      [{ external_id: "x", amount: 1e15 }, "amount"],
    ]
    for (const [body, fault] of bad)
      expect([body, await readFaults(await host.request("POST", path("orders"), body))]).toEqual([body, [fault]])
    const foreign = { amount: 5, currency: "EUR" }
    expect(await readFaults(await host.request("PATCH", path(`orders/${order.id}`), foreign))).toEqual(["currency"])
    expect(await list()).toEqual([order])
  })

  it("[O6] orders are listed latest first, by day in the zone asked for, source and cursor", async () => {
    const { visitor } = await viewPage(host, site, { url: MAIL })
    await putAll([
      { external_id: "a", amount: 1, at: "2026-11-01T23:30:00Z" },
      { external_id: "b", amount: 1, at: "2026-11-02T00:30:00Z", visitor },
      { external_id: "c", amount: 1, at: "2026-11-02T00:30:00Z" },
    ])
    const ids = (rows: OrderAnswer[]) => rows.map((order) => order.external_id)
    expect(ids(await list())).toEqual(["c", "b", "a"])
    expect(ids(await list("?from=2026-11-02"))).toEqual(["c", "b"])
    expect(ids(await list("?from=2026-11-01&to=2026-11-01&tz=America/New_York"))).toEqual(["c", "b", "a"])
    expect(ids(await list("?channel=Email"))).toEqual(["b"])
    const met: string[] = []
    for (let cursor = ""; ; ) {
      const page = await host.api<{ data: OrderAnswer[]; next_cursor: string | null }>(
        "GET",
        path(`orders?limit=1${cursor}`),
      )
      met.push(...ids(page.data))
      if (page.next_cursor === null) break
      cursor = `&cursor=${page.next_cursor}`
    }
    expect(met).toEqual(["c", "b", "a"])
  })
})
