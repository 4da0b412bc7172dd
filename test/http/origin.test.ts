import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { PageAnswer, type VisitRow } from "../../shared/contract.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, ORIGIN, type TestSite, viewPage } from "../site.js"
import { pathOf, ROUTES } from "./routes.js"

const CORS = /^access-control-/

describe.each(ENGINES)("origins on %s", (engine) => {
  let host: Host
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  const post = (site: TestSite, route: "visits" | "beats", body: object, headers: Record<string, string>) =>
    host.request("POST", `/v1/sites/${site.id}/${route}`, body, { key: null, headers })
  const visits = async (site: TestSite) =>
    (await host.api<{ data: VisitRow[] }>("GET", `/v1/sites/${site.id}/visits`)).data

  it.each([
    "https://shop.example",
    "http://shop.example",
    "https://shop.example:8443",
    "https://www.shop.example",
    "https://a.b.shop.example:3000",
    "https://xn--bcher-kva.example",
    "https://www.xn--bcher-kva.example",
    "http://localhost:5173",
    "http://[::1]:8080",
    "http://192.0.2.7",
  ])("[H10] lets a page of the site's domains or below them read the answer: %s", async (origin) => {
    const domains = ["Shop.Example", "bücher.example:8080", "localhost", "[::1]", "192.0.2.7"]
    const site = await createSite(host, { settings: { domains } })
    const visit = await post(site, "visits", { url: `${origin}/` }, { origin })
    expect(visit.status).toBe(200)
    expect(visit.headers.get("access-control-allow-origin")).toBe(origin)
    expect(visit.headers.get("access-control-expose-headers")).toBe("x-ringtrail-reason")
    expect(visit.headers.get("vary")).toContain("Origin")
    expect(visit.headers.get("x-ringtrail-reason")).toBeNull()
    expect(visit.headers.get("access-control-allow-credentials")).toBeNull()
    const answer = (await visit.json()) as { visit: string; swaps: { number: string }[] }
    expect(answer.swaps[0]?.number).toBe(site.numbers[0])
    const beat = await post(site, "beats", { visit: answer.visit, kind: "beat" }, { origin })
    expect(beat.status).toBe(204)
    expect(beat.headers.get("access-control-allow-origin")).toBe(origin)
    expect(await visits(site)).toHaveLength(1)
  })

  it("[SN1] lets every page read why a public route refused it", async () => {
    const site = await createSite(host)
    const origin = "https://shop.example"
    const refused = [
      await post(site, "visits", { url: 5 }, { origin }),
      await post(site, "beats", { visit: "x".repeat(100_000), kind: "beat" }, { origin }),
      await post({ ...site, id: "site_nobody00" }, "visits", { url: `${origin}/` }, { origin }),
    ]
    for (const { status, headers } of refused)
      expect({ status, allowed: headers.get("access-control-allow-origin") }).toEqual({
        status: expect.any(Number),
        allowed: "*",
      })
    expect(refused.map(({ status }) => status)).toEqual([400, 413, 404])
  })

  it("[SN6] tells a page what it must know once for all swaps, and no more than it needs", async () => {
    const site = await createSite(host)
    const origin = "https://shop.example"
    const text = await (await post(site, "visits", { url: `${origin}/` }, { origin })).text()
    expect(Buffer.byteLength(text)).toBeLessThan(4000)
    const { swaps, rules } = PageAnswer.parse(JSON.parse(text))
    expect(swaps[0]?.number).toBe(site.numbers[0])
    expect(Object.keys(rules)).toHaveLength(4)
  })

  it("[SN2] answers a beat of an unknown visit as one of an ended visit: the page asks anew, and no error is written", async () => {
    const site = await createSite(host)
    const origin = "https://shop.example"
    for (const visit of ["vis_0", "vis_000000000000000000000", "nonsense"]) {
      const answer = await post(site, "beats", { visit, kind: "beat" }, { origin })
      expect(answer.status).toBe(205)
      expect(answer.headers.get("access-control-allow-origin")).toBe(origin)
    }
  })

  it.each([
    "https://evil.example",
    "https://notshop.example",
    "https://shop.example.evil.test",
    "https://shop.example@evil.test",
    "https://example",
    "null",
    "nonsense",
    "file://",
  ])("[H11] answers a page of another origin with no swap, records nothing and says why: %s", async (origin) => {
    const site = await createSite(host)
    const own = await viewPage(host, site)
    // It claims to be a page of the site: Origin decides.
    const visit = await post(site, "visits", { url: `${ORIGIN}/?utm_source=x` }, { origin })
    expect(visit.status).toBe(200)
    expect(await visit.json()).toMatchObject({ visitor: null, visit: null, swaps: [] })
    expect(visit.headers.get("x-ringtrail-reason")).toBe("origin")
    expect(visit.headers.get("access-control-allow-origin")).toBeNull()
    const seen = (await visits(site))[0]?.seen_at
    await host.advance(5000)
    const beat = await post(site, "beats", { visit: own.visit, kind: "beat" }, { origin })
    expect(beat.status).toBe(204)
    expect(beat.headers.get("x-ringtrail-reason")).toBe("origin")
    expect(beat.headers.get("access-control-allow-origin")).toBeNull()
    expect(await visits(site)).toMatchObject([{ seen_at: seen, source: { channel: "Direct" } }])
  })

  it("[H12] judges a client without Origin by the page it names", async () => {
    const site = await createSite(host)
    const own = await post(site, "visits", { url: `${ORIGIN}/` }, {})
    expect(await own.json()).toMatchObject({ swaps: [{ number: site.numbers[0] }] })
    expect(own.headers.get("access-control-allow-origin")).toBeNull()
    for (const url of ["https://evil.example/", "", "/path", "https://", "javascript:alert(1)"]) {
      const foreign = await post(site, "visits", { url }, {})
      expect(foreign.headers.get("x-ringtrail-reason")).toBe("origin")
    }
    expect(await visits(site)).toHaveLength(1)
  })

  it("[H13] answers preflights for the site's pages alone", async () => {
    const site = await createSite(host)
    const ask = (route: string, origin: string) =>
      host.request("OPTIONS", `/v1/sites/${site.id}/${route}`, undefined, {
        key: null,
        headers: {
          origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": "content-type",
        },
      })
    for (const route of ["visits", "beats"]) {
      const own = await ask(route, ORIGIN)
      expect(own.status).toBe(204)
      expect(Object.fromEntries(own.headers)).toMatchObject({
        "access-control-allow-origin": ORIGIN,
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "content-type, idempotency-key",
        vary: "Origin",
      })
      for (const origin of ["https://evil.example", "null"]) {
        const foreign = await ask(route, origin)
        expect([...foreign.headers.keys()].filter((name) => CORS.test(name))).toEqual([])
      }
    }
    const unknown = await host.request("OPTIONS", "/v1/sites/site_00000000000000/visits", undefined, { key: null })
    expect(unknown.status).toBe(404)
  })

  it("[H14] opens no private route to any page", async () => {
    const site = await createSite(host)
    for (const route of ROUTES.filter(({ access }) => access !== "public")) {
      for (const method of [route.method.toUpperCase(), "OPTIONS"].filter((method) => method !== "DELETE")) {
        const response = await host.request(method, pathOf(route, site.id), undefined, { headers: { origin: ORIGIN } })
        if (method === "OPTIONS" && /\/(visits|beats)$/.test(route.path)) continue
        expect([...response.headers.keys()].filter((name) => CORS.test(name))).toEqual([])
      }
    }
  })
})
