import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { NumberAnswer, PoolAnswer } from "../../shared/contract.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, TARGET, type TestSite, viewPage } from "../site.js"
import { readFaults, readProblem } from "./problem.js"

describe.each(ENGINES)("numbers and pools on %s", (engine) => {
  let host: Host
  let site: TestSite
  const own = () => `/v1/sites/${site.id}`
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  const fresh = async (options: Parameters<typeof createSite>[1] = {}) => {
    site = await createSite(host, options)
  }
  const post = (path: string, body: unknown) => host.request("POST", own() + path, body)
  const postCsv = (csv: string) =>
    host.request("POST", `${own()}/numbers`, csv, { headers: { "content-type": "text/csv; charset=utf-8" } })
  const list = async (query = "") =>
    (await host.api<{ data: NumberAnswer[] }>("GET", `${own()}/numbers?limit=500${query}`)).data
  const patch = (id: string | undefined, body: object) =>
    host.api<NumberAnswer>("PATCH", `${own()}/numbers/${id}`, body)
  const numberOf = async (e164: string | undefined) => (await list()).find((number) => number.e164 === e164)

  it("[N1] adds one number and answers it as it is read later", async () => {
    await fresh()
    const source = { channel: "Radio", source: "wxyz", campaign: "spring" }
    const added = await host.api<NumberAnswer>("POST", `${own()}/numbers`, {
      e164: "+1 (212) 555-0150",
      kind: "static",
      source,
    })
    expect(added).toMatchObject({ e164: "+12125550150", kind: "static", pool: null, state: "active", source })
    expect(await host.api("GET", `${own()}/numbers/${added.id}`)).toEqual(added)
    const pooled = await host.api<NumberAnswer>("POST", `${own()}/numbers`, {
      e164: "212 555 0151",
      kind: "pool",
      pool: site.pool,
    })
    expect(pooled).toMatchObject({ e164: "+12125550151", kind: "pool", pool: site.pool, source: null })
    expect(await list(`&pool=${site.pool}`)).toHaveLength(4)
    expect(await list("&kind=static")).toEqual([added])
  })

  it("[N2] adds a thousand numbers as JSON, and no more at once", async () => {
    await fresh({ size: 0 })
    const rows = Array.from({ length: 1001 }, (_, index) => ({
      e164: `+1312${String(5_550_000 + index)}`,
      kind: "pool",
      pool: site.pool,
    }))
    expect((await post("/numbers", rows)).status).toBe(400)
    expect((await post("/numbers", [])).status).toBe(400)
    const { data } = await host.api<{ data: NumberAnswer[] }>("POST", `${own()}/numbers`, rows.slice(1))
    expect(data.map(({ e164 }) => e164)).toEqual(rows.slice(1).map(({ e164 }) => e164))
    expect(await host.api("GET", `${own()}/pools/${site.pool}`)).toMatchObject({ numbers: 1000, busy: 0 })
  })

  it("[N3] adds all rows or none, and names each bad one", async () => {
    await fresh()
    const good = { e164: "+13125550101", kind: "static", source: {} }
    const rows = [
      good,
      { ...good, e164: "nonsense" },
      { ...good, e164: "+1 312 555-0101" },
      { ...good, e164: site.numbers[0] },
    ]
    const problem = await readProblem(await post("/numbers", rows), 400, "invalid")
    expect(problem.errors).toMatchObject([
      { path: "1.e164" },
      { path: "2.e164", message: "+13125550101 stands twice in this request" },
      { path: "3.e164", message: `${site.numbers[0]} is one of the site's numbers already` },
    ])
    const pool = { e164: "+13125550102", kind: "pool", pool: "pool_000000000" }
    expect(await readFaults(await post("/numbers", [good, pool]))).toEqual(["1.pool"])
    expect(await readFaults(await post("/numbers", pool))).toEqual(["pool"])
    const known = await readProblem(await post("/numbers", [good, { ...good, e164: site.numbers[1] }]), 409, "conflict")
    expect(known.errors).toMatchObject([{ path: "1.e164" }])
    expect((await list()).map(({ e164 }) => e164)).toEqual(site.numbers)
    const two = { name: "Two", target: TARGET, numbers: ["+13125550103", "xx", "+13125550103"] }
    expect(await readFaults(await post("/pools", two))).toEqual(["numbers.1", "numbers.2"])
    expect((await host.api<{ data: PoolAnswer[] }>("GET", `${own()}/pools`)).data).toHaveLength(1)
  })

  it("[N4] reads CSV as spreadsheets write it", async () => {
    await fresh()
    const csv = [
      "\ufeffE164;Kind;Pool;Channel;Source;Campaign",
      `"+1 312 555-0101";pool;${site.pool};;;`,
      `(312) 555-0102;;${site.pool};;;`,
      '+13125550103;static;;Radio;"wxyz; ""the best""";Spring\u0000 \u202e2026',
      ";;;;;",
      "",
    ].join("\r\n")
    const answer = await postCsv(csv)
    expect(answer.status).toBe(201)
    const { data } = (await answer.json()) as { data: NumberAnswer[] }
    expect(data).toMatchObject([
      { e164: "+13125550101", kind: "pool", pool: site.pool },
      { e164: "+13125550102", kind: "pool", pool: site.pool },
      { e164: "+13125550103", source: { channel: "Radio", source: 'wxyz; "the best"', campaign: "Spring 2026" } },
    ])
  })

  it("[N5] refuses bad CSV, all of it, and names the row", async () => {
    await fresh({ size: 1 })
    const files = [
      ["an unknown column", "e164,colour\n+13125550101,red", "column colour"],
      ["a column that stands twice", "e164,pool,pool\n+13125550101,,", "column pool"],
      ["a short row", "e164,kind,channel\n+13125550101,static,TV\n+13125550102,static", "1"],
      ["a long row", "e164,kind\n+13125550101,static,TV", "0"],
      ["an open quotation mark", 'e164,channel\n+13125550101,TV\n"+13125550102,TV', "1"],
      ["a bad number", "e164,channel\n+13125550101,TV\nabc,TV", "1.e164"],
      ["a number that stands twice", "e164,channel\n+13125550101,TV\n+13125550101,TV", "1.e164"],
      ["an unknown kind", "e164,kind\n+13125550101,mobile", "0.kind"],
      ["an unknown pool", "e164,pool\n+13125550101,pool_000000000", "0.pool"],
      ["a pool that is no id", "e164,pool\n+13125550101,Web", "0.pool"],
      ["a static number with a pool", "e164,kind,pool\n+13125550101,static,pool_000000000", "0.pool"],
      ["a pool number with a source", "e164,pool,channel\n+13125550101,pool_000000000,TV", "0.source"],
      ["nothing", "", ""],
      ["a header alone", "e164,kind", ""],
    ] as const
    for (const [what, csv, path] of files)
      expect([what, await readFaults(await postCsv(csv))]).toEqual([what, expect.arrayContaining([path])])
    expect(await list()).toHaveLength(1)
  })

  it.each([
    ["US", "(212) 555-0150", "+12125550150"],
    ["DE", "030 23125 550", "+493023125550"],
    ["GB", "020 7946 0958", "+442079460958"],
    ["GB", "+1 212 555 0150", "+12125550150"],
    ["GB", "0044 20 7946 0958", undefined],
    ["FR", "01 99 00 12 34", "+33199001234"],
    ["US", "911", undefined],
    ["US", "+999 1234567", undefined],
  ])("[N6] reads a number by the site's country: in %s %s is %s", async (country, written, e164) => {
    await fresh({ size: 0, settings: { country } })
    const answer = await post("/numbers", { e164: written, kind: "static", source: {} })
    if (e164 === undefined && answer.status === 400) expect(await readFaults(answer)).toEqual(["e164"])
    else expect(await answer.json()).toMatchObject({ e164: e164 ?? "+442079460958" })
  })

  it("[N7] lends no paused or retired number, and lends it again when it is revived", async () => {
    await fresh({ size: 2 })
    const [first, second] = await list()
    await patch(first?.id, { state: "paused" })
    expect((await viewPage(host, site)).swaps[0]?.number).toBe(second?.e164)
    await patch(second?.id, { state: "retired" })
    expect(await host.api("GET", `${own()}/pools/${site.pool}`)).toMatchObject({ numbers: 0 })
    expect((await viewPage(host, site)).swaps[0]?.number).toBeNull()
    expect(await patch(first?.id, { state: "active" })).toMatchObject({ id: first?.id, state: "active" })
    expect((await viewPage(host, site)).swaps[0]?.number).toBe(first?.e164)
    expect((await list()).map(({ state }) => state)).toEqual(["active", "retired"])
  })

  it("[N8] takes a number that leaves the pool away from the visit at its next page", async () => {
    await fresh({ size: 2 })
    const visit = await viewPage(host, site)
    const number = await numberOf(visit.swaps[0]?.number ?? "")
    await patch(number?.id, { state: "paused" })
    const next = await viewPage(host, site, { visit: visit.visit })
    expect(next.visit).toBe(visit.visit)
    expect(next.swaps[0]?.number).not.toBe(visit.swaps[0]?.number)
    expect(next.swaps[0]?.number).not.toBeNull()
  })

  it("[N9] moves a number to another pool, which lends it from then on", async () => {
    await fresh({ size: 1 })
    const other = await host.api<PoolAnswer>("POST", `${own()}/pools`, { name: "Other", target: "+12125550177" })
    const number = (await list())[0]
    expect(await patch(number?.id, { pool: other.id })).toMatchObject({ pool: other.id })
    const { swaps } = await viewPage(host, site)
    expect(swaps.map(({ target, number }) => [target, number])).toEqual([
      [TARGET, null],
      ["+12125550177", site.numbers[0]],
    ])
    expect(
      await readFaults(await host.request("PATCH", `${own()}/numbers/${number?.id}`, { pool: "pool_000000000" })),
    ).toEqual(["pool"])
  })

  it("[N10] keeps a static number's source, changes it, and refuses what does not fit its kind", async () => {
    await fresh({ size: 1 })
    const radio = await host.api<NumberAnswer>("POST", `${own()}/numbers`, {
      e164: "+13125550150",
      kind: "static",
      source: { channel: "Radio" },
    })
    const call = { external_id: "1", to: "+13125550150", started_at: "2026-11-02T09:00:00Z" }
    expect(await host.api("POST", `${own()}/calls`, call)).toMatchObject({
      source: { channel: "Radio" },
      attribution: { state: "attributed", method: "static", confidence: 1, channel_confidence: 1, candidates: [] },
    })
    expect(await patch(radio.id, { source: { channel: "TV", campaign: "news" } })).toMatchObject({
      source: { channel: "TV", campaign: "news" },
    })
    expect(await host.api("POST", `${own()}/calls`, { ...call, external_id: "2" })).toMatchObject({
      source: { channel: "TV", campaign: "news" },
    })
    expect(await readFaults(await host.request("PATCH", `${own()}/numbers/${radio.id}`, { pool: site.pool }))).toEqual([
      "pool",
    ])
    const pooled = await numberOf(site.numbers[0])
    expect(await readFaults(await host.request("PATCH", `${own()}/numbers/${pooled?.id}`, { source: {} }))).toEqual([
      "source",
    ])
    expect(await readFaults(await post("/numbers", { e164: "+13125550151", kind: "static" }))).toEqual(["source"])
    expect(await readFaults(await post("/numbers", { e164: "+13125550151", kind: "pool" }))).toEqual(["pool"])
  })

  it("[N11] changes a pool's name, target and settings, and counts its numbers in use", async () => {
    await fresh({ size: 3 })
    await viewPage(host, site)
    const path = `${own()}/pools/${site.pool}`
    expect(await host.api("GET", path)).toMatchObject({ numbers: 3, busy: 1, overflow: "share", idle_minutes: 30 })
    const changed = { name: "New", target: "+12125550188", overflow: "original", idle_minutes: 5 }
    expect(await host.api("PATCH", path, { ...changed, target: "212-555-0188" })).toMatchObject(changed)
    expect((await viewPage(host, site)).swaps[0]?.target).toBe("+12125550188")
    for (const bad of [
      { idle_minutes: 0 },
      { idle_minutes: 31 },
      { overflow: "panic" },
      { target: "x" },
      { name: " " },
    ])
      expect(await readFaults(await host.request("PATCH", path, bad))).toEqual(Object.keys(bad))
  })
})
