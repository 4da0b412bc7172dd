import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { buildTag, parseTag, readAmount, type TagParts } from "../../shared/tag.js"

const EXAMPLE = "上海-壹点零壹影响力-咨询-1千万-叶辉-创始人-知乎"
const PARTS: TagParts = {
  city: "上海",
  company: "壹点零壹影响力",
  product: "咨询",
  amount: 10_000_000,
  name: "叶辉",
  position: "创始人",
  source: "知乎",
}

describe("the name tag", () => {
  it("[Q8] [1.7] is read and written as the example has it: 1千万 is 10,000,000", () => {
    expect(parseTag(EXAMPLE)).toEqual(PARTS)
    expect(buildTag(PARTS)).toBe(EXAMPLE)
    expect(parseTag(EXAMPLE.replaceAll("-", "－").replace("1", "１"))).toEqual(PARTS)
  })

  it("[Q8] keeps a hyphen inside a part by a backslash, and empty parts as nothing", () => {
    const parts = { ...PARTS, company: "Rolls-Royce \\ Co", city: null, amount: null }
    expect(buildTag(parts)).toBe("-Rolls\\-Royce \\\\ Co-咨询--叶辉-创始人-知乎")
    expect(parseTag(buildTag(parts))).toEqual(parts)
  })

  it("[Q8] gives back whatever parts it was made of", () => {
    const part = fc.option(
      fc
        .string({ maxLength: 20 })
        .map((text) => text.trim())
        .filter((text) => text !== ""),
      { nil: null },
    )
    const amount = fc.option(
      fc.integer({ min: 0, max: 1e12 }).map((cents) => cents / 100),
      { nil: null },
    )
    const city = fc.oneof(part, fc.constantFrom("上海", "天津"))
    fc.assert(
      fc.property(
        fc.record({ city, company: part, product: part, amount, name: part, position: part, source: part }),
        (parts) => {
          expect(parseTag(buildTag(parts))).toEqual(parts)
        },
      ),
      { numRuns: 500 },
    )
  })

  it("[Q8] says what is wrong with a tag that has other parts, or an amount that is none", () => {
    expect(parseTag("上海-咨询")).toMatchObject({ fault: expect.stringContaining("2 parts") })
    expect(parseTag("a-b-c-1-e-f-g-h")).toMatchObject({ fault: expect.stringContaining("8 parts") })
    expect(parseTag("a-b-c-many-e-f-g")).toMatchObject({ fault: expect.stringContaining("many") })
  })

  it.each([
    ["1千万", 10_000_000],
    ["１千万", 10_000_000],
    ["1.5千万", 15_000_000],
    ["１．５千万元", 15_000_000],
    ["一千万", 10_000_000],
    ["3百万", 3_000_000],
    ["500w", 5_000_000],
    ["500万", 5_000_000],
    ["2.5亿", 250_000_000],
    ["1亿5千万", 150_000_000],
    ["1亿零5百万", 105_000_000],
    ["1万亿", 1_000_000_000_000],
    ["十万", 100_000],
    ["十二万", 120_000],
    ["二百五十", 250],
    ["一百零五", 105],
    ["两千", 2000],
    ["一万五", 15_000],
    ["三千五", 3500],
    ["1万5000", 15_000],
    ["壹佰贰拾萬", 1_200_000],
    ["¥1,250,000.50", 1_250_000.5],
    ["12,000 USD", 12_000],
    ["30k", 30_000],
    ["2m", 2_000_000],
    ["0", 0],
    ["1.1千万", 11_000_000],
  ])("[Q8] reads %s", (text, amount) => {
    expect(readAmount(text)).toBe(amount)
  })

  it.each(["", "元", "万", "abc", "-5", "1-2", "1..5", "1e9", "NaN", "二〇二六", "9".repeat(30), "1,2", "亿万"])(
    "[Q8] does not take %s for an amount",
    (text) => {
      expect(readAmount(text)).toBeUndefined()
    },
  )
})
