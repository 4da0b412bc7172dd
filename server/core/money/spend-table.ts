import type { SpendField, SpendFormatName } from "../../../shared/spend.js"
import { SPEND_FORMATS, type SpendFormat, TOTAL_WORDS } from "./spend-format.js"
import {
  currencyNamed,
  decimalOf,
  orderOf,
  readAmount,
  readCount,
  readDay,
  readDays,
  Unreadable,
} from "./spend-value.js"

/** How a file is to be read, where it does not tell by itself. */
export interface SpendOptions {
  readonly format: SpendFormatName
  /** The header's own words by field; they go before the format's. */
  readonly mapping?: Partial<Record<SpendField, string>> | undefined
  readonly decimal?: "." | "," | undefined
  readonly date_order?: "dmy" | "mdy" | undefined
  /** Of the amounts, where neither a column nor the header names one. */
  readonly currency?: string | undefined
}

/** One row of spending; texts are as the file has them, the amount is a decimal text. */
export interface SpendRow {
  /** The row's place in the file, counted from 1 as a spreadsheet does. */
  readonly row: number
  readonly from: string
  readonly to: string
  readonly amount: string
  readonly currency: string | undefined
  readonly clicks: number | null
  readonly impressions: number | null
  readonly texts: Partial<Record<SpendField, string>>
}

/** A cell that cannot be read. */
export interface SpendFault {
  readonly row: number
  readonly column: string
  readonly message: string
  /** At most 40 characters of the cell. */
  readonly value: string
}

/** What a file says. */
export interface SpendTable {
  readonly columns: { field: SpendField; header: string }[]
  readonly header_row: number
  readonly rows: SpendRow[]
  readonly skipped: { row: number; reason: string }[]
  readonly faults: SpendFault[]
}

/** Lines before the table: a title, the days, the account. */
const PREAMBLE = 30
const TEXTS = ["campaign", "term", "content", "account", "channel", "source", "medium", "kind", "notes"] as const

/**
 * The rows of an ad platform's export, out of its cells: the header is found below what stands before it, rows of sums and
 * empty rows are skipped and named, and each cell that cannot be read is a fault with its row, column, reason and value.
 */
export function readSpend(lines: readonly (readonly string[])[], options: SpendOptions): SpendTable {
  const format: SpendFormat = SPEND_FORMATS[options.format]
  const header = findHeader(lines, format, options)
  if ("fault" in header) return { columns: [], header_row: 0, rows: [], skipped: [], faults: [header.fault] }
  const { at, places, spanned } = header
  const names = lines[at] ?? []
  const body = lines.slice(at + 1).map((cells, index) => ({ cells, row: at + 2 + index }))
  const table: SpendTable = {
    columns: [...places].map(([field, place]) => ({ field, header: (names[place] ?? "").trim() })),
    header_row: at + 1,
    rows: [],
    skipped: [],
    faults: [],
  }
  const columnOf = (field: SpendField) =>
    body.flatMap(({ cells }) => (isTotal(cells) ? [] : (cells[places.get(field) ?? -1] ?? [])))
  const guess = <T>(field: SpendField, look: () => T | undefined): T | undefined => {
    try {
      return look()
    } catch (error) {
      const message = messageOf(error)
      table.faults.push({ row: at + 1, column: names[places.get(field) ?? -1] ?? field, message, value: "" })
      return undefined
    }
  }
  const decimal = options.decimal ?? guess("cost", () => decimalOf(columnOf("cost"))) ?? format.decimal
  const dated = places.has("date") ? "date" : "from"
  const order =
    options.date_order ?? guess(dated, () => orderOf([...columnOf("date"), ...columnOf("from")])) ?? format.order
  if (table.faults.length > 0) return table
  const headed = currencyOfHeader(names[places.get("cost") ?? -1] ?? "")
  for (const { cells, row } of body) {
    const reason = reasonToSkip(cells, places, format)
    if (reason === "") continue
    if (reason !== undefined) table.skipped.push({ row, reason })
    else readRow(table, { cells, row, names, places, spanned, decimal, order, currency: headed ?? options.currency })
  }
  return table
}

