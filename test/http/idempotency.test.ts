import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { KeyAnswer } from "../../shared/contract.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, ORIGIN, type TestSite, viewPage } from "../site.js"
import { makeLead } from "./lead-routes.js"
import { readFaults, readProblem } from "./problem.js"
import { bodyOf, pathOf, ROUTES } from "./routes.js"

const REPLAYED = "idempotent-replayed"
const DAY_MS = 24 * 3_600_000
/** What is posted to these is in none of the lists that the test counts. */
const ADDS_NOTHING = /\/(beats|test|relearn|attempts|tasks|batch|split|join|search|sync|release|callback|hangup)$/
/** A replay wants a carrier's signed request to have come in: requests.test.ts holds it to the same. */
const POSTS = ROUTES.filter(({ method, path }) => method === "post" && !path.endsWith("/replay"))

describe.each(ENGINES)("Idempotency-Key on %s", (engine) => {
  let host: Host
  let site: TestSite
  let dataDir: string
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "ringtrail-"))
    host = await startHost(engine, { dataDir })
  })
  afterAll(async () => {
    await host.close()
    rmSync(dataDir, { recursive: true, force: true })
  })

  const send = (
    path: string,
    body: unknown,
    key: string,
    { bearer = host.adminKey as string | null, origin = ORIGIN } = {},
  ) => host.request("POST", path, body, { key: bearer, headers: { "idempotency-key": key, origin } })

  /** Everything that a site holds, as its lists tell. */
  const count = async (id: string) => {
    const lists = [
      "keys",
      "pools",
      "numbers",
      "visits",
      "calls",
      "rules",
      "codes",
      "leads",
      "agents",
      "tickets",
      "orders",
      "costs",
      "targets",
      "campaigns",
      "reports",
      "ratings",
      "erasures",
    ].map(async (list) => {
      const limit = ["rules", "codes", "agents"].includes(list) ? "" : "?limit=500"
      const { data } = await host.api<{ data: unknown[] }>("GET", `/v1/sites/${id}/${list}${limit}`)
      return data.length
    })
    const sites = await host.api<{ data: unknown[] }>("GET", "/v1/sites?limit=500")
    return [...(await Promise.all(lists)), sites.data.length]
  }

  const makeCall = async ({ id, numbers }: TestSite): Promise<string> => {
    const call = { external_id: "made", to: numbers[0], started_at: "2026-11-02T09:00:00Z" }
    return (await host.api<{ id: string }>("POST", `/v1/sites/${id}/calls`, call)).id
  }

  it.each(POSTS.map((route) => [route.path, route] as const))(
    "[H15] repeats the answer of POST %s and does its work once, also for twenty at a time",
    async (_path, route) => {
      site = await createSite(host)
      const { visit } = await viewPage(host, site)
      const path = pathOf(route, site.id, { call: await makeCall(site), ...(await makeLead(host, site.id)) })
      const sent = bodyOf(route, "7") as object
      const body = path.endsWith("/beats") ? { visit, kind: "form", fields: { a: "b" } } : sent
      const before = await count(site.id)
      const answers = await Promise.all(Array.from({ length: 20 }, () => send(path, body, "once")))
      const bodies = await Promise.all(answers.map((answer) => answer.text()))
      expect(new Set(answers.map(({ status }) => status)).size).toBe(1)
      expect(answers[0]?.status).toBeLessThan(300)
      expect(new Set(bodies).size).toBe(1)
      expect(answers.filter(({ headers }) => headers.get(REPLAYED) === "true")).toHaveLength(19)
      const after = await count(site.id)
      const added = after.map((now, index) => now - (before[index] ?? 0)).reduce((sum, one) => sum + one, 0)
      expect(added).toBe(ADDS_NOTHING.test(path) ? 0 : 1)
      const again = await send(path, body, "once")
      expect([again.status, await again.text(), again.headers.get(REPLAYED)]).toEqual([
        answers[0]?.status,
        bodies[0],
        "true",
      ])
      expect(await count(site.id)).toEqual(after)
      if (path.endsWith("/beats")) expect(await formsOf(visit)).toBe(1)
    },
  )

  const formsOf = async (visit: string | null) => {
    const { data } = await host.api<{ data: { id: string; visitor: string }[] }>("GET", `/v1/sites/${site.id}/visits`)
    const visitor = data.find(({ id }) => id === visit)?.visitor
    const { journey } = await host.api<{ journey: { kind: string }[] }>(
      "GET",
      `/v1/sites/${site.id}/visitors/${visitor}`,
    )
    return journey.filter(({ kind }) => kind === "form").length
  }

  it("[H16] refuses the key with another body with 409, and keeps the first answer", async () => {
    site = await createSite(host)
    const ids = { call: await makeCall(site), ...(await makeLead(host, site.id)) }
    for (const route of POSTS.filter(({ path }) => !/\/(beats|relearn)$/.test(path))) {
      const path = pathOf(route, site.id, ids)
      const body = bodyOf(route, "8")
      const first = await send(path, body, "k8")
      expect(first.status).toBeLessThan(300)
      await readProblem(
        await send(path, { ...(body as object), name: "another", title: "another" }, "k8").then(orInvalid(path, body)),
        409,
        "conflict",
      )
      expect(await (await send(path, body, "k8")).text()).toBe(await first.text())
    }
  })

  /** Some bodies have no field to change: then a space makes another body of it. */
  const orInvalid = (path: string, body: unknown) => async (response: Response) =>
    response.status === 400 ? send(path, ` ${JSON.stringify(body)}`, "k8") : response

  it("[H17] speaks for one caller, one site and one route", async () => {
    site = await createSite(host)
    const other = await createSite(host)
    const { key } = await host.api<{ key: string }>("POST", `/v1/sites/${site.id}/keys`, { scope: "write" })
    const call = { external_id: "1", to: "+12125550101", started_at: "2026-11-02T09:00:00Z" }
    const calls = `/v1/sites/${site.id}/calls`
    await send(calls, call, "shared")
    const mine = await send(calls, { ...call, external_id: "2" }, "shared", { bearer: key })
    expect([mine.status, mine.headers.get(REPLAYED)]).toEqual([201, null])
    const elsewhere = await send(`/v1/sites/${other.id}/calls`, call, "shared")
    expect([elsewhere.status, elsewhere.headers.get(REPLAYED)]).toEqual([201, null])
    const route = await send(`/v1/sites/${site.id}/pools`, { name: "x", target: "+12125550199" }, "shared")
    expect([route.status, route.headers.get(REPLAYED)]).toEqual([201, null])
    await readProblem(await send(calls, call, "shared", { bearer: null }), 401, "unauthorized")
  })

  it("[H17] repeats a page view to the page that sent it, with its CORS headers, and to no other page", async () => {
    site = await createSite(host)
    const path = `/v1/sites/${site.id}/visits`
    const body = { url: `${ORIGIN}/` }
    const first = await send(path, body, "page", { bearer: null })
    const again = await send(path, body, "page", { bearer: null })
    expect(again.headers.get(REPLAYED)).toBe("true")
    expect(again.headers.get("access-control-allow-origin")).toBe(ORIGIN)
    expect(await again.text()).toBe(await first.text())
    const foreign = await send(path, body, "page", { bearer: null, origin: "https://evil.example" })
    expect(foreign.headers.get(REPLAYED)).toBeNull()
    expect(await foreign.json()).toMatchObject({ visit: null, swaps: [] })
    expect(foreign.headers.get("access-control-allow-origin")).toBeNull()
  })

  it("[H18] forgets an answer after 24 hours, not before", async () => {
    site = await createSite(host)
    const path = `/v1/sites/${site.id}/keys`
    const first = await send(path, { name: "a" }, "day")
    const shown = (await first.json()) as KeyAnswer
    await host.advance(DAY_MS - 1000)
    const within = await send(path, { name: "a" }, "day")
    expect(within.headers.get(REPLAYED)).toBe("true")
    expect(await within.json()).toEqual(shown)
    await host.advance(2000)
    const later = await send(path, { name: "b" }, "day")
    expect([later.status, later.headers.get(REPLAYED)]).toEqual([201, null])
    expect(((await later.json()) as KeyAnswer).id).not.toBe(shown.id)
    expect((await count(site.id))[0]).toBe(2)
  })

  it("[H18] keeps an answer over a restart", async () => {
    site = await createSite(host)
    const path = `/v1/sites/${site.id}/pools`
    const first = await send(path, { name: "x", target: "+12125550199" }, "restart")
    await host.restart(site.id)
    const again = await send(path, { name: "x", target: "+12125550199" }, "restart")
    expect([again.headers.get(REPLAYED), await again.text()]).toEqual(["true", await first.text()])
  })

  it("[H19] refuses a key that is none with 400, and remembers no refusal", async () => {
    site = await createSite(host)
    const path = `/v1/sites/${site.id}/pools`
    for (const key of ["", "a b", "é", "k".repeat(256)])
      expect(await readFaults(await send(path, { name: "x", target: "+12125550199" }, key))).toEqual([
        "Idempotency-Key",
      ])
    expect((await send(path, { name: "x" }, "k".repeat(255))).status).toBe(400)
    const mended = await send(path, { name: "x", target: "+12125550199" }, "k".repeat(255))
    expect([mended.status, mended.headers.get(REPLAYED)]).toEqual([201, null])
  })

  it("[H20] repeats the answer that shows a new key without having stored that key", async () => {
    site = await createSite(host)
    const path = `/v1/sites/${site.id}/keys`
    const first = (await (await send(path, { name: "a" }, "secret")).json()) as { key: string; ending: string }
    const again = await send(path, { name: "a" }, "secret")
    expect(again.headers.get(REPLAYED)).toBe("true")
    expect(await again.json()).toEqual(first)
    expect(first.key.slice(-4)).toBe(first.ending)
    expect((await host.request("GET", `/v1/sites/${site.id}`, undefined, { key: first.key })).status).toBe(200)
    if (engine === "worker") return
    for (const file of readdirSync(join(dataDir, "sites")))
      expect(readFileSync(join(dataDir, "sites", file)).includes(first.key.slice(-40))).toBe(false)
  })
})
