import { sql } from "drizzle-orm"
import { countOf, latestOf, placeInHistory } from "../lease/history.js"
import type { NumberRow } from "../number/number.js"
import { type CandidateRow, calls, sources, visits } from "../schema/schema.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import { idAt, timeOfId } from "../store/id.js"
import { SILENCE_PIECES } from "./exposure.js"
import { CELLS, cellAt, cellOf, kindOf, type Model, partsOf, rateOf, silencePlaceOf, stayOf } from "./hazard.js"
import type { Contender, Crowd, Observation } from "./posterior.js"

/** Lessees that are looked at one by one; older ones are reckoned from how often the number was lent before. */
const LESSEES = 64
/** Leases that say how often: those of days, because a number is lent more often by day than by night. */
const LEASES_COUNTED = 1024
/** Lessees that an observation names; the others are a crowd. */
const NAMED = 12
/** A visitor who has called does so again from another phone this much less often than one who has not. */
const HAS_CALLED = 0.15
/** Visits of one visitor that are searched for one that held the number. */
const VISITS_OF_CALLER = 8
/** Withheld calls on a number that may come again: how many are looked at, how far back, and how soon they fade. */
const WITHHELD_CALLS = 8
const WITHHELD_FADE_MS = 26 * 3_600_000
const WITHHELD_REACH_MS = 10 * 24 * 3_600_000

const statements = prepareOnce((db: Db) => {
  const value = sql.placeholder
  const visit = {
    visit_id: visits.id,
    visitor: sql<number>`coalesce(${visits.visitor_id}, ${visits.id})`,
    source_id: visits.source_id,
    channel: sources.channel,
    device: visits.device,
    pages: visits.pages,
    hidden: visits.hidden,
    seen_at: visits.seen_at,
  }
  const tapped = sql<
    number | null
  >`(select max(e.id) from visit_events e where e.visit_id = ${visits.id} and e.kind = 'tap' and e.number_id = ${value("number")} and e.id <= ${value("until_id")})`
  const place = { number: value("number"), before: value("before"), day: value("day"), first: value("first") }
  return {
    // In the order of `LesseeRow`.
    lessees: db
      .select({
        ...visit,
        lease: sql<number>`l.id`,
        until_at: sql<number | null>`l.until_at`,
        lease_seen_at: sql<number | null>`l.seen_at`,
        shared: sql<number>`l.shared`,
        tapped_id: tapped,
        called: sql<
          number | null
        >`(select max(c.confidence) from calls c where c.visitor_id = coalesce(${visits.visitor_id}, ${visits.id}) and c.started_at < ${value("at")} and c.from_e164 is not ${value("from")})`,
      })
      .from(sql`${latestOf(LESSEES, place)} l`)
      .innerJoin(visits, sql`${visits.id} = l.visit_id`)
      .innerJoin(sources, sql`${sources.id} = ${visits.source_id}`)
      .orderBy(sql`l.id desc`)
      .prepare(),
    // How many leases there are behind the latest ones, and where the oldest of them lies.
    older: db
      .select({ count: sql<number>`count`, oldest: sql<number>`coalesce(oldest, 0)` })
      .from(countOf(LEASES_COUNTED, place))
      .prepare(),
    earlier: db
      .select({
        visit_id: calls.visit_id,
        visitor_id: calls.visitor_id,
        candidates: calls.candidates,
        number_id: calls.number_id,
        no_visit: calls.no_visit,
      })
      .from(calls)
      .where(
        sql`${calls.from_e164} = (select ${value("from")}) and ${calls.started_at} < ${value("at")} and ${calls.method} in ('lease', 'corrected', 'none') and ${calls.number_id} is not null`,
      )
      .orderBy(sql`${calls.started_at} desc limit 1`)
      .prepare(),
    // The part of a call's probability that is left for its caller to call again fades with time.
    withheld: db
      .select({ candidates: calls.candidates, started_at: calls.started_at })
      .from(calls)
      .where(
        sql`${calls.number_id} = (select ${value("number")}) and ${calls.started_at} < ${value("before")} and ${calls.started_at} >= ${value("since")} and ${calls.from_e164} is null and ${calls.method} in ('lease', 'corrected')`,
      )
      .orderBy(sql`${calls.started_at} desc limit ${sql.raw(String(WITHHELD_CALLS))}`)
      .prepare(),
    visitorOf: db
      .select({ visitor: visit.visitor })
      .from(visits)
      .where(sql`${visits.id} = ${value("visit")}`)
      .prepare(),
    visitsOf: db
      .select({ ...visit, leases: visits.leases, tapped_id: tapped })
      .from(visits)
      .innerJoin(sources, sql`${sources.id} = ${visits.source_id}`)
      .where(
        sql`(${visits.id} = ${value("visitor")} or ${visits.visitor_id} = ${value("visitor")}) and ${visits.id} <= ${value("until_id")}`,
      )
      .orderBy(sql`${visits.id} desc limit ${sql.raw(String(VISITS_OF_CALLER))}`)
      .prepare(),
  }
})

