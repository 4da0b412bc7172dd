import { and, desc, eq, lt, sql } from "drizzle-orm"
import { addDays } from "../../../shared/calendar.js"
import type { SourceFields } from "../../../shared/contract.js"
import type { CostImportAnswer, CostImportFile, CostImportQuery, ImportAnswer } from "../../../shared/contract-costs.js"
import { COST_KINDS, type CostKind } from "../../../shared/spend.js"
import { costs, imports, sources } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { internSource, type SourceParts } from "../source/source.js"
import { decodeCursor, type Page, pageOf } from "../store/cursor.js"
import type { Site } from "../store/db.js"
import { decodeId, encodeId } from "../store/id.js"
import { invalid, notFound, Refusal } from "../store/refusal.js"
import { decimalsOf, fromMinor } from "../value/money.js"
import { type CostRow, removeCosts, sourceOfCost, storeCosts } from "./cost.js"
import { inSiteCurrency, rateOf } from "./rate.js"
import { SPEND_FORMATS } from "./spend-format.js"
import { readSpend, type SpendFault, type SpendRow } from "./spend-table.js"

/** Costs and days of costs that one file may make, each being a row: nobody else is served while they are written. */
const COSTS = 10_000
const DAYS = 20_000
/** Rows that an answer shows. */
const SHOWN = 100
const PREVIEW = 10
const SOURCE_FIELDS = ["channel", "source", "medium", "campaign", "term", "content"] as const

/** One cost to be: the rows of the same days, source, currency and account together. */
interface Spend {
  readonly row: number
  readonly from_day: string
  readonly to_day: string
  readonly kind: CostKind
  readonly currency: string
  readonly account: string
  readonly source: SourceParts
  readonly notes: string | null
  amount: number
  clicks: number | null
  impressions: number | null
}

/**
 * Ad spending out of a platform's export, all or none. The very same file is imported once (`digest` says which it is); days of
 * a campaign that an earlier import brought are replaced, not added to, so exports may overlap. A dry run stores nothing and
 * says what would come of it.
 */
export function importSpend(
  site: Site,
  query: CostImportQuery,
  file: CostImportFile,
  digest: string,
): CostImportAnswer {
  const dry = query.dry_run === "true"
  const table = readSpend(file.lines, query)
  const faults = [...table.faults]
  const warnings: string[] = []
  const spends = mergeRows(site, query, table.rows, faults, warnings)
  const replaced = faults.length > 0 ? [] : findReplaced(site, spends, faults)
  refuseTooMany(spends)
  const shown: Omit<CostImportAnswer, "id" | "repeated"> = {
    format: query.format,
    encoding: file.encoding,
    header_row: table.header_row,
    columns: table.columns,
    rows: table.rows.length,
    costs: spends.length,
    replaced: replaced.length,
    from: spends.map((spend) => spend.from_day).sort()[0] ?? null,
    to:
      spends
        .map((spend) => spend.to_day)
        .sort()
        .at(-1) ?? null,
    totals: sumUp(spends),
    preview: spends.slice(0, PREVIEW).map(describeSpend),
    skipped: table.skipped.slice(0, SHOWN),
    faults: faults.slice(0, SHOWN),
    warnings,
  }
  const before = findRepeated(site, digest)
  if (dry) return { id: null, repeated: before !== undefined, ...shown }
  if (before === undefined) forgetEmpty(site, digest)
  if (before !== undefined) return { id: encodeId("import", before), repeated: true, ...shown, replaced: 0 }
  if (faults.length > 0) throw refuseFile(faults)
  if (spends.length === 0) throw invalid("", "the file has no row of spending")
  removeCosts(site, replaced)
  const id = site.newId()
  site.db
    .insert(imports)
    .values({ id, kind: "costs", format: query.format, digest, rows: table.rows.length, created_at: site.now })
    .run()
  storeCosts(site, spends.map(costFrom(site, id)))
  return { id: encodeId("import", id), repeated: false, ...shown }
}

/** Imports, latest first. */
export function listImports(site: Site, query: { limit: number; cursor?: string | undefined }): Page<ImportAnswer> {
  const before = query.cursor === undefined ? undefined : lt(imports.id, decodeCursor(query.cursor, 1)[0] ?? 0)
  const rows = site.db
    .select({ row: imports, costs: sql<number>`(select count(*) from costs c where c.import_id = imports.id)` })
    .from(imports)
    .where(and(eq(imports.kind, "costs"), before))
    .orderBy(desc(imports.id))
    .limit(query.limit + 1)
    .all()
  return pageOf(
    rows,
    query.limit,
    ({ row }) => [row.id],
    ({ row, costs }) => ({
      id: encodeId("import", row.id),
      format: row.format,
      rows: row.rows,
      costs,
      created_at: new Date(row.created_at).toISOString(),
    }),
  )
}

