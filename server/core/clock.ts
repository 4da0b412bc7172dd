import { sql } from "drizzle-orm"
import type { Db } from "./db.js"
import { createIds, timeOfId } from "./id.js"
import { calls, visits } from "./schema.js"

/** The moment and the ids of one database. */
export interface Moments {
  /** The time, ms; it never goes back, not even over a restart. */
  now(): number
  newId(now: number): number
}

/** A site's moments: they go on from its newest rows, whatever the machine's clock did meanwhile. */
export function createMoments(db: Db, clock: () => number): Moments {
  const newest =
    db.all<{ id: number }>(
      sql`select max(coalesce((select max(id) from ${visits}), 0), coalesce((select max(id) from ${calls}), 0)) as id`,
    )[0]?.id ?? 0
  const ids = createIds(newest)
  let last = newest === 0 ? 0 : timeOfId(newest)
  return {
    now: () => {
      last = Math.max(last, clock())
      return last
    },
    newId: ids,
  }
}
