import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core"
import type { LeadSettings } from "../../../shared/contract-leads.js"
import { json } from "./column.js"

// The drizzle mirror of migrations/site/0005_leads.sql: see schema.ts.

/** Where a lead's source was read; '' where there is none. */
export type SourceFrom = "call" | "visit" | "phone" | "email" | "stated" | "tag" | ""

export const peopleApart = sqliteTable(
  "people_apart",
  {
    low_id: integer().notNull(),
    high_id: integer().notNull(),
  },
  (row) => [primaryKey({ columns: [row.low_id, row.high_id] })],
)

export const leadSettings = sqliteTable("lead_settings", {
  id: integer().primaryKey(),
  settings: json<LeadSettings>().notNull(),
  faults: integer().notNull().default(0),
  fault_at: integer(),
  fault: text(),
})