/**
 * What is known, at the moment `at` (ms), of who may be calling `number` from `from` (E.164, null where withheld): everybody
 * who ever held the number, those silent longest as a crowd, and the caller's own past. Signs of life after `at` only say
 * that a visit was still there.
 */
export function observe(site: Site, number: NumberRow, at: number, from: string | null, model: Model): Observation {
  // A lease made in the very millisecond of the call was made before it: the page had to show the number first.
  const until_id = idAt(at + 1) - 1
  const rows = readLessees(site, number, until_id, at, from)
  const memory = from === null ? rememberWithheld(site, number, at) : remember(site, from, at)
  const all = new Map<number, Contender>()
  for (const row of rows) {
    const contender = contenderOf(row, at, memory)
    const other = all.get(contender.visit)
    // A visit that held the number twice competes once, with its stronger claim.
    if (!other || rateOf(model, contender.cell, "") > rateOf(model, other.cell, "")) all.set(contender.visit, contender)
  }
  for (const contender of memory ? oldFriends(site, number, at, memory, all) : []) all.set(contender.visit, contender)
  const strength = (one: Contender) => rateOf(model, one.cell, one.channel) * one.weight + (one.memory > 0 ? 1 : 0)
  const ranked = [...all.values()].sort((a, b) => strength(b) - strength(a) || b.visit - a.visit)
  return {
    known: from !== null && memory !== undefined,
    stray: memory?.stray ?? 0,
    others: memory?.others ?? 0,
    contenders: ranked.slice(0, NAMED),
    crowd: [
      ...gather(ranked.slice(NAMED).map(({ cell, channel, weight }): Crowd => [cell, channel, weight])),
      ...olderThan(site, rows, number, at),
    ],
  }
}

interface Memory {
  /** By visitor: how likely he made the caller's latest call, or a withheld one. */
  readonly visitors: ReadonlyMap<number, number>
  readonly stray: number
  readonly others: number
  readonly number: number | null
  readonly visits: readonly number[]
}

/** A caller's latest call says it all: earlier ones are in its answer already. */
function remember(site: Site, from: string, at: number): Memory | undefined {
  const call = statements(site).earlier.all({ from, at })[0]
  if (!call) return undefined
  const candidates: readonly CandidateRow[] = call.candidates
  const visitors = new Map<number, number>()
  for (const { visit, probability } of candidates) {
    const visitor = statements(site).visitorOf.all({ visit })[0]?.visitor
    if (visitor !== undefined) visitors.set(visitor, (visitors.get(visitor) ?? 0) + probability)
  }
  const named = candidates.reduce((sum, { probability }) => sum + probability, 0)
  return {
    visitors,
    stray: call.no_visit,
    others: Math.max(0, 1 - named - call.no_visit),
    number: call.number_id,
    visits: candidates.map(({ visit }) => visit),
  }
}

