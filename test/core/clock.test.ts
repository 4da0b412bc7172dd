import { describe, expect, it } from "vitest"
import { SITE_MIGRATIONS } from "../../migrations/index.js"
import { createMoments } from "../../server/core/store/clock.js"
import { dayOfId, idAt } from "../../server/core/store/id.js"
import { openDatabase } from "../../server/node/database.js"

const NOON = Date.UTC(2026, 10, 2, 12)

interface Column {
  readonly name: string
  readonly type: string
  readonly notnull: number
  readonly pk: number
}

function open() {
  const { sqlite, db } = openDatabase(":memory:", SITE_MIGRATIONS, NOON)
  const columnsOf = (table: string) => sqlite.pragma(`table_info(${table})`) as Column[]
  /** A row with this id in every column that must hold something. */
  const fill = (table: string, id: number) => {
    const columns = columnsOf(table).filter(({ notnull, pk }) => notnull === 1 || pk > 0)
    const values = columns.map(({ name, type }) => (type === "TEXT" ? "x" : name === "id" ? id : 1))
    sqlite
      .prepare(`insert into ${table} (${columns.map(({ name }) => name)}) values (${columns.map(() => "?")})`)
      .run(...values)
  }
  return { sqlite, db, columnsOf, fill }
}

const { sqlite, columnsOf } = open()
const tables = (sqlite.prepare("select name from sqlite_master where type = 'table'").pluck().all() as string[]).filter(
  (table) => columnsOf(table).some(({ name, type, pk }) => name === "id" && type === "INTEGER" && pk === 1),
)

describe("the keys of a site's rows", () => {
  for (const table of tables.filter((name) => columnsOf(name).filter(({ pk }) => pk > 0).length === 1))
    it(`[D4] go on from the newest of ${table}, over a restart with the clock set back`, () => {
      const { db, fill } = open()
      const newest = idAt(NOON)
      fill(table, newest)
      const moments = createMoments(db, () => NOON - 86_400_000)
      expect(moments.newId(moments.now())).toBeGreaterThan(newest)
    })

  it("[D4] go on from the newest lease of any number", () => {
    const { db, fill } = open()
    const newest = idAt(NOON)
    fill("numbers", 7)
    db.run(
      `insert into leases (day, number_id, id, visit_id, pool_id, until_at) values (${dayOfId(newest)}, 7, ${newest}, 1, 1, ${NOON})`,
    )
    const moments = createMoments(db, () => NOON - 86_400_000)
    expect(moments.newId(moments.now())).toBeGreaterThan(newest)
  })
})
