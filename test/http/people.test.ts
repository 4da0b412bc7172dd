import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { CallAnswer } from "../../shared/contract.js"
import type { FollowupAnswer, LeadAnswer, LeadDetail, PerformanceAnswer } from "../../shared/contract-leads.js"
import type {
  FunnelAnswer,
  PersonAnswer,
  PersonDetail,
  PipelineAnswer,
  TicketAnswer,
  VisitorDetail,
} from "../../shared/contract-people.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { beat, createSite, type TestSite, viewPage } from "../site.js"
import { readFaults, readProblem } from "./problem.js"

const MINUTE = 60_000
const DAY = 86_400_000

describe.each(ENGINES)("people on %s", (engine) => {
  let host: Host
  let site: TestSite
  const path = (rest: string) => `/v1/sites/${site.id}/${rest}`
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  const fresh = async (settings: object = {}) => {
    site = await createSite(host, { settings })
  }
  const get = <T>(rest: string) => host.api<T>("GET", path(rest))
  const post = <T = { id: string }>(rest: string, body: object) => host.api<T>("POST", path(rest), body)
  const lead = (body: object = {}) => post<LeadAnswer>("leads", body)
  const move = (id: string, body: object) => host.api<LeadDetail>("PATCH", path(`leads/${id}`), body)
  const at = (ms: number) => new Date(host.now() + ms).toISOString()
  const call = (more: object = {}) =>
    post<CallAnswer>("calls", {
      external_id: "1",
      to: site.numbers[0],
      from: "+13125550199",
      started_at: at(0),
      duration_s: 120,
      talk_s: 90,
      ...more,
    })

  it("[J5] [4.9] [4.10] shows visits, forms, calls, leads, stages, tasks and orders of a person on one line of time", async () => {
    await fresh()
    const view = await viewPage(host, site, { url: "https://shop.example/?utm_source=google&utm_medium=cpc" })
    await host.advance(MINUTE)
    await beat(host, site, view.visit, { kind: "tap", number: site.numbers[0] })
    await host.advance(MINUTE)
    const made = await call()
    await host.advance(MINUTE)
    await beat(host, site, view.visit, { kind: "form", fields: { phone: "+13125550199", email: "ann@example.com" } })
    const [found] = (await get<{ data: LeadAnswer[] }>("leads")).data
    await host.advance(MINUTE)
    await post(`leads/${found?.id}/attempts`, { result: "reached" })
    await move(found?.id ?? "", { stage: "sql", reason: "wants it" })
    await host.advance(MINUTE)
    const order = await post("orders", { external_id: "o1", amount: 500, lead: found?.id })
    const ticket = await post("tickets", { topic: "delivery", phone: "+13125550199" })
    await post("ratings", { score: 10, email: "ann@example.com" })
    const person = await get<PersonDetail>(`people/${found?.person}`)
    expect(person).toMatchObject({ phone: "+13125550199", email: "ann@example.com", erased_at: null })
    expect(person.keys.map(({ kind, value }) => [kind, value])).toEqual(
      expect.arrayContaining([
        ["phone", "+13125550199"],
        ["email", "ann@example.com"],
        ["visitor", view.visitor],
      ]),
    )
    expect(person.keys.find(({ kind }) => kind === "visitor")?.reason).toContain(made.id)
    expect(person.leads.map(({ id }) => id)).toEqual([found?.id])
    expect(person.orders.map(({ id }) => id)).toEqual([order.id])
    const kinds = person.journey.map(({ kind }) => kind)
    expect([...kinds].sort()).toEqual(
      ["visit", "tap", "call", "form", "lead", "attempt", "stage", "order", "ticket", "rating"].sort(),
    )
    expect(kinds.slice(0, 2)).toEqual(["visit", "tap"])
    expect(person.journey.find(({ kind }) => kind === "ticket")?.data).toMatchObject({ ticket: ticket.id })
    const times = person.journey.map((step) => step.at)
    expect(times).toEqual([...times].sort())
    const visitor = await get<VisitorDetail>(`visitors/${view.visitor}`)
    expect(visitor.leads.map(({ id }) => id)).toEqual([found?.id])
    expect(visitor.orders.map(({ id }) => id)).toEqual([order.id])
    expect(visitor.journey.map(({ kind }) => kind)).toEqual(
      ["visit", "tap", "call", "lead", "form", "order"].map((kind) =>
        expect.stringMatching(kind === "call" || kind === "lead" ? /call|lead/ : kind),
      ),
    )
    const list = async (query: string) => (await get<{ data: PersonAnswer[] }>(`people${query}`)).data
    for (const query of ["", "?phone=312-555-0199", "?email=Ann@example.com", `?visitor=${view.visitor}`])
      expect(await list(query)).toMatchObject([{ id: person.id, leads: 1, orders: 1 }])
    expect(await list("?email=bob@example.com")).toEqual([])
  })

  it("[J6] splits a person's keys off with what hangs on them, and joins people again on request alone", async () => {
    await fresh()
    const ann = await lead({ name: "Ann", phone: "+13125550101", email: "office@example.com" })
    const bob = await lead({ name: "Bob", phone: "+13125550102", email: "office@example.com" })
    expect(bob.person).toBe(ann.person)
    const split = await post<{ person: PersonAnswer; split: PersonAnswer }>(`people/${ann.person}/split`, {
      keys: [{ kind: "phone", value: "(312) 555-0102" }],
    })
    expect(split.person).toMatchObject({ id: ann.person, leads: 1 })
    expect(split.split).toMatchObject({
      leads: 1,
      phone: "+13125550102",
      keys: [{ kind: "phone", value: "+13125550102" }],
    })
    const read = async (id: string) => (await get<LeadDetail>(`leads/${id}`)).person
    expect([await read(ann.id), await read(bob.id)]).toEqual([ann.person, split.split.id])
    const again = await lead({ phone: "+13125550102", email: "office@example.com" })
    expect(again.person).toBe(ann.person)
    expect(await read(bob.id)).toBe(split.split.id)
    const keys = [{ kind: "phone", value: "+13125550102" }]
    await readProblem(await host.request("POST", path(`people/${ann.person}/split`), { keys }), 409, "conflict")
    await readProblem(await host.request("POST", path(`people/${split.split.id}/split`), { keys }), 409, "conflict")
    const joined = await post<PersonAnswer>(`people/${split.split.id}/join`, { person: ann.person, reason: "same man" })
    expect(joined).toMatchObject({ id: ann.person, leads: 3 })
    const person = await get<PersonDetail>(`people/${split.split.id}`)
    expect(person).toMatchObject({ id: ann.person, joined: [{ person: split.split.id, reason: "same man" }] })
    const more = await post<PersonAnswer>(`people/${ann.person}/join`, {
      keys: [{ kind: "email", value: "a@b.example" }],
    })
    expect(more.keys.find(({ value }) => value === "a@b.example")?.reason).toBe("a person said so")
    expect(await readFaults(await host.request("POST", path(`people/${ann.person}/join`), {}))).toEqual(["person"])
  })

  it("[J7] erases who somebody is and keeps what is counted", async () => {
    await fresh()
    const view = await viewPage(host, site, { url: "https://shop.example/?utm_source=google&utm_medium=cpc" })
    const fields = { name: "Ann Lee", phone: "+13125550199", email: "ann@example.com", budget: "secret" }
    await beat(host, site, view.visit, { kind: "form", fields })
    const [made] = (await get<{ data: LeadAnswer[] }>("leads")).data
    await post(`leads/${made?.id}/attempts`, { result: "reached", notes: "Ann is ill" })
    await post("orders", { external_id: "o1", amount: 500, lead: made?.id })
    await post("ratings", { score: 10, email: "ann@example.com", comment: "Ann was here" })
    const before = await get<FunnelAnswer>("funnel")
    expect((await host.request("DELETE", path(`people/${made?.person}`))).status).toBe(204)
    const person = await get<PersonDetail>(`people/${made?.person}`)
    expect(person).toMatchObject({ name: null, phone: null, email: null, keys: [], erased_at: at(0) })
    expect(person.leads).toMatchObject([{ id: made?.id, name: null, source: { source: "google" } }])
    const texts = await Promise.all(
      ["leads", "people", "orders", "ratings", `leads/${made?.id}`, `visitors/${view.visitor}`, "tasks"].map(
        async (list) => (await host.request("GET", path(list))).text(),
      ),
    )
    for (const text of texts)
      for (const word of ["Ann", "ann@example.com", "3125550199", "secret"]) expect(text).not.toContain(word)
    expect(await get("funnel")).toEqual(before)
    const { data } = await get<{ data: { amount: number }[] }>("orders")
    expect(data.map(({ amount }) => amount)).toEqual([500])
    expect((await lead({ email: "ann@example.com" })).person).not.toBe(made?.person)
  })

  it("[Q11] [1.4] [2.1] [2.3] [2.5] counts how far leads came, where and why they were lost, and how long orders took", async () => {
    await fresh()
    await host.setClock(host.now())
    const started = host.now()
    const way = ["inquiry", "mql", "sql", "quoted"]
    const bring = async (furthest: string, end?: "won" | "lost", reason = "", days = 1, amount = 100) => {
      const made = await lead({
        name: "x",
        amount,
        created_at: new Date(started).toISOString(),
        source: { channel: "Radio" },
      })
      if (furthest !== "inquiry") await move(made.id, { stage: furthest, at: new Date(started + 1000).toISOString() })
      if (end)
        await move(made.id, { stage: end, lost_reason: reason, at: new Date(started + days * DAY).toISOString() })
    }
    await host.setClock(started + 10 * DAY)
    await bring("inquiry")
    await bring("inquiry", "lost", "no answer")
    await bring("mql", "lost", "price")
    await bring("sql", "lost", "price")
    await bring("sql", "lost", "communication")
    await bring("quoted")
    for (const days of [1, 2, 9]) await bring("quoted", "won", "", days)
    const funnel = await get<FunnelAnswer>("funnel")
    expect(funnel.leads).toBe(9)
    expect(funnel.stages.map(({ stage, reached, open, lost }) => [stage, reached, open, lost])).toEqual([
      ["inquiry", 9, 1, 1],
      ["mql", 7, 0, 1],
      ["sql", 6, 0, 2],
      ["quoted", 4, 1, 0],
      ["won", 3, 0, 0],
    ])
    expect(funnel.stages.map(({ conversion }) => conversion)).toEqual([1, 7 / 9, 6 / 7, 4 / 6, 3 / 4])
    expect(funnel.stages[3]?.open_amount).toBe(100)
    expect(funnel.bottleneck).toEqual({ stage: "sql", lost: 2, share: 0.5 })
    expect(funnel.loss_reasons).toEqual([
      { reason: "price", count: 2, share: 0.5 },
      { reason: "communication", count: 1, share: 0.25 },
      { reason: "no answer", count: 1, share: 0.25 },
    ])
    expect(funnel).toMatchObject({ won: 3, lost: 4 })
    expect(funnel.sales_cycle_days).toMatchObject({ count: 3, mean: 4, median: 2, p90: expect.closeTo(7.6, 6) })
    expect((await get<FunnelAnswer>("funnel?channel=Radio")).leads).toBe(9)
    expect(await get<FunnelAnswer>("funnel?channel=TV")).toMatchObject({
      leads: 0,
      bottleneck: null,
      sales_cycle_days: null,
    })
    expect((await get<FunnelAnswer>("funnel?to=2020-01-31")).leads).toBe(0)
    expect(way).toHaveLength(4)
  })

  it("[Q12] [0.17] [2.11] forecasts the pipeline as a range, and a lead's worth apart from cash", async () => {
    await fresh()
    for (const amount of [100, 200, 300]) await lead({ name: "x", amount, stage: "quoted" })
    await lead({ name: "x", stage: "sql" })
    await lead({ name: "x", amount: 999, currency: "EUR", stage: "sql" })
    for (const stage of ["won", "lost", "lost", "lost"]) await lead({ name: "x", stage })
    await post("orders", { external_id: "1", amount: 400 })
    await post("orders", { external_id: "2", amount: 600 })
    const pipeline = await get<PipelineAnswer>("forecast/pipeline")
    expect(pipeline).toMatchObject({
      currency: "USD",
      open_leads: 5,
      pipeline_amount: 600,
      orders: { expected: 2, low: 1, high: 3 },
      amount: { expected: 300 },
      revenue: 1000,
      indirect: {
        conversion: 0.25,
        won: 1,
        closed: 4,
        average_order: 500,
        orders: 2,
        value_per_lead: 125,
        open_leads_value: 625,
      },
    })
    expect(pipeline.amount.low).toBe(0)
    expect(pipeline.amount.high).toBeGreaterThan(499)
    expect(pipeline.amount.high).toBeLessThanOrEqual(600)
    expect(pipeline.stages.find(({ stage }) => stage === "quoted")).toEqual({
      stage: "quoted",
      probability: 0.5,
      leads: 3,
      amount: 600,
      without_amount: 0,
      expected_orders: 1.5,
      expected_amount: 300,
    })
    expect(pipeline.warnings).toHaveLength(2)
    await fresh()
    expect(await get("forecast/pipeline")).toMatchObject({
      open_leads: 0,
      orders: { expected: 0, low: 0, high: 0 },
      indirect: { conversion: null, average_order: null, value_per_lead: null },
    })
  })

  it("[Y6] [0.14] keeps service tickets, opened and solved, with the source of the call", async () => {
    await fresh()
    await viewPage(host, site, { url: "https://shop.example/?utm_source=google&utm_medium=cpc" })
    await host.advance(MINUTE)
    const made = await call()
    const ticket = await post<TicketAnswer>("tickets", { external_id: "t1", topic: "delivery", call: made.id })
    expect(ticket).toMatchObject({ topic: "delivery", call: made.id, channel: "Paid Search", solved_at: null })
    expect(ticket.person).not.toBeNull()
    expect(await post("tickets", { external_id: "t1", topic: "refund" })).toMatchObject({
      id: ticket.id,
      topic: "refund",
      call: made.id,
    })
    await host.advance(MINUTE)
    const patch = (body: object) => host.api<TicketAnswer>("PATCH", path(`tickets/${ticket.id}`), body)
    expect((await patch({ solved: true })).solved_at).toBe(at(0))
    const list = async (query: string) =>
      (await get<{ data: TicketAnswer[] }>(`tickets${query}`)).data.map(({ id }) => id)
    expect(await list("?solved=true")).toEqual([ticket.id])
    expect(await list("?solved=false")).toEqual([])
    expect((await patch({ solved: false })).solved_at).toBeNull()
    const early = { topic: "x", opened_at: at(0), solved_at: at(-DAY) }
    expect(await readFaults(await host.request("POST", path("tickets"), early))).toEqual(["solved_at"])
    expect(await readFaults(await host.request("POST", path("tickets"), { phone: "nonsense" }))).toEqual(["phone"])
  })

  it("[Y7] [2.4] keeps ratings and reckons the Net Promoter Score of some days", async () => {
    await fresh()
    for (const [index, score] of [10, 9, 9, 8, 7, 6, 0].entries())
      await post("ratings", { external_id: `${index}`, score })
    await post("ratings", { external_id: "6", score: 1 })
    expect(await get("ratings/nps")).toMatchObject({ ratings: 7, promoters: 3, passives: 2, detractors: 2, nps: 14.3 })
    expect(await get("ratings/nps?to=2020-01-31")).toMatchObject({ ratings: 0, nps: null, low: null })
    expect(await readFaults(await host.request("POST", path("ratings"), { score: 11 }))).toEqual(["score"])
    expect(await readFaults(await host.request("POST", path("ratings"), { score: 1.5 }))).toEqual(["score"])
    expect((await get<{ data: unknown[] }>("ratings")).data).toHaveLength(7)
  })

  it("[Y8] [1.6] [3.6] tells how leads were followed up, and [3.8] [3.9] what became of them, by agent and by way", async () => {
    await fresh()
    const { id: bob } = await post("agents", { name: "Bob" })
    const { id: eve } = await post("agents", { name: "Eve" })
    await host.api("PUT", path("settings/leads"), { assignment: { arms: [{ arm: "round_robin" }] }, cadence: [1] })
    const leads = [
      await lead({ name: "a" }),
      await lead({ name: "b" }),
      await lead({ name: "c" }),
      await lead({ name: "d" }),
    ]
    expect(leads.map(({ agent }) => agent)).toEqual([bob, eve, bob, eve])
    const [a, b, c] = leads.map(({ id }) => id)
    await host.advance(10 * MINUTE)
    const task = (await get<LeadDetail>(`leads/${a}`)).tasks[0]?.id
    await post(`leads/${a}/attempts`, { result: "reached", task })
    await host.advance(20 * MINUTE)
    await post(`leads/${b}/attempts`, { result: "reached" })
    await post(`leads/${c}/attempts`, { result: "no_answer" })
    await host.advance(3 * DAY)
    await move(a ?? "", { stage: "won", amount: 500 })
    await move(b ?? "", { stage: "lost", lost_reason: "price" })
    const followup = await get<FollowupAnswer>("followup")
    expect(followup.total).toMatchObject({
      leads: 4,
      attempts: 3,
      contacted: 2,
      contact_rate: 0.5,
      time_to_contact: { count: 2, mean_s: 1200, median_s: 1200, p90_s: 1680 },
      tasks_due: 3,
      tasks_on_time: 1,
      overdue: 2,
    })
    expect(followup.agents.map(({ agent, contacted, overdue }) => [agent, contacted, overdue])).toEqual([
      [bob, 1, 1],
      [eve, 1, 1],
    ])
    const performance = await get<PerformanceAnswer>("agents/performance?by=agent_arm")
    expect(
      performance.data.map(({ name, arm, leads: count, won, lost, open, conversion }) => [
        name,
        arm,
        count,
        won,
        lost,
        open,
        conversion,
      ]),
    ).toEqual([
      ["Bob", "round_robin", 2, 1, 0, 1, 0.5],
      ["Eve", "round_robin", 2, 0, 1, 1, 0],
    ])
    expect(performance.data[0]).toMatchObject({ won_amount: 500, qualified: 1, contacted: 1 })
    expect((await get<PerformanceAnswer>("agents/performance?by=arm")).data).toMatchObject([
      { agent: null, arm: "round_robin", leads: 4 },
    ])
    await move(c ?? "", { agent: eve })
    expect((await get<LeadDetail>(`leads/${c}`)).arm).toBe("")
  })
})
