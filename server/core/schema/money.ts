import { integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core"
import { flag, json } from "./column.js"
import type { SourceFrom } from "./leads.js"

// The drizzle mirror of migrations/site/0004_money.sql and 0006_money.sql: see schema.ts.

/** Days on which a campaign or target is on, `YYYY-MM-DD`, both included, and what was agreed for them. */
export interface Flight {
  from: string
  to: string
  /** The part of the whole that falls to this flight, 0 to 1; absent: by its days. */
  share?: number
  name?: string
  /** The report that is read at its end, the result that is hoped for, and who works on it. */
  report?: string
  ideal?: string
  team?: string[]
}

/** One line of an order. */
export interface OrderItem {
  name: string
  sku?: string
  category?: string
  quantity: number
  /** What the line cost in all, integer minor units of the order's currency. */
  amount?: number
}

export const people = sqliteTable("people", {
  id: integer().primaryKey(),
  name: text(),
  phone: text(),
  email: text(),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
  /** The person that this one turned out to be, and why. */
  joined_into: integer(),
  joined_reason: text(),
  joined_at: integer(),
  erased_at: integer(),
})

export const personKeys = sqliteTable(
  "person_keys",
  {
    kind: text().notNull(),
    value: text().notNull(),
    person_id: integer().notNull(),
    reason: text().notNull(),
    created_at: integer().notNull(),
  },
  (row) => [primaryKey({ columns: [row.kind, row.value] })],
)

export const stages = sqliteTable("stages", {
  key: text().primaryKey(),
  place: integer().notNull(),
  name: text().notNull(),
  kind: text().notNull(),
  probability: real().notNull(),
})

export const agents = sqliteTable("agents", {
  id: integer().primaryKey(),
  name: text().notNull(),
  email: text(),
  skills: json<string[]>().notNull(),
  daily_capacity: integer(),
  weight: real().notNull().default(1),
  active: flag().notNull().default(true),
  created_at: integer().notNull(),
  last_lead: integer().notNull().default(0),
  /** The place in the weighted turn: grows by 1 / weight with each lead. */
  pass: real().notNull().default(0),
  day: text().notNull().default(""),
  day_leads: integer().notNull().default(0),
})

export const leads = sqliteTable("leads", {
  id: integer().primaryKey(),
  external_id: text(),
  origin: text().notNull(),
  created_at: integer().notNull(),
  person_id: integer(),
  name: text(),
  phone: text(),
  email: text(),
  company: text(),
  position: text(),
  city: text(),
  product: text(),
  amount: integer(),
  currency: text().notNull(),
  call_id: integer(),
  visit_id: integer(),
  visitor_id: integer(),
  source_id: integer(),
  number_id: integer(),
  stage: text().notNull(),
  stage_at: integer().notNull(),
  qualified: flag().notNull().default(false),
  score: integer().notNull().default(0),
  grade: text().notNull().default(""),
  agent_id: integer(),
  arm: text().notNull().default(""),
  lost_reason: text().notNull().default(""),
  tags: json<string[]>().notNull().default([]),
  fields: json<Record<string, unknown>>(),
  notes: text(),
  contacted_at: integer(),
  closed_at: integer(),
  updated_at: integer().notNull(),
  source_from: text().$type<SourceFrom>().notNull().default(""),
  stated_source: json<Record<string, string>>(),
  /** It no longer says who it was about. */
  erased: flag().notNull().default(false),
})

export const leadStages = sqliteTable(
  "lead_stages",
  {
    lead_id: integer().notNull(),
    id: integer().notNull(),
    stage: text().notNull(),
    from_stage: text().notNull(),
    at: integer().notNull(),
    reason: text().notNull(),
    agent_id: integer(),
  },
  (row) => [primaryKey({ columns: [row.lead_id, row.id] })],
)

export const tasks = sqliteTable("tasks", {
  id: integer().primaryKey(),
  lead_id: integer().notNull(),
  agent_id: integer(),
  step: text().notNull(),
  due_at: integer().notNull(),
  done_at: integer(),
  result: text().notNull().default(""),
  notes: text(),
  created_at: integer().notNull(),
})

export const attempts = sqliteTable(
  "attempts",
  {
    lead_id: integer().notNull(),
    id: integer().notNull(),
    at: integer().notNull(),
    task_id: integer(),
    agent_id: integer(),
    medium: text().notNull(),
    result: text().notNull(),
    reached: flag().notNull(),
    notes: text(),
  },
  (row) => [primaryKey({ columns: [row.lead_id, row.id] })],
)

export const tickets = sqliteTable("tickets", {
  id: integer().primaryKey(),
  external_id: text(),
  opened_at: integer().notNull(),
  solved_at: integer(),
  topic: text().notNull().default(""),
  person_id: integer(),
  lead_id: integer(),
  call_id: integer(),
  visit_id: integer(),
  visitor_id: integer(),
  source_id: integer(),
  agent_id: integer(),
  updated_at: integer().notNull(),
})

export const ratings = sqliteTable("ratings", {
  id: integer().primaryKey(),
  external_id: text(),
  at: integer().notNull(),
  score: integer().notNull(),
  comment: text(),
  person_id: integer(),
  call_id: integer(),
  source_id: integer(),
  agent_id: integer(),
})

export const orders = sqliteTable("orders", {
  id: integer().primaryKey(),
  external_id: text().notNull(),
  at: integer().notNull(),
  amount: integer().notNull(),
  margin: integer(),
  currency: text().notNull(),
  rate: real(),
  site_amount: integer(),
  site_margin: integer(),
  items: json<OrderItem[]>(),
  repeat: flag().notNull().default(false),
  person_id: integer(),
  lead_id: integer(),
  call_id: integer(),
  visit_id: integer(),
  visitor_id: integer(),
  source_id: integer(),
  agent_id: integer(),
  updated_at: integer().notNull(),
  phone: text(),
  email: text(),
  fields: json<Record<string, string>>(),
})

export const costs = sqliteTable("costs", {
  id: integer().primaryKey(),
  external_id: text(),
  kind: text().notNull(),
  amount: integer().notNull(),
  currency: text().notNull(),
  rate: real(),
  site_amount: integer(),
  from_day: text().notNull(),
  to_day: text().notNull(),
  source_id: integer().notNull(),
  number_id: integer(),
  spread: text().notNull().default(""),
  clicks: integer(),
  impressions: integer(),
  notes: text(),
  import_id: integer(),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
  account: text().notNull().default(""),
})

export const costDays = sqliteTable(
  "cost_days",
  {
    day: text().notNull(),
    cost_id: integer().notNull(),
    site_amount: integer().notNull(),
    clicks: integer().notNull().default(0),
    impressions: integer().notNull().default(0),
  },
  (row) => [primaryKey({ columns: [row.day, row.cost_id] })],
)

export const imports = sqliteTable("imports", {
  id: integer().primaryKey(),
  kind: text().notNull(),
  format: text().notNull(),
  digest: text().notNull(),
  rows: integer().notNull(),
  created_at: integer().notNull(),
})

export const campaigns = sqliteTable("campaigns", {
  id: integer().primaryKey(),
  campaign: text().notNull(),
  purpose: text().notNull().default(""),
  segment: text().notNull().default(""),
  offer: text().notNull().default(""),
  flights: json<Flight[]>().notNull().default([]),
  notes: text(),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
  experiment: text().notNull().default(""),
  variant: text().notNull().default(""),
})

export const targets = sqliteTable("targets", {
  id: integer().primaryKey(),
  name: text().notNull(),
  metric: text().notNull(),
  value: real().notNull(),
  currency: text(),
  channel: text().notNull().default(""),
  campaign: text().notNull().default(""),
  from_day: text().notNull(),
  to_day: text().notNull(),
  split: text().notNull(),
  flights: json<Flight[]>().notNull().default([]),
  owner: text().notNull().default(""),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
  aim: text().$type<"at_least" | "at_most">().notNull().default("at_least"),
})

export const rates = sqliteTable(
  "rates",
  {
    currency: text().notNull(),
    from_day: text().notNull(),
    rate: real().notNull(),
  },
  (row) => [primaryKey({ columns: [row.currency, row.from_day] })],
)
