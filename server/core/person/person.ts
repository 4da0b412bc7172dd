import { and, eq, sql } from "drizzle-orm"
import { readKnownCaller } from "../caller/caller-privacy.js"
import { leads, orders, people, peopleApart, personKeys, ratings, tickets } from "../schema/schema.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import { decodeId, encodeId } from "../store/id.js"
import { notFound, Refusal } from "../store/refusal.js"
import { markRepeatsOf } from "./repeat.js"

/** A person as it is stored. */
export type PersonRow = typeof people.$inferSelect

/** What a person is known by; the strongest first: a browser and a telephone may serve several people. */
export const KEY_KINDS = ["email", "phone", "visitor"] as const
export type KeyKind = (typeof KEY_KINDS)[number]

/** What is known of somebody: E.164, an e-mail address in lower case, the row id of the visitor's first visit. */
export interface Identity {
  readonly visitor_id?: number | null
  readonly phone?: string | null
  readonly email?: string | null
  readonly name?: string | null
}

/** Keys of one person at most: a browser in a shop window, or the number of a switchboard, is nobody's. */
const KEYS_A_PERSON = 50

const statements = prepareOnce((db: Db) => {
  const value = sql.placeholder
  return {
    byKey: db
      .select({ person_id: personKeys.person_id })
      .from(personKeys)
      .where(and(eq(personKeys.kind, value("kind")), eq(personKeys.value, value("value"))))
      .prepare(),
    countKeys: db
      .select({ count: sql<number>`count(*)` })
      .from(personKeys)
      .where(eq(personKeys.person_id, value("person_id")))
      .prepare(),
    addKey: db
      .insert(personKeys)
      .values({
        kind: value("kind"),
        value: value("value"),
        person_id: value("person_id"),
        reason: value("reason"),
        created_at: value("created_at"),
      })
      .onConflictDoNothing()
      .prepare(),
    byId: db
      .select()
      .from(people)
      .where(eq(people.id, value("id")))
      .prepare(),
    add: db
      .insert(people)
      .values({
        id: value("id"),
        name: value("name"),
        phone: value("phone"),
        email: value("email"),
        created_at: value("now"),
        updated_at: value("now"),
      })
      .prepare(),
    // What is known stays; what is new fills the gaps.
    fill: db
      .update(people)
      .set({
        name: sql`coalesce(name, ${value("name")})`,
        phone: sql`coalesce(phone, ${value("phone")})`,
        email: sql`coalesce(email, ${value("email")})`,
        updated_at: sql`${value("now")}`,
      })
      .where(eq(people.id, value("id")))
      .prepare(),
    apart: db
      .select({ low_id: peopleApart.low_id })
      .from(peopleApart)
      .where(and(eq(peopleApart.low_id, value("low")), eq(peopleApart.high_id, value("high"))))
      .prepare(),
  }
})

/** The person who has this key. */
export function findPersonByKey(site: Site, kind: KeyKind, value: string): number | undefined {
  return statements(site).byKey.all({ kind, value: kind === "phone" ? phoneKey(site, value) : value })[0]?.person_id
}

/** A phone number as the site's calls know their callers: where callers are hashed, so are the keys of people. */
export function phoneKey(site: Site, phone: string): string {
  return phone.startsWith("hash:") ? phone : (readKnownCaller(site, phone).from_e164 ?? phone)
}

/**
 * The person with these keys, made when nobody has any of them; undefined where there is no key at all. Keys that nobody
 * had become his, with the reason. Keys of several people make them one, but only where `trusted` (what a stranger typed
 * into a form joins nobody) and where nobody has said that they are not one; else it is the one with the strongest key.
 */
export function personFor(site: Site, identity: Identity, reason: string, trusted: boolean): number | undefined {
  const keys = keysOf(site, identity)
  if (keys.length === 0) return undefined
  const known = [...new Set(keys.flatMap(([kind, value]) => findPersonByKey(site, kind, value) ?? []))]
  const { name = null, email = null } = identity
  const phone = identity.phone?.startsWith("hash:") ? null : (identity.phone ?? null)
  let [id] = known
  if (id === undefined) {
    id = site.newId()
    statements(site).add.run({ id, name, phone, email, now: site.now })
  } else {
    for (const other of trusted ? known.slice(1) : []) id = joinUnlessApart(site, id, other, reason)
    statements(site).fill.run({ id, name, phone, email, now: site.now })
  }
  let room = KEYS_A_PERSON - (statements(site).countKeys.all({ person_id: id })[0]?.count ?? 0)
  for (const [kind, value] of keys)
    if (room > 0 && findPersonByKey(site, kind, value) === undefined) {
      statements(site).addKey.run({ kind, value, person_id: id, reason, created_at: site.now })
      room--
    }
  return id
}

/** A key that nobody has becomes this person's, because somebody said so; refuses one too many. Answers the person. */
export function takeKey(site: Site, person: number, kind: KeyKind, value: string, reason: string): number {
  const count = statements(site).countKeys.all({ person_id: person })[0]?.count ?? 0
  if (count >= KEYS_A_PERSON) throw new Refusal("conflict", `a person has at most ${KEYS_A_PERSON} keys`)
  statements(site).addKey.run({ kind, value, person_id: person, reason, created_at: site.now })
  return person
}

