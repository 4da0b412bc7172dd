import { watchPools } from "./alert.js"
import { closeSilent } from "./call-sweep.js"
import type { Site } from "./db.js"
import { purgeSaved } from "./idempotency.js"
import { learn } from "./learn.js"
import { closeLapsed } from "./lease.js"
import { listPools } from "./pool.js"
import { purge } from "./retention.js"
import { shareOut } from "./share.js"

const LEASES_A_SWEEP = 500

/** How often a site wants to be swept, ms. */
export const SWEEP_MS = 10 * 60_000

/**
 * Housekeeping that nothing depends on: ends lapsed leases in the history, closes calls that fell silent, forgets old
 * idempotency keys and who people were whose time is over, learns from what happened since, sets numbers apart anew, looks
 * after the pools. Bounded work. What reports count is summed apart from it (`settle`), a little at a time.
 */
export function sweep(site: Site): void {
  const pools = new Map(listPools(site).map((pool) => [pool.id, pool]))
  closeLapsed(site, (pool) => pools.get(pool), LEASES_A_SWEEP)
  purgeSaved(site)
  closeSilent(site)
  purge(site)
  learn(site)
  shareOut(site)
  watchPools(site)
}
