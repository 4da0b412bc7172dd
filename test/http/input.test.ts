import { connect } from "node:net"
import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { VisitRow } from "../../shared/contract.js"
import { BODY_LIMIT_BYTES, BULK_BODY_LIMIT_BYTES, VISIT_BODY_LIMIT_BYTES } from "../../shared/protocol.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { beat, createSite, ORIGIN, type TestSite, viewPage } from "../site.js"
import { readFaults, readProblem } from "./problem.js"
import { bodyOf, makeRuleAndCode, pathOf, ROUTES } from "./routes.js"

describe.each(ENGINES)("input on %s", (engine) => {
  let host: Host
  let site: TestSite
  const sites = () => `/v1/sites/${site.id}`
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  const fresh = async () => {
    site = await createSite(host)
  }
  const visits = async () => (await host.api<{ data: VisitRow[] }>("GET", `${sites()}/visits`)).data

  it("[H1] answers every error as application/problem+json of RFC 9457", async () => {
    await fresh()
    await readProblem(await host.request("GET", "/v1/nothing"), 404, "not_found")
    await readProblem(await host.request("GET", "/nothing"), 404, "not_found")
    await readProblem(await host.request("DELETE", `${sites()}/visits`), 404, "not_found")
    await readProblem(await host.request("GET", `${sites()}/calls`, undefined, { key: null }), 401, "unauthorized")
    await readProblem(await host.request("GET", `${sites()}/calls/call_000000000`), 404, "not_found")
    await readProblem(await host.request("POST", `${sites()}/pools`, {}), 400, "invalid")
    await readProblem(await host.request("POST", `${sites()}/calls`, "x".repeat(2_000_000)), 413, "too_large")
    const visit = await viewPage(host, site)
    await host.advance(3 * 3_600_000)
    expect((await beat(host, site, visit.visit)).status).toBe(205)
    await readProblem(await host.request("POST", `${sites()}/carriers/twilio/voice`, ""), 403, "forbidden")
    await readProblem(await host.request("GET", `${sites()}/carriers/nobody`), 404, "not_found")
    const numbers = [{ e164: "+12125550101", kind: "static", source: {} }]
    await readProblem(await host.request("POST", `${sites()}/numbers`, numbers), 409, "conflict")
  })

  it("[H2] refuses a body that is no JSON of the right kind with 400, however deep it is", async () => {
    await fresh()
    const deepest = BODY_LIMIT_BYTES / 5 - 100
    const bodies = [
      "",
      "{",
      "{}}",
      "nonsense",
      "\ufeff",
      "null",
      "[]",
      "[null]",
      "7",
      "true",
      '"text"',
      `${"[".repeat(5000)}${"]".repeat(5000)}`,
      "[".repeat(5000),
      `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`,
      '{"a":'.repeat(deepest),
      `${'[{"a":'.repeat(5000)}1${"}]".repeat(5000)}`,
      `{"url":${"[ ".repeat(5000)}${"] ".repeat(5000)}}`,
      '{"url":{"url":"https://shop.example/"},"visit":{"$ne":null}}',
      '{"name":[],"kind":{},"to":7,"url":8,"visit":9,"e164":{}}',
    ]
    for (const route of ROUTES.filter(({ body }) => body)) {
      for (const body of bodies) {
        const response = await host.request(route.method.toUpperCase(), pathOf(route, site.id), body, {
          headers: { origin: ORIGIN },
        })
        await readProblem(response, 400, "invalid")
      }
    }
    expect(await visits()).toEqual([])
  })

  it.each([
    ["visits", VISIT_BODY_LIMIT_BYTES],
    ["beats", BODY_LIMIT_BYTES],
    ["keys", BODY_LIMIT_BYTES],
    ["numbers", BULK_BODY_LIMIT_BYTES],
  ])("[H3] refuses a body of %s over %i bytes, announced or not, with 413", async (route, limit) => {
    await fresh()
    const path = `${sites()}/${route}`
    const over = JSON.stringify("x".repeat(limit - 1))
    await readProblem(await host.request("POST", path, over), 413, "too_large")
    await readProblem(await sendChunks(host, path, over), 413, "too_large")
    const exact = JSON.stringify("x".repeat(limit - 2))
    await readProblem(await host.request("POST", path, exact), 400, "invalid")
    await readProblem(await sendChunks(host, path, exact), 400, "invalid")
  })

  it("[H3] answers 413 to a sender who goes on writing, and lives", async () => {
    await fresh()
    const head = `POST ${sites()}/beats HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`
    const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`
    expect(await sendRaw(host, [head, ...Array<string>(40).fill(chunk)])).toMatch(/^HTTP\/1\.1 413 /)
    expect((await viewPage(host, site)).visit).not.toBeNull()
  })

  it("[H4] refuses unknown fields and names each with its place", async () => {
    await fresh()
    const post = (path: string, body: unknown, method = "POST") =>
      host.request(method, sites() + path, body, { headers: { origin: ORIGIN } })
    const url = `${ORIGIN}/`
    expect(await readFaults(await post("/visits", { url, ip: "203.0.113.9", userAgent: "x" }))).toEqual([
      "ip",
      "userAgent",
    ])
    expect(await readFaults(await post("/visits", { url, ids: { GA: "1" } }))).toEqual(["ids.GA"])
    expect(await readFaults(await post("/pools", { name: "x", target: "+12125550100", size: 3 }))).toEqual(["size"])
    expect(await readFaults(await post("", { nmae: "x" }, "PATCH"))).toEqual(["nmae"])
    const call = { external_id: "1", to: "+12125550101", started_at: "2026-11-02T09:00:00Z" }
    expect(await readFaults(await post("/calls", { ...call, agent: "Jo" }))).toEqual(["agent"])
    expect(await readFaults(await post("/calls", [call, { ...call, agent: "Jo" }]))).toEqual(["1.agent"])
    const number = { e164: "+12125550150", kind: "static", source: { channel: "Radio", chanel: "Radio" } }
    expect(await readFaults(await post("/numbers", number))).toEqual(["source.chanel"])
    expect(await readFaults(await post("/numbers", [number]))).toEqual(["0.source.chanel"])
    expect(await readFaults(await post("/carriers/twilio", { acount_sid: "x" }, "PUT"))).toContain("acount_sid")
  })

  it("[H4] names twenty faults of a body at most", async () => {
    await fresh()
    const numbers = Array.from({ length: 900 }, () => ({ e164: 1, kind: "static", source: {} }))
    const faults = await readFaults(await host.request("POST", `${sites()}/numbers`, numbers))
    expect(faults.slice(0, 2)).toEqual(["0.e164", "1.e164"])
    expect(faults).toHaveLength(20)
    const keys = Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`k${index}`, 1]))
    expect((await readFaults(await host.request("POST", `${sites()}/pools`, keys))).length).toBeLessThanOrEqual(20)
    const pool = { name: "x", target: "+12125550100", numbers: Array(900).fill("not a number") }
    expect((await readFaults(await host.request("POST", `${sites()}/pools`, pool))).length).toBeLessThanOrEqual(20)
  })

  it("[H5] refuses unknown query parameters and those that stand twice, on every route", async () => {
    await fresh()
    for (const route of ROUTES) {
      const path = pathOf(route, site.id)
      const joint = path.includes("?") ? "&" : "?"
      const send = (query: string) =>
        host.request(route.method.toUpperCase(), path + joint + query, bodyOf(route, "1"), {
          headers: { origin: ORIGIN },
        })
      expect(await readFaults(await send("fromm=2026-01-01"))).toEqual(["fromm"])
      expect(await readFaults(await send("__proto__=1&constructor=2"))).toEqual(["__proto__", "constructor"])
      expect(await readFaults(await send("limit=1&limit=2"))).toEqual(["limit"])
    }
  })

  it("[H6] cuts what is too long and keeps the visit", async () => {
    await fresh()
    const long = "a".repeat(100_000)
    await viewPage(host, site, { url: `${ORIGIN}/?utm_source=google&utm_campaign=${long}`, title: long })
    await viewPage(host, site, { url: `${ORIGIN}/${"b".repeat(60_000)}`, referrer: `https://news.example/${long}` })
    await viewPage(host, site, { url: `${ORIGIN}/?utm_source=x&utm_term=${"\u{1F600}".repeat(20_000)}` })
    const [smile, path, campaign] = await visits()
    expect(campaign?.source.campaign).toMatch(/^a{256}$/)
    expect(campaign?.title).toMatch(/^a{256}$/)
    expect(path?.source.landing_url).toHaveLength(2048)
    expect(smile?.source.term).toMatch(/^(\u{1F600})+$/u)
  })

  it("[H7] cleans NUL, lone surrogates, bidi and control characters out of every text and name", async () => {
    await fresh()
    const dirty = "a\0b\ud800c\u202ed\u2066e\u0007f\u200fg\u009fh"
    const raw = JSON.stringify({ url: `${ORIGIN}/?utm_source=x&utm_campaign=ok`, title: dirty })
    const visit = await viewPage(host, site, JSON.parse(raw))
    expect((await visits())[0]?.title).toBe("ab\ufffdcdefgh")
    const fields = JSON.parse('{"na\\u0000me\\u202e":"v\\u0000\\ud83d","__proto__":"p","constructor":"c"}')
    expect((await beat(host, site, visit.visit, { kind: "form", fields })).status).toBe(204)
    const { journey } = await host.api<{ journey: { kind: string; data: { fields: object } }[] }>(
      "GET",
      `${sites()}/visitors/${visit.visitor}`,
    )
    const form = journey.find(({ kind }) => kind === "form")
    expect(form?.data.fields).toMatchObject({ name: "v\ufffd" })
    expect(JSON.stringify(form)).not.toMatch(/[\0\u202e\ud800-\udfff]/)
    const { name } = await host.api("PATCH", sites(), { name: `\u202eShop\0` })
    expect(name).toBe("Shop")
    const cut = await host.request("PATCH", sites(), '{"name":"Caf\u00e9 \u{1F600}"}')
    expect(await cut.json()).toMatchObject({ name: "Café 😀" })
  })

  it("[H8] takes __proto__ and constructor as the names they are", async () => {
    await fresh()
    for (const key of ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"]) {
      const evil = `{"${key}":{"polluted":true,"access":"public"},"name":"Shop"}`
      expect(await readFaults(await host.request("PATCH", sites(), evil))).toEqual([key])
      const record = `{"url":"${ORIGIN}/","ids":{"${key}":{"polluted":1}}}`
      const status = (await host.request("POST", `${sites()}/visits`, record, { headers: { origin: ORIGIN } })).status
      expect([200, 400]).toContain(status)
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    await viewPage(host, site)
    expect((await host.request("GET", `${sites()}/visits`)).status).toBe(200)
  })

  it("[H9] answers any JSON on any writing route with 2xx or 4xx", async () => {
    await fresh()
    const call = await host.api<{ id: string }>("POST", `${sites()}/calls`, {
      external_id: "1",
      to: "+12125550101",
      started_at: "2026-11-02T09:00:00Z",
    })
    const numbers = await host.api<{ data: { id: string }[] }>("GET", `${sites()}/numbers`)
    const made = await makeRuleAndCode(host, site.id)
    const ids = { call: call.id, pool: site.pool, num: numbers.data[0]?.id ?? "", ...made }
    const writing = ROUTES.filter(({ body }) => body)
    const bodies = fc.constantFrom(...writing).chain((route) =>
      fc.record({
        route: fc.constant(route),
        body: fc.oneof(
          { weight: 3, arbitrary: mutationOf(bodyOf(route, "1") as Record<string, unknown>) },
          { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
          {
            weight: 1,
            arbitrary: fc.array(mutationOf(bodyOf(route, "2") as Record<string, unknown>), { maxLength: 3 }),
          },
        ),
      }),
    )
    await fc.assert(
      fc.asyncProperty(bodies, async ({ route, body }) => {
        const response = await host.request(
          route.method.toUpperCase(),
          pathOf(route, site.id, ids),
          JSON.stringify(body),
          { headers: { origin: ORIGIN } },
        )
        const text = await response.text()
        expect({ status: response.status, text }).toSatisfy(() => response.status < 500)
        if (response.status >= 400) expect(JSON.parse(text)).toMatchObject({ status: response.status })
      }),
      { numRuns: 250, interruptAfterTimeLimit: 60_000 },
    )
    await host.api("PATCH", sites(), { country: "US", timezone: "UTC", currency: "USD" })
    for (const route of ROUTES.filter(({ method, path }) => method === "get" && !path.includes("visitors")))
      expect((await host.request("GET", pathOf(route, site.id, ids))).status).toBe(200)
  })

  it("[H9] answers any query on any reading route with 2xx or 4xx", async () => {
    await fresh()
    const names = [
      "limit",
      "cursor",
      "from",
      "to",
      "tz",
      "at",
      "state",
      "number",
      "group_by",
      "metrics",
      "sort",
      "pool",
    ]
    const values = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "0",
        "-1",
        "1e9",
        "NaN",
        "0000-01-01",
        "9999-12-31",
        "2026-02-30",
        "-271821-04-20",
        "day",
        "visits",
      ),
      fc.constantFrom(
        "0.0",
        "9007199254740993",
        "-5.1",
        "1.2.3",
        "+12125550101",
        "Pacific/Apia",
        "9999-12-31T23:59:59Z",
      ),
    )
    const reading = ROUTES.filter(({ method }) => method === "get")
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...reading),
        fc.dictionary(fc.constantFrom(...names), values, { maxKeys: 3 }),
        async (route, query) => {
          const path = pathOf(route, site.id).replace(/\?.*/, "")
          const response = await host.request("GET", `${path}?${new URLSearchParams(query)}`)
          const text = await response.text()
          expect({ status: response.status, text }).toSatisfy(() => response.status < 500)
        },
      ),
      { numRuns: 150, interruptAfterTimeLimit: 60_000 },
    )
  })

  it("[H9] answers any path and any header with 2xx or 4xx", async () => {
    await fresh()
    const paths = [
      "%00",
      "%E0%A4%A",
      "%2e%2e%2f",
      "..%5c",
      "a".repeat(4000),
      "call_~~~~~~~~~",
      "call_zzzzzzzzz",
      "%F0%9F%98%80",
    ]
    for (const part of paths)
      for (const path of [
        `/v1/sites/${part}`,
        `${sites()}/calls/${part}`,
        `${sites()}/${part}`,
        `${sites()}/visitors/${part}`,
      ]) {
        const response = await host.request("GET", path)
        expect([400, 404]).toContain(response.status)
        await response.text()
      }
    for (const key of ["x", "rt_", "rt_admin_", "a".repeat(5000), "Bearer", "é"])
      expect((await host.request("GET", sites(), undefined, { key })).status).toBe(401)
    for (const authorization of ["Basic x", "Bearer", "bearer", "Bearer a b"])
      expect((await host.request("GET", sites(), undefined, { key: null, headers: { authorization } })).status).toBe(
        401,
      )
  })
})