/** Makes two people one: the older one stays, the other's id leads to him. Answers the one that stays. */
export function joinPeople(site: Site, one: number, other: number, reason: string): number {
  if (one === other) return one
  const [kept, gone] = one < other ? [one, other] : [other, one]
  const before = statements(site).byId.all({ id: gone })[0]
  site.db
    .delete(peopleApart)
    .where(and(eq(peopleApart.low_id, kept), eq(peopleApart.high_id, gone)))
    .run()
  // Whoever is not the one is not the other either.
  for (const { low_id, high_id } of apartOf(site, gone)) markApart(site, kept, low_id === gone ? high_id : low_id)
  site.db.delete(peopleApart).where(sql`${peopleApart.low_id} = ${gone} or ${peopleApart.high_id} = ${gone}`).run()
  for (const table of [personKeys, leads, orders, tickets, ratings])
    site.db.update(table).set({ person_id: kept }).where(eq(table.person_id, gone)).run()
  markRepeatsOf(site, kept)
  site.db
    .update(people)
    .set({
      joined_into: kept,
      joined_reason: reason,
      joined_at: site.now,
      updated_at: site.now,
      name: null,
      phone: null,
      email: null,
    })
    .where(eq(people.id, gone))
    .run()
  site.db.update(people).set({ joined_into: kept }).where(eq(people.joined_into, gone)).run()
  const { name = null, phone = null, email = null } = before ?? {}
  statements(site).fill.run({ id: kept, name, phone, email, now: site.now })
  return kept
}

/** Takes keys from a person for a new one, with the leads, orders, tickets and ratings that hang on them; they are not joined again by themselves. */
export function splitPerson(site: Site, person: PersonRow, keys: readonly (readonly [KeyKind, string])[]): number {
  const wanted = JSON.stringify(keys)
  const id = site.newId()
  statements(site).add.run({ id, name: null, phone: null, email: null, now: site.now })
  const mine = sql`select value ->> 0 as kind, value ->> 1 as value from json_each(${wanted})`
  const moved = site.db
    .update(personKeys)
    .set({ person_id: id })
    .where(sql`person_id = ${person.id} and (kind, value) in (${mine})`)
    .returning({ kind: personKeys.kind })
    .all()
  if (moved.length < keys.length) throw new Refusal("conflict", "this person has no such key")
  if ((statements(site).countKeys.all({ person_id: person.id })[0]?.count ?? 0) === 0)
    throw new Refusal("conflict", "a person keeps one key at least: the rest of him would be nobody")
  const has = (kind: KeyKind, column: string) =>
    sql`${sql.raw(column)} in (select cast(m.value as ${sql.raw(kind === "visitor" ? "integer" : "text")}) from (${mine}) m where m.kind = ${kind})`
  const call = sql`call_id in (select c.id from calls c where ${has("phone", "c.from_e164")} or ${has("visitor", "c.visitor_id")})`
  site.db
    .update(leads)
    .set({ person_id: id })
    .where(
      sql`person_id = ${person.id} and (${has("phone", "phone")} or ${has("email", "email")} or (phone is null and email is null and (${has("visitor", "visitor_id")} or ${call})))`,
    )
    .run()
  const lead = sql`lead_id in (select l.id from leads l where l.person_id = ${id})`
  const bought = sql` or ${has("phone", "phone")} or ${has("email", "email")}`
  for (const table of [orders, tickets])
    site.db
      .update(table)
      .set({ person_id: id })
      .where(
        sql`person_id = ${person.id} and (${lead} or (lead_id is null and (${call} or ${has("visitor", "visitor_id")}${table === orders ? bought : sql``})))`,
      )
      .run()
  site.db.update(ratings).set({ person_id: id }).where(sql`person_id = ${person.id} and ${call}`).run()
  for (const one of [person.id, id]) markRepeatsOf(site, one)
  markApart(site, person.id, id)
  const phone = keys.find(([kind]) => kind === "phone")?.[1] ?? null
  const email = keys.find(([kind]) => kind === "email")?.[1] ?? null
  statements(site).fill.run({ id, name: null, phone, email, now: site.now })
  site.db
    .update(people)
    .set({
      phone: person.phone === phone ? null : person.phone,
      email: person.email === email ? null : person.email,
      updated_at: site.now,
    })
    .where(eq(people.id, person.id))
    .run()
  return id
}

/** The person with this public id, or the one he was joined to; refuses for any other. */
export function findPerson(site: Site, id: string): PersonRow {
  const key = decodeId("person", id)
  const row = key && statements(site).byId.all({ id: key.id })[0]
  const kept = row?.joined_into ? statements(site).byId.all({ id: row.joined_into })[0] : row
  if (!kept) throw notFound("person")
  return kept
}

/** The public id of a person. */
export function personId(id: number): string {
  return encodeId("person", id)
}

function keysOf(site: Site, { email, phone, visitor_id }: Identity): [KeyKind, string][] {
  const values = {
    email,
    phone: phone ? phoneKey(site, phone) : undefined,
    visitor: visitor_id === null ? undefined : visitor_id?.toString(),
  }
  return KEY_KINDS.flatMap((kind): [KeyKind, string][] => {
    const value = values[kind]
    return value ? [[kind, value]] : []
  })
}

function joinUnlessApart(site: Site, one: number, other: number, reason: string): number {
  const [low, high] = one < other ? [one, other] : [other, one]
  const count = (id: number) => statements(site).countKeys.all({ person_id: id })[0]?.count ?? 0
  if (statements(site).apart.all({ low, high }).length > 0 || count(one) + count(other) > KEYS_A_PERSON) return one
  return joinPeople(site, one, other, reason)
}

function markApart(site: Site, one: number, other: number): void {
  const [low_id, high_id] = one < other ? [one, other] : [other, one]
  if (low_id !== high_id) site.db.insert(peopleApart).values({ low_id, high_id }).onConflictDoNothing().run()
}

function apartOf(site: Site, id: number): { low_id: number; high_id: number }[] {
  return site.db
    .select()
    .from(peopleApart)
    .where(sql`${peopleApart.low_id} = ${id} or ${peopleApart.high_id} = ${id}`)
    .all()
}
