import { desc, eq, lt, sql } from "drizzle-orm"
import type { ErasureAnswer, ErasureRequest, ErasuresQuery } from "../../../shared/contract-erasure.js"
import { erasures, people, personKeys } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { decodeCursor, type Page, pageOf } from "../store/cursor.js"
import type { Site } from "../store/db.js"
import { decodeId, encodeId, timeOfId } from "../store/id.js"
import { invalid } from "../store/refusal.js"
import { readPhone } from "../value/phone.js"
import { eraseCaller, eraseLeads, eraseVisits, forgetRequests } from "./erased.js"
import { findPerson, findPersonByKey, phoneKey } from "./person.js"

type ErasureRow = typeof erasures.$inferSelect
type Erased = Omit<ErasureRow, "id">

const NOTHING: Erased = { people: 0, leads: 0, calls: 0, visits: 0, orders: 0 }

/**
 * Erases who a person is: name, number, address and what was written about him, on himself, his leads, tasks, attempts,
 * orders and ratings, his visits' forms and click ids, and his calls' caller, recording and notes. All counts, stages,
 * sources and sums stay; what he was known by leads to nobody.
 */
export function erasePerson(site: Site, id: string): void {
  note(site, eraseRow(site, findPerson(site, id).id))
}

/**
 * Erases whoever has this number, address or visitor id: the person, and what no person was made of (calls that made no
 * lead, visits of nobody known). Refuses a number that is none. What was found is counted, and of whom it was is not kept.
 */
export function eraseByRequest(site: Site, { phone, email, visitor }: ErasureRequest): ErasureAnswer {
  const number = phone === undefined ? undefined : readPhone(phone, readSettings(site).country)
  if (phone !== undefined && number === undefined)
    throw invalid("phone", "must be a phone number, best in E.164: +15551230199")
  const first = visitor === undefined ? undefined : decodeId("vtr", visitor)?.id
  const key = number && phoneKey(site, number)
  const mail = email?.toLowerCase()
  const known = [
    key && findPersonByKey(site, "phone", key),
    mail && findPersonByKey(site, "email", mail),
    first && findPersonByKey(site, "visitor", String(first)),
  ].filter((person) => typeof person === "number")
  const erased = [...new Set(known)].map((person) => eraseRow(site, person))
  const rest: Erased = {
    ...NOTHING,
    calls: key ? eraseCaller(site, key) : 0,
    visits: first ? eraseVisits(site, sql`id = ${first} or visitor_id = ${first}`) : 0,
  }
  for (const text of [number?.slice(1), mail]) if (text) forgetRequests(site, text)
  return describeErasure(note(site, [...erased, rest].reduce(add)))
}

/** What was erased on request, latest first. */
export function listErasures(site: Site, { limit, cursor }: ErasuresQuery): Page<ErasureAnswer> {
  const before = cursor === undefined ? undefined : lt(erasures.id, decodeCursor(cursor, 1)[0] ?? 0)
  const rows = site.db
    .select()
    .from(erasures)
    .where(before)
    .orderBy(desc(erasures.id))
    .limit(limit + 1)
    .all()
  return pageOf(rows, limit, ({ id }) => [id], describeErasure)
}

/** Erases a person by row; nothing is noted. */
export function eraseRow(site: Site, person: number): Erased {
  const { db } = site
  const keys = db
    .select({ kind: personKeys.kind, value: personKeys.value })
    .from(personKeys)
    .where(eq(personKeys.person_id, person))
    .all()
  const of = (kind: string) => keys.flatMap((key) => (key.kind === kind ? [key.value] : []))
  const visitors = sql`select cast(value as integer) from json_each(${JSON.stringify(of("visitor"))})`
  const visits = eraseVisits(
    site,
    sql`id in (${visitors}) or visitor_id in (${visitors}) or id in (select visit_id from leads where person_id = ${person})`,
  )
  const leads = eraseLeads(site, sql`person_id = ${person}`)
  const orders = db.all(
    sql`update orders set phone = null, email = null, fields = null, updated_at = ${site.now} where person_id = ${person} returning id`,
  ).length
  db.run(sql`update ratings set comment = null where person_id = ${person}`)
  db.delete(personKeys).where(eq(personKeys.person_id, person)).run()
  db.update(people)
    .set({ name: null, phone: null, email: null, erased_at: site.now, updated_at: site.now })
    .where(eq(people.id, person))
    .run()
  const calls = of("phone").reduce((count, phone) => count + eraseCaller(site, phone), 0)
  for (const email of of("email")) forgetRequests(site, email)
  return { people: 1, leads, calls, visits, orders }
}

function note(site: Site, erased: Erased): ErasureRow {
  const row = { id: site.newId(), ...erased }
  site.db.insert(erasures).values(row).run()
  return row
}

function add(one: Erased, other: Erased): Erased {
  return {
    people: one.people + other.people,
    leads: one.leads + other.leads,
    calls: one.calls + other.calls,
    visits: one.visits + other.visits,
    orders: one.orders + other.orders,
  }
}

function describeErasure({ id, ...erased }: ErasureRow): ErasureAnswer {
  return { id: encodeId("erasure", id), at: new Date(timeOfId(id)).toISOString(), ...erased }
}
