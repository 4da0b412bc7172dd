import { type SQL, sql } from "drizzle-orm"
import { DAY_MS, offsetsOf } from "../../../shared/calendar.js"
import { rollupState } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import { idAt } from "../store/id.js"
import { entryOf } from "../value/entry.js"
import type { Cells } from "./cells.js"
import { settleCosts } from "./cost-sums.js"
import { groupingOf } from "./dimension.js"
import { FACTS, type Fact } from "./fact.js"
import { settlePaths } from "./path.js"
import { COSTS, HOURLY, ROLLED, type Rolled } from "./rolled.js"
import { dropItems, freeAllItems, type Item, internItems } from "./sum-item.js"
import { type Counts, forgetSums, HOURS, monthOf, storeCells } from "./sums.js"

// Rows are summed some time after they came, a batch at a time: the page view that makes one pays nothing for the report,
// and a batch of thousands meets each sum once. Until then reports count them as they are.

const HOUR_MS = 3_600_000
const QUARTER_MS = 900_000
/** Rows younger than this may still change a lot: visits while they last, calls until they are judged and tagged. */
const YOUNG_MS = { visit: HOUR_MS, call: DAY_MS, lead: DAY_MS, order: DAY_MS }
/** Fewer rows are quicker counted than summed: on Workers each of the some fifty rows of sums that they touch is a row written. */
const ROWS_AT_LEAST = { visit: 500, call: 200, lead: 200, order: 200 }
/** Rows that one settling takes: some milliseconds, in which the site does nothing else. */
const ROWS_AT_ONCE = 500

/** Facts that have sums. */
const SUMMED = [...ROLLED, COSTS].map(({ fact }) => fact)

/** How far a fact is summed. */
export interface RollupState {
  /** Rows with smaller ids are in the sums. */
  readonly watermark: number
  readonly zone: string
  /** Length of the buckets of grain `h`, ms: an hour, or a quarter where the zone is ahead by parts of an hour. */
  readonly unit: number
  /** Whether rows in the sums have changed since. */
  readonly changed: boolean
  /** Whether rows came that are in no sum. */
  readonly newer: boolean
}

const statements = prepareOnce((db: Db) => {
  const value = sql.placeholder
  return {
    states: Object.fromEntries(
      ROLLED.map(({ fact, table }) => [
        fact,
        db
          .select({
            watermark: rollupState.watermark,
            zone: rollupState.zone,
            unit: rollupState.unit,
            changed: sql<number>`exists (select 1 from ${sql.raw(`${table}_before`)})`,
            newer: sql<number>`coalesce((select max(id) from ${sql.raw(`${table}s`)}), 0) >= ${rollupState.watermark}`,
          })
          .from(rollupState)
          .where(sql`${rollupState.fact} = ${value("fact")}`)
          .prepare(),
      ]),
    ),
    put: db
      .insert(rollupState)
      .values({
        fact: value("fact") as never,
        watermark: value("watermark") as never,
        zone: value("zone") as never,
        unit: value("unit") as never,
      })
      .onConflictDoUpdate({
        target: rollupState.fact,
        set: { watermark: sql`excluded.watermark`, zone: sql`excluded.zone`, unit: sql`excluded.unit` },
      })
      .prepare(),
  }
})

/** How far a fact is summed; undefined where it is not, or was in another zone. */
export function readRollup(site: Site, { fact }: Rolled): RollupState | undefined {
  const state = statements(site).states[fact]?.all({ fact })[0]
  if (!state || state.watermark === 0 || state.zone !== readSettings(site).timezone) return undefined
  return { ...state, changed: state.changed === 1, newer: state.newer === 1 }
}

/** How much `settle` does at once; a test and a bench ask for other measures than the sweep. */
export interface Measure {
  readonly rows?: number
  readonly least?: number
  readonly youngMs?: number
}

/**
 * Sums what came since, and what changed, of every fact, and keeps the touches before conversions: about 500 rows, so that a
 * lease that waits does not wait long. When nothing is left to sum, forgets what no sum is of any more. Answers how many rows
 * it read; none when nothing is left to do.
 */
