import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { importSpend } from "../../server/core/money/spend-import.js"
import { readSpend } from "../../server/core/money/spend-table.js"
import { decimalOf, readAmount, readCount, readDay, readDays } from "../../server/core/money/spend-value.js"
import { CostImportQuery } from "../../shared/contract-costs.js"
import { openSite } from "./memory-site.js"

describe("the cells of exports", () => {
  it("[COST8] an amount means the same in every country's way of writing", () => {
    const ways: [string, "." | ","][] = [
      ["1234567.89", "."],
      ["1,234,567.89", "."],
      ["1.234.567,89", ","],
      ["1 234 567,89", ","],
      ["1\u00a0234\u202f567,89", ","],
      ["1'234'567.89", "."],
      ["12,34,567.89", "."],
      ["$1,234,567.89", "."],
      ["1 234 567,89 ₽", ","],
      ["1 234 567,89 руб.", ","],
      ["¥1,234,567.89", "."],
    ]
    for (const [cell, decimal] of ways) {
      expect([cell, readAmount(cell, decimalOf([cell]))]).toEqual([cell, "1234567.89"])
      expect(decimalOf([cell])).toBe(decimal)
    }
    expect(["-5,5", "−5,5", "(5,5)", "- 5,5 €"].map((cell) => readAmount(cell, ","))).toEqual(Array(4).fill("-5.5"))
    expect([" --", "—", "-"].map((cell) => readAmount(cell, undefined))).toEqual(["0", "0", "0"])
    for (const cell of ["", "abc", "1.2.3", "12x3", "1,23,4.5.6", "1e5"]) expect(() => readAmount(cell, ".")).toThrow()
    expect(readCount("12,000")).toBe(12_000)
    expect(readCount("1 200")).toBe(1200)
    expect(readCount("")).toBeNull()
    for (const cell of ["-1", "1.5", "many"]) expect(() => readCount(cell)).toThrow()
  })

  it("[COST8] any amount is read back from any way of writing it", () => {
    const marks = fc.constantFrom([",", "."], [".", ","], [" ", ","], ["'", "."], ["\u202f", ","])
    fc.assert(
      fc.property(fc.integer({ min: -1e14, max: 1e14 }), marks, (minor, [thousands = "", decimal = "."]) => {
        const size = String(Math.abs(minor)).padStart(3, "0")
        const whole = size.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, thousands)
        const cell = `${minor < 0 ? "-" : ""}${whole}${decimal}${size.slice(-2)}`
        expect(Math.round(Number(readAmount(cell, decimalOf([cell]))) * 100) - minor).toBe(0)
      }),
    )
  })

  it("[COST8] a day means the same in every way of writing", () => {
    const cells = [
      "2026-11-01",
      "2026-11-01 00:00",
      "2026/11/1",
      "20261101",
      "01.11.2026",
      "1.11.2026",
      "2026年11月1日",
      "Nov 1, 2026",
      "Sun, Nov 1, 2026",
      "November 1, 2026",
      "1 November 2026",
      "1 нояб. 2026 г.",
      "1 ноября 2026",
    ]
    for (const cell of cells) expect([cell, readDay(cell, undefined)]).toEqual([cell, "2026-11-01"])
    expect(readDay("11/01/2026", "mdy")).toBe("2026-11-01")
    expect(readDay("01/11/2026", "dmy")).toBe("2026-11-01")
    expect(readDay("11/11/2026", undefined)).toBe("2026-11-11")
    for (const cell of ["", "2026-13-01", "30.02.2026", "yesterday", "1/2/26", "0001-01-01", "Foo 1, 2026"])
      expect(() => readDay(cell, "dmy")).toThrow()
    for (const cell of [
      "2026-11-01至2026-11-30",
      "2026-11-01/2026-11-30",
      "01.11.2026 - 30.11.2026",
      "Nov 1, 2026 – Nov 30, 2026",
    ])
      expect([cell, readDays(cell, undefined)]).toEqual([cell, { from: "2026-11-01", to: "2026-11-30" }])
    expect(() => readDays("2026-11-30/2026-11-01", undefined)).toThrow()
  })

  it("[COST10] any cells at all are read or refused, within bounds", () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom("date", "cost", "Total", "1,5", "2026-11-01", "Campaign", "--"))
    const formats = fc.constantFrom("google_ads", "meta", "yandex_direct", "baidu", "plain")
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { maxLength: 6 }), { minLength: 1, maxLength: 12 }),
        formats,
        (lines, format) => {
          const table = readSpend(lines, { format })
          expect(table.rows.length + table.skipped.length).toBeLessThanOrEqual(lines.length)
          for (const fault of table.faults) expect(fault.message).not.toBe("")
        },
      ),
    )
  })
})

describe("importing", () => {
  const row = fc.record({
    day: fc.integer({ min: 1, max: 9 }),
    campaign: fc.constantFrom("a", "b"),
    term: fc.constantFrom("", "x", "y"),
    cents: fc.integer({ min: 1, max: 100_000 }),
  })
  const file = fc.array(row, { minLength: 1, maxLength: 12 })
  type Row = { day: number; campaign: string; term: string; cents: number }
  const linesOf = (rows: readonly Row[]) => [
    ["date", "campaign", "keyword", "cost"],
    ...rows.map(({ day, campaign, term, cents }) => [`2026-11-0${day}`, campaign, term, (cents / 100).toFixed(2)]),
  ]

  it("[COST11] any files in any order leave each day of a campaign as the last file that had it says", () => {
    fc.assert(
      fc.property(fc.array(file, { minLength: 1, maxLength: 4 }), fc.boolean(), (files, twice) => {
        const { site, sqlite } = openSite(1)
        const query = CostImportQuery.parse({ source: "google", medium: "cpc" })
        const wanted = new Map<string, number>()
        for (const [index, rows] of files.entries()) {
          const lines = linesOf(rows)
          for (let time = 0; time < (twice ? 2 : 1); time++)
            importSpend(site(), query, { encoding: "utf-8", lines }, `${index}`)
          for (const { day, campaign } of rows) wanted.set(`2026-11-0${day} ${campaign}`, 0)
          for (const { day, campaign, cents } of rows) {
            const key = `2026-11-0${day} ${campaign}`
            wanted.set(key, (wanted.get(key) ?? 0) + cents)
          }
        }
        const found = sqlite
          .prepare(
            "select c.from_day || ' ' || s.campaign as key, sum(c.amount) as amount, sum(d.site_amount) as days from costs c join sources s on s.id = c.source_id join cost_days d on d.cost_id = c.id and d.day = c.from_day group by 1 order by 1",
          )
          .all()
        const expected = [...wanted].sort().map(([key, amount]) => ({ key, amount, days: amount }))
        expect(found).toEqual(expected)
        sqlite.close()
      }),
      { numRuns: 40 },
    )
  })

  it("[COST11] a dry run writes nothing", () => {
    const { site, sqlite } = openSite(1)
    const before = sqlite.prepare("select total_changes()").pluck().get()
    const query = CostImportQuery.parse({ dry_run: "true" })
    const lines = linesOf([{ day: 1, campaign: "a", term: "", cents: 5 }])
    expect(importSpend(site(), query, { encoding: "utf-8", lines }, "d")).toMatchObject({ id: null, costs: 1 })
    expect(sqlite.prepare("select total_changes()").pluck().get()).toBe(before)
  })
})
