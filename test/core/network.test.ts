import { describe, expect, it } from "vitest"
import { networkOf } from "../../server/core/lease/network.js"
import { recordVisit } from "../../server/core/visit/visit.js"
import { BROWSER } from "../host.js"
import { MINUTE, openSite } from "./memory-site.js"

describe("networkOf", () => {
  it.each([
    ["203.0.113.7", "203.0.113"],
    ["::ffff:203.0.113.7", "203.0.113"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1"],
    ["2001:DB8:0001::6", "2001:db8:1"],
    ["2001:db8::1", "2001:db8:0"],
    ["100.64.0.1", "100.64.0"],
    ["127.0.0.1", null],
    ["10.1.2.3", null],
    ["172.20.1.1", null],
    ["192.168.1.1", null],
    ["169.254.1.1", null],
    ["::1", null],
    ["fe80::1", null],
    ["fd00::1", null],
    ["300.1.1.1", null],
    ["1.2.3", null],
    ["unknown", null],
    ["::::::::::", null],
    ["", null],
    [undefined, null],
    ["1".repeat(100_000), null],
  ])("[L10] %s belongs to %s", (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})

describe("a flood", () => {
  const view = (shop: ReturnType<typeof openSite>, network: string | null, visit?: string | null) => {
    const client = { userAgent: BROWSER, language: null, country: null, region: null, city: null, network }
    const request = {
      url: "https://shop.example/",
      referrer: "",
      consent: "full" as const,
      ...(visit ? { visit } : {}),
    }
    return recordVisit(shop.site(), request, client).answer
  }

  it("[L10] from one network gets 30 numbers in ten minutes and then the page's own, others and visitors with a number theirs", () => {
    const shop = openSite(100)
    const early = view(shop, "203.0.113")
    const shown = Array.from({ length: 500 }, () => view(shop, "203.0.113").swaps[0]?.number).filter((number) => number)
    expect(shown).toHaveLength(29)
    expect(shop.numbers).toContain(view(shop, "198.51.100").swaps[0]?.number)
    expect(view(shop, "203.0.113", early.visit).swaps).toEqual(early.swaps)
    expect(shop.sqlite.prepare("select count(*) from visits where overflow = 'original'").pluck().get()).toBe(471)
    shop.advance(21 * MINUTE)
    expect(shop.numbers).toContain(view(shop, "203.0.113").swaps[0]?.number)
  })

  it("[L10] a gateway that brings a third of a large site's visitors is no flood, and an unknown network is none", () => {
    const shop = openSite(10)
    for (let turn = 0; turn < 600; turn++) {
      const network = turn % 3 === 0 ? "100.64.0" : `198.51.${turn % 200}`
      expect(view(shop, network).swaps[0]?.number).not.toBeNull()
      expect(view(shop, null).swaps[0]?.number).not.toBeNull()
    }
  })
})
