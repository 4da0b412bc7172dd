import * as z from "zod"
import { amount, currency, cut, day, filter, id, instant, page, phone, SourceFields, span } from "./contract.js"
import { FIELD_LIMIT, IMPORT_LIMIT } from "./protocol.js"

// The contract of leads: who may buy, how far he is, who cares for him, and what is to be done.

const text = z.string().nullable()
const name = z.string().trim().min(1).max(120)
const label = z.string().trim().min(1).max(60)
/** A text that may be cleared by null. */
const field = cut(FIELD_LIMIT).nullish()
const notes = z.string().max(4000).nullish()
const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .regex(/^[^\s@<>(),;:"]+@[^\s@<>(),;:"]+\.[^\s@<>(),;:".]+$/, "must be an e-mail address such as ann@example.com")
const key = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9_]{1,40}$/, "must be 1 to 40 of a-z, 0-9 and _")
const truth = z.enum(["true", "false"]).transform((word) => word === "true")

// --- Stages -------------------------------------------------------------------------------------------------------------

/** What a stage means to a report, whatever it is called: leads of kind `mql` are MQL, and so on. */
export const STAGE_KINDS = ["open", "mql", "sql", "quote", "won", "lost"] as const
export type StageKind = (typeof STAGE_KINDS)[number]

export const StageFields = z.strictObject({
  key,
  name,
  kind: z.enum(STAGE_KINDS),
  probability: z.number().min(0).max(1).describe("how many leads of this stage are won in the end, 0 to 1"),
})
export type StageFields = z.infer<typeof StageFields>
/** All stages in their order, the first one being where a lead begins. */
export const StagesRequest = z.strictObject({ data: z.array(StageFields).min(3).max(20) })
export const StagesAnswer = z.strictObject({ data: z.array(StageFields) })

// --- Leads --------------------------------------------------------------------------------------------------------------

/** What people know of a lead; of an unknown `external_id` a new lead, of a known one the named fields change. */
const leadFields = {
  name: field,
  phone: phone.nullish(),
  email: email.nullish(),
  company: field,
  position: field,
  city: field,
  product: field,
  amount: amount.nullish().describe("what it may bring, in `currency`"),
  currency: currency.optional(),
  tags: z.array(label).max(30).optional(),
  fields: z.record(z.string().max(60), z.union([z.string().max(1000), z.number(), z.boolean(), z.null()])).optional(),
  notes,
  stage: key.optional(),
  reason: cut(FIELD_LIMIT).optional().describe("why the stage changed"),
  lost_reason: cut(FIELD_LIMIT).optional(),
  qualified: z.boolean().optional(),
  agent: id("agent").nullish(),
}

export const LeadImport = z.strictObject({
  external_id: z.string().min(1).max(128).optional(),
  created_at: instant.optional(),
  ...leadFields,
  call: id("call").optional(),
  visit: id("vis").optional(),
  source: SourceFields.optional().describe("where he says that he comes from: it counts where nothing was tracked"),
  tag: z
    .string()
    .max(1000)
    .optional()
    .describe("city-company-product-amount-name-position-source; a hyphen inside a part is written \\-"),
})
export type LeadImport = z.infer<typeof LeadImport>
export const LeadRequest = z.union([LeadImport, z.array(LeadImport).min(1).max(IMPORT_LIMIT)])

export const LeadPatch = z.strictObject({
  ...leadFields,
  at: instant.optional().describe("when the stage changed, if not now"),
})
export type LeadPatch = z.infer<typeof LeadPatch>

/** How far a lead is, once more: one step of its way. */
const StageStep = z.strictObject({
  at: z.string(),
  stage: z.string(),
  from: z.string(),
  reason: z.string(),
  agent: text,
})

