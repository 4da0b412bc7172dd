import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core"
import type { Placing } from "../../../shared/contract-purchase.js"
import { flag, json } from "./column.js"

// The drizzle mirror of migrations/site/0009_purchases.sql and 0034_released.sql: see schema.ts.

export const purchases = sqliteTable("purchases", {
  id: integer().primaryKey(),
  carrier: text().notNull(),
  e164: text().notNull(),
  /** Where the number goes once it is bought. */
  placing: json<Placing>().notNull(),
  state: text().$type<"ordered" | "bought" | "failed" | "released">().notNull(),
  /** The carrier took the order, and has yet to deliver. */
  accepted: flag().notNull().default(false),
  detail: text(),
  ordered_at: integer().notNull(),
  settled_at: integer(),
})
