import { sql } from "drizzle-orm"
import { DAY_MS } from "../../shared/calendar.js"
import type { Dimension, Model } from "../../shared/contract-report.js"
import { markovShares, type Path, weighTouches } from "./credit.js"
import type { Site } from "./db.js"
import { groupingOf, isTime } from "./dimension.js"
import { type Count, FACTS, type Fact, type FactName } from "./fact.js"
import { idAt } from "./id.js"
import { type Touch, touchesOfAll } from "./journey.js"
import { invalid } from "./refusal.js"
import { type Group, type Plan, select, type Tallies, tallyOf, type Value } from "./tally.js"

/** What is credited to the visits before it. */
const CONVERSIONS: readonly FactName[] = ["calls", "leads", "orders", "ads", "firsts"]
/** Groups that the chain is solved for: its time grows with their cube. */
const MARKOV_GROUPS = 300
/** Visits that are read for the journeys that ended in nothing. */
const LOST_VISITS = 300_000

/** The counts that a model credits, and those that it cannot: who is counted once has no parts. */
export function creditedCounts(): { parts: ReadonlySet<Count>; wholes: ReadonlySet<Count> } {
  const facts = CONVERSIONS.map((name): Fact => FACTS[name])
  return {
    parts: new Set(facts.flatMap(({ counts }) => Object.keys(counts) as Count[])),
    wholes: new Set([...facts.flatMap(({ distinct = {} }) => Object.keys(distinct) as Count[]), "cycles"]),
  }
}

/** Whether journeys can be told apart by a dimension: it must be known of visits. */
export function isCreditable(dimension: Dimension): boolean {
  return (FACTS.visits.dimensions as readonly Dimension[]).includes(dimension) && dimension !== "first_time"
}

/** Journeys are told apart by the values of what is not time; time is that of the conversion. */
interface Conversion {
  readonly time: Group
  readonly at: number
  readonly lead_at: number | null
  readonly parts: readonly number[]
  readonly touches: readonly Touch[]
}

/**
 * Adds the conversions of a plan's days to the groups of the visits before them, in parts that sum to the whole. A
 * conversion that nobody's visit preceded stays with its own source. Answers warnings.
 */
export function addCredited(site: Site, plan: Plan, model: Exclude<Model, "own">, tallies: Tallies): string[] {
  const warnings: string[] = []
  const groups = groupReader(site, plan)
  for (const name of CONVERSIONS) {
    const fact: Fact = FACTS[name]
    const counts = (Object.keys(fact.counts) as Count[]).filter((count) => plan.counts.has(count))
    if (counts.length === 0) continue
    const conversions = listConversions(site, plan, fact, counts)
    groups.prepare(conversions)
    const give = (group: Group | null, time: Group, parts: readonly number[], weight: number) => {
      if (group === null || weight === 0) return
      const sums = tallyOf(tallies, inOrder(plan, { ...group, ...time })).counts
      for (const [index, count] of counts.entries()) sums[count] += (parts[index] ?? 0) * weight
    }
    if (model === "markov") {
      const lost = listLost(site, plan, groups)
      if (lost === null)
        warnings.push(`more than ${LOST_VISITS} visits: markov leaves out the journeys that ended in no ${name}`)
      for (const [group, time, parts, weight] of shareByMarkov(conversions, lost ?? [], groups))
        give(group, time, parts, weight)
      continue
    }
    for (const conversion of conversions)
      for (const [index, weight] of weigh(model, conversion, groups).entries())
        give(groups.of(conversion.touches[index]), conversion.time, conversion.parts, weight)
  }
  return [...new Set(warnings)]
}

function weigh(
  model: Exclude<Model, "own" | "markov">,
  { touches, at, lead_at }: Conversion,
  groups: GroupReader,
): number[] {
  if (touches.length === 0) return []
  if (model !== "shapley") {
    const seen = touches.map((touch) => ({ at: touch.time, direct: groups.isDirect(touch.source_id) }))
    return weighTouches(model, seen, { at, lead_at })
  }
  // In equal parts to the distinct groups; within a group it does not matter which visit has it.
  const keys = touches.map((touch) => groups.keyOf(touch))
  const distinct = new Set(keys).size
  return keys.map((key, index) => (keys.indexOf(key) === index ? 1 / distinct : 0))
}

