import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { SITE_MIGRATIONS } from "../migrations/index.js"
import { createMoments } from "../server/core/clock.js"
import type { Site } from "../server/core/db.js"
import { idAt } from "../server/core/id.js"
import { createPool } from "../server/core/pool-setup.js"
import { report } from "../server/core/report.js"
import { settle } from "../server/core/rollup.js"
import { createSite, newSettings } from "../server/core/settings.js"
import { recordVisit } from "../server/core/visit.js"
import { openDatabase } from "../server/node/database.js"
import { ReportQuery } from "../shared/contract-report.js"
import { createRandom } from "./attribution/random.js"
import { USER_AGENTS, visitNumber } from "./traffic.js"

// npm run bench:reports: a year of one site, written straight into the real schema, summed by the real `settle`, and asked the
// questions of a dashboard. `-- --visits 1000000` makes a smaller year; calls are a tenth, orders a fiftieth of the visits.

const DAY = 86_400_000
const argument = process.argv.indexOf("--visits")
const VISITS = argument > 0 ? Number(process.argv[argument + 1]) : 10_000_000
const CALLS = VISITS / 10
const ORDERS = VISITS / 50
const START = Date.UTC(2025, 10, 1)
const YEAR = 365 * DAY
const ROUNDS = 15
const CHANNELS = [
  "Paid Search",
  "Organic Search",
  "Paid Social",
  "Organic Social",
  "Email",
  "Direct",
  "Referral",
  "Display",
]
const CAMPAIGNS = 60
const PAGES = 300

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

const { unit: random } = createRandom(1)
const pick = (count: number) => Math.floor(random() ** 2 * count)
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

function generate(): void {
  const addSource = sqlite.prepare("insert into sources values (?, ?, ?, ?, ?, ?, '', '')")
  const sources = CHANNELS.flatMap((channel, place) =>
    Array.from({ length: CAMPAIGNS }, (_, campaign) => {
      const id = place * CAMPAIGNS + campaign + 1
      addSource.run(id, channel, channel, `s${place}`, "cpc", `campaign-${campaign}`)
      return id
    }),
  )
  const addVisit = sqlite.prepare(
    `insert into visits (id, secret, visitor_id, source_id, landing_url, landing_page, device, browser, os, language, country, region, city, consent, seen_at, leases)
     values (?, '0123456789', ?, ?, 'https://shop.example/', ?, ?, ?, 'Windows', 'de', 'DE', ?, ?, 'full', ?, '[]')`,
  )
  const addCall = sqlite.prepare(
    `insert into calls (id, carrier, call_key, to_e164, from_e164, from_kind, status, answered, started_at, duration_s, talk_s, wait_s, first_time, visit_id, visitor_id, source_id, state, method, confidence, channel_confidence, candidates, updated_at)
     values (?, 'bench', ?, '+4930556000', ?, 'number', ?, ?, ?, 90, 60, 8, ?, ?, ?, ?, 'attributed', 'pool', 0.9, 0.9, '[]', 0)`,
  )
  const addOrder = sqlite.prepare(
    `insert into orders (id, external_id, at, amount, currency, site_amount, repeat, call_id, visit_id, visitor_id, source_id, updated_at)
     values (?, ?, ?, ?, 'EUR', ?, ?, ?, ?, ?, ?, 0)`,
  )
  const known: number[] = []
  const step = YEAR / VISITS
  for (let first = 0; first < VISITS; first += 50_000)
    sqlite.transaction(() => {
      for (let n = first; n < Math.min(VISITS, first + 50_000); n++) {
        const at = START + Math.floor(n * step)
        const id = idAt(at) + (n % 1000)
        const visitor =
          random() < 0.25 && known.length > 0 ? (known[Math.floor(random() * known.length)] ?? null) : null
        if (visitor === null && n % 5 === 0) known[n % 50_000] = id
        const source = sources[pick(sources.length)] ?? 1
        const place = pick(16)
        addVisit.run(
          id,
          visitor,
          source,
          `shop.example/p${pick(PAGES)}`,
          n % 3 ? "mobile" : "desktop",
          n % 4 ? "Chrome" : "Safari",
          `R${place}`,
          `C${place}-${pick(12)}`,
          at,
        )
        if (n % 10 === 0) {
          const answered = n % 70 === 0 ? 0 : 1
          addCall.run(
            id + 1,
            `c${n}`,
            `+49151${n}`,
            answered ? "completed" : "missed",
            answered,
            at + 60_000,
            visitor === null ? 1 : 0,
            id,
            visitor ?? id,
            source,
          )
        }
        if (n % 50 === 0)
          addOrder.run(
            id + 2,
            `o${n}`,
            at + 600_000,
            10_000,
            10_000,
            visitor === null ? 0 : 1,
            id + 1,
            id,
            visitor ?? id,
            source,
          )
      }
    })()
  const addCost = sqlite.prepare(
    "insert into costs (id, kind, amount, currency, site_amount, from_day, to_day, source_id, created_at, updated_at) values (?, 'ads', 3650000, 'EUR', 3650000, '2025-11-01', '2026-10-31', ?, 0, 0)",
  )
  const addDay = sqlite.prepare("insert into cost_days values (?, ?, 10000, 50, 1000)")
  sqlite.transaction(() => {
    for (let source = 1; source <= 120; source++) {
      addCost.run(source, source)
      for (let day = 0; day < 365; day++) addDay.run(new Date(START + day * DAY).toISOString().slice(0, 10), source)
    }
  })()
}

const begun = performance.now()
generate()
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
