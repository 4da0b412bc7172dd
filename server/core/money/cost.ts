import { and, desc, eq, getTableColumns, type SQL, sql } from "drizzle-orm"
import { addDays } from "../../../shared/calendar.js"
import type { SourceFields } from "../../../shared/contract.js"
import type { CostAnswer, CostDaysAnswer, CostFields, CostPatch, CostsQuery } from "../../../shared/contract-costs.js"
import { sourceFromFields } from "../../../shared/source.js"
import { findNumberByPhone, type NumberRow } from "../number/number.js"
import { costDays, costs, numbers, sources } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { internSource, type SourceParts } from "../source/source.js"
import { sourceFilter } from "../source/source-filter.js"
import { decodeCursor, type Page, pageOf } from "../store/cursor.js"
import { type Db, excludedOf, prepareOnce, type Site } from "../store/db.js"
import { decodeId, encodeId } from "../store/id.js"
import { type Fault, gather, invalid, notFound, refuseFaults } from "../store/refusal.js"
import { divideEvenly, type Spread } from "../value/allocation.js"
import { fromMinor, toMinor } from "../value/money.js"
import { readPhone } from "../value/phone.js"
import { inSiteCurrency, rateOf, warnWithoutRate } from "./rate.js"

/** A cost as it is stored. */
export type CostRow = typeof costs.$inferSelect

/** Days that one cost may cover: three years. */
const COST_DAYS = 1096
/** Days that the costs of one request may cover together, each being a row. */
const REQUEST_DAYS = 20_000

const SOURCE_FIELDS = ["channel", "source", "medium", "campaign", "term", "content"] as const

const COLUMNS = Object.values(getTableColumns(costs)).map(({ name }) => name)

const statements = prepareOnce((db: Db) => {
  const value = sql.placeholder
  return {
    byKey: db
      .select()
      .from(costs)
      .where(eq(costs.external_id, value("external_id")))
      .prepare(),
    source: db
      .select()
      .from(sources)
      .where(eq(sources.id, value("id")))
      .prepare(),
    putMany: db
      .insert(costs)
      .select(
        sql`select ${sql.join(
          COLUMNS.map((name) => sql`r.value ->> ${sql.raw(`'${name}'`)}`),
          sql`, `,
        )} from json_each(${value("rows")}) r where true`,
      )
      .onConflictDoUpdate({ target: costs.id, set: excludedOf(costs) })
      .prepare(),
    dropDays: db
      .delete(costDays)
      .where(sql`(day, cost_id) in (select d.value ->> 0, d.value ->> 1 from json_each(${value("days")}) d)`)
      .prepare(),
    drop: db
      .delete(costs)
      .where(sql`id in (select value from json_each(${value("ids")}))`)
      .prepare(),
    addDays: db
      .insert(costDays)
      .select(
        sql`select d.value ->> 0, d.value ->> 1, d.value ->> 2, d.value ->> 3, d.value ->> 4 from json_each(${value("parts")}) d`,
      )
      .prepare(),
  }
})

/**
 * Money that went out, all or none. A cost that is known by its `external_id` is renewed: what the request names changes.
 * Each fault is named below `path(index)`.
 */
export function putCosts(site: Site, rows: readonly CostFields[], path: (index: number) => string): CostRow[] {
  const faults: Fault[] = []
  const seen = new Set<string>()
  const planned = rows.map((row, index) => {
    const key = row.external_id ?? undefined
    if (key !== undefined && seen.has(key))
      faults.push({ path: `${path(index)}external_id`, message: "stands twice in this request" })
    if (key !== undefined) seen.add(key)
    const before = key === undefined ? undefined : statements(site).byKey.all({ external_id: key })[0]
    return gather(faults, () => ({ before, after: planCost(site, before, row, path(index)) }))
  })
  refuseFaults(faults)
  const days = planned.reduce((sum, plan) => sum + (plan ? lengthOf(plan.after) : 0), 0)
  if (days > REQUEST_DAYS)
    throw invalid("", `the costs cover ${days} days together, ${REQUEST_DAYS} are possible in one request: send fewer`)
  return planned.flatMap((plan) => (plan ? [storeCost(site, plan.before, plan.after)] : []))
}

