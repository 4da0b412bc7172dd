import { sql } from "drizzle-orm"
import { calls, learning, lendings, models, numbers, observations, visits } from "../schema/schema.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import { idAt } from "../store/id.js"
import { exposureOf, type Lent } from "./exposure.js"
import { fitModel, type Sample } from "./fit.js"
import { AGE_STARTS, ageEnd, STAY_STARTS, WITHHELD } from "./hazard.js"
import { cellsOf } from "./observe.js"
import { type Observation, unpackObservation } from "./posterior.js"
import { modelAt } from "./resolve.js"

// Learning runs in the sweep, a bounded piece at a time, so that it never keeps a visitor waiting: visits are counted as they
// end, and every few hours, when there are enough new calls, the rates are fitted to the calls of the last weeks.

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Visits one sweep counts. */
const VISITS_A_SWEEP = 2000
/** A visit is counted this long after it began: by then it has ended, or its pages were few and far between. */
const SETTLED_MS = HOUR
/** Length of a block of counted visits, ms. */
export const BLOCK_MS = 6 * HOUR
/** How far back the calls go that a table is fitted to, and how many they are at most. */
const WINDOW_MS = 60 * DAY
const CALLS_AT_ONCE = 1500
/** When to learn: not before so many calls, after so long, and with so many more calls than last time. */
const CALLS_AT_LEAST = 15
const LEARN_EVERY_MS = 6 * HOUR
const GROWTH = 1.15
/** A memory of a withheld caller above it says more of the past than of visits that call for the first time. */
const REMEMBERED = 0.1
/** Calls that the prior share of withheld numbers is worth. */
const WITHHELD_CALLS = 50

/** The stay of a visit `v`, ms: no longer than a working day, whatever a clock did meanwhile. */
const STAYED_SQL = "min(28800000, max(0, v.seen_at - v.id / 2048 - 1704067200000))"
const STAYED = sql.raw(STAYED_SQL)
const BINS_OF_AGE = AGE_STARTS.map((_, bin) => bin)
const AGE_SUMS = sql.raw(
  BINS_OF_AGE.map((bin) => {
    const start = AGE_STARTS[bin] ?? 0
    const spent = `max(0, stayed - ${start})`
    const end = ageEnd(bin)
    return `sum(lent * ${Number.isFinite(end) ? `min(${spent}, ${end - start})` : spent})`
  }).join(", "),
)
const AGE_TOTALS = sql.raw(BINS_OF_AGE.map((bin) => `ages ->> ${bin} + excluded.ages ->> ${bin}`).join(", "))
const STAY_OF_VISIT = sql.raw(
  `max(${STAY_STARTS.slice(1)
    .map((ms) => `(${STAYED_SQL} >= ${ms})`)
    .join(" + ")}, 2 * (v.pages > 1))`,
)

const statements = prepareOnce((db: Db) => {
  const value = sql.placeholder
  return {
    state: db.select().from(learning).prepare(),
    past: db
      .select({ id: visits.id })
      .from(visits)
      .where(sql`${visits.id} > ${value("after")} and ${visits.id} < ${value("before")}`)
      .orderBy(sql`${visits.id} limit 1 offset ${sql.raw(String(VISITS_A_SWEEP))}`)
      .prepare(),
    countCalls: db.select({ count: sql<number>`count(*)` }).from(observations).prepare(),
    blocks: db
      .select()
      .from(lendings)
      .where(sql`${lendings.block} >= ${value("from")}`)
      .prepare(),
    samples: db
      .select({
        at: calls.started_at,
        seen: observations.seen,
        method: calls.method,
        visit_id: calls.visit_id,
        spam: calls.spam,
        withheld: sql<number>`${calls.from_e164} is null`,
      })
      .from(calls)
      .innerJoin(observations, sql`${observations.call_id} = ${calls.id}`)
      .where(sql`${calls.started_at} >= ${value("from")}`)
      .orderBy(sql`${calls.started_at} desc limit ${sql.raw(String(CALLS_AT_ONCE))}`)
      .prepare(),
    poolNumbers: db
      .select({ count: sql<number>`count(*)` })
      .from(numbers)
      .where(sql`${numbers.kind} = 'pool' and ${numbers.state} = 'active'`)
      .prepare(),
  }
})

/** Counts visits that have ended and, when it is time, fits the table of rates anew. Bounded work. */
export function learn(site: Site): void {
  const state = statements(site).state.all()[0] ?? begin(site)
  countVisits(site, state.visit_cursor)
  if (site.now - state.learnt_at < LEARN_EVERY_MS) return
  const count = statements(site).countCalls.all()[0]?.count ?? 0
  if (count < CALLS_AT_LEAST || count < state.learnt_calls * GROWTH) return
  learnNow(site)
}

