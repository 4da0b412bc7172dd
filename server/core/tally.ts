import { type SQL, sql } from "drizzle-orm"
import { addDays, DAY_MS, offsetsOf, startOfDay } from "../../shared/calendar.js"
import type { Dimension, ValueDimension } from "../../shared/contract-report.js"
import { allocateShared, type Spread } from "./allocation.js"
import type { Site } from "./db.js"
import { groupingOf, isTime } from "./dimension.js"
import { COST_COUNTS, type Count, FACTS, type Fact, type FactName } from "./fact.js"
import { idAt } from "./id.js"
import { HOURLY, kindFor, ROLLED } from "./rolled.js"
import { monthOf, type RollupState, readRollup } from "./rollup.js"
import { readSettings } from "./settings.js"
import type { DaySpan } from "./span.js"

/** What shall be counted, and how grouped. */
export interface Plan {
  readonly counts: ReadonlySet<Count>
  readonly dimensions: readonly Dimension[]
  readonly filters: readonly (readonly [ValueDimension, string])[]
  readonly days: DaySpan
  readonly lookback: number
  /** Another condition on the rows, in SQL over the view `f`. */
  readonly where?: SQL
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

/** The group, added with nothing in it where it is new. */
export function tallyOf(tallies: Tallies, group: Group): Tally {
  const key = JSON.stringify(Object.values(group))
  const known = tallies.get(key)
  if (known) return known
  const counts = Object.fromEntries(ALL.map((name) => [name, 0])) as Record<Count, number>
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
  const parts = (summed.length > 0 && partsOf(site, plan, name)) || [{ sign: 1 }]
  const add = (counts: readonly Count[], part: Part) => {
    const columns = counts.map((count) => {
      const distinct = fact.distinct?.[count]
      // Orders are summed once; that of the channels with ads is a choice among their sums.
      if (part.sums) return sql.raw(`coalesce(sum(z.sign * f.${count === "ads_revenue" ? "revenue" : count}), 0)`)
      return sqlOf(site, distinct ? `count(distinct ${distinct})` : `coalesce(sum(${fact.counts[count]}), 0)`, plan)
    })
    const rows = part.sums ? sql.raw(`coalesce(sum(z.sign * ${part.sums.rows}), 0)`) : sql`count(*)`
    for (const { group, values } of select(site, plan, fact, [...columns, rows], true, part)) {
      const tally = tallyOf(tallies, group)
      for (const [index, count] of counts.entries()) tally.counts[count] += part.sign * Number(values[index] ?? 0)
      tally.present += part.sign * Number(values[counts.length] ?? 0)
    }
  }
  const fromSums = parts.some(({ sums }) => sums)
  const rowByRow = fromSums ? once : names
  if (rowByRow.length > 0 && isTooMuch(site, plan, name)) {
    for (const count of rowByRow) plan.tooMany?.add(count)
    if (fromSums) for (const part of parts) add(summed, part)
    return
  }
  if (summed.length > 0) for (const part of parts) add(summed, part)
  if (once.length > 0) add(once, { sign: 1 })
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
  const shared = select(
    site,
    { ...plan, dimensions: times, where: sql`f.spread <> '' and coalesce(f.channel, '') = ''` },
    FACTS.costs,
    [sql`f.spread`, ...names.map((name) => sql.raw((FACTS.costs.counts as Record<string, string>)[name] ?? "0"))],
    false,
  )
  if (shared.length === 0) return
  const traffic = tally(site, { ...plan, counts: new Set(["visits", "calls", "talk_s"]) })
  for (const time of new Map(shared.map(({ group }) => [JSON.stringify(group), group])).values()) {
    const isThen = ({ group }: { group: Group }) => times.every((name) => group[name] === time[name])
    const groups = [...traffic.values()].filter((one) => isThen(one) && values.some((name) => one.group[name] !== null))
    const byKey = new Map(groups.map(({ group }) => [JSON.stringify(Object.values(group)), group]))
    const asked = groups.map(({ group, counts }) => ({ ...counts, key: JSON.stringify(Object.values(group)) }))
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

/** Some of a fact's rows: those of a table like its view, or sums of them. */
export interface Part {
  readonly sign: 1 | -1
  /** Where its rows are, if not in the fact's view. */
  readonly from?: string
  /** Which rows, in SQL. */
  readonly rows?: SQL
  readonly sums?: Range & {
    /** The dimension whose values the sums are of. */
    readonly value: ValueDimension | null
    /** How many rows a sum is of, in SQL. */
    readonly rows: string
    /** Whether the fact's condition is on the sums, too; it is in them already where it is that of the whole fact. */
    readonly where: string | undefined
  }
}

/** What `select` found: the group and the other columns. */
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
  part: Part = { sign: 1 },
): Found[] {
  const local = part.sums ? "f.bucket * z.unit + z.offset" : fact.key === "day" ? "f.at" : "f.at + z.offset"
  const read = (dimension: Dimension) =>
    dimension === part.sums?.value
      ? { ...groupingOf(dimension, local), value: `nullif(f.${dimension}, '')` }
      : groupingOf(dimension, local)
  const groupings = plan.dimensions.map(read)
  const filters = plan.filters.map(([dimension, value]) => ({ ...read(dimension), wanted: value }))
  const joins = [...new Set([...groupings, ...filters].flatMap(({ join }) => join ?? []))]
  const names = [...groupings.map(({ value }) => sql.raw(value)), ...columns]
  const selected = sql.join(
    names.map((name, index) => sql`${name} as ${sql.raw(`c${index}`)}`),
    sql`, `,
  )
  const { source, within, condition } =
    part.sums ?? rangeOf(plan, { ...fact, view: part.from ?? fact.view }, part.rows !== undefined)
  const ownWhere = part.sums ? fact.where && part.sums.where : fact.where
  const where = [
    condition,
    ...(ownWhere ? [sqlOf(site, ownWhere, plan)] : []),
    ...(plan.where ? [plan.where] : []),
    ...(part.rows ? [part.rows] : []),
    ...filters.map(({ value, wanted }) => sql`coalesce(${sql.raw(value)}, '') = ${wanted}`),
  ].map((one) => sql`(${one})`)
  const grouping =
    aggregated && groupings.length > 0 ? sql.raw(` group by ${groupings.map(({ value }) => value).join(", ")}`) : sql``
  const rows = site.db.all<Record<string, Value>>(
    sql`${source} select ${selected} from ${within} ${sql.raw(joins.join(" "))} where ${sql.join(where, sql` and `)}${grouping}`,
  )
  return rows.map((row) => ({
    group: Object.fromEntries(
      plan.dimensions.map((dimension, index) => {
        const value = row[`c${index}`] ?? null
        const name = groupings[index]?.name
        return [dimension, value === null || !name ? value : name(value)]
      }),
    ),
    values: columns.map((_, index) => row[`c${groupings.length + index}`] ?? null),
  }))
}

/**
 * The parts of a fact that answer a plan together: the sums, the rows after them, and the rows among them that changed, as
 * they are less as they were. Undefined where no sums fit: its rows are all there is.
 */
function partsOf(site: Site, plan: Plan, name: FactName): Part[] | undefined {
  const rolled = ROLLED.find(({ fact }) => fact === (name === "ads" ? "orders" : name))
  const state = rolled && !plan.where && readRollup(site, rolled)
  if (!rolled || !state) return undefined
  const wanted = [...plan.dimensions, ...plan.filters.map(([dimension]) => dimension)]
  const values = wanted.filter((dimension) => !isTime(dimension)) as ValueDimension[]
  const found = kindFor(rolled, name === "ads" ? [...values, "channel"] : values)
  const cover = found && coverOf(plan, state, HOURLY.includes(found.kind))
  if (!found || !cover) return undefined
  const { table, counts } = rolled
  const { kind, value } = found
  const sources = kind === "source_id"
  const columns = [
    ...["r.kind", "r.grain", "r.bucket", ...counts.map((count) => `r.${count}`)],
    ...(kind === "all" ? [] : [`r.item as ${kind}`]),
    ...(sources
      ? ["channel", "ga4_channel", "source", "medium", "campaign", "term", "content"].map((one) => `s.${one}`)
      : []),
  ].join(", ")
  const join = sources ? " left join sources s on s.id = r.item" : ""
  return [
    {
      sign: 1,
      sums: {
        source: sql`with z as materialized (select value ->> 0 as grain, value ->> 1 as first, value ->> 2 as past, value ->> 3 as sign, value ->> 4 as unit, value ->> 5 as offset from json_each(${JSON.stringify(cover)}))`,
        within: sql.raw(`z cross join (select ${columns} from ${table}_sums r${join}) f`),
        condition: sql`f.kind = (select ${kind}) and f.grain = z.grain and f.bucket >= z.first and f.bucket < z.past`,
        value,
        rows: rolled.rows,
        where: name === "ads" ? FACTS.ads.where : undefined,
      },
    },
    { sign: 1, rows: sql`f.id >= ${state.watermark}` },
    { sign: 1, rows: sql`f.id in (select b.id from ${sql.raw(`${table}_before`)} b)` },
    { sign: -1, from: `${table}_before` },
  ]
}

/** Rows that a report reads one by one at most: about half a second, in which the site does nothing else. */
const ROWS_AT_MOST = 500_000

/** Whether the rows of a fact in the days of a plan are too many to read; their sums tell, so a site without any never has too many. */
function isTooMuch(site: Site, plan: Plan, name: FactName): boolean {
  const rolled = ROLLED.find(({ fact }) => fact === name)
  if (!rolled || !plan.tooMany) return false
  const all: Plan = { ...plan, dimensions: [], filters: [] }
  const [sums] = partsOf(site, { ...all, days: { ...plan.days, tz: readSettings(site).timezone } }, name) ?? []
  if (!sums) return false
  const [found] = select(site, all, FACTS[name], [sql.raw(`coalesce(sum(z.sign * ${rolled.rows}), 0)`)], true, sums)
  return Number(found?.values[0] ?? 0) > ROWS_AT_MOST
}

/** Rows of the spans of buckets that make up a plan's days: grain, first, past, sign, and how a bucket becomes ms on the wall. */
type Cover = [grain: string, first: number, past: number, sign: number, unit: number, offset: number][]

function coverOf({ dimensions, days }: Plan, { zone, unit }: RollupState, hourly: boolean): Cover | undefined {
  if (days.tz === zone && !dimensions.includes("hour")) {
    const [first, past] = [Date.parse(days.from) / DAY_MS, Date.parse(days.to) / DAY_MS + 1]
    const daily = dimensions.some((dimension) => dimension === "day" || dimension === "week" || dimension === "weekday")
    return daily ? [["d", first, past, 1, DAY_MS, 0]] : monthsAndDays(first, past)
  }
  if (!hourly) return undefined
  const spans = offsetsOf(days.start, days.end, days.tz)
  if (spans.some(({ start, end, offset }) => [start, end, offset].some((time) => time % unit !== 0))) return undefined
  return spans.map(({ start, end, offset }) => ["h", start / unit, end / unit, 1, unit, offset])
}

/** Whole months, and of those at the ends the days that are in, or, where they are fewer, less the days that are not. */
function monthsAndDays(first: number, past: number): Cover {
  const cover: Cover = []
  const put = (grain: string, from: number, to: number, sign: number) => {
    if (from < to) cover.push([grain, from, to, sign, DAY_MS, 0])
  }
  for (let month = monthOf(first); month < past; ) {
    const next = monthOf(month + 31)
    const [from, to] = [Math.max(first, month), Math.min(past, next)]
    if ((to - from) * 2 < next - month) put("d", from, to, 1)
    else {
      put("m", month, month + 1, 1)
      put("d", month, from, -1)
      put("d", to, next, -1)
    }
    month = next
  }
  return cover
}

/** The days of a plan, or as many before them. */
function daysOf(plan: Plan, { earlier }: Pick<Fact, "earlier">): { start: number; end: number } {
  const { from, to, tz, start, end } = plan.days
  if (!earlier) return { start, end }
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
function channelsWithAds(site: Site, { from, to }: DaySpan): (string | null)[] {
  const rows = site.db.all<{ channel: string | null }>(
    sql`select distinct channel from cost_facts f where f.key >= ${from} and f.key <= ${to} and f.cost_kind = 'ads' and f.site_amount <> 0`,
  )
  return rows.map(({ channel }) => channel)
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
