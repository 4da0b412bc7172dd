import { eq, sql } from "drizzle-orm"
import type { Swap, VisitAnswer, VisitRequest } from "../../../shared/contract.js"
import { BEAT_S, VISIT_IDLE_MS } from "../../../shared/protocol.js"
import { isPaidClick } from "../../../shared/source/click-ids.js"
import { readSource, type Source } from "../../../shared/source.js"
import { findLease, type Grant, type Lease, releaseLeases, takeLease } from "../lease/lease.js"
import { admitsNetwork } from "../lease/network.js"
import { describeSwap } from "../number/match.js"
import { listPools, type PoolRow } from "../number/pool.js"
import { firstOfTarget, planSlots, type Slot } from "../number/rule.js"
import { type LeaseKey, sources, type VisitEventKind, visitEvents, visits } from "../schema/schema.js"
import { readSettings, type Settings } from "../site/settings.js"
import { internSource } from "../source/source.js"
import { bound, type Db, prepareOnce, remember, runnerOf, type Site } from "../store/db.js"
import { decodeId, encodeId, newSecret, timeOfId } from "../store/id.js"
import { Recent } from "../store/recent.js"
import { type Client, readDevice } from "./client.js"

/** A visit as it is stored. */
export type VisitRow = typeof visits.$inferSelect

const EVENTS_A_VISIT = 500

const statements = prepareOnce((db: Db) => {
  const value = sql.placeholder
  return {
    byId: db
      .select()
      .from(visits)
      .where(eq(visits.id, value("id")))
      .prepare(),
    sourceOf: db
      .select()
      .from(sources)
      .where(eq(sources.id, value("source")))
      .prepare(),
    newestOf: db
      .select()
      .from(visits)
      .where(sql`${visits.visitor_id} = (select ${value("visitor")})`)
      .orderBy(sql`${visits.id} desc limit 1`)
      .prepare(),
    // JSON comes as text here.
    start: runnerOf(
      db
        .insert(visits)
        .values({
          id: bound("id"),
          secret: bound("secret"),
          visitor_id: bound("visitor_id"),
          source_id: bound("source_id"),
          click_id: bound("click_id"),
          click_id_kind: bound("click_id_kind"),
          landing_url: bound("landing_url"),
          landing_page: bound("landing_page"),
          referrer: bound("referrer"),
          title: bound("title"),
          device: bound("device"),
          browser: bound("browser"),
          os: bound("os"),
          language: bound("language"),
          country: bound("country"),
          region: bound("region"),
          city: bound("city"),
          consent: bound("consent"),
          ids: bound("ids"),
          seen_at: bound("seen_at"),
          overflow: bound("overflow"),
          leases: bound("leases"),
        })
        .prepare(),
    ),
    view: db
      .update(visits)
      .set({
        seen_at: bound("seen_at"),
        hidden: false,
        pages: sql`${visits.pages} + 1`,
        overflow: bound("overflow"),
        leases: bound("leases"),
      })
      .where(eq(visits.id, value("id")))
      .prepare(),
    countEvents: db
      .select({ count: sql<number>`count(*)`, newest: sql<number>`coalesce(max(${visitEvents.id}), 0)` })
      .from(visitEvents)
      .where(eq(visitEvents.visit_id, value("visit_id")))
      .prepare(),
    addEvent: db
      .insert(visitEvents)
      .values({
        visit_id: value("visit_id"),
        id: value("id"),
        kind: value("kind"),
        number_id: value("number_id"),
        data: value("data"),
      })
      .prepare(),
  }
})

/** What `recordVisit` did: the answer to the page, and why nothing was recorded if so. */
export interface VisitRecord {
  readonly answer: VisitAnswer
  readonly reason: "robot" | "consent" | null
}

/**
 * A page was viewed. Goes on with the visitor's visit, or begins one (after 30 idle minutes, or when the URL carries a new
 * campaign), lends it a number of every pool, and answers what the page shows. Robots get the page's own numbers and leave
 * no trace; without consent nothing is recorded and nothing lent. A replay says itself where the visit came from.
 */
export function recordVisit(site: Site, request: VisitRequest, client: Client, from?: Source): VisitRecord {
  const settings = readSettings(site)
  const pools = firstOfTarget(listPools(site))
  if (readDevice(client.userAgent).robot) return { answer: ownNumbers(pools, settings), reason: "robot" }
  if (request.consent === "none") return { answer: ownNumbers(pools, settings), reason: "consent" }
  const source = from ?? sourceOf(site, request, settings)
  const known = findKnown(site, request)
  if (known && continues(site, known.latest, source))
    return { answer: viewPage(site, known, pools, settings, request), reason: null }
  return { answer: startVisit(site, known, pools, settings, source, request, client), reason: null }
}

