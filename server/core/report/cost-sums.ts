import { sql } from "drizzle-orm"
import { DAY_MS } from "../../../shared/calendar.js"
import { costDaysChanged, sums } from "../schema/schema.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import { addCells, type Blob, type Cells, unpackCells } from "./cells.js"
import { FACTS } from "./fact.js"
import { COSTS } from "./rolled.js"
import { freeAllItems, type Item, internItems } from "./sum-item.js"
import { monthOf, storeCells } from "./sums.js"

// Costs change by whole days: triggers note which, and such a day is summed anew. Days are those of the site's zone as they
// were given, so no change of zone touches them.

const KIND = "cost"

const statements = prepareOnce((db: Db) => ({
  changed: db.select({ day: costDaysChanged.day }).from(costDaysChanged).orderBy(costDaysChanged.day).prepare(),
  drop: db
    .delete(costDaysChanged)
    .where(sql`day in (select value from json_each(${sql.placeholder("days")}))`)
    .prepare(),
  daysOf: db
    .select({ cells: sql<Blob>`cells` })
    .from(sums)
    .where(
      sql`fact = 'costs' and kind = 'cost' and grain = 'd' and bucket >= ${sql.placeholder("first")} and bucket < ${sql.placeholder("past")}`,
    )
    .prepare(),
  dropDays: db
    .delete(sums)
    .where(
      sql`fact = 'costs' and kind = 'cost' and grain = ${sql.placeholder("grain")} and bucket in (select value from json_each(${sql.placeholder("buckets")}))`,
    )
    .prepare(),
}))

/** The days whose costs changed since they were summed, as days from 1970, ascending. */
export function changedDays(site: Site): number[] {
  return statements(site)
    .changed.all()
    .map(({ day }) => numberOf(day))
}

/** Sums days anew, of about `limit` rows together; answers how many days and rows it read. */
export function settleCosts(site: Site, limit: number): number {
  const changed = changedDays(site)
  if (changed.length === 0) return 0
  const days = changed.slice(0, limit)
  const columns = Object.values(FACTS.costs.counts as Record<string, string>).map((count) => `sum(${count})`)
  const buckets = new Map<number, Map<string, Float64Array>>()
  let rows = 0
  const done: number[] = []
  for (const day of days) {
    if (rows >= limit) break
    const found = site.db.values<(Item | null)[]>(
      sql`select json_array(f.source_id, f.number_id, f.cost_kind, f.spread) as item, count(*), ${sql.raw(columns.join(", "))} from cost_facts f where f.key = ${textOf(day)} group by item`,
    )
    const counts = new Map<string, Float64Array>()
    for (const [item, ...numbers] of found) counts.set(String(item), Float64Array.from(numbers.map(Number)))
    rows += found.reduce((sum, row) => sum + Number(row[1]), 1)
    buckets.set(day, counts)
    done.push(day)
  }
  const { dropDays, drop } = statements(site)
  const ids = internItems(site, KIND, [...new Set([...buckets.values()].flatMap((counts) => [...counts.keys()]))])
  dropDays.run({ grain: "d", buckets: JSON.stringify(done) })
  for (const [bucket, counts] of buckets) {
    const cells: Cells = new Map([...counts].map(([item, sum]) => [ids.get(item) ?? 0, sum]))
    storeCells(site, { ...PLACE, grain: "d", bucket }, cells, true)
  }
  sumMonths(site, [...new Set(done.map(monthOf))])
  freeAllItems(site, [KIND])
  drop.run({ days: JSON.stringify(done.map(textOf)) })
  return rows
}

const PLACE = { fact: COSTS.fact, kind: KIND }

/** A month is the sum of its days; with a changed day among them nobody reads it. */
function sumMonths(site: Site, months: readonly number[]): void {
  const { daysOf, dropDays } = statements(site)
  dropDays.run({ grain: "m", buckets: JSON.stringify(months) })
  for (const month of months) {
    const cells: Cells = new Map()
    for (const day of daysOf.all({ first: month, past: monthOf(month + 31) })) addCells(cells, unpackCells(day.cells))
    storeCells(site, { ...PLACE, grain: "m", bucket: month }, cells, true)
  }
}

function numberOf(day: string): number {
  return Date.parse(day) / DAY_MS
}

function textOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}
