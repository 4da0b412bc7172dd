import { and, desc, gte, sql } from "drizzle-orm"
import { findNumberByPhone } from "../number/number.js"
import { listPools } from "../number/pool.js"
import { fixedNumbers, visitEvents } from "../schema/schema.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import type { VisitRow } from "../visit/visit.js"

// Numbers of the site's own that a page prints itself. Whoever reads one there was never lent it, and calls from it are
// credited to visits that did not make them.

/** So many visits must have met the number: one alone may have come with a copy of a page that was swapped for another. */
const VISITS_AT_LEAST = 2

/** Where a number stands that should stand nowhere. */
export type FixedNumber = typeof fixedNumbers.$inferSelect

const statements = prepareOnce((db: Db) => {
  const value = sql.placeholder
  return {
    note: db
      .insert(fixedNumbers)
      .values({
        number_id: value("number_id"),
        visit_id: value("visit_id"),
        visits: 1,
        page: value("page"),
        seen_at: value("seen_at"),
      })
      .onConflictDoUpdate({
        target: fixedNumbers.number_id,
        set: {
          visits: sql`${fixedNumbers.visits} + (${fixedNumbers.visit_id} <> excluded.visit_id)`,
          visit_id: sql`excluded.visit_id`,
          page: sql`excluded.page`,
          seen_at: sql`excluded.seen_at`,
        },
      })
      .prepare(),
    pageOf: db
      .select({ data: visitEvents.data })
      .from(visitEvents)
      .where(sql`${visitEvents.visit_id} = ${value("visit_id")} and ${visitEvents.kind} = 'page'`)
      .orderBy(desc(visitEvents.id))
      .limit(1)
      .prepare(),
  }
})

/**
 * The script found a number in a page before it had written it there. What is not the site's, and what its pages print
 * rightly (a swap target), is ignored.
 */
export function noteFixedNumber(site: Site, visit: VisitRow, e164: string): void {
  const number = findNumberByPhone(site, e164)
  if (!number || listPools(site).some(({ target }) => target === e164)) return
  const { note, pageOf } = statements(site)
  const url = String(pageOf.all({ visit_id: visit.id })[0]?.data?.url ?? visit.landing_url)
  note.run({ number_id: number.id, visit_id: visit.id, page: url.replace(/[?#].*/s, ""), seen_at: site.now })
}

/** Numbers that stood as fixed text since `from` (ms), in the view of two visits at least, by their row. */
export function listFixedNumbers(site: Site, from: number): ReadonlyMap<number, FixedNumber> {
  const { visits, seen_at } = fixedNumbers
  const rows = site.db
    .select()
    .from(fixedNumbers)
    .where(and(gte(visits, VISITS_AT_LEAST), gte(seen_at, from)))
    .all()
  return new Map(rows.map((row) => [row.number_id, row]))
}
