import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core"

// The drizzle mirror of migrations/site/0020_rollups.sql: see schema.ts. The sums themselves are read and written by their
// names in server/core/rollup.ts.
export const rollupState = sqliteTable("rollup_state", {
  fact: text().primaryKey(),
  watermark: integer().notNull(),
  zone: text().notNull(),
  unit: integer().notNull(),
})
