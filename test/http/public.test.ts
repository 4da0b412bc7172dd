import { readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ENGINES, type Host, startHost } from "../host.js"
import { readProblem } from "./problem.js"

const DIGEST = "0123456789abcdef"
const ETAG = `"${DIGEST}"`

describe.each(ENGINES)("what everybody may fetch on %s", (engine) => {
  let host: Host
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    host.request(method, path, undefined, { key: null, headers })

  it("[H27] serves the script to every page, fresh for an hour and revalidated by its ETag", async () => {
    const answer = await get("/dni.js")
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe(readFileSync("dist/dni.js", "utf8"))
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=3600, stale-while-revalidate=86400",
      "access-control-allow-origin": "*",
      "x-content-type-options": "nosniff",
      etag: ETAG,
    })
    for (const known of [ETAG, `W/${ETAG}`, `"other", ${ETAG}`, `"other",W/${ETAG}`]) {
      const again = await get("/dni.js", { "if-none-match": known })
      expect([known, again.status, await again.text()]).toEqual([known, 304, ""])
      expect(again.headers.get("etag")).toBe(ETAG)
      expect(again.headers.get("cache-control")).toBe(answer.headers.get("cache-control"))
    }
    for (const other of ['"other"', DIGEST, "", "W/", `${ETAG}x`])
      expect((await get("/dni.js", { "if-none-match": other })).status).toBe(200)
    const head = await get("/dni.js", {}, "HEAD")
    expect([head.status, await head.text(), head.headers.get("etag")]).toEqual([200, "", ETAG])
  })

  it("[H28] serves the script at an address that never changes what it answers", async () => {
    const answer = await get(`/dni.${DIGEST}.js`)
    expect(await answer.text()).toBe(await (await get("/dni.js")).text())
    expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable")
    await readProblem(await get("/dni.ffffffffffffffff.js"), 404, "not_found")
  })

  it("[H29] tells that it lives and that it is ready, never from a cache", async () => {
    const healthz = await get("/healthz")
    expect([healthz.status, await healthz.json()]).toEqual([200, { status: "ok" }])
    const readyz = await get("/readyz")
    expect(readyz.status).toBe(200)
    expect(await readyz.json()).toEqual({ status: "ready", version: expect.any(String), schema: expect.any(Number) })
    for (const answer of [healthz, readyz]) expect(answer.headers.get("cache-control")).toBe("no-store")
  })

  it("[H30] describes the API to everybody, on every origin", async () => {
    const answer = await get("/v1/openapi.json", { origin: "https://tool.example" })
    expect(answer.status).toBe(200)
    expect(answer.headers.get("content-type")).toBe("application/json")
    expect(answer.headers.get("access-control-allow-origin")).toBe("*")
  })
})
