import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { SITE_MIGRATIONS } from "../migrations/index.js"
import { createMoments } from "../server/core/clock.js"
import type { Site } from "../server/core/db.js"
import { createPool } from "../server/core/pool-setup.js"
import { report } from "../server/core/report.js"
import { settle } from "../server/core/rollup.js"
import { createSite, newSettings } from "../server/core/settings.js"
import { recordVisit } from "../server/core/visit.js"
import { openDatabase } from "../server/node/database.js"
import { ReportQuery } from "../shared/contract-report.js"
import { USER_AGENTS, visitNumber } from "./traffic.js"
import { writeYear, YEAR, YEAR_START } from "./year.js"

// npm run bench:reports: a year of one site, written straight into the real schema, summed by the real `settle`, and asked the
// questions of a dashboard. `-- --visits 1000000` makes a smaller year; calls are a tenth, orders a fiftieth of the visits.

const DAY = 86_400_000
const argument = process.argv.indexOf("--visits")
const VISITS = argument > 0 ? Number(process.argv[argument + 1]) : 10_000_000
const CALLS = VISITS / 10
const ORDERS = VISITS / 50
const START = YEAR_START
const ROUNDS = 15
const folder = mkdtempSync(join(tmpdir(), "ringtrail-reports-"))
const file = join(folder, "site.db")
const { db, sqlite } = openDatabase(file, SITE_MIGRATIONS, START)
const fields = { name: "Bench", domains: ["shop.example"], timezone: "Europe/Berlin", currency: "EUR", country: "DE" }
createSite({ db }, newSettings("site_bench", fields, START))
let clock = START
const moments = createMoments(db, () => clock)
const site = (): Site => {
  const now = moments.now()
  return { db, now, newId: () => moments.newId(now) }
}
const numbers = Array.from({ length: 1000 }, (_, index) => `+4930556${String(index).padStart(4, "0")}`)
createPool(site(), { name: "Web", target: "+4930123456", numbers, overflow: "share", idle_minutes: 30 })

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

const begun = performance.now()
writeYear(sqlite, VISITS)
console.error(`generated ${VISITS} visits, ${CALLS} calls and ${ORDERS} orders in ${seconds(begun)} s`)
clock = START + YEAR + 2 * DAY

// The sweep's own batches first: what a site that is in use pays.
const batches: number[] = []
let settled = 0
const settling = performance.now()
for (let read = -1; read !== 0; settled += read) {
  const rows = batches.length < 10 ? 5000 : 50_000
  const [found, ms] = timed(() => sqlite.transaction(() => settle(site(), { rows, least: 1 }))())
  if (batches.length < 10 && found > 0) batches.push((ms / found) * 1000)
  read = found
}
console.error(`summed ${settled} rows in ${seconds(settling)} s`)

const year = { from: "2025-11-01", to: "2026-10-31" }
const odd = { from: "2025-11-12", to: "2026-10-20" }
const month = { from: "2026-09-21", to: "2026-10-20" }
const money = "visits,calls,orders,revenue,cost,roi,cost_per_call,aov"
const QUESTIONS: [name: string, query: Record<string, string>][] = [
  ["totals, a year", { metrics: money, ...year }],
  ["by channel, a year, money and ROI", { metrics: money, group_by: "channel", ...year }],
  ["by channel, 343 days", { metrics: "visits,calls,orders,revenue", group_by: "channel", ...odd }],
  ["by campaign, a year", { metrics: money, group_by: "campaign", ...year }],
  ["by channel and campaign, 30 days", { metrics: money, group_by: "channel,campaign", ...month }],
  ["by day, a year", { metrics: "visits,calls,orders,revenue,cost", interval: "day", ...year }],
  ["by day and channel, 30 days", { metrics: "visits,calls,revenue", interval: "day", group_by: "channel", ...month }],
  ["by landing page, a year", { metrics: "visits,calls,orders", group_by: "landing_page", ...year }],
  ["by city, a year", { metrics: "visits,calls,orders", group_by: "city", ...year }],
  ["weekday x hour, a year", { metrics: "calls,missed", group_by: "weekday,hour", ...year }],
  [
    "by channel in New York's days, 30 days",
    { metrics: "visits,calls", group_by: "channel", tz: "America/New_York", ...month },
  ],
  [
    "one channel by campaign, with the month before",
    { metrics: money, group_by: "campaign", channel: "Paid Search", compare: "previous", ...month },
  ],
]
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
const span = Math.max(1, Math.min(360, Math.floor((365 * 100_000) / CALLS)))
const touched = { from: new Date(START + (364 - span) * DAY).toISOString().slice(0, 10), to: "2026-10-30" }
const credit = ["linear", "position", "shapley", "markov"].map((model) => {
  const query = { metrics: "calls", group_by: "channel", model, ...touched }
  const [answer, ms] = timed(() => ask(query))
  return { model, conversions: Math.round(answer.totals.calls ?? 0), ms: Math.round(ms) }
})

// Leases with and without a report between every hundred of them; a report in between is waited for by the next.
const client = { userAgent: USER_AGENTS[0] ?? "", language: "de", country: null, region: null, city: null }
let visit = 1
const lease = (between: () => void) => {
  const times: number[] = []
  for (let turn = 0; turn < 3000; turn++) {
    clock += 3000
    times.push(
      timed(() => {
        if (turn % 200 === 199) between()
        sqlite.transaction(() => recordVisit(site(), visitNumber(visit++), client))()
      })[1],
    )
  }
  return quantile(times, 0.99)
}
lease(() => {})
const idle = lease(() => {})
const busy = lease(() => void ask(QUESTIONS[1]?.[1] ?? {}))

const results = {
  visits: VISITS,
  calls: CALLS,
  orders: ORDERS,
  file_mb: Math.round(statSync(file).size / 1e6),
  reports: rows,
  settle_ms_per_1000_rows: round(quantile(batches, 0.5)),
  credit,
  lease: { idle_p99_ms: round(idle), reporting_p99_ms: round(busy), ratio: round(busy / idle) },
}
sqlite.close()
rmSync(folder, { recursive: true, force: true })
writeFileSync("bench/reports-results.json", `${JSON.stringify(results, null, 2)}\n`)
console.log(`\nNode ${process.version}, ${VISITS} visits, ${CALLS} calls, ${ORDERS} orders of a year on one site\n`)
console.log("| report | rows | p50, ms of processor time | p95 |\n| --- | ---: | ---: | ---: |")
for (const row of rows) console.log(`| ${row.name} | ${row.rows} | ${row.p50_ms} | ${row.p95_ms} |`)
for (const { model, conversions, ms } of credit) console.log(`| ${model} over ${conversions} calls | | ${ms} | |`)
console.log(`\nsettling: ${results.settle_ms_per_1000_rows} ms per 1,000 rows`)
console.log(
  `lease p99: ${results.lease.idle_p99_ms} ms idle, ${results.lease.reporting_p99_ms} ms with a report every 200 leases, ratio ${results.lease.ratio}`,
)
