import { lt, sql } from "drizzle-orm"
import { idempotency } from "../schema/schema.js"
import { type Db, prepareOnce } from "./db.js"
import { Refusal } from "./refusal.js"

/** How long an answer is repeated, ms. */
export const IDEMPOTENCY_MS = 24 * 3600_000

/** What an answer was made of the first time: the verb's result as JSON, and the status. */
export interface Saved {
  readonly status: number
  readonly result: string
}

const statements = prepareOnce((db: Db) => ({
  find: db
    .select()
    .from(idempotency)
    .where(sql`${idempotency.key} = ${sql.placeholder("key")}`)
    .prepare(),
  save: db
    .insert(idempotency)
    .values({
      key: sql.placeholder("key"),
      body_hash: sql.placeholder("body_hash"),
      status: sql.placeholder("status"),
      answer: sql.placeholder("answer"),
      created_at: sql.placeholder("created_at"),
    })
    .onConflictDoUpdate({
      target: idempotency.key,
      set: {
        body_hash: sql`excluded.body_hash`,
        status: sql`excluded.status`,
        answer: sql`excluded.answer`,
        created_at: sql`excluded.created_at`,
      },
    })
    .prepare(),
}))

interface Store {
  readonly db: Db
  readonly now: number
}

/** The saved answer to the same request under the same key; refuses the key with another body. */
export function findSaved(store: Store, key: string, bodyHash: string): Saved | undefined {
  const row = statements(store).find.all({ key })[0]
  if (!row || row.created_at <= store.now - IDEMPOTENCY_MS) return undefined
  if (row.body_hash !== bodyHash)
    throw new Refusal("conflict", "this Idempotency-Key was used with another request: choose a new one")
  return { status: row.status, result: row.answer }
}

/** Keeps an answer, in the transaction that did the work: both are there or neither. */
export function save(store: Store, key: string, bodyHash: string, { status, result }: Saved): void {
  statements(store).save.run({ key, body_hash: bodyHash, status, answer: result, created_at: store.now })
}

/** Forgets answers older than a day. */
export function purgeSaved(store: Store): void {
  store.db
    .delete(idempotency)
    .where(lt(idempotency.created_at, store.now - IDEMPOTENCY_MS))
    .run()
}
