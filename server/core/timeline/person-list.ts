import { and, desc, eq, lt, type SQL, sql } from "drizzle-orm"
import type { z } from "zod"
import type { Step } from "../../../shared/contract.js"
import type {
  JoinRequest,
  PeopleQuery,
  PersonAnswer,
  PersonDetail,
  SplitRequest,
} from "../../../shared/contract-people.js"
import { shownCaller } from "../caller/caller-privacy.js"
import { listLeadsOf } from "../lead/lead-list.js"
import { describeOrder } from "../money/order.js"
import {
  findPerson,
  findPersonByKey,
  joinPeople,
  type KeyKind,
  type PersonRow,
  personId,
  phoneKey,
  splitPerson,
  takeKey,
} from "../person/person.js"
import { calls, orders, people, personKeys, visitEvents, visits } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { decodeCursor, type Page, pageOf } from "../store/cursor.js"
import type { Site } from "../store/db.js"
import { decodeId, encodeId, timeOfId } from "../store/id.js"
import { invalid, notFound } from "../store/refusal.js"
import { readPhone } from "../value/phone.js"
import { visitId, visitorId } from "../visit/visit.js"

/** Leads, orders and steps that one answer holds: the latest of each. */
const LATEST = 500

/** People, newest first; by a key the one who has it. */
export function listPeople(site: Site, query: PeopleQuery): Page<PersonAnswer> {
  const where: SQL[] = [sql`${people.joined_into} is null`]
  for (const kind of ["phone", "email", "visitor"] as const) {
    const value = query[kind]
    if (value === undefined) continue
    const found = findPersonByKey(site, kind, keyValue(site, { kind, value }, kind))
    where.push(eq(people.id, found ?? -1))
  }
  if (query.cursor !== undefined) where.push(lt(people.id, decodeCursor(query.cursor, 1)[0] ?? 0))
  const rows = site.db
    .select()
    .from(people)
    .where(and(...where))
    .orderBy(desc(people.id))
    .limit(query.limit + 1)
    .all()
  return pageOf(
    rows,
    query.limit,
    ({ id }) => [id],
    (row) => describePerson(site, row),
  )
}

/** A person in the public shape. */
export function describePerson(site: Site, person: PersonRow): PersonAnswer {
  const counted = site.db.all<{ leads: number; orders: number }>(
    sql`select (select count(*) from leads where person_id = ${person.id}) as leads, (select count(*) from orders where person_id = ${person.id}) as orders`,
  )[0]
  return {
    id: personId(person.id),
    name: person.name,
    phone: person.phone,
    email: person.email,
    keys: keysOfPerson(site, person.id),
    leads: counted?.leads ?? 0,
    orders: counted?.orders ?? 0,
    created_at: new Date(person.created_at).toISOString(),
    updated_at: new Date(person.updated_at).toISOString(),
    erased_at: person.erased_at === null ? null : new Date(person.erased_at).toISOString(),
  }
}

/** A person with everything that is known of him, on one line of time. */
export function describePersonDetail(site: Site, person: PersonRow): PersonDetail {
  const { leads: _leads, orders: _orders, ...answer } = describePerson(site, person)
  const bought = site.db
    .select({ id: orders.id })
    .from(orders)
    .where(eq(orders.person_id, person.id))
    .orderBy(desc(orders.at), desc(orders.id))
    .limit(LATEST)
    .all()
    .reverse()
  return {
    ...answer,
    joined: site.db
      .select()
      .from(people)
      .where(eq(people.joined_into, person.id))
      .orderBy(people.joined_at)
      .limit(LATEST)
      .all()
      .map(({ id, joined_reason, joined_at }) => ({
        person: personId(id),
        reason: joined_reason ?? "",
        at: new Date(joined_at ?? 0).toISOString(),
      })),
    leads: listLeadsOf(site, { person: person.id, visitor: null }, LATEST),
    orders: bought.map((order) => describeOrder(site, order)),
    journey: journeyOf(site, person.id),
  }
}

