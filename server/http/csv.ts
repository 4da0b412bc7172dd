import Papa from "papaparse"
import { invalid } from "../core/store/refusal.js"
import { cleanText } from "./body.js"

/**
 * CSV whose first line names the columns, as spreadsheets write it: byte-order mark, semicolons, quotation marks, empty
 * lines, columns in any order and case. Each row's filled cells, trimmed, by the column's name. Refuses unknown and repeated
 * columns, rows of another length and an open quotation mark; rows are counted from 0, without the header.
 */
export function readCsv(text: string, columns: readonly string[]): Map<string, string>[] {
  const { data, errors } = Papa.parse<string[]>(cleanText(text).replace(/^\ufeff/, ""), { skipEmptyLines: "greedy" })
  const [header, ...rows] = data
  const broken = errors.find(({ type }) => type === "Quotes")
  if (broken) throw invalid(broken.row ? String(broken.row - 1) : "", "has a quotation mark that is not closed")
  if (!header) throw invalid("", "the CSV is empty: its first line names the columns")
  const names = header.map((name) => name.trim().toLowerCase())
  for (const name of names)
    if (!columns.some((column) => isNamed(name, column)))
      throw invalid(`column ${name}`, `is not known here; there are: ${columns.join(", ")}`)
  const twice = names.find((name, column) => names.indexOf(name) < column)
  if (twice !== undefined) throw invalid(`column ${twice}`, "stands twice")
  return rows.map((cells, index) => {
    if (cells.length !== names.length)
      throw invalid(String(index), `has ${cells.length} cells, the header has ${names.length}`)
    const filled = names.map((name, column) => [name, cells[column]?.trim() ?? ""] as const)
    return new Map(filled.filter(([, cell]) => cell !== ""))
  })
}

/** Whether a name is the column's; `field.*` is every column that begins so. */
function isNamed(name: string, column: string): boolean {
  return column.endsWith("*") ? name.length >= column.length && name.startsWith(column.slice(0, -1)) : name === column
}

/** Whether a body is CSV by its content type. */
export const isCsv = (contentType: string): boolean => /^text\/csv\b/i.test(contentType)

/** Rows of CSV as the objects that JSON would have; the columns in `counts` are numbers where they look like one. */
export function readCsvObjects(text: string, columns: readonly string[], counts: readonly string[] = []): unknown[] {
  return readCsv(text, columns).map((row) =>
    Object.fromEntries(
      [...row].map(([name, cell]) => [name, counts.includes(name) && /^\d{1,15}$/.test(cell) ? Number(cell) : cell]),
    ),
  )
}
