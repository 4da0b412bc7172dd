import Database from "better-sqlite3"
import { getTableColumns, is } from "drizzle-orm"
import { drizzle } from "drizzle-orm/better-sqlite3"
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core"
import { describe, expect, it } from "vitest"
import { DIRECTORY_MIGRATIONS, SITE_MIGRATIONS } from "../../migrations/index.js"
import * as schema from "../../server/core/schema/schema.js"
import type { Db } from "../../server/core/store/db.js"
import { migrate, NewerSchema, schemaVersion } from "../../server/core/store/migrate.js"

function open(): { sqlite: Database.Database; db: Db } {
  const sqlite = new Database(":memory:")
  return { sqlite, db: drizzle({ client: sqlite, schema }) as unknown as Db }
}

describe("the schema", () => {
  const { sqlite, db } = open()
  migrate(db, SITE_MIGRATIONS, 0)
  const other = open()
  migrate(other.db, DIRECTORY_MIGRATIONS, 0)

  for (const table of (Object.values(schema) as unknown[]).filter((value) => is(value, SQLiteTable)))
    it(`[X5] ${getTableConfig(table).name} is the same in SQL and in drizzle, column by column`, () => {
      const { name } = getTableConfig(table)
      const home = ["sites", "admin_keys", "sessions", "sign_in_links", "brand", "glances"].includes(name)
        ? other.sqlite
        : sqlite
      const found = home.pragma(`table_info(${name})`) as { name: string; type: string; notnull: number; pk: number }[]
      const columns = Object.values(getTableColumns(table)).map((column) => ({
        name: column.name,
        type: column.getSQLType(),
        notNull: column.notNull,
      }))
      expect(columns).toEqual(
        found.map((column) => ({
          name: column.name,
          type: column.type.toLowerCase(),
          notNull: column.notnull === 1 || column.pk > 0,
        })),
      )
    })
})

describe("the migrator", () => {
  it("[D1] applies each step once, and starts from where a database is", () => {
    const { sqlite, db } = open()
    migrate(db, SITE_MIGRATIONS, 1)
    migrate(db, SITE_MIGRATIONS, 2)
    expect(schemaVersion(db)).toBe(SITE_MIGRATIONS.at(-1)?.version)
    expect(sqlite.prepare("select applied_at from _migrations").pluck().all()).toEqual(SITE_MIGRATIONS.map(() => 1))
    const next = [
      ...SITE_MIGRATIONS,
      { version: 9999, name: "next", sql: "create table next (id integer);\ninsert into next values (1);" },
    ]
    migrate(db, next, 3)
    expect(sqlite.prepare("select id from next").pluck().all()).toEqual([1])
  })

  it("[D2] leaves the database as it was when a step fails", () => {
    const { sqlite, db } = open()
    migrate(db, SITE_MIGRATIONS, 1)
    const broken = [
      ...SITE_MIGRATIONS,
      { version: 9999, name: "broken", sql: "create table half (id integer);\ninsert into nowhere values (1);" },
    ]
    expect(() => sqlite.transaction(() => migrate(db, broken, 2))()).toThrow(/nowhere/)
    expect(schemaVersion(db)).toBe(SITE_MIGRATIONS.at(-1)?.version)
    expect(sqlite.prepare("select name from sqlite_master where name = 'half'").all()).toEqual([])
  })

  it("[D3] refuses a database of a newer version", () => {
    const { db } = open()
    migrate(db, [...SITE_MIGRATIONS, { version: 9999, name: "future", sql: "create table future (id integer);" }], 1)
    expect(() => migrate(db, SITE_MIGRATIONS, 2)).toThrow(NewerSchema)
  })
})
