import { eq, sql } from "drizzle-orm"
import { readCallSettings } from "../caller/call-settings.js"
import { calls } from "../schema/schema.js"
import type { Site } from "../store/db.js"
import { settleMissed } from "./callback.js"

/** Calls that one sweep closes at most. */
const CALLS_A_SWEEP = 200

/**
 * Closes calls of which nothing was heard for as long as the site says: their last event never came. They say so, and the
 * next event of theirs makes them again what all their events say. When they ended nobody knows: the last report counts.
 */
export function closeSilent(site: Site): void {
  const before = site.now - readCallSettings(site).close_after_minutes * 60_000
  const silent = site.db
    .select()
    .from(calls)
    .where(sql`${calls.ended_at} is null and ${calls.updated_at} < ${before}`)
    .orderBy(sql`${calls.updated_at} limit 200`)
    .all()
  for (const call of silent.slice(0, CALLS_A_SWEEP)) {
    const ended_at = Math.max(call.updated_at, call.answered_at ?? call.started_at)
    site.db
      .update(calls)
      .set({
        status: call.answered ? "completed" : "missed",
        ended_at,
        wait_s: Math.round(((call.answered_at ?? ended_at) - call.started_at) / 1000),
        swept: true,
        updated_at: site.now,
      })
      .where(eq(calls.id, call.id))
      .run()
    if (call.from_e164 !== null) settleMissed(site, call.from_e164, call.started_at)
  }
}
