import { describe, expect, it } from "vitest"
import { describeSwap } from "../../server/core/number/match.js"

const find = RegExp(describeSwap({ target: "+12125550123", number: "+16465550198", country: "US" }).find)

describe("the cheap pattern", () => {
  it("[SN11] reads a directory of other numbers once, not anew at each of them", () => {
    // Read anew at each, it would take minutes.
    expect(find.test("Tel: 415 300 1000, Some Street\n".repeat(100_000))).toBe(false)
    expect(find.test(`Hotel: ${"x".repeat(60)}%`)).toBe(false)
  })

  it("[SN11] misses no number that HTML hides", () => {
    for (const html of [
      '<a href="tel:%2B1%20%28212%29%20555%2D0123">',
      '<a href="TEL:+1 (212) 555 01%3223">',
      '<i title="212&nbsp;555&nbsp;0123 or ask <b>whomever you meet</b>">',
      '<i title="212 555-0123">',
      '<i title="(646) 555.0198">',
    ])
      expect([html, find.test(html)]).toEqual([html, true])
    expect(find.test('<i title="212 555-0124">')).toBe(false)
  })
})
