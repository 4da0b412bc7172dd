import { sql } from "drizzle-orm"
import type { Site } from "../store/db.js"
import { idAt, timeOfId } from "../store/id.js"

/** Somebody met the business: a visit, or a call that no visit is known for but its number's source is (a billboard's). */
export interface Touch {
  readonly kind: "visit" | "call"
  /** The row's id in `visits` or `calls`. */
  readonly id: number
  /** When it began, ms. */
  readonly time: number
  readonly source_id: number
  /** Whether it is the conversion's own visit or call: one of its touches however long ago. */
  readonly own: boolean
}

/** Who converted, by whatever is known of him: row ids. */
export interface Who {
  readonly visitor_id?: number | null
  readonly person_id?: number | null
  readonly call_id?: number | null
  readonly visit_id?: number | null
}

/** One conversion whose touches are asked for, and its moment, ms. */
export interface Conversion extends Who {
  readonly before: number
}

/** Touches of one conversion at most: the latest ones. */
export const TOUCHES = 500
/** Conversions in one statement: some 100 bytes each of JSON. */
const BATCH = 5000

/**
 * All touches of a person or visitor at or before a moment (ms), not older than `windowMs`, in the order of time, 500 at
 * most. A person's touches are those of all his visitors and caller numbers; the visit of the conversion itself is one,
 * however long ago it began.
 */
export function touchesOf(site: Site, who: Who, before: number, windowMs: number): Touch[] {
  return touchesOfAll(site, [{ ...who, before }], windowMs)[0] ?? []
}

/** The touches of many conversions, in their order: a few statements for all of them. */
export function touchesOfAll(site: Site, conversions: readonly Conversion[], windowMs: number): Touch[][] {
  const found: Touch[][] = []
  for (let start = 0; start < conversions.length; start += BATCH)
    found.push(...touchesOfBatch(site, conversions.slice(start, start + BATCH), windowMs))
  return found
}

type Row = [place: number, kind: number, id: number, started: number, source: number, own: number]

function touchesOfBatch(site: Site, conversions: readonly Conversion[], windowMs: number): Touch[][] {
  const asked = conversions.map(({ visitor_id, person_id, call_id, visit_id, before }) => [
    visitor_id ?? null,
    person_id ?? null,
    call_id ?? null,
    visit_id ?? null,
    idAt(before - windowMs),
    idAt(before + 1),
    before - windowMs,
    before,
  ])
  const rows = site.db.values<Row>(sql`
    with asked as materialized (
      select key as place, value ->> 0 as visitor, value ->> 1 as person, value ->> 2 as call, value ->> 3 as visit,
        value ->> 4 as id_from, value ->> 5 as id_to, value ->> 6 as time_from, value ->> 7 as time_to
      from json_each(${JSON.stringify(asked)})
    ),
    known as materialized (
      select asked.*, c.visitor_id as call_visitor, c.from_e164 as call_phone, c.visit_id as call_visit,
        c.source_id as call_source, c.started_at as call_start,
        coalesce(
          person,
          (select k.person_id from person_keys k where k.kind = 'visitor' and k.value = cast(coalesce(asked.visitor, c.visitor_id) as text)),
          (select k.person_id from person_keys k where k.kind = 'phone' and k.value = c.from_e164)
        ) as who
      from asked left join calls c on c.id = asked.call
    ),
    visitors as materialized (
      select place, visitor, id_from, id_to from known where visitor is not null
      union select place, call_visitor, id_from, id_to from known where call_visitor is not null
      union select place, cast(k.value as integer), id_from, id_to
        from known join person_keys k on k.person_id = known.who and k.kind = 'visitor'
    ),
    phones as materialized (
      select place, call_phone as phone, time_from, time_to from known where call_phone is not null
      union select place, k.value, time_from, time_to
        from known join person_keys k on k.person_id = known.who and k.kind = 'phone'
    )
    select place, 0, v.id, 0, v.source_id, 0
      from visitors join visits v on v.visitor_id = visitors.visitor and v.id >= id_from and v.id < id_to
    union all select place, 0, v.id, 0, v.source_id, 0
      from visitors join visits v on v.id = visitors.visitor and v.id >= id_from and v.id < id_to
    union all select place, 0, v.id, 0, v.source_id, 1
      from known join visits v on v.id in (known.visit, known.call_visit)
    union all select place, 1, call, call_start, call_source, 1
      from known where call_visit is null and call_source is not null
    union all select place, 1, c.id, c.started_at, c.source_id, 0
      from phones join calls c on c.from_e164 = phones.phone and c.started_at >= time_from and c.started_at <= time_to
      where c.visit_id is null and c.source_id is not null`)
  const touches = conversions.map(() => new Map<number, Touch>())
  for (const [place, kind, id, started, source, own] of rows) {
    const found = touches[place]
    // Ids of visits and calls are of one sequence: none is of both.
    if (!found || (own === 0 && found.has(id))) continue
    const time = kind === 0 ? timeOfId(id) : started
    found.set(id, { kind: kind === 0 ? "visit" : "call", id, time, source_id: source, own: own === 1 })
  }
  return touches.map((found) => [...found.values()].sort((a, b) => a.time - b.time || a.id - b.id).slice(-TOUCHES))
}
