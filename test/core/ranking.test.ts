import { describe, expect, it } from "vitest"
import { hintsOf, judge } from "../../server/core/report/ranking.js"
import { wilson } from "../../server/core/value/interval.js"

/** A channel with its calls, orders of 1,000 each, and cost. */
function channel(value: string, calls: number, orders: number, cost: number) {
  const [low, high] = wilson(orders, calls) ?? [null, null]
  const revenue = orders * 1000
  return {
    value,
    calls,
    orders,
    call_order_rate: calls > 0 ? orders / calls : null,
    call_order_rate_low: low,
    call_order_rate_high: high,
    revenue,
    cost,
    profit: revenue - cost,
    roi: cost > 0 ? (revenue - cost) / cost : null,
    cpo: orders > 0 ? cost / orders : null,
  }
}

const CHANNELS = [
  channel("Radio", 400, 4, 9000),
  channel("Paid Search", 300, 30, 10_000),
  channel("Map Listing", 60, 30, 3000),
  channel("Direct", 100, 10, 0),
  channel("Event", 5, 5, 100),
]
const ALL = 79 / 865

describe("a ranking", () => {
  const rows = judge(CHANNELS, ALL, 20)
  const flagsOf = (value: string) => rows.find((row) => row.value === value)?.flags

  it("[P21] [0.21] orders by return what has calls enough and a cost to return, the rest behind", () => {
    expect(rows.map(({ value, rank }) => [value, rank])).toEqual([
      ["Map Listing", 1],
      ["Paid Search", 2],
      ["Radio", 3],
      ["Direct", null],
      ["Event", null],
    ])
  })

  it("[P21] [0.23] flags many calls with few orders, few calls with many, and money lost", () => {
    expect(flagsOf("Radio")).toEqual(["many_calls_few_orders", "loss"])
    expect(flagsOf("Map Listing")).toEqual(["few_calls_many_orders"])
    expect(flagsOf("Paid Search")).toEqual([])
    expect(flagsOf("Event")).toEqual(["few"])
  })

  it("[P21] [0.21] [2.6] hints to move money from the worst return to the best, and says what that rests on", () => {
    expect(hintsOf(rows)).toEqual([
      {
        from: "Radio",
        to: "Map Listing",
        basis: { roi_from: (4000 - 9000) / 9000, roi_to: 9, calls_from: 400, calls_to: 60 },
      },
    ])
  })

  it("[P21] hints nothing where the order rates may be the same", () => {
    expect(hintsOf(judge([channel("A", 30, 3, 100), channel("B", 30, 4, 5000)], 7 / 60, 20))).toEqual([])
    expect(hintsOf(judge([channel("A", 30, 3, 100)], 0.1, 20))).toEqual([])
    expect(hintsOf(judge([], null, 20))).toEqual([])
  })
})
