import { and, desc, eq, type SQL, sql } from "drizzle-orm"
import type { NpsAnswer, NpsQuery, RatingAnswer, RatingFields, RatingsQuery } from "../../../shared/contract-people.js"
import { personId } from "../person/person.js"
import { ratings, sources } from "../schema/schema.js"
import { daysOf, spanOf } from "../site/span.js"
import { decodeCursor, type Page, pageOf } from "../store/cursor.js"
import type { Site } from "../store/db.js"
import { decodeId, encodeId } from "../store/id.js"
import { agentId, agentIdOf } from "./agent.js"
import { linkOf } from "./ticket.js"

/** Days that a score is reckoned over where none are named. */
const DAYS = 90
/** The normal quantile of 0.975. */
const Z = 1.959964

/** How many would recommend the business, would not, or did not say either; and the score with its 95 % interval. */
export interface Nps {
  readonly nps: number | null
  readonly low: number | null
  readonly high: number | null
}

/**
 * The Net Promoter Score: the percentage of promoters (9 and 10) less that of detractors (0 to 6), from -100 to 100; null
 * without an answer (Reichheld, "The One Number You Need to Grow", Harvard Business Review, December 2003). The interval is
 * the normal one of a difference of two shares of one multinomial: variance (p + d - (p - d)²) / n.
 */
export function netPromoterScore(promoters: number, detractors: number, answers: number): Nps {
  if (answers === 0) return { nps: null, low: null, high: null }
  const [p, d] = [promoters / answers, detractors / answers]
  const reach = Z * Math.sqrt((p + d - (p - d) ** 2) / answers)
  const percent = (share: number) => Math.round(Math.max(-1, Math.min(1, share)) * 1000) / 10
  return { nps: percent(p - d), low: percent(p - d - reach), high: percent(p - d + reach) }
}

/** Keeps what somebody answered, or changes the answer with this `external_id`. */
export function putRating(site: Site, fields: RatingFields): RatingAnswer {
  const known =
    fields.external_id === undefined
      ? undefined
      : site.db.select().from(ratings).where(eq(ratings.external_id, fields.external_id)).all()[0]
  const at = fields.at === undefined ? (known?.at ?? site.now) : Date.parse(fields.at)
  const linked = linkOf(site, fields, at)
  const row = {
    id: known?.id ?? site.newId(),
    external_id: fields.external_id ?? null,
    at,
    score: fields.score,
    comment: fields.comment === undefined ? (known?.comment ?? null) : fields.comment,
    person_id: linked.person_id ?? known?.person_id ?? null,
    call_id: linked.call_id ?? known?.call_id ?? null,
    source_id: linked.source_id ?? known?.source_id ?? null,
    agent_id: fields.agent === undefined ? (known?.agent_id ?? null) : agentIdOf(site, fields.agent, "agent"),
  }
  const { id, ...set } = row
  site.db.insert(ratings).values(row).onConflictDoUpdate({ target: ratings.id, set }).run()
  return select(site).where(eq(ratings.id, id)).all().map(describe)[0] as RatingAnswer
}

/** Answers, newest first. */
export function listRatings(site: Site, query: RatingsQuery): Page<RatingAnswer> {
  const where: SQL[] = []
  const span = spanOf(site, query)
  if (span) where.push(sql`${ratings.at} >= ${span.start} and ${ratings.at} < ${span.end}`)
  if (query.agent !== undefined) where.push(eq(ratings.agent_id, decodeId("agent", query.agent)?.id ?? -1))
  if (query.cursor !== undefined) {
    const [at = 0, id = 0] = decodeCursor(query.cursor, 2)
    where.push(sql`(${ratings.at}, ${ratings.id}) < (${at}, ${id})`)
  }
  const rows = select(site)
    .where(and(...where))
    .orderBy(desc(ratings.at), desc(ratings.id))
    .limit(query.limit + 1)
    .all()
  return pageOf(rows, query.limit, ({ rating }) => [rating.at, rating.id], describe)
}

/** The score over some days, the last 90 unless named. */
export function readNps(site: Site, query: NpsQuery): NpsAnswer {
  const { from, to, tz, start, end } = daysOf(site, query, DAYS)
  const agent = query.agent === undefined ? undefined : (decodeId("agent", query.agent)?.id ?? -1)
  const counted = site.db
    .select({
      ratings: sql<number>`count(*)`,
      promoters: sql<number>`count(*) filter (where ${ratings.score} >= 9)`,
      detractors: sql<number>`count(*) filter (where ${ratings.score} <= 6)`,
    })
    .from(ratings)
    .where(
      and(
        sql`${ratings.at} >= ${start} and ${ratings.at} < ${end}`,
        agent === undefined ? undefined : eq(ratings.agent_id, agent),
      ),
    )
    .all()[0] ?? { ratings: 0, promoters: 0, detractors: 0 }
  const { promoters, detractors } = counted
  const score = netPromoterScore(promoters, detractors, counted.ratings)
  return { from, to, tz, ...counted, passives: counted.ratings - promoters - detractors, ...score }
}

function select(site: Site) {
  return site.db
    .select({ rating: ratings, channel: sources.channel })
    .from(ratings)
    .leftJoin(sources, eq(sources.id, ratings.source_id))
}

function describe({ rating, channel }: { rating: typeof ratings.$inferSelect; channel: string | null }): RatingAnswer {
  return {
    id: encodeId("rating", rating.id),
    external_id: rating.external_id,
    at: new Date(rating.at).toISOString(),
    score: rating.score,
    comment: rating.comment,
    person: rating.person_id === null ? null : personId(rating.person_id),
    call: rating.call_id === null ? null : encodeId("call", rating.call_id),
    channel,
    agent: agentId(rating.agent_id),
  }
}