export function settle(site: Site, measure: Measure = {}): number {
  let left = measure.rows ?? ROWS_AT_ONCE
  const limit = left
  const steps = [
    (rows: number) => settleCosts(site, rows),
    ...ROLLED.map((rolled) => (rows: number) => settleFact(site, rolled, { ...measure, rows })),
    (rows: number) => settlePaths(site, rows, measure.youngMs),
  ]
  for (const step of steps) if (left > 0) left -= step(left)
  return left < limit ? limit - left : dropItems(site, SUMMED)
}

function settleFact(site: Site, rolled: Rolled, measure: Measure): number {
  const { timezone } = readSettings(site)
  const known = readRollup(site, rolled)
  const { watermark, zone, unit } = known ?? { watermark: 0, zone: timezone, unit: unitOf(timezone) }
  if (!known) forget(site, rolled)
  const limit = measure.rows ?? ROWS_AT_ONCE
  const sums = new Sums(rolled, zone, unit)
  const changed = known ? takeChanges(site, rolled, sums, limit) : 0
  const past = changed < limit ? nextWatermark(site, rolled, watermark, limit, measure) : watermark
  let read = changed
  if (past > watermark) read += addRows(site, rolled, "facts", sql`f.id >= ${watermark} and f.id < ${past}`, sums, 1)
  if (read === 0) return 0
  sums.write(site)
  statements(site).put.run({ fact: rolled.fact, watermark: past, zone, unit })
  return read
}

/** An hour, unless the zone's clocks are ahead of UTC by parts of one at any time from 2015 to 2045. */
function unitOf(zone: string): number {
  const offsets = offsetsOf(Date.UTC(2015, 0, 1), Date.UTC(2045, 0, 1), zone)
  return offsets.every(({ offset }) => offset % HOUR_MS === 0) ? HOUR_MS : QUARTER_MS
}

/** Sums of another zone, or of another meaning, go; where none were made, there is nothing to forget. */
function forget(site: Site, rolled: Rolled): void {
  const { table, fact } = rolled
  if (statements(site).states[fact]?.all({ fact })[0] === undefined) return
  forgetSums(site, fact)
  freeAllItems(site, kindsOf(rolled))
  site.db.run(sql.raw(`delete from ${table}_before`))
  site.db.delete(rollupState).where(sql`${rollupState.fact} = ${fact}`).run()
}

/** Takes rows that changed away as they were, and adds them as they are. */
function takeChanges(site: Site, rolled: Rolled, sums: Sums, limit: number): number {
  const ids = site.db
    .all<{ id: number }>(
      sql`select id from ${sql.raw(`${rolled.table}_before`)} order by id limit ${sql.raw(String(limit))}`,
    )
    .map(({ id }) => id)
  if (ids.length === 0) return 0
  const among = sql`f.id in (select value from json_each(${JSON.stringify(ids)}))`
  addRows(site, rolled, "before", among, sums, -1)
  addRows(site, rolled, "facts", among, sums, 1)
  site.db.run(
    sql`delete from ${sql.raw(`${rolled.table}_before`)} where id in (select value from json_each(${JSON.stringify(ids)}))`,
  )
  return ids.length
}

/** Where the next batch ends; the watermark itself where there is too little to sum. */
function nextWatermark(site: Site, { table }: Rolled, watermark: number, limit: number, measure: Measure): number {
  const old = idAt(site.now - (measure.youngMs ?? YOUNG_MS[table]))
  const least = Math.max(1, Math.min(limit, measure.least ?? ROWS_AT_LEAST[table]))
  const place = (offset: number) =>
    site.db.all<{ id: number }>(
      sql`select id from ${sql.raw(`${table}s`)} where id >= ${watermark} and id < ${old} order by id limit 1 offset ${sql.raw(String(offset))}`,
    )[0]?.id
  if (place(least - 1) === undefined) return watermark
  return place(limit) ?? Math.max(watermark, old)
}

function addRows(
  site: Site,
  { table, fact, values, ids, counts }: Rolled,
  from: "facts" | "before",
  where: SQL,
  sums: Sums,
  sign: 1 | -1,
): number {
  const { counts: parts, where: counted }: Fact = FACTS[fact]
  const columns = [
    "f.at",
    ...values.map((dimension) => groupingOf(dimension, "f.at").value),
    ...Object.keys(ids).map((name) => `f.${name}`),
    ...counts.map((name) => parts[name] ?? "0"),
  ]
  const rows = site.db.values<(Item | null)[]>(
    sql`select ${sql.raw(columns.join(", "))} from ${sql.raw(`${table}_${from}`)} f where ${where}${counted ? sql` and ${sql.raw(counted)}` : sql``}`,
  )
  for (const row of rows) sums.add(row, sign)
  return rows.length
}

