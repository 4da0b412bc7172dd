import { getTableColumns, is, sql } from "drizzle-orm"
import { type SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core"
import type { Db } from "./db.js"
import { createIds, timeOfId } from "./id.js"
import * as schema from "./schema.js"

/** The moment and the ids of one database. */
export interface Moments {
  /** The time, ms; it never goes back, not even over a restart. */
  now(): number
  newId(now: number): number
}

/**
 * The tables whose rows take their keys from the site: all with a growing integer as their key. Leases are found by number,
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
    sql`select max((select max(id) from ${leases} l where l.number_id = n.id)) from ${numbers} n`,
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