/** Changes what is named. */
export function updateCost(site: Site, id: string, patch: CostPatch): CostRow {
  const before = findCost(site, id)
  return storeCost(site, before, planCost(site, before, patch, ""))
}

/** Takes a cost back. */
export function deleteCost(site: Site, id: string): void {
  removeCosts(site, [findCost(site, id)])
}

/** The cost with this public id; refuses for any other. */
export function findCost(site: Site, id: string): CostRow {
  const key = decodeId("cost", id)
  const row = key && site.db.select().from(costs).where(eq(costs.id, key.id)).all()[0]
  if (!row) throw notFound("cost")
  return row
}

/** Costs that have a day in the span asked for, latest first. */
export function listCosts(site: Site, query: CostsQuery): Page<CostAnswer> {
  const where: SQL[] = sourceFilter(query)
  if (query.from !== undefined && query.to !== undefined && query.from > query.to)
    throw invalid("from", `must not be after to (${query.to})`)
  if (query.from !== undefined) where.push(sql`${costs.to_day} >= ${query.from}`)
  if (query.to !== undefined) where.push(sql`${costs.from_day} <= ${query.to}`)
  if (query.kind !== undefined) where.push(eq(costs.kind, query.kind))
  if (query.external_id !== undefined) where.push(eq(costs.external_id, query.external_id))
  if (query.number !== undefined) where.push(eq(costs.number_id, numberNamed(site, query.number, "number").id))
  if (query.import !== undefined) where.push(eq(costs.import_id, decodeId("import", query.import)?.id ?? -1))
  if (query.cursor !== undefined) {
    const [day = 0, id = 0] = decodeCursor(query.cursor, 2)
    where.push(sql`(${costs.from_day}, ${costs.id}) < (${dayOfNumber(day)}, ${id})`)
  }
  const rows = select(site.db)
    .where(and(...where))
    .orderBy(desc(costs.from_day), desc(costs.id))
    .limit(query.limit + 1)
    .all()
  return pageOf(rows, query.limit, ({ cost }) => [numberOfDay(cost.from_day), cost.id], describer(site))
}

/** One cost in the public shape. */
export function describeCost(site: Site, { id }: Pick<CostRow, "id">): CostAnswer {
  return select(site.db).where(eq(costs.id, id)).all().map(describer(site))[0] as CostAnswer
}

/** One cost with its part of each of its days. */
export function describeCostDays(site: Site, cost: CostRow): CostDaysAnswer {
  const { currency } = readSettings(site)
  const days = site.db
    .select()
    .from(costDays)
    .where(daysIn(cost))
    .orderBy(costDays.day)
    .all()
    .map(({ day, site_amount, clicks, impressions }) => ({
      day,
      site_amount: cost.site_amount === null ? null : fromMinor(site_amount, currency),
      clicks,
      impressions,
    }))
  return { ...describeCost(site, cost), days }
}

/** Converts anew the costs of a currency that have no rate of their own, from a day on; says how many changed. */
export function restateCosts(site: Site, currency: string, from: string): number {
  const rows = site.db
    .select()
    .from(costs)
    .where(sql`${costs.from_day} >= ${from} and ${costs.currency} = ${currency} and ${costs.rate} is null`)
    .all()
  const changed = rows.flatMap((row) => {
    const site_amount = inSiteCurrency(site, row.amount, row, row.from_day, "rate")
    return site_amount === row.site_amount ? [] : [{ before: row, after: { ...row, site_amount } }]
  })
  for (const { before, after } of changed) storeCost(site, before, after)
  return changed.length
}

/** Writes a cost and its days anew. */
export function storeCost(site: Site, before: CostRow | undefined, after: CostRow): CostRow {
  if (before) removeDays(site, before)
  storeCosts(site, [after])
  return after
}

/** Costs written by one statement: an import has thousands. */
const BATCH = 500

/**
 * The only place, with `removeCosts`, that writes costs and their days: the parts of the days sum to the cost exactly. Days of
 * before are gone already.
 */
export function storeCosts(site: Site, rows: readonly CostRow[]): void {
  const { putMany, addDays } = statements(site)
  for (let start = 0; start < rows.length; start += BATCH) {
    const batch = rows.slice(start, start + BATCH)
    putMany.run({ rows: JSON.stringify(batch) })
    addDays.run({ parts: JSON.stringify(batch.flatMap(partsOf)) })
  }
}