/** Takes an import back, with all costs that are still there of it; the same file may come again. */
export function deleteImport(site: Site, id: string): void {
  const key = decodeId("import", id)
  const gone = key
    ? site.db
        .delete(imports)
        .where(and(eq(imports.id, key.id), eq(imports.kind, "costs")))
        .returning({ id: imports.id })
        .all()
    : []
  if (gone.length === 0 || !key) throw notFound("import")
  removeCosts(site, site.db.select().from(costs).where(eq(costs.import_id, key.id)).all())
}

function mergeRows(
  site: Site,
  query: CostImportQuery,
  rows: readonly SpendRow[],
  faults: SpendFault[],
  warnings: string[],
): Spend[] {
  const settings = readSettings(site)
  const merged = new Map<string, Spend>()
  const base = { ...SPEND_FORMATS[query.format].source, ...given(query) }
  const sourceFor = rememberBy(
    (fields: SourceFields) => JSON.stringify(SOURCE_FIELDS.map((name) => fields[name])),
    sourceOfCost,
  )
  let rounded = 0
  for (const row of rows) {
    const currency = row.currency ?? query.currency ?? settings.currency
    const kind = (row.texts.kind ?? query.kind ?? "ads") as CostKind
    if (!COST_KINDS.includes(kind)) {
      faults.push({
        row: row.row,
        column: "kind",
        message: `must be one of ${COST_KINDS.join(", ")}`,
        value: kind.slice(0, 40),
      })
      continue
    }
    const exact = row.amount.split(".")[1]?.replace(/0+$/, "") ?? ""
    if (exact.length > decimalsOf(currency)) rounded++
    const amount = minorOf(row, currency, faults)
    if (amount === undefined) continue
    const source = sourceFor({ ...base, ...row.texts })
    const account = row.texts.account ?? query.account ?? ""
    const key = JSON.stringify([
      row.from,
      row.to,
      kind,
      currency,
      account,
      ...partsOf(source),
      source.term,
      source.content,
    ])
    const known = merged.get(key)
    if (known) {
      known.amount += amount
      known.clicks = add(known.clicks, row.clicks)
      known.impressions = add(known.impressions, row.impressions)
    } else
      merged.set(key, {
        row: row.row,
        from_day: row.from,
        to_day: row.to,
        kind,
        currency,
        account,
        source,
        notes: row.texts.notes ?? null,
        amount,
        clicks: row.clicks,
        impressions: row.impressions,
      })
  }
  if (rounded > 0) warnings.push(`${rounded} amounts have more places than their currency and were rounded`)
  const spends = [...merged.values()]
  const isRated = rememberBy(
    ({ currency, from_day }: Spend) => `${currency} ${from_day}`,
    ({ currency, from_day }) => rateOf(site, { currency, rate: null }, from_day) !== null,
  )
  const unrated = spends.filter((spend) => !isRated(spend))
  for (const code of new Set(unrated.map((spend) => spend.currency))) {
    const days = unrated.filter(({ currency }) => currency === code).map(({ from_day }) => from_day)
    warnings.push(
      `there is no rate for ${code} on ${days.sort()[0]}: no sum counts these costs until PUT .../rates says one`,
    )
  }
  return spends
}

/** Rounded to the currency's minor unit: platforms reckon in millionths. */
function minorOf({ row, amount }: SpendRow, currency: string, faults: SpendFault[]): number | undefined {
  const places = decimalsOf(currency)
  const [whole = "0", fraction = ""] = amount.replace("-", "").split(".")
  const minor =
    Number(whole + fraction.slice(0, places).padEnd(places, "0")) + (Number(fraction[places] ?? 0) >= 5 ? 1 : 0)
  if (whole.length <= 12 && Number.isSafeInteger(minor)) return amount.startsWith("-") ? -minor || 0 : minor
  faults.push({ row, column: "cost", message: "is too large an amount", value: amount.slice(0, 40) })
  return undefined
}

