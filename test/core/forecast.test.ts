import { describe, expect, it } from "vitest"
import { erlangB } from "../../server/core/care/forecast.js"
import { apportion } from "../../server/core/lease/share.js"

describe("erlangB", () => {
  it.each([
    [1, 1, 0.5],
    [2, 1, 2 / 3],
    [2, 2, 0.4],
    // From the Erlang B table of ITU-T E.501 textbooks: 4.46 erlangs on 10 lines lose 1 %.
    [4.461, 10, 0.01],
    [12.03, 20, 0.01],
    [84.06, 100, 0.01],
    [0, 5, 0],
    [3, 0, 1],
  ])("[E1] %f erlangs on %i numbers lose %f", (load, servers, blocked) => {
    expect(erlangB(load, servers)).toBeCloseTo(blocked, 3)
  })
})

describe("apportion", () => {
  const traffic = (visits: Record<string, number>) =>
    Object.entries(visits).map(([channel, count]) => ({ channel, visits: count }))

  it("[L8] numbers go to channels by their share of visits, all of them and no more", () => {
    expect(apportion(traffic({ Paid: 60, Organic: 40 }), 10)).toEqual(
      new Map([
        ["Paid", 6],
        ["Organic", 4],
      ]),
    )
    expect(apportion(traffic({ Paid: 50, Organic: 30, Email: 20 }), 4)).toEqual(
      new Map([
        ["Paid", 2],
        ["Organic", 1],
        ["Email", 1],
      ]),
    )
  })

  it("[L8] channels too small for a number have one share between them", () => {
    const seats = apportion(traffic({ Paid: 90, A: 4, B: 3, C: 3 }), 10)
    expect(seats).toEqual(
      new Map([
        ["Paid", 9],
        ["", 1],
      ]),
    )
  })

  it("[L8] without traffic or numbers nothing is set apart", () => {
    expect([...apportion([], 10).values()].reduce((sum, seat) => sum + seat, 0)).toBe(0)
    expect(apportion(traffic({ Paid: 5 }), 0).size).toBe(0)
  })
})
