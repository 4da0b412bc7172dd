import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core"
import { json } from "./column.js"

// The drizzle mirror of migrations/site/0021_saved_reports.sql: see schema.ts.

export const savedReports = sqliteTable("saved_reports", {
  id: integer().primaryKey(),
  name: text().notNull(),
  query: json<Record<string, string>>().notNull(),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
  look: json<Record<string, string>>().notNull().default({}),
})
