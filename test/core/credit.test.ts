import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  markovShares,
  type Path,
  shapley,
  TOUCH_MODELS,
  type Touch,
  type TouchModel,
  weighTouches,
} from "../../server/core/report/credit.js"

const DAY = 86_400_000
const NOW = Date.UTC(2026, 10, 2)

/** Touches so many days before the conversion; a negative number is a direct visit. */
const ago = (...days: number[]): Touch[] => days.map((day) => ({ at: NOW - Math.abs(day) * DAY, direct: day < 0 }))
const weights = (model: TouchModel, touches: Touch[], more = {}) => weighTouches(model, touches, { at: NOW, ...more })

describe("weighTouches", () => {
  it.each<[TouchModel, number[], number[]]>([
    ["first", [9, 5, 1], [1, 0, 0]],
    ["last", [9, 5, 1], [0, 0, 1]],
    ["last_non_direct", [9, 5, -1], [0, 1, 0]],
    ["last_non_direct", [-9, -5, -1], [0, 0, 1]],
    ["linear", [9, 5, 3, 1], [0.25, 0.25, 0.25, 0.25]],
    ["time_decay", [14, 7, 0], [1 / 7, 2 / 7, 4 / 7]],
    ["time_decay", [21, 14], [1 / 3, 2 / 3]],
    ["position", [3], [1]],
    ["position", [9, 3], [0.5, 0.5]],
    ["position", [9, 5, 3, 1], [0.4, 0.1, 0.1, 0.4]],
  ])("[MODEL1] %s over touches %j days before", (model, days, wanted) => {
    for (const [index, weight] of weights(model, ago(...days)).entries())
      expect(weight).toBeCloseTo(wanted[index] ?? Number.NaN, 12)
  })

  it("[MODEL1] w_shaped gives 30 % each to the first touch, to the one before the lead and before the opportunity", () => {
    const touches = ago(20, 15, 12, 8, 3)
    const found = weights("w_shaped", touches, { lead_at: NOW - 14 * DAY, opportunity_at: NOW - 5 * DAY })
    for (const [index, wanted] of [0.3, 0.3, 0.05, 0.3, 0.05].entries()) expect(found[index]).toBeCloseTo(wanted, 12)
    // Of a touch that is lead and opportunity at once, and where no touch is left over.
    for (const [index, wanted] of [0.3, 0.1, 0.6].entries())
      expect(weights("w_shaped", ago(9, 5, 1))[index]).toBeCloseTo(wanted, 12)
    for (const [index, wanted] of [1 / 3, 2 / 3].entries())
      expect(weights("w_shaped", ago(9, 1))[index]).toBeCloseTo(wanted, 12)
  })

  it("[MODEL2] conserves: the weights of any journey are not negative and sum to 1", () => {
    const touch = fc.record({ at: fc.integer({ min: 0, max: NOW + DAY }), direct: fc.boolean() })
    const moment = fc.option(fc.integer({ min: 0, max: NOW }))
    fc.assert(
      fc.property(fc.array(touch, { minLength: 1, maxLength: 30 }), moment, moment, (touches, lead, opportunity) => {
        touches.sort((a, b) => a.at - b.at)
        for (const model of TOUCH_MODELS) {
          const found = weights(model, touches, { lead_at: lead, opportunity_at: opportunity })
          expect(found).toHaveLength(touches.length)
          expect(Math.min(...found)).toBeGreaterThanOrEqual(0)
          expect(Math.abs(sum(found) - 1)).toBeLessThan(1e-9)
        }
      }),
    )
    expect(TOUCH_MODELS.map((model) => weights(model, []))).toEqual(TOUCH_MODELS.map(() => []))
  })
})

const path = (steps: string, conversions: number, lost = 0): Path<string> => ({ steps: [...steps], conversions, lost })
const journeys = fc.array(
  fc.record({
    steps: fc.array(fc.constantFrom<string[]>("a", "b", "c", "d", "e"), { minLength: 1, maxLength: 6 }),
    conversions: fc.nat(20),
    lost: fc.nat(20),
  }),
  { minLength: 1, maxLength: 12 },
)