/** The visit with this public id, its secret checked; undefined for any other text. */
export function findVisit(site: Site, id: string): VisitRow | undefined {
  const key = decodeId("vis", id)
  const row = key && statements(site).byId.all({ id: key.id })[0]
  return row && row.secret === key.secret ? row : undefined
}

/** Notes what happened during a visit, for the journey; a visit keeps 500 such notes, so that a runaway page fills no disk. */
export function addVisitEvent(
  site: Site,
  event: {
    visit_id: number
    kind: VisitEventKind
    number_id?: number | null
    data?: Record<string, unknown> | null
  },
): void {
  const { countEvents, addEvent } = statements(site)
  const noted = countEvents.all({ visit_id: event.visit_id })[0] ?? { count: 0, newest: 0 }
  // Over a restart and a clock set back, the site's ids may begin below those of its events.
  const id = Math.max(site.newId(), noted.newest + 1)
  if (noted.count < EVENTS_A_VISIT) addEvent.run({ number_id: null, data: null, ...event, id })
}

/** The public id of a visit. */
export function visitId(visit: { id: number; secret: string }): string {
  return encodeId("vis", visit.id, visit.secret)
}

/** The public id of a visitor: his first visit, under another prefix. */
export function visitorId(first: { id: number; secret: string }): string {
  return encodeId("vtr", first.id, first.secret)
}

/** The answer that leaves every number as the page has it. */
export function ownNumbers(pools: readonly PoolRow[], settings: Settings): VisitAnswer {
  return {
    visitor: null,
    visit: null,
    beat_s: BEAT_S,
    swaps: longestFirst(pools.map(({ target }) => describe(target, undefined, settings))),
  }
}

/** Arrivals whose sources are remembered, and how long the two addresses of one may be. */
const ARRIVALS = 500
const ARRIVAL_LIMIT = 600

/** Most visits of a day arrive by few ways: the same page from the same place. A click's id is seen but once. */
function sourceOf(site: Site, { url, referrer }: VisitRequest, { domains }: Settings): Source {
  const known = remember(site, "arrivals", () => new Recent<string, Source>(ARRIVALS))
  const key = `${url}\0${referrer}`
  let source = known.get(key)
  if (!source) {
    source = readSource({ url, referrer, domains })
    if (source.click_id === null && key.length <= ARRIVAL_LIMIT) known.set(key, source)
  }
  return source
}

const NO_GRANT: Grant = { lease: undefined, overflow: null }
/** One of too many from one network. */
const REFUSED: Grant = { lease: undefined, overflow: "original" }
const UNKNOWN_SOURCE = { channel: "", source: "", medium: "", campaign: null, term: null, content: null }

interface Known {
  /** The visitor's first visit: it names the visitor. */
  readonly first: VisitRow
  readonly latest: VisitRow
}

/** The visitor behind a request: by the visit it names, else by the visitor. Ids that were never given out are ignored. */
function findKnown(site: Site, { visit, visitor }: VisitRequest): Known | undefined {
  const { byId, newestOf } = statements(site)
  const named = visit ? findVisit(site, visit) : undefined
  if (named) {
    const first = named.visitor_id === null ? named : byId.all({ id: named.visitor_id })[0]
    if (first) return { first, latest: named }
  }
  const key = visitor ? decodeId("vtr", visitor) : undefined
  const first = key && byId.all({ id: key.id })[0]
  if (!first || first.secret !== key.secret || first.visitor_id !== null) return undefined
  return { first, latest: newestOf.all({ visitor: first.id })[0] ?? first }
}

function continues(site: Site, latest: VisitRow, source: Source): boolean {
  if (site.now - latest.seen_at >= VISIT_IDLE_MS) return false
  if (!source.tagged) return true
  return latest.source_id === internSource(site, source) && latest.click_id === source.click_id
}