function partsOf(cost: CostRow): [day: string, cost: number, amount: number, clicks: number, impressions: number][] {
  const days = daysOfCost(cost)
  const amounts = divideEvenly(cost.site_amount ?? 0, days.length)
  const clicks = divideEvenly(cost.clicks ?? 0, days.length)
  const impressions = divideEvenly(cost.impressions ?? 0, days.length)
  return days.map((day, index) => [day, cost.id, amounts[index] ?? 0, clicks[index] ?? 0, impressions[index] ?? 0])
}

/** Takes costs and their days away. */
export function removeCosts(site: Site, rows: readonly CostRow[]): void {
  const { dropDays, drop } = statements(site)
  for (let start = 0; start < rows.length; start += BATCH) {
    const batch = rows.slice(start, start + BATCH)
    dropDays.run({ days: JSON.stringify(batch.flatMap((cost) => daysOfCost(cost).map((day) => [day, cost.id]))) })
    drop.run({ ids: JSON.stringify(batch.map(({ id }) => id)) })
  }
}

/** The dictionary's row for what a cost was spent on; a cost that names no channel, source or medium has none of them. */
export function internCostSource(site: Site, fields: SourceFields): number {
  return internSource(site, sourceOfCost(fields))
}

/** What a cost was spent on: derived as visits' sources are, so that the two meet in reports. */
export function sourceOfCost(fields: SourceFields): SourceParts {
  const named = Object.fromEntries(
    SOURCE_FIELDS.flatMap((name) => (fields[name]?.trim() ? [[name, fields[name]]] : [])),
  ) as SourceFields
  if (named.channel || named.source || named.medium) return sourceFromFields(named)
  return {
    channel: "",
    ga4_channel: "",
    source: "",
    medium: "",
    campaign: named.campaign?.trim() ?? null,
    term: named.term?.trim() ?? null,
    content: named.content?.trim() ?? null,
  }
}

function planCost(
  site: Site,
  before: CostRow | undefined,
  fields: CostPatch & { external_id?: string | null | undefined },
  path: string,
): CostRow {
  const settings = readSettings(site)
  const faults: Fault[] = []
  const currency = fields.currency ?? before?.currency ?? settings.currency
  if (before && currency !== before.currency && fields.amount === undefined)
    throw invalid(`${path}currency`, "changes only together with amount")
  const amount = gather(faults, () =>
    fields.amount === undefined ? undefined : toMinor(fields.amount, currency, `${path}amount`),
  )
  const from_day = fields.from ?? before?.from_day ?? ""
  const to_day = fields.to ?? (fields.from === undefined ? (before?.to_day ?? from_day) : from_day)
  if (from_day > to_day) faults.push({ path: `${path}from`, message: `must not be after to (${to_day})` })
  else if (lengthOf({ from_day, to_day }) > COST_DAYS)
    faults.push({ path: `${path}to`, message: `a cost covers ${COST_DAYS} days at most` })
  if (fields.rate != null && currency === settings.currency && fields.rate !== 1)
    faults.push({ path: `${path}rate`, message: `${currency} is the site's own currency: its rate is 1` })
  const number = gather(faults, () =>
    fields.number == null ? undefined : numberNamed(site, fields.number, `${path}number`),
  )
  refuseFaults(faults)
  const row: CostRow = {
    id: before?.id ?? site.newId(),
    external_id: fields.external_id ?? before?.external_id ?? null,
    kind: fields.kind ?? before?.kind ?? "other",
    amount: amount ?? before?.amount ?? 0,
    currency,
    rate: fields.rate === undefined ? (before?.rate ?? null) : currency === settings.currency ? null : fields.rate,
    site_amount: null,
    from_day,
    to_day,
    source_id: sourceOf(site, before, fields, number),
    number_id: fields.number === undefined ? (before?.number_id ?? null) : (number?.id ?? null),
    spread: fields.spread === undefined ? (before?.spread ?? "") : (fields.spread ?? ""),
    clicks: fields.clicks === undefined ? (before?.clicks ?? null) : fields.clicks,
    impressions: fields.impressions === undefined ? (before?.impressions ?? null) : fields.impressions,
    notes: fields.notes === undefined ? (before?.notes ?? null) : fields.notes,
    import_id: before?.import_id ?? null,
    created_at: before?.created_at ?? site.now,
    updated_at: site.now,
    account: fields.account ?? before?.account ?? "",
  }
  return { ...row, site_amount: inSiteCurrency(site, row.amount, row, from_day, `${path}amount`) }
}

