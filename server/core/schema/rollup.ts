import { blob, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core"

// The drizzle mirror of migrations/site/0020_rollups.sql and 0036_packed_sums.sql, 0048_sum_items_freed.sql: see schema.ts. The rows as they were
// summed are read and written by their names in server/core/report/rollup.ts.
export const rollupState = sqliteTable("rollup_state", {
  fact: text().primaryKey(),
  watermark: integer().notNull(),
  zone: text().notNull(),
  unit: integer().notNull(),
})

/** `item` is a text or a number, as it was given. */
export const sumItems = sqliteTable("sum_items", {
  id: integer().primaryKey(),
  kind: text().notNull(),
  item: blob().notNull(),
})

export const sumItemsFreed = sqliteTable(
  "sum_items_freed",
  { kind: text().notNull(), part: integer().notNull() },
  (table) => [primaryKey({ columns: [table.kind, table.part] })],
)

export const sums = sqliteTable("sums", {
  id: integer().primaryKey(),
  fact: text().notNull(),
  kind: text().notNull(),
  grain: text().notNull(),
  bucket: integer().notNull(),
  part: integer().notNull(),
  cells: blob().notNull(),
})

export const costDaysChanged = sqliteTable("cost_days_changed", { day: text().primaryKey() })
