import { drizzle } from "drizzle-orm/durable-sqlite"
import type { Migration } from "../../migrations/index.js"
import * as schema from "../core/schema/schema.js"
import type { Db } from "../core/store/db.js"
import { migrate, schemaVersion } from "../core/store/migrate.js"

/** An object's SQLite database behind drizzle's synchronous API. */
export function openStorage(storage: DurableObjectStorage): Db {
  return drizzle(storage, { schema }) as unknown as Db
}

/** Brings an object's database to the newest schema; a database that nothing was created in stays empty, and costs nothing. */
export function migrateExisting(
  storage: DurableObjectStorage,
  db: Db,
  migrations: readonly Migration[],
  now: number,
): void {
  const newest = migrations.at(-1)?.version ?? 0
  const found = schemaVersion(db)
  if (found > 0 && found !== newest) storage.transactionSync(() => migrate(db, migrations, now))
}
