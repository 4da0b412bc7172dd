import { readCsv } from "./csv.js"

const TEXTS = [
  "external_id",
  "created_at",
  "name",
  "phone",
  "email",
  "company",
  "position",
  "city",
  "product",
  "amount",
  "currency",
  "stage",
  "reason",
  "lost_reason",
  "agent",
  "notes",
  "call",
  "visit",
  "tag",
] as const
const SOURCE_COLUMNS = ["channel", "source", "medium", "campaign", "term", "content"] as const
const COLUMNS: readonly string[] = [...TEXTS, "qualified", "tags", ...SOURCE_COLUMNS]
const FIELD = "field."

/**
 * Leads as CSV with a header line, as the fields of `POST .../leads`: tags are parted by `|`, `qualified` is true or false,
 * and a column `field.anything` is one of the lead's own fields. Empty cells are left out. Refuses what `readCsv` refuses.
 */
export function readLeadsCsv(text: string): unknown[] {
  return readCsv(text, [...COLUMNS, `${FIELD}*`]).map((row) => {
    const some = (names: readonly string[]) =>
      Object.fromEntries(names.flatMap((name) => (row.get(name) ? [[name, row.get(name)]] : [])))
    const source = some(SOURCE_COLUMNS)
    const own = [...row].filter(([name]) => name.startsWith(FIELD))
    const tags = row.get("tags")
    const qualified = row.get("qualified")?.toLowerCase()
    return {
      ...some(TEXTS),
      ...(tags ? { tags: tags.split("|").map((tag) => tag.trim()) } : {}),
      // Anything else than true and false is handed on, so that it is refused.
      ...(qualified ? { qualified: { true: true, false: false }[qualified] ?? qualified } : {}),
      ...(Object.keys(source).length > 0 ? { source } : {}),
      ...(own.length > 0
        ? { fields: Object.fromEntries(own.map(([name, value]) => [name.slice(FIELD.length), value])) }
        : {}),
    }
  })
}
