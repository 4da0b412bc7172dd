import { asc, sql } from "drizzle-orm"
import { BEAT_S } from "../../../shared/protocol.js"
import { calls, sources, visitEvents, visits } from "../schema/schema.js"
import type { Site } from "../store/db.js"
import { idAt, timeOfId } from "../store/id.js"
import { areaCodeOf } from "../value/caller-region.js"
import type { LogEvent } from "./replay-log.js"

/** A site's own past as an event log. */
export interface History {
  readonly events: readonly LogEvent[]
  /** By call: the visit that it was led back to, which the replay takes for the truth. */
  readonly believed: ReadonlyMap<string, string>
  /** Calls that nobody can replay: their visit began before the log, or was never found. */
  readonly skipped: number
}

/** Above it, a call is replayed as one that no visit caused. */
const STRAY_LIMIT = 0.5

/**
 * The visits and calls of a site from `from` to `to` (ms) as an event log for a pool of `numbers`. A visit beats as often as
 * the script does until its last sign of life; a call dials the visit that it was led back to, likely or not.
 */
export function readHistory(site: Site, from: number, to: number, numbers: number): History {
  const span = { first: idAt(from), past: idAt(to) }
  const events: LogEvent[] = []
  const began = new Set<number>()
  const lent = site.db
    .select({
      id: visits.id,
      visitor: sql<number>`coalesce(${visits.visitor_id}, ${visits.id})`,
      channel: sources.channel,
      device: visits.device,
      region: visits.region,
      seen_at: visits.seen_at,
      hidden: visits.hidden,
    })
    .from(visits)
    .innerJoin(sources, sql`${sources.id} = ${visits.source_id}`)
    .where(sql`${visits.id} >= ${span.first} and ${visits.id} < ${span.past}`)
    .orderBy(asc(visits.id))
    .all()
  for (const { id, visitor, channel, device, region, seen_at, hidden } of lent) {
    const visit = String(id)
    const start = timeOfId(id)
    began.add(id)
    events.push({
      t: start,
      type: "visit",
      visit,
      visitor: String(visitor),
      channel: channel || "(none)",
      device: device === "mobile" || device === "tablet" ? "mobile" : "desktop",
      bot: false,
      ...(region !== null && areaCodeOf(region) ? { region } : {}),
    })
    for (let t = start + BEAT_S * 1000; t < seen_at; t += BEAT_S * 1000) events.push({ t, type: "beat", visit })
    if (seen_at > start) events.push({ t: seen_at, type: hidden ? "hide" : "beat", visit })
  }
  for (const { id, visit_id } of site.db
    .select({ id: visitEvents.id, visit_id: visitEvents.visit_id })
    .from(visitEvents)
    .where(
      sql`${visitEvents.visit_id} >= ${span.first} and ${visitEvents.visit_id} < ${span.past} and ${visitEvents.kind} = 'tap'`,
    )
    .all())
    if (began.has(visit_id)) events.push({ t: timeOfId(id), type: "tap", visit: String(visit_id) })
  const { believed, skipped } = addCalls(site, { from, to, numbers, began }, events)
  events.sort((a, b) => a.t - b.t)
  return { events, believed, skipped }
}

function addCalls(
  site: Site,
  { from, to, numbers, began }: { from: number; to: number; numbers: number; began: ReadonlySet<number> },
  events: LogEvent[],
) {
  const believed = new Map<string, string>()
  let skipped = 0
  const rows = site.db
    .select({
      id: calls.id,
      t: calls.started_at,
      caller: calls.from_e164,
      caller_region: calls.caller_region,
      visit_id: calls.visit_id,
      candidates: calls.candidates,
      no_visit: calls.no_visit,
    })
    .from(calls)
    .where(
      sql`${calls.started_at} >= ${from} and ${calls.started_at} < ${to} and ${calls.method} in ('lease', 'corrected', 'none')`,
    )
    .all()
  for (const { id, t, caller, caller_region, visit_id, candidates, no_visit } of rows) {
    const from = { caller, ...(caller_region !== null && areaCodeOf(caller_region) ? { caller_region } : {}) }
    const call = String(id)
    const visit = visit_id ?? candidates[0]?.visit
    if (visit_id === null && no_visit > STRAY_LIMIT)
      events.push({ t, type: "call", call, dials_number: id % numbers, ...from })
    else if (visit !== undefined && began.has(visit) && timeOfId(visit) <= t) {
      events.push({ t, type: "call", call, dials: String(visit), ...from })
      believed.set(call, String(visit))
    } else skipped++
  }
  return { believed, skipped }
}
