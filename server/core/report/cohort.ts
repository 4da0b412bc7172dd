import { sql } from "drizzle-orm"
import { dayOf, firstDayOf, spansOf } from "../../../shared/calendar.js"
import type { Cohort, CohortsAnswer, CohortsQuery } from "../../../shared/contract-cohorts.js"
import type { ValueDimension } from "../../../shared/contract-report.js"
import { ReportQuery } from "../../../shared/contract-report.js"
import { readSettings } from "../site/settings.js"
import { type DaySpan, daysOf } from "../site/span.js"
import type { Site } from "../store/db.js"
import { timeOfId } from "../store/id.js"
import { invalid } from "../store/refusal.js"
import { fromMinor, toMinor } from "../value/money.js"
import { groupingOf } from "./dimension.js"
import { report } from "./report.js"

/** Where a query names no days: the first touches of a year. */
const DAYS = 365
/** Orders that are read, each with its buyer's first touch: some seconds of nothing else. */
const ORDERS = 200_000
/** Buyers in one statement. */
const BATCH = 5000
/** Rows of a report of costs: ten years of weeks of a campaign each. */
const ROWS = 10_000

interface Order {
  readonly at: number
  readonly income: number
  readonly person: number | null
  readonly visitor: number | null
  readonly call: number | null
  readonly source: number | null
}

interface Touch {
  readonly at: number
  readonly source: number | null
}

/** A cohort while it is counted: money in minor units. */
interface Sums {
  readonly cohort: string
  readonly value: string | null
  new_visitors: number
  customers: number
  cost: number
  readonly income: number[]
}

/**
 * What people brought by when they first came, and from where: the earliest visit of any of their browsers or call of any
 * of their numbers, whichever was first. Each cohort stands against what was spent in its own unit, so that what pays back
 * late is not taken for a loss. Orders count however late they come; refunds are negative.
 */
export function readCohorts(site: Site, query: CohortsQuery): CohortsAnswer {
  const days = daysOf(site, query, DAYS)
  const { currency } = readSettings(site)
  const units = unitsOf(site, query, days)
  const cohorts = new Map<string, Sums>()
  const open = (cohort: string, value: string | null): Sums => {
    const key = `${cohort} ${value ?? ""}`
    const known = cohorts.get(key)
    const place = units.indexOf(cohort)
    const ages = place < 0 ? 0 : Math.min(query.ages + 1, units.length - place)
    const made = known ?? { cohort, value, new_visitors: 0, customers: 0, cost: 0, income: Array(ages).fill(0) }
    cohorts.set(key, made)
    return made
  }
  const warnings = addSpending(site, query, days, open)
  addIncome(site, query, days, units, open)
  const rows = [...cohorts.values()]
    .sort((a, b) => compare(a.cohort, b.cohort) || compare(a.value ?? "", b.value ?? ""))
    .map((sums) => describe(sums, currency))
  const { from, to, tz } = days
  return { rows, query: { ...query, from, to, tz, currency }, warnings }
}

/** The units from the first cohort to today, by their first days. */
function unitsOf(site: Site, { unit }: CohortsQuery, { from, to, tz }: DaySpan): string[] {
  const today = dayOf(site.now, tz)
  return spansOf(firstDayOf(from, unit), to > today ? to : today, unit, tz).map(({ label }) => label)
}

/** What was spent and who came in the units of the cohorts: a report's own figures. */
function addSpending(
  site: Site,
  { by, unit, basis }: CohortsQuery,
  { from, to, tz }: DaySpan,
  open: (cohort: string, value: string | null) => Sums,
): string[] {
  const { currency } = readSettings(site)
  const group_by = by === undefined ? unit : `${by},${unit}`
  const asked = ReportQuery.parse({ metrics: "new_visitors,cost", group_by, from, to, tz, basis, limit: ROWS })
  const { rows, warnings } = report(site, asked)
  for (const row of rows) {
    const sums = open(String(row[unit]), by === undefined ? null : textOf(row[by]))
    sums.new_visitors += Number(row.new_visitors ?? 0)
    sums.cost += toMinor(row.cost ?? 0, currency, "cost")
  }
  return warnings
}

function addIncome(
  site: Site,
  { by, unit, basis }: CohortsQuery,
  { start, end, tz }: DaySpan,
  units: readonly string[],
  open: (cohort: string, value: string | null) => Sums,
): void {
  const orders = readOrders(site, start, basis)
  const buyers = new Map<string, Order[]>()
  for (const order of orders) {
    const who = order.person ?? order.visitor ?? order.call
    const key = who === null ? `o${buyers.size}` : `${order.person ? "p" : order.visitor ? "v" : "c"}${who}`
    const own = buyers.get(key)
    if (own) own.push(order)
    else buyers.set(key, [order])
  }
  const nameOf = by === undefined ? () => null : valuesOfSources(site, by)
  const firsts = firstTouches(site, [...buyers.values()])
  for (const [index, own] of [...buyers.values()].entries()) {
    const first = firsts[index]
    if (!first || first.at < start || first.at >= end) continue
    const cohort = firstDayOf(dayOf(first.at, tz), unit)
    const sums = open(cohort, nameOf(first.source))
    sums.customers++
    for (const { at, income } of own) {
      const age = units.indexOf(firstDayOf(dayOf(at, tz), unit)) - units.indexOf(cohort)
      if (age in sums.income) sums.income[age] = (sums.income[age] ?? 0) + income
    }
  }
}

