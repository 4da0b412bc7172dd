import { and, eq, gt, type SQL, sql } from "drizzle-orm"
import { dayOf } from "../../../shared/calendar.js"
import type { CampaignAnswer, CampaignFields, CampaignPatch, CampaignsQuery } from "../../../shared/contract-targets.js"
import { campaigns, type Flight, targets } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { decodeCursor, type Page, pageOf } from "../store/cursor.js"
import type { Site } from "../store/db.js"
import { decodeId, encodeId } from "../store/id.js"
import { type Fault, notFound, Refusal, refuseFaults } from "../store/refusal.js"
import { orderFlights, stateOn } from "./flight.js"

/** A campaign as it is stored. */
export type CampaignRow = typeof campaigns.$inferSelect

/** Writes a campaign down; refuses a name that is taken, and flights that overlap. */
export function createCampaign(site: Site, fields: CampaignFields): CampaignAnswer {
  refuseTaken(site, fields.campaign, undefined)
  const row: CampaignRow = {
    ...fields,
    id: site.newId(),
    notes: fields.notes ?? null,
    flights: flightsOf(fields.flights as Flight[]),
    created_at: site.now,
    updated_at: site.now,
  }
  site.db.insert(campaigns).values(row).run()
  return describeCampaign(site, row)
}

/** Changes what is named. */
export function updateCampaign(site: Site, id: string, patch: CampaignPatch): CampaignAnswer {
  const before = findCampaign(site, id)
  if (patch.campaign !== undefined) refuseTaken(site, patch.campaign, before.id)
  const named = Object.fromEntries(
    Object.entries(patch).filter(([, value]) => value !== undefined),
  ) as Partial<CampaignRow>
  const after: CampaignRow = { ...before, ...named, updated_at: site.now }
  after.flights = flightsOf(after.flights)
  site.db.update(campaigns).set(after).where(eq(campaigns.id, before.id)).run()
  return describeCampaign(site, after)
}

/** Forgets a campaign; its visits, costs and targets keep its name. */
export function deleteCampaign(site: Site, id: string): void {
  const row = findCampaign(site, id)
  site.db.delete(campaigns).where(eq(campaigns.id, row.id)).run()
}

/** The campaign with this public id; refuses for any other. */
export function findCampaign(site: Site, id: string): CampaignRow {
  const key = decodeId("campaign", id)
  const row = key && site.db.select().from(campaigns).where(eq(campaigns.id, key.id)).all()[0]
  if (!row) throw notFound("campaign")
  return row
}

/** The flights of a campaign by its name; none for one that was never written down. */
export function flightsNamed(site: Site, campaign: string): Flight[] {
  return site.db.select().from(campaigns).where(eq(campaigns.campaign, campaign)).all()[0]?.flights ?? []
}

/** Campaigns, oldest first. */
export function listCampaigns(site: Site, query: CampaignsQuery): Page<CampaignAnswer> {
  const day = query.at ?? dayOf(site.now, readSettings(site).timezone)
  const where: SQL[] = []
  if (query.cursor !== undefined) where.push(gt(campaigns.id, decodeCursor(query.cursor, 1)[0] ?? 0))
  for (const name of ["purpose", "segment", "offer", "experiment"] as const) {
    const value = query[name]
    if (value !== undefined) where.push(eq(campaigns[name], value))
  }
  if (query.on !== undefined) {
    const isOn = sql`(${campaigns.flights} = '[]' or exists (select 1 from json_each(${campaigns.flights}) f where f.value ->> 'from' <= ${day} and f.value ->> 'to' >= ${day}))`
    where.push(query.on === "true" ? isOn : sql`not ${isOn}`)
  }
  const rows = site.db
    .select()
    .from(campaigns)
    .where(and(...where))
    .orderBy(campaigns.id)
    .limit(query.limit + 1)
    .all()
  return pageOf(
    rows,
    query.limit,
    (row) => [row.id],
    (row) => describeCampaign(site, row, day),
  )
}

/** A campaign in the public shape, its state that of `day`, else of today. */
export function describeCampaign(
  site: Site,
  row: CampaignRow,
  day = dayOf(site.now, readSettings(site).timezone),
): CampaignAnswer {
  const own = site.db
    .select({ id: targets.id })
    .from(targets)
    .where(eq(targets.campaign, row.campaign))
    .orderBy(targets.id)
    .all()
  return {
    id: encodeId("campaign", row.id),
    campaign: row.campaign,
    purpose: row.purpose || null,
    segment: row.segment || null,
    offer: row.offer || null,
    experiment: row.experiment || null,
    variant: row.variant || null,
    flights: row.flights,
    notes: row.notes,
    ...stateOn(row.flights, day),
    targets: own.map(({ id }) => encodeId("target", id)),
    created_at: new Date(row.created_at).toISOString(),
    updated_at: new Date(row.updated_at).toISOString(),
  }
}

function flightsOf(flights: readonly Flight[]): Flight[] {
  const faults: Fault[] = []
  const ordered = orderFlights(flights, "flights", faults)
  refuseFaults(faults)
  return ordered
}

function refuseTaken(site: Site, campaign: string, own: number | undefined): void {
  const taken = site.db.select({ id: campaigns.id }).from(campaigns).where(eq(campaigns.campaign, campaign)).all()[0]
  if (taken && taken.id !== own)
    throw new Refusal("conflict", `the campaign ${JSON.stringify(campaign)} is written down already: change that one`)
}
