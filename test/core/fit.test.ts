import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { exposureOf } from "../../server/core/attribution/exposure.js"
import { falling, fitModel, type Sample } from "../../server/core/attribution/fit.js"
import {
  ageCellAt,
  agePlaceOf,
  BINS,
  CELLS,
  cellAt,
  cellOf,
  KINDS,
  kindOf,
  PRIOR,
  rateOf,
  silencePlaceOf,
  stayOf,
  tapCellAt,
  traitsOf,
} from "../../server/core/attribution/hazard.js"

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const left = kindOf({ hidden: true, stay: 2, mobile: false })

/** Repeatable draws. */
function createDraws(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}

describe("fitModel", () => {
  it("[A3] without calls or visits the prior stands", () => {
    const model = fitModel({ samples: [], exposure: new Map(), numberMs: 0, start: PRIOR })
    for (let cell = 0; cell < CELLS; cell++) {
      const prior = PRIOR.rates[cell] ?? 0
      expect(Math.abs((model.rates[cell] ?? 0) - prior)).toBeLessThan(0.01 * prior + 1e-15)
    }
    expect(model.stray).toBeCloseTo(PRIOR.stray, 15)
  })

  it("[A3] finds the true rates of a world of two cells from calls that do not say who made them", () => {
    const present = ageCellAt(false, 4)
    const absent = cellAt(left, 6)
    const rates = new Map([
      [present, 4e-7],
      [absent, 1e-8],
    ])
    const draw = createDraws(7)
    const samples: Sample[] = []
    const cells = new Float64Array(CELLS)
    // At every moment one visit is present and two are gone; every call is one of theirs or a stray.
    const step = 20_000
    const steps = 200_000
    for (let turn = 0; turn < steps; turn++) {
      cells[present] = (cells[present] ?? 0) + step
      cells[absent] = (cells[absent] ?? 0) + 2 * step
      const total = (rates.get(present) ?? 0) + 2 * (rates.get(absent) ?? 0) + PRIOR.stray
      if (draw() < total * step)
        samples.push({
          cells: [
            [present, "Direct", 1],
            [absent, "Direct", 2],
          ],
          certain: null,
        })
    }
    // Moments without anybody present, so that the two can be told apart.
    for (let turn = 0; turn < 4 * steps; turn++) {
      cells[absent] = (cells[absent] ?? 0) + 2 * step
      if (draw() < (2 * (rates.get(absent) ?? 0) + PRIOR.stray) * step)
        samples.push({ cells: [[absent, "Direct", 2]], certain: null })
    }
    const model = fitModel({
      samples,
      exposure: new Map([["Direct", cells]]),
      numberMs: 5 * steps * step,
      start: PRIOR,
    })
    const factor = model.channels.Direct ?? 1
    expect(((model.rates[present] ?? 0) * factor) / 4e-7).toBeGreaterThan(0.85)
    expect(((model.rates[present] ?? 0) * factor) / 4e-7).toBeLessThan(1.15)
    expect(((model.rates[absent] ?? 0) * factor) / 1e-8).toBeGreaterThan(0.75)
    expect(((model.rates[absent] ?? 0) * factor) / 1e-8).toBeLessThan(1.25)
  })

  it("[A3] what a person said of a call is believed", () => {
    const present = ageCellAt(false, 4)
    const samples: Sample[] = Array.from({ length: 200 }, () => ({ cells: [[present, "Direct", 1]], certain: "stray" }))
    const cells = new Float64Array(CELLS)
    cells[present] = 1000 * DAY
    const { rates, stray } = fitModel({
      samples,
      exposure: new Map([["Direct", cells]]),
      numberMs: 100 * DAY,
      start: PRIOR,
    })
    expect(stray * DAY).toBeGreaterThan(1.2)
    expect(rates[present] ?? 0).toBeLessThan((PRIOR.rates[present] ?? 0) / 5)
  })

  it("[A3] no rate grows with silence, whatever the calls", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(CELLS - 1), fc.nat(CELLS - 1)), { minLength: 1, maxLength: 60 }),
        fc.array(fc.double({ min: 0, max: 1e10, noNaN: true }), { minLength: CELLS, maxLength: CELLS }),
        (pairs, times) => {
          const samples = pairs.map(
            ([a, b]): Sample => ({
              cells: [
                [a, "x", 1],
                [b, "y", 2],
              ],
              certain: null,
            }),
          )
          const model = fitModel({
            samples,
            exposure: new Map([["x", Float64Array.from(times)]]),
            numberMs: DAY,
            start: PRIOR,
          })
          for (let one = 0; one < KINDS; one++)
            for (let bin = 1; bin < BINS; bin++)
              expect(model.rates[cellAt(one, bin)] ?? 0).toBeLessThanOrEqual(model.rates[cellAt(one, bin - 1)] ?? 0)
          expect(model.rates.every((rate) => Number.isFinite(rate) && rate >= 0)).toBe(true)
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe("falling", () => {
  it("[A3] keeps what falls already and the weighted mean of all", () => {
    expect(falling([5, 4, 4, 1], [1, 1, 1, 1])).toEqual([5, 4, 4, 1])
    expect(falling([1, 3], [1, 3])).toEqual([2.5, 2.5])
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 9, noNaN: true }), fc.double({ min: 0.1, max: 9, noNaN: true })), {
          minLength: 1,
          maxLength: 20,
        }),
        (pairs) => {
          const values = pairs.map(([value]) => value)
          const weights = pairs.map(([, weight]) => weight)
          const fitted = falling(values, weights)
          const mean = (list: number[]) => list.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), 0)
          expect(fitted.every((value, index) => index === 0 || value <= (fitted[index - 1] ?? 0) + 1e-12)).toBe(true)
          expect(mean(fitted)).toBeCloseTo(mean(values), 6)
        },
      ),
    )
  })
})

