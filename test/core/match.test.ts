import { describe, expect, it } from "vitest"
import { describeSwap } from "../../server/core/number/match.js"

const find = RegExp(describeSwap({ target: "+12125550123", number: "+16465550198", country: "US" }).find)

describe("the cheap pattern", () => {
  it("[SN11] reads a directory of other numbers once, not anew at each of them", () => {
    // Read anew at each, it would take minutes.
    expect(find.test("Tel: 415 300 1000, Some Street\n".repeat(100_000))).toBe(false)
    expect(find.test(`Hotel: ${"x".repeat(60)}%`)).toBe(false)
  })

  it("[SN11] finds either number, in digits of any width and as a vanity word, and no other one", () => {
    for (const text of [
      "(212) 555-0123",
      "2 1 2.555.0123",
      "２１２５５５０１２３",
      "212-KJL-01AD",
      "+1 (646) 555.0198",
      "646\u00a0555\u20110198",
    ])
      expect([text, find.test(text)]).toEqual([text, true])
    for (const text of ["212 555-0124", "2125550 and 123", "646-555-0189"])
      expect([text, find.test(text)]).toEqual([text, false])
  })
})
