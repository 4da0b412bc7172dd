import { type SQL, sql } from "drizzle-orm"
import { DAY_MS, offsetsOf } from "../../../shared/calendar.js"
import type { Dimension, TimeDimension, ValueDimension } from "../../../shared/contract-report.js"
import type { DaySpan } from "../site/span.js"
import type { Site } from "../store/db.js"
import { type Blob, type PackedCells, unpackCells } from "./cells.js"
import { changedDays } from "./cost-sums.js"
import { groupingOf } from "./dimension.js"
import { HOURLY, kindFor, type Rolled, type Summed } from "./rolled.js"
import { type RollupState, readRollup } from "./rollup.js"
import { type Grain, HOURS, monthOf } from "./sums.js"

// Reading sums: which of them make up the days of a query, and what of them belongs to which group.

export type Value = string | number | null

/** Buckets of one grain: `first` and what is `past` the last, whether they are added or taken away, and how a bucket becomes ms on the wall. */
interface Stretch {
  readonly grain: Grain
  readonly first: number
  readonly past: number
  readonly sign: 1 | -1
  readonly unit: number
  readonly offset: number
}

/** The sums that answer a question, and what is in none of them. */
export interface Sums {
  readonly summed: Summed
  readonly kind: string
  readonly cover: readonly Stretch[]
  /** Of a fact that is summed in the order of its rows: how far. */
  readonly state?: RollupState
  /** Of costs: the days of the query that are in no sum, as days from 1970. */
  readonly days?: readonly number[]
}

interface Question {
  readonly dimensions: readonly Dimension[]
  readonly days: DaySpan
}

/** The sums by these dimensions, all of one kind; undefined where none fit. */
export function sumsFor(
  site: Site,
  summed: Summed,
  { dimensions, days }: Question,
  values: readonly ValueDimension[],
): Sums | undefined {
  const kind = kindFor(summed, values)
  if (kind === undefined) return undefined
  const [first, past] = [Date.parse(days.from) / DAY_MS, Date.parse(days.to) / DAY_MS + 1]
  const daily = dimensions.some((dimension) => dimension === "day" || dimension === "week" || dimension === "weekday")
  if (summed.fact === "costs") {
    const changed = changedDays(site).filter((day) => day >= first && day < past)
    return { summed, kind, cover: around(first, past, changed, daily), days: changed }
  }
  const state = readRollup(site, summed as Rolled)
  const cover = state && coverOf(state, dimensions, days, HOURLY.includes(kind), () => stretch(first, past, daily))
  return cover && { summed, kind, cover, state }
}

function coverOf(
  { zone, unit }: RollupState,
  dimensions: readonly Dimension[],
  days: DaySpan,
  hourly: boolean,
  byDay: () => Stretch[],
): Stretch[] | undefined {
  if (days.tz === zone && !dimensions.includes("hour")) return byDay()
  if (!hourly) return undefined
  const spans = offsetsOf(days.start, days.end, days.tz)
  if (spans.some(({ start, end, offset }) => [start, end, offset].some((time) => time % unit !== 0))) return undefined
  return spans.map(({ start, end, offset }) => ({
    ...({ grain: "h", sign: 1, unit, offset } as const),
    first: start / unit,
    past: end / unit,
  }))
}

function stretch(first: number, past: number, daily: boolean): Stretch[] {
  return daily ? [stretchOf("d", first, past, 1)] : monthsAndDays(first, past)
}

/** Days but for those that changed: a month with one of these is read by its days. */
function around(first: number, past: number, changed: readonly number[], daily: boolean): Stretch[] {
  const cover: Stretch[] = []
  const months = new Set(changed.map(monthOf))
  let clean = first
  for (const month of months) {
    const next = monthOf(month + 31)
    if (clean < Math.max(first, month)) cover.push(...stretch(clean, Math.max(first, month), daily))
    let day = Math.max(first, month)
    for (const hole of changed.filter((one) => one >= month && one < next)) {
      cover.push(stretchOf("d", day, hole, 1))
      day = hole + 1
    }
    clean = Math.min(past, next)
    cover.push(stretchOf("d", day, clean, 1))
  }
  if (clean < past) cover.push(...stretch(clean, past, daily))
  return cover.filter((one) => one.first < one.past)
}

function stretchOf(grain: Grain, first: number, past: number, sign: 1 | -1): Stretch {
  return { grain, first, past, sign, unit: DAY_MS, offset: 0 }
}

/** Whole months, and of those at the ends the days that are in, or, where they are fewer, less the days that are not. */
function monthsAndDays(first: number, past: number): Stretch[] {
  const cover: Stretch[] = []
  for (let month = monthOf(first); month < past; ) {
    const next = monthOf(month + 31)
    const [from, to] = [Math.max(first, month), Math.min(past, next)]
    if ((to - from) * 2 < next - month) cover.push(stretchOf("d", from, to, 1))
    else cover.push(stretchOf("m", month, month + 1, 1), stretchOf("d", month, from, -1), stretchOf("d", to, next, -1))
    month = next
  }
  return cover.filter((one) => one.first < one.past)
}

