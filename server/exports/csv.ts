type Cell = string | number | boolean | null

/**
 * Rows as CSV (RFC 4180, CRLF), formula-safe: a spreadsheet runs a cell that begins with = + - @ (full-width ones too), TAB or CR,
 * also after spaces and on a later line of a cell, so such text gets an apostrophe before it (OWASP, CSV injection). Numbers stay
 * numbers; null is an empty cell.
 */
export function toCsv(header: readonly string[], rows: readonly Readonly<Record<string, Cell>>[]): string {
  const lines = rows.map((row) => header.map((name) => encode(row[name] ?? null)).join(","))
  return `${[header.map(encode).join(","), ...lines].join("\r\n")}\r\n`
}

function encode(cell: Cell): string {
  if (cell === null) return ""
  if (typeof cell !== "string") return String(cell)
  return `"${guard(cell).replaceAll('"', '""')}"`
}

function guard(text: string): string {
  return text.replace(/(^|[\r\n])([^\S\r\n]*[=+\-@\t\uff0b\uff0d\uff1d\uff20])/g, "$1'$2").replace(/^[\r\n]/, "'$&")
}
