import { invalid } from "./refusal.js"

/** One page of a list; `next_cursor` is null on the last one. */
export interface Page<T> {
  readonly data: T[]
  readonly next_cursor: string | null
}

/** Makes a page out of up to `limit` + 1 rows: the one too many says that there is a next page. */
export function pageOf<Row, Answer>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly number[],
  describe: (row: Row) => Answer,
): Page<Answer> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    data: shown.map(describe),
    next_cursor: rows.length > limit && last !== undefined ? keyOf(last).map(String).join(".") : null,
  }
}

/** The numbers inside a cursor that an earlier page gave out; refuses any other text. */
export function decodeCursor(cursor: string, length: number): number[] {
  const parts = cursor.split(".")
  const numbers = parts.map(Number)
  if (
    parts.length !== length ||
    !parts.every((part) => /^\d{1,16}$/.test(part)) ||
    !numbers.every(Number.isSafeInteger)
  )
    throw invalid("cursor", "must be the next_cursor of an earlier page")
  return numbers
}
