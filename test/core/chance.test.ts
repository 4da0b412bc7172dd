import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { netPromoterScore } from "../../server/core/lead/rating.js"
import { type Chance, countOutcome, valueOutcome } from "../../server/core/value/chance.js"

/** The quantile of what chances bring, by all their outcomes. */
function enumerated(chances: readonly Chance[], share: number): number {
  const outcomes = new Map<number, number>()
  for (let mask = 0; mask < 2 ** chances.length; mask++) {
    let [mass, sum] = [1, 0]
    for (const [place, { probability, value }] of chances.entries()) {
      const happens = (mask >> place) & 1
      mass *= happens ? probability : 1 - probability
      if (happens) sum += value
    }
    outcomes.set(sum, (outcomes.get(sum) ?? 0) + mass)
  }
  let total = 0
  for (const [sum, mass] of [...outcomes].sort(([a], [b]) => a - b)) {
    total += mass
    if (total >= share - 1e-12) return sum
  }
  return Number.NaN
}

const probability = fc.integer({ min: 0, max: 20 }).map((part) => part / 20)

describe("what chances come to", () => {
  it("[Q12] [2.11] counts as all outcomes together say, exactly", () => {
    fc.assert(
      fc.property(fc.array(probability, { minLength: 1, maxLength: 10 }), (all) => {
        const chances = all.map((one) => ({ probability: one, value: 1 }))
        const { expected, low, high } = countOutcome(all, 0.8)
        expect(expected).toBeCloseTo(
          all.reduce((sum, one) => sum + one, 0),
          10,
        )
        expect(low).toBe(enumerated(chances, 0.1))
        expect(high).toBe(enumerated(chances, 0.9))
      }),
      { numRuns: 100 },
    )
  })

  it("[Q12] keeps the mean, and stays within the sum, whatever the values are", () => {
    const chance = fc.record({ probability, value: fc.integer({ min: 1, max: 1_000_000 }) })
    fc.assert(
      fc.property(fc.array(chance, { minLength: 1, maxLength: 30 }), (chances) => {
        const { expected, low, high } = valueOutcome(chances, 0.9)
        const whole = chances.reduce((sum, { value }) => sum + value, 0)
        expect(expected).toBeCloseTo(
          chances.reduce((sum, one) => sum + one.probability * one.value, 0),
          6,
        )
        expect(low).toBeGreaterThanOrEqual(0)
        expect(low).toBeLessThanOrEqual(high)
        expect(high).toBeLessThanOrEqual(whole)
      }),
      { numRuns: 60 },
    )
    const three = [
      { probability: 0.5, value: 1000 },
      { probability: 0.25, value: 3000 },
      { probability: 0.9, value: 500 },
    ]
    const found = valueOutcome(three, 0.8)
    expect(Math.abs(found.low - enumerated(three, 0.1))).toBeLessThan(5)
    expect(Math.abs(found.high - enumerated(three, 0.9))).toBeLessThan(5)
    expect(valueOutcome([], 0.8)).toEqual({ expected: 0, low: 0, high: 0 })
  })

  it("[Q12] goes over to the normal law where it is as good", () => {
    const exact = countOutcome(Array(2000).fill(0.3), 0.8)
    const normal = countOutcome(Array(2001).fill(0.3), 0.8)
    expect(exact).toMatchObject({ low: 574, high: 626 })
    expect(Math.abs(normal.low - exact.low)).toBeLessThan(1.5)
    expect(Math.abs(normal.high - exact.high)).toBeLessThan(1.5)
  })
})

describe("the Net Promoter Score", () => {
  it("[Y7] [2.4] is the percentage of promoters less that of detractors, with its interval", () => {
    expect(netPromoterScore(70, 10, 100)).toEqual({ nps: 60, low: 47, high: 73 })
    expect(netPromoterScore(0, 3, 3)).toEqual({ nps: -100, low: -100, high: -100 })
    expect(netPromoterScore(0, 0, 0)).toEqual({ nps: null, low: null, high: null })
  })
})
