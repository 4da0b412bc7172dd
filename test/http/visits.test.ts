import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { VisitRow } from "../../shared/contract.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { beat, createSite, ORIGIN, type TestSite, viewPage } from "../site.js"

const MINUTE = 60_000
const AD = `${ORIGIN}/?utm_source=google&utm_medium=cpc&utm_campaign=spring`

describe.each(ENGINES)("visits on %s", (engine) => {
  let host: Host
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  const list = async (site: TestSite) =>
    (await host.api<{ data: VisitRow[] }>("GET", `/v1/sites/${site.id}/visits`)).data

  it("[V1] a page view within 30 minutes goes on with the visit, a later one begins another of the same visitor", async () => {
    const site = await createSite(host)
    const first = await viewPage(host, site)
    await host.advance(29 * MINUTE)
    const second = await viewPage(host, site, { visitor: first.visitor, visit: first.visit })
    expect(second.visit).toBe(first.visit)
    await host.advance(30 * MINUTE)
    const third = await viewPage(host, site, { visitor: first.visitor, visit: first.visit })
    expect(third.visit).not.toBe(first.visit)
    expect(third.visitor).toBe(first.visitor)
    expect((await list(site)).map(({ id, pages }) => ({ id, pages }))).toEqual([
      { id: third.visit, pages: 1 },
      { id: first.visit, pages: 2 },
    ])
  })

  it("[V2] a new campaign begins a new visit at once, the same one again does not", async () => {
    const site = await createSite(host)
    const organic = await viewPage(host, site)
    const known = { visitor: organic.visitor, visit: organic.visit }
    const paid = await viewPage(host, site, { ...known, url: AD })
    expect(paid.visit).not.toBe(organic.visit)
    expect(paid.visitor).toBe(organic.visitor)
    const reloaded = await viewPage(host, site, { visitor: paid.visitor, visit: paid.visit, url: AD })
    expect(reloaded.visit).toBe(paid.visit)
    const clicked = await viewPage(host, site, { visitor: paid.visitor, visit: paid.visit, url: `${AD}&gclid=click-2` })
    expect(clicked.visit).not.toBe(paid.visit)
    const inside = await viewPage(host, site, {
      visitor: clicked.visitor,
      visit: clicked.visit,
      url: `${ORIGIN}/prices`,
      referrer: AD,
    })
    expect(inside.visit).toBe(clicked.visit)
  })

  it("[V3] ids that were never given out begin a new visitor, and a guessed secret is no key to another's visit", async () => {
    const site = await createSite(host)
    const real = await viewPage(host, site)
    for (const visit of [
      "vis_000000000",
      `${real.visit?.slice(0, -1)}${real.visit?.endsWith("x") ? "y" : "x"}`,
      "nonsense",
      "vtr_0r3kJy4XY6GkK5HUl7Z",
    ]) {
      const answer = await viewPage(host, site, { visit, visitor: visit.replace("vis_", "vtr_") })
      expect(answer.visitor).not.toBe(real.visitor)
      expect((await beat(host, site, visit)).status).toBe(205)
    }
  })

  it("[V4] a robot gets the page's own number and leaves no trace", async () => {
    const site = await createSite(host)
    for (const robot of [
      "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
      "curl/8.5.0",
      "",
    ]) {
      const answer = await host.request(
        "POST",
        `/v1/sites/${site.id}/visits`,
        { url: AD },
        { key: null, headers: { origin: ORIGIN, "user-agent": robot } },
      )
      expect(answer.headers.get("x-ringtrail-reason")).toBe("robot")
      expect(await answer.json()).toMatchObject({ visit: null, visitor: null, swaps: [{ number: null, lease: null }] })
    }
    expect(await list(site)).toEqual([])
  })

  it("[V5] without consent nothing is recorded and nothing is lent", async () => {
    const site = await createSite(host)
    const answer = await viewPage(host, site, { consent: "none" })
    expect(answer).toMatchObject({ visit: null, visitor: null, swaps: [{ number: null }] })
    expect(await list(site)).toEqual([])
  })

  it("[V6] a visit keeps where it came from, and of its URL the marketing parameters alone", async () => {
    const site = await createSite(host)
    await viewPage(host, site, {
      url: `${ORIGIN}/offer?utm_source=google&utm_medium=cpc&utm_campaign=spring&utm_term=plumber&gclid=Cj0K&email=jane@example.com#top`,
      referrer: "https://www.google.com/search?q=secret",
      title: "Offer",
    })
    const [visit] = await list(site)
    expect(visit).toMatchObject({
      title: "Offer",
      device: "desktop",
      browser: "Chrome",
      os: "Linux",
      source: {
        channel: "Paid Search",
        source: "google",
        medium: "cpc",
        campaign: "spring",
        term: "plumber",
        click_id: "Cj0K",
        click_id_kind: "gclid",
      },
    })
    expect(JSON.stringify(visit)).not.toMatch(/jane|secret/)
  })

  it("[V7] taps, forms, named events and identities are on the journey, in the order of time", async () => {
    const site = await createSite(host)
    const visit = await viewPage(host, site)
    const happen = async (body: object) => {
      await host.advance(1000)
      expect((await beat(host, site, visit.visit, body)).status).toBe(204)
    }
    await happen({ kind: "tap", number: visit.swaps[0]?.href ?? "" })
    await happen({ kind: "form", fields: { name: "Jane" } })
    await happen({ kind: "event", name: "quote", fields: { size: "3 rooms" } })
    await happen({ kind: "identify", fields: { email: "jane@example.com" } })
    const { journey } = await host.api<{ journey: { kind: string; data: Record<string, unknown> }[] }>(
      "GET",
      `/v1/sites/${site.id}/visitors/${visit.visitor}`,
    )
    expect(journey.map(({ kind }) => kind)).toEqual(["visit", "tap", "form", "event", "identify"])
    expect(journey[1]?.data).toMatchObject({ number: visit.swaps[0]?.number })
    expect(journey[2]?.data).toMatchObject({ fields: { name: "Jane" } })
  })
})
