import * as z from "zod"
import { CALLBACK_STATES } from "./contract-call.js"
import { OVERFLOWS, OverflowNumber, shortage, thresholds, validity } from "./contract-engine.js"
import { FIELD_LIMIT, IMPORT_LIMIT, PAGE_DEFAULT, PAGE_LIMIT, URL_LIMIT } from "./protocol.js"

// The public contract: the shape of every body and query, in and out. Routes validate with it, the OpenAPI document is
// made from it, and the script imports its types (types only: one real import would bring 450 kB of zod to the page).
// Objects are strict: an unknown field is an error, because a silently ignored one is a bug that nobody sees.

/** Text of a user: any length comes in, at most `limit` UTF-16 units stay; control and bidi characters are gone by then (see server/http/body.ts). */
export const cut = (limit: number) =>
  z.string().overwrite((text) => (text.length > limit ? text.slice(0, limit).replace(/[\ud800-\udbff]$/, "") : text))

/** A public id of the kind that the prefix names. */
export const id = (prefix: string) =>
  z
    .string()
    .max(64)
    .regex(new RegExp(`^${prefix}_[0-9A-Za-z]+$`), `must be an id that begins with ${prefix}_`)
export const name = z.string().trim().min(1).max(120)
/** A phone number as people write it; E.164 after the door (the site's country helps to read national forms). */
export const phone = z.string().trim().min(2).max(40)
/** Years that a moment or a day may have: others are slips, and Date and Intl write them in other forms. */
const isInReach = (text: string) => !/^\d{4}-/.test(text) || (text >= "1970-01-02" && text < "2900")
/** A moment; an offset is asked for, because a local time means nothing. */
export const instant = z.iso
  .datetime({ offset: true })
  .refine(isInReach, "must lie between 1970 and 2900")
  .describe("ISO 8601 with an offset, e.g. 2026-11-21T10:00:00Z")
/** A day in the site's time zone, or the query's. */
export const day = z.iso
  .date()
  .refine(isInReach, "must lie between 1970 and 2900")
  .describe("a day in the site's time zone, e.g. 2026-11-21")

// --- Sources -------------------------------------------------------------------------------------------------------

/** What a visit or a static number is credited to. */
export const SourceFields = z.strictObject({
  channel: cut(FIELD_LIMIT).optional(),
  source: cut(FIELD_LIMIT).optional(),
  medium: cut(FIELD_LIMIT).optional(),
  campaign: cut(FIELD_LIMIT).optional(),
  term: cut(FIELD_LIMIT).optional(),
  content: cut(FIELD_LIMIT).optional(),
})
export type SourceFields = z.infer<typeof SourceFields>

/** Text of an answer; null for none. */
export const text = z.string().nullable()
export const SourceAnswer = z.strictObject({
  channel: z.string(),
  source: z.string(),
  medium: z.string(),
  campaign: text,
  term: text,
  content: text,
  click_id: text,
  click_id_kind: text,
  landing_url: text,
  referrer: text,
})

// --- The page's side: visits and beats ------------------------------------------------------------------------------

export const VisitRequest = z.strictObject({
  url: cut(URL_LIMIT),
  referrer: cut(URL_LIMIT).optional().default(""),
  visitor: cut(64).nullish(),
  visit: cut(64).nullish(),
  title: cut(FIELD_LIMIT).optional(),
  consent: z.enum(["full", "session", "none"]).optional().default("full"),
  /** Ids of other measuring systems that the page knows (`ga`, `ym`, `fbp`, `fbc`, ...): kept for conversion uploads. */
  ids: z.record(z.string().regex(/^[a-z_]{1,20}$/), cut(FIELD_LIMIT)).optional(),
})
export type VisitRequest = z.infer<typeof VisitRequest>

export const Swap = z.strictObject({
  /** E.164 of the number printed on the page. */
  target: z.string(),
  /** E.164 of the number to show instead; null: the page keeps its own. */
  number: z.string().nullable(),
  lease: z.string().nullable(),
  /** The ready-made pattern the script searches for (flags `gi`): see `server/core/number/match.ts`. */
  match: z.string(),
  /** A cheap pattern for a first look: text without it needs no search. */
  find: z.string(),
  /** Selectors of the elements whose attributes may hold the number: no others are looked at. */
  labelled: z.array(z.string()),
  /** National digits of `number`, plain and full-width, when they fit into the grouping of `target`; null: it is shown as `display` or `intl`. */
  digits: z.array(z.string()).nullable(),
  /** The number as people of the site's country write it nationally. */
  display: z.string().nullable(),
  /** The number as it is written with its country code. */
  intl: z.string().nullable(),
  /** `tel:` and E.164. */
  href: z.string().nullable(),
})
export type Swap = z.infer<typeof Swap>