interface RowInput {
  readonly cells: readonly string[]
  readonly row: number
  readonly names: readonly string[]
  readonly places: ReadonlyMap<SpendField, number>
  readonly spanned: { from: string; to: string } | undefined
  readonly decimal: "." | "," | undefined
  readonly order: "dmy" | "mdy" | undefined
  readonly currency: string | undefined
}

function readRow(table: SpendTable, input: RowInput): void {
  const { cells, row, names, places, spanned, decimal, order } = input
  const cellOf = (field: SpendField) => cells[places.get(field) ?? -1]?.trim()
  const before = table.faults.length
  const read = <T>(field: SpendField, look: (cell: string) => T): T | undefined => {
    const cell = cellOf(field)
    if (cell === undefined) return undefined
    try {
      return look(cell)
    } catch (error) {
      const column = (names[places.get(field) ?? -1] ?? field).trim()
      table.faults.push({ row, column, message: messageOf(error), value: cell.slice(0, 40) })
      return undefined
    }
  }
  const days = places.has("date")
    ? read("date", (cell) => readDays(cell, order))
    : places.has("from")
      ? daysBetween(
          read("from", (cell) => readDay(cell, order)),
          read("to", (cell) => readDay(cell, order)),
        )
      : spanned
  if (days && days.from > days.to)
    table.faults.push({
      row,
      column: names[places.get("to") ?? -1] ?? "to",
      message: "ends before it begins",
      value: days.to,
    })
  const amount = read("cost", (cell) => readAmount(cell, decimal))
  const clicks = read("clicks", readCount) ?? null
  const impressions = read("impressions", readCount) ?? null
  const currency =
    read("currency", (cell) => {
      const code = cell === "" ? input.currency : currencyNamed(cell, isCurrency)
      if (cell !== "" && code === undefined) throw new Unreadable("must be an ISO 4217 code such as EUR")
      return code
    }) ?? input.currency
  if (table.faults.length > before || !days || amount === undefined) return
  const texts = Object.fromEntries(
    TEXTS.flatMap((field) => {
      const text = cellOf(field)?.replace(/\s*\[已删除\]$/, "")
      return text ? [[field, text]] : []
    }),
  )
  if (Number(amount) === 0 && !clicks && !impressions) table.skipped.push({ row, reason: "nothing was spent" })
  else table.rows.push({ row, ...days, amount, currency, clicks, impressions, texts })
}

function daysBetween(from: string | undefined, to: string | undefined) {
  return from === undefined ? undefined : { from, to: to ?? from }
}

function messageOf(error: unknown): string {
  if (error instanceof Unreadable) return error.message
  throw error
}

interface Header {
  readonly at: number
  readonly places: Map<SpendField, number>
  /** The days of the whole file, where a line before the header names them and no column does. */
  readonly spanned: { from: string; to: string } | undefined
}

function findHeader(
  lines: readonly (readonly string[])[],
  format: SpendFormat,
  options: SpendOptions,
): Header | { fault: SpendFault } {
  const { mapping = {} } = options
  let best: { at: number; places: Map<SpendField, number> } | undefined
  for (const [at, cells] of lines.slice(0, PREAMBLE).entries()) {
    const places = placesOf(cells, format, mapping)
    if (places.size > (best?.places.size ?? 0)) best = { at, places }
    if (places.has("cost") && (places.has("date") || places.has("from"))) break
  }
  const at = best?.at ?? 0
  const places = best?.places ?? new Map<SpendField, number>()
  const names = (lines[at] ?? []).map((name) => name.trim()).filter((name) => name !== "")
  const fault = (column: string, message: string) => ({
    fault: { row: at + 1, column, message, value: names.join(", ").slice(0, 200) },
  })
  for (const [field, header] of Object.entries(mapping))
    if (header !== undefined && !places.has(field as SpendField))
      return fault(header, `there is no such column, named for ${field}`)
  if (!places.has("cost")) {
    const known = (format.columns.cost ?? []).join(", ")
    return fault("cost", `no column names the cost (${known}): say mapping={"cost":"..."} in the query`)
  }
  if (places.has("date") || places.has("from")) return { at, places, spanned: undefined }
  const spanned = daysOfPreamble(lines.slice(0, at), options.date_order ?? format.order)
  return spanned
    ? { at, places, spanned }
    : fault("date", 'no column names the day: say mapping={"date":"..."} in the query')
}

