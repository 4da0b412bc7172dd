import { type SQL, sql } from "drizzle-orm"
import { DAY_MS } from "../../../shared/calendar.js"
import type { Dimension, Model } from "../../../shared/contract-report.js"
import { type Touch, touchesOfAll } from "../person/journey.js"
import type { Site } from "../store/db.js"
import { idAt } from "../store/id.js"
import { invalid } from "../store/refusal.js"
import { entryOf } from "../value/entry.js"
import type { Blob } from "./cells.js"
import { type Conversion as Moments, markovShares, type Path, weighTouches } from "./credit.js"
import { groupingOf, isTime } from "./dimension.js"
import { type Count, FACTS, type Fact, type FactName } from "./fact.js"
import { type PathTable, pathColumn, readPath } from "./path.js"
import { type Group, type Plan, select, type Tallies, tally, tallyOf, type Value } from "./tally.js"

/** What is credited to the visits before it. */
const CONVERSIONS: readonly FactName[] = ["calls", "leads", "orders", "ads", "firsts"]
/** Groups that the chain is solved for: its time grows with their cube. */
const MARKOV_GROUPS = 300
/** Conversions of so many days are read at once, or of a part of the days, that there be no more parts than these. */
const SLICE_MS = 7 * DAY_MS
const MOST_SLICES = 60
/** Visits that are read for the journeys that ended in nothing, and how many at once. */
const LOST_VISITS = 200_000
const LOST_AT_ONCE = 10_000

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
interface Conversion extends Moments {
  readonly time: Group
  readonly parts: readonly number[]
  readonly touches: readonly Touch[]
}

/**
 * Adds the conversions of a plan's days to the groups of the visits before them, in parts that sum to the whole. A
 * conversion that nobody's visit preceded stays with its own source. Answers warnings.
 */
export function addCredited(site: Site, plan: Plan, model: Exclude<Model, "own">, tallies: Tallies): string[] {
  const warnings: string[] = []
  const groups = new GroupReader(site, plan)
  for (const name of CONVERSIONS) {
    const fact: Fact = FACTS[name]
    const counts = (Object.keys(fact.counts) as Count[]).filter((count) => plan.counts.has(count))
    if (counts.length === 0) continue
    const credit = new Credit(counts.length)
    const journeys = new Journeys()
    for (const slice of slicesOf(plan)) {
      const conversions = listConversions(site, { ...plan, slice }, fact, model, counts)
      groups.prepare(conversions)
      for (const conversion of conversions)
        if (model === "markov") journeys.convert(conversion, groups)
        else share(conversion, weigh(model, conversion, groups), groups, credit)
    }
    if (model === "markov") {
      if (!loseJourneys(site, plan, groups, journeys))
        warnings.push(`more than ${LOST_VISITS} visits: markov leaves out the journeys that ended in no ${name}`)
      shareByMarkov(journeys, credit)
    }
    for (const [time, key, parts] of credit.list()) {
      const group = groups.byKey(key)
      if (group === null) continue
      const sums = tallyOf(tallies, inOrder(plan, { ...group, ...time })).counts
      for (const [index, count] of counts.entries()) sums[count] += parts[index] ?? 0
    }
  }
  return [...new Set(warnings)]
}

/** A plan's days in parts: a year's conversions with their touches are more than an isolate of 128 MB holds at once. */
function slicesOf({ days: { start, end } }: Plan): { start: number; end: number }[] {
  const count = Math.max(1, Math.min(MOST_SLICES, Math.ceil((end - start) / SLICE_MS)))
  const at = (index: number) => Math.round(start + ((end - start) * index) / count)
  return Array.from({ length: count }, (_, index) => ({ start: at(index), end: at(index + 1) }))
}

/** What was given to each group in each span of time. */
class Credit {
  readonly #width: number
  readonly #times = new Map<Group, Map<number, Float64Array>>()

  constructor(width: number) {
    this.#width = width
  }

