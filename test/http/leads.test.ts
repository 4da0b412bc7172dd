import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { CallAnswer } from "../../shared/contract.js"
import type { LeadAnswer, LeadDetail, TaskAnswer } from "../../shared/contract-leads.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { beat, createSite, type TestSite, viewPage } from "../site.js"
import { readFaults, readProblem } from "./problem.js"

const MINUTE = 60_000
const DAY = 86_400_000
const TAG = "上海-壹点零壹影响力-咨询-1千万-叶辉-创始人-知乎"

describe.each(ENGINES)("leads on %s", (engine) => {
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
  const post = (noun: string, body: unknown) => host.request("POST", path(noun), body)
  const add = (lead: object = {}) => host.api<LeadAnswer>("POST", path("leads"), lead)
  const read = (id: string) => host.api<LeadDetail>("GET", path(`leads/${id}`))
  const patch = (id: string, body: object) => host.api<LeadDetail>("PATCH", path(`leads/${id}`), body)
  const list = async (query = "") =>
    (await host.api<{ data: LeadAnswer[] }>("GET", path(`leads?limit=500${query}`))).data
  const set = (settings: object) => host.api("PUT", path("settings/leads"), settings)
  const call = (more: object = {}) =>
    host.api<CallAnswer>("POST", path("calls"), {
      external_id: "1",
      to: site.numbers[0],
      from: "+13125550199",
      started_at: new Date(host.now()).toISOString(),
      duration_s: 120,
      talk_s: 90,
      ...more,
    })
  const at = (ms: number) => new Date(host.now() + ms).toISOString()

  it("[Q1] [4.9] gives a lead the source of its call or visit, else of his last call, else what he stated", async () => {
    await fresh()
    const view = await viewPage(host, site, { url: "https://shop.example/?utm_source=google&utm_medium=cpc" })
    await host.advance(MINUTE)
    const made = await call({ talk_s: 5 })
    expect(made.attribution.state).toBe("attributed")
    await host.advance(MINUTE)
    const stated = { source: "radio", channel: "Radio" }
    const byCall = await add({ call: made.id, source: stated })
    expect(byCall).toMatchObject({
      origin: "api",
      source_from: "call",
      call: made.id,
      visit: view.visit,
      visitor: view.visitor,
      source: { channel: "Paid Search", source: "google" },
      stated_source: stated,
    })
    const byVisit = await add({ visit: view.visit })
    expect(byVisit).toMatchObject({ source_from: "visit", visit: view.visit, source: { channel: "Paid Search" } })
    const byPhone = await add({ phone: "(312) 555-0199", source: stated })
    expect(byPhone).toMatchObject({ source_from: "phone", call: made.id, source: { channel: "Paid Search" } })
    expect(byPhone.phone).toBe("+13125550199")
    expect(await add({ name: "Ann", source: stated })).toMatchObject({
      source_from: "stated",
      source: { channel: "Radio" },
    })
    expect(await add({ name: "Ann" })).toMatchObject({ source_from: "", source: null, call: null, visit: null })
    expect(await readFaults(await post("leads", { call: "call_000000000" }))).toEqual(["call"])
    expect(await readFaults(await post("leads", { visit: "vis_000000000" }))).toEqual(["visit"])
  })

  it("[Q2] [0.29] takes up to 100 leads, all or none, names each bad one, and repeats none (external_id)", async () => {
    await fresh()
    const rows = Array.from({ length: 101 }, (_, index) => ({ external_id: `${index}` }))
    expect((await post("leads", rows)).status).toBe(400)
    expect((await post("leads", [])).status).toBe(400)
    const bad = [{ name: "Ann" }, { phone: "nonsense" }, { stage: "gone" }, { amount: "-1" }, { email: "a@b" }]
    expect(await readFaults(await post("leads", bad.slice(0, 4)))).toEqual(["1.phone", "2.stage", "3.amount"])
    expect(await readFaults(await post("leads", bad))).toEqual(["4.email"])
    expect(await list()).toEqual([])
    const { data } = await host.api<{ data: LeadAnswer[] }>("POST", path("leads"), rows.slice(0, 100))
    expect(data.map(({ external_id }) => external_id)).toEqual(rows.slice(0, 100).map(({ external_id }) => external_id))
    const first = await add({ external_id: "crm-1", name: "Ann", phone: "+13125550101", amount: "1250.50" })
    const again = await add({ external_id: "crm-1", city: "Rome", stage: "sql", reason: "asked for a quote" })
    expect(again).toMatchObject({
      id: first.id,
      name: "Ann",
      city: "Rome",
      amount: 1250.5,
      stage: "sql",
      qualified: true,
    })
    expect(await add({ external_id: "crm-1", city: "Rome", stage: "sql" })).toMatchObject({ stage_at: again.stage_at })
    expect((await read(first.id)).stages).toHaveLength(2)
    expect(await list("&external_id=crm-1")).toHaveLength(1)
  })

  it("[Q2] [2.7] reads leads as CSV, with the same checks", async () => {
    await fresh()
    const csv = `\ufeffExternal_id;Name;Phone;Amount;Tags;Channel;Field.size;Qualified\r\n7;"Lee; Ann";+13125550101;1200.50;hot|vip;Radio;XL;true\r\n8;Bob;;;;;;\r\n`
    const headers = { "content-type": "text/csv" }
    const send = (text: string) => host.request("POST", path("leads"), text, { headers })
    expect((await send(csv)).status).toBe(201)
    expect((await send(csv)).status).toBe(201)
    const found = await list()
    expect(found.map(({ name }) => name).sort()).toEqual(["Bob", "Lee; Ann"])
    expect(found.find(({ external_id }) => external_id === "7")).toMatchObject({
      amount: 1200.5,
      tags: ["hot", "vip"],
      source: { channel: "Radio" },
      fields: { size: "XL" },
      qualified: true,
    })
    expect(await readFaults(await send("name,nick\nAnn,A\n"))).toEqual(["column nick"])
    expect(await readFaults(await send("name,qualified\nAnn,maybe\n"))).toEqual(["0.qualified"])
  })

  it("[Q3] [2.2] keeps the way of a lead through the stages: when, from where, why and by whom", async () => {
    await fresh()
    const agent = await host.api<{ id: string }>("POST", path("agents"), { name: "Bob" })
    const lead = await add({ name: "Ann", agent: agent.id, created_at: at(-10 * DAY) })
    expect(lead).toMatchObject({ stage: "inquiry", stage_kind: "open", open: true, qualified: false })
    await patch(lead.id, { stage: "mql", reason: "asked twice", at: at(-8 * DAY) })
    await patch(lead.id, { stage: "quoted" })
    const lost = await patch(lead.id, { stage: "lost", lost_reason: "price" })
    expect(lost).toMatchObject({ open: false, lost_reason: "price", qualified: true, closed_at: at(0) })
    expect(lost.tasks.every(({ state }) => state === "cancelled")).toBe(true)
    expect(lost.stages.map(({ stage, from, reason, agent: by, at: time }) => [stage, from, reason, by, time])).toEqual([
      ["inquiry", "", "", agent.id, at(-10 * DAY)],
      ["mql", "inquiry", "asked twice", agent.id, at(-8 * DAY)],
      ["quoted", "mql", "", agent.id, at(0)],
      ["lost", "quoted", "", agent.id, at(0)],
    ])
    const back = await patch(lead.id, { stage: "sql" })
    expect(back).toMatchObject({ open: true, lost_reason: "", closed_at: null })
    expect(await readFaults(await host.request("PATCH", path(`leads/${lead.id}`), { stage: "gone" }))).toEqual([
      "stage",
    ])
    const early = await host.request("PATCH", path(`leads/${lead.id}`), { stage: "won", at: at(-DAY) })
    expect(await readFaults(early)).toEqual(["at"])
    const late = await host.request("PATCH", path(`leads/${lead.id}`), { stage: "won", at: at(DAY) })
    expect(await readFaults(late)).toEqual(["at"])
    await readProblem(await host.request("GET", path("leads/lead_000000000")), 404, "not_found")
  })

  it("[Q4] [2.2] takes a site's own stages, and lets none go that leads are in", async () => {
    await fresh()
    const { data } = await host.api<{ data: { key: string }[] }>("GET", path("stages"))
    expect(data.map(({ key }) => key)).toEqual(["inquiry", "mql", "sql", "quoted", "won", "lost"])
    const lead = await add({ name: "Ann", stage: "sql" })
    const stage = (key: string, kind: string, probability = 0.5) => ({ key, name: key, kind, probability })
    const own = [stage("new", "open"), stage("demo", "sql"), stage("won", "won", 1), stage("lost", "lost", 0)]
    const gone = await host.request("PUT", path("stages"), { data: own })
    expect((await readProblem(gone, 409, "conflict")).detail).toContain("sql (1)")
    const put = async (stages: object[]) => readFaults(await host.request("PUT", path("stages"), { data: stages }))
    expect(await put([own[0] ?? {}, ...own])).toEqual(["data.1.key"])
    expect(await put([...own].reverse())).toEqual(["data.0.kind"])
    expect(await put(own.slice(0, 3))).toEqual(["data"])
    await patch(lead.id, { stage: "won" })
    expect(await host.api("PUT", path("stages"), { data: own })).toEqual({ data: own })
    expect((await add({ name: "Bob" })).stage).toBe("new")
  })

  it("[Q5] [4.10] makes a lead of the call that the rule asks for, once, whatever comes again", async () => {
    await fresh()
    const view = await viewPage(host, site, { url: "https://shop.example/?utm_source=vk&utm_medium=social" })
    await host.advance(MINUTE)
    const started_at = at(0)
    await call({ started_at, talk_s: 20 })
    await call({ external_id: "missed", status: "missed", from: "+13125550177", talk_s: null })
    await call({ external_id: "hidden", from: "anonymous" })
    expect(await list()).toEqual([])
    const long = await call({ started_at })
    await call({ started_at })
    const [lead, ...others] = await list()
    expect(others).toEqual([])
    expect(lead).toMatchObject({
      origin: "call",
      call: long.id,
      phone: "+13125550199",
      visit: view.visit,
      source_from: "call",
      source: { source: "vk" },
      created_at: started_at,
      contacted_at: long.answered_at,
    })
    await call({ external_id: "2", started_at: at(MINUTE) })
    expect(await list()).toHaveLength(1)
    await patch(lead?.id ?? "", { stage: "lost", lost_reason: "price" })
    await call({ external_id: "3", started_at: at(2 * MINUTE) })
    expect(await list()).toHaveLength(1)
    await set({ from_calls: { first_time: false } })
    await call({ external_id: "4", started_at: at(3 * MINUTE) })
    expect(await list()).toHaveLength(2)
    await set({ from_calls: { on: false } })
    await call({ external_id: "5", from: "+13125550188" })
    expect(await list()).toHaveLength(2)
  })

  it("[Q5] names the caller's earliest call that fits, in whichever order calls become known", async () => {
    const tell = async (order: readonly number[]) => {
      await fresh()
      for (const hour of order)
        await call({
          external_id: `${hour}`,
          started_at: `2026-11-01T0${hour}:00:00Z`,
          ...(hour === 1 ? { talk_s: 3 } : {}),
        })
      const [lead, ...others] = await list()
      expect(others).toEqual([])
      const { stages, tasks } = await read(lead?.id ?? "")
      return [lead?.created_at, lead?.contacted_at, stages.map((step) => step.at), tasks.map((task) => task.due_at)]
    }
    const told = await tell([1, 2, 3])
    expect(told[0]).toBe("2026-11-01T02:00:00.000Z")
    expect(await tell([3, 2, 1])).toEqual(told)
    expect(await tell([2, 3, 1])).toEqual(told)
    expect(await tell([3, 1, 2])).toEqual(told)
  })

  it("[Q5] lets a lead follow what a person says of its call: another visit, or spam", async () => {
    await fresh()
    await viewPage(host, site, { url: "https://shop.example/?utm_source=vk&utm_medium=social" })
    const other = await viewPage(host, site, { url: "https://shop.example/?utm_source=news&utm_medium=email" })
    await host.advance(MINUTE)
    const made = await call()
    const [lead] = await list()
    await host.api("PATCH", path(`calls/${made.id}`), { visit: other.visit })
    expect(await read(lead?.id ?? "")).toMatchObject({ visit: other.visit, source: { source: "news" } })
    await host.api("PATCH", path(`calls/${made.id}`), { spam: true })
    expect(await read(lead?.id ?? "")).toMatchObject({ stage: "lost", lost_reason: "spam" })
  })

  it("[Q6] [4.10] makes a lead of a form, with the visit it was sent in, once", async () => {
    await fresh()
    const view = await viewPage(host, site, { url: "https://shop.example/?utm_source=zhihu&utm_medium=social" })
    const fields = { 姓名: "叶辉", 手机: "+86 138 0013 8000", 邮箱: "Ye@Example.cn", 产品: "咨询", budget: "10" }
    const send = (form: object) => beat(host, site, view.visit, { kind: "form", fields: form })
    expect((await send(fields)).status).toBe(204)
    expect((await send(fields)).status).toBe(204)
    const [lead, ...others] = await list()
    expect(others).toEqual([])
    expect(lead).toMatchObject({
      origin: "form",
      name: "叶辉",
      phone: "+8613800138000",
      email: "ye@example.cn",
      product: "咨询",
      visit: view.visit,
      visitor: view.visitor,
      source_from: "visit",
      source: { source: "zhihu" },
      contacted_at: null,
      fields,
    })
    await send({ email: "ye@example.cn", company: "壹点零壹" })
    expect(await read(lead?.id ?? "")).toMatchObject({ name: "叶辉", company: "壹点零壹" })
    await send({ q: "shoes", name: "Bob" })
    await send({ name: "Bob", phone: "call me" })
    await send({ name: "Bob", phone: "call me" })
    expect(await list()).toHaveLength(2)
    for (let index = 0; index < 5; index++) await send({ email: `${index}@example.cn` })
    expect(await list()).toHaveLength(3)
    await set({ from_forms: { on: false } })
    const quiet = await viewPage(host, site)
    await beat(host, site, quiet.visit, { kind: "form", fields: { email: "new@example.cn" } })
    expect(await list()).toHaveLength(3)
  })

  it("[Q8] [1.7] reads the name tag, joins its source to a channel, and writes it", async () => {
    await fresh({ currency: "CNY", country: "CN" })
    const lead = await add({ tag: TAG })
    expect(lead).toMatchObject({
      city: "上海",
      company: "壹点零壹影响力",
      product: "咨询",
      amount: 10_000_000,
      currency: "CNY",
      name: "叶辉",
      position: "创始人",
      source: { channel: "Organic Social", source: "知乎" },
      source_from: "tag",
      tag: TAG,
    })
    expect((await patch(lead.id, { city: "天津" })).tag).toBe(TAG.replace("上海", "天津"))
    expect(await add({ tag: TAG, name: "王芳" })).toMatchObject({ name: "王芳", city: "上海" })
    expect(await readFaults(await post("leads", { tag: "上海-咨询" }))).toEqual(["tag"])
  })

  it("[Q9] [1.8] lists segments of leads, newest first, page by page", async () => {
    await fresh()
    const { id: agent } = await host.api<{ id: string }>("POST", path("agents"), { name: "Bob" })
    const given = [
      { name: "a", city: "Rome", amount: 100, tags: ["hot"], source: { channel: "Radio" } },
      { name: "b", city: "Rome", amount: 200, stage: "sql", agent },
      { name: "c", city: "Oslo", amount: 300, currency: "EUR", tags: ["hot", "vip"], phone: "+13125550111" },
      { name: "d", stage: "won", created_at: "2026-10-01T12:00:00Z" },
    ]
    for (const lead of given) {
      await host.advance(1000)
      await add(lead)
    }
    const names = async (query: string) => (await list(query)).map(({ name }) => name).join("")
    expect(await names("")).toBe("cbad")
    expect(await names("&city=Rome")).toBe("ba")
    expect(await names("&tag=hot")).toBe("ca")
    expect(await names("&stage=sql")).toBe("b")
    expect(await names("&kind=won")).toBe("d")
    expect(await names("&open=true")).toBe("cba")
    expect(await names("&open=false")).toBe("d")
    expect(await names("&qualified=true")).toBe("bd")
    expect(await names(`&agent=${agent}`)).toBe("b")
    expect(await names("&agent=none")).toBe("cad")
    expect(await names("&channel=Radio")).toBe("a")
    expect(await names("&min_amount=150")).toBe("b")
    expect(await names("&max_amount=150&city=Rome")).toBe("a")
    expect(await names("&phone=312-555-0111")).toBe("c")
    expect(await names("&from=2026-10-01&to=2026-10-01")).toBe("d")
    expect(await readFaults(await host.request("GET", path("leads?colour=red")))).toEqual(["colour"])
    const met: string[] = []
    let cursor = ""
    for (let pages = 0; pages < 9; pages++) {
      const page = await host.api<{ data: LeadAnswer[]; next_cursor: string | null }>(
        "GET",
        path(`leads?limit=1${cursor}`),
      )
      met.push(...page.data.map(({ name }) => name ?? ""))
      if (page.next_cursor === null) break
      cursor = `&cursor=${page.next_cursor}`
    }
    expect(met.join("")).toBe("cbad")
  })

  it("[Q10] [0.4] [1.9] [1.10] scores and grades leads by the site's rules, and a grade may take a lead on", async () => {
    await fresh()
    await set({
      score: [
        { field: "channel", match: "is", values: ["Paid Search"], points: 30 },
        { field: "talk_s", match: "at_least", values: [60], points: 30 },
        { field: "position", match: "has", values: ["founder", "创始"], points: 20 },
        { field: "pages", match: "at_least", values: [2], points: 10 },
        { field: "email", match: "known", points: 5 },
        { field: "tag", match: "is", values: ["student"], points: -50 },
      ],
      grades: [
        { grade: "C", from: 0 },
        { grade: "A", from: 60, stage: "mql", cadence: [0] },
        { grade: "B", from: 30 },
      ],
    })
    const view = await viewPage(host, site, { url: "https://shop.example/?utm_source=google&utm_medium=cpc" })
    await host.advance(MINUTE)
    await call()
    const [lead] = await list()
    expect(lead).toMatchObject({ score: 60, grade: "A", stage: "mql", qualified: true })
    const detail = await read(lead?.id ?? "")
    expect(detail.stages.at(-1)).toMatchObject({ stage: "mql", reason: "grade A" })
    expect(detail.tasks.map(({ step }) => step)).toEqual(["day 0"])
    await viewPage(host, site, { visit: view.visit, visitor: view.visitor })
    expect(await patch(lead?.id ?? "", { position: "创始人", email: "a@b.example" })).toMatchObject({ score: 95 })
    expect(await patch(lead?.id ?? "", { tags: ["student"] })).toMatchObject({ score: 45, grade: "B", stage: "mql" })
    expect(await add({ name: "Bob" })).toMatchObject({ score: 0, grade: "C", stage: "inquiry" })
    await set({
      score: [
        { field: "digits", match: "is", values: ["1"], points: 50 },
        { field: "event", match: "is", values: ["manual_download"], points: 20 },
      ],
      grades: [{ grade: "B", from: 20 }],
    })
    expect(await read(lead?.id ?? "")).toMatchObject({ score: 0, grade: "", stage: "mql" })
    await beat(host, site, view.visit, { kind: "event", name: "manual_download" })
    expect(await patch(lead?.id ?? "", { city: "Rome" })).toMatchObject({ score: 20, grade: "B" })
    const settings = { grades: [{ grade: "A", from: 1, stage: "won" }] }
    expect(await readFaults(await host.request("PUT", path("settings/leads"), settings))).toEqual(["grades.0.stage"])
  })

  it("[J8] shows no number of a hashed caller, and still knows him by the number he typed into a form", async () => {
    await fresh()
    await host.api("PATCH", path("settings/calls"), { callers: "hashed" })
    await viewPage(host, site, { url: "https://shop.example/?utm_source=vk&utm_medium=social" })
    await host.advance(MINUTE)
    const made = await call()
    const [lead] = await list()
    expect(lead).toMatchObject({ origin: "call", call: made.id, phone: null })
    expect(await host.api("GET", path(`people/${lead?.person}`))).toMatchObject({ phone: null })
    const other = await viewPage(host, site)
    await beat(host, site, other.visit, { kind: "form", fields: { phone: "+13125550199", name: "Ann" } })
    expect(await list()).toHaveLength(1)
    expect(await read(lead?.id ?? "")).toMatchObject({ name: "Ann", person: lead?.person })
    const known = await add({ phone: "(312) 555-0199" })
    expect(known).toMatchObject({ person: lead?.person, source_from: "phone", source: { source: "vk" } })
  })

  it("[Y1] [1.5] plans the follow-up of a new lead for days 1, 3 and 7 of the site's zone, and lists what is due", async () => {
    await fresh({ timezone: "Asia/Shanghai" })
    await host.setClock(Date.UTC(2026, 10, 2, 17))
    // One o'clock at night on 3 November in Shanghai.
    const lead = await add({ name: "Ann" })
    const { tasks } = await read(lead.id)
    expect(tasks.map(({ step, due_at }) => [step, due_at])).toEqual([
      ["day 1", "2026-11-04T15:59:59.999Z"],
      ["day 3", "2026-11-06T15:59:59.999Z"],
      ["day 7", "2026-11-10T15:59:59.999Z"],
    ])
    const due = async (when: string) =>
      (await host.api<{ data: TaskAnswer[] }>("GET", path(`tasks?due=${when}`))).data.map(({ step }) => step)
    expect(await due("overdue")).toEqual([])
    expect(await due("upcoming")).toEqual(["day 1", "day 3", "day 7"])
    await host.setClock(Date.UTC(2026, 10, 5, 17))
    expect(await due("overdue")).toEqual(["day 1"])
    expect(await due("today")).toEqual(["day 3"])
    expect(await due("upcoming")).toEqual(["day 7"])
    await host.api("PATCH", path(`tasks/${tasks[0]?.id}`), { done: true, result: "sent a catalogue" })
    expect(await due("overdue")).toEqual([])
    expect(await due("done")).toEqual(["day 1"])
    expect(await due("open")).toEqual(["day 3", "day 7"])
    await patch(lead.id, { stage: "won" })
    expect(await due("open")).toEqual([])
    await set({ cadence: [2] })
    expect((await read((await add({ name: "Bob" })).id)).tasks.map(({ step }) => step)).toEqual(["day 2"])
    const old = await add({ name: "Old", created_at: "2026-01-01T00:00:00Z" })
    expect((await read(old.id)).tasks).toEqual([])
    const extra = await host.api<TaskAnswer>("POST", path(`leads/${old.id}/tasks`), {
      step: "call",
      due_on: "2026-12-24",
    })
    expect(extra).toMatchObject({ step: "call", due_at: "2026-12-24T15:59:59.999Z", state: "open" })
  })

  it("[Y2] [1.6] logs attempts: the first word is the first contact, and a task is done by it", async () => {
    await fresh()
    const lead = await add({ name: "Ann" })
    const { tasks } = await read(lead.id)
    const attempt = (body: object) => host.api("POST", path(`leads/${lead.id}/attempts`), body)
    await host.advance(MINUTE)
    expect(await attempt({ result: "no_answer" })).toMatchObject({ reached: false, medium: "call" })
    expect((await read(lead.id)).contacted_at).toBeNull()
    await host.advance(MINUTE)
    await attempt({ result: "reached", task: tasks[0]?.id })
    await host.advance(MINUTE)
    await attempt({ result: "callback", medium: "chat" })
    const after = await read(lead.id)
    expect(after.contacted_at).toBe(at(-MINUTE))
    expect(after.tasks[0]).toMatchObject({ state: "done", result: "reached" })
    expect(after.attempts.map(({ result }) => result)).toEqual(["no_answer", "reached", "callback"])
    const other = await add({ name: "Bob" })
    const theirs = (await read(other.id)).tasks[0]?.id
    expect(await readFaults(await post(`leads/${lead.id}/attempts`, { result: "sent", task: theirs }))).toEqual([
      "task",
    ])
    expect(await readFaults(await post(`leads/${lead.id}/attempts`, { result: "sent", at: at(DAY) }))).toEqual(["at"])
    expect(await readFaults(await post(`leads/${lead.id}/attempts`, { result: "maybe" }))).toEqual(["result"])
  })

  it("[Y3] [1.8] gives every lead of a segment the same tasks, once", async () => {
    await fresh()
    for (const city of ["Rome", "Rome", "Oslo"]) await add({ name: "Ann", city })
    const batch = (body: object) => host.api("POST", path("tasks/batch"), body)
    const rome = { filter: { city: "Rome" }, step: "catalogue" }
    expect(await batch({ ...rome, due_on: "2026-11-30" })).toEqual({ leads: 2, made: 2, had: 0 })
    expect(await batch({ ...rome, due_on: "2026-11-30" })).toEqual({ leads: 2, made: 0, had: 2 })
    expect(await batch({ ...rome, cadence: [0, 3] })).toEqual({ leads: 2, made: 4, had: 0 })
    expect(await readFaults(await post("tasks/batch", { ...rome, cadence: [0], due_on: "2026-11-30" }))).toEqual([
      "cadence",
    ])
    expect(await batch({ filter: { open: false } })).toEqual({ leads: 0, made: 0, had: 0 })
  })
})