/** What is asked of sums: their groups, and which of them count. */
export interface Asked {
  /** SQL of what tells items apart, over the items `f`; null and '' are one. */
  readonly values: readonly { readonly value: string; readonly name?: (value: string | number) => Value }[]
  readonly where: readonly SQL[]
  readonly times: readonly TimeDimension[]
  readonly counts: readonly string[]
}

/** One group of sums: what it is, its counts, and of how many rows it is. */
export interface SumGroup {
  readonly values: readonly Value[]
  readonly times: readonly Value[]
  readonly counts: readonly number[]
  readonly rows: number
}

/** Adds the sums up by group. */
export function readSums(site: Site, { summed, kind, cover }: Sums, asked: Asked): SumGroup[] {
  const items = readItems(site, kind, asked)
  const rows = readCells(site, summed.fact, kind, cover)
  const moments = rows.flatMap(({ stretch, bucket }) => momentsOf(stretch, bucket))
  const times = readTimes(site, asked.times, moments)
  const places = (counts: readonly string[]) => counts.map((count) => summed.counts.indexOf(count))
  const [columns, rowColumns] = [places(asked.counts), places(summed.rows)]
  const totals = new Totals(items.groups.length, columns.length + 1)
  for (const { stretch, bucket, cells } of rows) {
    const starts = startsOf(stretch, bucket, cells.keys, items, times, totals)
    const add = (place: number, counts: ArrayLike<number> | null | undefined) => {
      if (counts) totals.add(starts, place, counts, stretch.sign)
    }
    for (const [place, column] of columns.entries()) add(place, cells.columns[column])
    for (const column of rowColumns) add(columns.length, cells.columns[column])
  }
  return totals.list().map(({ time, group, counts }) => ({
    values: items.groups[group] ?? [],
    times: times.groups[time] ?? [],
    counts: counts.slice(0, -1),
    rows: counts.at(-1) ?? 0,
  }))
}

/** Where the totals of each cell begin; -1 where it does not count. */
function startsOf(
  { grain, first, past, unit, offset }: Stretch,
  bucket: number,
  keys: ArrayLike<number>,
  items: Groups<number>,
  times: Groups<number>,
  totals: Totals,
): Int32Array {
  const starts = new Int32Array(keys.length).fill(-1)
  const start = (time: number, item: number) => {
    const group = items.placeOf(item)
    return group === undefined ? -1 : totals.startOf(time, group)
  }
  if (grain !== "h") {
    const time = times.placeOf(bucket * unit + offset) ?? 0
    for (let row = 0; row < keys.length; row++) starts[row] = start(time, keys[row] ?? 0)
    return starts
  }
  const perDay = DAY_MS / unit
  for (let row = 0; row < keys.length; row++) {
    const key = keys[row] ?? 0
    const hour = bucket * perDay + (key % HOURS)
    if (hour >= first && hour < past)
      starts[row] = start(times.placeOf(hour * unit + offset) ?? 0, Math.floor(key / HOURS))
  }
  return starts
}

/** Groups that are dense enough are found by their place, others by search. */
const DENSE = 2 ** 20

/** Totals of groups of items and times. */
class Totals {
  readonly #groups: number
  readonly #width: number
  readonly #known = new Map<number, number>()
  #dense: Int32Array | undefined = new Int32Array(0)
  #sums = new Float64Array(1024)
  readonly #keys: number[] = []

  constructor(groups: number, width: number) {
    this.#groups = Math.max(1, groups)
    this.#width = width
  }

  /** Where the totals of a group begin. */
  startOf(time: number, group: number): number {
    const key = time * this.#groups + group
    const known = this.#find(key)
    if (known !== undefined) return known
    const start = this.#keys.length * this.#width
    this.#keys.push(key)
    this.#put(key, start)
    if (start + this.#width > this.#sums.length) {
      const wider = new Float64Array(2 * this.#sums.length)
      wider.set(this.#sums)
      this.#sums = wider
    }
    return start
  }

  /** Adds a column of counts, each to its group. */
  add(starts: Int32Array, place: number, counts: ArrayLike<number>, sign: 1 | -1): void {
    const sums = this.#sums
    for (let row = 0; row < starts.length; row++) {
      const start = starts[row] ?? -1
      if (start >= 0) sums[start + place] = (sums[start + place] ?? 0) + sign * (counts[row] ?? 0)
    }
  }

  list(): { time: number; group: number; counts: number[] }[] {
    return this.#keys.map((key, index) => ({
      time: Math.floor(key / this.#groups),
      group: key % this.#groups,
      counts: [...this.#sums.subarray(index * this.#width, (index + 1) * this.#width)],
    }))
  }

  #find(key: number): number | undefined {
    const start = this.#dense?.[key]
    return start === undefined ? this.#known.get(key) : start < 0 ? undefined : start
  }

