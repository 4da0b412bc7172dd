import { type SQL, sql } from "drizzle-orm"
import type { NumberRow } from "../number/number.js"
import { leases } from "../schema/schema.js"
import { dayOfId, utcDayOf } from "../store/id.js"

/** Where a walk through a number's leases begins: those with ids below `before`, from the day `day` back to the day `first`. */
export type Place<T = unknown> = {
  readonly number: T
  readonly before: T
  readonly day: T
  readonly first: T
}

/**
 * The place of a number's leases before an id: none was made before the number itself, none after its last hold ended. So a
 * number that rested for years costs no walk through them.
 */
export function placeInHistory(
  { id, busy_until }: Pick<NumberRow, "id" | "busy_until">,
  before: number,
): Place<number> {
  return { number: id, before, day: Math.min(dayOfId(before), utcDayOf(busy_until)), first: dayOfId(id) }
}

// Leases lie by day, so the days are walked back one by one. Limits are written into the query: a bound one would make SQLite
// plan it anew at every run.

const theirs = ({ number, before }: Place) =>
  sql`l.day = walk.day and l.number_id = (select ${number}) and l.id < (select ${before})`

const walkOf = (limit: number, place: Place) => sql`with recursive walk (day, counted) as (
    select ${place.day}, 0
    union all
    select walk.day - 1, counted + (select count(*) from ${leases} l where ${theirs(place)})
      from walk where walk.day >= ${place.first} and counted < ${sql.raw(String(limit))})`

/**
 * A number's latest leases, newest first, as a table to select from: the columns of `leases`. `place` holds the values of
 * `placeInHistory`, as placeholders or as they are.
 */
export function latestOf(limit: number, place: Place): SQL {
  const most = sql.raw(String(limit))
  return sql`(${walkOf(limit, place)}
    select l.* from walk cross join ${leases} l on ${theirs(place)} where counted < ${most} order by l.id desc limit ${most})`
}

/**
 * How many leases a number had, as a table of one row: `count` of whole days until it reaches `limit`, and the id of the
 * `oldest` that was counted (null for none).
 */
export function countOf(limit: number, place: Place): SQL {
  const { number, before } = place
  // The walk ends below the last day that it counted.
  return sql`(${walkOf(limit, place)}
    select counted as count,
        (select min(l.id) from ${leases} l where l.day = last.day and l.number_id = ${number} and l.id < ${before}) as oldest
      from (select counted, day + 1 as day from walk order by counted desc, walk.day desc limit 1) last)`
}
