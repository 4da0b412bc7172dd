import { getTableColumns, is, sql } from "drizzle-orm"
import { type SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core"
import * as schema from "../schema/schema.js"
import type { Db } from "./db.js"
import { createIds, timeOfId } from "./id.js"

/** The moment and the ids of one database. */
export interface Moments {
  /** The time, ms; it never goes back, not even over a restart. */
  now(): number
  newId(now: number): number
}

/**
 * The tables whose rows take their keys from the site: all with a growing integer as their key. Leases are found by day,
 * notes within a visit, call or lead see to theirs where they are made.
 */
const TABLES: readonly SQLiteTable[] = (Object.values(schema) as unknown[]).filter((table): table is SQLiteTable => {
  if (!is(table, SQLiteTable)) return false
  const { id } = getTableColumns(table as SQLiteTable & { _: { columns: { id?: SQLiteColumn } } })
  return id?.primary === true && id.getSQLType() === "integer"
})

/**
 * A site's moments: they go on from its newest rows and the latest sign of life of a visit that holds a number, whatever
 * the machine's clock did meanwhile. All of it is found by keys, so opening stays quick.
 */
export function createMoments(db: Db, clock: () => number): Moments {
  const { leases, numbers, visits } = schema
  // Each as a scalar, one inside the other: a Durable Object takes five terms in a compound select, and 32 arguments.
  const newest = [
    ...TABLES.map((table) => sql`select max(id) from ${table}`),
    // Number by number: a busy day has ten thousand leases.
    sql`select max((select max(id) from ${leases} l where l.day = (select max(day) from ${leases}) and l.number_id = n.id)) from ${numbers} n`,
  ].reduce((most, query) => sql`max(${most}, coalesce((${query}), 0))`, sql`0`)
  const { id, seen_at } = db.all<{ id: number; seen_at: number }>(
    sql`select ${newest} as id,
      coalesce((select max(v.seen_at) from ${leases} l join ${visits} v on v.id = l.visit_id where l.until_at is null), 0) as seen_at`,
  )[0] ?? { id: 0, seen_at: 0 }
  const ids = createIds(id)
  let last = id === 0 ? 0 : Math.max(timeOfId(id), seen_at)
  return {
    now: () => {
      last = Math.max(last, clock())
      return last
    },
    newId: ids,
  }
}

/** A clock that differs from what passed since by less than this is right: drift, or a small correction. */
const DRIFT_MS = 60_000
/** A clock that was moved is believed when it stands by it for so long. */
const BELIEVED_AFTER_MS = 10 * 60_000
/** How fast time goes while a clock that was set back catches up. */
const SLOWED = 0.5

/**
 * A clock that does not jump with the machine's: `wall` is ms since 1970, `elapsed` ms since some moment, which nobody can
 * set. Where the machine's clock leaps, time goes on as it passes, so that no visit ends for it and no lease is made in the
 * future; a clock that stands by its new time for ten minutes is believed. One that was set back is waited for: time goes
 * at half its pace until they meet, and never stands still.
 */
export function createSteadyClock(wall: () => number, elapsed: () => number): () => number {
  let time = wall()
  let passed = elapsed()
  let doubtedSince: number | undefined
  return () => {
    const mark = elapsed()
    const step = Math.max(0, mark - passed)
    passed = mark
    const shown = wall()
    const expected = time + step
    const off = shown - expected
    if (Math.abs(off) < DRIFT_MS) {
      doubtedSince = undefined
      // Never back: a small step back is slept through.
      time = Math.max(time, shown)
    } else {
      doubtedSince ??= mark
      const believed = mark - doubtedSince >= BELIEVED_AFTER_MS
      if (believed && off > 0) time = shown
      else time += believed ? step * SLOWED : step
    }
    return Math.floor(time)
  }
}