export const LeadAnswer = z.strictObject({
  id: z.string(),
  external_id: text,
  origin: z.enum(["call", "form", "api"]),
  created_at: z.string(),
  person: text,
  name: text,
  phone: text,
  email: text,
  company: text,
  position: text,
  city: text,
  product: text,
  amount: z.number().nullable(),
  currency: z.string(),
  call: text,
  visit: text,
  visitor: text,
  source: z
    .strictObject({
      channel: z.string(),
      source: z.string(),
      medium: z.string(),
      campaign: text,
      term: text,
      content: text,
    })
    .nullable(),
  /** What told the source: the call or visit that was named, his last call or visit, what he stated, the tag; '' none. */
  source_from: z.enum(["call", "visit", "phone", "email", "stated", "tag", ""]),
  stated_source: SourceFields.nullable(),
  stage: z.string(),
  stage_kind: z.enum(STAGE_KINDS),
  stage_at: z.string(),
  open: z.boolean(),
  qualified: z.boolean(),
  score: z.number().int(),
  grade: z.string(),
  agent: text,
  /** By which way of distribution the agent got it: round_robin, weighted, skill; '' by hand or not at all. */
  arm: z.string(),
  lost_reason: z.string(),
  tags: z.array(z.string()),
  fields: z.record(z.string(), z.unknown()),
  notes: text,
  contacted_at: text,
  closed_at: text,
  updated_at: z.string(),
  /** The seven-part name tag of it. */
  tag: z.string(),
})
export type LeadAnswer = z.infer<typeof LeadAnswer>

const TaskRow = z.strictObject({
  id: z.string(),
  lead: z.string(),
  agent: text,
  step: z.string(),
  due_at: z.string(),
  done_at: text,
  state: z.enum(["open", "overdue", "done", "cancelled"]),
  result: z.string(),
  notes: text,
  created_at: z.string(),
})

export const AttemptAnswer = z.strictObject({
  at: z.string(),
  task: text,
  agent: text,
  medium: z.string(),
  result: z.string(),
  reached: z.boolean(),
  notes: text,
})
export type AttemptAnswer = z.infer<typeof AttemptAnswer>

/** A lead with its way, its tasks and what was tried. */
export const LeadDetail = LeadAnswer.extend({
  stages: z.array(StageStep),
  tasks: z.array(TaskRow),
  attempts: z.array(AttemptAnswer),
})
export type LeadDetail = z.infer<typeof LeadDetail>

/** A segment of leads; texts are compared exactly. */
export const LeadFilter = z.strictObject({
  stage: key.optional(),
  kind: z.enum(STAGE_KINDS).optional(),
  open: z.boolean().optional(),
  agent: z.union([id("agent"), z.literal("none")]).optional(),
  origin: z.enum(["call", "form", "api"]).optional(),
  qualified: z.boolean().optional(),
  grade: label.optional(),
  tag: label.optional(),
  ...filter,
  city: cut(FIELD_LIMIT).optional(),
  company: cut(FIELD_LIMIT).optional(),
  product: cut(FIELD_LIMIT).optional(),
  position: cut(FIELD_LIMIT).optional(),
  lost_reason: cut(FIELD_LIMIT).optional(),
  min_amount: amount.optional(),
  max_amount: amount.optional(),
  phone: phone.optional(),
  email: email.optional(),
  person: id("person").optional(),
  external_id: z.string().max(128).optional(),
  ...span,
})
export type LeadFilter = z.infer<typeof LeadFilter>
export const LeadsQuery = LeadFilter.extend({
  open: truth.optional(),
  qualified: truth.optional(),
  ...page,
})
export type LeadsQuery = z.infer<typeof LeadsQuery>

// --- Settings -----------------------------------------------------------------------------------------------------------

/** What a rule of the score can ask of a lead. */
export const SCORE_FIELDS = [
  "channel",
  "source",
  "medium",
  "campaign",
  "origin",
  "city",
  "company",
  "position",
  "product",
  "tag",
  "name",
  "phone",
  "email",
  "amount",
  "qualified",
  "talk_s",
  "digits",
  "calls",
  "visits",
  "pages",
  "taps",
  "forms",
  "events",
  "event",
] as const

/** `events` is how many his page reported, `event` their names (view, follow, save, ...); `digits` what he pressed. */
export const ScoreRule = z.strictObject({
  field: z.enum(SCORE_FIELDS),
  /** `is` one of the values, `has` one of them inside, `at_least` the number, `known` at all; text regardless of case. */
  match: z.enum(["is", "has", "at_least", "known"]),
  values: z
    .array(z.union([z.number(), cut(FIELD_LIMIT)]))
    .max(50)
    .default([]),
  points: z.number().int().min(-1000).max(1000),
})
export type ScoreRule = z.infer<typeof ScoreRule>

