import { sql } from "drizzle-orm"
import type { Retention, RetentionPatch } from "../../../shared/contract-erasure.js"
import { retention } from "../schema/schema.js"
import type { Site } from "../store/db.js"
import { idAt } from "../store/id.js"
import { eraseCaller, eraseLeads, eraseVisits } from "./erased.js"
import { eraseRow } from "./person-erase.js"

const ROW = 1
/** Rows of each kind that one sweep sees to. */
const ROWS_A_SWEEP = 500
const DEFAULTS: Retention = { visits_months: null, calls_months: null, leads_months: null }

/** How long people are known by what they left. */
export function readRetention(site: Pick<Site, "db">): Retention {
  return { ...DEFAULTS, ...site.db.select().from(retention).all()[0]?.settings }
}

/** Changes what is named; what is gone does not come back. */
export function updateRetention(site: Site, patch: RetentionPatch): Retention {
  const named = Object.fromEntries(Object.entries(patch).filter(([, months]) => months !== undefined))
  const settings = { ...readRetention(site), ...named }
  site.db
    .insert(retention)
    .values({ id: ROW, settings })
    .onConflictDoUpdate({ target: retention.id, set: { settings } })
    .run()
  return settings
}

/** Forgets who people were whose time is over: some rows a sweep. Rows stay, so that every sum does. */
export function purge(site: Site): void {
  const row = site.db.select().from(retention).all()[0]
  if (!row) return
  const { visits_months, calls_months, leads_months } = { ...DEFAULTS, ...row.settings }
  const set = {
    visit_cursor: visits_months === null ? row.visit_cursor : purgeVisits(site, row.visit_cursor, visits_months),
    call_cursor: calls_months === null ? row.call_cursor : purgeCalls(site, row.call_cursor, calls_months),
  }
  if (leads_months !== null) purgeLeads(site, leads_months)
  if (set.visit_cursor !== row.visit_cursor || set.call_cursor !== row.call_cursor)
    site.db.update(retention).set(set).run()
}

/** Ids are moments: the rows from the cursor on that were made before the time is over, some of them. */
function nextRows(site: Site, table: "visits" | "calls", cursor: number, months: number): number[] {
  const before = idAt(monthsBefore(site.now, months))
  return site.db
    .all<{ id: number }>(
      sql`select id from ${sql.raw(table)} where id >= ${cursor} and id < ${before} order by id limit ${sql.raw(String(ROWS_A_SWEEP))}`,
    )
    .map(({ id }) => id)
}

function purgeVisits(site: Site, cursor: number, months: number): number {
  const ids = nextRows(site, "visits", cursor, months)
  const last = ids.at(-1)
  if (last === undefined) return cursor
  // A visit that still goes on is looked at again when it is old.
  eraseVisits(site, sql`id in (select value from json_each(${JSON.stringify(ids)}))`)
  return last + 1
}

/** A caller who rang again later is known until his last call is old; what was said in the old one is forgotten now. */
function purgeCalls(site: Site, cursor: number, months: number): number {
  const ids = nextRows(site, "calls", cursor, months)
  const last = ids.at(-1)
  if (last === undefined) return cursor
  const among = JSON.stringify(ids)
  site.db.run(
    sql`update calls set recording_url = null, notes = null, digits = null where id in (select value from json_each(${among}))`,
  )
  site.db.run(
    sql`update call_events set event = json_remove(event, '$.recording_url', '$.digits') where call_id in (select value from json_each(${among}))`,
  )
  const callers = site.db.all<{ phone: string }>(sql`
    select distinct c.from_e164 as phone from json_each(${among}) j join calls c on c.id = j.value
    where c.from_e164 is not null and not exists (
      select 1 from calls later where later.from_e164 = c.from_e164 and later.id >= ${idAt(monthsBefore(site.now, months))})`)
  for (const { phone } of callers) eraseCaller(site, phone)
  return last + 1
}

/** Leads that nothing happened to and whose caller rang no more, and people of whom no lead, call or order is left that is younger. */
function purgeLeads(site: Site, months: number): void {
  const before = monthsBefore(site.now, months)
  const old = site.db.all<{ id: number; person: number | null }>(sql`
    select id, person_id as person from leads where erased = 0 and updated_at < ${before}
      and not exists (select 1 from calls c where c.from_e164 = leads.phone and c.id >= ${idAt(before)})
    order by updated_at limit ${sql.raw(String(ROWS_A_SWEEP))}`)
  if (old.length === 0) return
  eraseLeads(site, sql`id in (select value from json_each(${JSON.stringify(old.map(({ id }) => id))}))`)
  const people = JSON.stringify([...new Set(old.flatMap(({ person }) => person ?? []))])
  const gone = site.db.all<{ id: number }>(sql`
    select j.value as id from json_each(${people}) j
    where not exists (select 1 from leads l where l.person_id = j.value and l.erased = 0)
      and not exists (select 1 from orders o where o.person_id = j.value and o.at >= ${before})
      and not exists (
        select 1 from person_keys k join calls c on c.from_e164 = k.value
        where k.person_id = j.value and k.kind = 'phone' and c.id >= ${idAt(before)})`)
  for (const { id } of gone) eraseRow(site, id)
}

/** The same moment so many months ago; a day that the month does not have is its last one. */
function monthsBefore(now: number, months: number): number {
  const date = new Date(now)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() - months)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, last))
  return date.getTime()
}
