import { type SQL, sql } from "drizzle-orm"
import { addDays, DAY_MS, offsetsOf, startOfDay } from "../../../shared/calendar.js"
import type { Dimension, ValueDimension } from "../../../shared/contract-report.js"
import { readSettings } from "../site/settings.js"
import type { DaySpan } from "../site/span.js"
import type { Site } from "../store/db.js"
import { idAt } from "../store/id.js"
import { allocateShared, type Spread } from "../value/allocation.js"
import { entryOf } from "../value/entry.js"
import { groupingOf, groupingOfItems, isTime } from "./dimension.js"
import { COST_COUNTS, type Count, FACTS, type Fact, type FactName } from "./fact.js"
import { COSTS, type Rolled, summedFor } from "./rolled.js"
import { readSums, type SumGroup, type Sums, sumsFor } from "./summed.js"

/** What shall be counted, and how grouped. */
export interface Plan {
  readonly counts: ReadonlySet<Count>
  readonly dimensions: readonly Dimension[]
  readonly filters: readonly (readonly [ValueDimension, string])[]
  readonly days: DaySpan
  /** A part of the days, ms, where rows are read part by part; what the days mean besides stays theirs. */
  readonly slice?: Pick<DaySpan, "start" | "end">
  readonly lookback: number
  /** Counts that were left out, because too many rows would have to be read one by one; `tally` adds to it. */
  readonly tooMany?: Set<Count>
}

export type Value = string | number | null
/** What a row of an answer is about: a value for each dimension. */
export type Group = Partial<Record<Dimension, Value>>

/** One group and what was counted in it; counts that were not asked for are 0. */
export interface Tally {
  readonly group: Group
  readonly counts: Record<Count, number>
  /** Rows that were counted: a group of none is no group. */
  present: number
  /** Days from lead to order, where they were asked for. */
  cycles: number[]
}

/** Groups by their values as JSON. */
export type Tallies = Map<string, Tally>

const ALL = [
  ...Object.values(FACTS as Record<string, Fact>).flatMap(({ counts, distinct = {} }) => [
    ...Object.keys(counts),
    ...Object.keys(distinct),
  ]),
  "capacity",
  "cycles",
] as Count[]

const NOTHING = Object.fromEntries(ALL.map((name) => [name, 0])) as Record<Count, number>

/** The group, added with nothing in it where it is new. */
export function tallyOf(tallies: Tallies, group: Group): Tally {
  const key = JSON.stringify(Object.values(group))
  const known = tallies.get(key)
  if (known) return known
  // A year by day and campaign has thousands of groups, and each has few of all the counts.
  const counts: Record<Count, number> = Object.create(NOTHING)
  const made = { group, counts, present: 0, cycles: [] }
  tallies.set(key, made)
  return made
}

/** The counts that do not exist by these dimensions or under these filters: a page has costs no more than a phone has a city. */
export function missingBy(plan: Pick<Plan, "counts" | "dimensions" | "filters">): Set<Count> {
  const wanted = [...plan.dimensions, ...plan.filters.map(([dimension]) => dimension)]
  const known = (dimensions: readonly Dimension[]) => wanted.every((dimension) => dimensions.includes(dimension))
  const missing = new Set<Count>()
  for (const fact of Object.values(FACTS) as Fact[])
    if (!known(fact.dimensions)) for (const name of namesOf(fact)) missing.add(name)
  if (!known(["agent"])) missing.add("capacity")
  if (!known(FACTS.orders.dimensions)) missing.add("cycles")
  return new Set([...missing].filter((name) => plan.counts.has(name)))
}

function namesOf(fact: Fact): Count[] {
  return [...Object.keys(fact.counts), ...Object.keys(fact.distinct ?? {})] as Count[]
}