/**
 * Who withholds his number is nobody's memory, but a visitor who is likely to have made a withheld call on this number may
 * make another: the sooner the likelier.
 */
function rememberWithheld(site: Site, number: NumberRow, at: number): Memory | undefined {
  const visitors = new Map<number, number>()
  const visits: number[] = []
  // Calls of one moment do not follow each other; a moment may be a whole second.
  const past = statements(site).withheld.all({ number: number.id, before: at - 999, since: at - WITHHELD_REACH_MS })
  for (const { candidates, started_at } of past) {
    const left = Math.exp((started_at - at) / WITHHELD_FADE_MS)
    for (const { visit, probability } of candidates) {
      const visitor = statements(site).visitorOf.all({ visit })[0]?.visitor
      if (visitor === undefined) continue
      visitors.set(visitor, (visitors.get(visitor) ?? 0) + probability * left)
      visits.push(visit)
    }
  }
  return visitors.size === 0 ? undefined : { visitors, stray: 0, others: 0, number: number.id, visits }
}

interface Lessee {
  readonly visit_id: number
  readonly visitor: number
  readonly source_id: number
  readonly channel: string
  readonly device: string
  readonly pages: number
  readonly hidden: boolean
  readonly seen_at: number
  readonly lease: number
  readonly until_at: number | null
  readonly lease_seen_at: number | null
  readonly shared: boolean
  readonly tapped_id: number | null
  /** How surely the visitor made a call before. */
  readonly called: number | null
}

// As SQLite gives them: drizzle takes half as long to make objects of the rows as SQLite does to find them.
function readLessees(site: Site, number: NumberRow, until_id: number, at: number, from: string | null): Lessee[] {
  const rows = statements(site).lessees.values({ ...placeInHistory(number, until_id + 1), until_id, at, from })
  return (rows as LesseeRow[]).map(
    ([
      visit_id,
      visitor,
      source_id,
      channel,
      device,
      pages,
      hidden,
      seen_at,
      lease,
      until_at,
      lease_seen_at,
      shared,
      tapped_id,
      called,
    ]) => ({
      visit_id,
      visitor,
      source_id,
      channel,
      device,
      pages,
      hidden: hidden !== 0,
      seen_at,
      lease,
      until_at,
      lease_seen_at,
      shared: shared !== 0,
      tapped_id,
      called,
    }),
  )
}

/** In the order that `lessees` selects. */
type LesseeRow = [
  visit_id: number,
  visitor: number,
  source_id: number,
  channel: string,
  device: string,
  pages: number,
  hidden: number,
  seen_at: number,
  lease: number,
  until_at: number | null,
  lease_seen_at: number | null,
  shared: number,
  tapped_id: number | null,
  called: number | null,
]

function contenderOf(row: Lessee, at: number, memory: Memory | undefined): Contender {
  const ended = row.until_at !== null
  // A sign of life after the call says that the visit was there when it rang.
  const seen = ended ? (row.lease_seen_at ?? row.until_at ?? at) : row.seen_at
  return {
    ...describe(row, seen, at, memory?.visitors.get(row.visitor) ?? 0),
    weight: row.called === null ? 1 : 1 - (1 - HAS_CALLED) * row.called,
    shared: row.shared,
  }
}

type Described = Pick<
  Lessee,
  "visit_id" | "visitor" | "source_id" | "channel" | "device" | "pages" | "hidden" | "tapped_id"
>

function describe(row: Described, seen: number, at: number, memory: number): Omit<Contender, "weight" | "shared"> {
  const silence = Math.max(0, at - seen)
  const tapAgo = row.tapped_id === null ? null : Math.max(0, at - timeOfId(row.tapped_id))
  const hidden = row.hidden && seen <= at
  const stayed = Math.max(0, Math.min(seen, at) - timeOfId(row.visit_id))
  return {
    visit: row.visit_id,
    visitor: row.visitor,
    source: row.source_id,
    channel: row.channel,
    cell: cellOf({ hidden, mobile: isMobile(row), pages: row.pages, stayed, silence, tapAgo }),
    memory,
    silence,
    tapAgo,
    hidden,
  }
}