/** The orders since a moment, earliest first; none of another currency without a rate. */
function readOrders(site: Site, start: number, basis: CohortsQuery["basis"]): Order[] {
  const income = sql.raw(basis === "margin" ? "coalesce(site_margin, 0)" : "site_amount")
  const orders = site.db.all<Order>(sql`
    select at, ${income} as income, person_id as person, visitor_id as visitor, call_id as call, source_id as source
    from orders where at >= ${start} and site_amount is not null order by at, id limit ${sql.raw(String(ORDERS + 1))}`)
  if (orders.length > ORDERS) throw invalid("from", `there are more than ${ORDERS} orders since: begin later`)
  return orders
}

/** When and from where each buyer first came; his first order's own moment and source where nothing else is known of him. */
function firstTouches(site: Site, buyers: readonly (readonly Order[])[]): Touch[] {
  const touches: Touch[] = []
  for (let start = 0; start < buyers.length; start += BATCH)
    touches.push(...firstTouchesOf(site, buyers.slice(start, start + BATCH)))
  return touches
}

type Found = {
  readonly place: number
  readonly visitor: number | null
  readonly came_by: number | null
  readonly rang_at: number | null
  readonly rang_by: number | null
  readonly bought_at: number | null
}

function firstTouchesOf(site: Site, buyers: readonly (readonly Order[])[]): Touch[] {
  const asked = buyers.map((own) => {
    const known = (of: (order: Order) => number | null) => own.map(of).filter((id) => id !== null)
    return [own[0]?.person ?? null, known(({ visitor }) => visitor), known(({ call }) => call)]
  })
  // A visitor's id is that of his first visit, and ids grow with time.
  const rows = site.db.all<Found>(sql`
    with asked as materialized (
      select key as place, value ->> 0 as person, value -> 1 as visitors, value -> 2 as calls
      from json_each(${JSON.stringify(asked)})
    ),
    found as materialized (
      select place,
        (select min(id) from (
          select value as id from json_each(asked.visitors)
          union all select cast(k.value as integer) from person_keys k where k.person_id = asked.person and k.kind = 'visitor'
        )) as visitor,
        (select id from (
          select c.id, c.started_at from json_each(asked.calls) j join calls c on c.id = j.value
          union all select c.id, c.started_at from person_keys k join calls c on c.from_e164 = k.value
            where k.person_id = asked.person and k.kind = 'phone' and c.spam = 0
        ) order by started_at, id limit 1) as call,
        (select min(o.at) from orders o where o.person_id = asked.person) as bought_at
      from asked
    )
    select place, found.visitor as visitor, v.source_id as came_by, c.started_at as rang_at, c.source_id as rang_by,
      found.bought_at as bought_at
    from found left join visits v on v.id = found.visitor left join calls c on c.id = found.call order by place`)
  return buyers.map((own, place) => {
    const { visitor, came_by, rang_at, rang_by, bought_at } = rows[place] ?? {}
    const source = own[0]?.source ?? null
    const touches: Touch[] = own.slice(0, 1).map(({ at }) => ({ at: Math.min(at, bought_at ?? at), source }))
    if (typeof rang_at === "number") touches.push({ at: rang_at, source: rang_by ?? null })
    // Of a visit that is no longer kept only its moment is known: its source is that of the next touch.
    if (typeof visitor === "number")
      touches.push({ at: timeOfId(visitor), source: came_by ?? touches.at(-1)?.source ?? null })
    return touches.reduce((first, touch) => (touch.at < first.at ? touch : first))
  })
}

/** What every source is of a dimension. */
function valuesOfSources(site: Site, by: ValueDimension): (source: number | null) => string | null {
  const { value } = groupingOf(by, "0")
  const rows = site.db.all<{ id: number; value: string | null }>(
    sql`select f.id as id, ${sql.raw(value)} as value from sources f`,
  )
  const values = new Map(rows.map((row) => [row.id, row.value]))
  return (source) => (source === null ? null : (values.get(source) ?? null))
}

function describe(sums: Sums, currency: string): Cohort {
  const totals: number[] = []
  for (const income of sums.income) totals.push((totals.at(-1) ?? 0) + income)
  const whole = totals.at(-1) ?? 0
  const paid = totals.findIndex((total) => total >= sums.cost)
  return {
    cohort: sums.cohort,
    value: sums.value,
    new_visitors: sums.new_visitors,
    customers: sums.customers,
    cost: fromMinor(sums.cost, currency),
    income: sums.income.map((income) => fromMinor(income, currency)),
    total: totals.map((total) => fromMinor(total, currency)),
    ltv: sums.customers === 0 ? null : fromMinor(whole / sums.customers, currency),
    roi: sums.cost === 0 ? null : (whole - sums.cost) / sums.cost,
    payback: sums.cost === 0 || paid < 0 ? null : paid,
  }
}

function textOf(value: string | number | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
