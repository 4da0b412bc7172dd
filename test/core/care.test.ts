import { describe, expect, it } from "vitest"
import { listAlerts } from "../../server/core/care/alert.js"
import { careFor } from "../../server/core/care/care.js"
import { forecast } from "../../server/core/care/forecast.js"
import { addNumbers } from "../../server/core/number/number.js"
import { createSteadyClock } from "../../server/core/store/clock.js"
import { listEvents } from "../../server/core/store/outbox.js"
import { sweep } from "../../server/core/sweep.js"
import { DAY, HOUR, MINUTE, openSite, START } from "./memory-site.js"

describe("careFor", () => {
  it("[CARE1] days and hours recount what visits saw, and how long numbers were lent", () => {
    const shop = openSite(2, { overflow: "original" })
    const [first] = [shop.view(), shop.view()]
    shop.view()
    shop.advance(30 * MINUTE - 1)
    shop.beat(first?.visit ?? null)
    shop.advance(DAY)
    shop.view()
    const { days, hours, numbers } = careFor(shop.site(), shop.pool, { days: 3 })
    expect(days).toEqual([
      { day: "2026-11-01", leased: 0, shared: 0, static: 0, original: 0, coverage: 1 },
      { day: "2026-11-02", leased: 2, shared: 0, static: 0, original: 1, coverage: 0.6667 },
      { day: "2026-11-03", leased: 1, shared: 0, static: 0, original: 0, coverage: 1 },
    ])
    expect(hours[10]).toMatchObject({ hour: 10, leased: 3, overflow: 1 })
    // The first held its number for an hour, the second for half of one, of 3 hours × 2 numbers; the third has just begun.
    expect(hours[10]?.utilisation).toBeCloseTo(1.5 / 6, 2)
    expect(numbers.map(({ leases }) => leases).sort()).toEqual([1, 2])
    expect(numbers.every(({ warning }) => warning === null)).toBe(true)
  })

  it("[CARE2] [CARE3] a number that nobody calls any more is named, alerted once a day, and closed when it rings", () => {
    const shop = openSite(2)
    sweep(shop.site())
    for (let turn = 0; turn < 30; turn++) {
      const { visit, swaps } = shop.view()
      shop.beat(visit, "hide")
      if (swaps[0]?.number === shop.numbers[0]) shop.call(shop.numbers[0] ?? "")
      shop.advance(6 * MINUTE)
    }
    const silent = careFor(shop.site(), shop.pool, { days: 7 }).numbers
    expect(silent.map(({ warning }) => warning)).toEqual([null, "not_called"])
    shop.advance(DAY)
    sweep(shop.site())
    const [alert, ...others] = listAlerts(shop.site(), { state: "open" })
    expect(others).toEqual([])
    expect(alert).toMatchObject({ kind: "not_called", subject: silent[1]?.number, closed_at: null })
    shop.advance(HOUR)
    sweep(shop.site())
    expect(listAlerts(shop.site(), { state: "all" })).toEqual([alert])
    shop.call(shop.numbers[1] ?? "")
    shop.advance(DAY)
    sweep(shop.site())
    expect(listAlerts(shop.site(), { state: "open" })).toEqual([])
    expect(listAlerts(shop.site(), { state: "all" })[0]).toMatchObject({ id: alert?.id })
    expect(listAlerts(shop.site(), { state: "all" })[0]?.closed_at).not.toBeNull()
  })

  it("[CARE5] an alert is an event when it opens and when it closes, read after the last one and kept for 30 days", () => {
    const shop = openSite(1, { overflow: "original" })
    sweep(shop.site())
    for (let turn = 0; turn < 110; turn++) shop.view()
    shop.advance(DAY)
    sweep(shop.site())
    const [alert] = listAlerts(shop.site(), { state: "open" })
    const [opened, ...others] = listEvents(shop.site(), { limit: 10 })
    expect(others).toEqual([])
    expect(opened).toMatchObject({ type: "alert.opened", timestamp: alert?.since, data: { ...alert } })
    expect(listEvents(shop.site(), { limit: 10, after: opened?.id })).toEqual([])
    shop.advance(10 * DAY)
    sweep(shop.site())
    const [closed] = listEvents(shop.site(), { limit: 10, after: opened?.id })
    expect(closed).toMatchObject({ type: "alert.closed", data: { ...alert, closed_at: closed?.timestamp } })
    expect(listEvents(shop.site(), { limit: 1 })).toEqual([opened])
    shop.advance(21 * DAY)
    sweep(shop.site())
    expect(listEvents(shop.site(), { limit: 10 })).toEqual([closed])
    shop.advance(10 * DAY)
    sweep(shop.site())
    expect(listEvents(shop.site(), { limit: 10 })).toEqual([])
  })
  it("[CARE3] a pool that its visits find full and a static number that expires are alerts too", () => {
    const shop = openSite(1, { overflow: "original" })
    sweep(shop.site())
    addNumbers(shop.site(), [
      { e164: "+12125550150", kind: "static", source: { channel: "Radio" }, valid_until: "2026-11-05" },
    ])
    for (let turn = 0; turn < 110; turn++) shop.view()
    shop.advance(DAY)
    sweep(shop.site())
    expect(
      listAlerts(shop.site(), { state: "open" })
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(["expiring", "overflow"])
  })
})

describe("forecast", () => {
  it("[E2] more numbers find more visitors, a target names the fewest that do, and what none reach is said", () => {
    const shop = openSite(5)
    for (let turn = 0; turn < 240; turn++) {
      const { visit } = shop.view()
      shop.beat(visit, "hide")
      shop.advance(MINUTE)
    }
    const ask = (query: object) => forecast(shop.site(), { pool: shop.pool, days: 14, ...query })
    const accuracies = [1, 5, 20, 80].map((numbers) => ask({ numbers }).accuracy)
    expect(accuracies).toEqual([...accuracies].sort((a, b) => a - b))
    expect(accuracies[0]).toBeGreaterThan(0.05)
    expect(accuracies[3]).toBeLessThan(1)
    const wanted = ask({ accuracy: 0.6 })
    expect(wanted.accuracy).toBeGreaterThanOrEqual(0.6)
    expect(ask({ numbers: Math.floor(wanted.numbers * 0.8) }).accuracy).toBeLessThan(0.61)
    expect(ask({ accuracy: 0.9999 }).warnings.join()).toMatch(/some come too late/)
    expect(ask({}).numbers).toBe(5)
  })
})

describe("createSteadyClock", () => {
  const open = () => {
    const machine = { wall: START, passed: 0 }
    const clock = createSteadyClock(
      () => machine.wall,
      () => machine.passed,
    )
    const pass = (ms: number) => {
      machine.wall += ms
      machine.passed += ms
      return clock()
    }
    return { machine, pass }
  }

  it("[L13] a leap of the machine's clock, and back again, is not seen", () => {
    const { machine, pass } = open()
    expect(pass(1000)).toBe(START + 1000)
    machine.wall += DAY
    expect(pass(1000)).toBe(START + 2000)
    expect(pass(5 * MINUTE)).toBe(START + 2000 + 5 * MINUTE)
    machine.wall -= DAY
    expect(pass(1000)).toBe(START + 3000 + 5 * MINUTE)
    expect(pass(HOUR)).toBe(START + 3000 + 5 * MINUTE + HOUR)
  })

  it("[L13] a clock that stands by its new time is believed, drift at once", () => {
    const { machine, pass } = open()
    machine.wall += DAY
    pass(1000)
    pass(5 * MINUTE)
    expect(pass(6 * MINUTE)).toBe(machine.wall)
    machine.wall += 20_000
    expect(pass(1000)).toBe(machine.wall)
  })

  it("[L13] time neither goes back nor stands still while a clock that was set back catches up", () => {
    const { machine, pass } = open()
    machine.wall -= HOUR
    let last = pass(1000)
    for (let minute = 0; minute < 200; minute++) {
      const now = pass(MINUTE)
      expect(now).toBeGreaterThan(last)
      last = now
    }
    expect(last).toBe(machine.wall)
  })

  it("[L13] after a leap that was believed, visits on the page get their own numbers back, and nobody else's", () => {
    const shop = openSite(5)
    const visits = Array.from({ length: 3 }, () => shop.view())
    shop.advance(DAY)
    const newcomer = shop.view()
    expect(visits.map(({ swaps }) => swaps[0]?.number)).not.toContain(newcomer.swaps[0]?.number)
    for (const { visitor, visit, swaps } of visits)
      expect(shop.view({ visitor, visit }).swaps).toMatchObject([{ number: swaps[0]?.number }])
  })
})
