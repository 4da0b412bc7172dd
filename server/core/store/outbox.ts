import { asc, gt, sql } from "drizzle-orm"
import type { EventAnswer, EventsQuery } from "../../../shared/contract-engine.js"
import { type EventType, outbox } from "../schema/schema.js"
import type { Site } from "./db.js"
import { decodeId, encodeId, idAt, timeOfId } from "./id.js"

/** How long an event can be read, ms. */
export const EVENT_MS = 30 * 24 * 3_600_000
/** Events that one sweep forgets. */
const EVENTS_A_SWEEP = 500

/** Puts an event into the outbox, in the transaction of what it tells: either both are kept or neither. */
export function addEvent(site: Site, type: EventType, data: Record<string, unknown>): void {
  site.db.insert(outbox).values({ id: site.newId(), type, data }).run()
}

/** The events after one of them, or all that are kept: oldest first, in the order in which they were committed. */
export function listEvents(site: Site, { after, limit }: EventsQuery): EventAnswer[] {
  return site.db
    .select()
    .from(outbox)
    .where(gt(outbox.id, after === undefined ? 0 : (decodeId("event", after)?.id ?? 0)))
    .orderBy(asc(outbox.id))
    .limit(limit)
    .all()
    .map(({ id, type, data }) => ({
      id: encodeId("event", id),
      type,
      timestamp: new Date(timeOfId(id)).toISOString(),
      data,
    }))
}

/** Forgets events that were there to be read long enough, some a sweep. */
export function purgeEvents(site: Site): void {
  const old = sql`select id from ${outbox} where id < ${idAt(site.now - EVENT_MS)} order by id limit ${sql.raw(String(EVENTS_A_SWEEP))}`
  site.db.delete(outbox).where(sql`${outbox.id} in (${old})`).run()
}
