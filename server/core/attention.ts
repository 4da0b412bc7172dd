import { asc, desc, eq, sql } from "drizzle-orm"
import type { SiteAnswer } from "../../shared/contract.js"
import { type Glance, gravityOf } from "./glance.js"
import { sitesTable } from "./schema/schema.js"
import { glancesTable } from "./schema/session.js"
import { type Directory, findListed } from "./site/directory.js"

/** A site of the list, and how it did when it was last looked at; null before that. */
export interface Watched {
  readonly site: SiteAnswer
  readonly glance: Glance | null
  /** When it was looked at, ms; 0: never. */
  readonly at: number
}

/** Which sites are listed: those with a text in their name or domains, from a place on. */
export interface WatchQuery {
  readonly limit: number
  readonly offset: number
  readonly search?: string | undefined
}

/** All sites, those that need attention most first, then the oldest. */
export function listWatched({ db }: Directory, { limit, offset, search = "" }: WatchQuery): Watched[] {
  const text = sql`lower(json_extract(${sitesTable.settings}, '$.name') || ' ' || json_extract(${sitesTable.settings}, '$.domains'))`
  return db
    .select({ site: sitesTable.settings, glance: glancesTable.glance, at: glancesTable.at })
    .from(sitesTable)
    .leftJoin(glancesTable, eq(glancesTable.site, sitesTable.id))
    .where(search === "" ? undefined : sql`instr(${text}, lower(${search})) > 0`)
    .orderBy(desc(sql`coalesce(${glancesTable.gravity}, 0)`), asc(sitesTable.created_at), asc(sitesTable.id))
    .limit(limit)
    .offset(offset)
    .all()
    .map(({ site, glance, at }) => ({ site: site as SiteAnswer, glance, at: at ?? 0 }))
}

/** Sites that were not looked at since a moment: those never seen first, then the longest ago. */
export function listUnwatched({ db }: Directory, since: number, limit: number): string[] {
  const at = sql<number>`coalesce(${glancesTable.at}, 0)`
  return db
    .select({ id: sitesTable.id })
    .from(sitesTable)
    .leftJoin(glancesTable, eq(glancesTable.site, sitesTable.id))
    .where(sql`${at} < ${since}`)
    .orderBy(asc(at), asc(sitesTable.id))
    .limit(limit)
    .all()
    .map(({ id }) => id)
}

/** Keeps how sites did just now; one that left the list meanwhile is left out. */
export function noteGlances(directory: Directory, found: readonly { site: string; glance: Glance }[]): void {
  for (const { site, glance } of found) {
    if (!findListed(directory, site)) continue
    const row = { site, at: directory.now, gravity: gravityOf(glance), glance }
    directory.db.insert(glancesTable).values(row).onConflictDoUpdate({ target: glancesTable.site, set: row }).run()
  }
}