type Share = [group: Group | null, time: Group, parts: readonly number[], weight: number]

/** Every span of time is shared by the removal effects of the whole; what no visit preceded stays where it is. */
function shareByMarkov(
  conversions: readonly Conversion[],
  lost: readonly Path<string>[],
  groups: GroupReader,
): Share[] {
  const paths = conversions.map(({ touches }) => ({
    steps: touches.map((touch) => groups.keyOf(touch)),
    conversions: 1,
    lost: 0,
  }))
  const shares = markovShares([...merge(paths), ...lost])
  if (shares.size > MARKOV_GROUPS)
    throw invalid("model", `markov tells ${MARKOV_GROUPS} groups apart at most, here are ${shares.size}: group by less`)
  const sums = new Map<string, { time: Group; parts: number[] }>()
  for (const { time, parts } of conversions) {
    const key = JSON.stringify(time)
    const sum = sums.get(key) ?? { time, parts: parts.map(() => 0) }
    sums.set(key, sum)
    for (const [index, part] of parts.entries()) sum.parts[index] = (sum.parts[index] ?? 0) + part
  }
  return [...sums.values()].flatMap(({ time, parts }) =>
    [...shares].map(([key, share]): Share => [groups.byKey(key), time, parts, share]),
  )
}

function merge(paths: readonly Path<string>[]): Path<string>[] {
  const known = new Map<string, Path<string>>()
  for (const { steps, conversions, lost } of paths) {
    const key = steps.join("\n")
    const before = known.get(key)
    known.set(key, {
      steps,
      conversions: conversions + (before?.conversions ?? 0),
      lost: lost + (before?.lost ?? 0),
    })
  }
  return [...known.values()]
}

function listConversions(site: Site, plan: Plan, fact: Fact, counts: readonly Count[]): Conversion[] {
  const times = plan.dimensions.filter(isTime)
  const who = ["visitor_id", "visit_id", "person_id", "call_id", "at", "source_id"].map((name) => sql.raw(`f.${name}`))
  const lead = sql.raw("(select l.created_at from leads l where l.id = f.lead_id)")
  const found = select(
    site,
    { ...plan, dimensions: times, filters: [] },
    fact,
    [...who, lead, ...counts.map((count) => sql.raw(fact.counts[count] ?? "0"))],
    false,
  )
  const asked = found.map(({ values: [visitor_id, visit_id, person_id, call_id, at] }) => ({
    ...{ visitor_id: toId(visitor_id), visit_id: toId(visit_id), person_id: toId(person_id), call_id: toId(call_id) },
    before: Number(at),
  }))
  const journeys = touchesOfAll(site, asked, plan.lookback * DAY_MS)
  return found.map(({ group, values }, index) => {
    const at = Number(values[4])
    const source_id = toId(values[5]) ?? 0
    const touches = journeys[index] ?? []
    return {
      time: group,
      at,
      lead_at: toId(values[6]),
      parts: counts.map((_, place) => Number(values[7 + place] ?? 0)),
      touches: touches.length > 0 ? touches : [{ kind: "call", id: 0, time: at, source_id }],
    }
  })
}

function toId(value: Value | undefined): number | null {
  return typeof value === "number" ? value : null
}

/** What visits are told apart by: the group of a touch, as an object and as a key. */
interface GroupReader {
  prepare(conversions: readonly { touches: readonly Touch[] }[]): void
  /** Null where the query's filters leave it out. */
  of(touch: Touch | undefined): Group | null
  keyOf(touch: Touch): string
  byKey(key: string): Group | null
  isDirect(source: number): boolean
}

