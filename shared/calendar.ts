// Days, weeks and months of a time zone as spans of ms. Only Intl knows the rules of zones in Node and in workerd alike
// (Temporal is in neither yet), and it answers just one way: from an instant to the wall clock. So a day's start is found
// by asking what the wall shows and correcting.

/** A day without a clock change, ms. */
export const DAY_MS = 86_400_000

/** A named span of time: `start` ≤ t < `end`, ms; a day with a clock change has 23 or 25 hours. */
export interface Span {
  readonly label: string
  readonly start: number
  readonly end: number
}

export type Interval = "day" | "week" | "month" | "quarter"

/** Formats kept, some 20 kB each. */
const FORMATS = 100
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    })
    // A zone may be spelt in any case, so the map of a hostile reader would grow for ever.
    if (formats.size >= FORMATS) formats.clear()
    formats.set(zone, format)
  }
  return format
}

/** What a clock on the wall of `zone` shows at `time`, as if it were UTC, ms. */
function wallAt(time: number, zone: string): number {
  const part: Record<string, number> = {}
  for (const { type, value } of formatOf(zone).formatToParts(time)) part[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/** The day of `zone` in which `time` lies, e.g. 2026-11-21. */
export function dayOf(time: number, zone: string): string {
  return new Date(wallAt(time, zone)).toISOString().slice(0, 10)
}

/** What the clock and the calendar on the wall of `zone` show at `time`: the day, its weekday (0 is Monday) and the minute. */
export function wallOf(time: number, zone: string): { day: string; weekday: number; minute: number } {
  const wall = new Date(wallAt(time, zone))
  return {
    day: wall.toISOString().slice(0, 10),
    weekday: (wall.getUTCDay() + 6) % 7,
    minute: wall.getUTCHours() * 60 + wall.getUTCMinutes(),
  }
}

/**
 * The first instant of a day (2026-11-21) in `zone`, ms. Where the clocks skip midnight it is the first instant that
 * belongs to the day.
 */
export function startOfDay(day: string, zone: string): number {
  return firstShowing(Date.parse(`${day}T00:00:00Z`), zone)
}

/** The first instant, ms, at which the clock on the wall of `zone` shows this minute (2026-11-21T09:30), or one after it. */
export function instantOf(minute: string, zone: string): number {
  return firstShowing(Date.parse(`${minute}:00Z`), zone)
}

function firstShowing(wall: number, zone: string): number {
  // Two offsets may hold around a moment; try the one before it and the one after it, and take the earliest instant
  // that already shows it.
  const guesses = [wall - DAY_MS, wall + DAY_MS].map((time) => wall - (wallAt(time, zone) - time)).sort((a, b) => a - b)
  const found = guesses.find((time) => wallAt(time, zone) >= wall && wallAt(time - 1000, zone) < wall)
  return found ?? firstInstant(wall, zone, guesses[0] ?? wall)
}

/** A moment that the clocks skipped, or one that came twice: search the hours around it. */
function firstInstant(wall: number, zone: string, near: number): number {
  const quarter = 900_000
  for (let time = near - 3 * 3_600_000; time <= near + 3 * 3_600_000; time += quarter) {
    if (wallAt(time, zone) >= wall) return time
  }
  return near
}

/** The day after `days` days, by the calendar. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/** The spans from day `from` to day `to`, both included, the first and the last cut to them; weeks begin on Monday (ISO 8601). */
export function spansOf(from: string, to: string, interval: Interval, zone: string): Span[] {
  const spans: Span[] = []
  for (let day = from; day <= to; ) {
    const first = firstDayOf(day, interval)
    const next = nextOf(first, interval)
    const end = next <= to ? next : addDays(to, 1)
    spans.push({ label: first, start: startOfDay(day, zone), end: startOfDay(end, zone) })
    day = next
  }
  return spans
}

const QUARTERS = ["01", "04", "07", "10"]

/** The first day of the span that holds `day`. */
export function firstDayOf(day: string, interval: Interval): string {
  if (interval === "day") return day
  if (interval === "month") return `${day.slice(0, 7)}-01`
  if (interval === "quarter") return `${day.slice(0, 5)}${QUARTERS[Math.floor((Number(day.slice(5, 7)) - 1) / 3)]}-01`
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7
  return addDays(day, -weekday)
}

/** The first day of the span after the one that begins on `first`. */
export function nextOf(first: string, interval: Interval): string {
  if (interval === "day") return addDays(first, 1)
  if (interval === "week") return addDays(first, 7)
  const [year = 0, month = 1] = first.split("-").map(Number)
  return new Date(Date.UTC(year, month - 1 + (interval === "quarter" ? 3 : 1), 1)).toISOString().slice(0, 10)
}

/** A stretch of time in which a zone's clocks are ahead of UTC by the same `offset`: `start` ≤ t < `end`, all in ms. */
export interface OffsetSpan {
  readonly start: number
  readonly end: number
  readonly offset: number
}

/** Zones change their clocks for weeks at least; a change and its return within this time would go unseen. */
const STEP_MS = 5 * DAY_MS
/** Zone-years kept, some 200 bytes each. */
const YEARS = 2000
const offsetYears = new Map<string, OffsetSpan[]>()

/** The offsets of a zone from `start` to `end` (ms): with them SQL can tell the day and hour of an instant by itself. */
export function offsetsOf(start: number, end: number, zone: string): OffsetSpan[] {
  const spans: OffsetSpan[] = []
  const last = new Date(Math.max(start, end - 1)).getUTCFullYear()
  for (let year = new Date(start).getUTCFullYear(); year <= last; year++)
    for (const span of offsetsOfYear(year, zone)) {
      const cut = { start: Math.max(start, span.start), end: Math.min(end, span.end), offset: span.offset }
      if (cut.start >= cut.end) continue
      const before = spans.at(-1)
      if (before?.offset === cut.offset) spans[spans.length - 1] = { ...before, end: cut.end }
      else spans.push(cut)
    }
  return spans
}

/** Asking Intl takes some 50 µs a time, so a year is asked for once. */
function offsetsOfYear(year: number, zone: string): OffsetSpan[] {
  const key = `${zone} ${year}`
  const known = offsetYears.get(key)
  if (known) return known
  const [begin, end] = [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)]
  const spans: OffsetSpan[] = []
  let start = begin
  let offset = offsetAt(begin, zone)
  for (let time = begin; time < end; ) {
    const next = Math.min(time + STEP_MS, end)
    const ahead = offsetAt(next, zone)
    if (ahead !== offset) {
      const change = changeBetween(time, next, offset, zone)
      spans.push({ start, end: change, offset })
      start = change
      offset = ahead
    }
    time = next
  }
  if (start < end) spans.push({ start, end, offset })
  if (offsetYears.size >= YEARS) offsetYears.clear()
  offsetYears.set(key, spans)
  return spans
}

/** How far the clocks of `zone` are ahead of UTC, ms. */
function offsetAt(time: number, zone: string): number {
  return wallAt(time, zone) - time
}

/** The first whole second at which the offset is no longer `offset`. */
function changeBetween(from: number, to: number, offset: number, zone: string): number {
  let [low, high] = [from / 1000, to / 1000]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(middle * 1000, zone) === offset) low = middle
    else high = middle
  }
  return high * 1000
}
