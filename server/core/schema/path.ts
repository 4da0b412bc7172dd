import { blob, integer, sqliteTable } from "drizzle-orm/sqlite-core"

// The drizzle mirror of migrations/site/0037_paths.sql: see schema.ts.
const columns = { id: integer().primaryKey(), touches: blob() }
export const callPaths = sqliteTable("call_paths", columns)
export const leadPaths = sqliteTable("lead_paths", columns)
export const orderPaths = sqliteTable("order_paths", columns)