/** Counts, grouped. A count that does not exist by the plan's dimensions stays 0, and so does one that would take too long. */
export function tally(site: Site, plan: Plan): Tallies {
  const tallies: Tallies = new Map()
  const missing = missingBy(plan)
  for (const [fact, of] of Object.entries(FACTS) as [FactName, Fact][]) {
    const names = namesOf(of).filter((name) => plan.counts.has(name) && !missing.has(name))
    if (names.length > 0) countFact(site, plan, fact, names, tallies)
  }
  for (const [key, { present }] of tallies) if (present === 0) tallies.delete(key)
  if (plan.counts.has("cycles") && !missing.has("cycles")) listCycles(site, plan, tallies)
  if (plan.counts.has("capacity") && !missing.has("capacity")) addCapacity(site, plan, tallies)
  shareCosts(site, plan, tallies, missing)
  return tallies
}

/** Counts of one fact: from the sums where there are any for this plan, and rows for the rest. */
function countFact(site: Site, plan: Plan, name: FactName, names: readonly Count[], tallies: Tallies): void {
  const fact: Fact = FACTS[name]
  const summed = names.filter((count) => !fact.distinct?.[count])
  const once = names.filter((count) => fact.distinct?.[count])
  const sums = summed.length > 0 ? sumsOf(site, plan, name) : undefined
  const countRows = (counts: readonly Count[], part: Part) => {
    const columns = counts.map((count) => {
      const distinct = fact.distinct?.[count]
      return sqlOf(site, distinct ? `count(distinct ${distinct})` : `coalesce(sum(${fact.counts[count]}), 0)`, plan)
    })
    for (const { group, values } of select(site, plan, fact, [...columns, sql`count(*)`], true, part)) {
      const tally = tallyOf(tallies, group)
      for (const [index, count] of counts.entries()) tally.counts[count] += part.sign * Number(values[index] ?? 0)
      tally.present += part.sign * Number(values[counts.length] ?? 0)
    }
  }
  if (sums) {
    for (const { group, found } of readGroups(site, plan, name, sums, summed)) {
      const tally = tallyOf(tallies, group)
      for (const [index, count] of summed.entries()) tally.counts[count] += found.counts[index] ?? 0
      tally.present += found.rows
    }
    for (const part of restOf(sums)) countRows(summed, part)
  }
  const rowByRow = sums ? once : names
  if (rowByRow.length === 0) return
  if (isTooMuch(site, plan, name)) {
    for (const count of rowByRow) plan.tooMany?.add(count)
    return
  }
  if (summed.length > 0 && !sums) countRows(summed, WHOLE)
  if (once.length > 0) countRows(once, WHOLE)
}

/** The sums of a fact that answer a plan together with the rest of its rows; undefined where none fit. */
function sumsOf(site: Site, plan: Plan, name: FactName): Sums | undefined {
  const summed = summedFor(name)
  const wanted = [...plan.dimensions, ...plan.filters.map(([dimension]) => dimension)]
  const values = wanted.filter((dimension) => !isTime(dimension)) as ValueDimension[]
  return summed && sumsFor(site, summed, plan, name === "ads" ? [...values, "channel"] : values)
}

/** A plan's groups out of sums. */
function readGroups(
  site: Site,
  plan: Plan,
  name: FactName,
  sums: Sums,
  counts: readonly Count[],
): { group: Group; found: SumGroup }[] {
  const { where }: Fact = FACTS[name]
  const dimensions = plan.dimensions.filter((dimension) => !isTime(dimension))
  const times = plan.dimensions.filter(isTime)
  const found = readSums(site, sums, {
    values: dimensions.map((dimension) => groupingOfItems(dimension, sums.kind)),
    // The condition of the whole fact is in its sums already.
    where: [...filtersOfItems(plan, sums), ...(name === "ads" && where ? [sqlOf(site, where, plan)] : [])],
    times,
    // Orders are summed once; that of the channels with ads is a choice among their sums.
    counts: counts.map((count) => (count === "ads_revenue" ? "revenue" : count)),
  })
  return found.map((one) => ({
    group: Object.fromEntries(
      plan.dimensions.map((dimension) => [
        dimension,
        (isTime(dimension) ? one.times[times.indexOf(dimension)] : one.values[dimensions.indexOf(dimension)]) ?? null,
      ]),
    ),
    found: one,
  }))
}

function filtersOf({ filters }: Plan, local: string): SQL[] {
  return filters.map(
    ([dimension, wanted]) => sql`coalesce(${sql.raw(groupingOf(dimension, local).value)}, '') = ${wanted}`,
  )
}