/** Reads groups of sources, or of visits where the plan asks for what only they know. */
function groupReader(site: Site, plan: Plan): GroupReader {
  const values = plan.dimensions.filter((dimension) => !isTime(dimension))
  const asked = [...new Set([...values, ...plan.filters.map(([dimension]) => dimension)])]
  const ofSource = asked.every((dimension) => (FACTS.costs.dimensions as readonly Dimension[]).includes(dimension))
  const columns = asked.map((dimension) => groupingOf(dimension, "0").value)
  const selected = sql.raw(columns.map((column, index) => `, ${column} as c${index}`).join(""))
  const keys = new Map<number, string>()
  const visitKeys = new Map<number, string>()
  const groups = new Map<string, Group | null>()
  const direct = new Set<number>()
  const read = (row: Record<string, Value>): string => {
    const all = Object.fromEntries(asked.map((dimension, index) => [dimension, row[`c${index}`] ?? null])) as Group
    const fits = plan.filters.every(([dimension, wanted]) => (all[dimension] ?? "") === wanted)
    const group = Object.fromEntries(values.map((dimension) => [dimension, all[dimension] ?? null])) as Group
    const key = (fits ? "" : "out ") + JSON.stringify(Object.values(group))
    if (!groups.has(key)) groups.set(key, fits ? group : null)
    return key
  }
  const unknown = read({})
  for (const row of site.db.all<Record<string, Value>>(
    sql`select f.id as id, f.channel = 'Direct' as direct ${ofSource ? selected : sql``} from sources f`,
  )) {
    if (row.direct === 1) direct.add(Number(row.id))
    if (ofSource) keys.set(Number(row.id), read(row))
  }
  const keyOf = ({ kind, id, source_id }: Touch) =>
    (ofSource ? keys.get(source_id) : kind === "visit" ? visitKeys.get(id) : undefined) ?? unknown
  return {
    prepare(conversions) {
      if (ofSource) return
      const ids = new Set(
        conversions.flatMap(({ touches }) => touches.map(({ kind, id }) => (kind === "visit" ? id : 0))),
      )
      const rows = site.db.all<Record<string, Value>>(
        sql`select f.id as id ${selected} from json_each(${JSON.stringify([...ids])}) asked cross join visit_facts f on f.id = asked.value`,
      )
      for (const row of rows) visitKeys.set(Number(row.id), read(row))
    },
    of: (touch) => (touch ? (groups.get(keyOf(touch)) ?? null) : null),
    keyOf,
    byKey: (key) => groups.get(key) ?? null,
    isDirect: (source) => direct.has(source),
  }
}

/** The journeys of visitors who have not converted to this day; null where there are too many visits to read. */
function listLost(site: Site, plan: Plan, groups: GroupReader): Path<string>[] | null {
  const [first, past] = [idAt(plan.days.start), idAt(plan.days.end)]
  const rows = site.db.all<{ id: number; source: number; visitor: number }>(
    sql`select v.id as id, v.source_id as source, coalesce(v.visitor_id, v.id) as visitor from visits v
      where v.id >= ${first} and v.id < ${past}
      and not exists (select 1 from calls c where c.visitor_id = coalesce(v.visitor_id, v.id) and c.spam = 0)
      and not exists (select 1 from leads l where l.visitor_id = coalesce(v.visitor_id, v.id))
      and not exists (select 1 from orders o where o.visitor_id = coalesce(v.visitor_id, v.id))
      order by v.id limit ${sql.raw(String(LOST_VISITS + 1))}`,
  )
  if (rows.length > LOST_VISITS) return null
  const touches = rows.map(({ id, source }): Touch => ({ kind: "visit", id, time: 0, source_id: source }))
  groups.prepare([{ touches }])
  const journeys = new Map<number, string[]>()
  for (const [index, { visitor }] of rows.entries()) {
    const touch = touches[index]
    const steps = journeys.get(visitor) ?? []
    journeys.set(visitor, steps)
    if (touch) steps.push(groups.keyOf(touch))
  }
  return merge([...journeys.values()].map((steps) => ({ steps, conversions: 0, lost: 1 })))
}

/** A group with its values in the order of the plan's dimensions, as its key is made of them. */
function inOrder({ dimensions }: Plan, group: Group): Group {
  return Object.fromEntries(dimensions.map((dimension) => [dimension, group[dimension] ?? null]))
}
