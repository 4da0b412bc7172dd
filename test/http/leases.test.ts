import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { VisitAnswer, VisitRow } from "../../shared/contract.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { beat, createSite, ORIGIN, type TestSite, viewPage } from "../site.js"

const MINUTE = 60_000
const numberOf = (visit: VisitAnswer) => visit.swaps[0]?.number

describe.each(ENGINES)("leases on %s", (engine) => {
  let host: Host
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  const leases = async (site: TestSite) =>
    (await host.api<{ data: VisitRow[] }>("GET", `/v1/sites/${site.id}/visits?limit=500`)).data.flatMap(
      (visit) => visit.leases,
    )

  it("[G2] 32 visitors at once get 32 different numbers", async () => {
    const site = await createSite(host, { size: 32 })
    const visits = await Promise.all(Array.from({ length: 32 }, () => viewPage(host, site)))
    expect(new Set(visits.map(numberOf)).size).toBe(32)
    expect((await leases(site)).filter(({ shared, until }) => !shared && until === null)).toHaveLength(32)
  })

  it("[G2] 32 browsers that view, return, hide and leave at once never hold a number together", async () => {
    const site = await createSite(host, { size: 20, pool: { overflow: "original" } })
    const shown: { visitor: string | null; visit: string | null }[] = []
    for (let turn = 0; turn < 6; turn++) {
      await Promise.all(
        Array.from({ length: 32 }, async (_, browser) => {
          const known = shown[browser]
          const deed = (browser * 7 + turn * 3) % 5
          if (known && deed === 0) return beat(host, site, known.visit, { kind: "end" })
          if (known && deed === 1) return beat(host, site, known.visit, { kind: "hide" })
          const { visitor, visit } = await viewPage(host, site, {
            ...(known && deed > 2 ? { visitor: known.visitor, visit: known.visit } : {}),
            ...(deed === 4 ? { url: `${ORIGIN}/?utm_source=a&utm_medium=b&utm_campaign=${turn}` } : {}),
          })
          shown[browser] = { visitor, visit }
        }),
      )
      const open = (await leases(site)).filter(({ until }) => until === null)
      expect(open.length).toBeGreaterThan(0)
      expect(open.some(({ shared }) => shared)).toBe(false)
      expect(new Set(open.map(({ number }) => number)).size).toBe(open.length)
      await host.advance(4 * MINUTE)
    }
  })

  it("[G3] a visitor keeps the number for as long as the visit lives", async () => {
    const site = await createSite(host)
    const first = await viewPage(host, site)
    for (let turn = 0; turn < 5; turn++) {
      await host.advance(20 * MINUTE)
      expect((await beat(host, site, first.visit)).status).toBe(204)
      await viewPage(host, site)
      const again = await viewPage(host, site, { visit: first.visit, visitor: first.visitor })
      expect(again.swaps).toEqual(first.swaps)
    }
  })

  it("[G3] a visitor who returns days later gets the same number back when it is free", async () => {
    const site = await createSite(host, { size: 5 })
    const first = await viewPage(host, site)
    await host.advance(3 * 24 * 60 * MINUTE)
    await viewPage(host, site)
    const back = await viewPage(host, site, { visitor: first.visitor })
    expect(numberOf(back)).toBe(numberOf(first))
    expect(back.swaps[0]?.lease).not.toBe(first.swaps[0]?.lease)
  })

  it("[G3] a new campaign takes the number along to the new visit", async () => {
    const site = await createSite(host)
    const first = await viewPage(host, site)
    const second = await viewPage(host, site, {
      visitor: first.visitor,
      visit: first.visit,
      url: `${ORIGIN}/?utm_source=a&utm_medium=b`,
    })
    expect(second.visit).not.toBe(first.visit)
    expect(numberOf(second)).toBe(numberOf(first))
    expect((await leases(site)).filter(({ until }) => until === null)).toHaveLength(1)
  })

  it("[L1] the number that rested longest is lent first", async () => {
    const site = await createSite(host)
    const order: (string | null | undefined)[] = []
    for (let turn = 0; turn < 6; turn++) {
      order.push(numberOf(await viewPage(host, site)))
      await host.advance(31 * MINUTE)
    }
    expect(order).toEqual([...site.numbers, ...site.numbers])
  })

  it("[L1] rest counts from the last sign of life, not from the loan", async () => {
    const site = await createSite(host, { size: 2 })
    const early = await viewPage(host, site)
    await host.advance(MINUTE)
    const late = await viewPage(host, site)
    await host.advance(25 * MINUTE)
    await beat(host, site, early.visit)
    await host.advance(31 * MINUTE)
    expect(numberOf(await viewPage(host, site))).toBe(numberOf(late))
  })

  it("[L2] a number is busy for 30 idle minutes, and for five once its page was hidden", async () => {
    const site = await createSite(host, { size: 1, pool: { overflow: "original" } })
    const first = await viewPage(host, site)
    await host.advance(30 * MINUTE - 1)
    expect(numberOf(await viewPage(host, site))).toBeNull()
    await beat(host, site, first.visit)
    await beat(host, site, first.visit, { kind: "hide" })
    await host.advance(5 * MINUTE - 1)
    expect(numberOf(await viewPage(host, site))).toBeNull()
    await host.advance(1)
    expect(numberOf(await viewPage(host, site))).toBe(site.numbers[0])
  })

  it("[L2] a hidden page that is shown again keeps its number", async () => {
    const site = await createSite(host, { size: 1, pool: { overflow: "original" } })
    const first = await viewPage(host, site)
    await beat(host, site, first.visit, { kind: "hide" })
    await host.advance(4 * MINUTE)
    expect((await beat(host, site, first.visit)).status).toBe(204)
    await host.advance(20 * MINUTE)
    expect(numberOf(await viewPage(host, site))).toBeNull()
  })

  it("[L3] when all numbers are busy the one silent longest is shared, and both leases say so", async () => {
    const site = await createSite(host, { size: 2 })
    const first = await viewPage(host, site)
    await host.advance(MINUTE)
    await viewPage(host, site)
    await host.advance(MINUTE)
    const third = await viewPage(host, site)
    expect(numberOf(third)).toBe(numberOf(first))
    const { data } = await host.api<{ data: VisitRow[] }>("GET", `/v1/sites/${site.id}/visits`)
    const shared = data.filter(({ leases: [lease] }) => lease?.shared).map(({ id }) => id)
    expect(shared.sort()).toEqual([first.visit, third.visit].sort())
    expect(data.find(({ id }) => id === third.visit)?.overflow).toBe("shared")
  })

  it("[L3] a pool may keep the page's own number instead; that is recorded too", async () => {
    const site = await createSite(host, { size: 1, pool: { overflow: "original" } })
    await viewPage(host, site)
    const second = await viewPage(host, site)
    expect(second.swaps[0]).toMatchObject({ number: null, lease: null, display: null, href: null })
    const { totals } = await host.api<{ totals: object }>(
      "GET",
      `/v1/sites/${site.id}/report?metrics=visits,leased_visits,overflow_visits`,
    )
    expect(totals).toEqual({ visits: 2, leased_visits: 1, overflow_visits: 1 })
  })

  it("[L3] a pool without numbers shows the page's own", async () => {
    const site = await createSite(host, { size: 0 })
    expect(numberOf(await viewPage(host, site))).toBeNull()
  })

  it("[L4] a page that slept is told that its visit has ended, and shows nothing that is somebody else's", async () => {
    const site = await createSite(host, { size: 1 })
    const sleeper = await viewPage(host, site)
    await host.advance(31 * MINUTE)
    const next = await viewPage(host, site)
    expect(numberOf(next)).toBe(numberOf(sleeper))
    const answer = await beat(host, site, sleeper.visit)
    expect(answer.status).toBe(205)
    await host.advance(29 * MINUTE)
    expect((await beat(host, site, next.visit)).status).toBe(204)
    const woken = await viewPage(host, site, { visit: sleeper.visit, visitor: sleeper.visitor })
    expect(woken.visit).not.toBe(sleeper.visit)
  })

  it("[L5] a withdrawn consent ends the lease at once", async () => {
    const site = await createSite(host, { size: 1, pool: { overflow: "original" } })
    const first = await viewPage(host, site)
    expect((await beat(host, site, first.visit, { kind: "end" })).status).toBe(204)
    expect(numberOf(await viewPage(host, site))).toBe(site.numbers[0])
  })

  it("[L6] a paused, retired or moved number is not lent again, and its holder gets another at the next page", async () => {
    const site = await createSite(host, { size: 2 })
    const visit = await viewPage(host, site)
    const { data } = await host.api<{ data: { id: string; e164: string }[] }>("GET", `/v1/sites/${site.id}/numbers`)
    const held = data.find(({ e164 }) => e164 === numberOf(visit))
    await host.api("PATCH", `/v1/sites/${site.id}/numbers/${held?.id}`, { state: "paused" })
    const next = await viewPage(host, site, { visit: visit.visit, visitor: visit.visitor })
    expect(numberOf(next)).toBe(data.find(({ e164 }) => e164 !== numberOf(visit))?.e164)
    const other = await viewPage(host, site)
    expect(numberOf(other)).toBe(numberOf(next))
    await host.api("PATCH", `/v1/sites/${site.id}/numbers/${held?.id}`, { state: "active" })
    expect(numberOf(await viewPage(host, site))).toBe(held?.e164)
  })

  it("[G8] visitors who hold a number keep it while a flood shares the rest", async () => {
    const site = await createSite(host, { size: 4 })
    const known = await Promise.all([viewPage(host, site), viewPage(host, site)])
    await Promise.all(Array.from({ length: 100 }, () => viewPage(host, site)))
    for (const visit of known) {
      const again = await viewPage(host, site, { visit: visit.visit, visitor: visit.visitor })
      expect(again.swaps).toEqual(visit.swaps)
    }
  })

  it("[L7] a clock that jumps back frees no number and lends none twice", async () => {
    const site = await createSite(host, { size: 2, pool: { overflow: "original" } })
    const first = await viewPage(host, site)
    const time = host.now()
    await host.setClock(time - 6 * 60 * MINUTE)
    const second = await viewPage(host, site)
    expect(numberOf(second)).not.toBe(numberOf(first))
    expect(numberOf(await viewPage(host, site))).toBeNull()
    expect((await beat(host, site, first.visit)).status).toBe(204)
    await host.setClock(time)
  })

  it("[G7] a restart forgets nothing", async () => {
    const site = await createSite(host, { size: 2, pool: { overflow: "original" } })
    const visit = await viewPage(host, site)
    await host.restart(site.id)
    const again = await viewPage(host, site, { visit: visit.visit, visitor: visit.visitor })
    expect(again.swaps).toEqual(visit.swaps)
    expect(numberOf(await viewPage(host, site))).not.toBe(numberOf(visit))
  })
})
