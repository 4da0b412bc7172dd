import { sql } from "drizzle-orm"
import { findNumberByPhone, type NumberRow } from "../number/number.js"
import { type CandidateRow, models, THRESHOLDS } from "../schema/schema.js"
import { findSettings } from "../site/settings.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import { idAt } from "../store/id.js"
import type { Evidence } from "./evidence.js"
import { type Model, PRIOR } from "./hazard.js"
import { observe } from "./observe.js"
import { type Contender, type Observation, weigh, weighChannels } from "./posterior.js"

/** Who called: the visit and source that a call is led back to, and how sure that is. */
export interface Attribution {
  readonly state: "attributed" | "ambiguous" | "unattributed"
  readonly method: "static" | "lease" | "code" | "corrected" | "none"
  /** Probability that the visitor is right, 0..1; `visit_id` is his likeliest visit. */
  readonly confidence: number
  /** The likeliest channel and its probability, 0..1: a call may be sure of its channel and not of its visit. */
  readonly channel: string | null
  readonly channel_confidence: number
  /** Probability that no visit caused the call. */
  readonly no_visit: number
  /** Why nothing was found; null when something was. */
  readonly reason: "unknown_number" | "not_valid" | "no_lease" | "no_visit" | "too_late" | null
  readonly number_id: number | null
  readonly visit_id: number | null
  readonly visitor_id: number | null
  readonly source_id: number | null
  readonly candidates: CandidateRow[]
}

/** An answer, and what it was made of: kept with the call, so that it can be judged again without looking back. */
export interface Resolution {
  readonly attribution: Attribution
  readonly observation: Observation | null
  /** The table of rates that was in use; null for the prior. */
  readonly model_id: number | null
}

/** A memory of less is not worth a word. */
const FAINT = 0.01
/** A withheld caller's is worth one from here on. */
const LIKELY = 0.1
/** Below both, neither visit nor channel is worth naming and the call is `unattributed`. */
const VISIT_FLOOR = 0.02
const CHANNEL_FLOOR = 0.3
/** Above it, it is likelier that no visit caused the call than that any did. */
const STRAY_LIMIT = 0.5
const CANDIDATES = 5
/** How sure a code alone makes: somebody presses any key, a friend passes his code on. */
const CODE_CONFIDENCE = 0.95

const statements = prepareOnce((db: Db) => ({
  modelAt: db
    .select({ id: models.id })
    .from(models)
    .where(sql`${models.id} < (select ${sql.placeholder("before")})`)
    .orderBy(sql`${models.id} desc limit 1`)
    .prepare(),
  model: db
    .select({ model: models.model })
    .from(models)
    .where(sql`${models.id} = ${sql.placeholder("id")}`)
    .prepare(),
}))
const readModels = prepareOnce(() => new Map<number, Model>())
const MODELS_KEPT = 8

/**
 * Leads a call on number `to` at time `at` (ms) from `from` (E.164, null where withheld) back to what caused it, from the
 * lease history as it was then: what happened later changes nothing, and the rates are those that were known then. A static
 * number answers with its source. On a pool number every visit that ever held it competes, each at the rate at which such
 * a visit rings, against the calls that no visit caused.
 */
export function resolve(
  site: Site,
  { to, at: rang, from = null }: { to: string | null; at: number; from?: string | null },
  evidenceFor?: (number_id: number) => Evidence | undefined,
): Resolution {
  const at = throughSecond(rang)
  const number = to === null ? undefined : findNumberByPhone(site, to)
  if (!number) return { attribution: nothing("unknown_number", null), observation: null, model_id: null }
  const evidence = evidenceFor?.(number.id)
  if (number.kind === "static") return { attribution: declare(number, at, evidence), observation: null, model_id: null }
  const model = modelAt(site, at)
  const observation = observe(site, number, at, from, model.model)
  return {
    attribution: judge(observation, model.model, { number: number.id, thresholds: thresholdsOf(site), evidence }),
    observation,
    model_id: model.id,
  }
}

/** Carriers and PBXs write whole seconds: such a moment stands for all of its second, or a call would ring before its lease. */
function throughSecond(time: number): number {
  return time % 1000 === 0 ? time + 999 : time
}

/** How sure an answer must be. */
export interface Thresholds {
  /** From this confidence on a call is `attributed`. */
  readonly attributed_at: number
  /** From this probability on a visit is worth naming. */
  readonly candidates_at: number
}

/** How sure the site wants its answers. */
export function thresholdsOf(site: Site): Thresholds {
  return findSettings(site) ?? THRESHOLDS
}

/** What is known of a call beside who competed for it. */
export interface Circumstances {
  readonly number: number
  readonly thresholds: Thresholds
  readonly evidence?: Evidence | undefined
}

