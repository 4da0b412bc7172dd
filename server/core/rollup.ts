import { type SQL, sql } from "drizzle-orm"
import { DAY_MS, offsetsOf } from "../../shared/calendar.js"
import type { Site } from "./db.js"
import { groupingOf } from "./dimension.js"
import { FACTS, type Fact } from "./fact.js"
import { idAt } from "./id.js"
import { HOURLY, ROLLED, type Rolled } from "./rolled.js"
import { rollupState } from "./schema.js"
import { readSettings } from "./settings.js"

// Rows are summed some time after they came, a batch at a time: the page view that makes one pays nothing for the report,
// and a batch of thousands meets each sum once. Until then reports count them as they are.

const HOUR_MS = 3_600_000
const QUARTER_MS = 900_000
/** Rows younger than this may still change a lot: visits while they last, calls until they are judged and tagged. */
const YOUNG_MS = { visit: HOUR_MS, call: DAY_MS, lead: DAY_MS, order: DAY_MS }
/** Fewer rows are quicker counted than summed: on Workers every sum that is touched is a row written. */
const ROWS_AT_LEAST = { visit: 4000, call: 500, lead: 500, order: 500 }
/** Rows that one settling takes of a fact. */
const ROWS_AT_ONCE = 5000
/** Sums that one statement writes, some 100 bytes each of JSON. */
const SUMS_AT_ONCE = 2000

/** How far a fact is summed. */
export interface RollupState {
  /** Rows with smaller ids are in the sums. */
  readonly watermark: number
  readonly zone: string
  /** Length of the buckets of grain `h`, ms: an hour, or a quarter where the zone is ahead by parts of an hour. */
  readonly unit: number
}

/** How far a fact is summed; undefined where it is not, or was in another zone. */
export function readRollup(site: Site, { fact }: Rolled): RollupState | undefined {
  const state = site.db.all<RollupState>(sql`select watermark, zone, unit from ${rollupState} where fact = ${fact}`)[0]
  return state && state.watermark > 0 && state.zone === readSettings(site).timezone ? state : undefined
}

/** How much `settle` does at once; a test and a bench ask for other measures than the sweep. */
export interface Measure {
  readonly rows?: number
  readonly least?: number
  readonly youngMs?: number
}

/** Sums what came since, and what changed, of every fact. Bounded work; answers how many rows it read. */
export function settle(site: Site, measure: Measure = {}): number {
  return ROLLED.reduce((rows, rolled) => rows + settleFact(site, rolled, measure), 0)
}

function settleFact(site: Site, rolled: Rolled, measure: Measure): number {
  const { timezone } = readSettings(site)
  const known = readRollup(site, rolled)
  const state = known ?? { watermark: 0, zone: timezone, unit: unitOf(timezone) }
  if (!known) forget(site, rolled)
  const limit = measure.rows ?? ROWS_AT_ONCE
  const sums = new Sums(rolled, state)
  const changed = known ? takeChanges(site, rolled, sums, limit) : 0
  const past = changed < limit ? nextWatermark(site, rolled, state.watermark, limit, measure) : state.watermark
  let read = changed
  if (past > state.watermark)
    read += addRows(site, rolled, "facts", sql`f.id >= ${state.watermark} and f.id < ${past}`, sums, 1)
  if (read === 0) return 0
  sums.write(site)
  const row = { ...state, fact: rolled.fact, watermark: past }
  site.db.insert(rollupState).values(row).onConflictDoUpdate({ target: rollupState.fact, set: row }).run()
  return read
}

/** An hour, unless the zone's clocks are ahead of UTC by parts of one at any time from 2015 to 2045. */
function unitOf(zone: string): number {
  const offsets = offsetsOf(Date.UTC(2015, 0, 1), Date.UTC(2045, 0, 1), zone)
  return offsets.every(({ offset }) => offset % HOUR_MS === 0) ? HOUR_MS : QUARTER_MS
}

