import { type SQL, sql } from "drizzle-orm"
import { type Interval, spansOf } from "../../shared/calendar.js"
import type { Dimension, Metric, ReportAnswer, ReportQuery } from "../../shared/contract.js"
import type { Site } from "./db.js"
import { idAt } from "./id.js"
import { fromMinor } from "./money.js"
import { invalid } from "./refusal.js"
import { sources } from "./schema.js"
import { readSettings } from "./settings.js"
import { sourceFilter } from "./source-filter.js"
import { type DaySpan, daysOf } from "./span.js"

/** Where a query names no days it answers for the last thirty. */
const DEFAULT_DAYS = 30
/** A chart cannot show more points, and nobody can read more rows. */
const SPANS = 4000

const TIME: readonly Dimension[] = ["day", "week", "month"]

const COLUMNS: Record<Exclude<Dimension, "day" | "week" | "month">, SQL> = {
  channel: sql`s.channel`,
  ga4_channel: sql`s.ga4_channel`,
  source: sql`s.source`,
  medium: sql`s.medium`,
  campaign: sql`s.campaign`,
  term: sql`s.term`,
  content: sql`s.content`,
  landing_page: sql`v.landing_page`,
}

/** What is counted over visits; every other metric of ours is counted over calls or made of both. */
const OF_VISITS = {
  visits: sql`count(*)`,
  visitors: sql`count(distinct coalesce(v.visitor_id, v.id))`,
  leased_visits: sql`sum(v.leases is not null)`,
  overflow_visits: sql`sum(v.overflow is not null)`,
}
const OF_CALLS = {
  calls: sql`count(*)`,
  unique_callers: sql`count(distinct c.from_e164)`,
  first_time_callers: sql`sum(c.first_time)`,
  answered: sql`sum(c.answered)`,
  missed: sql`sum(c.status in ('missed', 'abandoned', 'busy', 'failed', 'voicemail'))`,
  attributed: sql`sum(c.state = 'attributed')`,
  ambiguous: sql`sum(c.state = 'ambiguous')`,
  unattributed: sql`sum(c.state = 'unattributed')`,
  confidence: sql`sum(c.confidence)`,
  duration_s: sql`coalesce(sum(c.duration_s), 0)`,
  talk_s: sql`coalesce(sum(c.talk_s), 0)`,
  value: sql`coalesce(sum(c.value), 0)`,
}
type Count = keyof typeof OF_VISITS | keyof typeof OF_CALLS
type Counts = Record<Count, number>

/** Metrics made of counts; null where the divisor is 0, because undefined is not nought. */
const RATIOS: Partial<Record<Metric, (count: Counts) => number | null>> = {
  missed_rate: ({ missed, calls }) => ratio(missed, calls),
  unattributed_share: ({ unattributed, calls }) => ratio(unattributed, calls),
  mean_confidence: ({ confidence, calls }) => ratio(confidence, calls),
  call_rate: ({ calls, visits }) => ratio(calls, visits),
}

/**
 * Counts of visits and calls, grouped. Visits count on the day they began, calls on the day they rang, in the zone of the
 * query; a call is grouped under the source it was led back to, under null where none was found; calls marked as spam count
 * nowhere. The totals are counted on their own, so that they reconcile with the rows even for visitors and callers.
 */
export function report(site: Site, query: ReportQuery): ReportAnswer {
  const days = daysOf(site, query, DEFAULT_DAYS)
  const dimensions = dimensionsOf(query)
  const order = readSort(query, dimensions)
  const rows = [...count(site, query, days, dimensions).values()].map(({ group, counts }) => ({
    ...group,
    ...measure(site, query.metrics, counts),
  }))
  const totals = count(site, query, days, []).get("[]")?.counts ?? zeros()
  rows.sort(order)
  return {
    rows: rows.slice(0, query.limit),
    totals: measure(site, query.metrics, totals),
    query: { ...query, group_by: dimensions, from: days.from, to: days.to, tz: days.tz },
    warnings:
      rows.length > query.limit
        ? [`${rows.length} rows, the first ${query.limit} are shown: raise limit or filter`]
        : [],
  }
}

type Group = Partial<Record<Dimension, string | null>>
type Row = Record<string, string | number | null>

function dimensionsOf({ group_by, interval }: ReportQuery): Dimension[] {
  const dimensions = [...new Set([...(interval ? [interval] : []), ...group_by])] as Dimension[]
  if (dimensions.filter((dimension) => TIME.includes(dimension)).length > 1)
    throw invalid("group_by", "one of day, week and month is possible, not several")
  return dimensions
}

