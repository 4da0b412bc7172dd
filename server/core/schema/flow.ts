import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core"
import type { CallSettings } from "../../../shared/contract-call.js"
import { flag, json } from "./column.js"

// The drizzle mirror of migrations/site/0008_callflow.sql: see schema.ts.

export const callSettings = sqliteTable("call_settings", {
  id: integer().primaryKey(),
  settings: json<Partial<CallSettings>>().notNull(),
  /** The secret under which callers are hashed; made when it is first needed and never shown. */
  caller_key: text(),
})

export const flows = sqliteTable("flows", {
  /** 0: the whole site. */
  number_id: integer().primaryKey(),
  flow: json<Record<string, unknown>>().notNull(),
  /** Calls that were handed out in turn so far. */
  turn: integer().notNull().default(0),
  updated_at: integer().notNull(),
})

export const requests = sqliteTable("requests", {
  id: integer().primaryKey(),
  carrier: text().notNull(),
  event: text().notNull(),
  method: text().notNull(),
  /** Path and query below the carrier's routes, without secrets. */
  address: text().notNull(),
  headers: json<Record<string, string>>().notNull(),
  body: text().notNull(),
  /** How many events were read out of it. */
  events: integer().notNull(),
  /** Whether all of the body is there, as text. */
  whole: flag().notNull(),
  /** Whether phone numbers were masked: such a request cannot be replayed. */
  masked: flag().notNull(),
})
