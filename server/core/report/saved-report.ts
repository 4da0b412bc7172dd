import { eq, gt } from "drizzle-orm"
import type {
  SavedReportAnswer,
  SavedReportFields,
  SavedReportPatch,
  SavedReportsQuery,
} from "../../../shared/contract-ranking.js"
import { savedReports } from "../schema/schema.js"
import { decodeCursor, type Page, pageOf } from "../store/cursor.js"
import type { Site } from "../store/db.js"
import { decodeId, encodeId } from "../store/id.js"
import { notFound } from "../store/refusal.js"

/** A saved report as it is stored. */
export type SavedReportRow = typeof savedReports.$inferSelect

/** Keeps a report's query under a name. The door has checked that it is one. */
export function saveReport(site: Site, { name, query, look = {} }: SavedReportFields): SavedReportAnswer {
  const row = {
    id: site.newId(),
    name,
    query,
    look: { ...look } as Record<string, string>,
    created_at: site.now,
    updated_at: site.now,
  }
  site.db.insert(savedReports).values(row).run()
  return describeSavedReport(row)
}

/** Changes what is named. */
export function updateSavedReport(site: Site, id: string, patch: SavedReportPatch): SavedReportAnswer {
  const before = findSavedReport(site, id)
  const row = {
    ...before,
    name: patch.name ?? before.name,
    query: patch.query ?? before.query,
    look: patch.look === undefined ? before.look : ({ ...patch.look } as Record<string, string>),
    updated_at: site.now,
  }
  site.db.update(savedReports).set(row).where(eq(savedReports.id, before.id)).run()
  return describeSavedReport(row)
}

/** Forgets a saved report. */
export function deleteSavedReport(site: Site, id: string): void {
  const { id: key } = findSavedReport(site, id)
  site.db.delete(savedReports).where(eq(savedReports.id, key)).run()
}

/** The saved report with this public id; refuses for any other. */
export function findSavedReport(site: Pick<Site, "db">, id: string): SavedReportRow {
  const key = decodeId("report", id)
  const row = key && site.db.select().from(savedReports).where(eq(savedReports.id, key.id)).all()[0]
  if (!row) throw notFound("report")
  return row
}

/** Saved reports, oldest first. */
export function listSavedReports(site: Site, { limit, cursor }: SavedReportsQuery): Page<SavedReportAnswer> {
  const after = cursor === undefined ? 0 : (decodeCursor(cursor, 1)[0] ?? 0)
  const rows = site.db
    .select()
    .from(savedReports)
    .where(gt(savedReports.id, after))
    .orderBy(savedReports.id)
    .limit(limit + 1)
    .all()
  return pageOf(rows, limit, ({ id }) => [id], describeSavedReport)
}

/** A saved report in the public shape. */
export function describeSavedReport({
  id,
  name,
  query,
  look,
  created_at,
  updated_at,
}: SavedReportRow): SavedReportAnswer {
  return {
    id: encodeId("report", id),
    name,
    query,
    look,
    created_at: new Date(created_at).toISOString(),
    updated_at: new Date(updated_at).toISOString(),
  }
}