export const ARMS = ["round_robin", "weighted", "skill"] as const
export type Arm = (typeof ARMS)[number]

/** Days after the day on which a lead came, each of which gets a task. */
const cadence = z.array(z.number().int().min(0).max(365)).max(20)

export const LeadSettings = z.strictObject({
  from_calls: z
    .strictObject({
      on: z.boolean().default(true),
      answered: z.boolean().default(true).describe("only calls that were answered"),
      min_talk_s: z.number().int().min(0).max(86_400).default(60),
      first_time: z.boolean().default(true).describe("only the first call of a caller that fits"),
    })
    .prefault({}),
  from_forms: z.strictObject({ on: z.boolean().default(true) }).prefault({}),
  cadence: cadence.default([1, 3, 7]).describe("follow-up on these days after the lead's day"),
  assignment: z
    .strictObject({
      /** Ways of distribution and the share of leads that each gets, to compare them; none: leads wait for a hand. */
      arms: z.array(z.strictObject({ arm: z.enum(ARMS), share: z.number().positive().max(1000).default(1) })).max(3),
    })
    .default({ arms: [] }),
  score: z.array(ScoreRule).max(100).default([]),
  grades: z
    .array(
      z.strictObject({
        grade: label,
        from: z.number().int().min(-100_000).max(100_000),
        /** An open lead that comes to this grade goes on to this stage, never back. */
        stage: key.optional(),
        /** Its own follow-up in place of the usual one, for leads that come with this grade. */
        cadence: cadence.optional(),
      }),
    )
    .max(10)
    .default([]),
})
export type LeadSettings = z.infer<typeof LeadSettings>
export const LeadSettingsAnswer = LeadSettings.extend({
  /** Times that a rule failed on a call or form, which was kept all the same. */
  faults: z.strictObject({ count: z.number().int(), last_at: text, last: text }),
})

// --- Follow-up ----------------------------------------------------------------------------------------------------------

export const TaskAnswer = TaskRow
export type TaskAnswer = z.infer<typeof TaskAnswer>

/** When a task is due: a moment, or the end of a day of the site's zone. */
const due = { due_at: instant.optional(), due_on: day.optional() }

export const TaskFields = z.strictObject({
  step: label.default("follow up"),
  ...due,
  agent: id("agent").nullish(),
  notes,
})
export type TaskFields = z.infer<typeof TaskFields>
export const TaskPatch = z.strictObject({
  step: label.optional(),
  ...due,
  agent: id("agent").nullish(),
  done: z.boolean().optional(),
  done_at: instant.optional(),
  result: cut(60).optional(),
  notes,
})
export type TaskPatch = z.infer<typeof TaskPatch>
/** The same tasks for each lead of a segment, 1,000 at most; a lead that has an open task of the same step and day gets no second one. */
export const TaskBatch = z.strictObject({
  filter: LeadFilter,
  step: label.default("follow up"),
  ...due,
  cadence: cadence.min(1).optional().describe("a task for each of these days from today, in place of one"),
  agent: id("agent").nullish().describe("whoever the lead belongs to, unless named"),
  notes,
})
export type TaskBatch = z.infer<typeof TaskBatch>
export const TaskBatchAnswer = z.strictObject({
  leads: z.number().int(),
  made: z.number().int(),
  had: z.number().int(),
})
export type TaskBatchAnswer = z.infer<typeof TaskBatchAnswer>
export const TasksQuery = z.strictObject({
  due: z.enum(["overdue", "today", "upcoming", "open", "done", "all"]).default("open"),
  agent: z.union([id("agent"), z.literal("none")]).optional(),
  lead: id("lead").optional(),
  ...span,
  ...page,
})
export type TasksQuery = z.infer<typeof TasksQuery>

export const MEDIA = ["call", "sms", "email", "chat", "visit", "other"] as const
export const RESULTS = [
  "reached",
  "callback",
  "no_answer",
  "busy",
  "voicemail",
  "wrong_number",
  "sent",
  "declined",
  "other",
] as const
export const AttemptFields = z.strictObject({
  at: instant.optional(),
  medium: z.enum(MEDIA).default("call"),
  result: z.enum(RESULTS),
  reached: z.boolean().optional().describe("whether he was spoken to; follows from the result unless named"),
  task: id("task").optional().describe("the task that is done by it"),
  agent: id("agent").nullish(),
  notes,
})
export type AttemptFields = z.infer<typeof AttemptFields>

