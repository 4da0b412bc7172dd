import { sql } from "drizzle-orm"
import { DAY_MS } from "../../../shared/calendar.js"
import { type Conversion, TOUCHES, type Touch, touchesOfAll } from "../person/journey.js"
import { callPaths, leadPaths, orderPaths } from "../schema/schema.js"
import { bound, type Db, prepareOnce, type Site } from "../store/db.js"
import { idAt } from "../store/id.js"
import type { Blob } from "./cells.js"

// The touches before a conversion, kept: see migrations/site/0037_paths.sql.

/** Where the touches of conversions are kept, by the table of their rows. */
const TABLES = { call: callPaths, lead: leadPaths, order: orderPaths }
export type PathTable = keyof typeof TABLES

/** Touches are kept as far back as a query may look. */
export const LONGEST_MS = 730 * DAY_MS
/** A young conversion is read anew each time: the visit that it began with may still be going on, its call be corrected. */
const YOUNG_MS = DAY_MS
/** Numbers of one touch: its id (a call's negative), when it began (negative where it is the conversion's own), its source. */
const WIDTH = 3
/** Stands for more touches than are read of one conversion: which are the latest depends on how far a query looks back. */
const TOO_MANY = new Float64Array([-1])

const statements = prepareOnce((db: Db) => {
  const put = (table: (typeof TABLES)[PathTable]) =>
    db
      .insert(table)
      .values({ id: bound("id"), touches: bound("touches") })
      .onConflictDoUpdate({ target: table.id, set: { touches: sql`excluded.touches` } })
      .prepare()
  return { call: put(callPaths), lead: put(leadPaths), order: put(orderPaths) }
})

/** SQL of a conversion's kept touches, for a row of its fact's view `f`. */
export function pathColumn(table: PathTable): string {
  return `(select p.touches from ${table}_paths p where p.id = f.id)`
}

/** Touches out of what is kept; undefined where they have to be read. */
export function readPath(
  kept: Blob | null,
  { before, windowMs }: { before: number; windowMs: number },
): Touch[] | undefined {
  if (kept === null) return undefined
  const bytes = kept instanceof ArrayBuffer ? new Uint8Array(kept) : kept
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
  const numbers = new Float64Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 8)
  if (numbers.length === 1) return undefined
  const touches: Touch[] = []
  for (let place = 0; place < numbers.length; place += WIDTH) {
    const [key = 0, moment = 0, source_id = 0] = [numbers[place], numbers[place + 1], numbers[place + 2]]
    const [time, own] = [Math.abs(moment), moment < 0]
    if (!own && time < before - windowMs) continue
    touches.push({ kind: key > 0 ? "visit" : "call", id: Math.abs(key), time, source_id, own })
  }
  return touches
}

function writePath(touches: readonly Touch[]): Uint8Array {
  if (touches.length >= TOUCHES) return new Uint8Array(TOO_MANY.buffer)
  const numbers = touches.flatMap(({ kind, id, time, source_id, own }) => [
    kind === "visit" ? id : -id,
    own ? -time : time,
    source_id,
  ])
  return new Uint8Array(new Float64Array(numbers).buffer)
}

/** Keeps the touches of conversions that came or changed, `limit` at most; answers how many. */
export function settlePaths(site: Site, limit: number, youngMs = YOUNG_MS): number {
  let left = limit
  for (const table of Object.keys(TABLES) as PathTable[])
    if (left > 0) left -= settleTable(site, table, left, site.now - youngMs)
  return limit - left
}

type Row = [
  id: number,
  visitor: number | null,
  visit: number | null,
  person: number | null,
  call: number | null,
  at: number,
]

function settleTable(site: Site, table: PathTable, limit: number, old: number): number {
  const [facts, paths] = [sql.raw(`${table}_facts`), sql.raw(`${table}_paths`)]
  const columns = sql.raw("f.id, f.visitor_id, f.visit_id, f.person_id, f.call_id, f.at")
  const rows = site.db.values<Row>(
    sql`select ${columns} from ${paths} p join ${facts} f on f.id = p.id where p.touches is null and f.at <= ${old} limit ${limit}`,
  )
  if (rows.length < limit)
    rows.push(
      ...site.db.values<Row>(
        sql`select ${columns} from ${facts} f where f.id > (select coalesce(max(id), 0) from ${paths}) and f.id < ${idAt(old)} order by f.id limit ${limit - rows.length}`,
      ),
    )
  const asked = rows.map(([, visitor_id, visit_id, person_id, call_id, at]): Conversion => {
    return { visitor_id, visit_id, person_id, call_id, before: at }
  })
  const touches = touchesOfAll(site, asked, LONGEST_MS)
  // Bought tomorrow: its last touches are still to come.
  for (const [index, [id, , , , , at]] of rows.entries())
    statements(site)[table].run({ id, touches: at <= old ? writePath(touches[index] ?? []) : null })
  return rows.length
}
