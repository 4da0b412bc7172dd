import { sql } from "drizzle-orm"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { SITE_MIGRATIONS } from "../../migrations/index.js"
import { countOf, latestOf, placeInHistory } from "../../server/core/lease/history.js"
import { leases } from "../../server/core/schema/schema.js"
import { dayOfId, idAt } from "../../server/core/store/id.js"
import { migrate } from "../../server/core/store/migrate.js"
import { openDatabase } from "../../server/node/database.js"
import { DAY, START } from "./memory-site.js"

const BY_DAY = 49
const NUMBERS = [0, 1, 2, 3].map((number) => idAt(START - DAY) + number)

describe("a number's latest leases", () => {
  it("[G4] are the newest before a moment and counted by the day, however many days lie between them", () => {
    const moment = fc.integer({ min: 0, max: 40 * DAY })
    const lease = fc.record({ number: fc.constantFrom(...NUMBERS.slice(1)), at: fc.oneof(moment, fc.constant(0)) })
    fc.assert(
      fc.property(fc.array(lease, { maxLength: 60 }), moment, fc.constantFrom(1, 4, 64), (lent, at, limit) => {
        const { db, sqlite } = openDatabase(":memory:", SITE_MIGRATIONS, START)
        const ids = lent.map(({ number, at }, index) => ({ number, id: idAt(START + at) + index }))
        for (const { number, id } of ids)
          db.insert(leases)
            .values({ day: dayOfId(id), number_id: number, id, visit_id: id, pool_id: 1, shared: id })
            .run()
        const before = idAt(START + at)
        // A hold ends with the last lease at the earliest.
        const row = (id: number) => {
          const ends = lent.filter(({ number }) => number === id).map((one) => START + one.at)
          return { id, busy_until: Math.max(0, ...ends) }
        }
        for (const number of NUMBERS)
          expect(
            db
              .all<{ id: number }>(sql`select id from ${latestOf(limit, placeInHistory(row(number), before))}`)
              .map(({ id }) => id),
          ).toEqual(
            ids
              .filter((one) => one.number === number && one.id < before)
              .map(({ id }) => id)
              .sort((a, b) => b - a)
              .slice(0, limit),
          )
        for (const number of NUMBERS) {
          const theirs = ids.filter((one) => one.number === number && one.id < before).map(({ id }) => id)
          const [counted] = db.all<{ count: number; oldest: number | null }>(
            sql`select * from ${countOf(limit, placeInHistory(row(number), before))}`,
          )
          expect(counted?.count).toBeGreaterThanOrEqual(Math.min(limit, theirs.length))
          expect(counted).toEqual({
            count: theirs.filter((id) => id >= (counted?.oldest ?? 0)).length,
            oldest: counted?.count ? expect.toSatisfy((id: number) => theirs.includes(id)) : null,
          })
        }
        sqlite.close()
      }),
      { numRuns: 60 },
    )
  })
})

describe("leases of a database from before they lay by day", () => {
  it("[D1] are all there, each on its day, and one open exclusive lease a number is still the most", () => {
    const { db, sqlite } = openDatabase(
      ":memory:",
      SITE_MIGRATIONS.filter(({ version }) => version < BY_DAY),
      START,
    )
    const add = sqlite.prepare(
      "insert into leases (number_id, id, visit_id, pool_id, seen_at, until_at, shared) values (?, ?, ?, 7, ?, ?, 0)",
    )
    const times = [-1, 0, DAY - 1, DAY, 40 * DAY]
    const midnight = Date.UTC(2026, 10, 2)
    for (const [index, time] of times.entries())
      for (const number of [1, 2])
        add.run(number, idAt(midnight + time), number, midnight, index === times.length - 1 ? null : midnight + time)
    const before = sqlite.prepare("select * from leases order by id, number_id").all()
    migrate(db, SITE_MIGRATIONS, START)
    expect(
      sqlite
        .prepare<[], { day: number; id: number }>("select * from leases order by id, number_id")
        .all()
        .map(({ day, ...lease }) => ({ lease, day: new Date(day * DAY).toISOString().slice(0, 10) })),
    ).toEqual(
      before.map((lease, index) => ({
        lease,
        day: ["2026-11-01", "2026-11-02", "2026-11-02", "2026-11-03", "2026-12-12"][Math.floor(index / 2)],
      })),
    )
    expect(() =>
      sqlite.exec("insert into leases (day, number_id, id, visit_id, pool_id) values (1, 1, 1, 1, 1)"),
    ).toThrow(/UNIQUE/)
    sqlite.close()
  })
})