export const VisitAnswer = z.strictObject({
  visitor: z.string().nullable(),
  visit: z.string().nullable(),
  beat_s: z.number().int(),
  swaps: z.array(Swap),
})
export type VisitAnswer = z.infer<typeof VisitAnswer>

/** What the page is told: the visit's answer, and what the script must know of pages so that it can stay small. */
export const PageAnswer = VisitAnswer.extend({
  /** Selectors and patterns: see `RULES` in `server/core/number/match.ts`. */
  rules: z.strictObject({
    kept: z.string(),
    blocks: z.string(),
    label: z.string(),
    roots: z.string(),
  }),
})
export type PageAnswer = z.infer<typeof PageAnswer>

export const BeatRequest = z.strictObject({
  visit: cut(64),
  kind: z.enum(["beat", "hide", "tap", "form", "end", "identify", "event", "own"]),
  /** When it happened by the page's clock, ms since 1970; kept with the event, never trusted for leases. */
  at_ms: z.number().int().min(0).max(8.64e15).optional(),
  /** The number that was tapped (a `tel:` address or any other form), or one of the site's own that stood in the page already (`own`). */
  number: cut(40).optional(),
  /** What the site calls an `event`. */
  name: cut(60).optional(),
  /** Fields of a sent form, of `identify` or of an event: at most 30, never passwords or cards (the script does not read those). */
  fields: z.record(cut(60), cut(1000)).optional(),
})
export type BeatRequest = z.infer<typeof BeatRequest>

// --- Sites and keys ---------------------------------------------------------------------------------------------------

/** A host: no scheme, no path; a port is dropped because a site's domains match whatever the port. */
const domain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .overwrite(writeHost)
  .regex(
    /^(?!-)[a-z0-9.\-\u00a1-\uffff]+$|^\[[0-9a-f:]+\]$/,
    "must be a host such as example.com, without scheme or path",
  )

/** An IANA time zone. */
export const timezone = z.string().max(64).refine(isTimeZone, "must be an IANA time zone such as Europe/Berlin")
/** An ISO 4217 currency. */
export const currency = z.string().refine(isCurrency, "must be an ISO 4217 code such as EUR")
const country = z.string().regex(/^[A-Z]{2}$/, "must be an ISO 3166 code such as US")

const doNotTrack = z
  .boolean()
  .describe("whether Do Not Track and Global Privacy Control mean that a visit is not recorded and is lent no number")

export const SiteFields = z.strictObject({
  name,
  domains: z.array(domain).min(1).max(50),
  timezone: timezone.default("UTC"),
  currency: currency.default("USD"),
  country: country.default("US"),
  forward_to: phone.nullish().describe("where calls are forwarded to"),
  do_not_track: doNotTrack.optional(),
  demo: z.boolean().optional().describe("whether its data is invented: every page of the dashboard says so"),
  ...thresholds,
})
export type SiteFields = z.infer<typeof SiteFields>

export const SitePatch = z.strictObject({
  name: name.optional(),
  domains: z.array(domain).min(1).max(50).optional(),
  timezone: timezone.optional(),
  currency: currency.optional(),
  country: country.optional(),
  forward_to: phone.nullish(),
  do_not_track: doNotTrack.optional(),
  ...thresholds,
})
export type SitePatch = z.infer<typeof SitePatch>

export const SiteAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  domains: z.array(z.string()),
  timezone: z.string(),
  currency: z.string(),
  country: z.string(),
  forward_to: text,
  do_not_track: z.boolean(),
  demo: z.boolean(),
  attributed_at: z.number(),
  candidates_at: z.number(),
  created_at: z.string(),
})
export type SiteAnswer = z.infer<typeof SiteAnswer>

export const KeyFields = z.strictObject({
  name: name.default("key"),
  scope: z.enum(["read", "write"]).default("write"),
})
export type KeyFields = z.infer<typeof KeyFields>