function filtersOfItems({ filters }: Plan, { kind }: Sums): SQL[] {
  return filters.map(
    ([dimension, wanted]) => sql`coalesce(${sql.raw(groupingOfItems(dimension, kind).value)}, '') = ${wanted}`,
  )
}

/** What no sums hold: the rows after them, and the rows among them that changed, as they are less as they were. */
function restOf({ summed, state, days }: Sums): Part[] {
  if (days) return days.length === 0 ? [] : [{ sign: 1, rows: sql`f.key in (select day from cost_days_changed)` }]
  const { table } = summed as Rolled
  const after: Part = { sign: 1, rows: sql`f.id >= ${state?.watermark ?? 0}` }
  return [
    ...(state?.newer ? [after] : []),
    ...(state?.changed
      ? [
          { sign: 1 as const, rows: sql`f.id in (select b.id from ${sql.raw(`${table}_before`)} b)` },
          { sign: -1 as const, from: `${table}_before` },
        ]
      : []),
  ]
}

/**
 * Gives costs that belong to no channel to the groups of a plan, by the plan's own days, week by week where it has weeks.
 * What is shared by traffic needs the traffic: it is counted for that alone where the plan does not ask for it.
 */
function shareCosts(site: Site, plan: Plan, tallies: Tallies, missing: ReadonlySet<Count>): void {
  const names = (Object.keys(COST_COUNTS) as Count[]).filter((name) => plan.counts.has(name) && !missing.has(name))
  const values = plan.dimensions.filter((dimension) => !isTime(dimension))
  const known = (fact: Fact) => values.every((dimension) => fact.dimensions.includes(dimension))
  if (names.length === 0 || values.length === 0 || !known(FACTS.visits) || !known(FACTS.calls)) return
  const times = plan.dimensions.filter(isTime)
  const shared = readShared(site, { ...plan, dimensions: times }, names)
  if (shared.length === 0) return
  const traffic = tally(site, { ...plan, counts: new Set(["visits", "calls", "talk_s"]) })
  for (const time of new Map(shared.map(({ group }) => [JSON.stringify(group), group])).values()) {
    const isThen = ({ group }: { group: Group }) => times.every((name) => group[name] === time[name])
    const groups = [...traffic.values()].filter((one) => isThen(one) && values.some((name) => one.group[name] !== null))
    const byKey = new Map(groups.map(({ group }) => [JSON.stringify(Object.values(group)), group]))
    const asked = groups.map(({ group, counts: { visits, calls, talk_s } }) => ({
      ...{ visits, calls, talk_s },
      key: JSON.stringify(Object.values(group)),
    }))
    const nobody = Object.fromEntries(plan.dimensions.map((name) => [name, time[name] ?? null])) as Group
    for (const [index, name] of names.entries()) {
      const costs = shared
        .filter(isThen)
        .map(({ values: cells }) => ({ spread: cells[0] as Spread, amount: Number(cells[index + 1] ?? 0) }))
      for (const [key, part] of allocateShared(costs, asked)) {
        const group = key === null ? undefined : byKey.get(key)
        if (!group) continue
        tallyOf(tallies, group).counts[name] += part
        tallyOf(tallies, nobody).counts[name] -= part
      }
    }
  }
}

/** Costs of no channel that are to be shared, by the plan's units of time and how: the spread, then the counts. */
function readShared(site: Site, plan: Plan, names: readonly Count[]): Found[] {
  const where = sql`f.spread <> '' and coalesce(f.channel, '') = ''`
  const sums = sumsFor(
    site,
    COSTS,
    plan,
    plan.filters.map(([dimension]) => dimension),
  )
  const times = plan.dimensions.filter(isTime)
  const asked = { times, counts: names, values: [{ value: "f.spread" }], where: [...filtersOf(plan, "0"), where] }
  const summed = (sums ? readSums(site, sums, asked) : []).map(({ values, times: moments, counts }) => ({
    group: Object.fromEntries(times.map((time, index) => [time, moments[index] ?? null])),
    values: [...values, ...counts],
  }))
  const columns = [
    sql`f.spread`,
    ...names.map((name) => sql.raw((FACTS.costs.counts as Record<string, string>)[name] ?? "0")),
  ]
  const rest = sums ? restOf(sums) : [WHOLE]
  return [
    ...summed,
    ...rest.flatMap((part) =>
      select(site, plan, FACTS.costs, columns, false, {
        ...part,
        rows: part.rows ? sql`${part.rows} and ${where}` : where,
      }),
    ),
  ]
}