  #put(key: number, start: number): void {
    if (key >= DENSE) {
      this.#known.set(key, start)
      return
    }
    const dense = this.#dense ?? new Int32Array(0)
    if (key >= dense.length) {
      this.#dense = new Int32Array(Math.min(DENSE, 2 * (key + 1))).fill(-1)
      this.#dense.set(dense)
    }
    if (this.#dense) this.#dense[key] = start
  }
}

/** Groups, and to which of them a key belongs. */
interface Groups<Key> {
  readonly groups: readonly (readonly Value[])[]
  placeOf(key: Key): number | undefined
}

const ONE_GROUP: Groups<number> = { groups: [[]], placeOf: () => 0 }

/** What items of a kind are, in the columns that a fact's view has. */
function itemsOf(kind: string): SQL {
  const source = "s.channel, s.ga4_channel, s.source, s.medium, s.campaign, s.term, s.content"
  if (kind === "source_id")
    return sql.raw(
      `select i.id as cell, i.item as source_id, ${source} from sum_items i left join sources s on s.id = i.item where i.kind = 'source_id'`,
    )
  if (kind === "cost")
    return sql.raw(
      `select i.id as cell, ${source}, n.e164 as number, i.item ->> 2 as cost_kind, i.item ->> 3 as spread from sum_items i
        left join sources s on s.id = i.item ->> 0 left join numbers n on n.id = i.item ->> 1 where i.kind = 'cost'`,
    )
  return sql`select i.id as cell, i.item as ${sql.identifier(kind)} from sum_items i where i.kind = ${kind}`
}

function readItems(site: Site, kind: string, { values, where }: Asked): Groups<number> {
  if (values.length === 0 && where.length === 0) return ONE_GROUP
  const selected = sql.raw(["f.cell", ...values.map(({ value }) => value)].join(", "))
  const rows = site.db.values<Value[]>(
    sql`select ${selected} from (${itemsOf(kind)}) f where ${sql.join([sql`true`, ...where], sql` and `)}`,
  )
  const collected = new Collector()
  const places = new Map<number, number>()
  for (const [cell, ...found] of rows) places.set(Number(cell), collected.placeOf(named(found, values)))
  return { groups: collected.groups, placeOf: (cell) => places.get(cell) }
}

/** The groups of moments on the wall, as the database reckons them for rows. */
function readTimes(site: Site, dimensions: readonly TimeDimension[], moments: readonly number[]): Groups<number> {
  if (dimensions.length === 0) return ONE_GROUP
  const groupings = dimensions.map((dimension) => groupingOf(dimension, "m.value"))
  const rows = site.db.values<Value[]>(
    sql`select m.value, ${sql.raw(groupings.map(({ value }) => value).join(", "))} from json_each(${JSON.stringify([...new Set(moments)])}) m`,
  )
  const collected = new Collector()
  const places = new Map<number, number>()
  for (const [moment, ...found] of rows) places.set(Number(moment), collected.placeOf(named(found, groupings)))
  return { groups: collected.groups, placeOf: (moment) => places.get(moment) }
}

function named(found: readonly Value[], read: Asked["values"]): Value[] {
  return found.map((value, index) => {
    const name = read[index]?.name
    return value === null || !name ? value : name(value)
  })
}

/** Distinct groups, numbered as they come. */
class Collector {
  readonly groups: Value[][] = []
  readonly #places = new Map<string, number>()

  placeOf(group: Value[]): number {
    const key = JSON.stringify(group)
    let place = this.#places.get(key)
    if (place === undefined) {
      place = this.groups.push(group) - 1
      this.#places.set(key, place)
    }
    return place
  }
}

function momentsOf({ grain, first, past, unit, offset }: Stretch, bucket: number): number[] {
  if (grain !== "h") return [bucket * unit + offset]
  const perDay = DAY_MS / unit
  const [from, to] = [Math.max(first, bucket * perDay), Math.min(past, (bucket + 1) * perDay)]
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => (from + index) * unit + offset)
}

interface Row {
  readonly stretch: Stretch
  readonly bucket: number
  readonly cells: PackedCells
}

function readCells(site: Site, fact: string, kind: string, cover: readonly Stretch[]): Row[] {
  const ranges = cover.map(({ grain, first, past, unit }) => {
    const perDay = grain === "h" ? DAY_MS / unit : 1
    return [grain, Math.floor(first / perDay), Math.ceil(past / perDay)]
  })
  const rows = site.db.values<[place: number, bucket: number, cells: Blob]>(
    sql`select z.key, s.bucket, s.cells from json_each(${JSON.stringify(ranges)}) z cross join sums s
      on s.fact = (select ${fact}) and s.kind = (select ${kind}) and s.grain = z.value ->> 0
      and s.bucket >= z.value ->> 1 and s.bucket < z.value ->> 2`,
  )
  return rows.flatMap(([place, bucket, cells]) => {
    const stretch = cover[place]
    return stretch ? [{ stretch, bucket, cells: unpackCells(cells) }] : []
  })
}
