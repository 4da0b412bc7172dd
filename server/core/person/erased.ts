import { type SQL, sql } from "drizzle-orm"
import type { CallEvent } from "../../../shared/call-event.js"
import type { Site } from "../store/db.js"
import { newHash } from "../store/id.js"

// Whoever is erased stays countable: his calls keep a name that means nothing and leads nowhere, his rows their places in
// every sum.

/** What answers show of a caller who was erased. */
const ERASED = "+••••••"

type Call = {
  readonly from_e164: string | null
  readonly from_shown: string | null
  readonly caller_region: string | null
}

/** Whether a call no longer says who rang. */
export function isErased(call: Call | undefined): call is Call {
  return call?.from_shown === ERASED
}

/** An event of an erased call as it may be kept: a late report of the carrier's brings nobody back. */
export function eraseEvent<T extends Pick<CallEvent, "from">>(event: T, call: Call): T {
  const { caller_name: _name, recording_url: _link, digits: _digits, ...rest } = event as T & Partial<CallEvent>
  return { ...rest, from: tokenOf(call.from_e164 ?? "", call.caller_region) } as T
}

/** As server/core/caller/caller-privacy.ts reads it. */
function tokenOf(hash: string, region: string | null): string {
  return `${hash}:${region ?? ""}:${ERASED}`
}

/**
 * Forgets who rang from this number, in all his calls, what they said and where it was recorded, and the carriers' requests
 * that name it. The calls stay one caller's. Answers how many there were.
 */
export function eraseCaller(site: Site, from: string): number {
  const { db } = site
  const hash = `hash:${newHash()}`
  const mine = db.all<{ id: number; caller_region: string | null }>(
    sql`select id, caller_region from calls where from_e164 = ${from}`,
  )
  db.run(sql`
    delete from requests where exists (select 1 from calls c where c.from_e164 = ${from} and c.carrier = requests.carrier
      and (instr(requests.body, c.call_key) or instr(requests.address, c.call_key)))`)
  const ids = JSON.stringify(mine.map(({ id, caller_region }) => [id, tokenOf(hash, caller_region)]))
  db.run(sql`
    update call_events set event = json_remove(json_set(event, '$.from',
      (select value ->> 1 from json_each(${ids}) where value ->> 0 = call_id)), '$.caller_name', '$.recording_url', '$.digits')
    where call_id in (select value ->> 0 from json_each(${ids}))`)
  db.run(sql`
    update calls set from_e164 = ${hash}, from_shown = ${ERASED}, recording_url = null, notes = null, digits = null,
      updated_at = ${site.now} where from_e164 = ${from}`)
  if (!from.startsWith("hash:")) forgetRequests(site, from.slice(1))
  return mine.length
}

/** Kept requests of carriers, and answers kept for repetition, that hold a text. */
export function forgetRequests(site: Site, text: string): void {
  site.db.run(sql`delete from requests where instr(body, ${text}) or instr(address, ${text})`)
  site.db.run(sql`delete from idempotency where instr(answer, ${text})`)
}

/**
 * Forgets what visits tell of their visitor: events, forms, identities, click ids and the query of the landing page. Their
 * ids change, so that a browser that comes back is a new visitor. Answers how many there were.
 */
export function eraseVisits(site: Site, which: SQL): number {
  const { db } = site
  const ids = JSON.stringify(db.all<{ id: number }>(sql`select id from visits where ${which}`).map(({ id }) => id))
  const among = sql`in (select value from json_each(${ids}))`
  db.run(sql`delete from visit_events where visit_id ${among}`)
  const gone = db.all(sql`
    update visits set secret = substr(lower(hex(randomblob(8))), 1, 10), ids = null, click_id = null,
      landing_url = substr(landing_url, 1, instr(landing_url || '?', '?') - 1)
    where id ${among} returning id`)
  return gone.length
}

/** Forgets who leads were about. Answers how many there were. */
export function eraseLeads(site: Site, which: SQL): number {
  const { db } = site
  const ids = JSON.stringify(
    db.all<{ id: number }>(sql`select id from leads where erased = 0 and ${which}`).map(({ id }) => id),
  )
  const among = sql`in (select value from json_each(${ids}))`
  db.run(sql`update tasks set notes = null where lead_id ${among}`)
  db.run(sql`update attempts set notes = null where lead_id ${among}`)
  db.run(sql`update lead_stages set reason = '' where lead_id ${among}`)
  const gone = db.all(sql`
    update leads set name = null, phone = null, email = null, company = null, position = null, fields = null, notes = null,
      stated_source = null, external_id = null, erased = 1, updated_at = ${site.now} where id ${among} returning id`)
  return gone.length
}
