import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { addressOf } from "../../server/node/client.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, viewPage } from "../site.js"

describe.each(ENGINES)("a flood from one network (%s)", (engine) => {
  let host: Host
  beforeAll(async () => {
    host = await startHost(engine, { trustProxy: 1 })
  })
  afterAll(() => host.close())

  it("[L10] is lent 30 numbers, the next network and a visitor with a number theirs", async () => {
    const site = await createSite(host, { size: 40 })
    const from = (address: string, body = {}) =>
      viewPage(host, site, body, { headers: { "x-forwarded-for": address, "cf-connecting-ip": address } })
    const early = await from("203.0.113.1")
    const shown: (string | null | undefined)[] = []
    for (let n = 2; n < 40; n++) shown.push((await from(`203.0.113.${n}`)).swaps[0]?.number)
    expect(shown.filter((number) => number !== null)).toHaveLength(29)
    expect(site.numbers).toContain((await from("198.51.100.7")).swaps[0]?.number)
    expect((await from("203.0.113.1", { visit: early.visit })).swaps).toEqual(early.swaps)
  })
})

describe("the address of a client", () => {
  it.each([
    [null, "203.0.113.9", 0, "203.0.113.9"],
    ["198.51.100.1", "203.0.113.9", 0, "203.0.113.9"],
    ["198.51.100.1", "10.0.0.1", 1, "198.51.100.1"],
    ["1.2.3.4, 198.51.100.1", "10.0.0.1", 1, "198.51.100.1"],
    ["1.2.3.4, 198.51.100.1, 10.0.0.2", "10.0.0.1", 2, "198.51.100.1"],
    ["198.51.100.1", "10.0.0.1", 3, "198.51.100.1"],
    [null, "203.0.113.9", 1, "203.0.113.9"],
  ])("[L14] is, of %s over %s with %i proxies, %s", (forwarded, peer, proxies, address) => {
    expect(addressOf(forwarded, peer, proxies)).toBe(address)
  })
})
