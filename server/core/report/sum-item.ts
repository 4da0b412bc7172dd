import { sql } from "drizzle-orm"
import { sumItems, sumItemsFreed, sums } from "../schema/schema.js"
import { bound, type Db, prepareOnce, type Site } from "../store/db.js"
import { type Blob, unpackCells } from "./cells.js"

// The dictionary of what sums are of: texts and ids by small numbers, which pack well.

/** Items whose counts are kept in one row. */
export const PART = 4096

export type Item = string | number

const statements = prepareOnce((db: Db) => {
  const inPart = sql`kind = ${bound("kind")} and id >= ${bound("part")} * ${PART} and id < (${bound("part")} + 1) * ${PART}`
  return {
    items: db
      .select({ id: sumItems.id, item: sql<Item>`item` })
      .from(sumItems)
      .where(sql`kind = ${bound("kind")} and item in (select value from json_each(${bound("items")}))`)
      .prepare(),
    addItems: db
      .insert(sumItems)
      .select(sql`select null, ${bound("kind")}, value from json_each(${bound("items")}) where true`)
      .onConflictDoNothing()
      .prepare(),
    free: db
      .insert(sumItemsFreed)
      .values({ kind: bound("kind"), part: bound("part") })
      .onConflictDoNothing()
      .prepare(),
    freed: db.select().from(sumItemsFreed).limit(1).prepare(),
    seen: db
      .delete(sumItemsFreed)
      .where(sql`kind = ${bound("kind")} and part = ${bound("part")}`)
      .prepare(),
    // A month has every item that its days and hours have. Named by their facts, the rows are found by their index.
    months: db
      .select({ cells: sql<Blob>`cells` })
      .from(sums)
      .where(
        sql`fact in (select value from json_each(${bound("facts")})) and kind = ${bound("kind")} and grain = 'm' and part = ${bound("part")}`,
      )
      .prepare(),
    drop: db
      .delete(sumItems)
      .where(sql`${inPart} and id not in (select value from json_each(${bound("used")}))`)
      .prepare(),
  }
})

/** The dictionary's numbers of items of a kind, given where they are new. */
export function internItems(site: Site, kind: string, items: readonly Item[]): Map<Item, number> {
  const { items: find, addItems } = statements(site)
  const known = new Map<Item, number>()
  const read = (wanted: readonly Item[]) => {
    for (const { id, item } of find.all({ kind, items: JSON.stringify(wanted) })) known.set(item, id)
  }
  read(items)
  const fresh = items.filter((item) => !known.has(item))
  if (fresh.length > 0) {
    addItems.run({ kind, items: JSON.stringify(fresh) })
    read(fresh)
  }
  return known
}

/** Notes that a sum lost items of a part. */
export function freeItems(site: Site, kind: string, part: number): void {
  statements(site).free.run({ kind, part })
}

/** Notes that sums of these kinds are made anew. */
export function freeAllItems(site: Site, kinds: readonly string[]): void {
  site.db.run(
    sql`insert into sum_items_freed select distinct kind, id / ${sql.raw(String(PART))} from sum_items where kind in (select value from json_each(${JSON.stringify(kinds)})) on conflict do nothing`,
  )
}

/** Forgets what no sum is of any more, in one part that lost items; answers how many rows of sums it read, and 0: none did. */
export function dropItems(site: Site, facts: readonly string[]): number {
  const { freed, seen, months, drop } = statements(site)
  const place = freed.all()[0]
  if (!place) return 0
  const rows = months.all({ ...place, facts: JSON.stringify(facts) })
  const used = new Set<number>()
  for (const { cells } of rows) for (const key of Array.from(unpackCells(cells).keys)) used.add(key)
  drop.run({ ...place, used: JSON.stringify([...used]) })
  seen.run(place)
  return rows.length + 1
}