function kindsOf({ values, ids }: Rolled): string[] {
  return ["all", ...values, ...Object.keys(ids)]
}

/** Sums of one bucket, by kind. */
type Bucket = readonly Counts[]

/** Sums in the making. */
class Sums {
  readonly #rolled: Rolled
  readonly #zone: string
  readonly #unit: number
  readonly #kinds: readonly string[]
  readonly #days = new Map<number, Bucket>()
  /** By the place of an hour in all of time. */
  readonly #hours = new Map<number, Bucket>()
  readonly #scratch: Float64Array
  #span = { start: 0, end: 0, offset: 0 }

  constructor(rolled: Rolled, zone: string, unit: number) {
    this.#rolled = rolled
    this.#zone = zone
    this.#unit = unit
    this.#kinds = kindsOf(rolled)
    this.#scratch = new Float64Array(rolled.counts.length)
  }

  /** One row: its moment, what it is of each kind but `all`, and what it adds to each count. */
  add(row: readonly (Item | null)[], sign: 1 | -1): void {
    const at = Number(row[0])
    const counts = this.#scratch
    for (let index = 0; index < counts.length; index++)
      counts[index] = sign * Number(row[this.#kinds.length + index] ?? 0)
    const day = this.#bucketOf(this.#days, Math.floor((at + this.#offsetAt(at)) / DAY_MS))
    const hour = this.#bucketOf(this.#hours, Math.floor(at / this.#unit))
    for (let kind = 0; kind < this.#kinds.length; kind++) {
      const item = kind === 0 ? "" : (row[kind] ?? "")
      addTo(day[kind], item, counts)
      if (HOURLY.includes(this.#kinds[kind] ?? "")) addTo(hour[kind], item, counts)
    }
  }

  /** Adds the sums to those that are there. */
  write(site: Site): void {
    const { fact } = this.#rolled
    for (const [index, kind] of this.#kinds.entries()) {
      const items = new Set([...this.#days.values()].flatMap((bucket) => [...(bucket[index]?.keys() ?? [])]))
      const ids = internItems(site, kind, [...items])
      const months = new Map<number, Cells>()
      for (const [day, bucket] of this.#days) {
        const cells = cellsOf(bucket[index], ids)
        const month = monthOf(day)
        const sum = entryOf(months, month, () => new Map())
        for (const [id, counts] of cells) addTo(sum, id, counts)
        storeCells(site, { fact, kind, grain: "d", bucket: day }, cells)
      }
      for (const [month, cells] of months) storeCells(site, { fact, kind, grain: "m", bucket: month }, cells)
      if (!HOURLY.includes(kind)) continue
      const hours = new Map<number, Cells>()
      const perDay = DAY_MS / this.#unit
      for (const [hour, bucket] of this.#hours) {
        const cells = entryOf(hours, Math.floor(hour / perDay), () => new Map())
        for (const [id, counts] of cellsOf(bucket[index], ids)) cells.set(id * HOURS + (hour % perDay), counts)
      }
      for (const [day, cells] of hours) storeCells(site, { fact, kind, grain: "h", bucket: day }, cells)
    }
  }

  #bucketOf(buckets: Map<number, Bucket>, place: number): Bucket {
    return entryOf(buckets, place, () => this.#kinds.map(() => new Map()))
  }

  /** Rows come in the order of their ids, so mostly of time: the span of the row before is the likely one. */
  #offsetAt(at: number): number {
    if (at < this.#span.start || at >= this.#span.end)
      this.#span = offsetsOf(at, at + 30 * DAY_MS, this.#zone)[0] ?? this.#span
    return this.#span.offset
  }
}

function addTo<Key>(sums: Map<Key, Float64Array> | undefined, key: Key, counts: Float64Array): void {
  const sum = sums?.get(key)
  if (!sum) sums?.set(key, counts.slice())
  else for (let index = 0; index < counts.length; index++) sum[index] = (sum[index] ?? 0) + (counts[index] ?? 0)
}

function cellsOf(counts: Counts | undefined, ids: ReadonlyMap<Item, number>): Cells {
  return new Map([...(counts ?? [])].map(([item, sum]) => [ids.get(item) ?? 0, sum]))
}
