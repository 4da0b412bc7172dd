import { eq, sql } from "drizzle-orm"
import { type Db, prepareOnce, type Site } from "./db.js"
import { rateOf, STRAY_RATE, tapRateOf } from "./hazard.js"
import { idAt, timeOfId } from "./id.js"
import { findNumberByPhone, type NumberRow } from "./number.js"
import { type CandidateRow, leases, visits } from "./schema.js"

/** Who called: the visit and source that a call is led back to, and how sure that is. */
export interface Attribution {
  readonly state: "attributed" | "ambiguous" | "unattributed"
  readonly method: "static" | "lease" | "none"
  /** Probability that `visit_id` is right, 0..1. */
  readonly confidence: number
  /** Probability that its source's channel is right, 0..1: a call may be sure of its channel and not of its visit. */
  readonly channel_confidence: number
  /** Why nothing was found; null when something was. */
  readonly reason: "unknown_number" | "no_lease" | "too_late" | null
  readonly number_id: number | null
  readonly visit_id: number | null
  readonly visitor_id: number | null
  readonly source_id: number | null
  readonly candidates: CandidateRow[]
}

/** At and above it a call is `attributed`. */
const SURE = 0.8
/** Below it the best visit is no candidate worth naming: the call is `unattributed`. */
const FAINT = 0.05
const CANDIDATES = 5
/** Lessees that compete for a call; what older ones add is less than strays do. */
const LESSEES = 64

const statements = prepareOnce((db: Db) => {
  const value = sql.placeholder
  return {
    lessees: db
      .select({
        lease: leases.id,
        visit_id: leases.visit_id,
        until_at: leases.until_at,
        lease_seen_at: leases.seen_at,
        shared: leases.shared,
        seen_at: visits.seen_at,
        visitor: sql<number>`coalesce(${visits.visitor_id}, ${visits.id})`,
        source_id: visits.source_id,
        channel: sql<string>`(select channel from sources where sources.id = ${visits.source_id})`,
        tapped_id: sql<
          number | null
        >`(select max(e.id) from visit_events e where e.visit_id = ${leases.visit_id} and e.kind = 'tap' and e.number_id = ${leases.number_id} and e.id <= ${value("until_id")})`,
      })
      .from(leases)
      .innerJoin(visits, eq(visits.id, leases.visit_id))
      .where(sql`${leases.number_id} = (select ${value("number")}) and ${leases.id} <= ${value("until_id")}`)
      // A bound limit would make SQLite plan the query again at every run.
      .orderBy(sql`${leases.id} desc limit ${sql.raw(String(LESSEES))}`)
      .prepare(),
  }
})

/**
 * Leads a call on number `to` at time `at` (ms) back to what caused it, from the lease history as it was then: what
 * happened later changes nothing. A static number answers with its source. On a pool number every visit that ever held it
 * competes, each with the rate at which a visit of its silence rings, against the rate of calls that no visit caused.
 */
export function resolve(site: Site, { to, at }: { to: string | null; at: number }): Attribution {
  const number = to === null ? undefined : findNumberByPhone(site, to)
  if (!number) return nothing("unknown_number", null)
  return number.kind === "static" ? declared(number) : compete(site, number, at)
}

function declared(number: NumberRow): Attribution {
  return {
    ...nothing(null, number.id),
    state: "attributed",
    method: "static",
    confidence: 1,
    channel_confidence: 1,
    source_id: number.source_id,
  }
}

interface Contender {
  readonly visit: number
  readonly visitor: number
  readonly source: number
  readonly channel: string
  readonly rate: number
  readonly evidence: string[]
}

function compete(site: Site, number: NumberRow, at: number): Attribution {
  // A lease made in the very millisecond of the call was made before it: the page had to show the number first.
  const rows = statements(site).lessees.all({ number: number.id, until_id: idAt(at + 1) - 1 })
  const contenders = byVisit(rows.map((row) => contenderOf(row, at)))
  const total = contenders.reduce((sum, { rate }) => sum + rate, STRAY_RATE)
  const ranked = contenders
    .map((contender) => ({ ...contender, probability: contender.rate / total }))
    .sort((a, b) => b.probability - a.probability || b.visit - a.visit)
  const best = ranked[0]
  if (!best) return nothing("no_lease", number.id)
  if (best.probability < FAINT) return nothing("too_late", number.id)
  return {
    state: best.probability >= SURE ? "attributed" : "ambiguous",
    method: "lease",
    confidence: best.probability,
    channel_confidence: ranked.reduce(
      (sum, { channel, probability }) => sum + (channel === best.channel ? probability : 0),
      0,
    ),
    reason: null,
    number_id: number.id,
    visit_id: best.visit,
    visitor_id: best.visitor,
    source_id: best.source,
    candidates: ranked
      .filter(({ probability }) => probability >= FAINT / 5)
      .slice(0, CANDIDATES)
      .map(({ visit, probability, evidence }) => ({ visit, probability, evidence })),
  }
}

type Lessee = ReturnType<ReturnType<typeof statements>["lessees"]["all"]>[number]

function contenderOf(row: Lessee, at: number): Contender {
  // A sign of life after the call says that the visit was there when it rang.
  const seen = Math.min(row.until_at === null ? row.seen_at : (row.lease_seen_at ?? row.until_at), at)
  const silence = at - seen
  const tapAgo = row.tapped_id === null ? Number.POSITIVE_INFINITY : at - timeOfId(row.tapped_id)
  const tap = tapRateOf(tapAgo)
  const evidence = [silence === 0 ? "on the page when the call rang" : `last seen ${inWords(silence)} before the call`]
  if (tap > 0) evidence.unshift(`tapped the number ${inWords(tapAgo)} before the call`)
  if (row.shared !== 0) evidence.push("the number was shared with another visit")
  return {
    visit: row.visit_id,
    visitor: row.visitor,
    source: row.source_id,
    channel: row.channel,
    rate: Math.max(rateOf(silence), tap),
    evidence,
  }
}

/** A visit that held the number twice competes once, with its stronger claim. */
function byVisit(contenders: readonly Contender[]): Contender[] {
  const best = new Map<number, Contender>()
  for (const contender of contenders) {
    const other = best.get(contender.visit)
    if (!other || contender.rate > other.rate) best.set(contender.visit, contender)
  }
  return [...best.values()]
}

function nothing(reason: Attribution["reason"], number_id: number | null): Attribution {
  return {
    state: "unattributed",
    method: "none",
    confidence: 0,
    channel_confidence: 0,
    reason,
    number_id,
    visit_id: null,
    visitor_id: null,
    source_id: null,
    candidates: [],
  }
}

function inWords(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} hours`
  return `${Math.round(seconds / 86_400)} days`
}