export const KeyAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  scope: z.enum(["read", "write"]),
  /** The last four characters, to tell keys apart. */
  ending: z.string(),
  created_at: z.string(),
})
export type KeyAnswer = z.infer<typeof KeyAnswer>
/** A new key, with the key itself: it is shown this once. */
export const NewKeyAnswer = KeyAnswer.extend({ key: z.string() })

// --- Numbers and pools --------------------------------------------------------------------------------------------------

/** `subpools` (the default) sets numbers apart for channels by their traffic, `lru` lends the longest-idle of all. */
const lending = z.enum(["subpools", "lru"])
const idleMinutes = z.number().int().min(1).max(30)

export const PoolFields = z.strictObject({
  name,
  target: phone.describe("the number printed on the page"),
  numbers: z.array(phone).max(1000).default([]),
  ...shortage,
  overflow: z.enum(OVERFLOWS).default("share"),
  idle_minutes: idleMinutes.default(30),
  lending: lending.optional(),
})
export type PoolFields = z.infer<typeof PoolFields>

export const PoolPatch = z.strictObject({
  name: name.optional(),
  target: phone.optional(),
  ...shortage,
  idle_minutes: idleMinutes.optional(),
  lending: lending.optional(),
})
export type PoolPatch = z.infer<typeof PoolPatch>

export const PoolAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  target: z.string(),
  overflow: z.enum(OVERFLOWS),
  overflow_numbers: z.array(OverflowNumber),
  reserve_percent: z.number().int(),
  idle_minutes: z.number(),
  lending: z.string(),
  /** How many numbers the pool has, and how many are lent out right now. */
  numbers: z.number().int(),
  busy: z.number().int(),
  created_at: z.string(),
})
export type PoolAnswer = z.infer<typeof PoolAnswer>

export const NumberFields = z.discriminatedUnion("kind", [
  z.strictObject({ e164: phone, kind: z.literal("static"), source: SourceFields, ...validity }),
  z.strictObject({ e164: phone, kind: z.literal("pool"), pool: id("pool") }),
])
export type NumberFields = z.infer<typeof NumberFields>
/** One number, or up to 1,000. */
export const NumberRequest = z.union([NumberFields, z.array(NumberFields).min(1).max(1000)])

export const NumberPatch = z.strictObject({
  state: z.enum(["active", "paused", "retired"]).optional(),
  pool: id("pool").optional(),
  source: SourceFields.optional(),
  ...validity,
})
export type NumberPatch = z.infer<typeof NumberPatch>

export const NumberAnswer = z.strictObject({
  id: z.string(),
  e164: z.string(),
  kind: z.enum(["pool", "static"]),
  pool: text,
  source: SourceAnswer.pick({
    channel: true,
    source: true,
    medium: true,
    campaign: true,
    term: true,
    content: true,
  }).nullable(),
  state: z.enum(["active", "paused", "retired"]),
  /** The first and the last day on which a static number speaks for its source, in the site's time zone. */
  valid_from: text,
  valid_until: text,
  created_at: z.string(),
})
export type NumberAnswer = z.infer<typeof NumberAnswer>

// --- Calls ---------------------------------------------------------------------------------------------------------------

export const CALL_STATUSES = [
  "ringing",
  "in_progress",
  "completed",
  "missed",
  "abandoned",
  "busy",
  "failed",
  "voicemail",
] as const
export const STATES = ["attributed", "ambiguous", "unattributed"] as const

export const CallImport = z.strictObject({
  external_id: z.string().min(1).max(128),
  to: phone,
  from: z.string().max(60).nullish(),
  started_at: instant,
  status: z.enum(CALL_STATUSES).default("completed"),
  duration_s: z.number().int().min(0).max(864_000).nullish(),
  talk_s: z.number().int().min(0).max(864_000).nullish(),
  recording_url: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .nullish(),
})
export type CallImport = z.infer<typeof CallImport>
export const CallImportRequest = z.union([CallImport, z.array(CallImport).min(1).max(IMPORT_LIMIT)])

/** Money: a decimal string or number in the site's currency. */
export const amount = z.union([
  z.number(),
  z.string().regex(/^-?\d{1,12}(\.\d{1,4})?$/, "must be a decimal amount such as 1250.50"),
])