  /** Times are compared by identity. */
  give(time: Group, key: number, parts: readonly number[], weight: number): void {
    const groups = entryOf(this.#times, time, () => new Map<number, Float64Array>())
    const sums = entryOf(groups, key, () => new Float64Array(this.#width))
    for (let index = 0; index < sums.length; index++) sums[index] = (sums[index] ?? 0) + (parts[index] ?? 0) * weight
  }

  list(): [time: Group, key: number, parts: Float64Array][] {
    return [...this.#times].flatMap(([time, groups]) =>
      [...groups].map(([key, parts]): [Group, number, Float64Array] => [time, key, parts]),
    )
  }
}

function weigh(model: Exclude<Model, "own" | "markov">, conversion: Conversion, groups: GroupReader): number[] {
  const { touches } = conversion
  if (model !== "shapley") {
    const seen = touches.map((touch) => ({ at: touch.time, direct: groups.isDirect(touch.source_id) }))
    return weighTouches(model, seen, conversion)
  }
  // In equal parts to the distinct groups; within a group it does not matter which visit has it.
  const keys = touches.map((touch) => groups.keyOf(touch))
  const distinct = new Set(keys).size
  return keys.map((key, index) => (keys.indexOf(key) === index ? 1 / distinct : 0))
}

function share(
  { time, touches, parts }: Conversion,
  weights: readonly number[],
  groups: GroupReader,
  credit: Credit,
): void {
  for (const [index, weight] of weights.entries()) {
    const touch = touches[index]
    if (touch && weight !== 0) credit.give(time, groups.keyOf(touch), parts, weight)
  }
}

/** Journeys, those alike as one: a chain asks how often each was made, not by whom. */
class Journeys {
  readonly #paths = new Map<string, { steps: number[]; conversions: number; lost: number }>()
  /** What was converted in each span of time. */
  readonly sums = new Map<Group, number[]>()

  convert({ time, parts, touches }: Conversion, groups: GroupReader): void {
    this.#pathOf(touches.map((touch) => groups.keyOf(touch))).conversions++
    const sum = entryOf(this.sums, time, () => parts.map(() => 0))
    for (const [index, part] of parts.entries()) sum[index] = (sum[index] ?? 0) + part
  }

  lose(steps: readonly number[]): void {
    this.#pathOf(steps).lost++
  }

  list(): Path<number>[] {
    return [...this.#paths.values()]
  }

  /** Repeats in a row are one step. */
  #pathOf(all: readonly number[]) {
    const steps = all.filter((step, index) => step !== all[index - 1])
    return entryOf(this.#paths, steps.join(), () => ({ steps, conversions: 0, lost: 0 }))
  }
}

/** Every span of time is shared by the removal effects of the whole; what no visit preceded stays where it is. */
function shareByMarkov(journeys: Journeys, credit: Credit): void {
  const paths = journeys.list()
  const met = new Set(paths.flatMap(({ steps }) => steps))
  if (met.size > MARKOV_GROUPS)
    throw invalid("model", `markov tells ${MARKOV_GROUPS} groups apart at most, here are ${met.size}: group by less`)
  const shares = [...markovShares(paths)]
  for (const [time, parts] of journeys.sums) for (const [key, share] of shares) credit.give(time, key, parts, share)
}

function listConversions(site: Site, plan: Plan, fact: Fact, model: Model, counts: readonly Count[]): Conversion[] {
  const times = plan.dimensions.filter(isTime)
  const table: PathTable = fact === FACTS.calls ? "call" : fact === FACTS.leads ? "lead" : "order"
  // When its lead was made and when that became an opportunity: only one model asks.
  const moments =
    model === "w_shaped"
      ? [
          "(select l.created_at from leads l where l.id = f.lead_id)",
          "(select min(x.at) from lead_stages x join stages k on k.key = x.stage where x.lead_id = f.lead_id and k.kind in ('sql', 'quote', 'won'))",
        ]
      : ["null", "null"]
  const columns = [
    ...["f.visitor_id", "f.visit_id", "f.person_id", "f.call_id", "f.at", "f.source_id"],
    ...moments,
    pathColumn(table),
    ...counts.map((count) => fact.counts[count] ?? "0"),
  ]
  const found = select(
    site,
    { ...plan, dimensions: times, filters: [] },
    fact,
    columns.map((column) => sql.raw(column)),
    false,
  )
  const windowMs = plan.lookback * DAY_MS
  const kept = found.map(({ values }) => readPath(values[8] as Blob | null, { before: Number(values[4]), windowMs }))
  const asked = found.flatMap(({ values: [visitor_id, visit_id, person_id, call_id, at] }, index) => {
    if (kept[index]) return []
    const who = {
      visitor_id: toId(visitor_id),
      visit_id: toId(visit_id),
      person_id: toId(person_id),
      call_id: toId(call_id),
    }
    return [{ ...who, before: Number(at) }]
  })
  const read = touchesOfAll(site, asked, windowMs)
  let next = 0
  return found.map(({ group, values }, index) => {
    const at = Number(values[4])
    const touches = kept[index] ?? read[next++] ?? []
    return {
      time: group,
      at,
      lead_at: toId(values[6]),
      opportunity_at: toId(values[7]),
      parts: values.slice(9).map(Number),
      touches:
        touches.length > 0 ? touches : [{ kind: "call", id: 0, time: at, source_id: toId(values[5]) ?? 0, own: true }],
    }
  })
}

function toId(value: unknown): number | null {
  return typeof value === "number" ? value : null
}

/** What visits are told apart by: the group of a touch, by its key. Of sources, or of visits where the plan asks for what only they know. */
class GroupReader {
  readonly #site: Site
  readonly #selected: SQL
  readonly #ofSource: boolean
  readonly #read: (row: readonly Value[]) => number
  readonly #unknown: number
  readonly #sources = new Map<number, number>()
  readonly #visits = new Map<number, number>()
  readonly #groups: (Group | null)[] = []
  readonly #direct = new Set<number>()

  constructor(site: Site, plan: Plan) {
    const values = plan.dimensions.filter((dimension) => !isTime(dimension))
    const asked = [...new Set([...values, ...plan.filters.map(([dimension]) => dimension)])]
    const known = new Map<string, number>()
    this.#site = site
    this.#ofSource = asked.every((dimension) => (FACTS.costs.dimensions as readonly Dimension[]).includes(dimension))
    this.#selected = sql.raw(asked.map((dimension) => `, ${groupingOf(dimension, "0").value}`).join(""))
    this.#read = (row) => {
      const all = Object.fromEntries(asked.map((dimension, index) => [dimension, row[index] ?? null])) as Group
      const fits = plan.filters.every(([dimension, wanted]) => (all[dimension] ?? "") === wanted)
      const group = Object.fromEntries(values.map((dimension) => [dimension, all[dimension] ?? null])) as Group
      const key = (fits ? "" : "out ") + JSON.stringify(Object.values(group))
      return entryOf(known, key, () => this.#groups.push(fits ? group : null) - 1)
    }
    this.#unknown = this.#read([])
    for (const [id, direct, ...row] of site.db.values<Value[]>(
      sql`select f.id, f.channel = 'Direct' ${this.#ofSource ? this.#selected : sql``} from sources f`,
    )) {
      if (direct === 1) this.#direct.add(Number(id))
      if (this.#ofSource) this.#sources.set(Number(id), this.#read(row))
    }
  }

  /** Reads what is asked of the visits among touches; those before are forgotten. */
  prepare(conversions: readonly { touches: readonly Touch[] }[]): void {
    if (this.#ofSource) return
    this.#visits.clear()
    const ids = new Set(
      conversions.flatMap(({ touches }) => touches.map(({ kind, id }) => (kind === "visit" ? id : 0))),
    )
    const rows = this.#site.db.values<Value[]>(
      sql`select f.id ${this.#selected} from json_each(${JSON.stringify([...ids])}) asked cross join visit_facts f on f.id = asked.value`,
    )
    for (const [id, ...row] of rows) this.#visits.set(Number(id), this.#read(row))
  }

  keyOf({ kind, id, source_id }: Touch): number {
    return (
      (this.#ofSource ? this.#sources.get(source_id) : kind === "visit" ? this.#visits.get(id) : undefined) ??
      this.#unknown
    )
  }

  /** Null where the query's filters leave it out. */
  byKey(key: number): Group | null {
    return this.#groups[key] ?? null
  }

  isDirect(source: number): boolean {
    return this.#direct.has(source)
  }
}

/** Adds the journeys of visitors who have not converted to this day; false where there are too many visits to read. */
function loseJourneys(site: Site, plan: Plan, groups: GroupReader, journeys: Journeys): boolean {
  const visits = tally(site, { ...plan, counts: new Set(["visits"]), dimensions: [], filters: [] })
  if (([...visits.values()][0]?.counts.visits ?? 0) > LOST_VISITS) return false
  /** The steps of each visitor: as text they take a fraction of what lists do. */
  const steps = new Map<number, string>()
  const past = idAt(plan.days.end)
  for (let first = idAt(plan.days.start); ; ) {
    const rows = site.db.values<[id: number, source: number, visitor: number]>(
      sql`select v.id, v.source_id, coalesce(v.visitor_id, v.id) as visitor from visits v
        where v.id >= ${first} and v.id < ${past}
        and not exists (select 1 from calls c where c.visitor_id = coalesce(v.visitor_id, v.id) and c.spam = 0)
        and not exists (select 1 from leads l where l.visitor_id = coalesce(v.visitor_id, v.id))
        and not exists (select 1 from orders o where o.visitor_id = coalesce(v.visitor_id, v.id))
        order by v.id limit ${LOST_AT_ONCE}`,
    )
    const touches = rows.map(([id, source]): Touch => ({ kind: "visit", id, time: 0, source_id: source, own: false }))
    groups.prepare([{ touches }])
    for (const [index, touch] of touches.entries()) {
      const visitor = rows[index]?.[2] ?? 0
      const before = steps.get(visitor)
      steps.set(visitor, before === undefined ? `${groups.keyOf(touch)}` : `${before},${groups.keyOf(touch)}`)
    }
    const last = rows.at(-1)
    if (!last || rows.length < LOST_AT_ONCE) break
    first = last[0] + 1
  }
  for (const path of steps.values()) journeys.lose(path.split(",").map(Number))
  return true
}

/** A group with its values in the order of the plan's dimensions, as its key is made of them. */
function inOrder({ dimensions }: Plan, group: Group): Group {
  return Object.fromEntries(dimensions.map((dimension) => [dimension, group[dimension] ?? null]))
}
