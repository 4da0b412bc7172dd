import { eq, sql } from "drizzle-orm"
import type { BeatRequest } from "../../../shared/contract.js"
import { VISIT_IDLE_MS } from "../../../shared/protocol.js"
import { noteFixedNumber } from "../care/fixed-number.js"
import { applyFormRule } from "../lead/lead-rule.js"
import { holdsAll, releaseLeases, shortenHold } from "../lease/lease.js"
import { findNumberByPhone } from "../number/number.js"
import { listPools } from "../number/pool.js"
import { visits } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import { readPhone } from "../value/phone.js"
import { addVisitEvent, findVisit, type VisitRow } from "./visit.js"

const FORM_FIELDS = 30

const statements = prepareOnce((db: Db) => ({
  alive: db
    .update(visits)
    .set({ seen_at: sql`${sql.placeholder("seen_at")}`, hidden: sql`${sql.placeholder("hidden")}` })
    .where(eq(visits.id, sql.placeholder("id")))
    .prepare(),
}))

/**
 * A sign of life: it keeps the visit and its leases alive. `hide` lets the numbers go soon, `end` (consent withdrawn) at
 * once; `tap`, `form`, `identify` and `event` are kept for the journey; `own` is a number that the page prints itself. Answers whether the visit still lives: once it has
 * ended or lost a number (a laptop that slept), the page must ask again, and never go on showing a number that is somebody
 * else's. What happened is kept even then. A visit that is unknown, an erased one, is over too.
 */
export function recordBeat(site: Site, beat: BeatRequest): boolean {
  const visit = findVisit(site, beat.visit)
  if (!visit) return false
  const alive = !hasEnded(site, visit)
  if (alive) keepAlive(site, visit, beat.kind)
  if (beat.kind === "tap") recordTap(site, visit, beat)
  if (beat.kind === "form" || beat.kind === "identify" || beat.kind === "event")
    addVisitEvent(site, {
      visit_id: visit.id,
      kind: beat.kind,
      data: { at_ms: beat.at_ms, name: beat.name, fields: bound(beat.fields) },
    })
  if (beat.kind === "own") noteOwn(site, visit, beat)
  if (beat.kind === "form") applyFormRule(site, visit, bound(beat.fields))
  return alive
}

function keepAlive(site: Site, visit: VisitRow, kind: BeatRequest["kind"]): void {
  const gone = kind === "hide" || kind === "end"
  statements(site).alive.run({ id: visit.id, seen_at: site.now, hidden: gone ? 1 : 0 })
  if (kind === "hide") shorten(site, visit)
  if (kind === "end") releaseLeases(site, { id: visit.id, seen_at: site.now }, visit.leases ?? [])
}

function hasEnded(site: Site, visit: VisitRow): boolean {
  return site.now - visit.seen_at >= VISIT_IDLE_MS || !holdsAll(site, visit.leases ?? [])
}

function shorten(site: Site, visit: VisitRow): void {
  const pools = new Map(listPools(site).map((pool) => [pool.id, pool]))
  shortenHold(site, visit.leases ?? [], (pool) => pools.get(pool))
}

function noteOwn(site: Site, visit: VisitRow, beat: BeatRequest): void {
  const e164 = phoneOf(site, beat)
  if (e164 !== undefined) noteFixedNumber(site, visit, e164)
}

function phoneOf(site: Site, { number }: BeatRequest): string | undefined {
  return number === undefined ? undefined : readPhone(number, readSettings(site).country)
}

function recordTap(site: Site, visit: VisitRow, beat: BeatRequest): void {
  const e164 = phoneOf(site, beat)
  const number = e164 === undefined ? undefined : findNumberByPhone(site, e164)
  addVisitEvent(site, {
    visit_id: visit.id,
    kind: "tap",
    number_id: number?.id ?? null,
    data: { at_ms: beat.at_ms, number: e164 },
  })
}

function bound(fields: BeatRequest["fields"]): Record<string, string> {
  return Object.fromEntries(Object.entries(fields ?? {}).slice(0, FORM_FIELDS))
}
