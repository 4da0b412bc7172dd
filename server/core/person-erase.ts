import { eq, sql } from "drizzle-orm"
import type { Site } from "./db.js"
import { findPerson } from "./person.js"
import { people, personKeys } from "./schema.js"

/**
 * Erases who a person is: name, number, address and what was written about him, on himself, his leads, tasks, attempts,
 * orders, ratings and the forms of his visits. All counts, stages, sources and sums stay; what he was known by leads to
 * nobody. His calls keep their caller: those are erased as calls.
 */
export function erasePerson(site: Site, id: string): void {
  const person = findPerson(site, id).id
  const { db } = site
  const mine = sql`select id from leads where person_id = ${person}`
  const visitors = sql`select cast(value as integer) from person_keys where person_id = ${person} and kind = 'visitor'`
  db.run(sql`
    update visit_events set data = json_object('erased', 1) where kind in ('form', 'identify') and visit_id in (
      select id from visits where visitor_id in (${visitors}) union select id from visits where id in (${visitors})
      union select visit_id from leads where person_id = ${person} and visit_id is not null)`)
  db.run(sql`update tasks set notes = null where lead_id in (${mine})`)
  db.run(sql`update attempts set notes = null where lead_id in (${mine})`)
  db.run(sql`update lead_stages set reason = '' where lead_id in (${mine})`)
  db.run(sql`
    update leads set name = null, phone = null, email = null, company = null, position = null, fields = null, notes = null,
      stated_source = null, external_id = null, updated_at = ${site.now} where person_id = ${person}`)
  db.run(
    sql`update orders set phone = null, email = null, fields = null, updated_at = ${site.now} where person_id = ${person}`,
  )
  db.run(sql`update ratings set comment = null where person_id = ${person}`)
  db.delete(personKeys).where(eq(personKeys.person_id, person)).run()
  db.update(people)
    .set({ name: null, phone: null, email: null, erased_at: site.now, updated_at: site.now })
    .where(eq(people.id, person))
    .run()
}
