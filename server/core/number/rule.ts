import { eq, sql } from "drizzle-orm"
import type {
  RuleAnswer,
  RuleCondition,
  RuleField,
  RuleFields,
  RulePatch,
  RuleTest,
  RuleTestAnswer,
} from "../../../shared/contract-rules.js"
import { readSource, type Source } from "../../../shared/source.js"
import { numbers, type RuleOutcome, rules } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { type Db, prepareOnce, remember, type Site } from "../store/db.js"
import { decodeId, encodeId } from "../store/id.js"
import { invalid, notFound, Refusal } from "../store/refusal.js"
import { readPhone } from "../value/phone.js"
import { findNumber } from "./number.js"
import { listPools, type PoolRow, readPool } from "./pool.js"

// Who sees what: rules in order, the first that fits a visit decides what a number on the page becomes. Where none fits, the
// first pool of that number serves.

/** A rule as it is stored. */
export type RuleRow = typeof rules.$inferSelect

const RULES = 200

const statements = prepareOnce((db: Db) => {
  const value = sql.placeholder
  return {
    // Of one place, a number that was tied to a source goes before a pool.
    enabled: db
      .select()
      .from(rules)
      .where(sql`${rules.enabled} = 1`)
      .orderBy(sql`${rules.place}, ${rules.outcome} ->> 'show' = 'pool', ${rules.id}`)
      .prepare(),
    number: db
      .select({ id: numbers.id, e164: numbers.e164 })
      .from(numbers)
      .where(
        sql`${numbers.id} = ${value("id")} and ${numbers.state} = 'active' and coalesce(${numbers.valid_from}, 0) <= ${value("now")} and coalesce(${numbers.valid_until}, ${value("now")} + 1) > ${value("now")}`,
      )
      .prepare(),
  }
})

/** What rules know of a visit. */
export interface Guest {
  readonly source: Pick<Source, "channel" | "source" | "medium" | "campaign" | "term" | "content" | "landing_page"> & {
    readonly click_id_kind: string | null
    readonly referrer: string | null
  }
  readonly country: string | null
  readonly region: string | null
  readonly device: string
  readonly language: string | null
  readonly returning: boolean
  /** When the visit began, ms: a visit does not change its number because the hour does. */
  readonly at: number
}

/** What one number on the page becomes for a visit. */
export interface Slot {
  readonly target: string
  /** A number of this pool; or else */
  readonly pool: PoolRow | undefined
  /** this number, tied for good; with neither, the page keeps its own. */
  readonly number: { readonly id: number; readonly e164: string } | undefined
  /** The rule that decided. */
  readonly rule: RuleRow | undefined
}

/** What each number on the page becomes for a guest, asked of only where there are rules at all. */
export function planSlots(site: Site, pools: readonly PoolRow[], guest: () => Guest): Slot[] {
  const all = remember(site, "rules", () => statements(site).enabled.all())
  const plain = pools.map((pool): Slot => ({ target: pool.target, pool, number: undefined, rule: undefined }))
  if (all.length === 0) return plain
  const facts = factsOf(site, guest())
  const targets = new Set([...pools.map(({ target }) => target), ...all.flatMap(({ target }) => target ?? [])])
  return [...targets].flatMap((target): Slot[] => {
    for (const rule of all) {
      if (rule.target !== null && rule.target !== target) continue
      if (!rule.conditions.every((condition) => fits(condition, facts))) continue
      const slot = slotOf(site, rule, target)
      if (slot) return [slot]
    }
    return plain.filter((slot) => slot.target === target)
  })
}

/** A rule whose number is paused or not valid now, or whose pool is gone, does not decide. */
function slotOf(site: Site, rule: RuleRow, target: string): Slot | undefined {
  const { outcome } = rule
  if (outcome.show === "nothing") return { target, pool: undefined, number: undefined, rule }
  if (outcome.show === "number") {
    const number = statements(site).number.all({ id: outcome.number, now: site.now })[0]
    return number && { target, pool: undefined, number, rule }
  }
  const pool = listPools(site).find(({ id }) => id === outcome.pool)
  return pool && { target, pool, number: undefined, rule }
}

