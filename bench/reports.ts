import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { SITE_MIGRATIONS } from "../migrations/index.js"
import { createPool } from "../server/core/number/pool-setup.js"
import { report } from "../server/core/report/report.js"
import { settle } from "../server/core/report/rollup.js"
import { createSite, newSettings } from "../server/core/site/settings.js"
import { createMoments } from "../server/core/store/clock.js"
import type { Site } from "../server/core/store/db.js"
import { openDatabase } from "../server/node/database.js"
import { MODELS, ReportQuery } from "../shared/contract-report.js"
import { QUESTIONS } from "./questions.js"
import { writeYear, YEAR, YEAR_START } from "./year.js"

// npm run bench:reports: a year of one site, written straight into the real schema, summed by the real `settle`, and asked the
// questions of a dashboard. `-- --visits 1000000` makes a smaller year; calls are a tenth, orders a fiftieth of the visits.
// `-- --file PATH` keeps the year there and asks it again at once; `-- --make` stops when it is made. What is measured of a year
// made is written to bench/reports-results.json where it has ten million visits, the run that the README tells of.

const DAY = 86_400_000
const argument = (name: string) => {
  const place = process.argv.indexOf(name)
  return place > 0 ? process.argv[place + 1] : undefined
}
const FULL = 10_000_000
const VISITS = Number(argument("--visits") ?? FULL)
const CALLS = VISITS / 10
const ORDERS = VISITS / 50
const START = YEAR_START
const ROUNDS = 20
/** Days at the end that are summed while leases are made. */
const LATE_DAYS = 5
const kept = argument("--file")
const folder = kept === undefined ? mkdtempSync(join(tmpdir(), "ringtrail-reports-")) : undefined
const file = kept ?? join(folder ?? "", "site.db")
const isMade = existsSync(file)
const { db, sqlite } = openDatabase(file, SITE_MIGRATIONS, START)
const fields = { name: "Bench", domains: ["shop.example"], timezone: "Europe/Berlin", currency: "EUR", country: "DE" }
let clock = START
const moments = createMoments(db, () => clock)
const site = (): Site => {
  const now = moments.now()
  return { db, now, newId: () => moments.newId(now) }
}

const seconds = (begin: number) => Math.round((performance.now() - begin) / 100) / 10
/** Work and its ms of processor time: it is synchronous, so on a machine of its own it takes no longer. */
const timed = <T>(work: () => T): [T, number] => {
  const begin = process.threadCpuUsage()
  const result = work()
  const { user, system } = process.threadCpuUsage(begin)
  return [result, (user + system) / 1000]
}
const quantile = (values: readonly number[], part: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN
const round = (value: number) => Math.round(value * 100) / 100

if (!isMade) {
  const begun = performance.now()
  createSite({ db }, newSettings("site_bench", fields, START))
  const numbers = Array.from({ length: 1000 }, (_, index) => `+4930556${String(index).padStart(4, "0")}`)
  createPool(site(), { name: "Web", target: "+4930123456", numbers, overflow: "share", idle_minutes: 30 })
  sqlite.pragma("synchronous = off")
  writeYear(sqlite, VISITS)
  console.error(`generated ${VISITS} visits, ${CALLS} calls and ${ORDERS} orders in ${seconds(begun)} s`)
}
clock = START + YEAR + 2 * DAY

/** Sums what is older than so many days: ms of processor time per 1,000 rows, and of each piece. */
function sum(rows: number, days: number, most = Number.POSITIVE_INFINITY): { per1000: number; pieces: number[] } {
  const pieces: number[] = []
  let settled = 0
  for (let found = -1; found !== 0 && pieces.length < most; settled += found) {
    const measure = { rows, least: 1, youngMs: days * DAY }
    const [read, ms] = timed(() => sqlite.transaction(() => settle(site(), measure))())
    found = read
    pieces.push(ms)
  }
  return { per1000: (pieces.reduce((all, one) => all + one, 0) / settled) * 1000, pieces }
}

interface Made {
  readonly ms_per_1000_rows: number
  readonly piece_of_500_p95_ms: number
  readonly ms_per_1000_rows_in_bulk: number
}
// What a site that is in use pays comes first: the sweep's own pieces.
if (!isMade) {
  const summing = performance.now()
  const own = sum(500, 30, 200)
  const bulk = sum(20_000, LATE_DAYS + 2)
  console.error(`summed in ${seconds(summing)} s`)
  sqlite.pragma("synchronous = full")
  sqlite.pragma("wal_checkpoint(truncate)")
  const made: Made = {
    ms_per_1000_rows: round(own.per1000),
    piece_of_500_p95_ms: round(quantile(own.pieces, 0.95)),
    ms_per_1000_rows_in_bulk: round(bulk.per1000),
  }
  writeFileSync(`${file}.json`, JSON.stringify(made))
}
const made = JSON.parse(readFileSync(`${file}.json`, "utf8")) as Made
if (process.argv.includes("--make")) process.exit(0)
sum(20_000, 1)

const ask = (query: Record<string, string>) => report(site(), ReportQuery.parse(query))
const rows = QUESTIONS.map(([name, query]) => {
  ask(query)
  const times = Array.from({ length: ROUNDS }, () => timed(() => ask(query))[1])
  return {
    name,
    rows: ask(query).rows.length,
    p50_ms: round(quantile(times, 0.5)),
    p95_ms: round(quantile(times, 0.95)),
  }
})

// As many days as have 100,000 conversions.
const span = Math.max(1, Math.min(350, Math.floor((365 * 100_000) / CALLS)))
const dayAt = (day: number) => new Date(START + day * DAY).toISOString().slice(0, 10)
const touched = { from: dayAt(364 - LATE_DAYS - span), to: dayAt(363 - LATE_DAYS) }
const credit = MODELS.filter((model) => model !== "own").map((model) => {
  const query = { metrics: "calls", group_by: "channel", model, ...touched }
  const conversions = Math.round(ask(query).totals.calls ?? 0)
  const times = Array.from({ length: 2 }, () => timed(() => ask(query))[1])
  return { model, conversions, ms: Math.round(quantile(times, 0.5)) }
})

const results = {
  visits: VISITS,
  calls: CALLS,
  orders: ORDERS,
  file_mb: Math.round(statSync(file).size / 1e6),
  reports: rows,
  settle: made,
  credit,
}
if (VISITS === FULL) writeFileSync("bench/reports-results.json", `${JSON.stringify(results, null, 2)}\n`)
console.log(`\nNode ${process.version}, ${VISITS} visits, ${CALLS} calls, ${ORDERS} orders of a year on one site\n`)
console.log("| report | rows | p50, ms of processor time | p95 |\n| --- | ---: | ---: | ---: |")
for (const row of rows) console.log(`| ${row.name} | ${row.rows} | ${row.p50_ms} | ${row.p95_ms} |`)
for (const { model, conversions, ms } of credit) console.log(`| ${model} over ${conversions} calls | | ${ms} | |`)
console.log(
  `\nsumming: ${made.ms_per_1000_rows} ms per 1,000 rows in pieces of 500 (${made.piece_of_500_p95_ms} ms each at p95), ${made.ms_per_1000_rows_in_bulk} in bulk`,
)

sqlite.close()
if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
