import { readCsv } from "./csv.js"

const SOURCE_COLUMNS = ["channel", "source", "medium", "campaign", "term", "content"] as const
const DATE_COLUMNS = ["valid_from", "valid_until"] as const
const COLUMNS: readonly string[] = ["e164", "kind", "pool", ...SOURCE_COLUMNS, ...DATE_COLUMNS]

/**
 * Numbers as CSV with a header line, as the fields of `POST .../numbers`: `e164,kind,pool,channel,source,...`. Empty cells
 * are left out; the fields are validated where JSON's are.
 */
export function readNumbersCsv(text: string): unknown[] {
  return readCsv(text, COLUMNS).map((row) => {
    const source = Object.fromEntries(SOURCE_COLUMNS.flatMap((name) => (row.has(name) ? [[name, row.get(name)]] : [])))
    const pool = row.get("pool")
    const kind = row.get("kind") ?? (pool ? "pool" : "static")
    // What a kind has no use for is handed on too, so that it is refused and not dropped.
    return {
      e164: row.get("e164") ?? "",
      kind,
      ...(pool ? { pool } : {}),
      ...Object.fromEntries(DATE_COLUMNS.flatMap((name) => (row.get(name) ? [[name, row.get(name)]] : []))),
      ...(kind === "static" || Object.keys(source).length > 0 ? { source } : {}),
    }
  })
}
