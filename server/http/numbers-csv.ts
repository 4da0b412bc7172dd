import Papa from "papaparse"
import { invalid } from "../core/refusal.js"

const SOURCE_COLUMNS = ["channel", "source", "medium", "campaign", "term", "content"] as const
const COLUMNS: readonly string[] = ["e164", "kind", "pool", ...SOURCE_COLUMNS]

/**
 * Numbers as CSV with a header line, as the fields of `POST .../numbers`: `e164,kind,pool,channel,source,...`. Empty cells
 * are left out; the fields are validated where JSON's are. Refuses unknown columns and rows of another length.
 */
export function readNumbersCsv(text: string): unknown[] {
  const [header, ...rows] = Papa.parse<string[]>(text.replace(/^\ufeff/, ""), { skipEmptyLines: "greedy" }).data
  if (!header) throw invalid("", "the CSV is empty: its first line names the columns")
  const names = header.map((name) => name.trim().toLowerCase())
  for (const name of names)
    if (!COLUMNS.includes(name)) throw invalid(`column ${name}`, `is not known here; there are: ${COLUMNS.join(", ")}`)
  return rows.map((cells, index) => {
    if (cells.length !== names.length)
      throw invalid(String(index), `has ${cells.length} cells, the header has ${names.length}`)
    const row = new Map(names.map((name, column) => [name, cells[column]?.trim() ?? ""]))
    const source = Object.fromEntries(SOURCE_COLUMNS.flatMap((name) => (row.get(name) ? [[name, row.get(name)]] : [])))
    const kind = row.get("kind") || (row.get("pool") ? "pool" : "static")
    return kind === "pool"
      ? { e164: row.get("e164"), kind, pool: row.get("pool") }
      : { e164: row.get("e164"), kind, source }
  })
}
