import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Refusal } from "../../server/core/store/refusal.js"
import { allocateShared, divide, divideEvenly } from "../../server/core/value/allocation.js"
import { convert, fromMinor, toMinor } from "../../server/core/value/money.js"

const amount = fc.maxSafeInteger()
const weights = fc
  .array(fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e9, noNaN: true })), { minLength: 1, maxLength: 40 })
  .filter((all) => all.some((weight) => weight > 0))
const group = fc.record({
  key: fc.string({ maxLength: 3 }),
  visits: fc.nat(5),
  calls: fc.nat(5),
  talk_s: fc.nat(5000),
})
const groups = fc.uniqueArray(group, { selector: ({ key }) => key, maxLength: 12 })
const costs = fc.array(
  fc.record({
    spread: fc.constantFrom("", "share", "calls", "talk"),
    amount: fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }),
  }),
  { maxLength: 10 },
)
const sum = (parts: Iterable<number>) => [...parts].reduce((total, part) => total + BigInt(part), 0n)

describe("dividing amounts", () => {
  it("[COST7] the parts of a division sum to the amount, and nothing is given to a weight of 0", () => {
    fc.assert(
      fc.property(amount, weights, (whole, all) => {
        const parts = divide(whole, all)
        expect(sum(parts)).toBe(BigInt(whole))
        for (const [index, weight] of all.entries()) if (weight === 0) expect(parts[index]).toBe(0)
      }),
    )
  })

  it("[COST7] each part is within one of its exact share, and an opposite is divided oppositely", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.array(fc.nat(1000), { minLength: 1, maxLength: 30 }), (whole, all) => {
        const total = all.reduce((a, b) => a + b, 0)
        fc.pre(total > 0)
        const parts = divide(whole, all)
        for (const [index, weight] of all.entries())
          expect(Math.abs((parts[index] ?? 0) - (whole * weight) / total)).toBeLessThan(1)
        expect(divide(-whole, all)).toEqual(parts.map((part) => (part === 0 ? 0 : -part)))
      }),
    )
  })

  it("[COST7] equal parts differ by one at most and sum to the amount", () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 1, max: 1096 }), (whole, count) => {
        const parts = divideEvenly(whole, count)
        expect(parts).toHaveLength(count)
        expect(sum(parts)).toBe(BigInt(whole))
        expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe("sharing costs among channels", () => {
  it("[COST7] conserves the sum, whatever the costs and groups and in whichever order they come", () => {
    fc.assert(
      fc.property(costs, groups, (all, known) => {
        const parts = allocateShared(all, known)
        expect(sum(parts.values())).toBe(sum(all.map((cost) => cost.amount)))
        const again = allocateShared([...all].reverse(), [...known].reverse())
        expect(new Map([...again].sort())).toEqual(new Map([...parts].sort()))
      }),
    )
  })

  it("[COST7] [0.15] shares evenly, by calls or by hours of talk; what cannot be shared stays with nobody", () => {
    const known = [
      { key: "Radio", visits: 0, calls: 1, talk_s: 600 },
      { key: "Email", visits: 10, calls: 3, talk_s: 200 },
      { key: "Outdoor", visits: 0, calls: 0, talk_s: 0 },
    ]
    const share = (spread: "" | "share" | "calls" | "talk") =>
      Object.fromEntries(allocateShared([{ spread, amount: 1001 }], known))
    expect(share("share")).toEqual({ Email: 501, Radio: 500 })
    expect(share("calls")).toEqual({ Email: 751, Radio: 250 })
    expect(share("talk")).toEqual({ Email: 250, Radio: 751 })
    expect(share("")).toEqual({ null: 1001 })
    expect(allocateShared([{ spread: "calls", amount: 5 }], [])).toEqual(new Map([[null, 5]]))
    const silent = [{ key: "Email", visits: 1, calls: 0, talk_s: 0 }]
    expect(allocateShared([{ spread: "talk", amount: 5 }], silent)).toEqual(new Map([["Email", 5]]))
  })
})

describe("currencies", () => {
  const currency = fc.constantFrom("USD", "EUR", "JPY", "KWD", "CNY")

  it("[O4] an amount goes into minor units and back without loss", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), currency, (minor, code) => {
        expect(toMinor(String(fromMinor(minor, code)), code, "")).toBe(minor)
      }),
    )
  })

  it("[O4] converting is exact decimal arithmetic, rounded to the nearest, the same for both signs", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e8 }),
        currency,
        currency,
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 0, max: 6 }),
        (minor, from, to, digits, places) => {
          const rate = Number(`${digits}e-${places}`)
          const exact = fromMinor(minor, from) * rate
          const unit = fromMinor(1, to)
          const share = exact / unit / Number.MAX_SAFE_INTEGER
          fc.pre(Math.abs(share - 1) > 1e-9)
          if (share > 1) {
            expect(() => convert(minor, from, to, rate, "")).toThrow(Refusal)
            return
          }
          const converted = convert(minor, from, to, rate, "")
          expect(Math.abs(fromMinor(converted, to) - exact)).toBeLessThanOrEqual(unit / 2 + exact * 1e-12)
          expect(convert(-minor, from, to, rate, "")).toBe(converted === 0 ? 0 : -converted)
        },
      ),
    )
    expect(convert(100, "USD", "EUR", 1.005, "")).toBe(101)
    expect(convert(10_010, "EUR", "USD", 1.105, "")).toBe(11_061)
  })
})
