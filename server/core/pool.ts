import { eq } from "drizzle-orm"
import { type Db, prepareOnce, type Site } from "./db.js"
import { decodeId } from "./id.js"
import { notFound } from "./refusal.js"
import { pools } from "./schema.js"

/** A pool as it is stored. */
export type PoolRow = typeof pools.$inferSelect

const statements = prepareOnce((db: Db) => ({
  all: db.select().from(pools).orderBy(pools.id).prepare(),
}))

/** All pools, oldest first: the first of several with the same target is the one that swaps it. */
export function listPools(site: { readonly db: Db }): PoolRow[] {
  return statements(site).all.all()
}

/** The pool with this public id; refuses for any other. */
export function findPool(site: Site, id: string): PoolRow {
  const key = decodeId("pool", id)
  const row = key && site.db.select().from(pools).where(eq(pools.id, key.id)).all()[0]
  if (!row) throw notFound("pool")
  return row
}
