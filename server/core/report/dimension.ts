import { DAY_MS } from "../../../shared/calendar.js"
import type { Dimension, TimeDimension, ValueDimension } from "../../../shared/contract-report.js"
import { TIME_DIMENSIONS } from "../../../shared/contract-report.js"
import { CHANNELS, familyOf } from "../../../shared/source.js"

/** How rows are grouped by one dimension. `f` is the fact's view, `local` the moment on the wall of the query's zone, ms. */
export interface Grouping {
  /** SQL of the value; null and '' both stand for none. */
  readonly value: string
  /** More rows than one a fact: a call has several tags. */
  readonly join?: string
  /** The value as people read it. */
  readonly name?: (value: string | number) => string | number | null
}

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`
const column = (name: string): Grouping => ({ value: `nullif(f.${name}, '')` })
const yesNo = (expression: string): Grouping => ({
  value: `case when ${expression} then 'yes' when not ${expression} then 'no' end`,
})
const ofCampaign = (name: string): Grouping => ({
  value: `nullif((select x.${name} from campaigns x where x.campaign = f.campaign and f.campaign <> ''), '')`,
})
const FAMILIES = CHANNELS.map((channel) => `when ${quote(channel)} then ${quote(familyOf(channel))}`).join(" ")

const VALUES: Record<ValueDimension, Grouping> = {
  channel: column("channel"),
  ga4_channel: column("ga4_channel"),
  family: { value: `iif(coalesce(f.channel, '') = '', null, case f.channel ${FAMILIES} else 'Other' end)` },
  source: column("source"),
  medium: column("medium"),
  campaign: column("campaign"),
  term: column("term"),
  content: column("content"),
  purpose: ofCampaign("purpose"),
  segment: ofCampaign("segment"),
  offer: ofCampaign("offer"),
  experiment: ofCampaign("experiment"),
  variant: ofCampaign("variant"),
  landing_page: column("landing_page"),
  // A referrer is an origin and a path.
  referrer_host: {
    value:
      "nullif(iif(instr(f.referrer, '://') = 0, '', substr(f.referrer, instr(f.referrer, '://') + 3, instr(substr(f.referrer, instr(f.referrer, '://') + 3) || '/', '/') - 1)), '')",
  },
  country: column("country"),
  region: column("region"),
  city: column("city"),
  device: column("device"),
  browser: column("browser"),
  os: column("os"),
  language: column("language"),
  number: column("number"),
  pool: {
    value: "(select x.name from pools x where x.id = (select y.pool_id from numbers y where y.id = f.number_id))",
  },
  carrier: column("carrier"),
  caller_region: column("caller_region"),
  status: column("status"),
  state: column("state"),
  method: column("method"),
  outcome: column("outcome"),
  tag: { value: "g.value", join: "left join json_each(f.tags) g" },
  first_time: yesNo("f.first_time"),
  agent: { value: "(select x.name from agents x where x.id = f.agent_id)" },
  stage: column("stage"),
  grade: column("grade"),
  origin: column("origin"),
  arm: column("arm"),
  lost_reason: column("lost_reason"),
  product: column("product"),
  cost_kind: column("cost_kind"),
  topic: { value: "t.value", join: "left join json_each(f.topics) t" },
}

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
const DAY = `local / ${DAY_MS}`
/** 1970 began on a Thursday. */
const WEEKDAY = `(${DAY} + 3) % 7`
const toDay = (day: string | number) => new Date(Number(day) * DAY_MS).toISOString().slice(0, 10)

/** Days are counted from 1970; a week is its Monday, a month and a quarter their first day. */
const TIMES: Record<TimeDimension, Grouping> = {
  day: { value: DAY, name: toDay },
  week: { value: `${DAY} - ${WEEKDAY}`, name: toDay },
  month: { value: "strftime('%Y-%m-01', local / 1000, 'unixepoch')" },
  quarter: {
    value:
      "strftime('%Y-', local / 1000, 'unixepoch') || substr('01040710', (strftime('%m', local / 1000, 'unixepoch') - 1) / 3 * 2 + 1, 2) || '-01'",
  },
  weekday: { value: WEEKDAY, name: (weekday) => WEEKDAYS[Number(weekday)] ?? null },
  hour: { value: "local / 3600000 % 24" },
}

/** Whether a dimension is a unit of time. */
export function isTime(dimension: Dimension): dimension is TimeDimension {
  return (TIME_DIMENSIONS as readonly string[]).includes(dimension)
}

/** How a dimension groups the rows of a view, whose moment on the wall is the SQL `local`. */
export function groupingOf(dimension: Dimension, local: string): Grouping {
  if (isTime(dimension)) {
    const { value, name } = TIMES[dimension]
    return { value: value.replaceAll("local", `(${local})`), ...(name ? { name } : {}) }
  }
  return VALUES[dimension]
}

/** How a dimension groups the items of sums of a kind: what was summed by its values is by them already. */
export function groupingOfItems(dimension: ValueDimension, kind: string): Grouping {
  return dimension === kind ? column(dimension) : VALUES[dimension]
}

/** The place of a value in the order of its dimension, where that is not the order of its text. */
export function placeOf(dimension: string, value: string | number | null): string | number | null {
  if (dimension !== "weekday" || value === null) return value
  return WEEKDAYS.indexOf(String(value))
}