type Facts = Readonly<Record<RuleField, string>>

function factsOf(site: Site, { source, country, region, device, language, returning, at }: Guest): Facts {
  const clock = localTime(readSettings(site).timezone, at)
  return {
    channel: fold(source.channel),
    source: fold(source.source),
    medium: fold(source.medium),
    campaign: fold(source.campaign),
    term: fold(source.term),
    content: fold(source.content),
    click_id: fold(source.click_id_kind),
    landing_page: fold(source.landing_page),
    referrer: fold(source.referrer),
    country: fold(country),
    region: fold(region),
    device: fold(device),
    language: fold(language),
    visitor: returning ? "returning" : "first",
    ...clock,
  }
}

/** Whether a condition fits; what is not known is the empty text. */
function fits({ field, match, values, not }: RuleCondition, facts: Facts): boolean {
  const fact = facts[field]
  const some = values.some((value) => {
    const wanted = fold(value)
    if (match === "prefix") return fact.startsWith(wanted)
    return match === "glob" ? fitsGlob(wanted, fact) : fact === wanted
  })
  return some !== not
}

/** `*` stands for any text, `?` for one character. One pass with one step back: never more than the product of the lengths. */
export function fitsGlob(pattern: string, text: string): boolean {
  let at = 0
  let place = 0
  let star = -1
  let resume = 0
  while (at < text.length) {
    if (pattern[place] === "*") {
      star = place++
      resume = at
    } else if (place < pattern.length && (pattern[place] === "?" || pattern[place] === text[at])) {
      place++
      at++
    } else if (star >= 0) {
      place = star + 1
      at = ++resume
    } else return false
  }
  while (pattern[place] === "*") place++
  return place === pattern.length
}

function fold(text: string | null): string {
  return (text ?? "").toLowerCase()
}

const clocks = new Map<string, Intl.DateTimeFormat>()

function localTime(zone: string, at: number): { weekday: string; hour: string } {
  let clock = clocks.get(zone)
  if (!clock) {
    clock = new Intl.DateTimeFormat("en-US", { timeZone: zone, weekday: "short", hour: "numeric", hourCycle: "h23" })
    clocks.set(zone, clock)
  }
  const parts = new Map(clock.formatToParts(at).map(({ type, value }) => [type, value]))
  return { weekday: fold(parts.get("weekday") ?? ""), hour: String(Number(parts.get("hour") ?? 0)) }
}

/** Makes a rule; refuses pools and numbers that the site does not have. */
export function createRule(site: Site, fields: RuleFields): RuleAnswer {
  const count = site.db.select({ count: sql<number>`count(*)` }).from(rules).all()[0]?.count ?? 0
  if (count >= RULES) throw new Refusal("conflict", `a site has at most ${RULES} rules: every visit asks them all`)
  const row: RuleRow = {
    id: site.newId(),
    place: fields.place,
    name: fields.name,
    enabled: fields.enabled,
    conditions: fields.conditions,
    target: readTarget(site, fields.target),
    outcome: readOutcome(site, fields.outcome),
  }
  site.db.insert(rules).values(row).run()
  return describeRule(row)
}

/** Changes the fields that are named. */
export function updateRule(site: Site, id: string, { target, outcome, ...patch }: RulePatch): RuleAnswer {
  const before = findRule(site, id)
  const after = {
    ...before,
    ...(Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as Partial<RuleRow>),
    target: target === undefined ? before.target : readTarget(site, target),
    outcome: outcome === undefined ? before.outcome : readOutcome(site, outcome),
  }
  site.db.update(rules).set(after).where(eq(rules.id, before.id)).run()
  return describeRule(after)
}

export function deleteRule(site: Site, id: string): void {
  site.db
    .delete(rules)
    .where(eq(rules.id, findRule(site, id).id))
    .run()
}

/** The rule with this public id; refuses for any other. */
export function findRule(site: Site, id: string): RuleRow {
  const key = decodeId("rule", id)
  const row = key && site.db.select().from(rules).where(eq(rules.id, key.id)).all()[0]
  if (!row) throw notFound("rule")
  return row
}

