import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { SITE_MIGRATIONS } from "../migrations/index.js"
import { settle } from "../server/core/report/rollup.js"
import { createMoments } from "../server/core/store/clock.js"
import { newKey } from "../server/core/store/id.js"
import { openDatabase } from "../server/node/database.js"
import { startServer } from "../server/node/server.js"
import { listPages, listParts } from "../test/dashboard/pages.js"
import { writeYear, YEAR, YEAR_START } from "./year.js"

// npm run bench:dashboard: every page of a site with a year of a million visits, asked for again and again over HTTP, with
// the processor time of the whole process: what a page costs on a machine of its own. `-- --visits 100000` is a smaller year;
// `-- --only /numbers` asks for the pages that hold these words alone, and keeps no results.

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`)
  return at > 0 ? process.argv[at + 1] : undefined
}
const VISITS = Number(option("visits") ?? 1_000_000)
const ONLY = option("only")
const LEADS = Math.min(20_000, VISITS / 50)
const ROUNDS = 20
const GOAL_MS = 100
const PERIODS = ["today", "7d", "30d", "90d"]
const HEADERS = { "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" }

const quantile = (values: readonly number[], part: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN
const round = (value: number) => Math.round(value * 10) / 10

const dataDir = mkdtempSync(join(tmpdir(), "ringtrail-dashboard-"))
const adminKey = newKey("admin")
let now = YEAR_START
const start = () =>
  startServer({
    config: { port: 0, dataDir, publicUrl: undefined, adminKey, trustProxy: 0, scriptPath: undefined },
    assets: {
      script: "",
      formScript: "",
      scriptDigest: "",
      openapi: "{}",
      dashboard: { style: "", script: "", chart: "", digest: "0" },
    },
    version: "bench",
    log: () => {},
    clock: () => now,
  })
let server = await start()
const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
  const answer = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${adminKey}` },
    body: body === undefined ? null : JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as T
}

const { id: site } = await api<{ id: string }>("POST", "/v1/sites", {
  name: "Bench",
  domains: ["shop.example"],
  timezone: "Europe/Berlin",
  currency: "EUR",
  country: "DE",
})
await api("POST", `/v1/sites/${site}/pools`, {
  name: "Web",
  target: "+4930123456",
  numbers: Array.from({ length: 1000 }, (_, index) => `+4930556${String(index).padStart(4, "0")}`),
})
await server.stop()

console.error(`writing a year of ${VISITS} visits ...`)
const { db, sqlite } = openDatabase(join(dataDir, "sites", `${site}.db`), SITE_MIGRATIONS, YEAR_START)
writeYear(sqlite, VISITS)
now = YEAR_START + YEAR
const moments = createMoments(db, () => now)
const opened = () => {
  const moment = moments.now()
  return { db, now: moment, newId: () => moments.newId(moment) }
}
for (let read = -1; read !== 0; ) read = sqlite.transaction(() => settle(opened(), { rows: 50_000, least: 1 }))()
sqlite.close()

server = await start()
console.error(`${LEADS} leads, through the API ...`)
for (let first = 0; first < LEADS; first += 100)
  await api(
    "POST",
    `/v1/sites/${site}/leads`,
    Array.from({ length: 100 }, (_, index) => ({
      external_id: `lead-${first + index}`,
      name: `Lead ${first + index}`,
      phone: `+49301${String(first + index).padStart(7, "0")}`,
      amount: 1000 + index,
      created_at: new Date(YEAR_START + ((first + index) / LEADS) * YEAR).toISOString(),
    })),
  )
const first = async (list: string) =>
  (await api<{ data: { id: string }[] }>("GET", `/v1/sites/${site}/${list}`)).data[0]?.id
const signedIn = await fetch(`${server.url}/app/sign-in`, {
  method: "POST",
  headers: HEADERS,
  body: `do=in&key=${adminKey}`,
  redirect: "manual",
})
const cookie = signedIn.headers.getSetCookie()[0]?.split(";")[0] ?? ""

/** A page and the ms of processor time that it took, the asking included. */
async function ask(path: string): Promise<number> {
  const begin = process.cpuUsage()
  const answer = await fetch(server.url + path, { headers: { cookie } })
  await answer.text()
  const { user, system } = process.cpuUsage(begin)
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`)
  return (user + system) / 1000
}

const rows: { path: string; p50_ms: number; p95_ms: number }[] = []
for (const page of [...(await listPages(site, first)), ...listParts(site)]) {
  const path = page.replace(`/app/${site}`, "") || "/"
  if (ONLY !== undefined && !path.includes(ONLY)) continue
  const asked = PERIODS.map((period) => `${page}${page.includes("?") ? "&" : "?"}period=${period}`)
  for (const address of asked) await ask(address)
  const times: number[] = []
  for (let turn = 0; turn < ROUNDS; turn++) times.push(await ask(asked[turn % asked.length] ?? page))
  rows.push({ path, p50_ms: round(quantile(times, 0.5)), p95_ms: round(quantile(times, 0.95)) })
  console.error(`${path}: ${rows.at(-1)?.p50_ms}, ${rows.at(-1)?.p95_ms} ms`)
}
await server.stop()
rmSync(dataDir, { recursive: true, force: true })

if (ONLY === undefined)
  writeFileSync(
    "bench/dashboard-results.json",
    `${JSON.stringify({ visits: VISITS, leads: LEADS, pages: rows }, null, 2)}\n`,
  )
console.log(
  `\nNode ${process.version}, a year of ${VISITS} visits, ${LEADS} leads; periods ${PERIODS.join(", ")} by turns\n`,
)
console.log("| page | p50, ms of processor time | p95 |\n| --- | ---: | ---: |")
for (const { path, p50_ms, p95_ms } of rows) console.log(`| \`${path}\` | ${p50_ms} | ${p95_ms} |`)
const slow = rows.filter(({ p95_ms }) => p95_ms > GOAL_MS)
console.log(
  slow.length === 0
    ? `\nall within ${GOAL_MS} ms at p95`
    : `\nover ${GOAL_MS} ms: ${slow.map(({ path }) => path).join(", ")}`,
)
