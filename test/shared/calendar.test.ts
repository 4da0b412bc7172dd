import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { addDays, dayOf, type Interval, instantOf, offsetsOf, spansOf, startOfDay } from "../../shared/calendar.js"

const HOUR = 3_600_000
const ZONES = Intl.supportedValuesOf("timeZone")
/** Clock changes of every kind: an hour, half an hour, at midnight, over midnight, a day left out, quarter-hour offsets. */
const ODD_ZONES = [
  "Europe/Berlin",
  "America/New_York",
  "America/St_Johns",
  "America/Sao_Paulo",
  "America/Santiago",
  "America/Havana",
  "America/Asuncion",
  "Africa/Cairo",
  "Asia/Beirut",
  "Asia/Tehran",
  "Asia/Kathmandu",
  "Asia/Amman",
  "Australia/Lord_Howe",
  "Australia/Eucla",
  "Pacific/Chatham",
  "Pacific/Apia",
  "Pacific/Kwajalein",
  "Antarctica/Troll",
  "Africa/Monrovia",
  "UTC",
]

/** The day on the wall as Intl itself writes it, independent of the code under test. */
const truth = new Map<string, Intl.DateTimeFormat>()
function dayOnWall(time: number, zone: string): string {
  const format = truth.get(zone) ?? new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" })
  truth.set(zone, format)
  return format.format(time)
}

const zone = fc.oneof(fc.constantFrom(...ODD_ZONES), fc.constantFrom(...ZONES))
const time = fc.integer({ min: Date.UTC(1970, 0, 3), max: Date.UTC(2060, 0, 1) })
const day = time.map((at) => new Date(at).toISOString().slice(0, 10))