/** Some of a fact's rows: those of a table like its view. */
export interface Part {
  readonly sign: 1 | -1
  /** Where its rows are, if not in the fact's view. */
  readonly from?: string
  /** Which rows, in SQL. */
  readonly rows?: SQL
}

const WHOLE: Part = { sign: 1 }

/** What `select` found: the group, one object for all rows of it, and the other columns. */
export interface Found {
  readonly group: Group
  readonly values: readonly Value[]
}

/**
 * The rows of a fact in the days of a plan, grouped by its dimensions where `aggregated`, else one by one. `json_each` keeps
 * the spans outside, so each is one range of the fact's key, and every row knows how far its wall is ahead of UTC.
 */
export function select(
  site: Site,
  plan: Plan,
  fact: Pick<Fact, "view" | "key" | "where" | "earlier">,
  columns: readonly SQL[],
  aggregated = true,
  part: Part = WHOLE,
): Found[] {
  const local = fact.key === "day" ? "f.at" : "f.at + z.offset"
  const groupings = plan.dimensions.map((dimension) => groupingOf(dimension, local))
  const filters = plan.filters.map(([dimension]) => groupingOf(dimension, local))
  const joins = [...new Set([...groupings, ...filters].flatMap(({ join }) => join ?? []))]
  const names = [...groupings.map(({ value }) => sql.raw(value)), ...columns]
  const byId = part.rows !== undefined && fact.key !== "day"
  const { source, within, condition } = rangeOf(plan, { ...fact, view: part.from ?? fact.view }, byId)
  const where = [
    condition,
    ...(fact.where ? [sqlOf(site, fact.where, plan)] : []),
    ...(part.rows ? [part.rows] : []),
    ...filtersOf(plan, local),
  ].map((one) => sql`(${one})`)
  const grouping =
    aggregated && groupings.length > 0 ? sql.raw(` group by ${groupings.map(({ value }) => value).join(", ")}`) : sql``
  const rows = site.db.values<Value[]>(
    sql`${source} select ${sql.join(names, sql`, `)} from ${within} ${sql.raw(joins.join(" "))} where ${sql.join(where, sql` and `)}${grouping}`,
  )
  const groups = new Map<string, Group>()
  const groupOf = (values: readonly Value[]) =>
    Object.fromEntries(
      plan.dimensions.map((dimension, index) => {
        const value = values[index] ?? null
        const name = groupings[index]?.name
        return [dimension, value === null || !name ? value : name(value)]
      }),
    )
  return rows.map((row) => {
    const values = row.slice(0, groupings.length)
    const key = values.length === 0 ? "" : JSON.stringify(values)
    return { group: entryOf(groups, key, () => groupOf(values)), values: row.slice(groupings.length) }
  })
}

/** Rows that a report reads one by one at most: about half a second, in which the site does nothing else. */
const ROWS_AT_MOST = 500_000

/** Whether the rows of a fact in the days of a plan are too many to read; their sums tell, so a site without any never has too many. */
function isTooMuch(site: Site, plan: Plan, name: FactName): boolean {
  if (!plan.tooMany || name === "costs" || summedFor(name)?.fact !== name) return false
  const all: Plan = { ...plan, dimensions: [], filters: [], days: { ...plan.days, tz: readSettings(site).timezone } }
  const sums = sumsOf(site, all, name)
  if (!sums) return false
  const [found] = readSums(site, sums, { values: [], where: [], times: [], counts: [] })
  return (found?.rows ?? 0) > ROWS_AT_MOST
}

