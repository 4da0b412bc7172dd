import { eq, sql } from "drizzle-orm"
import type { PageQuery, PoolAnswer, PoolFields, PoolPatch } from "../../../shared/contract.js"
import type { OverflowNumber } from "../../../shared/contract-engine.js"
import { numbers, type OverflowNumber as OverflowNumberRow, pools } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { decodeCursor, type Page, pageOf } from "../store/cursor.js"
import type { Site } from "../store/db.js"
import { decodeId, encodeId, timeOfId } from "../store/id.js"
import { invalid } from "../store/refusal.js"
import { readPhone } from "../value/phone.js"
import { addPoolNumbers } from "./number.js"
import { listPools, type PoolRow, readPool } from "./pool.js"

/** Makes a pool and its numbers, all or nothing. */
export function createPool(site: Site, fields: PoolFields): PoolAnswer {
  const row: PoolRow = {
    id: site.newId(),
    name: fields.name,
    target: readTarget(site, fields.target),
    overflow: fields.overflow,
    idle_ms: fields.idle_minutes * 60_000,
    created_at: site.now,
    lending: fields.lending ?? "subpools",
    shares: [""],
    overflow_numbers: readOverflow(site, fields.overflow_numbers ?? []),
    reserve: fields.reserve_percent ?? 0,
  }
  site.db.insert(pools).values(row).run()
  addPoolNumbers(site, row.id, fields.numbers)
  return describePool(site, row)
}

/** Changes the fields that are named; leases run on. */
export function updatePool(site: Site, id: string, patch: PoolPatch): PoolAnswer {
  const before = readPool(site, id)
  const after: PoolRow = {
    ...before,
    name: patch.name ?? before.name,
    target: patch.target === undefined ? before.target : readTarget(site, patch.target),
    overflow: patch.overflow ?? before.overflow,
    idle_ms: patch.idle_minutes === undefined ? before.idle_ms : patch.idle_minutes * 60_000,
    lending: patch.lending ?? before.lending,
    overflow_numbers:
      patch.overflow_numbers === undefined ? before.overflow_numbers : readOverflow(site, patch.overflow_numbers),
    reserve: patch.reserve_percent ?? before.reserve,
  }
  site.db.update(pools).set(after).where(eq(pools.id, before.id)).run()
  return describePool(site, after)
}

/** Pools with their present use, oldest first. */
export function listPoolUse(site: Site, { limit, cursor }: PageQuery): Page<PoolAnswer> {
  const after = cursor === undefined ? -1 : (decodeCursor(cursor, 1)[0] ?? 0)
  const rows = listPools(site).filter(({ id }) => id > after)
  return pageOf(
    rows,
    limit,
    (row) => [row.id],
    (row) => describePool(site, row),
  )
}

/** A pool in the public shape, with how many of its numbers are lent right now. */
export function describePool(site: Site, row: PoolRow): PoolAnswer {
  const counts = site.db
    .select({ all: sql<number>`count(*)`, busy: sql<number>`coalesce(sum(${numbers.busy_until} > ${site.now}), 0)` })
    .from(numbers)
    .where(sql`${numbers.pool_id} = ${row.id} and ${numbers.state} = 'active'`)
    .all()[0]
  return {
    id: encodeId("pool", row.id),
    name: row.name,
    target: row.target,
    overflow: row.overflow,
    overflow_numbers: row.overflow_numbers.map(([channel, number]) => ({
      channel: channel === "" ? null : channel,
      number: encodeId("num", number),
    })),
    reserve_percent: row.reserve,
    idle_minutes: row.idle_ms / 60_000,
    lending: row.lending,
    numbers: counts?.all ?? 0,
    busy: counts?.busy ?? 0,
    created_at: new Date(timeOfId(row.id)).toISOString(),
  }
}

function readOverflow(site: Site, fields: readonly OverflowNumber[]): OverflowNumberRow[] {
  const channels = new Set<string>()
  return fields.map(({ channel, number }, index): OverflowNumberRow => {
    const path = `overflow_numbers.${index}`
    const name = channel ?? ""
    if (channels.has(name)) throw invalid(`${path}.channel`, `${name || "every other channel"} stands twice`)
    channels.add(name)
    const key = decodeId("num", number)
    const row = key && site.db.select().from(numbers).where(eq(numbers.id, key.id)).all()[0]
    if (row?.kind !== "static") throw invalid(`${path}.number`, "is no static number of this site")
    return [name, row.id]
  })
}

function readTarget(site: Site, text: string): string {
  const target = readPhone(text, readSettings(site).country)
  if (target === undefined) throw invalid("target", "must be a phone number, best in E.164: +15551230199")
  return target
}
