import { sql } from "drizzle-orm"
import type { Db } from "./db.js"
import { createIds, timeOfId } from "./id.js"
import {
  agents,
  calls,
  costs,
  keys,
  leads,
  leases,
  numbers,
  orders,
  people,
  pools,
  ratings,
  sources,
  tasks,
  tickets,
  visits,
} from "./schema.js"

/** The moment and the ids of one database. */
export interface Moments {
  /** The time, ms; it never goes back, not even over a restart. */
  now(): number
  newId(now: number): number
}

/** Tables whose ids are the site's, but for leases, found by number, and events, which see to theirs where they are made. */
const TABLES = [
  visits,
  calls,
  sources,
  numbers,
  pools,
  keys,
  people,
  leads,
  tasks,
  agents,
  tickets,
  ratings,
  orders,
  costs,
]

/**
 * A site's moments: they go on from its newest rows and the latest sign of life of a visit that holds a number, whatever
 * the machine's clock did meanwhile. All of it is found by keys, so opening stays quick.
 */
export function createMoments(db: Db, clock: () => number): Moments {
  // Each as a scalar: a Durable Object takes five terms in a compound select.
  const newest = sql.join(
    [
      ...TABLES.map((table) => sql`select max(id) from ${table}`),
      sql`select max((select max(id) from ${leases} l where l.number_id = n.id)) from ${numbers} n`,
    ].map((query) => sql`coalesce((${query}), 0)`),
    sql`, `,
  )
  const { id, seen_at } = db.all<{ id: number; seen_at: number }>(
    sql`select max(${newest}) as id,
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
