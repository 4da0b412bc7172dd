import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { CELLS, cellOf, PRIOR, rateOf } from "../../server/core/attribution/hazard.js"
import {
  type Contender,
  packObservation,
  unpackObservation,
  weigh,
  weighChannels,
} from "../../server/core/attribution/posterior.js"

const stood = { mobile: false, pages: 1, stayed: 60_000, tapAgo: null }
const alive = cellOf({ ...stood, hidden: false, silence: 10_000 })
const gone = cellOf({ ...stood, hidden: true, silence: 20 * 60_000 })

const contender = (fields: Partial<Contender> = {}): Contender => ({
  visit: 1,
  visitor: 1,
  source: 1,
  channel: "Direct",
  cell: alive,
  weight: 1,
  memory: 0,
  silence: 10_000,
  tapAgo: null,
  hidden: false,
  shared: false,
  ...fields,
})
const observation = (contenders: Contender[], fields = {}) => ({
  known: false,
  stray: 0,
  others: 0,
  contenders,
  crowd: [],
  ...fields,
})

describe("weigh", () => {
  it("[A2] a visit alone is as likely as its rate over its rate and that of stray calls", () => {
    const { contenders, stray } = weigh(observation([contender()]), PRIOR)
    const rate = rateOf(PRIOR, alive, "Direct")
    expect(contenders[0]).toBeCloseTo(rate / (rate + PRIOR.stray), 12)
    expect(stray).toBeCloseTo(PRIOR.stray / (rate + PRIOR.stray), 12)
  })

  it("[A2] two visits stand to each other as their rates", () => {
    const two = observation([contender(), contender({ visit: 2, visitor: 2, cell: gone })])
    const [first = 0, second = 0] = weigh(two, PRIOR).contenders
    expect(first / second).toBeCloseTo(rateOf(PRIOR, alive, "") / rateOf(PRIOR, gone, ""), 9)
  })

  it("[A2] a channel that calls twice as readily counts twice", () => {
    const model = { ...PRIOR, channels: { Radio: 2 } }
    const [radio = 0, direct = 0] = weigh(observation([contender({ channel: "Radio" }), contender()]), model).contenders
    expect(radio / direct).toBeCloseTo(2, 9)
  })

  it("[A5] further evidence multiplies the odds by what it says under each cause", () => {
    const two = observation([contender({ channel: "Email" }), contender({ visit: 2, cell: gone })])
    const plain = weigh(two, PRIOR).contenders
    const said = weigh(two, PRIOR, ({ channel }) => (channel === "Email" ? 0.03 : 1)).contenders
    const odds = ([a = 0, b = 0]: readonly number[]) => a / b
    expect(odds(said) / odds(plain)).toBeCloseTo(0.03, 9)
  })

  it("[A4] of a caller heard before, a visitor who never held the number before him counts next to nothing", () => {
    const two = observation([contender(), contender({ visit: 2, visitor: 2, cell: gone, memory: 0.9 })], {
      known: true,
      others: 0.1,
    })
    const [stranger = 0, friend = 0] = weigh(two, PRIOR).contenders
    expect(friend).toBeGreaterThan(0.95)
    expect(stranger).toBeLessThan(0.05)
  })

  it("[A4] who may have made a withheld call lately makes the next one at his rate and that of calling again", () => {
    const two = observation([contender(), contender({ visit: 2, visitor: 2, cell: gone, memory: 0.5 })])
    const model = { ...PRIOR, withheld: 0.05 }
    const [first = 0, second = 0] = weigh(two, model).contenders
    const again = (0.5 * (0.28 / 86_400_000)) / 0.05
    expect(second / first).toBeCloseTo((rateOf(PRIOR, gone, "") + again) / rateOf(PRIOR, alive, ""), 9)
    // The rarer withheld callers are, the likelier two withheld calls are one caller's.
    const [, rarer = 0] = weigh(two, { ...PRIOR, withheld: 0.01 }).contenders
    expect(rarer).toBeGreaterThan(second)
  })

  it("[A2] probabilities of visits, crowd and stray calls sum to one, and channels to all but the stray", () => {
    const arbitrary = fc.record({
      known: fc.boolean(),
      stray: fc.double({ min: 0, max: 0.5, noNaN: true }),
      others: fc.double({ min: 0, max: 0.5, noNaN: true }),
      contenders: fc.array(
        fc.record({
          cell: fc.nat(CELLS - 1),
          weight: fc.double({ min: 0.01, max: 1, noNaN: true }),
          memory: fc.double({ min: 0, max: 1, noNaN: true }),
          channel: fc.constantFrom("Direct", "Email"),
        }),
        { minLength: 1, maxLength: 12 },
      ),
      crowd: fc.array(
        fc.tuple(fc.nat(CELLS - 1), fc.constantFrom("Direct", "Radio"), fc.double({ min: 0, max: 50, noNaN: true })),
        {
          maxLength: 20,
        },
      ),
    })
    fc.assert(
      fc.property(arbitrary, ({ contenders, ...rest }) => {
        const seen = { ...rest, contenders: contenders.map((fields) => contender(fields)) }
        const posterior = weigh(seen, PRIOR)
        const parts = [...posterior.contenders, ...posterior.crowd, posterior.stray]
        expect(parts.every((part) => part >= 0 && part <= 1 + 1e-12)).toBe(true)
        expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 9)
        const channels = [...weighChannels(seen, posterior).values()].reduce((sum, part) => sum + part, 0)
        expect(channels).toBeCloseTo(1 - posterior.stray, 9)
      }),
    )
  })

  it("[A7] an observation reads back as it was written", () => {
    const seen = observation([contender({ shared: true, hidden: true, tapAgo: 5 })], {
      known: true,
      stray: 0.25,
      others: 0.5,
      crowd: [[3, "Email", 1.5]],
    })
    expect(unpackObservation(packObservation(seen))).toEqual(seen)
  })
})
