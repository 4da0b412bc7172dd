import * as z from "zod"
import { currency, cut, day, id, instant, page, phone, Step, span, timezone, VisitorAnswer } from "./contract.js"
import { LeadAnswer, LeadImport } from "./contract-leads.js"
import { OrderAnswer } from "./contract-orders.js"

// The contract of people: who they are, what they did, what they asked for and how content they are.

const text = z.string().nullable()
const email = LeadImport.shape.email.unwrap().unwrap()

/** A visitor with what came of him. */
export const VisitorDetail = VisitorAnswer.extend({ leads: z.array(LeadAnswer), orders: z.array(OrderAnswer) })
export type VisitorDetail = z.infer<typeof VisitorDetail>

const kind = z.enum(["email", "phone", "visitor"])
/** What a person is known by: an address, a phone number, or a visitor's id. */
const Key = z.strictObject({ kind, value: z.string().trim().min(1).max(254) })
const Keys = z.array(Key).min(1).max(50)

export const PersonAnswer = z.strictObject({
  id: z.string(),
  name: text,
  phone: text,
  email: text,
  keys: z.array(z.strictObject({ kind, value: z.string(), reason: z.string(), since: z.string() })),
  leads: z.number().int(),
  orders: z.number().int(),
  created_at: z.string(),
  updated_at: z.string(),
  erased_at: text,
})
export type PersonAnswer = z.infer<typeof PersonAnswer>

/** A person with everything that happened, in the order of time: the latest 500. */
export const PersonDetail = z.strictObject({
  ...PersonAnswer.omit({ leads: true, orders: true }).shape,
  /** Who turned out to be this person, and why. */
  joined: z.array(z.strictObject({ person: z.string(), reason: z.string(), at: z.string() })),
  leads: z.array(LeadAnswer),
  orders: z.array(OrderAnswer),
  journey: z.array(Step),
})
export type PersonDetail = z.infer<typeof PersonDetail>

export const PeopleQuery = z.strictObject({
  phone: phone.optional(),
  email: email.optional(),
  visitor: id("vtr").optional(),
  ...page,
})
export type PeopleQuery = z.infer<typeof PeopleQuery>
export const SplitRequest = z.strictObject({ keys: Keys })
export type SplitRequest = z.infer<typeof SplitRequest>
export const SplitAnswer = z.strictObject({ person: PersonAnswer, split: PersonAnswer })
export const JoinRequest = z.strictObject({
  person: id("person").optional().describe("who is the same person"),
  keys: Keys.optional().describe("what is this person's too; whoever has it is the same person"),
  reason: cut(200).default("a person said so"),
})
export type JoinRequest = z.infer<typeof JoinRequest>

// --- Tickets ------------------------------------------------------------------------------------------------------------

const links = {
  call: id("call").optional(),
  visit: id("vis").optional(),
  lead: id("lead").optional(),
  phone: phone.optional(),
  email: email.optional(),
  agent: id("agent").nullish(),
}
export const TicketFields = z.strictObject({
  external_id: z.string().min(1).max(128).optional(),
  topic: cut(120).default(""),
  opened_at: instant.optional(),
  solved_at: instant.nullish(),
  ...links,
})
export type TicketFields = z.infer<typeof TicketFields>
export const TicketPatch = z.strictObject({
  topic: cut(120).optional(),
  solved: z.boolean().optional(),
  solved_at: instant.nullish(),
  agent: id("agent").nullish(),
})
export type TicketPatch = z.infer<typeof TicketPatch>
export const TicketAnswer = z.strictObject({
  id: z.string(),
  external_id: text,
  topic: z.string(),
  opened_at: z.string(),
  solved_at: text,
  person: text,
  lead: text,
  call: text,
  channel: text,
  agent: text,
  updated_at: z.string(),
})
export type TicketAnswer = z.infer<typeof TicketAnswer>
export const TicketsQuery = z.strictObject({
  solved: z
    .enum(["true", "false"])
    .transform((word) => word === "true")
    .optional(),
  topic: cut(120).optional(),
  agent: id("agent").optional(),
  person: id("person").optional(),
  ...span,
  ...page,
})
export type TicketsQuery = z.infer<typeof TicketsQuery>

// --- Ratings ------------------------------------------------------------------------------------------------------------

