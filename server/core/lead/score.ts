import { sql } from "drizzle-orm"
import type { LeadSettings, ScoreRule } from "../../../shared/contract-leads.js"
import { phoneKey } from "../person/person.js"
import type { leads } from "../schema/schema.js"
import type { Site } from "../store/db.js"
import { fromMinor } from "../value/money.js"
import { readLeadSettings } from "./lead-settings.js"

type LeadRow = typeof leads.$inferSelect
type Facts = Partial<Record<ScoreRule["field"], string | number | readonly string[] | null>>

/** A lead's points and the best grade that they reach; '' where no grade begins so low. */
export interface Score {
  readonly score: number
  readonly grade: string
}

/** What a lead did, which costs queries to know. */
const DEEDS = new Set<ScoreRule["field"]>(["calls", "visits", "pages", "taps", "forms", "events", "event"])

/** The points of a lead by the site's rules: the sum of those that fit. */
export function scoreLead(site: Site, lead: LeadRow): Score {
  const settings = readLeadSettings(site)
  if (settings.score.length === 0 && settings.grades.length === 0) return { score: 0, grade: "" }
  const asked = new Set(settings.score.map(({ field }) => field))
  return gradeOf(settings, factsOf(site, lead, asked))
}

/** Points and grade out of what is known, without a database. */
export function gradeOf({ score: rules, grades }: Pick<LeadSettings, "score" | "grades">, facts: Facts): Score {
  const score = rules.reduce((sum, rule) => sum + (fits(rule, facts[rule.field]) ? rule.points : 0), 0)
  const best = [...grades].sort((a, b) => b.from - a.from).find(({ from }) => score >= from)
  return { score, grade: best?.grade ?? "" }
}

function fits({ match, values }: ScoreRule, fact: Facts[ScoreRule["field"]]): boolean {
  if (fact === null || fact === undefined || fact === "") return false
  const known = Array.isArray(fact) ? fact : [fact]
  if (match === "known") return known.length > 0 && fact !== 0
  if (match === "at_least") return typeof fact === "number" && values.some((value) => fact >= Number(value))
  const wanted = values.map((value) => String(value).toLowerCase())
  const texts = known.map((one: string | number) => String(one).toLowerCase())
  return match === "is"
    ? texts.some((text) => wanted.includes(text))
    : texts.some((text) => wanted.some((value) => value !== "" && text.includes(value)))
}

function factsOf(site: Site, lead: LeadRow, asked: ReadonlySet<ScoreRule["field"]>): Facts {
  const { origin, city, company, position, product, name, phone, email } = lead
  return {
    ...{ origin, city, company, position, product, name, phone, email },
    tag: lead.tags,
    amount: lead.amount === null ? null : fromMinor(lead.amount, lead.currency),
    qualified: lead.qualified ? 1 : 0,
    ...sourceFacts(site, lead.source_id),
    ...callFacts(site, lead.call_id),
    ...([...asked].some((field) => DEEDS.has(field)) ? deedsOf(site, lead) : {}),
  }
}

function sourceFacts(site: Site, source: number | null): Facts {
  if (source === null) return {}
  return site.db.all<Facts>(sql`select channel, source, medium, campaign from sources where id = ${source}`)[0] ?? {}
}

function callFacts(site: Site, call: number | null): Facts {
  return call === null ? {} : (site.db.all<Facts>(sql`select talk_s, digits from calls where id = ${call}`)[0] ?? {})
}

/** What his visitor and his number did so far; each count stops at 1,000, which no rule needs to tell apart. */
function deedsOf(site: Site, { visitor_id, phone }: LeadRow): Facts {
  const row = site.db.all<
    Record<"calls" | "visits" | "pages" | "taps" | "forms" | "events", number> & { event: string }
  >(sql`
    with mine as materialized (
      select id, pages from visits where visitor_id = ${visitor_id} union select id, pages from visits where id = ${visitor_id} limit 1000
    ), deeds as materialized (
      select e.kind, e.data ->> 'name' as name from mine join visit_events e on e.visit_id = mine.id limit 10000
    )
    select (select count(*) from (select 1 from calls where from_e164 = ${phone === null ? null : phoneKey(site, phone)} limit 1000)) as calls,
      (select count(*) from mine) as visits, (select coalesce(sum(pages), 0) from mine) as pages,
      (select count(*) from deeds where kind = 'tap') as taps, (select count(*) from deeds where kind = 'form') as forms,
      (select count(*) from deeds where kind = 'event') as events,
      (select json_group_array(distinct name) from deeds where kind = 'event' and name is not null) as event`)[0]
  return row ? { ...row, event: JSON.parse(row.event) as string[] } : {}
}
