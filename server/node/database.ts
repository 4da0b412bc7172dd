import Database from "better-sqlite3"
import { drizzle } from "drizzle-orm/better-sqlite3"
import type { Migration } from "../../migrations/index.js"
import * as schema from "../core/schema/schema.js"
import type { Db } from "../core/store/db.js"
import { migrate } from "../core/store/migrate.js"

export type Sqlite = Database.Database

/** How long one attempt waits for another process's lock, ms. It blocks the loop, so it is short; writes try again later. */
const BUSY_MS = 20
/** Pages in the write-ahead log before it is merged: larger than SQLite's 1,000, because a merge is what makes slow tails. */
const CHECKPOINT_PAGES = 4000
const CACHE_KIB = 16_384

/** An open database file: the driver's handle, and drizzle's over it. */
export interface OpenDatabase {
  readonly sqlite: Sqlite
  readonly db: Db
}

/**
 * Opens a database file and brings it to the newest schema. `synchronous` is set, always: better-sqlite3 opens a fresh file
 * at FULL and the same file later at NORMAL, and an acknowledged write must survive a power cut; unless it is not `durable`,
 * because what is written can be made again.
 */
export function openDatabase(
  file: string,
  migrations: readonly Migration[],
  now: number,
  { durable = true }: { durable?: boolean } = {},
): OpenDatabase {
  const sqlite = new Database(file, { timeout: BUSY_MS })
  try {
    sqlite.pragma("journal_mode = WAL")
    sqlite.pragma(`synchronous = ${durable ? "FULL" : "OFF"}`)
    sqlite.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    sqlite.pragma("journal_size_limit = 67108864")
    sqlite.pragma(`cache_size = -${CACHE_KIB}`)
    sqlite.pragma("temp_store = MEMORY")
    const db = drizzle({ client: sqlite, schema }) as unknown as Db
    sqlite.transaction(() => migrate(db, migrations, now)).immediate()
    return { sqlite, db }
  } catch (error) {
    sqlite.close()
    throw error
  }
}
