import { sql } from "drizzle-orm"
import { DAY_MS } from "../../../shared/calendar.js"
import { sums } from "../schema/schema.js"
import { bound, type Db, prepareOnce, type Site } from "../store/db.js"
import { entryOf } from "../value/entry.js"
import { addCells, type Blob, type Cells, packCells, unpackCells } from "./cells.js"
import { freeItems, type Item, PART } from "./sum-item.js"

// The sums of a fact as they are stored: for each kind, grain ('d' day, 'm' month, 'h' the hours of a UTC day) and bucket
// (days from 1970) the counts of each item, packed. Keys of grain 'h' are items times HOURS plus the hour, or quarter, of the day.

/** Hours, or quarters of one, that a day has at most, rounded up. */
export const HOURS = 128

export type Grain = "d" | "m" | "h"

const statements = prepareOnce((db: Db) => {
  const key = sql`fact = ${bound("fact")} and kind = ${bound("kind")} and grain = ${bound("grain")} and bucket = ${bound("bucket")} and part = ${bound("part")}`
  return {
    read: db.select({ cells: sql<Blob>`cells` }).from(sums).where(key).prepare(),
    put: db
      .insert(sums)
      .select(
        sql`select null, ${bound("fact")}, ${bound("kind")}, ${bound("grain")}, ${bound("bucket")}, ${bound("part")}, ${bound("cells")} where true`,
      )
      .onConflictDoUpdate({
        target: [sums.fact, sums.kind, sums.grain, sums.bucket, sums.part],
        set: { cells: sql`excluded.cells` },
      })
      .prepare(),
    drop: db.delete(sums).where(key).prepare(),
  }
})

/** Counts by item. */
export type Counts = Map<Item, Float64Array>

/** Where counts belong. */
export interface Place {
  readonly fact: string
  readonly kind: string
  readonly grain: Grain
  readonly bucket: number
}

/** Adds cells, keyed as they are stored, to what is kept in their place, or puts them in its stead. */
export function storeCells(site: Site, place: Place, cells: Cells, instead = false): void {
  const { read, put, drop } = statements(site)
  const perItem = place.grain === "h" ? HOURS : 1
  const parts = new Map<number, Cells>()
  for (const [key, counts] of cells) {
    const part = Math.floor(key / perItem / PART)
    entryOf(parts, part, () => new Map()).set(key, counts)
  }
  for (const [part, own] of parts) {
    const row = { ...place, part }
    const before = instead ? undefined : read.all(row)[0]
    if (before) addCells(own, unpackCells(before.cells))
    const packed = packCells(own)
    if (packed) put.run({ ...row, cells: packed })
    else if (before) drop.run(row)
    if (place.grain === "m" && [...own.values()].some((counts) => counts.every((count) => count === 0)))
      freeItems(site, place.kind, part)
  }
}

/** Everything that is kept of a fact goes. */
export function forgetSums(site: Site, fact: string): void {
  site.db.delete(sums).where(sql`${sums.fact} = ${fact}`).run()
}

/** The first day of the month in which a day lies, both counted from 1970. */
export function monthOf(day: number): number {
  const date = new Date(day * DAY_MS)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / DAY_MS
}
