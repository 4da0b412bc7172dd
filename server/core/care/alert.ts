import { eq, sql } from "drizzle-orm"
import type { AlertAnswer, AlertsQuery } from "../../../shared/contract-engine.js"
import { listPools } from "../number/pool.js"
import { type AlertKind, alerts, learning } from "../schema/schema.js"
import type { Site } from "../store/db.js"
import { encodeId, timeOfId } from "../store/id.js"
import { addEvent } from "../store/outbox.js"
import { CARE_DAYS, CARE_EVERY_MS, careFor } from "./care.js"

const DAY = 24 * 3_600_000
/** A pool that so many of its visits found full, of at least so many, is too small. */
const FULL_SHARE = 0.05
const VISITS_AT_LEAST = 100
/** Above it numbers should be added: call-tracking systems advise so at three quarters. */
const UTILISED = 0.75
/** A static number is about to fall silent so long before its last day ends. */
const EXPIRES_MS = 14 * DAY
const SHOWN = 200

/** Something that is so now. */
interface Finding {
  readonly kind: AlertKind
  readonly subject: string
  readonly detail: Record<string, unknown>
}

/** Looks after the pools once a day: opens an alert for what is newly so, and closes those that are so no more. */
export function watchPools(site: Site): void {
  const state = site.db.select({ watched_at: learning.watched_at }).from(learning).all()[0]
  if (!state || site.now - state.watched_at < CARE_EVERY_MS) return
  const open = site.db.select().from(alerts).where(sql`${alerts.closed_at} is null`).all()
  const found = [
    ...listPools(site).flatMap((pool) => findInPool(site, encodeId("pool", pool.id))),
    ...findExpiring(site),
  ]
  const keyOf = ({ kind, subject }: Pick<Finding, "kind" | "subject">) => `${kind} ${subject}`
  const known = new Map(open.map((alert) => [keyOf(alert), alert]))
  for (const { kind, subject, detail } of found) {
    const alert = known.get(keyOf({ kind, subject }))
    known.delete(keyOf({ kind, subject }))
    if (alert) site.db.update(alerts).set({ detail, seen_at: site.now }).where(eq(alerts.id, alert.id)).run()
    else openAlert(site, { kind, subject, detail })
  }
  for (const alert of known.values()) closeAlert(site, alert)
  site.db.update(learning).set({ watched_at: site.now }).run()
}

function openAlert(site: Site, finding: Finding): void {
  const alert = { id: site.newId(), ...finding, seen_at: site.now, closed_at: null }
  site.db.insert(alerts).values(alert).run()
  addEvent(site, "alert.opened", describeAlert(alert))
}

function closeAlert(site: Site, alert: typeof alerts.$inferSelect): void {
  const closed = { ...alert, closed_at: site.now }
  site.db.update(alerts).set({ closed_at: site.now }).where(eq(alerts.id, alert.id)).run()
  addEvent(site, "alert.closed", describeAlert(closed))
}

/** Alerts, latest first: those that are open, or with them the last that were closed. */
export function listAlerts(site: Site, { state }: AlertsQuery): AlertAnswer[] {
  return site.db
    .select()
    .from(alerts)
    .where(state === "open" ? sql`${alerts.closed_at} is null` : undefined)
    .orderBy(sql`${alerts.id} desc limit ${sql.raw(String(SHOWN))}`)
    .all()
    .map(describeAlert)
}

function describeAlert({ id, seen_at, closed_at, ...alert }: typeof alerts.$inferSelect): AlertAnswer {
  return {
    ...alert,
    id: encodeId("alert", id),
    since: new Date(timeOfId(id)).toISOString(),
    seen_at: new Date(seen_at).toISOString(),
    closed_at: closed_at === null ? null : new Date(closed_at).toISOString(),
  }
}

function findInPool(site: Site, pool: string): Finding[] {
  const { days, hours, numbers } = careFor(site, pool, { days: CARE_DAYS })
  const full = days.reduce((sum, day) => sum + day.shared + day.static + day.original, 0)
  const visits = days.reduce((sum, day) => sum + day.leased, full)
  const busiest = hours.reduce((most, hour) => (hour.utilisation > most.utilisation ? hour : most), {
    hour: 0,
    utilisation: 0,
  })
  const share = visits === 0 ? 0 : full / visits
  const findings: Finding[] = []
  if (visits >= VISITS_AT_LEAST && share > FULL_SHARE)
    findings.push({ kind: "overflow", subject: pool, detail: { visits, full, days: CARE_DAYS } })
  if (visits >= VISITS_AT_LEAST && busiest.utilisation > UTILISED)
    findings.push({
      kind: "utilisation",
      subject: pool,
      detail: { hour: busiest.hour, utilisation: busiest.utilisation, days: CARE_DAYS },
    })
  for (const { number, e164, warning, shown_at, called_at, page } of numbers)
    if (warning) findings.push({ kind: warning, subject: number, detail: { e164, pool, shown_at, called_at, page } })
  return findings
}

function findExpiring(site: Site): Finding[] {
  return site.db
    .all<{ id: number; e164: string; valid_until: number }>(
      sql`select id, e164, valid_until from numbers where kind = 'static' and state = 'active' and valid_until > ${site.now} and valid_until <= ${site.now + EXPIRES_MS}`,
    )
    .map(({ id, e164, valid_until }) => ({
      kind: "expiring",
      subject: encodeId("num", id),
      detail: { e164, valid_until: new Date(valid_until).toISOString() },
    }))
}