describe("markovShares", () => {
  it("[MODEL3] agrees with the textbook case of three channels", () => {
    // C1 > C2 > C3 > bought, C1 > lost, C2 > C3 > lost: removal effects 0.5, 1 and 1 (analyzecore.com, "Attribution model with R", 2016).
    const shares = markovShares([path("123", 1), path("1", 0, 1), path("23", 0, 1)])
    for (const [channel, share] of [
      ["1", 0.2],
      ["2", 0.4],
      ["3", 0.4],
    ] as const)
      expect(shares.get(channel)).toBeCloseTo(share, 12)
  })

  it("[MODEL3] agrees with the chain walked step by step, each group removed in turn", () => {
    fc.assert(
      fc.property(journeys, (paths) => {
        const wanted = removeByHand(paths)
        const found = markovShares(paths)
        for (const [group, share] of wanted) expect(found.get(group) ?? 0).toBeCloseTo(share, 7)
      }),
      { numRuns: 50 },
    )
  })

  it("[MODEL2] conserves: the shares sum to 1 where anything converted, and repeats in a row change nothing", () => {
    fc.assert(
      fc.property(journeys, (paths) => {
        const shares = markovShares(paths)
        const converted = paths.some(({ conversions }) => conversions > 0)
        expect(Math.abs(sum([...shares.values()]) - (converted ? 1 : 0))).toBeLessThan(1e-9)
        const doubled = paths.map((one) => ({ ...one, steps: one.steps.flatMap((step) => [step, step]) }))
        for (const [group, share] of markovShares(doubled)) expect(share).toBeCloseTo(shares.get(group) ?? 0, 9)
      }),
    )
  })
})

describe("shapley", () => {
  it("[MODEL4] shares a journey's conversions among its distinct groups", () => {
    expect(shapley([path("aba", 6), path("b", 1), path("c", 0, 5)])).toEqual(
      new Map([
        ["a", 3],
        ["b", 4],
        ["c", 0],
      ]),
    )
  })

  it("[MODEL4] is the mean marginal worth over all orders of joining, and conserves", () => {
    fc.assert(
      fc.property(journeys, (paths) => {
        const found = shapley(paths)
        for (const [group, credit] of joinInAllOrders(paths)) expect(found.get(group) ?? 0).toBeCloseTo(credit, 9)
        expect(sum([...found.values()])).toBeCloseTo(sum(paths.map(({ conversions }) => conversions)), 9)
      }),
      { numRuns: 30 },
    )
  })
})

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Removal effects from the chain's transitions, the mass moved until none is left. */
function removeByHand(paths: readonly Path<string>[]): Map<string, number> {
  const moves = new Map<string, Map<string, number>>()
  const move = (from: string, to: string, count: number) => {
    const row = moves.get(from) ?? new Map<string, number>()
    moves.set(from, row.set(to, (row.get(to) ?? 0) + count))
  }
  for (const { steps, conversions, lost } of paths) {
    const merged = ["start", ...steps.filter((step, index) => step !== steps[index - 1])]
    for (const [index, from] of merged.entries()) {
      const to = merged[index + 1]
      if (to !== undefined) move(from, to, conversions + lost)
      else {
        move(from, "bought", conversions)
        move(from, "lost", lost)
      }
    }
  }
  const converts = (without: string) => {
    let mass = new Map([["start", 1]])
    let bought = 0
    while (sum([...mass.values()]) > 1e-10) {
      const next = new Map<string, number>()
      for (const [from, amount] of mass) {
        const row = moves.get(from) ?? new Map()
        const total = sum([...row.values()])
        for (const [to, count] of row) {
          const part = total === 0 ? 0 : (amount * count) / total
          if (to === "bought") bought += part
          else if (to !== "lost" && to !== without) next.set(to, (next.get(to) ?? 0) + part)
        }
      }
      mass = next
    }
    return bought
  }
  const all = converts("nobody")
  const groups = [...new Set(paths.flatMap(({ steps }) => steps))]
  const effects = groups.map((group) => (all === 0 ? 0 : 1 - converts(group) / all))
  const total = sum(effects)
  return new Map(groups.map((group, index) => [group, total === 0 ? 0 : (effects[index] ?? 0) / total]))
}

function joinInAllOrders(paths: readonly Path<string>[]): Map<string, number> {
  const groups = [...new Set(paths.flatMap(({ steps }) => steps))]
  const worth = (set: ReadonlySet<string>) =>
    sum(paths.map(({ steps, conversions }) => (steps.every((step) => set.has(step)) ? conversions : 0)))
  const orders = permutations(groups)
  const credit = new Map(groups.map((group) => [group, 0]))
  for (const order of orders) {
    const joined = new Set<string>()
    for (const group of order) {
      const without = worth(joined)
      joined.add(group)
      credit.set(group, (credit.get(group) ?? 0) + (worth(joined) - without) / orders.length)
    }
  }
  return credit
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]]
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]))
}
