import { and, eq, gt, type SQL, sql } from "drizzle-orm"
import type { TargetAnswer, TargetFields, TargetPatch, TargetsQuery } from "../../../shared/contract-targets.js"
import { FORMULAS } from "../report/metric.js"
import { type Flight, targets } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { decodeCursor, type Page, pageOf } from "../store/cursor.js"
import type { Site } from "../store/db.js"
import { decodeId, encodeId } from "../store/id.js"
import { type Fault, gather, notFound, refuseFaults } from "../store/refusal.js"
import { toMinor } from "../value/money.js"
import { flightsNamed } from "./campaign.js"
import { countDays, orderFlights } from "./flight.js"

/** A target as it is stored. */
export type TargetRow = typeof targets.$inferSelect

/** Days that a target may cover: three years. */
const TARGET_DAYS = 1096

/** Writes a target down; refuses days that run backwards, and flights that overlap, leave its days or share out more than all. */
export function createTarget(site: Site, fields: TargetFields): TargetAnswer {
  const { from, to, flights, ...rest } = fields
  const row = checkTarget(site, {
    ...rest,
    id: site.newId(),
    currency: null,
    from_day: from,
    to_day: to,
    flights: flights as Flight[],
    created_at: site.now,
    updated_at: site.now,
  })
  site.db.insert(targets).values(row).run()
  return describeTarget(row)
}

/** Changes what is named. */
export function updateTarget(site: Site, id: string, patch: TargetPatch): TargetAnswer {
  const before = findTarget(site, id)
  const { from, to, ...rest } = patch
  const named = Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== undefined),
  ) as Partial<TargetRow>
  const after = checkTarget(site, {
    ...before,
    ...named,
    from_day: from ?? before.from_day,
    to_day: to ?? before.to_day,
    updated_at: site.now,
  })
  site.db.update(targets).set(after).where(eq(targets.id, before.id)).run()
  return describeTarget(after)
}

/** Takes a target back. */
export function deleteTarget(site: Site, id: string): void {
  const row = findTarget(site, id)
  site.db.delete(targets).where(eq(targets.id, row.id)).run()
}

/** The target with this public id; refuses for any other. */
export function findTarget(site: Site, id: string): TargetRow {
  const key = decodeId("target", id)
  const row = key && site.db.select().from(targets).where(eq(targets.id, key.id)).all()[0]
  if (!row) throw notFound("target")
  return row
}

/** Targets, oldest first. */
export function listTargets(site: Site, query: TargetsQuery): Page<TargetAnswer> {
  const where: SQL[] = []
  if (query.cursor !== undefined) where.push(gt(targets.id, decodeCursor(query.cursor, 1)[0] ?? 0))
  if (query.metric !== undefined) where.push(eq(targets.metric, query.metric))
  if (query.channel !== undefined) where.push(eq(targets.channel, query.channel))
  if (query.campaign !== undefined) where.push(eq(targets.campaign, query.campaign))
  if (query.on !== undefined) where.push(sql`${targets.from_day} <= ${query.on} and ${targets.to_day} >= ${query.on}`)
  const rows = site.db
    .select()
    .from(targets)
    .where(and(...where))
    .orderBy(targets.id)
    .limit(query.limit + 1)
    .all()
  return pageOf(rows, query.limit, (row) => [row.id], describeTarget)
}

/** Targets for single channels beside one for all: the same metric, campaign and days. */
export function listParts(site: Site, target: TargetRow): TargetRow[] {
  if (target.channel !== "") return []
  return site.db
    .select()
    .from(targets)
    .where(
      sql`${targets.metric} = ${target.metric} and ${targets.campaign} = ${target.campaign} and ${targets.from_day} = ${target.from_day} and ${targets.to_day} = ${target.to_day} and ${targets.channel} <> ''`,
    )
    .orderBy(targets.channel, targets.id)
    .all()
}

/** The flights by which a target is split: its own, else those of its campaign that lie within its days. */
export function flightsOfTarget(site: Site, { flights, campaign, from_day, to_day }: TargetRow): Flight[] {
  if (flights.length > 0 || campaign === "") return flights
  return flightsNamed(site, campaign).filter(({ from, to }) => from >= from_day && to <= to_day)
}

/** A target in the public shape. */
export function describeTarget(row: TargetRow): TargetAnswer {
  return {
    id: encodeId("target", row.id),
    name: row.name,
    metric: row.metric,
    value: row.value,
    currency: row.currency,
    aim: row.aim,
    channel: row.channel || null,
    campaign: row.campaign || null,
    from: row.from_day,
    to: row.to_day,
    split: row.split as TargetAnswer["split"],
    flights: row.flights,
    owner: row.owner || null,
    created_at: new Date(row.created_at).toISOString(),
    updated_at: new Date(row.updated_at).toISOString(),
  }
}

function checkTarget(site: Site, row: TargetRow): TargetRow {
  const faults: Fault[] = []
  const { currency } = readSettings(site)
  const isMoney = FORMULAS[row.metric as keyof typeof FORMULAS].money === true
  if (isMoney) gather(faults, () => toMinor(row.value, currency, "value"))
  if (row.from_day > row.to_day) faults.push({ path: "from", message: `must not be after to (${row.to_day})` })
  else if (countDays({ from: row.from_day, to: row.to_day }) > TARGET_DAYS)
    faults.push({ path: "to", message: `a target covers ${TARGET_DAYS} days at most` })
  const flights = orderFlights(row.flights, "flights", faults)
  for (const { from, to } of flights)
    if (from < row.from_day || to > row.to_day)
      faults.push({ path: "flights", message: `the flight from ${from} to ${to} leaves the target's days` })
  const shared = flights.filter(({ share }) => share !== undefined)
  const sum = shared.reduce((total, { share = 0 }) => total + share, 0)
  if (sum > 1 + 1e-9 || (shared.length > 0 && shared.length === flights.length && sum < 1 - 1e-9))
    faults.push({ path: "flights", message: `their shares sum to ${Number(sum.toFixed(6))}, not to 1` })
  const checked = { ...row, flights, currency: isMoney ? currency : null }
  if (row.split === "flight" && flightsOfTarget(site, checked).length === 0)
    faults.push({ path: "flights", message: "name the flights, or a campaign that has some within these days" })
  refuseFaults(faults)
  return checked
}
