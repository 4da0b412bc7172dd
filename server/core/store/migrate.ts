import { sql } from "drizzle-orm"
import type { Migration } from "../../../migrations/index.js"
import type { Db } from "./db.js"

/** The database was written by a newer version of this software than the one that opens it. */
export class NewerSchema extends Error {
  constructor(found: number, known: number) {
    super(
      `the database has schema version ${found}, this version knows ${known}: run the newer version, or restore a backup`,
    )
  }
}

/** The schema version of a database; 0 where nothing was ever applied. Writes nothing. */
export function schemaVersion(db: Db): number {
  const table = db.all<{ name: string }>(
    sql`select name from sqlite_master where type = 'table' and name = '_migrations'`,
  )
  if (table.length === 0) return 0
  return db.all<{ version: number }>(sql`select coalesce(max(version), 0) as version from _migrations`)[0]?.version ?? 0
}

/**
 * Brings a database to the newest schema, all pending steps or none: the caller runs it inside one transaction. Refuses a
 * database from the future. Own code because drizzle's Durable Object migrator hides the error of a failing step and its
 * Node migrator reads the disk.
 */
export function migrate(db: Db, migrations: readonly Migration[], now: number): void {
  const found = schemaVersion(db)
  const newest = migrations.at(-1)?.version ?? 0
  if (found > newest) throw new NewerSchema(found, newest)
  if (found === newest) return
  db.run(
    sql`create table if not exists _migrations (version integer primary key not null, name text not null, applied_at integer not null)`,
  )
  for (const { version, name, sql: script } of migrations.filter((step) => step.version > found)) {
    for (const statement of statementsOf(script)) db.run(sql.raw(statement))
    db.run(sql`insert into _migrations (version, name, applied_at) values (${version}, ${name}, ${now})`)
  }
}

/** A semicolon at the end of a line ends a statement where the next line is not indented: what a trigger does is. */
function statementsOf(script: string): string[] {
  return script
    .replace(/^\s*--.*$/gm, "")
    .split(/;\s*\n(?=\S)|;\s*$/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "")
}