/** The days of a plan, or as many before them. */
function daysOf(plan: Plan, { earlier }: Pick<Fact, "earlier">): { start: number; end: number } {
  const { from, to, tz, start, end } = plan.days
  if (!earlier) return plan.slice ?? { start, end }
  const days = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1
  return { start: startOfDay(addDays(from, -days), tz), end: start }
}

interface Range {
  readonly source: SQL
  readonly within: SQL
  readonly condition: SQL
}

/** Where the rows are chosen by their ids, the key must not lead SQLite through a year of them: `+` hides it. */
function rangeOf(plan: Plan, fact: Pick<Fact, "view" | "key" | "earlier">, byId: boolean): Range {
  const { from, to } = plan.days
  if (fact.key === "day")
    return { source: sql``, within: sql.raw(`${fact.view} f`), condition: sql`f.key >= ${from} and f.key <= ${to}` }
  const { start, end } = daysOf(plan, fact)
  const toKey = fact.key === "id" ? idAt : (time: number) => time
  const spans = offsetsOf(start, end, plan.days.tz).map((span) => [toKey(span.start), toKey(span.end), span.offset])
  return {
    source: sql`with z as materialized (select value ->> 0 as first, value ->> 1 as past, value ->> 2 as offset from json_each(${JSON.stringify(spans)}))`,
    within: sql.raw(`z cross join ${fact.view} f`),
    condition: byId ? sql`+f.key >= z.first and +f.key < z.past` : sql`f.key >= z.first and f.key < z.past`,
  }
}

/** SQL with the query's own values: the channels that had ads, the days. */
function sqlOf(site: Site, text: string, { days }: Plan): SQL {
  const values: Record<string, () => SQL> = {
    ads: () => sql`${JSON.stringify(channelsWithAds(site, days))}`,
    start: () => sql`${days.start}`,
    end: () => sql`${days.end}`,
  }
  const parts = text.split(/\{\{(\w+)\}\}/)
  return sql.join(parts.map((part, index) => (index % 2 === 0 ? sql.raw(part) : (values[part]?.() ?? sql`null`))))
}

/** The channels that ads were paid for in these days. */
function channelsWithAds(site: Site, days: DaySpan): Value[] {
  const plan: Plan = { counts: new Set(["ads_days"]), dimensions: ["channel"], filters: [], days, lookback: 0 }
  const tallies: Tallies = new Map()
  countFact(site, plan, "costs", ["ads_days"], tallies)
  return [...tallies.values()].flatMap(({ group, counts }) => (counts.ads_days > 0 ? [group.channel ?? null] : []))
}

/** Days from the lead to its order, ascending in each group. */
function listCycles(site: Site, plan: Plan, tallies: Tallies): void {
  const cycle = sql`(f.at - (select l.created_at from leads l where l.id = f.lead_id)) / ${sql.raw(`${DAY_MS}.0`)}`
  const fact = { ...FACTS.orders, where: "f.lead_id is not null and not f.refund" }
  for (const { group, values } of select(site, plan, fact, [cycle], false)) {
    const [days] = values
    if (typeof days === "number" && days >= 0) tallyOf(tallies, group).cycles.push(days)
  }
  for (const { cycles } of tallies.values()) cycles.sort((a, b) => a - b)
}

/** What the agents could have taken on in these days. */
function addCapacity(site: Site, plan: Plan, tallies: Tallies): void {
  const days = (Date.parse(plan.days.to) - Date.parse(plan.days.from)) / DAY_MS + 1
  const wanted = plan.filters.find(([dimension]) => dimension === "agent")?.[1]
  const agents = site.db.all<{ name: string; capacity: number }>(
    sql`select name, daily_capacity as capacity from agents where active = 1 and daily_capacity is not null`,
  )
  for (const { name, capacity } of agents) {
    if (wanted !== undefined && wanted !== name) continue
    const group = plan.dimensions.includes("agent") ? { agent: name } : {}
    tallyOf(tallies, group).counts.capacity += capacity * days
  }
}

/** Whether a plan groups by anything but time. */
export function hasValues({ dimensions }: Pick<Plan, "dimensions">): boolean {
  return dimensions.some((dimension) => !isTime(dimension))
}