describe("cellOf", () => {
  it("[A2] a recent tap decides, an old one does not", () => {
    const open = { hidden: false, mobile: true, pages: 1, stayed: MINUTE, silence: 0 }
    expect(cellOf({ ...open, tapAgo: 5000 })).toBe(tapCellAt(0))
    expect(cellOf({ ...open, tapAgo: 31 * MINUTE })).toBe(cellOf({ ...open, tapAgo: null }))
  })

  it("[A2] an open page is told apart by its age, one that was left by how long it was open and how long ago that was", () => {
    const standing = { hidden: false, mobile: false, pages: 1, stayed: 30_000, silence: 20_000, tapAgo: null }
    expect(cellOf(standing)).toBe(ageCellAt(false, agePlaceOf(50_000)))
    expect(cellOf({ ...standing, mobile: true })).toBe(ageCellAt(true, agePlaceOf(50_000)))
    expect(cellOf({ ...standing, hidden: true })).toBe(cellAt(kindOf({ hidden: true, stay: 1, mobile: false }), 0))
    expect(cellOf({ ...standing, pages: 2, silence: 2 * MINUTE })).toBe(
      cellAt(kindOf({ hidden: false, stay: 2, mobile: false }), silencePlaceOf(2 * MINUTE, false)),
    )
    for (let kind = 0; kind < KINDS; kind++) expect(kindOf(traitsOf(kind))).toBe(kind)
  })

  it("[A2] between the middles of two cells a rate goes over from one to the other, without a leap", () => {
    const standing = { mobile: false, pages: 1, stayed: MINUTE, tapAgo: null }
    const rate = (hidden: boolean, silence: number) => rateOf(PRIOR, cellOf({ ...standing, hidden, silence }), "")
    fc.assert(
      fc.property(fc.boolean(), fc.double({ min: 46_000, max: 30 * DAY, noNaN: true }), (hidden, silence) => {
        const here = rate(hidden, silence)
        const kind = kindOf({ hidden, stay: stayOf(MINUTE, 1), mobile: false })
        const place = silencePlaceOf(silence, hidden)
        const around = [Math.floor(place), Math.ceil(place)].map((bin) => PRIOR.rates[cellAt(kind, bin)] ?? 0)
        // A hundredth longer is a seventieth of a bin: of the way from one rate to the next no more than that is gone.
        expect(Math.abs(rate(hidden, silence * 1.01) - here)).toBeLessThanOrEqual(0.02 * Math.max(...around))
        expect(here).toBeLessThanOrEqual(Math.max(...around) * (1 + 1e-12))
        expect(here).toBeGreaterThanOrEqual(Math.min(...around) * (1 - 1e-12))
      }),
    )
  })
})

describe("exposureOf", () => {
  const block = 1000
  const blockMs = 6 * 3_600_000
  const lent = (kind: number) => ({
    block,
    kind,
    channel: "Direct",
    visits: 3,
    taps: 0,
    ages: [0, 0, 0, 0, 0, 0, 0, 0],
  })

  it("[A3] shares the time between cells and loses none of it", () => {
    const from = block * blockMs
    for (let kind = 0; kind < KINDS; kind++) {
      const cells = exposureOf([lent(kind)], blockMs, from, from + 10 * DAY).get("Direct") ?? new Float64Array()
      // Three visits that fell silent in the midst of a block of six hours, give or take.
      const days = cells.reduce((sum, ms) => sum + ms, 0) / DAY
      expect(days).toBeCloseTo(3 * (10 - 0.125), 6)
    }
  })

  it("[A3] time at an age is shared between its bin and its neighbours, and adds up", () => {
    const from = block * blockMs
    const ages = [1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000]
    const cells = exposureOf([{ ...lent(left), visits: 0, ages }], blockMs, from, from + DAY).get("Direct")
    const own = cells?.slice(ageCellAt(false, 0), ageCellAt(false, 8)) ?? new Float64Array()
    expect(own.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(36_000, 6)
    expect(own.every((ms) => ms > 0)).toBe(true)
  })
})