function viewPage(
  site: Site,
  { first, latest }: Known,
  pools: readonly PoolRow[],
  settings: Settings,
  request: VisitRequest,
): VisitAnswer {
  const held = latest.leases ?? []
  const source = () => statements(site).sourceOf.all({ source: latest.source_id })[0]
  const applicant = {
    id: latest.id,
    visitor: first.id,
    channel: () => source()?.channel ?? "",
    paid: isPaidClick(latest.click_id_kind),
  }
  const slots = planSlots(site, pools, () => ({
    ...latest,
    source: { ...latest, ...(source() ?? UNKNOWN_SOURCE) },
    returning: latest.id !== first.id,
    at: timeOfId(latest.id),
  }))
  const grants = slots.map(({ pool }): Grant => {
    const lease = pool && findLease(site, pool, held)
    if (lease) return { lease, overflow: latest.overflow }
    return pool ? takeLease(site, pool, applicant, held) : NO_GRANT
  })
  const kept = keysOf(grants)
  releaseLeases(
    site,
    latest,
    held.filter(([, lease]) => !kept.some(([, other]) => other === lease)),
  )
  statements(site).view.run({
    id: latest.id,
    seen_at: site.now,
    overflow: overflowOf(grants),
    leases: encodeKeys(kept),
  })
  addVisitEvent(site, { visit_id: latest.id, kind: "page", data: { url: request.url, title: request.title ?? null } })
  return answer(first, latest, slots, grants, settings)
}

function startVisit(
  site: Site,
  known: Known | undefined,
  pools: readonly PoolRow[],
  settings: Settings,
  source: Source,
  request: VisitRequest,
  client: Client,
): VisitAnswer {
  const visit = { id: site.newId(), secret: newSecret() }
  const first = known?.first ?? visit
  const before = known?.latest.leases ?? []
  const applicant = {
    id: visit.id,
    visitor: first.id,
    channel: () => source.channel,
    paid: isPaidClick(source.click_id_kind),
  }
  const { device, browser, os } = readDevice(client.userAgent)
  const slots = planSlots(site, pools, () => ({
    ...client,
    source,
    device,
    returning: known !== undefined,
    at: site.now,
  }))
  const admitted = known !== undefined || admitsNetwork(site, client.network ?? null)
  const grants = slots.map(({ pool }) =>
    pool ? (admitted ? takeLease(site, pool, applicant, before) : REFUSED) : NO_GRANT,
  )
  if (known) releaseLeases(site, known.latest, before)
  statements(site).start({
    ...visit,
    visitor_id: known ? first.id : null,
    source_id: internSource(site, source),
    click_id: source.click_id,
    click_id_kind: source.click_id_kind,
    landing_url: source.landing_url,
    landing_page: source.landing_page,
    referrer: source.referrer,
    title: request.title ?? null,
    device,
    browser,
    os,
    language: client.language,
    country: client.country,
    region: client.region,
    city: client.city,
    consent: request.consent,
    ids: request.ids && Object.keys(request.ids).length > 0 ? JSON.stringify(request.ids) : null,
    seen_at: site.now,
    overflow: overflowOf(grants),
    leases: encodeKeys(keysOf(grants)),
  })
  return answer(first, visit, slots, grants, settings)
}

function answer(
  first: { id: number; secret: string },
  visit: { id: number; secret: string },
  slots: readonly Slot[],
  grants: readonly Grant[],
  settings: Settings,
): VisitAnswer {
  return {
    visitor: visitorId(first),
    visit: visitId(visit),
    beat_s: BEAT_S,
    swaps: longestFirst(
      slots.map(({ target, number }, index) =>
        describe(target, grants[index]?.lease ?? grants[index]?.instead ?? number, settings),
      ),
    ),
  }
}

/** "030 123456 7" is the longer of two targets: the script takes them in this order. */
function longestFirst(swaps: Swap[]): Swap[] {
  return swaps.sort((a, b) => b.target.length - a.target.length)
}

/** A number that is tied for good is shown without a lease. */
function describe(target: string, shown: Lease | Slot["number"], { country }: Settings): Swap {
  const number = shown?.e164 ?? null
  return {
    target,
    number,
    lease: shown && "shared" in shown ? encodeId("lea", shown.id) : null,
    ...describeSwap({ target, number, country }),
  }
}

function keysOf(grants: readonly Grant[]): LeaseKey[] {
  return grants.flatMap(({ lease }): LeaseKey[] => (lease ? [[lease.number_id, lease.id]] : []))
}

function encodeKeys(keys: readonly LeaseKey[]): string | null {
  return keys.length > 0 ? JSON.stringify(keys) : null
}

function overflowOf(grants: readonly Grant[]): Grant["overflow"] {
  return grants.find(({ overflow }) => overflow !== null)?.overflow ?? null
}
