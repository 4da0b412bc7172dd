import { eq } from "drizzle-orm"
import { pools } from "../schema/schema.js"
import { type Db, prepareOnce, remember, type Site } from "../store/db.js"
import { decodeId } from "../store/id.js"
import { notFound } from "../store/refusal.js"

/** A pool as it is stored. */
export type PoolRow = typeof pools.$inferSelect

const statements = prepareOnce((db: Db) => ({
  all: db.select().from(pools).orderBy(pools.id).prepare(),
}))

/** All pools, oldest first: the first of several with the same target is the one that swaps it. */
export function listPools(site: Pick<Site, "db" | "memory">): PoolRow[] {
  return remember(site, "pools", () => statements(site).all.all())
}

/** The pool with this public id; undefined for any other. */
export function findPool(site: { readonly db: Db }, id: string): PoolRow | undefined {
  const key = decodeId("pool", id)
  return key && site.db.select().from(pools).where(eq(pools.id, key.id)).all()[0]
}

/** The pool with this public id; refuses for any other. */
export function readPool(site: { readonly db: Db }, id: string): PoolRow {
  const pool = findPool(site, id)
  if (!pool) throw notFound("pool")
  return pool
}
