import { fork } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"
import autocannon from "autocannon"
import { runBuild } from "../build.js"
import { SITE_MIGRATIONS } from "../migrations/index.js"
import { bundleProgram } from "../run.js"
import { signTwilio } from "../server/carriers/twilio.js"
import { settle } from "../server/core/report/rollup.js"
import { createMoments } from "../server/core/store/clock.js"
import { newKey } from "../server/core/store/id.js"
import { openDatabase } from "../server/node/database.js"
import { benchLease, median } from "./in-process.js"
import { countRows } from "./rows.js"
import { ORIGIN, USER_AGENTS, visitNumber } from "./traffic.js"

// npm run bench: every figure of one run on one machine, as a ratio to the constant answer of the same run.

const CONNECTIONS = 32
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3)
const TOKEN = "0123456789abcdef0123456789abcdef"
const PUBLIC_URL = "https://calls.example"
const NUMBERS = 1000
/** Requests before the clock runs: a server that has just started is still being compiled. */
const WARM_UP = 30_000

interface Load {
  readonly rate: number
  /** Processor time that the server took for a request, µs: what of the rate is the server's, whatever else the machine does. */
  readonly cpu: number
  readonly p50: number
  readonly p99: number
}

type Request = Pick<autocannon.Request, "method" | "path" | "headers" | "body">

/** Fires `make`'s requests over 32 connections; refuses to count a run in which one failed. */
async function fire(
  { cpu }: Pick<Awaited<ReturnType<typeof startServer>>, "cpu">,
  url: string,
  make: (n: number) => Request,
  { seconds = SECONDS, amount }: { seconds?: number; amount?: number } = {},
): Promise<Load> {
  let n = 0
  const before = await cpu()
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    ...(amount === undefined ? { duration: seconds } : { amount }),
    requests: [{ method: "GET", path: "/", setupRequest: (request) => Object.assign(request, make(n++)) }],
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} answers other than 2xx, ${result.errors} errors`)
  const used = (await cpu()) - before
  return {
    rate: result.requests.average,
    cpu: used / result.requests.total,
    p50: result.latency.p50,
    p99: result.latency.p99,
  }
}

await runBuild()
const serverFile = await bundleProgram("bench/server.ts")
const folder = mkdtempSync(join(tmpdir(), "ringtrail-bench-"))
const adminKey = newKey("admin")
const sample = { visitor: "vtr_0r3kJy4XY6GkK5HUl7Z", visit: "vis_0r3kJy4XY6GkK5HUl7Z", beat_s: 30, swaps: [] }
const env = { ...process.env, DATA_DIR: folder, ADMIN_KEY: adminKey }

interface Started {
  readonly url: string
  readonly constantUrl: string
  /** When its clock and ours agreed, ms, and how much faster its own runs. */
  readonly start: number
  readonly speed: number
}

/** Starts the server with the constant it shall answer. */
async function startServer(constant: unknown) {
  const child = fork(serverFile, {
    env: { ...env, CONSTANT: JSON.stringify(constant) },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  })
  const { url, constantUrl, start, speed } = await new Promise<Started>((resolve, reject) => {
    child.once("message", (message) => resolve(message as Started))
    child.once("exit", (code) => reject(new Error(`the server under load ended with ${code}`)))
  })
  const stop = () =>
    new Promise<void>((resolve) => {
      child.removeAllListeners("exit")
      child.once("exit", () => resolve())
      child.kill("SIGTERM")
    })
  const cpu = () =>
    new Promise<number>((resolve) => {
      child.once("message", ({ cpu: { user, system } }: { cpu: NodeJS.CpuUsage }) => resolve(user + system))
      child.send("cpu")
    })
  const now = () => start + (Date.now() - start) * speed
  return { url, constantUrl, now, cpu, stop }
}

async function api<T>(url: string, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${adminKey}`, origin: ORIGIN, "user-agent": USER_AGENTS[0] ?? "" },
    body: body === undefined ? null : JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as T
}

const numbers = Array.from({ length: NUMBERS }, (_, index) => `+1212556${String(index).padStart(4, "0")}`)
const setup = await startServer(sample)
const { id: site } = await api<{ id: string }>(setup.url, "POST", "/v1/sites", {
  name: "Bench",
  domains: ["shop.example"],
  forward_to: "+12125550100",
})
await api(setup.url, "POST", `/v1/sites/${site}/pools`, { name: "Web", target: "+12125550100", numbers })
await api(setup.url, "PUT", `/v1/sites/${site}/carriers/twilio`, {
  account_sid: `AC${"0".repeat(32)}`,
  auth_token: TOKEN,
})
const answer = await api<unknown>(setup.url, "POST", `/v1/sites/${site}/visits`, visitNumber(2))
await setup.stop()

// The constant is a real answer, so that both write the same bytes.
const server = await startServer(answer)
const visit = (n: number): Request => ({
  method: "POST",
  path: `/v1/sites/${site}/visits`,
  headers: { "content-type": "text/plain", origin: ORIGIN, "user-agent": USER_AGENTS[n % 3] ?? "" },
  body: JSON.stringify(visitNumber(n)),
})
const get = (path: string): Request => ({
  method: "GET",
  path: `/v1/sites/${site}/${path}`,
  headers: { authorization: `Bearer ${adminKey}` },
})