/** Takes keys from a person for a new one. */
export function splitByRequest(site: Site, id: string, { keys }: SplitRequest) {
  const person = findPerson(site, id)
  const split = splitPerson(
    site,
    person,
    keys.map((key, index) => [key.kind, keyValue(site, key, `keys.${index}.value`)]),
  )
  return { person: describePerson(site, findPerson(site, id)), split: describePerson(site, rowOf(site, split)) }
}

/** Makes people one, because somebody knows that they are. */
export function joinByRequest(site: Site, id: string, { person, keys, reason }: JoinRequest): PersonAnswer {
  if (person === undefined && keys === undefined) throw invalid("person", "name whom or which keys to join")
  let kept = findPerson(site, id).id
  if (person !== undefined) kept = joinPeople(site, kept, findPerson(site, person).id, reason)
  for (const [index, key] of (keys ?? []).entries()) {
    const value = keyValue(site, key, `keys.${index}.value`)
    const owner = findPersonByKey(site, key.kind, value)
    kept = owner === undefined ? takeKey(site, kept, key.kind, value, reason) : joinPeople(site, kept, owner, reason)
  }
  return describePerson(site, rowOf(site, kept))
}

function rowOf(site: Site, id: number): PersonRow {
  const row = site.db.select().from(people).where(eq(people.id, id)).all()[0]
  if (!row) throw notFound("person")
  return row
}

function keysOfPerson(site: Site, person: number): PersonAnswer["keys"] {
  return site.db
    .select({ key: personKeys, secret: visits.secret })
    .from(personKeys)
    .leftJoin(visits, sql`${personKeys.kind} = 'visitor' and ${visits.id} = cast(${personKeys.value} as integer)`)
    .where(eq(personKeys.person_id, person))
    .orderBy(personKeys.created_at, personKeys.kind, personKeys.value)
    .all()
    .map(({ key, secret }) => ({
      kind: key.kind as KeyKind,
      value: shownKey(site, key, secret),
      reason: key.reason,
      since: new Date(key.created_at).toISOString(),
    }))
}

function shownKey(site: Site, { kind, value }: { kind: string; value: string }, secret: string | null): string {
  if (kind === "visitor") return visitorId({ id: Number(value), secret: secret ?? "" })
  return kind === "phone" ? (shownCaller(site, { from_e164: value, from_shown: null }) ?? value) : value
}

/** A key as the database has it. */
function keyValue(site: Site, { kind, value }: { kind: KeyKind; value: string }, path: string): string {
  if (kind === "email") return value.toLowerCase()
  if (kind === "phone") {
    if (value.startsWith("hash:")) return value
    const e164 = readPhone(value, readSettings(site).country)
    if (e164 === undefined) throw invalid(path, "must be a phone number, best in E.164: +15551230199")
    return phoneKey(site, e164)
  }
  const key = decodeId("vtr", value)
  const first = key && site.db.select().from(visits).where(eq(visits.id, key.id)).all()[0]
  if (!first || first.secret !== key.secret) throw invalid(path, "there is no such visitor")
  return String(first.id)
}

type Steps = z.infer<typeof Step>[]

/** Everything that happened to a person, in the order of time: the latest 500 steps. */
function journeyOf(site: Site, person: number): Steps {
  const steps = [...visitSteps(site, person), ...callSteps(site, person), ...moneySteps(site, person)]
  return steps.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).slice(-LATEST)
}

const visitorsOf = (person: number) =>
  sql`select cast(value as integer) from person_keys where person_id = ${person} and kind = 'visitor'`

