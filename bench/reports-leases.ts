import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { SITE_MIGRATIONS } from "../migrations/index.js"
import { bundleProgram } from "../run.js"
import { settle } from "../server/core/report/rollup.js"
import { updateSite } from "../server/core/site/settings.js"
import { createMoments } from "../server/core/store/clock.js"
import type { Site } from "../server/core/store/db.js"
import { recordVisit } from "../server/core/visit/visit.js"
import { openDatabase } from "../server/node/database.js"
import { Questions } from "../server/node/questions.js"
import { pauseAfter } from "../server/node/sites.js"
import { ReportQuery } from "../shared/contract-report.js"
import { QUESTIONS } from "./questions.js"
import { USER_AGENTS, visitNumber } from "./traffic.js"
import { YEAR, YEAR_START } from "./year.js"

// npm run bench:reports:leases -- --file PATH: how long page views wait for their number while reports are made and while the
// sweep sums, on a copy of the year that bench:reports made (`-- --visits 1000000 --file PATH --make`). Time is that which the
// server's thread works: page views fall due and pieces of the sweep come by a clock that only work and waiting for work move on,
// so that what else the machine does, its disk's flushes among it, is in no figure.

const place = process.argv.indexOf("--file")
const file = process.argv[place + 1]
if (place < 0 || file === undefined) throw new Error("say where the year is: --file PATH")
/** A page view falls due every so many ms: 17 million a day. */
const EVERY_MS = 5
const TURNS = 1000
const ROUNDS = 3

const folder = mkdtempSync(join(tmpdir(), "ringtrail-leases-"))
const copy = join(folder, "site.db")
copyFileSync(file, copy)
const questions = new Questions(pathToFileURL(await bundleProgram("server/node/question-thread.ts")))
let clock = YEAR_START + YEAR + 2 * 86_400_000
const { db, sqlite } = openDatabase(copy, SITE_MIGRATIONS, clock, { durable: false })
const moments = createMoments(db, () => clock)
const site = (): Site => {
  const now = moments.now()
  return { db, now, newId: () => moments.newId(now) }
}
const client = { userAgent: USER_AGENTS[0] ?? "", language: "de", country: null, region: null, city: null }
let view = 1

/** Work as one transaction, and how long this thread worked on it, ms. */
function spend<T>(work: () => T): [T, number] {
  const begin = process.threadCpuUsage()
  const done = sqlite.transaction(work).immediate()
  const { user, system } = process.threadCpuUsage(begin)
  return [done, (user + system) / 1000]
}

const pieces: number[] = []
let summed = 0

/** Ms from when each page view was due until its lease was written, the sweep at work beside it or not. */
async function lease(isSweeping: boolean): Promise<number[]> {
  const times: number[] = []
  let now = 0
  let piece = isSweeping ? 0 : Number.POSITIVE_INFINITY
  for (let turn = 0; turn < TURNS; turn++) {
    const due = turn * EVERY_MS
    while (piece <= Math.max(now, due)) {
      const [rows, ms] = spend(() => settle(site()))
      if (rows === 0) throw new Error("nothing is left to sum")
      summed += rows
      pieces.push(ms)
      now = Math.max(now, piece) + ms
      piece = now + pauseAfter(ms)
    }
    clock += 3000
    const [, ms] = spend(() => recordVisit(site(), visitNumber(view++), client))
    now = Math.max(now, due) + ms
    times.push(now - due)
    // The thread of reports hands its answers over.
    if (turn % 10 === 0) await new Promise<void>((resolve) => setImmediate(resolve))
  }
  return times
}

let reports = 0
async function reporting(): Promise<number[]> {
  let over = false
  const other = (async () => {
    while (!over) {
      const query = ReportQuery.parse(QUESTIONS[reports++ % QUESTIONS.length]?.[1] ?? {})
      await questions.ask(copy, clock, { name: "report", query })
    }
  })()
  const times = await lease(false)
  over = true
  await other
  return times
}

const quantile = (values: readonly number[], part: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * part)] ?? Number.NaN
const round = (value: number) => Math.round(value * 100) / 100
const of = (times: readonly number[]) => ({ p50_ms: round(quantile(times, 0.5)), p99_ms: round(quantile(times, 0.99)) })
/** In another zone everything is summed anew: the sweep has work without end. */
const makeAnew = () => updateSite(site(), { timezone: "Europe/Paris" })

await lease(false)
const [idle, besideReports, besideSweep]: [number[], number[], number[]] = [[], [], []]
for (let turn = 0; turn < ROUNDS; turn++) {
  idle.push(...(await lease(false)))
  besideReports.push(...(await reporting()))
}
await questions.close()
makeAnew()
for (let turn = 0; turn < ROUNDS; turn++) {
  idle.push(...(await lease(false)))
  besideSweep.push(...(await lease(true)))
}
sqlite.close()
rmSync(folder, { recursive: true, force: true })

const ratio = (times: readonly number[]) => round(quantile(times, 0.99) / quantile(idle, 0.99))
const sweep = { pieces: pieces.length, piece_p50_ms: round(quantile(pieces, 0.5)), rows: summed }
const results = {
  idle: of(idle),
  reports: { asked: reports, ...of(besideReports), p99_ratio: ratio(besideReports) },
  summing: { ...sweep, ...of(besideSweep), p99_ratio: ratio(besideSweep) },
}
writeFileSync("bench/reports-leases-results.json", `${JSON.stringify(results, null, 2)}\n`)
console.log(JSON.stringify(results, null, 2))