/** The sums are of another zone, or none were made. */
function forget(site: Site, { table, fact }: Rolled): void {
  site.db.run(sql.raw(`delete from ${table}_sums`))
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
  ].map((column, index) => `${column} as c${index}`)
  const rows = site.db.all<Record<string, string | number | null>>(
    sql`select ${sql.raw(columns.join(", "))} from ${sql.raw(`${table}_${from}`)} f where ${where}${counted ? sql` and ${sql.raw(counted)}` : sql``}`,
  )
  for (const row of rows) sums.add(Object.values(row), sign)
  return rows.length
}

interface Sum {
  readonly kind: string
  readonly grain: "d" | "m" | "h"
  readonly bucket: number
  readonly item: string | number
  readonly counts: number[]
}

/** Sums in the making. */
class Sums {
  readonly #rolled: Rolled
  readonly #state: RollupState
  readonly #kinds: readonly string[]
  readonly #sums = new Map<string, Sum>()
  #span = { start: 0, end: 0, offset: 0 }

  constructor(rolled: Rolled, state: RollupState) {
    this.#rolled = rolled
    this.#state = state
    this.#kinds = [...rolled.values, ...Object.keys(rolled.ids)]
  }

  /** One row: its moment, what it is of each kind, and what it adds to each count. */
  add(row: readonly (string | number | null)[], sign: 1 | -1): void {
    const at = Number(row[0])
    const day = Math.floor((at + this.#offsetAt(at)) / DAY_MS)
    const hour = Math.floor(at / this.#state.unit)
    const first = 1 + this.#kinds.length
    const put = (kind: string, item: string | number) => {
      this.#put(kind, "d", day, item, row, first, sign)
      if (HOURLY.includes(kind)) this.#put(kind, "h", hour, item, row, first, sign)
    }
    put("all", "")
    for (const [index, kind] of this.#kinds.entries()) put(kind, row[1 + index] ?? "")
  }

  /** Adds the sums to those that are there. */
  write(site: Site): void {
    this.#addMonths()
    const { table, counts } = this.#rolled
    const rows = [...this.#sums.values()]
      .filter((sum) => sum.counts.some((count) => count !== 0))
      .map(({ kind, grain, bucket, item, counts }) => [kind, grain, bucket, item, ...counts])
    const names = ["kind", "grain", "bucket", "item", ...counts]
    const columns = names.map((_, index) => `value ->> ${index}`).join(", ")
    const added = counts.map((name) => `${name} = ${name} + excluded.${name}`).join(", ")
    for (let start = 0; start < rows.length; start += SUMS_AT_ONCE)
      site.db.run(
        sql`insert into ${sql.raw(`${table}_sums (${names.join(", ")}) select ${columns}`)} from json_each(${JSON.stringify(rows.slice(start, start + SUMS_AT_ONCE))}) where true on conflict (kind, grain, bucket, item) do update set ${sql.raw(added)}`,
      )
  }

  #put(
    kind: string,
    grain: Sum["grain"],
    bucket: number,
    item: string | number,
    row: readonly (string | number | null)[],
    first: number,
    sign: number,
  ): void {
    const key = `${kind} ${grain} ${bucket} ${item}`
    let sum = this.#sums.get(key)
    if (!sum) {
      sum = { kind, grain, bucket, item, counts: this.#rolled.counts.map(() => 0) }
      this.#sums.set(key, sum)
    }
    for (let index = 0; index < sum.counts.length; index++)
      sum.counts[index] = (sum.counts[index] ?? 0) + sign * Number(row[first + index] ?? 0)
  }

  /** A month is the sum of its days. */
  #addMonths(): void {
    for (const sum of [...this.#sums.values()])
      if (sum.grain === "d") this.#put(sum.kind, "m", monthOf(sum.bucket), sum.item, sum.counts, 0, 1)
  }

  /** Rows come in the order of their ids, so mostly of time: the span of the row before is the likely one. */
  #offsetAt(at: number): number {
    if (at < this.#span.start || at >= this.#span.end)
      this.#span = offsetsOf(at, at + 30 * DAY_MS, this.#state.zone)[0] ?? this.#span
    return this.#span.offset
  }
}

/** The first day of the month in which a day lies, both counted from 1970. */
export function monthOf(day: number): number {
  const date = new Date(day * DAY_MS)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / DAY_MS
}
