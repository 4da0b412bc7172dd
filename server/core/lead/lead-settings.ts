import { eq, sql } from "drizzle-orm"
import type { LeadSettings } from "../../../shared/contract-leads.js"
import { leadSettings } from "../schema/schema.js"
import { type Db, prepareOnce, remember, type Site } from "../store/db.js"
import { invalid } from "../store/refusal.js"
import { findStage, isClosed } from "./stage.js"

/** How a site makes, distributes and judges its leads, until it says otherwise. */
export const DEFAULT_LEAD_SETTINGS: LeadSettings = {
  from_calls: { on: true, answered: true, min_talk_s: 60, first_time: true },
  from_forms: { on: true },
  cadence: [1, 3, 7],
  assignment: { arms: [] },
  score: [],
  grades: [],
}

const ROW = 1

const statements = prepareOnce((db: Db) => ({
  read: db.select().from(leadSettings).where(eq(leadSettings.id, ROW)).prepare(),
}))

/** The site's settings of leads. */
export function readLeadSettings(site: Site): LeadSettings {
  return remember(site, "lead settings", () => statements(site).read.all()[0]?.settings ?? DEFAULT_LEAD_SETTINGS)
}

/** Settings with what went wrong in the rules that make leads. */
export function describeLeadSettings(site: Site) {
  const row = statements(site).read.all()[0]
  return {
    ...(row?.settings ?? DEFAULT_LEAD_SETTINGS),
    faults: {
      count: row?.faults ?? 0,
      last_at: row?.fault_at ? new Date(row.fault_at).toISOString() : null,
      last: row?.fault ?? null,
    },
  }
}

/** All settings anew; refuses stages that do not exist. */
export function replaceLeadSettings(site: Site, settings: LeadSettings) {
  for (const [index, { stage }] of settings.grades.entries())
    if (stage !== undefined && isClosed(findStage(site, stage, `grades.${index}.stage`)))
      throw invalid(`grades.${index}.stage`, "must be an open stage: no rule wins or loses a lead")
  const ordered = { ...settings, grades: [...settings.grades].sort((a, b) => b.from - a.from) }
  site.db
    .insert(leadSettings)
    .values({ id: ROW, settings: ordered })
    .onConflictDoUpdate({ target: leadSettings.id, set: { settings: ordered } })
    .run()
  return describeLeadSettings(site)
}

/**
 * Runs a rule that makes leads of something that must be kept in any case: what the rule did is undone when it fails, and
 * the failure is counted among the settings.
 */
export function guardRule(site: Site, rule: () => void): void {
  try {
    site.db.transaction(() => rule())
  } catch (error) {
    // drizzle's own message shows the row that it could not write; the cause does not.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const fault = (cause instanceof Error ? cause.message : String(cause)).slice(0, 200)
    site.db
      .insert(leadSettings)
      .values({ id: ROW, settings: DEFAULT_LEAD_SETTINGS, faults: 1, fault_at: site.now, fault })
      .onConflictDoUpdate({
        target: leadSettings.id,
        set: { faults: sql`faults + 1`, fault_at: site.now, fault },
      })
      .run()
  }
}