/** Fits the table of rates to the calls of the last weeks and keeps it beside the earlier ones. */
export function learnNow(site: Site): void {
  const state = statements(site).state.all()[0] ?? begin(site)
  const count = statements(site).countCalls.all()[0]?.count ?? 0
  const rows = statements(site).samples.all({ from: Math.max(state.begun_at, site.now - WINDOW_MS) })
  // Where the calls are cut, so is the time that visits could have called in.
  const from = rows.length < CALLS_AT_ONCE ? Math.max(state.begun_at, site.now - WINDOW_MS) : (rows.at(-1)?.at ?? 0)
  const samples = rows.flatMap(({ seen, method, visit_id, spam }): Sample[] => {
    const observation = unpackObservation(seen)
    if (spam) return [{ cells: cellsOf(observation), certain: "stray" }]
    const right = method === "corrected" ? observation.contenders.find(({ visit }) => visit === visit_id) : undefined
    if (right) return [{ cells: [[right.cell, right.channel, 1]], certain: "visit" }]
    // A caller heard before says who he is and nothing about when visits call first.
    return isRemembered(observation) ? [] : [{ cells: cellsOf(observation), certain: null }]
  })
  const blocks: Lent[] = statements(site).blocks.all({ from: Math.floor((from - 40 * DAY) / BLOCK_MS) })
  const pooled = statements(site).poolNumbers.all()[0]?.count ?? 1
  const model = fitModel({
    samples,
    withheld: withheldOf(rows),
    exposure: exposureOf(blocks, BLOCK_MS, from, site.now),
    numberMs: Math.max(1, pooled) * (site.now - from),
    start: modelAt(site, site.now).model,
  })
  site.db.insert(models).values({ id: site.newId(), calls: samples.length, model }).run()
  site.db.update(learning).set({ learnt_at: site.now, learnt_calls: count }).run()
}

/** Whether a call is as likely to be an earlier caller's next one as anything else. */
function isRemembered({ known, contenders }: Observation): boolean {
  return known || contenders.some(({ memory }) => memory > REMEMBERED)
}

/** Of the calls, how many came from callers who withheld their number; the prior counts as a few calls. */
function withheldOf(rows: readonly { readonly withheld: number }[]): number {
  const count = rows.reduce((sum, { withheld }) => sum + withheld, 0)
  return Number(((count + WITHHELD * WITHHELD_CALLS) / (rows.length + WITHHELD_CALLS)).toPrecision(4))
}

function begin(site: Site): typeof learning.$inferSelect {
  const row = {
    id: 1,
    begun_at: site.now,
    visit_cursor: idAt(site.now) - 1,
    learnt_at: site.now,
    learnt_calls: 0,
    shared_at: 0,
    watched_at: 0,
  }
  site.db.insert(learning).values(row).onConflictDoNothing().run()
  return row
}

function countVisits(site: Site, after: number): void {
  const settled = idAt(site.now - SETTLED_MS)
  // An hour's visits at a time: a small site is not counted at every sweep, a large one catches up at each.
  if (settled - after < idAt(site.now) - idAt(site.now - HOUR)) return
  const before = statements(site).past.all({ after, before: settled })[0]?.id ?? settled
  if (before <= after + 1) return
  // Divisions by written numbers: a bound one is REAL and would divide into fractions.
  site.db.run(sql`
    insert into lendings (block, kind, channel, visits, taps, ages)
    select block, kind, channel, sum(lent), sum(taps), json_array(${AGE_SUMS})
    from (
      select v.seen_at / ${sql.raw(String(BLOCK_MS))} as block, s.channel as channel, json_array_length(v.leases) as lent,
        v.hidden * 8 + ${STAY_OF_VISIT} * 2 + (v.device in ('mobile', 'tablet')) as kind, ${STAYED} as stayed,
        (select count(*) from visit_events e where e.visit_id = v.id and e.kind = 'tap' and e.number_id is not null) as taps
      from visits v join sources s on s.id = v.source_id
      where v.id > ${after} and v.id < ${before} and v.leases is not null)
    where true group by 1, 2, 3
    on conflict (block, kind, channel) do update set
      visits = visits + excluded.visits, taps = taps + excluded.taps, ages = json_array(${AGE_TOTALS})`)
  site.db
    .update(learning)
    .set({ visit_cursor: before - 1 })
    .run()
}