const share = z.number().nullable()
const spread = z
  .strictObject({ count: z.number().int(), mean_s: z.number(), median_s: z.number(), p90_s: z.number() })
  .nullable()
export const FollowupQuery = z.strictObject({
  ...span,
  agent: id("agent").optional(),
})
export type FollowupQuery = z.infer<typeof FollowupQuery>
const FollowupRow = z.strictObject({
  agent: text,
  leads: z.number().int(),
  attempts: z.number().int(),
  /** Leads that somebody spoke to, and their share of all. */
  contacted: z.number().int(),
  contact_rate: share,
  /** From the lead to the first word with it; leads that came by an answered call are no waiting ones and stay out. */
  time_to_contact: spread,
  tasks_due: z.number().int(),
  tasks_on_time: z.number().int(),
  on_time_rate: share,
  overdue: z.number().int(),
})
export const FollowupAnswer = z.strictObject({
  from: z.string(),
  to: z.string(),
  tz: z.string(),
  total: FollowupRow,
  agents: z.array(FollowupRow),
})
export type FollowupAnswer = z.infer<typeof FollowupAnswer>

// --- Agents -------------------------------------------------------------------------------------------------------------

export const AgentFields = z.strictObject({
  name,
  email: email.nullish(),
  skills: z.array(label).max(50).default([]),
  daily_capacity: z.number().int().min(0).max(10_000).nullish().describe("leads a day that he can care for"),
  weight: z.number().min(0).max(1000).default(1),
  active: z.boolean().default(true),
})
export type AgentFields = z.infer<typeof AgentFields>
export const AgentPatch = z.strictObject({
  name: name.optional(),
  email: email.nullish(),
  skills: z.array(label).max(50).optional(),
  daily_capacity: z.number().int().min(0).max(10_000).nullish(),
  weight: z.number().min(0).max(1000).optional(),
  active: z.boolean().optional(),
})
export type AgentPatch = z.infer<typeof AgentPatch>
export const AgentAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  email: text,
  skills: z.array(z.string()),
  daily_capacity: z.number().nullable(),
  weight: z.number(),
  active: z.boolean(),
  /** Leads that he got today, and those that are still open. */
  today: z.number().int(),
  open: z.number().int(),
  /** Open leads by what he can care for in a day; null without a capacity. */
  load: z.number().nullable(),
  overdue: z.number().int(),
  /** Why he has too much to do; null while he has not. */
  warning: text,
  created_at: z.string(),
})
export type AgentAnswer = z.infer<typeof AgentAnswer>
export const AgentsAnswer = z.strictObject({ data: z.array(AgentAnswer) })

export const PerformanceQuery = z.strictObject({ ...span, by: z.enum(["agent", "arm", "agent_arm"]).default("agent") })
export type PerformanceQuery = z.infer<typeof PerformanceQuery>
export const PerformanceAnswer = z.strictObject({
  from: z.string(),
  to: z.string(),
  tz: z.string(),
  data: z.array(
    z.strictObject({
      agent: text,
      name: text,
      arm: text,
      leads: z.number().int(),
      contacted: z.number().int(),
      qualified: z.number().int(),
      won: z.number().int(),
      lost: z.number().int(),
      open: z.number().int(),
      /** Won of all leads that came in these days, with its 95 % interval (Wilson). */
      conversion: share,
      conversion_low: share,
      conversion_high: share,
      /** Amounts of the won leads in the site's currency. */
      won_amount: z.number(),
      /** What was bought by these leads to this day, what they cost (each as much as its channel's leads do on average), and the return. */
      revenue: z.number(),
      cost: z.number(),
      roi: z.number().nullable(),
      /** By agent alone: the calls he took in these days, and the mean of their scores. */
      calls: z.number().int(),
      mean_score: z.number().nullable(),
    }),
  ),
  currency: z.string(),
  warnings: z.array(z.string()),
})
export type PerformanceAnswer = z.infer<typeof PerformanceAnswer>
