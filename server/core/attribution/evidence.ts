import { and, eq, sql } from "drizzle-orm"
import { familyOf } from "../../../shared/source.js"
import { type calls, codes, sources, visits } from "../schema/schema.js"
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
  countryOf: db
    .select({ country: visits.country })
    .from(visits)
    .where(eq(visits.id, sql.placeholder("visit")))
    .prepare(),
}))

type Said = Pick<typeof calls.$inferSelect, "digits" | "code" | "stated_source" | "caller_region" | "number_id">

/** Reads the evidence of a call; undefined where nothing more is known. */
export function evidenceOf(site: Site, said: Said): Evidence | undefined {
  const coded = findCoded(site, said)
  const stated = said.stated_source?.channel ?? null
  const country = countryOfRegion(said.caller_region) ?? undefined
  if (!coded && stated === null && country === undefined) return undefined
  const isAbroad = ({ visit }: Claim) => {
    if (visit === null || country === undefined) return false
    const seen = statements(site).countryOf.all({ visit })[0]?.country
    return seen !== null && seen !== undefined && seen !== country
  }
  return {
    coded,
    likelihood: (claim) => {
      if (claim.channel === null) return (coded ? NO_VISIT : 1) * (stated === null ? 1 : NO_VISIT)
      const byCode = !coded || coded.channel === claim.channel ? 1 : CODE_MISSED
      return byCode * statedLikelihood(stated, claim.channel) * (isAbroad(claim) ? ABROAD : 1)
    },
    words: (claim) => {
      const words: string[] = []
      if (coded) words.push(`${coded.words}: ${coded.channel}`)
      if (stated !== null) words.push(`the caller named ${stated}`)
      if (isAbroad(claim)) words.push(`called from ${country}, browsed from another country`)
      return words
    },
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
