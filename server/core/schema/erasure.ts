import { integer, sqliteTable } from "drizzle-orm/sqlite-core"
import type { Retention } from "../../../shared/contract-erasure.js"
import { json } from "./column.js"

// The drizzle mirror of migrations/site/0041_erasures.sql: see schema.ts.

export const retention = sqliteTable("retention", {
  id: integer().primaryKey(),
  settings: json<Partial<Retention>>().notNull(),
  visit_cursor: integer().notNull().default(0),
  call_cursor: integer().notNull().default(0),
})

export const erasures = sqliteTable("erasures", {
  id: integer().primaryKey(),
  people: integer().notNull(),
  leads: integer().notNull(),
  calls: integer().notNull(),
  visits: integer().notNull(),
  orders: integer().notNull(),
})
