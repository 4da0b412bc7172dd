import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { CallAnswer, KeyAnswer, VisitAnswer } from "../../shared/contract.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, ORIGIN, type TestSite, TOKEN, viewPage } from "../site.js"
import { readProblem } from "./problem.js"
import type { AnyRoute } from "./routes.js"
import { bodyOf, makeRuleAndCode, pathOf, ROUTES } from "./routes.js"

type NewKey = KeyAnswer & { key: string }
const UNKNOWN = "site_00000000000000"
const GARBAGE = ["rubbish", "rt_nobody", "sk_live_0123456789abcdef"]

describe.each(ENGINES)("keys on %s", (engine) => {
  let host: Host
  let own: TestSite
  let other: TestSite
  let keys: Record<
    "none" | "foreign" | "read" | "write" | "admin" | "revoked" | "forged" | "forgedUnknown",
    string | null
  >
  let ids: Record<string, string>
  const made: string[] = []

  const makeKey = async (site: string, scope: string): Promise<NewKey> => {
    const key = await host.api<NewKey>("POST", `/v1/sites/${site}/keys`, { scope })
    made.push(key.key)
    return key
  }
  const send = (route: AnyRoute, site: string, key: string | null) =>
    host.request(route.method.toUpperCase(), pathOf(route, site, ids), bodyOf(route, "1"), {
      key,
      headers: { origin: ORIGIN },
    })

  beforeAll(async () => {
    host = await startHost(engine)
    own = await createSite(host)
    // Ids grow with time: those of the two sites shall differ.
    await host.advance(1000)
    other = await createSite(host)
    const revoked = await makeKey(own.id, "write")
    expect((await host.request("DELETE", `/v1/sites/${own.id}/keys/${revoked.id}`)).status).toBe(204)
    keys = {
      none: null,
      foreign: (await makeKey(other.id, "write")).key,
      read: (await makeKey(own.id, "read")).key,
      write: (await makeKey(own.id, "write")).key,
      admin: host.adminKey,
      revoked: revoked.key,
      forged: `rt_${own.id}_${"A".repeat(43)}`,
      forgedUnknown: `rt_${UNKNOWN}_${"A".repeat(43)}`,
    }
    const { visitor } = await viewPage(host, own)
    const call = await host.api<CallAnswer>("POST", `/v1/sites/${own.id}/calls`, {
      external_id: "1",
      to: own.numbers[0],
      started_at: "2026-11-02T09:00:00Z",
    })
    const numbers = await host.api<{ data: { id: string }[] }>("GET", `/v1/sites/${own.id}/numbers`)
    ids = { pool: own.pool, vtr: visitor ?? "", call: call.id, num: numbers.data[0]?.id ?? "" }
    Object.assign(ids, await makeRuleAndCode(host, own.id))
  })
  afterAll(() => host.close())

  const erasing = (route: AnyRoute) => route.method === "delete"
  const privates = ROUTES.filter(({ access }) => access !== "public")
  const needs = (route: AnyRoute) => (route.path === "/v1/sites" ? "directory" : route.access)

  /** What each key of ours may see of its own site. */
  function expected(route: AnyRoute, holder: keyof typeof keys): number | "served" {
    if (holder === "admin") return "served"
    if (needs(route) === "directory") return 401
    if (holder === "foreign" || holder === "forgedUnknown") return 404
    if (holder === "none" || holder === "revoked" || holder === "forged") return 401
    const rank = ["read", "write", "admin"]
    return rank.indexOf(holder) >= rank.indexOf(route.access) ? "served" : 403
  }

  it("[T1] serves, refuses or hides every private route by the key, as the matrix says", async () => {
    for (const route of privates.filter((route) => !erasing(route)))
      for (const holder of Object.keys(keys) as (keyof typeof keys)[]) {
        const response = await send(route, own.id, keys[holder])
        const told = `${holder}: ${route.method} ${route.path}`
        const wanted = expected(route, holder)
        if (wanted === "served") {
          // A route whose one resource is not of this test may miss it; nothing else is in the way.
          if (response.status >= 300) expect([told, await response.text()]).toMatchObject([told, /already|no such key/])
        } else {
          expect([told, response.status]).toEqual([told, wanted])
          const code = { 401: "unauthorized", 403: "forbidden", 404: "not_found" }[wanted] ?? ""
          await readProblem(response, wanted, code)
          expect(response.headers.get("www-authenticate")).toBe(wanted === 401 ? "Bearer" : null)
        }
      }
  })

  it("[T1] lets no key but the administrator's erase or revoke", async () => {
    for (const route of privates.filter((route) => erasing(route) && route.access === "admin"))
      for (const holder of (Object.keys(keys) as (keyof typeof keys)[]).filter((name) => name !== "admin")) {
        const response = await send(route, own.id, keys[holder])
        expect([holder, response.status]).toEqual([holder, expected(route, holder)])
      }
    expect((await host.request("GET", `/v1/sites/${own.id}`)).status).toBe(200)
  })

  it("[G9] [T2] answers for another tenant's site exactly as for one that does not exist", async () => {
    const holders = [null, ...GARBAGE, keys.read, keys.write, keys.revoked]
    for (const route of privates.filter(({ path }) => path !== "/v1/sites"))
      for (const key of holders) {
        const [hidden, unknown] = await Promise.all([send(route, other.id, key), send(route, UNKNOWN, key)])
        const told = `${route.method} ${route.path} ${key}`
        expect([told, hidden.status]).toEqual([told, key === null || GARBAGE.includes(key) ? 401 : 404])
        expect(await fingerprint(hidden)).toEqual(await fingerprint(unknown))
      }
  })

  it("[T2] answers a wrong key of a site exactly as one of a site that does not exist", async () => {
    for (const route of privates.filter(({ path }) => path !== "/v1/sites")) {
      const [known, unknown] = [await send(route, own.id, keys.forged), await send(route, UNKNOWN, keys.forgedUnknown)]
      expect(known.status).toBe(401)
      expect(await fingerprint(known)).toEqual(await fingerprint(unknown))
    }
  })

  it("[T2] answers for ids that no site can have before it looks at any key", async () => {
    for (const id of ["x", "site_", "site_ABCDEFGH", "site_..%2f..%2fetc", `site_${"a".repeat(33)}`])
      for (const key of [null, keys.write, keys.admin])
        await readProblem(await host.request("GET", `/v1/sites/${id}`, undefined, { key }), 404, "not_found")
  })

  it("[T3] tells the administrator that an unknown site is unknown, on every route", async () => {
    for (const route of privates.filter(({ path }) => path !== "/v1/sites"))
      await readProblem(await send(route, UNKNOWN, keys.admin), 404, "not_found")
  })

  it("[T4] takes a revoked key's power at once and only its own", async () => {
    const { id, key } = await makeKey(own.id, "read")
    const look = (bearer: string | null) => host.request("GET", `/v1/sites/${own.id}`, undefined, { key: bearer })
    expect((await look(key)).status).toBe(200)
    expect((await host.request("DELETE", `/v1/sites/${own.id}/keys/${id}`)).status).toBe(204)
    expect((await look(key)).status).toBe(401)
    expect((await look(keys.read)).status).toBe(200)
    await readProblem(await host.request("DELETE", `/v1/sites/${own.id}/keys/${id}`), 404, "not_found")
    const foreign = (await host.api<{ data: KeyAnswer[] }>("GET", `/v1/sites/${other.id}/keys`)).data[0]?.id
    await readProblem(await host.request("DELETE", `/v1/sites/${own.id}/keys/${foreign}`), 404, "not_found")
    await host.restart(own.id)
    expect((await look(key)).status).toBe(401)
    expect((await look(keys.write)).status).toBe(200)
  })

  it("[T5] shows a key once: no list, no other answer and no line of the log ever holds one", async () => {
    const texts: string[] = []
    for (const route of ROUTES.filter(({ method }) => method === "get"))
      texts.push(await (await send(route, own.id, keys.admin)).text())
    const secrets = [...made, host.adminKey, TOKEN]
    for (const secret of secrets)
      for (const text of [...texts, ...host.log]) {
        expect(text).not.toContain(secret)
        expect(text).not.toContain(secret.slice(-20))
      }
    const list = await host.api<{ data: KeyAnswer[] }>("GET", `/v1/sites/${own.id}/keys`)
    const shown = list.data.find(({ ending }) => ending === keys.read?.slice(-4))
    expect(shown).toMatchObject({ scope: "read", name: "key" })
  })

  it("[T6] keeps ids of one site meaningless in another", async () => {
    const foreign = { key: keys.foreign }
    for (const route of privates.filter(({ path, access }) => path.endsWith("{id}") && access !== "admin")) {
      const response = await host.request(
        route.method.toUpperCase(),
        pathOf(route, other.id, ids),
        bodyOf(route, "1"),
        foreign,
      )
      await readProblem(response, 404, "not_found")
    }
    const theirs = await viewPage(host, other)
    const mixed = await viewPage(host, own, { visit: theirs.visit, visitor: theirs.visitor })
    expect(mixed.visitor).not.toBe(theirs.visitor)
    const pool = { e164: "+13125550177", kind: "pool", pool: own.pool }
    expect((await host.request("POST", `/v1/sites/${other.id}/numbers`, pool, foreign)).status).toBe(400)
  })

  it("[T7] gives a public route's visitor nothing that a key would", async () => {
    const visit = await host.api<VisitAnswer>(
      "POST",
      `/v1/sites/${own.id}/visits`,
      { url: `${ORIGIN}/` },
      { key: null, headers: { origin: ORIGIN } },
    )
    expect(Object.keys(visit).sort()).toEqual(["beat_s", "rules", "swaps", "visit", "visitor"])
    await readProblem(
      await host.request("GET", `/v1/sites/${own.id}/visitors/${visit.visitor}`, undefined, { key: null }),
      401,
      "unauthorized",
    )
  })

  it("[T8] erases a site with its keys; its id is unknown from then on", async () => {
    const site = await createSite(host)
    const { key } = await makeKey(site.id, "write")
    expect((await host.request("DELETE", `/v1/sites/${site.id}`)).status).toBe(204)
    await readProblem(await host.request("GET", `/v1/sites/${site.id}`), 404, "not_found")
    await readProblem(await host.request("GET", `/v1/sites/${site.id}`, undefined, { key }), 401, "unauthorized")
    await readProblem(
      await host.request("GET", `/v1/sites/${site.id}`, undefined, { key: keys.write }),
      404,
      "not_found",
    )
    const list = await host.api<{ data: { id: string }[] }>("GET", "/v1/sites?limit=500")
    expect(list.data.map(({ id }) => id)).not.toContain(site.id)
    await host.restart(site.id)
    await readProblem(await host.request("DELETE", `/v1/sites/${site.id}`), 404, "not_found")
  })
})

/** All that a stranger can see of an answer. */
async function fingerprint(response: Response): Promise<unknown> {
  const headers = [...response.headers].filter(([name]) => !["date", "keep-alive", "connection"].includes(name))
  return { status: response.status, headers, body: await response.text() }
}