function placesOf(
  cells: readonly string[],
  format: SpendFormat,
  mapping: Partial<Record<SpendField, string>>,
): Map<SpendField, number> {
  const names = cells.map(nameOf)
  const bare = cells.map((cell) => nameOf(cell.replace(CURRENCY_AFTER, "")))
  const places = new Map<SpendField, number>()
  const fields = new Set([...Object.keys(format.columns), ...Object.keys(mapping)] as SpendField[])
  for (const field of fields) {
    const chosen = mapping[field]
    const wanted = chosen === undefined ? (format.columns[field] ?? []) : [nameOf(chosen)]
    const place = wanted
      .map((name) => (names.includes(name) ? names.indexOf(name) : field === "cost" ? bare.indexOf(name) : -1))
      .find((index) => index >= 0)
    if (place !== undefined) places.set(field, place)
  }
  return places
}

/** `Amount spent (USD)`, `Расход (руб.)`, `消费(元)`, `Cost, EUR`. */
const CURRENCY_AFTER = /\s*[,(（]\s*([\p{L}\p{Sc}]{1,6}\.?)\s*[)）]?\s*$/u

function currencyOfHeader(header: string): string | undefined {
  const word = CURRENCY_AFTER.exec(header)?.[1]
  return word === undefined ? undefined : currencyNamed(word, isCurrency)
}

function nameOf(cell: string): string {
  return cell.trim().toLowerCase().replace(/\s+/g, " ")
}

function daysOfPreamble(lines: readonly (readonly string[])[], order: "dmy" | "mdy" | undefined) {
  for (const cells of lines)
    for (const cell of [cells.map((one) => one.trim()).join(", "), ...cells]) {
      try {
        return readDays(cell.replace(/^[^\d]*?:\s*/, "").replace(/^["“«]|["”»]$/g, ""), order)
      } catch (error) {
        messageOf(error)
      }
    }
  return undefined
}

/** Why a row is none of spending: "" for an empty one, undefined for one that is. */
function reasonToSkip(
  cells: readonly string[],
  places: ReadonlyMap<SpendField, number>,
  format: SpendFormat,
): string | undefined {
  if (cells.every((cell) => cell.trim() === "")) return ""
  if (isTotal(cells)) return "a row of sums"
  const blank = (field: SpendField) => places.has(field) && (cells[places.get(field) ?? -1]?.trim() ?? "") === ""
  // Meta's summary row has no campaign; one-cell rows are notes below the table.
  if (blank("campaign") && (blank("date") || format.source.source !== undefined))
    return "a row of sums: it names no campaign"
  if (cells.filter((cell) => cell.trim() !== "").length === 1 && places.size > 1) return "a note"
  return undefined
}

/** `Total`, `Total: Campaigns`, `Total rows: 5`, `Итого по кампании`, `合计`; a campaign named "Total comfort" is none. */
function isTotal(cells: readonly string[]): boolean {
  const first =
    cells
      .find((cell) => cell.trim() !== "")
      ?.trim()
      .toLowerCase() ?? ""
  return (
    TOTAL_WORDS.some((word) => first === word || first.startsWith(`${word}:`) || first.startsWith(`${word} -`)) ||
    /^total rows\b|^всего с|^итого по/.test(first)
  )
}

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"))
const isCurrency = (code: string): boolean => CURRENCIES.has(code)