function count(site: Site, query: ReportQuery, days: DaySpan, dimensions: readonly Dimension[]) {
  const groups = new Map<string, { group: Group; counts: Counts }>()
  const time = dimensions.find((dimension) => TIME.includes(dimension)) as Interval | undefined
  const spans = time ? spansOf(days.from, days.to, time, days.tz) : [{ label: "", start: days.start, end: days.end }]
  if (spans.length > SPANS)
    throw invalid("interval", `${spans.length} spans are too many: choose a longer interval or fewer days`)
  const filter = sourceFilter(query).map((condition) => sql` and ${condition}`)
  const where =
    filter.length > 0 ? sql` and s.id in (select ${sources.id} from ${sources} where true${sql.join(filter)})` : sql``
  const keys = dimensions.map((dimension) =>
    // '' and null both say "none": they are one group, in the database already, or what is counted once would count twice.
    TIME.includes(dimension)
      ? sql`span.value ->> 'label'`
      : sql`nullif(${COLUMNS[dimension as keyof typeof COLUMNS]}, '')`,
  )
  const grouping = keys.length > 0 ? sql` group by ${sql.join(keys, sql`, `)}` : sql``
  const selected = (counts: Record<string, SQL>) =>
    sql.join(
      [...keys, ...Object.values(counts)].map((part, index) => sql`${part} as ${sql.raw(`c${index}`)}`),
      sql`, `,
    )

  // `cross join` keeps the spans outside: each is then one range of the visits' keys, or of the calls' start index.
  const visitSpans = JSON.stringify(
    spans.map(({ label, start, end }) => ({ label, first: idAt(start), past: idAt(end) })),
  )
  add(
    OF_VISITS,
    sql`select ${selected(OF_VISITS)} from json_each(${visitSpans}) span
      cross join visits v on v.id >= span.value ->> 'first' and v.id < span.value ->> 'past'
      cross join sources s on s.id = v.source_id
      where true${where}${grouping}`,
  )
  add(
    OF_CALLS,
    sql`select ${selected(OF_CALLS)} from json_each(${JSON.stringify(spans)}) span
      cross join calls c on c.started_at >= span.value ->> 'start' and c.started_at < span.value ->> 'end'
      left join sources s on s.id = c.source_id
      left join visits v on v.id = c.visit_id
      where c.spam = 0${where}${grouping}`,
  )
  return groups

  function add(counts: Record<string, SQL>, select: SQL): void {
    for (const row of site.db.all<Record<string, string | number | null>>(select)) {
      const group = Object.fromEntries(
        dimensions.map((dimension, index) => [dimension, row[`c${index}`] ?? null]),
      ) as Group
      const key = JSON.stringify(Object.values(group))
      const known = groups.get(key) ?? { group, counts: zeros() }
      groups.set(key, known)
      for (const [index, name] of Object.keys(counts).entries())
        known.counts[name as Count] = Number(row[`c${dimensions.length + index}`] ?? 0)
    }
  }
}

function zeros(): Counts {
  return Object.fromEntries([...Object.keys(OF_VISITS), ...Object.keys(OF_CALLS)].map((name) => [name, 0])) as Counts
}

function measure(site: Site, metrics: readonly Metric[], counts: Counts): Record<string, number | null> {
  const { currency } = readSettings(site)
  return Object.fromEntries(
    metrics.map((metric) => {
      const made = RATIOS[metric]
      if (made) return [metric, made(counts)]
      const value = counts[metric as Count]
      return [metric, metric === "value" ? fromMinor(value, currency) : value]
    }),
  )
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}

/** Time runs forward, everything else begins with the most of the first metric. */
function readSort(query: ReportQuery, dimensions: readonly Dimension[]): (a: Row, b: Row) => number {
  const time = dimensions.find((dimension) => TIME.includes(dimension))
  const wanted = query.sort ?? time ?? `-${query.metrics[0]}`
  const down = wanted.startsWith("-")
  const field = down ? wanted.slice(1) : wanted
  if (![...query.metrics, ...dimensions].includes(field as Metric & Dimension))
    throw invalid(
      "sort",
      `must be one of the query's metrics and dimensions: ${[...query.metrics, ...dimensions].join(", ")}`,
    )
  return (a, b) =>
    (down ? compare(b[field], a[field]) : compare(a[field], b[field])) || compare(JSON.stringify(a), JSON.stringify(b))
}

/** Null comes first, so last where the order is downwards. */
function compare(a: string | number | null | undefined, b: string | number | null | undefined): number {
  if (a === b) return 0
  if (a === null || a === undefined) return -1
  if (b === null || b === undefined) return 1
  return a < b ? -1 : 1
}
