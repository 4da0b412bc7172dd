import { learn } from "./attribution/learn.js"
import { closeSilent } from "./call/call-sweep.js"
import { watchPools } from "./care/alert.js"
import { closeLapsed } from "./lease/lease.js"
import { shareOut } from "./lease/share.js"
import { listPools } from "./number/pool.js"
import { purge } from "./person/retention.js"
import type { Site } from "./store/db.js"
import { purgeSaved } from "./store/idempotency.js"
import { purgeEvents } from "./store/outbox.js"

const LEASES_A_SWEEP = 500

/** How often a site wants to be swept, ms. */
export const SWEEP_MS = 10 * 60_000

/**
 * Housekeeping that nothing depends on: ends lapsed leases in the history, closes calls that fell silent, forgets old
 * idempotency keys, events and who people were whose time is over, learns from what happened since, sets numbers apart anew, looks
 * after the pools. Bounded work. What reports count is summed apart from it (`settle`), a little at a time.
 */
export function sweep(site: Site): void {
  const pools = new Map(listPools(site).map((pool) => [pool.id, pool]))
  closeLapsed(site, (pool) => pools.get(pool), LEASES_A_SWEEP)
  purgeSaved(site)
  purgeEvents(site)
  closeSilent(site)
  purge(site)
  learn(site)
  shareOut(site)
  watchPools(site)
}