export const RatingFields = z.strictObject({
  external_id: z.string().min(1).max(128).optional(),
  at: instant.optional(),
  score: z.number().int().min(0).max(10).describe("how likely he is to recommend the business, 0 to 10"),
  comment: z.string().max(2000).nullish(),
  call: links.call,
  phone: links.phone,
  email: links.email,
  agent: links.agent,
})
export type RatingFields = z.infer<typeof RatingFields>
export const RatingAnswer = z.strictObject({
  id: z.string(),
  external_id: text,
  at: z.string(),
  score: z.number().int(),
  comment: text,
  person: text,
  call: text,
  channel: text,
  agent: text,
})
export type RatingAnswer = z.infer<typeof RatingAnswer>
export const RatingsQuery = z.strictObject({ agent: id("agent").optional(), ...span, ...page })
export type RatingsQuery = z.infer<typeof RatingsQuery>
export const NpsQuery = z.strictObject({ agent: id("agent").optional(), ...span })
export type NpsQuery = z.infer<typeof NpsQuery>
export const NpsAnswer = z.strictObject({
  from: z.string(),
  to: z.string(),
  tz: z.string(),
  ratings: z.number().int(),
  promoters: z.number().int(),
  passives: z.number().int(),
  detractors: z.number().int(),
  /** -100 to 100; null without a rating. */
  nps: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
})
export type NpsAnswer = z.infer<typeof NpsAnswer>

// --- Funnel and pipeline ------------------------------------------------------------------------------------------------

const share = z.number().nullable()
export const FunnelQuery = z.strictObject({
  from: day.optional(),
  to: day.optional(),
  tz: timezone.optional(),
  channel: cut(256).optional(),
  source: cut(256).optional(),
  medium: cut(256).optional(),
  campaign: cut(256).optional(),
  agent: id("agent").optional(),
  product: cut(256).optional(),
})
export type FunnelQuery = z.infer<typeof FunnelQuery>
export const FunnelAnswer = z.strictObject({
  from: z.string(),
  to: z.string(),
  tz: z.string(),
  leads: z.number().int(),
  stages: z.array(
    z.strictObject({
      stage: z.string(),
      name: z.string(),
      kind: z.string(),
      /** Leads that came so far, or further. */
      reached: z.number().int(),
      /** Those that came no further and are still open, and those that were lost from here. */
      open: z.number().int(),
      lost: z.number().int(),
      /** Of those that reached the stage before, the share that reached this one, with its 95 % interval (Wilson). */
      conversion: share,
      conversion_low: share,
      conversion_high: share,
      /** Of all leads. */
      share,
      /** Amounts of its open leads, in the site's currency. */
      open_amount: z.number(),
    }),
  ),
  /** The stage from which most leads were lost; null while none was. */
  bottleneck: z.strictObject({ stage: z.string(), lost: z.number().int(), share: z.number() }).nullable(),
  loss_reasons: z.array(z.strictObject({ reason: z.string(), count: z.number().int(), share: z.number() })),
  won: z.number().int(),
  lost: z.number().int(),
  /** Days from the lead to its order, of those that were won. */
  sales_cycle_days: z
    .strictObject({ count: z.number().int(), mean: z.number(), median: z.number(), p90: z.number() })
    .nullable(),
  currency,
})
export type FunnelAnswer = z.infer<typeof FunnelAnswer>

export const PipelineQuery = z.strictObject({
  level: z.coerce.number().min(0.5).max(0.99).default(0.8).describe("how much of the outcomes the range holds"),
  days: z.coerce.number().int().min(7).max(3660).default(365).describe("how far back history is asked"),
  channel: cut(256).optional(),
  agent: id("agent").optional(),
})
export type PipelineQuery = z.infer<typeof PipelineQuery>
const Range = z.strictObject({ expected: z.number(), low: z.number(), high: z.number() })
export const PipelineAnswer = z.strictObject({
  currency,
  method: z.string(),
  level: z.number(),
  open_leads: z.number().int(),
  /** Sum of the amounts of open leads, won or not. */
  pipeline_amount: z.number(),
  /** How many will be won, and for how much, by the stages' probabilities. */
  orders: Range,
  amount: Range,
  stages: z.array(
    z.strictObject({
      stage: z.string(),
      probability: z.number(),
      leads: z.number().int(),
      amount: z.number(),
      without_amount: z.number().int(),
      expected_orders: z.number(),
      expected_amount: z.number(),
    }),
  ),
  /** What a lead is worth by history: no cash, and never added to it. */
  indirect: z.strictObject({
    conversion: share,
    conversion_low: share,
    conversion_high: share,
    won: z.number().int(),
    closed: z.number().int(),
    average_order: z.number().nullable(),
    orders: z.number().int(),
    value_per_lead: z.number().nullable(),
    open_leads_value: z.number().nullable(),
    low: z.number().nullable(),
    high: z.number().nullable(),
  }),
  /** Cash, beside it: orders of the same days. */
  revenue: z.number(),
  warnings: z.array(z.string()),
})
export type PipelineAnswer = z.infer<typeof PipelineAnswer>