function visitSteps(site: Site, person: number): Steps {
  const rows = site.db.all<{ id: number; secret: string; landing_url: string; channel: string }>(sql`
    select v.id, v.secret, v.landing_url, s.channel from (
      select id from visits where visitor_id in (${visitorsOf(person)}) union select id from visits where id in (${visitorsOf(person)})
      order by id desc limit ${sql.raw(String(LATEST))}
    ) mine join visits v on v.id = mine.id join sources s on s.id = v.source_id`)
  const events = site.db
    .select({ event: visitEvents, secret: visits.secret })
    .from(sql`json_each(${JSON.stringify(rows.map(({ id }) => id))}) mine`)
    .innerJoin(visits, sql`${visits.id} = mine.value`)
    .innerJoin(visitEvents, eq(visitEvents.visit_id, visits.id))
    .orderBy(desc(visitEvents.id))
    .limit(LATEST)
    .all()
  return [
    ...rows.map(({ id, secret, landing_url, channel }) => ({
      at: new Date(timeOfId(id)).toISOString(),
      kind: "visit" as const,
      visit: visitId({ id, secret }),
      call: null,
      data: { channel, landing_url },
    })),
    ...events.map(({ event, secret }) => ({
      at: new Date(timeOfId(event.id)).toISOString(),
      kind: event.kind,
      visit: visitId({ id: event.visit_id, secret }),
      call: null,
      data: event.data ?? {},
    })),
  ]
}

function callSteps(site: Site, person: number): Steps {
  const phones = sql`select value from person_keys where person_id = ${person} and kind = 'phone'`
  return site.db
    .select({ call: calls, visit: { id: visits.id, secret: visits.secret } })
    .from(calls)
    .leftJoin(visits, eq(visits.id, calls.visit_id))
    .where(
      sql`${calls.id} in (
        select id from calls where from_e164 in (${phones})
        union select call_id from leads where person_id = ${person} and call_id is not null
        union select call_id from orders where person_id = ${person} and call_id is not null)`,
    )
    .orderBy(desc(calls.started_at))
    .limit(LATEST)
    .all()
    .map(({ call, visit }) => ({
      at: new Date(call.started_at).toISOString(),
      kind: "call" as const,
      visit: visit ? visitId(visit) : null,
      call: encodeId("call", call.id),
      data: { status: call.status, to: call.to_e164, talk_s: call.talk_s },
    }))
}

type MoneyRow = {
  kind: "lead" | "stage" | "task" | "attempt" | "order" | "ticket" | "rating"
  at: number
  data: string
}

/** What came of it: leads and their stages, what was done about them, orders, tickets and ratings. */
function moneySteps(site: Site, person: number): Steps {
  const limit = sql.raw(String(LATEST))
  const mine = sql`select id from leads where person_id = ${person}`
  const rows = [
    ...site.db.all<MoneyRow>(sql`
      select 'lead' as kind, created_at as at, json_object('lead', id, 'origin', origin) as data from leads where person_id = ${person}
      union all select 'stage', at, json_object('lead', lead_id, 'stage', stage, 'from', from_stage, 'reason', reason) from lead_stages where from_stage <> '' and lead_id in (${mine})
      union all select 'task', done_at, json_object('lead', lead_id, 'task', id, 'step', step, 'result', result) from tasks where done_at is not null and result <> 'cancelled' and lead_id in (${mine})
      union all select 'attempt', at, json_object('lead', lead_id, 'medium', medium, 'result', result) from attempts where lead_id in (${mine})
      order by at desc limit ${limit}`),
    ...site.db.all<MoneyRow>(sql`
      select 'order' as kind, at, json_object('order', id, 'external_id', external_id, 'repeat', repeat) as data from orders where person_id = ${person}
      union all select 'ticket', opened_at, json_object('ticket', id, 'topic', topic, 'solved', solved_at is not null) from tickets where person_id = ${person}
      union all select 'rating', at, json_object('rating', id, 'score', score) from ratings where person_id = ${person}
      order by at desc limit ${limit}`),
  ]
  return rows.map(({ kind, at, data }) => {
    const said = JSON.parse(data) as Record<string, unknown>
    for (const noun of ["lead", "task", "order", "ticket", "rating"])
      if (typeof said[noun] === "number") said[noun] = encodeId(noun, said[noun])
    return { at: new Date(at).toISOString(), kind, visit: null, call: null, data: said }
  })
}