/** A good body with some fields replaced, added or gone. */
function mutationOf(body: Record<string, unknown>): fc.Arbitrary<unknown> {
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.string({ unit: "binary" }),
    fc.constantFrom("+12125550101", "+1", "0", "-0", "1e21", "ZZ", "XXX", "Etc/GMT+12", "2026-11-02T09:00:00Z"),
    fc.constantFrom<unknown>(1e21, -0, 1e-7, 0.1, 2 ** 53, -1, Number.MAX_VALUE, null, [], {}),
  )
  return fc
    .record({
      changed: fc.dictionary(fc.constantFrom(...Object.keys(body), "x", "value", "fields", "stated_source"), odd),
      gone: fc.boolean(),
    })
    .map(({ changed, gone }) => ({ ...(gone ? {} : body), ...changed }))
}

/** Sends a body without saying how long it is. */
function sendChunks(host: Host, path: string, body: string): Promise<Response> {
  const bytes = new TextEncoder().encode(body)
  let at = 0
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at + 16_384))
      at += 16_384
    },
  })
  return fetch(host.url + path, {
    method: "POST",
    body: stream,
    duplex: "half",
    headers: { authorization: `Bearer ${host.adminKey}`, origin: ORIGIN },
  } as RequestInit)
}

/** What a server answers on the wire until it closes, or has answered something. */
function sendRaw(host: Host, parts: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(host.url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    let answer = ""
    socket.on("data", (data) => {
      answer += data
      socket.destroy()
    })
    socket.on("close", () => resolve(answer))
    socket.on("error", (error) => (answer === "" ? reject(error) : resolve(answer)))
    for (const part of parts) socket.write(part)
  })
}
