import { eq, sql } from "drizzle-orm"
import { listPools } from "../number/pool.js"
import { carriers } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"

const statements = prepareOnce((db: Db) => ({
  byName: db
    .select()
    .from(carriers)
    .where(eq(carriers.name, sql.placeholder("name")))
    .prepare(),
}))

/** Keeps a carrier's credentials; they are never read back over HTTP. */
export function setCredentials(site: Site, name: string, credentials: Record<string, unknown>): void {
  const row = { name, credentials, updated_at: site.now }
  site.db.insert(carriers).values(row).onConflictDoUpdate({ target: carriers.name, set: row }).run()
}

/** A carrier's credentials as they were set; undefined where none are. */
export function findCredentials(site: { readonly db: Db }, name: string): Record<string, unknown> | undefined {
  return statements(site).byName.all({ name })[0]?.credentials
}

/** When a carrier's credentials were set, ISO 8601; null where none are. */
export function credentialsSetAt(site: { readonly db: Db }, name: string): string | null {
  const row = statements(site).byName.all({ name })[0]
  return row ? new Date(row.updated_at).toISOString() : null
}

/** Where calls to this site go: its own number to forward to, else the number that its pages print. */
export function forwardTo(site: { readonly db: Db }): string | null {
  return readSettings(site).forward_to ?? listPools(site)[0]?.target ?? null
}
