import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { CallAnswer } from "../../shared/contract.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, type TestSite, viewPage } from "../site.js"
import { readFaults, readProblem } from "./problem.js"

const CALL = { external_id: "pbx-1", to: "+12125550101", started_at: "2026-11-02T09:00:00Z" }

describe.each(ENGINES)("calls on %s", (engine) => {
  let host: Host
  let site: TestSite
  const path = (rest = "") => `/v1/sites/${site.id}/calls${rest}`
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  const fresh = async (options: Parameters<typeof createSite>[1] = {}) => {
    site = await createSite(host, options)
  }
  const post = (body: unknown) => host.request("POST", path(), body)
  const add = (call: object = {}) => host.api<CallAnswer>("POST", path(), { ...CALL, ...call })
  const list = async (query = "") => (await host.api<{ data: CallAnswer[] }>("GET", path(`?limit=500${query}`))).data

  it("[B10] imports a call and answers all that was said of it", async () => {
    await fresh()
    const call = await add({
      from: "(312) 555-0199",
      started_at: "2026-11-02T10:00:00+01:00",
      duration_s: 90,
      talk_s: 60,
      recording_url: "https://pbx.example/rec/1.mp3",
    })
    expect(call).toMatchObject({
      external_id: "pbx-1",
      carrier: "import",
      to: "+12125550101",
      from: "+13125550199",
      from_kind: "phone",
      status: "completed",
      answered: true,
      started_at: "2026-11-02T09:00:00.000Z",
      answered_at: "2026-11-02T09:00:30.000Z",
      ended_at: "2026-11-02T09:01:30.000Z",
      duration_s: 90,
      talk_s: 60,
      first_time_caller: true,
      recording_url: "https://pbx.example/rec/1.mp3",
      tags: [],
      outcome: null,
      value: null,
      currency: "USD",
      spam: false,
    })
    expect(await host.api("GET", path(`/${call.id}`))).toEqual(call)
    expect(await list()).toEqual([call])
  })

  it("[B1] takes an array of up to 100 calls, all or none, and names each bad one", async () => {
    await fresh()
    const rows = Array.from({ length: 101 }, (_, index) => ({ ...CALL, external_id: `${index}` }))
    expect((await post(rows)).status).toBe(400)
    expect((await post([])).status).toBe(400)
    expect(await readFaults(await post([CALL, { ...CALL, to: "nonsense" }, { ...CALL, to: "x".repeat(9) }]))).toEqual([
      "1.to",
      "2.to",
    ])
    expect(await readFaults(await post({ ...CALL, to: "nonsense" }))).toEqual(["to"])
    expect(await list()).toEqual([])
    const { data } = await host.api<{ data: CallAnswer[] }>("POST", path(), rows.slice(1))
    expect(data.map(({ external_id }) => external_id)).toEqual(rows.slice(1).map(({ external_id }) => external_id))
    expect(await list()).toHaveLength(100)
  })

  it("[B2] is idempotent by external_id: later data renew the call, what people said of it stays", async () => {
    await fresh()
    const first = await add({ status: "ringing", from: "+13125550199" })
    expect(first).toMatchObject({ status: "ringing", answered: false, ended_at: null })
    await host.api("PATCH", path(`/${first.id}`), { tags: ["new"], value: "12.50", outcome: "won", notes: "n" })
    const second = await add({ status: "completed", from: "+13125550199", duration_s: 20, talk_s: 10 })
    expect(second).toMatchObject({
      id: first.id,
      status: "completed",
      duration_s: 20,
      tags: ["new"],
      value: 12.5,
      outcome: "won",
      notes: "n",
      first_time_caller: true,
    })
    expect(await list()).toEqual([second])
    const twice = await host.api<{ data: CallAnswer[] }>("POST", path(), [
      { ...CALL, external_id: "2", status: "missed" },
      { ...CALL, external_id: "2", status: "completed" },
    ])
    expect(twice.data[0]?.id).toBe(twice.data[1]?.id)
    expect(await list()).toHaveLength(2)
  })

  it("[B3] attributes a renewed call anew when its number or its moment changed", async () => {
    await fresh()
    const visit = await viewPage(host, site, { url: "https://shop.example/?utm_source=n&utm_medium=email" })
    await host.advance(10_000)
    const started_at = new Date(host.now()).toISOString()
    const stray = await add({ to: "+12125550199", started_at })
    expect(stray.attribution).toMatchObject({ state: "unattributed", reason: "unknown_number" })
    const found = await add({ to: visit.swaps[0]?.number, started_at })
    expect(found).toMatchObject({
      id: stray.id,
      visit: visit.visit,
      visitor: visit.visitor,
      source: { channel: "Email", source: "n" },
      attribution: { state: "attributed", method: "lease", reason: null },
    })
    expect(found.attribution.candidates[0]).toMatchObject({ visit: visit.visit })
    const early = await add({ to: visit.swaps[0]?.number, started_at: "2026-11-01T00:00:00Z" })
    expect(early).toMatchObject({ id: stray.id, visit: null, source: null, attribution: { state: "unattributed" } })
  })

  it("[B4] marks the earliest call of a caller as his first, in whichever order they come", async () => {
    await fresh()
    const from = "+13125550199"
    await add({ external_id: "late", from, started_at: "2026-11-02T09:00:00Z" })
    await add({ external_id: "early", from, started_at: "2026-11-01T09:00:00Z" })
    await add({ external_id: "last", from, started_at: "2026-11-02T09:30:00Z" })
    await add({ external_id: "hidden", from: "anonymous" })
    const calls = await list()
    expect(calls.map(({ external_id, first_time_caller }) => [external_id, first_time_caller])).toEqual([
      ["last", false],
      ["hidden", false],
      ["late", false],
      ["early", true],
    ])
    expect(calls[1]).toMatchObject({ from: null, from_kind: "withheld" })
  })

  it.each([
    ["tags", { tags: ["hot", "new"] }],
    ["outcome", { outcome: "won" }],
    ["spam", { spam: true }],
    ["notes", { notes: "called back" }],
    ["stated_source", { stated_source: { channel: "Radio", source: "wxyz" } }],
    ["value", { value: 1250.5 }],
  ])("[B5] patches %s and nothing else", async (_field, patch) => {
    await fresh()
    const call = await add()
    const changed = await host.api("PATCH", path(`/${call.id}`), patch)
    expect(changed).toEqual({ ...call, ...patch })
    expect(await host.api("PATCH", path(`/${call.id}`), {})).toEqual(changed)
    const cleared = Object.fromEntries(
      Object.keys(patch).map((key) => [key, key === "tags" ? [] : key === "spam" ? false : null]),
    )
    expect(await host.api("PATCH", path(`/${call.id}`), cleared)).toEqual(call)
  })

  it("[B6] takes money as decimals of the currency's places, as text or number", async () => {
    const amounts: Record<string, [value: unknown, stored: number | undefined][]> = {
      USD: [
        ["1250.5", 1250.5],
        ["1250.50", 1250.5],
        ["0.100", 0.1],
        [0.1, 0.1],
        [-20, -20],
        ["-0.01", -0.01],
        ["0.001", undefined],
        [0.1 + 0.2, undefined],
        ["1e3", undefined],
        [1e21, undefined],
        [9e15, undefined],
        ["1,250", undefined],
        ["", undefined],
      ],
      JPY: [
        [1250, 1250],
        ["1250.0", 1250],
        ["1250.5", undefined],
      ],
      KWD: [
        ["1.125", 1.125],
        ["1.1255", undefined],
      ],
    }
    for (const [currency, cases] of Object.entries(amounts)) {
      await fresh({ settings: { currency } })
      const { id } = await add()
      for (const [value, stored] of cases) {
        const response = await host.request("PATCH", path(`/${id}`), { value })
        if (stored === undefined) expect([value, await readFaults(response)]).toEqual([value, ["value"]])
        else expect(await response.json()).toMatchObject({ value: stored, currency })
      }
    }
  })

  it("[B7] refuses values that do not fit, each by its name", async () => {
    await fresh()
    const { id } = await add()
    const bad = [
      { tags: "hot" },
      { tags: [""] },
      { tags: Array(31).fill("x") },
      { tags: ["x".repeat(61)] },
      { outcome: "" },
      { spam: "yes" },
      { notes: "x".repeat(4001) },
      { stated_source: "radio" },
      { status: "missed" },
    ]
    for (const patch of bad)
      expect((await readFaults(await host.request("PATCH", path(`/${id}`), patch)))[0]).toMatch(
        Object.keys(patch)[0] ?? "",
      )
    const imports = [
      { external_id: "" },
      { external_id: "x".repeat(129) },
      { started_at: "2026-11-02T09:00:00" },
      { started_at: "yesterday" },
      { started_at: "2026-02-30T09:00:00Z" },
      { started_at: "0001-01-01T00:00:00Z" },
      { started_at: "9999-12-31T23:59:59Z" },
      { status: "lost" },
      { duration_s: -1 },
      { duration_s: 1.5 },
      { talk_s: 864_001 },
      { recording_url: "javascript:alert(1)" },
      { recording_url: "file:///etc/passwd" },
    ]
    for (const fault of imports) expect(await readFaults(await post({ ...CALL, ...fault }))).toEqual(Object.keys(fault))
    await readProblem(await host.request("PATCH", path("/call_000000000"), { spam: true }), 404, "not_found")
    await readProblem(await host.request("PATCH", path("/nonsense"), { spam: true }), 404, "not_found")
  })

  it("[B8] lists calls latest first, filtered by what the query names", async () => {
    await fresh({ settings: { timezone: "America/New_York" } })
    await viewPage(host, site, { url: "https://shop.example/?utm_source=google&utm_medium=cpc&utm_campaign=a" })
    const now = new Date(host.now() + 1000).toISOString()
    await host.advance(2000)
    await add({ external_id: "web", to: site.numbers[0], started_at: now })
    await add({ external_id: "lost", to: "+12125550199", started_at: "2026-11-01T03:59:00Z", status: "missed" })
    await add({ external_id: "night", to: "+12125550199", started_at: "2026-11-01T04:00:00Z" })
    const ids = async (query: string) => (await list(query)).map(({ external_id }) => external_id)
    expect(await ids("")).toEqual(["web", "night", "lost"])
    expect(await ids("&state=attributed")).toEqual(["web"])
    expect(await ids("&state=unattributed")).toEqual(["night", "lost"])
    expect(await ids("&status=missed")).toEqual(["lost"])
    expect(await ids("&number=212-555-0199")).toEqual(["night", "lost"])
    expect(await ids("&external_id=lost")).toEqual(["lost"])
    expect(await ids("&channel=Paid%20Search&campaign=a&source=google&medium=cpc")).toEqual(["web"])
    expect(await ids("&campaign=b")).toEqual([])
    expect(await ids("&from=2026-11-01&to=2026-11-01")).toEqual(["night"])
    expect(await ids("&from=2026-11-01&to=2026-11-01&tz=UTC")).toEqual(["night", "lost"])
    expect(await ids("&to=2026-10-31")).toEqual(["lost"])
    expect(await readFaults(await host.request("GET", path("?number=nonsense")))).toEqual(["number"])
    expect(await readFaults(await host.request("GET", path("?from=2026-11-02&to=2026-11-01")))).toEqual(["from"])
    expect(await readFaults(await host.request("GET", path("?state=lost")))).toEqual(["state"])
  })

  it("[B9] resolves who would have called without recording a call", async () => {
    await fresh()
    const visit = await viewPage(host, site, { url: "https://shop.example/?utm_source=n&utm_medium=email" })
    await host.advance(5000)
    const at = new Date(host.now()).toISOString()
    const ask = (to: string) =>
      host.api("GET", `/v1/sites/${site.id}/resolve?${new URLSearchParams({ to, at, from: "+13125550199" })}`)
    const found = await ask("(212) 555-0101")
    const { attribution, ...call } = await add({ to: site.numbers[0], started_at: at })
    expect(found).toEqual({
      to: site.numbers[0],
      at,
      visit: visit.visit,
      visitor: visit.visitor,
      source: call.source,
      attribution,
    })
    expect(await ask("+12125550199")).toMatchObject({ visit: null, attribution: { reason: "unknown_number" } })
    expect(await list()).toHaveLength(1)
    const faults = async (query: string) =>
      readFaults(await host.request("GET", `/v1/sites/${site.id}/resolve${query}`))
    expect(await faults("")).toEqual(["to", "at"])
    expect(await faults("?to=nonsense&at=2026-11-02T10:00:00Z")).toEqual(["to"])
    expect(await faults("?to=%2B12125550101&at=today")).toEqual(["at"])
  })
})