function isMobile({ device }: { device: string }): boolean {
  return device === "mobile" || device === "tablet"
}

/** Visitors of the caller's earlier call who held this number too long ago to be among its latest lessees. */
function oldFriends(
  site: Site,
  number: NumberRow,
  at: number,
  memory: Memory,
  found: ReadonlyMap<number, Contender>,
): Contender[] {
  const there = new Set([...found.values()].map(({ visitor }) => visitor))
  return [...memory.visitors].flatMap(([visitor, weight]) => {
    if (there.has(visitor)) return []
    const held = statements(site)
      .visitsOf.all({ visitor, number: number.id, until_id: idAt(at + 1) - 1 })
      .find(
        ({ visit_id, leases: keys }) =>
          (memory.number === number.id && memory.visits.includes(visit_id)) || keys?.some(([key]) => key === number.id),
      )
    return held ? [{ ...describe(held, held.seen_at, at, weight), weight: 1, shared: false }] : []
  })
}

/** Visits that are not told apart, summed by cell and channel: who stands between two cells is a part of him in each. */
function gather(crowd: readonly Crowd[]): Crowd[] {
  const sums = new Map<string, Crowd>()
  for (const [place, channel, weight] of crowd)
    for (const [cell, part] of partsOf(place)) {
      const key = `${cell} ${channel}`
      sums.set(key, [cell, channel, (sums.get(key)?.[2] ?? 0) + weight * part])
    }
  return [...sums.values()]
}

/**
 * The lessees before the ones that were read, reckoned: of the kinds and channels of these, and as many as the number was
 * lent to in the days before them, back to when it came to the site. Each is next to nothing, together they are the late
 * callers that nobody can name.
 */
function olderThan(site: Site, rows: readonly Lessee[], number: NumberRow, at: number): Crowd[] {
  const last = rows.at(-1)
  if (rows.length < LESSEES || !last) return []
  const [older] = statements(site).older.all(placeInHistory(number, last.lease))
  if (!older || older.count === 0) return []
  const newest = timeOfId(last.lease)
  const span = newest - timeOfId(older.oldest)
  if (span <= 0) return []
  const begun = Math.max(0, at - newest)
  // Where all were counted, there is nobody beyond the oldest.
  const reach = older.count < LEASES_COUNTED ? at - timeOfId(older.oldest) : at - timeOfId(number.id)
  const kinds = new Map<string, { kind: number; hidden: boolean; channel: string; count: number }>()
  for (const row of rows) {
    const stay = stayOf(row.seen_at - timeOfId(row.visit_id), row.pages)
    const kind = kindOf({ hidden: row.hidden, stay, mobile: isMobile(row) })
    const key = `${kind} ${row.channel}`
    kinds.set(key, { kind, hidden: row.hidden, channel: row.channel, count: (kinds.get(key)?.count ?? 0) + 1 })
  }
  const crowd: Crowd[] = []
  const pieces = SILENCE_PIECES.filter(({ start, end }) => end > begun && start < reach)
  for (const { kind, hidden, channel, count } of kinds.values()) {
    const rate = (count / rows.length) * (older.count / span)
    for (const { start, end, middle } of pieces) {
      const width = Math.min(reach, end) - Math.max(begun, start)
      crowd.push([cellAt(kind, silencePlaceOf(middle, hidden)), channel, rate * width])
    }
  }
  return gather(crowd)
}

/** How much each cell weighs in an observation, by channel: what learning reads of it. */
export function cellsOf({ contenders, crowd }: Observation): Crowd[] {
  return [
    ...contenders.map(({ cell, channel, weight }): Crowd => [cell, channel, weight]),
    ...crowd.filter(([cell]) => cell < CELLS),
  ]
}