/** Fields that are named overlay those from before; a number without any lends its own source. */
function sourceOf(site: Site, before: CostRow | undefined, fields: CostPatch, number: NumberRow | undefined): number {
  const named = SOURCE_FIELDS.some((name) => fields[name] !== undefined)
  if (!named && number?.source_id != null) return number.source_id
  if (!named && before) return before.source_id
  const known = before && statements(site).source.all({ id: before.source_id })[0]
  const pick = (name: (typeof SOURCE_FIELDS)[number]) => fields[name] ?? known?.[name] ?? ""
  return internCostSource(site, Object.fromEntries(SOURCE_FIELDS.map((name) => [name, pick(name)])) as SourceFields)
}

function numberNamed(site: Site, text: string, path: string): NumberRow {
  const key = decodeId("num", text)
  const e164 = key ? undefined : readPhone(text, readSettings(site).country)
  const row = key
    ? site.db.select().from(numbers).where(eq(numbers.id, key.id)).all()[0]
    : e164 && findNumberByPhone(site, e164)
  if (!row) throw invalid(path, "is no number of this site")
  return row
}

type Days = Pick<CostRow, "from_day" | "to_day">

function lengthOf({ from_day, to_day }: Days): number {
  return Math.round((Date.parse(to_day) - Date.parse(from_day)) / 86_400_000) + 1
}

function daysOfCost(cost: Days): string[] {
  return Array.from({ length: lengthOf(cost) }, (_, index) => addDays(cost.from_day, index))
}

/** The rows of a cost's days by their whole key: there are as many costs a day as an import brought. */
function daysIn(cost: CostRow): SQL {
  return sql`${costDays.day} in (select value from json_each(${JSON.stringify(daysOfCost(cost))})) and ${costDays.cost_id} = ${cost.id}`
}

function removeDays(site: Site, cost: CostRow): void {
  site.db.delete(costDays).where(daysIn(cost)).run()
}

const numberOfDay = (day: string) => Number(day.replaceAll("-", ""))
const dayOfNumber = (number: number) =>
  String(number)
    .padStart(8, "0")
    .replace(/(\d{4})(\d\d)(\d\d)/, "$1-$2-$3")

function select(db: Db) {
  return db.select({ cost: costs, source: sources }).from(costs).innerJoin(sources, eq(sources.id, costs.source_id))
}

type Row = ReturnType<ReturnType<typeof select>["all"]>[number]

function describer(site: Site): (row: Row) => CostAnswer {
  const { currency } = readSettings(site)
  return ({ cost, source }) => ({
    id: encodeId("cost", cost.id),
    external_id: cost.external_id,
    kind: cost.kind as CostAnswer["kind"],
    amount: fromMinor(cost.amount, cost.currency),
    currency: cost.currency,
    rate: rateOf(site, cost, cost.from_day),
    site_amount: cost.site_amount === null ? null : fromMinor(cost.site_amount, currency),
    site_currency: currency,
    from: cost.from_day,
    to: cost.to_day,
    channel: source.channel || null,
    source: source.source || null,
    medium: source.medium || null,
    campaign: source.campaign || null,
    term: source.term || null,
    content: source.content || null,
    number: cost.number_id === null ? null : encodeId("num", cost.number_id),
    spread: (cost.spread || null) as CostAnswer["spread"],
    clicks: cost.clicks,
    impressions: cost.impressions,
    account: cost.account || null,
    notes: cost.notes,
    import: cost.import_id === null ? null : encodeId("import", cost.import_id),
    warning: cost.site_amount === null ? warnWithoutRate(cost.currency, cost.from_day) : null,
    updated_at: new Date(cost.updated_at).toISOString(),
  })
}

/** How a stored cost is shared. */
export function spreadOf({ spread }: Pick<CostRow, "spread">): Spread {
  return spread === "share" || spread === "calls" || spread === "talk" ? spread : ""
}
