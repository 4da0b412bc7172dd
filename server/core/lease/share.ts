import { eq, sql } from "drizzle-orm"
import { BLOCK_MS } from "../attribution/learn.js"
import { listPools, type PoolRow } from "../number/pool.js"
import { learning, lendings, numbers, pools } from "../schema/schema.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"

// Which numbers are set apart for which channel. Visits of one channel then follow each other on a number, so that even a
// call that comes too late to find its visit finds its channel.

const DAY = 24 * 3_600_000
/** Traffic that shares are cut by. */
const WINDOW_MS = 7 * DAY
/** Visits that must have been seen first. */
const VISITS_AT_LEAST = 60
const SHARE_EVERY_MS = 6 * 3_600_000

const statements = prepareOnce((db: Db) => ({
  state: db.select({ shared_at: learning.shared_at }).from(learning).prepare(),
  traffic: db
    .select({ channel: lendings.channel, visits: sql<number>`sum(${lendings.visits})` })
    .from(lendings)
    .where(sql`${lendings.block} >= ${sql.placeholder("from")}`)
    .groupBy(lendings.channel)
    .prepare(),
}))

/** Cuts every pool's shares anew from the traffic of the last week, when it is time. Leases run on. */
export function shareOut(site: Site): void {
  const state = statements(site).state.all()[0]
  if (!state || site.now - state.shared_at < SHARE_EVERY_MS) return
  const traffic = statements(site).traffic.all({ from: Math.floor((site.now - WINDOW_MS) / BLOCK_MS) })
  const visits = traffic.reduce((sum, row) => sum + row.visits, 0)
  if (visits < VISITS_AT_LEAST) return
  for (const pool of listPools(site)) shareOutPool(site, pool, traffic)
  site.db.update(learning).set({ shared_at: site.now }).run()
}

function shareOutPool(site: Site, pool: PoolRow, traffic: readonly { channel: string; visits: number }[]): void {
  const rows = site.db
    .select({ id: numbers.id, share: numbers.share })
    .from(numbers)
    .where(sql`${numbers.pool_id} = ${pool.id} and ${numbers.state} = 'active'`)
    .orderBy(numbers.id)
    .all()
  const quotas = pool.lending === "subpools" ? apportion(traffic, rows.length) : new Map<string, number>()
  const left = new Map(quotas)
  const homeless: number[] = []
  for (const { id, share } of rows) {
    const room = left.get(share) ?? 0
    if (room > 0) left.set(share, room - 1)
    else homeless.push(id)
  }
  const places = [...left].flatMap(([channel, room]) => Array.from({ length: room }, () => channel))
  for (const [index, id] of homeless.entries()) {
    const share = places[index] ?? ""
    if (rows.find((row) => row.id === id)?.share !== share)
      site.db.update(numbers).set({ share }).where(eq(numbers.id, id)).run()
  }
  const shares = [...new Set(["", ...quotas.keys()])]
  if (shares.join("\n") !== pool.shares.join("\n"))
    site.db.update(pools).set({ shares }).where(eq(pools.id, pool.id)).run()
}

/**
 * How many of `count` numbers each channel gets by its share of visits: largest remainders (Hamilton). Channels too small
 * for a number of their own have the common share '' between them.
 */
export function apportion(
  traffic: readonly { readonly channel: string; readonly visits: number }[],
  count: number,
): Map<string, number> {
  const total = traffic.reduce((sum, { visits }) => sum + visits, 0)
  const quotas = traffic.map(({ channel, visits }) => ({ channel, exact: total === 0 ? 0 : (visits / total) * count }))
  const large = quotas.filter(({ exact }) => exact >= 0.5)
  const small = quotas.filter(({ exact }) => exact < 0.5).reduce((sum, { exact }) => sum + exact, 0)
  const parties = [...large, ...(small > 0 ? [{ channel: "", exact: small }] : [])]
  const seats = new Map(parties.map(({ channel, exact }) => [channel, Math.floor(exact)]))
  let rest = count - [...seats.values()].reduce((sum, seat) => sum + seat, 0)
  const byRemainder = [...parties].sort((a, b) => (b.exact % 1) - (a.exact % 1) || (a.channel < b.channel ? -1 : 1))
  for (const { channel } of byRemainder) {
    if (rest <= 0) break
    seats.set(channel, (seats.get(channel) ?? 0) + 1)
    rest--
  }
  return new Map([...seats].filter(([, seat]) => seat > 0))
}