/** All rules in the order they are asked. */
export function listRules(site: Site): RuleAnswer[] {
  return allRules(site).map(describeRule)
}

function allRules(site: Site): RuleRow[] {
  return site.db
    .select()
    .from(rules)
    .orderBy(sql`${rules.place}, ${rules.outcome} ->> 'show' = 'pool', ${rules.id}`)
    .all()
}

/** A rule in the public shape. */
export function describeRule({ id, outcome, ...row }: RuleRow): RuleAnswer {
  return { ...row, id: encodeId("rule", id), outcome: describeOutcome(outcome) }
}

/** Which rule a made-up visit would meet, and what speaks for and against each. Nothing is lent or recorded. */
export function testRules(site: Site, test: RuleTest): RuleTestAnswer {
  const { domains } = readSettings(site)
  const guest: Guest = {
    source: readSource({ url: test.url, referrer: test.referrer, domains }),
    country: test.country ?? null,
    region: test.region ?? null,
    device: test.device,
    language: test.language ?? null,
    returning: test.visitor === "returning",
    at: test.at === undefined ? site.now : Date.parse(test.at),
  }
  const facts = factsOf(site, guest)
  const pools = firstOfTarget(listPools(site))
  return {
    targets: planSlots(site, pools, () => guest).map(({ target, pool, number, rule }) => ({
      target,
      rule: rule ? encodeId("rule", rule.id) : null,
      outcome: pool
        ? { show: "pool", pool: encodeId("pool", pool.id) }
        : number
          ? { show: "number", number: encodeId("num", number.id) }
          : { show: "nothing" },
    })),
    rules: allRules(site).map((rule) => ({
      rule: encodeId("rule", rule.id),
      name: rule.name,
      fits: rule.enabled && rule.conditions.every((condition) => fits(condition, facts)),
      why: [
        ...(rule.enabled ? [] : ["the rule is switched off"]),
        ...rule.conditions.map((condition) => explain(condition, facts)),
        ...(rule.conditions.length === 0 ? ["it has no conditions and fits every visit"] : []),
      ],
    })),
  }
}

/** The first pool of each target: one number on the page has one answer. */
export function firstOfTarget(pools: readonly PoolRow[]): PoolRow[] {
  const targets = new Set<string>()
  return pools.filter(({ target }) => !targets.has(target) && targets.add(target))
}

const VERBS: Readonly<Record<RuleCondition["match"], string>> = {
  exact: "one of",
  prefix: "text beginning with one of",
  glob: "text like one of",
}

function explain(condition: RuleCondition, facts: Facts): string {
  const { field, match, values, not } = condition
  const fact = facts[field] === "" ? "not known" : `"${facts[field]}"`
  const verb = VERBS[match]
  const wanted = `${not ? "anything but " : ""}${verb} ${values.map((value) => `"${value}"`).join(", ")}`
  return `${field} is ${fact}; wanted is ${wanted}: ${fits(condition, facts) ? "fits" : "does not fit"}`
}

function readTarget(site: Site, text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null
  const target = readPhone(text, readSettings(site).country)
  if (target === undefined) throw invalid("target", "must be a phone number, best in E.164: +15551230199")
  return target
}

function readOutcome(site: Site, outcome: RuleFields["outcome"]): RuleOutcome {
  if (outcome.show === "pool") return { show: "pool", pool: readPool(site, outcome.pool).id }
  if (outcome.show === "nothing") return { show: "nothing" }
  const number = findNumber(site, outcome.number)
  if (number.kind !== "static") throw invalid("outcome.number", "is a pool's number: a rule shows a static one")
  return { show: "number", number: number.id }
}

function describeOutcome(outcome: RuleOutcome): RuleAnswer["outcome"] {
  if (outcome.show === "pool") return { show: "pool", pool: encodeId("pool", outcome.pool) }
  if (outcome.show === "number") return { show: "number", number: encodeId("num", outcome.number) }
  return { show: "nothing" }
}
