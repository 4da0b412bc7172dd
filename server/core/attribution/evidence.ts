import { and, eq, sql } from "drizzle-orm"
import { familyOf } from "../../../shared/source.js"
import { calls, codes, sources, visits } from "../schema/schema.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import { countryOfRegion } from "../value/caller-region.js"
import type { Claim, Likelihood } from "./posterior.js"

// What else is known of a call than who held the number: keys that were pressed, a code that was read out, what the caller
// said of where he found the number, where he calls from. Each says how likely it is under each cause, and is multiplied in.

/** A key or code is seldom wrong: somebody presses any key, a friend passes his code on. */
const CODE_MISSED = 0.03
/** People remember the channel three times in four, and mix up what is alike. */
const STATED_MISSED = 0.08
const STATED_ALIKE = 0.35
/** Somebody who calls from another country than he browsed from: travellers and proxies. */
const ABROAD = 0.15
/**
 * Of callers whose number tells a region, how many browse from there: people keep their numbers when they move, and mobile
 * networks are often placed in another region than their users.
 */
const AT_HOME = 0.5
/** Earlier callers that say how common a region is, and what the prior is worth: half of them, in as many callers. */
const CALLERS = 200
const PRIOR_CALLERS = 4
/** Under no visit at all, any statement is about as likely as not. */
const NO_VISIT = 0.3

/** A source that a call names itself, and how. */
export interface NamedSource {
  readonly source_id: number
  readonly channel: string
  readonly words: string
}

/** What else is known of one call. */
export interface Evidence {
  readonly likelihood: Likelihood
  /** The source of the code that was pressed or said, if any. */
  readonly coded: NamedSource | undefined
  /** What was said, for people. */
  readonly words: (claim: Claim) => string[]
}

const statements = prepareOnce((db: Db) => ({
  byCode: db
    .select({ source_id: codes.source_id, channel: sources.channel, kind: codes.kind, number_id: codes.number_id })
    .from(codes)
    .innerJoin(sources, eq(sources.id, codes.source_id))
    .where(
      and(
        eq(codes.code, sql.placeholder("code")),
        sql`(${codes.number_id} is null or ${codes.number_id} = ${sql.placeholder("number")})`,
      ),
    )
    .orderBy(sql`${codes.number_id} is null, ${codes.id}`)
    .prepare(),
  placeOf: db
    .select({ country: visits.country, region: visits.region })
    .from(visits)
    .where(eq(visits.id, sql.placeholder("visit")))
    .prepare(),
  callersOf: db
    .select({
      all: sql<number>`count(*)`,
      there: sql<number>`coalesce(sum(caller_region = ${sql.placeholder("region")}), 0)`,
    })
    .from(
      sql`(select caller_region from ${calls} where started_at < ${sql.placeholder("at")} and caller_region is not null and not spam order by started_at desc limit ${sql.raw(String(CALLERS))})`,
    )
    .prepare(),
}))

type Said = Pick<
  typeof calls.$inferSelect,
  "digits" | "code" | "stated_source" | "caller_region" | "number_id" | "started_at"
>

/** What one kind of evidence says of a visit: how likely it is if that visit called, and in words. */
interface Clue {
  readonly factor: number
  readonly words: string | undefined
}

const SILENT: Clue = { factor: 1, words: undefined }

/** Reads the evidence of a call; undefined where nothing more is known. */
export function evidenceOf(site: Site, said: Said): Evidence | undefined {
  const coded = findCoded(site, said)
  const stated = said.stated_source?.channel ?? null
  const placed = placeClue(site, said)
  if (!coded && stated === null && !placed) return undefined
  return {
    coded,
    likelihood: (claim) => {
      if (claim.channel === null) return (coded ? NO_VISIT : 1) * (stated === null ? 1 : NO_VISIT)
      const byCode = !coded || coded.channel === claim.channel ? 1 : CODE_MISSED
      return byCode * statedLikelihood(stated, claim.channel) * (placed?.(claim) ?? SILENT).factor
    },
    words: (claim) => {
      const words: string[] = []
      if (coded) words.push(`${coded.words}: ${coded.channel}`)
      if (stated !== null) words.push(`the caller named ${stated}`)
      const where = placed?.(claim).words
      if (where !== undefined) words.push(where)
      return words
    },
  }
}

/**
 * Where the caller's number was given out against where a visit came from, as odds over a visit of unknown place. Of right
 * visits `AT_HOME` come from the number's region, the others from wherever callers come from: the rarer the caller's region is
 * among them, the more it says. Undefined where the number tells nothing.
 */
function placeClue(site: Site, { caller_region, started_at }: Said): ((claim: Claim) => Clue) | undefined {
  const country = countryOfRegion(caller_region)
  if (caller_region === null || country === null) return undefined
  const seen = new Map<number, Clue>()
  let common: number | undefined
  return ({ visit }) => {
    if (visit === null) return SILENT
    const clue = seen.get(visit) ?? clueOf(visit)
    seen.set(visit, clue)
    return clue
  }

  function clueOf(visit: number): Clue {
    const place = statements(site).placeOf.all({ visit })[0]
    if (!place?.country) return SILENT
    if (place.country !== country)
      return { factor: ABROAD, words: `called from ${country}, browsed from another country` }
    if (caller_region === country || !place.region?.startsWith(`${country}-`)) return SILENT
    const words = `called from ${caller_region}, browsed from ${place.region}`
    if (place.region !== caller_region) return { factor: 1 - AT_HOME, words }
    return { factor: AT_HOME / commonness() + 1 - AT_HOME, words }
  }

  /** The share of earlier callers who call from this region: asked for once, however many visits are from there. */
  function commonness(): number {
    if (common === undefined) {
      const [row] = statements(site).callersOf.all({ region: caller_region, at: started_at })
      common = ((row?.there ?? 0) + PRIOR_CALLERS / 2) / ((row?.all ?? 0) + PRIOR_CALLERS)
    }
    return common
  }
}

function statedLikelihood(stated: string | null, channel: string): number {
  if (stated === null || stated === channel) return 1
  const family = familyOf(stated)
  return family !== "Other" && family === familyOf(channel) ? STATED_ALIKE : STATED_MISSED
}

/** A code that somebody typed into the call beats the keys that were pressed. */
function findCoded(site: Site, { code, digits, number_id }: Said): NamedSource | undefined {
  for (const [text, words] of [
    [code, `gave the code ${code}`],
    [digits, `pressed ${digits}`],
  ] as const) {
    if (text === null) continue
    const found = statements(site).byCode.all({ code: text.toUpperCase(), number: number_id })[0]
    if (found) return { source_id: found.source_id, channel: found.channel, words }
  }
  return undefined
}
