import { desc, eq, lt, sql } from "drizzle-orm"
import type { KeyAnswer, KeyFields, PageQuery } from "../../../shared/contract.js"
import { keys } from "../schema/schema.js"
import { decodeCursor, type Page, pageOf } from "../store/cursor.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import { decodeId, encodeId } from "../store/id.js"
import { notFound } from "../store/refusal.js"

/** What a key may do: `admin` all sites, `write` one site, `read` look at one site. */
export type Scope = "admin" | "write" | "read"

const statements = prepareOnce((db: Db) => ({
  byHash: db
    .select({ scope: keys.scope })
    .from(keys)
    .where(eq(keys.hash, sql.placeholder("hash")))
    .prepare(),
}))

/** What the key with this hash may do on this site; undefined for a stranger's. */
export function findScope(site: { readonly db: Db }, hash: string): Scope | undefined {
  return statements(site).byHash.all({ hash })[0]?.scope
}

/** Whether a key of scope `held` may do what needs `needed`. */
export function allows(held: Scope, needed: Scope): boolean {
  const order: readonly Scope[] = ["read", "write", "admin"]
  return order.indexOf(held) >= order.indexOf(needed)
}

/** Keeps a new key of the site as its hash; `key` itself is shown by the caller once and kept nowhere. */
export function addKey(site: Site, fields: KeyFields, { hash, ending }: { hash: string; ending: string }): KeyAnswer {
  const row = { id: site.newId(), hash, ending, scope: fields.scope, name: fields.name, created_at: site.now }
  site.db.insert(keys).values(row).run()
  return describeKey(row)
}

/** The site's keys, newest first; never the keys themselves. */
export function listKeys(site: Site, { limit, cursor }: PageQuery): Page<KeyAnswer> {
  const rows = site.db
    .select()
    .from(keys)
    .where(cursor === undefined ? undefined : lt(keys.id, decodeCursor(cursor, 1)[0] ?? 0))
    .orderBy(desc(keys.id))
    .limit(limit + 1)
    .all()
  return pageOf(rows, limit, (row) => [row.id], describeKey)
}

/** Takes a key's power away at once. */
export function revokeKey(site: Site, id: string): void {
  const key = decodeId("key", id)
  const gone = key ? site.db.delete(keys).where(eq(keys.id, key.id)).returning({ id: keys.id }).all() : []
  if (gone.length === 0) throw notFound("key")
}

function describeKey(row: typeof keys.$inferSelect): KeyAnswer {
  return {
    id: encodeId("key", row.id),
    name: row.name,
    scope: row.scope,
    ending: row.ending,
    created_at: new Date(row.created_at).toISOString(),
  }
}
