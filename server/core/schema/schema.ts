import { integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core"
import type { RuleCondition } from "../../../shared/contract-rules.js"
import { flag, json } from "./column.js"
import { thresholdColumns } from "./engine.js"

export * from "./engine.js"
export * from "./erasure.js"
export * from "./flow.js"
export * from "./leads.js"
export * from "./money.js"
export * from "./path.js"
export * from "./purchase.js"
export * from "./reports.js"
export * from "./rollup.js"
export * from "./session.js"
export * from "./share-link.js"

// The drizzle mirror of migrations/site: the SQL leads, and a test compares the two column by column.
// Indexes live in the SQL alone.

export const siteTable = sqliteTable("site", {
  id: text().primaryKey(),
  name: text().notNull(),
  domains: json<string[]>().notNull(),
  timezone: text().notNull(),
  currency: text().notNull(),
  country: text().notNull(),
  forward_to: text(),
  created_at: integer().notNull(),
  ...thresholdColumns,
  demo: integer({ mode: "boolean" }).notNull().default(false),
  do_not_track: integer({ mode: "boolean" }).notNull().default(false),
})

export const keys = sqliteTable("keys", {
  id: integer().primaryKey(),
  hash: text().notNull(),
  scope: text().$type<"write" | "read">().notNull(),
  name: text().notNull(),
  ending: text().notNull(),
  created_at: integer().notNull(),
})

export const carriers = sqliteTable("carriers", {
  name: text().primaryKey(),
  credentials: json<Record<string, unknown>>().notNull(),
  updated_at: integer().notNull(),
})

export const sources = sqliteTable("sources", {
  id: integer().primaryKey(),
  channel: text().notNull(),
  ga4_channel: text().notNull(),
  source: text().notNull(),
  medium: text().notNull(),
  campaign: text().notNull(),
  term: text().notNull(),
  content: text().notNull(),
})

export const pools = sqliteTable("pools", {
  id: integer().primaryKey(),
  name: text().notNull(),
  target: text().notNull(),
  overflow: text().$type<"share" | "static" | "original">().notNull(),
  idle_ms: integer().notNull(),
  created_at: integer().notNull(),
  lending: text().$type<Lending>().notNull().default("subpools"),
  /** The channels that numbers are set apart for; '' is the common share. */
  shares: json<string[]>().notNull().default([""]),
  /** The static number that a full pool shows to visits of a channel; '' stands for every other channel. */
  overflow_numbers: json<OverflowNumber[]>().notNull().default([]),
  /** Percent of the numbers that only visits with a paid click id may take. */
  reserve: integer().notNull().default(0),
})

/** A channel and the static number that its visits see when the pool is full. */
export type OverflowNumber = [channel: string, number: number]

/** How a pool picks a number: within the share of the visit's channel first, or among all; "random" is there to compare with. */
export type Lending = "subpools" | "lru" | "random"

export const numbers = sqliteTable("numbers", {
  id: integer().primaryKey(),
  e164: text().notNull(),
  kind: text().$type<"pool" | "static">().notNull(),
  pool_id: integer(),
  source_id: integer(),
  state: text().$type<"active" | "paused" | "retired">().notNull(),
  busy_until: integer().notNull().default(0),
  created_at: integer().notNull(),
  share: text().notNull().default(""),
  /** When a static number speaks for its source, ms; null: always. */
  valid_from: integer(),
  valid_until: integer(),
})

/** A lease's key in a visit's own row, `[number id, lease id]`: it saves an index on leases. */
export type LeaseKey = [number: number, lease: number]

export const visits = sqliteTable("visits", {
  id: integer().primaryKey(),
  secret: text().notNull(),
  visitor_id: integer(),
  source_id: integer().notNull(),
  click_id: text(),
  click_id_kind: text(),
  landing_url: text().notNull(),
  landing_page: text().notNull(),
  referrer: text(),
  title: text(),
  device: text().notNull(),
  browser: text(),
  os: text(),
  language: text(),
  country: text(),
  region: text(),
  city: text(),
  consent: text().notNull(),
  ids: json<Record<string, string>>(),
  seen_at: integer().notNull(),
  hidden: flag().notNull().default(false),
  pages: integer().notNull().default(1),
  overflow: text().$type<"shared" | "static" | "original">(),
  leases: json<LeaseKey[]>(),
})

export const leases = sqliteTable(
  "leases",
  {
    /** The UTC day it began in (`dayOfId`): leases that are made together lie together. */
    day: integer().notNull(),
    number_id: integer().notNull(),
    id: integer().notNull(),
    visit_id: integer().notNull(),
    pool_id: integer().notNull(),
    seen_at: integer(),
    until_at: integer(),
    shared: integer().notNull().default(0),
  },
  (lease) => [primaryKey({ columns: [lease.day, lease.number_id, lease.id] })],
)

/** What can happen during a visit after its first page. */
export type VisitEventKind = "page" | "tap" | "form" | "identify" | "event"

export const visitEvents = sqliteTable(
  "visit_events",
  {
    visit_id: integer().notNull(),
    id: integer().notNull(),
    kind: text().$type<VisitEventKind>().notNull(),
    number_id: integer(),
    data: json<Record<string, unknown>>(),
  },
  (event) => [primaryKey({ columns: [event.visit_id, event.id] })],
)

/** What a rule gives, ids as they are in the database. */
export type RuleOutcome =
  | { readonly show: "pool"; readonly pool: number }
  | { readonly show: "number"; readonly number: number }
  | { readonly show: "nothing" }

/** One visit that may have caused a call, as kept on the call. */
export interface CandidateRow {
  visit: number
  probability: number
  evidence: string[]
}

export const calls = sqliteTable("calls", {
  id: integer().primaryKey(),
  carrier: text().notNull(),
  call_key: text().notNull(),
  to_e164: text(),
  number_id: integer(),
  from_e164: text(),
  from_kind: text().notNull(),
  status: text().notNull(),
  answered: flag().notNull(),
  started_at: integer().notNull(),
  answered_at: integer(),
  ended_at: integer(),
  duration_s: integer(),
  talk_s: integer(),
  first_time: flag().notNull().default(false),
  recording_url: text(),
  forwarded_to: text(),
  digits: text(),
  visit_id: integer(),
  visitor_id: integer(),
  source_id: integer(),
  state: text().$type<"attributed" | "ambiguous" | "unattributed">().notNull(),
  method: text().notNull(),
  confidence: real().notNull(),
  channel_confidence: real().notNull(),
  reason: text(),
  candidates: json<CandidateRow[]>().notNull(),
  tags: json<string[]>().notNull().default([]),
  outcome: text(),
  value: integer(),
  spam: flag().notNull().default(false),
  notes: text(),
  stated_source: json<Record<string, string>>(),
  updated_at: integer().notNull(),
  channel: text(),
  no_visit: real().notNull().default(0),
  /** The code that the caller read out, as somebody typed it in. */
  code: text(),
  agent_id: integer(),
  score: integer(),
  qualified: flag().notNull().default(false),
  qualified_by: text().$type<"rule" | "hand">().notNull().default("rule"),
  topics: json<string[]>().notNull().default([]),
  /** How long the caller waited until somebody picked up, or until he was gone. */
  wait_s: integer(),
  /** When a missed caller was spoken to after all, ms, and how: we called, or he rang again (as `callback_call_id`). */
  called_back_at: integer(),
  callback: text().$type<"called_back" | "rang_again">(),
  callback_call_id: integer(),
  callback_attempts: integer().notNull().default(0),
  /** ISO 3166-2 where the number tells it, else ISO 3166. */
  caller_region: text(),
  /** The caller with most digits hidden, where `from_e164` is a keyed hash. */
  from_shown: text(),
  spam_reason: text(),
  /** A carrier's time was so wrong that ours was taken. */
  clock_off: flag().notNull().default(false),
  /** Closed by age: the last event never came. */
  swept: flag().notNull().default(false),
})

export const callEvents = sqliteTable(
  "call_events",
  {
    call_id: integer().notNull(),
    event_key: text().notNull(),
    received_at: integer().notNull(),
    event: json<Record<string, unknown>>().notNull(),
  },
  (event) => [primaryKey({ columns: [event.call_id, event.event_key] })],
)

export const idempotency = sqliteTable("idempotency", {
  key: text().primaryKey(),
  body_hash: text().notNull(),
  status: integer().notNull(),
  answer: text().notNull(),
  created_at: integer().notNull(),
})

export const sitesTable = sqliteTable("sites", {
  id: text().primaryKey(),
  settings: json<Record<string, unknown>>().notNull(),
  created_at: integer().notNull(),
})

export const adminKeys = sqliteTable("admin_keys", {
  hash: text().primaryKey(),
  created_at: integer().notNull(),
})

export const observations = sqliteTable("observations", {
  call_id: integer().primaryKey(),
  model_id: integer(),
  seen: text().notNull(),
})

export const answers = sqliteTable(
  "answers",
  {
    call_id: integer().notNull(),
    id: integer().notNull(),
    answer: json<Record<string, unknown>>().notNull(),
  },
  (row) => [primaryKey({ columns: [row.call_id, row.id] })],
)

export const rules = sqliteTable("rules", {
  id: integer().primaryKey(),
  place: integer().notNull(),
  name: text().notNull(),
  enabled: flag().notNull(),
  conditions: json<RuleCondition[]>().notNull(),
  target: text(),
  outcome: json<RuleOutcome>().notNull(),
})

export const codes = sqliteTable("codes", {
  id: integer().primaryKey(),
  kind: text().$type<"key" | "code">().notNull(),
  code: text().notNull(),
  number_id: integer(),
  source_id: integer().notNull(),
})