describe("the calendar of a zone", () => {
  it("[P10] tells the day of an instant as Intl does", () => {
    fc.assert(
      fc.property(time, zone, (at, zone) => {
        expect(dayOf(at, zone)).toBe(dayOnWall(at, zone))
      }),
      { numRuns: 3000 },
    )
  })

  it("[P11] begins a day at its first instant: the second before it belongs to an earlier day", () => {
    fc.assert(
      fc.property(day, zone, (day, zone) => {
        const start = startOfDay(day, zone)
        expect(dayOnWall(start, zone) >= day).toBe(true)
        expect(dayOnWall(start - 1, zone) < day).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })

  it.each([
    "Europe/Berlin",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Havana",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
  ])("[P11] begins every day of the years 2008 to 2013 at its first instant in %s", (zone) => {
    for (let day = "2008-01-01"; day < "2014-01-01"; day = addDays(day, 1)) {
      const start = startOfDay(day, zone)
      if (!(dayOnWall(start, zone) >= day && dayOnWall(start - 1, zone) < day)) expect.fail(`${zone} ${day}`)
    }
  })

  it("[P11] finds the moment at which a clock on the wall shows a minute, skipped and doubled hours included", () => {
    for (const [minute, zone, instant] of [
      ["2026-11-28T09:30", "Asia/Shanghai", "2026-11-28T01:30:00Z"],
      ["2026-07-01T00:00", "America/New_York", "2026-07-01T04:00:00Z"],
      // Clocks went from 2:00 to 3:00, and from 3:00 back to 2:00: there is no 2:30, and two of them.
      ["2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:00:00Z"],
      ["2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00Z"],
    ] as const)
      expect(new Date(instantOf(minute, zone)).toISOString()).toBe(new Date(instant).toISOString())
  })

  it("[P12] makes spans that lie end to end, cover what was asked for and hold the instants of their days", () => {
    fc.assert(
      fc.property(
        day,
        fc.integer({ min: 0, max: 100 }),
        fc.constantFrom<Interval>("day", "week", "month", "quarter"),
        zone,
        (from, days, interval, zone) => {
          const to = addDays(from, days)
          const spans = spansOf(from, to, interval, zone)
          expect(spans[0]?.start).toBe(startOfDay(from, zone))
          expect(spans.at(-1)?.end).toBe(startOfDay(addDays(to, 1), zone))
          for (const [index, { label, start, end }] of spans.entries()) {
            if (index > 0) expect(start).toBe(spans[index - 1]?.end)
            expect(end).toBeGreaterThanOrEqual(start)
            if (end === start) continue
            const [first, last] = [dayOnWall(start, zone), dayOnWall(end - 1, zone)]
            expect(label <= first && first <= to).toBe(true)
            if (interval === "day") expect([first, last]).toEqual([label, label])
            if (interval === "month")
              expect([first.slice(0, 7), last.slice(0, 7)]).toEqual([label.slice(0, 7), label.slice(0, 7)])
            if (interval === "week") {
              expect(new Date(label).getUTCDay()).toBe(1)
              expect(last < addDays(label, 7)).toBe(true)
            }
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  it.each([
    ["Europe/Berlin", "2026-03-29", 23],
    ["Europe/Berlin", "2026-10-25", 25],
    ["America/New_York", "2026-03-08", 23],
    ["America/New_York", "2026-11-01", 25],
    ["Australia/Lord_Howe", "2026-04-05", 24.5],
    ["Asia/Kathmandu", "2026-06-01", 24],
    ["Pacific/Chatham", "2026-04-05", 25],
    ["America/Sao_Paulo", "2018-11-04", 23],
    ["America/Havana", "2026-03-08", 23],
    ["Africa/Cairo", "2026-04-24", 23],
    ["Pacific/Apia", "2011-12-30", 0],
    ["Antarctica/Troll", "2026-03-29", 22],
  ])("[P13] knows that in %s the day %s has %d hours", (zone, day, hours) => {
    const [span] = spansOf(day, day, "day", zone)
    expect(((span?.end ?? 0) - (span?.start ?? 0)) / HOUR).toBe(hours)
  })

  it("[P13] reads a midnight that the clocks skip as the day's first instant", () => {
    expect(new Date(startOfDay("2018-11-04", "America/Sao_Paulo")).toISOString()).toBe("2018-11-04T03:00:00.000Z")
    expect(new Date(startOfDay("1972-01-07", "Africa/Monrovia")).toISOString()).toBe("1972-01-07T00:44:30.000Z")
  })

  it("[P12] begins weeks on Monday and cuts the first and the last", () => {
    expect(spansOf("2026-10-28", "2026-11-03", "week", "UTC")).toEqual([
      { label: "2026-10-26", start: Date.UTC(2026, 9, 28), end: Date.UTC(2026, 10, 2) },
      { label: "2026-11-02", start: Date.UTC(2026, 10, 2), end: Date.UTC(2026, 10, 4) },
    ])
    expect(spansOf("2026-01-31", "2026-03-01", "month", "UTC").map(({ label }) => label)).toEqual([
      "2026-01-01",
      "2026-02-01",
      "2026-03-01",
    ])
  })

  it("[P14] stays bounded and right when a reader spells a zone in a thousand ways", () => {
    for (let count = 0; count < 1000; count++) {
      const spelt = [..."europe/berlin"].map((letter, index) => ((count >> index) & 1 ? letter.toUpperCase() : letter))
      expect(dayOf(Date.UTC(2026, 0, 1, 23, 30), spelt.join(""))).toBe("2026-01-02")
    }
  })
})

describe("the offsets of a zone", () => {
  it("[P15] lie end to end and tell the wall of every instant as Intl does", () => {
    fc.assert(
      fc.property(time, zone, fc.integer({ min: 1, max: 500 * 24 * HOUR }), (start, zone, length) => {
        const spans = offsetsOf(start, start + length, zone)
        expect(spans[0]?.start).toBe(start)
        expect(spans.at(-1)?.end).toBe(start + length)
        for (const [index, { end, offset }] of spans.entries()) {
          expect(spans[index + 1]?.start ?? start + length).toBe(end)
          for (const at of [spans[index]?.start ?? 0, end - 1])
            expect(new Date(at + offset).toISOString().slice(0, 10)).toBe(dayOnWall(at, zone))
        }
      }),
      { numRuns: 300 },
    )
  })
})
