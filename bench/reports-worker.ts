import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3"
import { convertV4MiniflareOptions, Miniflare } from "miniflare"
import { newKey } from "../server/core/store/id.js"
import { MODELS } from "../shared/contract-report.js"
import { QUESTIONS } from "./questions.js"

// npm run bench:reports:worker -- --file PATH: the year that bench:reports made (`-- --visits 1000000 --file PATH --make`) in a
// real Durable Object of workerd, asked the same questions over HTTP. Processor time, request by request, and memory are those of
// the whole workerd process, as the system counts them: what else the machine does is in neither. The heap is that of the isolate
// with the site's object as V8 tells it over the inspector right after an answer, before it has given anything back: what it holds
// committed, with the buffers outside. Cloudflare's limit of 128 MB is on that.

const place = process.argv.indexOf("--file")
const file = process.argv[place + 1]
if (place < 0 || file === undefined) throw new Error("say where the year is: --file PATH")
const ROUNDS = 20
const adminKey = newKey("admin")
const folder = mkdtempSync(join(tmpdir(), "ringtrail-worker-"))

const start = (inspectorPort?: number) =>
  new Miniflare({
    ...convertV4MiniflareOptions({
      name: "ringtrail",
      ...(inspectorPort === undefined ? {} : { inspectorPort }),
      modules: true,
      scriptPath: "dist/worker.js",
      compatibilityDate: "2026-08-01",
      durableObjects: {
        SITES: { className: "SiteObject", useSQLite: true },
        DIRECTORY: { className: "DirectoryObject", useSQLite: true },
      },
      bindings: { PUBLIC_URL: "http://localhost:8787", ADMIN_KEY: adminKey, DEMO: "off", SCRIPT_PATH: "" },
    }),
    // Of the old shape's own ways to keep objects none survives the conversion.
    resourcePersistencePath: folder,
  })
const urlOf = async (workerd: Miniflare) => (await workerd.ready).toString().replace(/\/$/, "")
const headers = { authorization: `Bearer ${adminKey}`, "content-type": "application/json" }

const first = start()
const fields = { name: "Bench", domains: ["shop.example"], timezone: "Europe/Berlin", currency: "EUR", country: "DE" }
const created = await fetch(`${await urlOf(first)}/v1/sites`, { method: "POST", headers, body: JSON.stringify(fields) })
const { id } = (await created.json()) as { id: string }
await first.dispose()

/** Puts the year into the object's own database, but for what says which site it is. */
function fill(): void {
  let found = false
  const files = readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)))
  for (const name of files.filter((one) => one.endsWith(".sqlite"))) {
    const object = new Database(name)
    const isSite = object.prepare("select 1 from sqlite_master where name = 'visits'").get() !== undefined
    if (isSite) {
      found = true
      object.exec(`attach '${file}' as year`)
      const tables = object
        .prepare("select name from year.sqlite_master where type = 'table'")
        .pluck()
        .all() as string[]
      object.transaction(() => {
        for (const table of tables.filter((one) => !["site", "keys", "_migrations", "sqlite_sequence"].includes(one))) {
          object.exec(`delete from main.${table}`)
          const columns = (object.pragma(`year.table_info(${table})`) as { name: string }[])
            .map(({ name }) => name)
            .join(", ")
          object.exec(`insert into main.${table} (${columns}) select ${columns} from year.${table}`)
        }
        // What filling in the costs has marked as changed.
        object.exec("delete from main.cost_days_changed where day not in (select day from year.cost_days_changed)")
      })()
    }
    object.close()
  }
  if (!found) throw new Error("no object holds the site")
}
fill()

const workerd = start(0)
const url = await urlOf(workerd)
const heap = await openInspector(await workerd.getInspectorURL())
const pid = execFileSync("pgrep", ["-P", String(process.pid), "-f", "workerd"], { encoding: "utf8" })
  .trim()
  .split("\n")[0]
/** Processor time of workerd so far, ms: that of its threads, which the scheduler counts in ns. */
const spent = () =>
  readdirSync(`/proc/${pid}/task`)
    .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1e6)
    .reduce((sum, ms) => sum + ms, 0)
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1000
const ask = async (query: Record<string, string>) => {
  const address = `${url}/v1/sites/${id}/report?${new URLSearchParams(query)}`
  // workerd closes connections that rest: asked once more, it is another one.
  const answer = await fetch(address, { headers }).catch(() => fetch(address, { headers }))
  const body = (await answer.json()) as { rows?: unknown[]; warnings?: string[] }
  if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(body)}`)
  return body
}
/** What the isolate holds of memory at the moment, MB. */
async function openInspector(address: URL): Promise<() => Promise<number>> {
  const answer = await fetch(new URL("/json", address.href.replace("ws", "http")))
  const [target] = (await answer.json()) as { webSocketDebuggerUrl: string }[]
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? "")
  const waiting = new Map<number, (result: { totalSize: number; backingStorageSize: number }) => void>()
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = JSON.parse(String(data))
    waiting.get(id)?.(result)
  })
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve)
    socket.addEventListener("error", reject)
  })
  let count = 0
  return () =>
    new Promise((resolve) => {
      waiting.set(++count, ({ totalSize, backingStorageSize }) => resolve((totalSize + backingStorageSize) / 1e6))
      socket.send(JSON.stringify({ id: count, method: "Runtime.getHeapUsage" }))
    })
}
const quantile = (values: readonly number[], part: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN
const round = (value: number) => Math.round(value * 10) / 10

async function time(name: string, query: Record<string, string>, rounds: number) {
  const { rows = [] } = await ask(query)
  const times: number[] = []
  let most = 0
  let held = 0
  for (let round = 0; round < rounds; round++) {
    const before = spent()
    await ask(query)
    times.push(spent() - before)
    most = Math.max(most, memory())
    held = Math.max(held, await heap())
  }
  const found = { name, rows: rows.length, p50_ms: round(quantile(times, 0.5)), p95_ms: round(quantile(times, 0.95)) }
  console.error(`${name}: ${found.p50_ms} ms of processor time`)
  return { ...found, heap_mb: round(held), memory_mb: round(most) }
}

const idle = memory()
const reports = []
for (const [name, query] of QUESTIONS) reports.push(await time(name, query, ROUNDS))
const afterReports = memory()
const credit = []
for (const model of MODELS.filter((one) => one !== "own"))
  credit.push(
    await time(model, { metrics: "calls", group_by: "channel", model, from: "2025-11-05", to: "2026-10-20" }, 5),
  )
const results = {
  reports,
  credit,
  memory_mb: { idle: round(idle), reports: round(afterReports), credit: round(memory()) },
}
await workerd.dispose()
rmSync(folder, { recursive: true, force: true })
writeFileSync("bench/reports-worker-results.json", `${JSON.stringify(results, null, 2)}\n`)
console.log(
  "| in workerd | rows | p50, ms of processor time | p95 | heap, MB | memory, MB |\n| --- | ---: | ---: | ---: | ---: | ---: |",
)
for (const one of [...reports, ...credit])
  console.log(`| ${one.name} | ${one.rows} | ${one.p50_ms} | ${one.p95_ms} | ${one.heap_mb} | ${one.memory_mb} |`)
console.log(`\nmemory of workerd: ${JSON.stringify(results.memory_mb)} MB`)