/** What an observation comes to: the likeliest visit, the likeliest channel, and the candidates with their evidence in words. */
export function judge(
  observation: Observation,
  model: Model,
  { number, thresholds, evidence }: Circumstances,
): Attribution {
  const { contenders } = observation
  if (contenders.length === 0) return byCode(nothing("no_lease", number), evidence)
  const posterior = weigh(observation, model, evidence?.likelihood)
  const ranked = contenders
    .map((contender, index) => ({ contender, probability: posterior.contenders[index] ?? 0 }))
    .sort((a, b) => b.probability - a.probability || b.contender.visit - a.contender.visit)
  const best = likeliest(ranked)
  const [channel, channelProbability] = [...weighChannels(observation, posterior)].reduce(
    (top, one) => (one[1] > top[1] ? one : top),
    ["", 0],
  )
  const candidates = ranked
    .filter(({ probability }) => probability >= thresholds.candidates_at)
    .slice(0, CANDIDATES)
    .map(({ contender, probability }) => ({
      visit: contender.visit,
      probability,
      evidence: [...inWords(contender, observation.known), ...(evidence?.words(contender) ?? [])],
    }))
  const no_visit = posterior.stray
  if (!best || no_visit > STRAY_LIMIT) return byCode({ ...nothing("no_visit", number), no_visit, candidates }, evidence)
  if (best.probability < VISIT_FLOOR && channelProbability < CHANNEL_FLOOR)
    return byCode({ ...nothing("too_late", number), no_visit, candidates }, evidence)
  const found: Attribution = {
    state: best.probability >= thresholds.attributed_at ? "attributed" : "ambiguous",
    method: "lease",
    confidence: best.probability,
    channel,
    channel_confidence: channelProbability,
    no_visit,
    reason: null,
    number_id: number,
    visit_id: best.contender.visit,
    visitor_id: best.contender.visitor,
    source_id: best.contender.source,
    candidates,
  }
  // No visit of the code's channel is likely: the code came from where no visit was, a billboard or a friend.
  return evidence?.coded && evidence.coded.channel !== channel
    ? byCode({ ...found, visit_id: null, visitor_id: null }, evidence)
    : found
}

/** The likeliest visitor, with the likeliest of his visits; a visitor's visits on the number count together. */
function likeliest<T extends { contender: Contender; probability: number }>(ranked: readonly T[]): T | undefined {
  const visitors = new Map<number, { first: T; probability: number }>()
  for (const one of ranked) {
    const known = visitors.get(one.contender.visitor)
    if (known) known.probability += one.probability
    else visitors.set(one.contender.visitor, { first: one, probability: one.probability })
  }
  const [best] = [...visitors.values()].sort((a, b) => b.probability - a.probability)
  return best && { ...best.first, probability: best.probability }
}

/** A call whose code names its source is led back to that source, whatever is known of visits. */
function byCode(found: Attribution, evidence: Evidence | undefined): Attribution {
  if (!evidence?.coded) return found
  const { source_id, channel } = evidence.coded
  return {
    ...found,
    state: "attributed",
    method: "code",
    confidence: CODE_CONFIDENCE,
    channel,
    channel_confidence: CODE_CONFIDENCE,
    reason: null,
    source_id,
  }
}

/** The table of rates that was in use at a moment, ms; the prior before the first was learnt. */
export function modelAt(site: Site, at: number): { id: number | null; model: Model } {
  const id = statements(site).modelAt.all({ before: idAt(at + 1) })[0]?.id
  return id === undefined ? { id: null, model: PRIOR } : { id, model: readModel(site, id) }
}

/** A table of rates by its id; the prior for null. */
export function readModel(site: Site, id: number | null): Model {
  if (id === null) return PRIOR
  const known = readModels(site)
  const hit = known.get(id)
  if (hit) return hit
  const model = statements(site).model.all({ id })[0]?.model ?? PRIOR
  if (known.size >= MODELS_KEPT) known.clear()
  known.set(id, model)
  return model
}

/** A static number speaks for its source while it is valid; a code narrows it down. */
function declare(number: NumberRow, at: number, evidence: Evidence | undefined): Attribution {
  const invalid =
    (number.valid_from !== null && at < number.valid_from) || (number.valid_until !== null && at >= number.valid_until)
  if (invalid) return byCode(nothing("not_valid", number.id), evidence)
  return byCode(
    {
      ...nothing(null, number.id),
      state: "attributed",
      method: "static",
      confidence: 1,
      channel_confidence: 1,
      source_id: number.source_id,
    },
    evidence,
  )
}

function nothing(reason: Attribution["reason"], number_id: number | null): Attribution {
  return {
    state: "unattributed",
    method: "none",
    confidence: 0,
    channel: null,
    channel_confidence: 0,
    no_visit: 0,
    reason,
    number_id,
    visit_id: null,
    visitor_id: null,
    source_id: null,
    candidates: [],
  }
}

function inWords({ silence, tapAgo, hidden, shared, memory, weight }: Contender, known: boolean): string[] {
  const words: string[] = []
  if (tapAgo !== null && tapAgo < 3_600_000) words.push(`tapped the number ${durationOf(tapAgo)} before the call`)
  if (silence === 0 && !hidden) words.push("on the page when the call rang")
  else words.push(`${hidden ? "left" : "last seen on"} the page ${durationOf(silence)} before the call`)
  if (known && memory >= FAINT) words.push(`this caller's earlier call was his (${Math.round(memory * 100)} %)`)
  if (!known && memory >= LIKELY) words.push("an earlier call from a withheld number was likely his")
  if (shared) words.push("the number was shared with another visit")
  if (weight < 0.5) words.push("he had called before from another phone")
  return words
}

function durationOf(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} hours`
  return `${Math.round(seconds / 86_400)} days`
}