export const CallPatch = z.strictObject({
  tags: z.array(z.string().trim().min(1).max(60)).max(30).optional(),
  outcome: z.string().trim().min(1).max(60).nullish(),
  value: amount.nullish(),
  spam: z.boolean().optional(),
  notes: z.string().max(4000).nullish(),
  stated_source: SourceFields.nullish().describe("what the caller said about where he found the number"),
  code: z.string().trim().toUpperCase().min(1).max(20).nullish().describe("the code that the caller read out"),
  visit: id("vis").nullish().describe("which visit called, as a person knows it; null: none did"),
  topics: z.array(z.string().trim().min(1).max(60)).max(30).optional().describe("what was spoken about"),
  agent: id("agent").nullish().describe("who took the call"),
  score: z.number().int().min(0).max(100).nullish().describe("how well the call was handled, 0 to 100"),
  qualified: z.boolean().nullish().describe("whether it is a lead worth following; null: by the site's rule"),
})
export type CallPatch = z.infer<typeof CallPatch>

export const Candidate = z.strictObject({
  visit: z.string(),
  probability: z.number(),
  evidence: z.array(z.string()),
})

export const AttributionAnswer = z.strictObject({
  state: z.enum(STATES),
  method: z.string(),
  confidence: z.number(),
  /** The likeliest channel; it can be sure where the visit is not. */
  channel: text,
  channel_confidence: z.number(),
  /** Probability that no visit caused the call. */
  no_visit: z.number(),
  reason: text,
  candidates: z.array(Candidate),
})

export const CallAnswer = z.strictObject({
  id: z.string(),
  external_id: text,
  carrier: z.string(),
  to: text,
  from: text,
  from_kind: z.string(),
  status: z.enum(CALL_STATUSES),
  answered: z.boolean(),
  started_at: z.string(),
  answered_at: text,
  ended_at: text,
  duration_s: z.number().nullable(),
  talk_s: z.number().nullable(),
  first_time_caller: z.boolean(),
  source: SourceAnswer.nullable(),
  visit: text,
  visitor: text,
  attribution: AttributionAnswer,
  recording_url: text,
  tags: z.array(z.string()),
  outcome: text,
  value: z.number().nullable(),
  currency: z.string(),
  spam: z.boolean(),
  notes: text,
  stated_source: SourceFields.nullable(),
  /** How long the caller waited until somebody picked up, or until he was gone. */
  wait_s: z.number().nullable(),
  forwarded_to: text,
  /** The keys that the caller pressed last. */
  digits: text,
  topics: z.array(z.string()),
  agent: text,
  score: z.number().nullable(),
  qualified: z.boolean(),
  /** Whether the site's rule says so, or a person. */
  qualified_by: z.enum(["rule", "hand"]),
  spam_reason: text,
  /** The call is over, nobody of the business was on it, and it is no spam. */
  missed: z.boolean(),
  /** How a missed call stands; null for every other. */
  callback: z.enum(CALLBACK_STATES).nullable(),
  /** When the missed caller was spoken to after all, and how long after he was gone. */
  called_back_at: text,
  callback_s: z.number().nullable(),
  callback_attempts: z.number().int(),
  /** Calls of the same caller before this one; 1,000 stands for more. */
  prior_calls: z.number().int(),
  /** ISO 3166-2 (`US-NY`) where the caller's number tells it, else ISO 3166 (`DE`). */
  caller_region: text,
  /** A carrier named a time that could not be, and ours was taken. */
  clock_off: z.boolean(),
  /** Who ended the record: the carrier's report, or our sweep because none came. Null while the call lasts. */
  closed_by: z.enum(["report", "sweep"]).nullable(),
})
export type CallAnswer = z.infer<typeof CallAnswer>

export const ResolveQuery = z.strictObject({
  to: phone,
  at: instant,
  from: z.string().max(60).optional(),
})
export type ResolveQuery = z.infer<typeof ResolveQuery>
export const ResolveAnswer = z.strictObject({
  to: z.string(),
  at: z.string(),
  visit: text,
  visitor: text,
  source: SourceAnswer.nullable(),
  attribution: AttributionAnswer,
})

// --- Visits as developers read them ------------------------------------------------------------------------------------

