import { addDays, dayOf, startOfDay } from "../../../shared/calendar.js"
import type { Site } from "../store/db.js"
import { invalid } from "../store/refusal.js"
import { readSettings } from "./settings.js"

/** Days a query may span: ten years. */
const SPAN_DAYS = 3660

/** Days of a zone, both included, and the ms they cover. */
export interface DaySpan {
  readonly from: string
  readonly to: string
  readonly tz: string
  readonly start: number
  readonly end: number
}

interface Query {
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly tz?: string | undefined
}

/** The days of a query in its zone or the site's; undefined when it names none. */
export function spanOf(site: Site, query: Query): DaySpan | undefined {
  return query.from === undefined && query.to === undefined ? undefined : daysOf(site, query, SPAN_DAYS)
}

/** The days of a query; where it names none, the last `days` up to today. Refuses from after to, and more than ten years. */
export function daysOf(site: Site, query: Query, days: number): DaySpan {
  const tz = query.tz ?? readSettings(site).timezone
  const to = query.to ?? laterOf(query.from, dayOf(site.now, tz))
  const from = query.from ?? addDays(to, 1 - days)
  if (from > to) throw invalid("from", `must not be after to (${to})`)
  if (Date.parse(to) - Date.parse(from) >= SPAN_DAYS * 86_400_000)
    throw invalid("from", "a query spans ten years at most")
  return { from, to, tz, start: startOfDay(from, tz), end: startOfDay(addDays(to, 1), tz) }
}

function laterOf(day: string | undefined, today: string): string {
  return day !== undefined && day > today ? day : today
}
