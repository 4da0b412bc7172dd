import { integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core"
import type { Model } from "../attribution/hazard.js"
import { json } from "./column.js"

// The drizzle mirror of what the engine learns and warns of (migrations 0002 and 0010): see schema.ts.

export const models = sqliteTable("models", {
  id: integer().primaryKey(),
  calls: integer().notNull(),
  model: json<Model>().notNull(),
})

export const learning = sqliteTable("learning", {
  id: integer().primaryKey(),
  begun_at: integer().notNull(),
  visit_cursor: integer().notNull(),
  learnt_at: integer().notNull().default(0),
  learnt_calls: integer().notNull().default(0),
  shared_at: integer().notNull().default(0),
  /** When the pools were last looked after, ms. */
  watched_at: integer().notNull().default(0),
})

export const lendings = sqliteTable(
  "lendings",
  {
    block: integer().notNull(),
    kind: integer().notNull(),
    channel: text().notNull(),
    visits: integer().notNull(),
    taps: integer().notNull(),
    /** Ms that they spent at each age of their pages, together. */
    ages: json<number[]>().notNull(),
  },
  (row) => [primaryKey({ columns: [row.block, row.kind, row.channel] })],
)

/** What an alert is about: see `server/core/care/alert.ts`. */
export type AlertKind = "overflow" | "utilisation" | "not_called" | "not_shown" | "fixed" | "expiring"

/** Numbers that pages print themselves, with the visit that saw the last of it: see `server/core/care/fixed-number.ts`. */
export const fixedNumbers = sqliteTable("fixed_numbers", {
  number_id: integer().primaryKey(),
  visit_id: integer().notNull(),
  visits: integer().notNull(),
  page: text().notNull(),
  seen_at: integer().notNull(),
})

export const alerts = sqliteTable("alerts", {
  id: integer().primaryKey(),
  kind: text().$type<AlertKind>().notNull(),
  /** The public id of the pool or number. */
  subject: text().notNull(),
  detail: json<Record<string, unknown>>().notNull(),
  /** When it was last found to be so, ms. */
  seen_at: integer().notNull(),
  closed_at: integer(),
})

/** Kinds of events that others hear of. */
export type EventType = "alert.opened" | "alert.closed"

export const outbox = sqliteTable("outbox", {
  id: integer().primaryKey(),
  type: text().$type<EventType>().notNull(),
  data: json<Record<string, unknown>>().notNull(),
})

/** Probabilities at which calls are attributed and visits named, as a site has them by default. */
export const THRESHOLDS = { attributed_at: 0.8, candidates_at: 0.01 }
/** Their columns in the table of the site. */
export const thresholdColumns = {
  attributed_at: real().notNull().default(THRESHOLDS.attributed_at),
  candidates_at: real().notNull().default(THRESHOLDS.candidates_at),
}