export const VisitRow = z.strictObject({
  id: z.string(),
  visitor: z.string(),
  started_at: z.string(),
  seen_at: z.string(),
  pages: z.number().int(),
  source: SourceAnswer,
  title: text,
  device: z.string(),
  browser: text,
  os: text,
  language: text,
  country: text,
  region: text,
  city: text,
  consent: z.string(),
  overflow: text,
  leases: z.array(
    z.strictObject({
      id: z.string(),
      number: z.string(),
      from: z.string(),
      seen: z.string(),
      until: text,
      shared: z.boolean(),
    }),
  ),
})
export type VisitRow = z.infer<typeof VisitRow>

/** One thing that a visitor did, on the journey. */
export const Step = z.strictObject({
  at: z.string(),
  kind: z.enum([
    ...["visit", "page", "tap", "form", "identify", "event", "call"],
    ...["lead", "stage", "task", "attempt", "order", "ticket", "rating"],
  ] as const),
  visit: text,
  call: text,
  data: z.record(z.string(), z.unknown()),
})
export const VisitorAnswer = z.strictObject({
  id: z.string(),
  first_seen_at: z.string(),
  seen_at: z.string(),
  visits: z.array(VisitRow),
  calls: z.array(CallAnswer),
  journey: z.array(Step),
})

// --- Lists and reports ----------------------------------------------------------------------------------------------------

/** The parameters of a list that pages. */
export const page = {
  limit: z.coerce.number().int().min(1).max(PAGE_LIMIT).default(PAGE_DEFAULT),
  cursor: z.string().max(200).optional(),
}
export const PageQuery = z.strictObject(page)
export type PageQuery = z.infer<typeof PageQuery>

/** The parameters that filter by source. */
export const filter = {
  channel: cut(FIELD_LIMIT).optional(),
  source: cut(FIELD_LIMIT).optional(),
  medium: cut(FIELD_LIMIT).optional(),
  campaign: cut(FIELD_LIMIT).optional(),
}
/** The parameters that name days. */
export const span = { from: day.optional(), to: day.optional(), tz: timezone.optional() }

/** A truth value in a query. */
const truth = z.enum(["true", "false"]).transform((word) => word === "true")

export const VisitsQuery = z.strictObject({ ...page, ...span, ...filter })
export type VisitsQuery = z.infer<typeof VisitsQuery>
export const CallsQuery = z.strictObject({
  ...page,
  ...span,
  ...filter,
  state: z.enum(STATES).optional(),
  status: z.enum(CALL_STATUSES).optional(),
  number: phone.optional(),
  external_id: z.string().max(128).optional(),
  missed: z
    .enum(["any", "waiting", "called_back"])
    .optional()
    .describe("calls that nobody took: any, those not called back yet, or those spoken to since"),
  caller: z.string().min(2).max(60).optional().describe("the caller's number"),
  caller_region: z
    .string()
    .regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/, "must be ISO 3166 or ISO 3166-2, such as US or US-NY")
    .optional(),
  agent: id("agent").optional(),
  qualified: truth.optional(),
  spam: truth.optional(),
  tag: cut(60).optional(),
  topic: cut(60).optional(),
  outcome: cut(60).optional(),
  search: z
    .string()
    .trim()
    .min(2)
    .max(60)
    .optional()
    .describe("a part of the caller's or the called number, of notes, tags, outcome, campaign or keyword"),
})
export type CallsQuery = z.infer<typeof CallsQuery>
export const NumbersQuery = z.strictObject({
  ...page,
  pool: id("pool").optional(),
  kind: z.enum(["pool", "static"]).optional(),
})
export type NumbersQuery = z.infer<typeof NumbersQuery>

// --- Errors ----------------------------------------------------------------------------------------------------------------

/** RFC 9457. `errors` names each fault of an input: where, and what to do. */
export const Problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
})
export type Problem = z.infer<typeof Problem>

/** One page of a list. */
export const pageOf = <T extends z.ZodType>(row: T) => z.strictObject({ data: z.array(row), next_cursor: text })

/** A host as browsers send it in `Origin`: no port, other scripts in punycode. What is none stays as it is. */
function writeHost(host: string): string {
  if (!/^[^/?#@\\\s]+$/.test(host) || !URL.canParse(`http://${host}`)) return host
  return new URL(`http://${host}`).hostname.replace(/\.$/, "")
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone })
    return true
  } catch {
    return false
  }
}

function isCurrency(code: string): boolean {
  return /^[A-Z]{3}$/.test(code) && Intl.supportedValuesOf("currency").includes(code)
}
