import Papa from "papaparse"
import { invalid } from "../core/refusal.js"
import { cleanText } from "./body.js"

const SOURCE_COLUMNS = ["channel", "source", "medium", "campaign", "term", "content"] as const
const COLUMNS: readonly string[] = ["e164", "kind", "pool", ...SOURCE_COLUMNS]

/**
 * Numbers as CSV with a header line, as the fields of `POST .../numbers`: `e164,kind,pool,channel,source,...`. Empty cells
 * are left out; the fields are validated where JSON's are. Refuses unknown columns and rows of another length.
 */
export function readNumbersCsv(text: string): unknown[] {
  const { data, errors } = Papa.parse<string[]>(cleanText(text).replace(/^\ufeff/, ""), { skipEmptyLines: "greedy" })
  const [header, ...rows] = data
  const broken = errors.find(({ type }) => type === "Quotes")
  if (broken) throw invalid(broken.row ? String(broken.row - 1) : "", "has a quotation mark that is not closed")
  if (!header) throw invalid("", "the CSV is empty: its first line names the columns")
  const names = header.map((name) => name.trim().toLowerCase())
  for (const name of names)
    if (!COLUMNS.includes(name)) throw invalid(`column ${name}`, `is not known here; there are: ${COLUMNS.join(", ")}`)
  const twice = names.find((name, column) => names.indexOf(name) < column)
  if (twice !== undefined) throw invalid(`column ${twice}`, "stands twice")
  return rows.map((cells, index) => {
    if (cells.length !== names.length)
      throw invalid(String(index), `has ${cells.length} cells, the header has ${names.length}`)
    const row = new Map(names.map((name, column) => [name, cells[column]?.trim() ?? ""]))
    const source = Object.fromEntries(SOURCE_COLUMNS.flatMap((name) => (row.get(name) ? [[name, row.get(name)]] : [])))
    const pool = row.get("pool")
    const kind = row.get("kind") || (pool ? "pool" : "static")
    // What a kind has no use for is handed on too, so that it is refused and not dropped.
    return {
      e164: row.get("e164"),
      kind,
      ...(pool ? { pool } : {}),
      ...(kind === "static" || Object.keys(source).length > 0 ? { source } : {}),
    }
  })
}
