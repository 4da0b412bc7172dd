import { and, eq, gt, sql } from "drizzle-orm"
import type { SiteAnswer } from "../../../shared/contract.js"
import { adminKeys, sitesTable } from "../schema/schema.js"
import { glancesTable } from "../schema/session.js"
import type { Page } from "../store/cursor.js"
import type { Db } from "../store/db.js"
import { Refusal } from "../store/refusal.js"

/** The directory's database and the moment of the request. */
export interface Directory {
  readonly db: Db
  readonly now: number
}

/** Lists a site, or renews its settings in the list. */
export function listSite(directory: Directory, settings: SiteAnswer): void {
  directory.db
    .insert(sitesTable)
    .values({ id: settings.id, settings: { ...settings }, created_at: Date.parse(settings.created_at) })
    .onConflictDoUpdate({ target: sitesTable.id, set: { settings: sql`excluded.settings` } })
    .run()
}

/** Takes a site off the list. */
export function unlistSite(directory: Directory, id: string): void {
  directory.db.delete(sitesTable).where(eq(sitesTable.id, id)).run()
  directory.db.delete(glancesTable).where(eq(glancesTable.site, id)).run()
}

/** The settings of a listed site as the list last saw them. */
export function findListed(directory: { readonly db: Db }, id: string): SiteAnswer | undefined {
  return directory.db.select().from(sitesTable).where(eq(sitesTable.id, id)).all()[0]?.settings as
    | SiteAnswer
    | undefined
}

/** All sites, oldest first. */
export function listSites(
  directory: Directory,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Page<SiteAnswer> {
  const [time, id] = readCursor(cursor)
  const rows = directory.db
    .select()
    .from(sitesTable)
    .where(and(sql`(${sitesTable.created_at}, ${sitesTable.id}) > (${time}, ${id})`))
    .orderBy(sitesTable.created_at, sitesTable.id)
    .limit(limit + 1)
    .all()
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    data: shown.map((row) => row.settings as SiteAnswer),
    next_cursor: rows.length > limit && last ? `${last.created_at}.${last.id}` : null,
  }
}

/** How many sites there are, up to one: enough to know a new installation. */
export function hasSites(directory: { readonly db: Db }): boolean {
  return (
    directory.db.select({ id: sitesTable.id }).from(sitesTable).where(gt(sitesTable.created_at, -1)).limit(1).all()
      .length > 0
  )
}

/** Hashes of the admin keys that were made here. */
export function listAdminHashes(directory: { readonly db: Db }): string[] {
  return directory.db
    .select()
    .from(adminKeys)
    .all()
    .map((row) => row.hash)
}

/** Keeps an admin key as its hash. */
export function addAdminHash(directory: Directory, hash: string): void {
  directory.db.insert(adminKeys).values({ hash, created_at: directory.now }).onConflictDoNothing().run()
}

function readCursor(cursor: string | undefined): [number, string] {
  if (cursor === undefined) return [-1, ""]
  const match = /^(\d{1,16})\.(site_[0-9a-z]{4,32})$/.exec(cursor)
  if (!match)
    throw new Refusal("invalid", "the request is not valid", [
      { path: "cursor", message: "must be the next_cursor of an earlier page" },
    ])
  return [Number(match[1]), match[2] ?? ""]
}