function given({ channel, source, medium, campaign, term, content }: CostImportQuery) {
  const fields = { channel, source, medium, campaign, term, content }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

const partsOf = ({ channel, source, medium, campaign }: SourceParts) => [channel, source, medium, campaign ?? ""]
const add = (one: number | null, other: number | null) =>
  one === null && other === null ? null : (one ?? 0) + (other ?? 0)
const groupOf = (kind: string, account: string, source: SourceParts) =>
  JSON.stringify([kind, account, ...partsOf(source)])

/**
 * The costs of earlier imports that a file brings anew: same kind, account, channel, source, medium and campaign, on days that
 * the file has. A sum over days of which the file has only some can be neither kept nor replaced: that is a fault.
 */
function findReplaced(site: Site, spends: readonly Spend[], faults: SpendFault[]): CostRow[] {
  const groups = new Map<string, { row: number; days: Set<string> }>()
  for (const spend of spends) {
    const key = groupOf(spend.kind, spend.account, spend.source)
    const group = groups.get(key) ?? { row: spend.row, days: new Set<string>() }
    for (const day of daysOf(spend)) group.days.add(day)
    groups.set(key, group)
  }
  const from = spends.reduce((first, { from_day }) => (from_day < first ? from_day : first), "9999-12-31")
  const to = spends.reduce((last, { to_day }) => (to_day > last ? to_day : last), "")
  const earlier = site.db
    .select({ cost: costs, source: sources })
    .from(costs)
    .innerJoin(sources, eq(sources.id, costs.source_id))
    .where(sql`${costs.from_day} <= ${to} and ${costs.to_day} >= ${from} and ${costs.import_id} is not null`)
    .all()
  return earlier.flatMap(({ cost, source }) => {
    const group = groups.get(groupOf(cost.kind, cost.account, source))
    const days = group ? daysOf(cost) : []
    const known = days.filter((day) => group?.days.has(day))
    if (!group || known.length === 0) return []
    if (known.length === days.length) return [cost]
    const span = `${cost.from_day} to ${cost.to_day}`
    const message = `an earlier import has the days ${span} of this campaign as one sum: export all of them, or delete ${encodeId("import", cost.import_id ?? 0)}`
    faults.push({ row: group.row, column: "date", message, value: known[0] ?? "" })
    return []
  })
}

function daysOf({ from_day, to_day }: Pick<Spend, "from_day" | "to_day">): string[] {
  const days = [from_day]
  for (let day = from_day; day < to_day && days.length <= DAYS; ) {
    day = addDays(day, 1)
    days.push(day)
  }
  return days
}

function refuseTooMany(spends: readonly Spend[]): void {
  const days = spends.reduce(
    (sum, { from_day, to_day }) => sum + Math.round((Date.parse(to_day) - Date.parse(from_day)) / 86_400_000) + 1,
    0,
  )
  if (spends.length > COSTS || days > DAYS)
    throw invalid(
      "",
      `the file makes ${spends.length} costs over ${days} days, ${COSTS} and ${DAYS} are possible: split it`,
    )
}

/** The import of this very file, if any of its costs is still there. */
function findRepeated(site: Site, digest: string): number | undefined {
  return site.db
    .select({ id: imports.id })
    .from(imports)
    .where(
      sql`${imports.kind} = 'costs' and ${imports.digest} = ${digest} and exists (select 1 from costs c where c.import_id = ${imports.id})`,
    )
    .all()[0]?.id
}

/** An import without any cost left is forgotten, so that its file may come again. */
function forgetEmpty(site: Site, digest: string): void {
  site.db
    .delete(imports)
    .where(and(eq(imports.kind, "costs"), eq(imports.digest, digest)))
    .run()
}

function refuseFile(faults: readonly SpendFault[]): Refusal {
  return new Refusal(
    "invalid",
    `${faults.length} cells of the file cannot be read; nothing was imported`,
    faults.map(({ row, column, message, value }) => ({
      path: `row ${row}, ${column}`,
      message: value === "" ? message : `${message}: ${JSON.stringify(value)}`,
    })),
  )
}

/** A function that works each of its answers out once. */
function rememberBy<Input, Output>(keyOf: (input: Input) => string, work: (input: Input) => Output) {
  const known = new Map<string, Output>()
  return (input: Input): Output => {
    const key = keyOf(input)
    const found = known.get(key)
    if (found !== undefined) return found
    const made = work(input)
    known.set(key, made)
    return made
  }
}

function costFrom(site: Site, import_id: number): (spend: Spend) => CostRow {
  const intern = rememberBy(
    (source: SourceParts) => JSON.stringify(source),
    (source) => internSource(site, source),
  )
  return ({ row, source, ...spend }) => ({
    ...spend,
    id: site.newId(),
    external_id: null,
    rate: null,
    site_amount: inSiteCurrency(site, spend.amount, { ...spend, rate: null }, spend.from_day, `row ${row}`),
    source_id: intern(source),
    number_id: null,
    spread: "",
    import_id,
    created_at: site.now,
    updated_at: site.now,
  })
}

function describeSpend(spend: Spend): CostImportAnswer["preview"][number] {
  const { row, source, currency } = spend
  return {
    row,
    from: spend.from_day,
    to: spend.to_day,
    amount: fromMinor(spend.amount, currency),
    currency,
    channel: source.channel || null,
    source: source.source || null,
    medium: source.medium || null,
    campaign: source.campaign || null,
    term: source.term || null,
    clicks: spend.clicks,
    impressions: spend.impressions,
  }
}

function sumUp(spends: readonly Spend[]): CostImportAnswer["totals"] {
  const sums = new Map<string, { amount: number; clicks: number; impressions: number }>()
  for (const { currency, amount, clicks, impressions } of spends) {
    const sum = sums.get(currency) ?? { amount: 0, clicks: 0, impressions: 0 }
    sum.amount += amount
    sum.clicks += clicks ?? 0
    sum.impressions += impressions ?? 0
    sums.set(currency, sum)
  }
  return [...sums].sort().map(([currency, sum]) => ({ currency, ...sum, amount: fromMinor(sum.amount, currency) }))
}
