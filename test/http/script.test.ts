import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { SiteAnswer } from "../../shared/contract.js"
import type { CareAnswer } from "../../shared/contract-engine.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { beat, createSite, ORIGIN, TARGET, viewPage } from "../site.js"

// What the script relies on: see "SN" in server/core/RULES.md.

const PATH = "/assets/w.js"

describe.each(ENGINES)("what the script relies on, on %s", (engine) => {
  let host: Host
  beforeAll(async () => {
    host = await startHost(engine, { scriptPath: PATH })
  })
  afterAll(() => host.close())

  it("[SN7] browsers that ask not to be tracked are heard where the site says so, and leave no trace then", async () => {
    const site = await createSite(host)
    const path = `/v1/sites/${site.id}`
    const view = (headers: Record<string, string>) =>
      host.api<{ visit: string | null; swaps: { number: string | null }[] }>(
        "POST",
        `${path}/visits`,
        { url: `${ORIGIN}/` },
        { key: null, headers: { origin: ORIGIN, ...headers } },
      )
    const signals = [{ dnt: "1" }, { "sec-gpc": "1" }]
    expect(await host.api<SiteAnswer>("GET", path)).toMatchObject({ do_not_track: false })
    for (const signal of signals) expect((await view(signal)).swaps[0]?.number, "off").toMatch(/^\+/)
    await host.api("PATCH", path, { do_not_track: true })
    for (const signal of signals)
      expect(await view(signal)).toMatchObject({
        visitor: null,
        visit: null,
        swaps: [{ target: TARGET, number: null }],
      })
    for (const silence of [{}, { dnt: "0" }, { "sec-gpc": "0" }]) expect((await view(silence)).visit).toMatch(/^vis_/)
    const { data } = await host.api<{ data: unknown[] }>("GET", `${path}/visits`)
    expect(data).toHaveLength(signals.length + 3)
  })

  it("[SN8] an own number that two visits found printed in a page is named with the page; a swap target is not", async () => {
    const site = await createSite(host)
    const care = async () =>
      (await host.api<CareAnswer>("GET", `/v1/sites/${site.id}/pools/${site.pool}/care`)).numbers.map(
        ({ e164, warning, page }) => ({ e164, warning, page }),
      )
    const [printed = "", ...others] = site.numbers
    const well = others.map((e164) => ({ e164, warning: null, page: null }))
    const first = await viewPage(host, site)
    for (const number of [printed, printed, TARGET, "+19995550100", "nonsense"])
      expect((await beat(host, site, first.visit, { kind: "own", number })).status).toBe(204)
    expect(await care(), "one visit alone proves nothing").toEqual([
      { e164: printed, warning: null, page: null },
      ...well,
    ])
    const second = await viewPage(host, site)
    await viewPage(host, site, { visitor: second.visitor, visit: second.visit, url: `${ORIGIN}/imprint?token=1` })
    await beat(host, site, second.visit, { kind: "own", number: printed })
    expect(await care()).toEqual([{ e164: printed, warning: "fixed", page: `${ORIGIN}/imprint` }, ...well])
    const journey = await host.api<{ journey: { kind: string }[] }>(
      "GET",
      `/v1/sites/${site.id}/visitors/${second.visitor}`,
    )
    expect(journey.journey.map(({ kind }) => kind)).toEqual(["visit", "page"])
    await host.advance(31 * 24 * 3_600_000)
    expect(await care(), "nobody has met it since").toEqual([{ e164: printed, warning: null, page: null }, ...well])
  })

  it("[SN10] of two targets of which one begins the other, the longer is told first, whoever asks", async () => {
    const { id } = await host.api<{ id: string }>("POST", "/v1/sites", {
      name: "Praxis",
      domains: ["shop.example"],
      country: "DE",
    })
    const pairs = [
      ["+4930123456", "+4930987654"],
      ["+49301234567", "+49309876543"],
    ] as const
    for (const [target, number] of pairs)
      await host.api("POST", `/v1/sites/${id}/pools`, { name: target, target, numbers: [number] })
    for (const headers of [{}, { "user-agent": "Googlebot/2.1" }]) {
      const { swaps } = await viewPage(host, { id }, {}, { headers })
      expect(swaps.map(({ target }) => target)).toEqual(["+49301234567", "+4930123456"])
    }
  })

  it("[SN9] the script, its fixed version, the form's file and both routes answer beside the owner's path too", async () => {
    const site = await createSite(host)
    const get = async (path: string) => {
      const answer = await host.request("GET", path, undefined, { key: null })
      return { status: answer.status, text: await answer.text(), cache: answer.headers.get("cache-control") }
    }
    const script = await get("/dni.js")
    expect(script.status).toBe(200)
    expect(await get(PATH)).toEqual(script)
    expect(await get("/assets/form.js")).toEqual(await get("/form.js"))
    expect(await get("/assets/w.0123456789abcdef.js")).toMatchObject({ text: script.text, cache: /immutable/ })
    const { visit } = await host.api<{ visit: string }>(
      "POST",
      `/assets/${site.id}/visits`,
      { url: `${ORIGIN}/` },
      { key: null, headers: { origin: ORIGIN } },
    )
    expect(visit).toMatch(/^vis_/)
    const told = await host.request(
      "POST",
      `/assets/${site.id}/beats`,
      { visit, kind: "beat" },
      { key: null, headers: { origin: ORIGIN } },
    )
    expect(told.status).toBe(204)
    for (const path of ["/assets/", "/assets/x.js", "/assets/w.0123.js", `/assets/${site.id}/calls`, "/w.js"])
      expect((await get(path)).status, path).toBe(404)
    const preflight = await host.request("OPTIONS", `/assets/${site.id}/visits`, undefined, {
      key: null,
      headers: { origin: ORIGIN, "access-control-request-method": "POST" },
    })
    expect(preflight.headers.get("access-control-allow-origin")).toBe(ORIGIN)
  })
})
