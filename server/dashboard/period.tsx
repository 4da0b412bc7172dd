import { addDays, dayOf } from "../../shared/calendar.js"
import type { Key } from "./language.js"
import type { Markup } from "./page.js"
import { chosenIn, type View, withQuery } from "./view.js"

/** Days of a page, both included, and as many before them to compare with. */
export interface Period {
  readonly name: string
  readonly from: string
  readonly to: string
  readonly before: { readonly from: string; readonly to: string }
}

const LENGTHS = { today: 1, "7d": 7, "30d": 30, "90d": 90 } as const
type Length = keyof typeof LENGTHS
const DAY = /^\d{4}-\d{2}-\d{2}$/

/** The parameters that name a period. */
export const SPAN = ["period", "from", "to"] as const

/** The days that the address names: a length up to today, or days of one's own; the last thirty where it names none. */
export function readPeriod({ query, now, site }: View): Period {
  const today = dayOf(now, site?.timezone ?? "UTC")
  const { from = "", to = "" } = query
  if (isDay(from) && isDay(to) && from <= to && daysBetween(from, to) <= 731) return periodOf("own", from, to)
  const name = Object.hasOwn(LENGTHS, query.period ?? "") ? (query.period as Length) : "30d"
  return periodOf(name, addDays(today, 1 - LENGTHS[name]), today)
}

/** Every day of a period, oldest first. */
export function daysIn({ from, to }: { from: string; to: string }): string[] {
  return Array.from({ length: daysBetween(from, to) + 1 }, (_, index) => addDays(from, index))
}

/** The period as it is, for a form that asks for something else. */
export function KeptPeriod({ view }: { view: View }): Markup {
  return (
    <>
      {Object.entries(chosenIn(view, SPAN)).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
    </>
  )
}

/** What a list of a period asks for: what was chosen, the page of it, its days and at most so many rows. */
export function listQuery(
  view: View,
  period: Period,
  names: readonly string[],
  limit: number,
): Record<string, unknown> {
  return { ...chosenIn(view, [...names, "cursor"]), from: period.from, to: period.to, limit }
}

/** The choice of a period: lengths as links, days of one's own as a form. */
export function PeriodPicker({ view, period }: { view: View; period: Period }): Markup {
  const { t, query, path } = view
  return (
    <div class="row noprint">
      <ul class="segments" aria-label={t("period.title")}>
        {Object.keys(LENGTHS).map((name) => (
          <li>
            <a
              href={withQuery(view, { period: name, from: null, to: null, cursor: null })}
              aria-current={name === period.name ? "true" : undefined}
            >
              {t(`period.${name}` as Key)}
            </a>
          </li>
        ))}
      </ul>
      <form method="get" action={path} class="row" data-auto>
        {Object.entries(query)
          .filter(([name]) => !["from", "to", "period", "cursor", "done"].includes(name))
          .map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
        <input type="date" name="from" value={period.from} aria-label={t("period.from")} required />
        <input type="date" name="to" value={period.to} aria-label={t("period.to")} required />
        <button type="submit" class="quiet" data-manual>
          {t("form.show")}
        </button>
      </form>
    </div>
  )
}

function periodOf(name: string, from: string, to: string): Period {
  const length = daysBetween(from, to) + 1
  return { name, from, to, before: { from: addDays(from, -length), to: addDays(from, -1) } }
}

function isDay(text: string): boolean {
  return DAY.test(text) && !Number.isNaN(Date.parse(text)) && text >= "1970-01-02" && text < "2900"
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)
}
