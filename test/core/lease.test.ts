import { describe, expect, it } from "vitest"
import { listNumbers } from "../../server/core/number/number.js"
import { readPool } from "../../server/core/number/pool.js"
import { updatePool } from "../../server/core/number/pool-setup.js"
import { leases, visits } from "../../server/core/schema/schema.js"
import { sweep } from "../../server/core/sweep.js"
import { HOUR, MINUTE, openSite } from "./memory-site.js"

const EMAIL = "https://shop.example/?utm_source=news&utm_medium=email"

/** A week's worth of traffic in hours: two visits of e-mail for every direct one, then a sweep that sets numbers apart. */
function openBusyShop() {
  const shop = openSite(6)
  sweep(shop.site())
  for (let turn = 0; turn < 90; turn++) {
    const { visit } = shop.view(turn % 3 === 0 ? {} : { url: EMAIL })
    shop.beat(visit, "hide")
    shop.advance(6 * MINUTE)
  }
  shop.advance(2 * HOUR)
  sweep(shop.site())
  return shop
}

describe("leases in shares", () => {
  it("[L8] visits of one channel follow each other on its own numbers", () => {
    const shop = openBusyShop()
    expect(readPool(shop.site(), shop.pool).shares.sort()).toEqual(["", "Direct", "Email"])
    const numbers = (url: string | undefined) =>
      new Set(
        Array.from({ length: 12 }, () => {
          const { visit, swaps } = shop.view(url ? { url } : {})
          shop.beat(visit, "hide")
          shop.advance(6 * MINUTE)
          return swaps[0]?.number
        }),
      )
    const mail = numbers(EMAIL)
    const direct = numbers(undefined)
    expect([mail.size, direct.size]).toEqual([4, 2])
    expect([...mail].filter((number) => direct.has(number))).toEqual([])
  })

  it("[L8] a channel whose numbers are all looked at borrows the longest-idle of the others", () => {
    const shop = openBusyShop()
    const shown = new Set(Array.from({ length: 6 }, () => shop.view().swaps[0]?.number))
    expect(shown.size).toBe(6)
    expect(
      shop.db
        .select()
        .from(leases)
        .all()
        .filter(({ until_at, shared }) => until_at === null && shared !== 0),
    ).toEqual([])
  })

  it("[L8] a pool that lends by rest alone has one share, and a number that moves leaves its share", () => {
    const shop = openBusyShop()
    updatePool(shop.site(), shop.pool, { lending: "lru" })
    shop.advance(7 * HOUR)
    sweep(shop.site())
    expect(readPool(shop.site(), shop.pool).shares).toEqual([""])
    const shown = Array.from({ length: 6 }, () => shop.view({ url: EMAIL }).swaps[0]?.number)
    expect(new Set(shown).size).toBe(6)
    expect(listNumbers(shop.site(), { limit: 50 }).data).toHaveLength(6)
  })

  it("[L9] a number that everybody has left is shared first and without an overflow, one that is looked at with one", () => {
    const shop = openSite(2)
    const first = shop.view()
    const second = shop.view()
    shop.advance(MINUTE)
    shop.beat(second.visit, "hide")
    shop.advance(MINUTE)
    shop.beat(first.visit)
    const third = shop.view()
    expect(third.swaps[0]?.number).toBe(second.swaps[0]?.number)
    shop.view()
    const rows = shop.db.select().from(visits).all()
    expect(rows.map(({ overflow }) => overflow)).toEqual([null, null, null, "shared"])
    const open = shop.db
      .select()
      .from(leases)
      .all()
      .filter(({ until_at }) => until_at === null)
    expect(open.filter(({ shared }) => shared !== 0).length).toBeGreaterThanOrEqual(3)
  })

  it("[L3] a pool of one number, and one emptied while it was lent", () => {
    const shop = openSite(1)
    const first = shop.view()
    const number = listNumbers(shop.site(), { limit: 5 }).data[0]
    expect(shop.view().swaps[0]?.number).toBe(first.swaps[0]?.number)
    shop.sqlite.prepare("update numbers set state = 'retired'").run()
    expect(shop.view().swaps[0]?.number).toBeNull()
    shop.advance(5000)
    expect(shop.call(number?.e164 ?? "").attribution.candidates).toHaveLength(2)
  })
})
