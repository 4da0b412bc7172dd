import { and, asc, desc, eq, lt, type SQL, sql } from "drizzle-orm"
import { alias } from "drizzle-orm/sqlite-core"
import type { VisitRow as VisitAnswer, VisitsQuery } from "../../../shared/contract.js"
import { holdUntil } from "../lease/pick.js"
import { listPools } from "../number/pool.js"
import { leases, numbers, sources, visits } from "../schema/schema.js"
import { spanOf } from "../site/span.js"
import { describeSource } from "../source/source-answer.js"
import { sourceFilter } from "../source/source-filter.js"
import { decodeCursor, type Page, pageOf } from "../store/cursor.js"
import type { Site } from "../store/db.js"
import { dayOfId, decodeId, encodeId, idAt, timeOfId } from "../store/id.js"
import { visitId, visitorId } from "./visit.js"

const first = alias(visits, "first")

/** Visits, newest first. */
export function listVisits(site: Site, query: VisitsQuery): Page<VisitAnswer> {
  const where: (SQL | undefined)[] = [...sourceFilter(query)]
  const span = spanOf(site, query)
  if (span) where.push(sql`${visits.id} >= ${idAt(span.start)} and ${visits.id} < ${idAt(span.end)}`)
  if (query.cursor !== undefined) where.push(lt(visits.id, decodeCursor(query.cursor, 1)[0] ?? 0))
  const rows = select(site)
    .where(and(...where))
    .orderBy(desc(visits.id))
    .limit(query.limit + 1)
    .all()
  const lent = leasesOf(
    site,
    rows.map(({ visit }) => visit),
  )
  return pageOf(
    rows,
    query.limit,
    ({ visit }) => [visit.id],
    (row) => describe(row, lent),
  )
}

/** All visits of a visitor, oldest first, at most `limit`: the newest ones. */
export function listVisitsOf(site: Site, visitor: number, limit: number): VisitAnswer[] {
  const rows = select(site)
    .where(sql`${visits.visitor_id} = ${visitor} or ${visits.id} = ${visitor}`)
    .orderBy(desc(visits.id))
    .limit(limit)
    .all()
    .reverse()
  const lent = leasesOf(
    site,
    rows.map(({ visit }) => visit),
  )
  return rows.map((row) => describe(row, lent))
}

/** The visits with these public ids, by id, without the leases that they held; those that are unknown are left out. */
export function visitsOf(site: Site, ids: readonly string[]): Map<string, VisitAnswer> {
  const keys = ids.flatMap((id) => decodeId("vis", id)?.id ?? [])
  if (keys.length === 0) return new Map()
  const rows = select(site)
    .where(sql`${visits.id} in (select value from json_each(${JSON.stringify(keys)}))`)
    .all()
  return new Map(rows.map((row) => describe(row, new Map())).map((visit) => [visit.id, visit]))
}

function select(site: Site) {
  return site.db
    .select({ visit: visits, source: sources, first: { id: first.id, secret: first.secret } })
    .from(visits)
    .innerJoin(sources, eq(sources.id, visits.source_id))
    .leftJoin(first, eq(first.id, visits.visitor_id))
}

type Row = ReturnType<ReturnType<typeof select>["all"]>[number]
type Lent = Map<number, VisitAnswer["leases"]>

function describe({ visit, source, first }: Row, lent: Lent): VisitAnswer {
  return {
    id: visitId(visit),
    visitor: visitorId(first ?? visit),
    started_at: new Date(timeOfId(visit.id)).toISOString(),
    seen_at: new Date(visit.seen_at).toISOString(),
    pages: visit.pages,
    source: describeSource(source, visit),
    title: visit.title,
    device: visit.device,
    browser: visit.browser,
    os: visit.os,
    language: visit.language,
    country: visit.country,
    region: visit.region,
    city: visit.city,
    consent: visit.consent,
    overflow: visit.overflow,
    leases: lent.get(visit.id) ?? [],
  }
}

/** The leases that these visits hold or held last, by visit. An open one that has lapsed shows the end it came to. */
function leasesOf(site: Site, rows: readonly (typeof visits.$inferSelect)[]): Lent {
  const ids = rows.flatMap((visit) => (visit.leases ?? []).map(([, lease]) => lease))
  const byVisit = new Map(rows.map((visit) => [visit.id, visit]))
  const pools = new Map(listPools(site).map((pool) => [pool.id, pool]))
  const lent: Lent = new Map()
  if (ids.length === 0) return lent
  const keys = rows.flatMap((visit) => (visit.leases ?? []).map(([number, lease]) => [dayOfId(lease), number, lease]))
  const found = site.db
    .select({ lease: leases, e164: numbers.e164 })
    .from(sql`json_each(${JSON.stringify(keys)}) key`)
    .innerJoin(
      leases,
      sql`${leases.day} = key.value ->> 0 and ${leases.number_id} = key.value ->> 1 and ${leases.id} = key.value ->> 2`,
    )
    .innerJoin(numbers, eq(numbers.id, leases.number_id))
    .orderBy(asc(leases.id))
    .all()
  for (const { lease, e164 } of found) {
    const visit = byVisit.get(lease.visit_id)
    const pool = pools.get(lease.pool_id)
    if (!visit) continue
    const until = lease.until_at ?? (pool ? lapse(holdUntil(visit, pool.idle_ms), site.now) : null)
    lent.set(visit.id, [
      ...(lent.get(visit.id) ?? []),
      {
        id: encodeId("lea", lease.id),
        number: e164,
        from: new Date(timeOfId(lease.id)).toISOString(),
        seen: new Date(lease.seen_at ?? visit.seen_at).toISOString(),
        until: until === null ? null : new Date(until).toISOString(),
        shared: lease.shared !== 0,
      },
    ])
  }
  return lent
}

function lapse(until: number, now: number): number | null {
  return until <= now ? until : null
}
