import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { NumberAnswer } from "../../shared/contract.js"
import type { CareAnswer } from "../../shared/contract-engine.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, viewPage } from "../site.js"
import { readFaults } from "./problem.js"

describe.each(ENGINES)("pool care and assets on %s", (engine) => {
  let host: Host
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  it("[CARE1] [CARE5] a pool's care counts what its visits saw, and nothing happened yet that others should hear of", async () => {
    const site = await createSite(host, { size: 2, pool: { overflow: "original" } })
    for (let turn = 0; turn < 3; turn++) await viewPage(host, site)
    const care = await host.api<CareAnswer>("GET", `/v1/sites/${site.id}/pools/${site.pool}/care?days=2`)
    expect(care.days.at(-1)).toMatchObject({ leased: 2, shared: 0, original: 1, coverage: 0.6667 })
    expect(care.numbers.map(({ e164, leases }) => [e164, leases])).toEqual(site.numbers.map((e164) => [e164, 1]))
    expect(await host.api("GET", `/v1/sites/${site.id}/alerts`)).toEqual({ data: [] })
    expect(await host.api("GET", `/v1/sites/${site.id}/events?limit=200`)).toEqual({ data: [] })
    const bad = `/v1/sites/${site.id}/events?after=evt_1&limit=201`
    expect(await readFaults(await host.request("GET", bad))).toEqual(["after", "limit"])
    const path = `/v1/sites/${site.id}/pools/${site.pool}/care?days=400`
    expect(await readFaults(await host.request("GET", path))).toEqual(["days"])
  })

  it("[CARE4] a number is printed with a code that dials it or opens its tagged page, and no text breaks the drawing", async () => {
    const site = await createSite(host, { size: 0 })
    const number = await host.api<NumberAnswer>("POST", `/v1/sites/${site.id}/numbers`, {
      e164: "+12125550150",
      kind: "static",
      source: { channel: "Print", source: "city weekly", campaign: "spring" },
    })
    const draw = async (query = "") => {
      const answer = await host.request("GET", `/v1/sites/${site.id}/numbers/${number.id}/asset.svg${query}`)
      expect(answer.status).toBe(200)
      expect(answer.headers.get("content-type")).toBe("image/svg+xml; charset=utf-8")
      return answer.text()
    }
    const dial = await draw()
    expect(dial).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 100 \d+"/)
    expect(dial).toContain("(212) 555-0150")
    const page = await draw(`?url=${encodeURIComponent("https://shop.example/spring?utm_source=mine")}`)
    expect(page).not.toBe(dial)
    // More text makes a larger code: its modules are smaller.
    const scaleOf = (svg: string) => Number(/scale\(([\d.]+)\)/.exec(svg)?.[1])
    expect(scaleOf(page)).toBeLessThan(scaleOf(dial))
    const title = await draw(`?title=${encodeURIComponent(`<script>"Spring" & 'co'`)}`)
    expect(title).not.toContain("<script>")
    expect(title).toContain("&#60;script&#62;&#34;Spring&#34; &#38; &#39;co&#39;")
    const path = `/v1/sites/${site.id}/numbers/${number.id}/asset.svg?url=javascript%3Aalert(1)`
    expect(await readFaults(await host.request("GET", path))).toEqual(["url"])
  })
})