const calls: Request[] = []
for (let n = 0; n < 20_000; n++) {
  const fields = {
    CallSid: `CA${n}${Date.now()}`,
    From: `+1312555${String(n % 10_000).padStart(4, "0")}`,
    To: numbers[n % NUMBERS] ?? "",
    CallStatus: "ringing",
  }
  const path = `/v1/sites/${site}/carriers/twilio/voice`
  const signature = await signTwilio(PUBLIC_URL + path, Object.entries(fields), TOKEN)
  calls.push({
    method: "POST",
    path,
    headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature },
    body: new URLSearchParams(fields).toString(),
  })
}

await fire(server, server.constantUrl, visit, { amount: WARM_UP })
await fire(server, server.url, visit, { amount: WARM_UP })
const HALF = { seconds: SECONDS / 2 }
const rows = new Map<string, Load[]>()
const note = (name: string, load: Load) => rows.set(name, [...(rows.get(name) ?? []), load])
let called = 0
for (let round = 0; round < ROUNDS; round++) {
  note("constant answer", await fire(server, server.constantUrl, visit))
  note("visit + lease, durable", await fire(server, server.url, visit))
  note(
    "carrier webhook, durable",
    await fire(server, server.url, () => calls[called++ % calls.length] ?? get("calls"), HALF),
  )
  note(
    "resolve",
    await fire(
      server,
      server.url,
      (n) =>
        get(`resolve?to=${encodeURIComponent(numbers[n % NUMBERS] ?? "")}&at=${new Date(server.now()).toISOString()}`),
      HALF,
    ),
  )
}
await server.stop()

// As the sweep would have done by now, time going as fast as it does here.
settleAll()
const reporting = await startServer(answer)
const visitsSoFar = (
  await api<{ totals: { visits: number } }>(reporting.url, "GET", `/v1/sites/${site}/report?metrics=visits`)
).totals.visits
note(
  "report by channel, 30 days",
  await fire(reporting, reporting.url, () => get("report?metrics=visits,calls&group_by=channel"), HALF),
)
await reporting.stop()
rmSync(folder, { recursive: true, force: true })

const lease = benchLease(5)
const script = readFileSync("dist/dni.js")
const written = await countRows()
const constant = rows.get("constant answer") ?? []
const base = median(constant.map(({ rate }) => rate))
const baseCpu = median(constant.map(({ cpu }) => cpu))
const http = [...rows].map(([name, loads]) => ({
  name,
  rate: Math.round(median(loads.map(({ rate }) => rate))),
  ratio: Number((median(loads.map(({ rate }) => rate)) / base).toFixed(2)),
  cpu_us: Math.round(median(loads.map(({ cpu }) => cpu))),
  cpu_ratio: Number((baseCpu / median(loads.map(({ cpu }) => cpu))).toFixed(2)),
  p50_ms: median(loads.map(({ p50 }) => p50)),
  p99_ms: median(loads.map(({ p99 }) => p99)),
}))
const results = {
  connections: CONNECTIONS,
  rounds: ROUNDS,
  http,
  report_over_visits: visitsSoFar,
  in_process_lease: {
    ours_us: round1(lease.ours),
    by_hand_us: round1(lease.byHand),
    ratio: round1(lease.ratio),
    cpu_ratio: round1(lease.cpuRatio),
  },
  rows_written: written,
  script_bytes: {
    raw: script.length,
    gzip: gzipSync(script, { level: 9 }).length,
    brotli: brotliCompressSync(script, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
  },
}
writeFileSync("bench/results.json", `${JSON.stringify(results, null, 2)}\n`)

const { in_process_lease: inProcess, script_bytes: bytes } = results
console.log(`\nNode ${process.version}, ${CONNECTIONS} connections, median of ${ROUNDS} rounds in one run\n`)
console.log(
  "| what | measured | ratio to the constant answer | processor µs a request | ratio | p50 ms | p99 ms |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
)
for (const row of http)
  console.log(
    `| ${row.name} | ${row.rate} requests/s | ${row.ratio} | ${row.cpu_us} | ${row.cpu_ratio} | ${row.p50_ms} | ${row.p99_ms} |`,
  )
for (const [what, measured] of [
  ["visits that the report counts, summed by the sweep", visitsSoFar],
  ["visit + lease in process, 32 a commit", `${inProcess.ours_us} µs`],
  ["the same rows by hand-written statements", `${inProcess.by_hand_us} µs`],
  ["ratio of the two, by the clock / of processor time (goal ≤ 3)", `${inProcess.ratio} / ${inProcess.cpu_ratio}`],
  ["rows written in a Durable Object: visit + lease (goal ≤ 8)", written.visit],
  [
    "rows written: further page / heartbeat / page hidden / call",
    `${written.page} / ${written.beat} / ${written.hide} / ${written.call}`,
  ],
  ["script, bytes: raw / gzip / brotli (budget 2,048)", `${bytes.raw} / ${bytes.gzip} / ${bytes.brotli}`],
])
  console.log(`| ${what} | ${measured} | | | | | |`)

/** Sums what came in, as the sweep does every ten minutes. */
function settleAll(): void {
  const now = server.now()
  const { sqlite, db } = openDatabase(join(folder, "sites", `${site}.db`), SITE_MIGRATIONS, now)
  const moments = createMoments(db, () => now)
  const opened = { db, now: moments.now(), newId: () => moments.newId(now) }
  while (sqlite.transaction(() => settle(opened))() > 0);
  sqlite.close()
}

function round1(value: number): number {
  return Math.round(value * 10) / 10
}
