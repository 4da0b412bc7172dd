import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { Agent, request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3"
import { runBuild } from "../build.js"
import { signTwilio } from "../server/carriers/twilio.js"
import { idAt, newKey } from "../server/core/store/id.js"
import { startProcess } from "../test/node/process.js"
import { ORIGIN } from "./traffic.js"

// npm run bench:voice: how long a carrier waits for instructions, at 200 calls a second, from a site with a million leases.

const CALLS_PER_S = Number(process.env.BENCH_RATE ?? 200)
const SECONDS = Number(process.env.BENCH_SECONDS ?? 15)
const LEASES = Number(process.env.BENCH_LEASES ?? 1_000_000)
const NUMBERS = 1000
const WARM_S = 2
const CONNECTIONS = 32
/** Between two leases of the history, ms: a million reach back four months. */
const EVERY_MS = 10_000
const TOKEN = "0123456789abcdef0123456789abcdef"
const PUBLIC_URL = "https://calls.example"

await runBuild()
const folder = mkdtempSync(join(tmpdir(), "ringtrail-voice-"))
const env = { DATA_DIR: folder, ADMIN_KEY: newKey("admin"), PUBLIC_URL }

async function api<T>(url: string, method: string, path: string, body: unknown): Promise<T> {
  const headers = { authorization: `Bearer ${env.ADMIN_KEY}`, origin: ORIGIN }
  const response = await fetch(url + path, { method, headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as T
}

const numbers = Array.from({ length: NUMBERS }, (_, index) => `+1212556${String(index).padStart(4, "0")}`)
const setup = await startProcess({ env })
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
await api(setup.url, "POST", `/v1/sites/${site}/visits`, { url: `${ORIGIN}/?utm_source=google&utm_medium=cpc` })
await setup.kill("SIGTERM")
layHistory(join(folder, "sites", `${site}.db`))

const server = await startProcess({ env })
const path = `/v1/sites/${site}/carriers/twilio/voice`
const calls: { body: string; signature: string }[] = []
for (let n = 0; n < CALLS_PER_S * (SECONDS + WARM_S) * 1.2; n++) {
  const fields = {
    CallSid: `CA${n}${Date.now()}`,
    From: `+1312555${String(n % 10_000).padStart(4, "0")}`,
    To: numbers[(n * 7) % NUMBERS] ?? "",
    CallStatus: "ringing",
  }
  const signature = await signTwilio(PUBLIC_URL + path, Object.entries(fields), TOKEN)
  calls.push({ body: new URLSearchParams(fields).toString(), signature })
}
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
let sent = 0
await ring(WARM_S)
const cpuBefore = cpuOf(server.child.pid)
const waits = await ring(SECONDS)
const cpu_ms = cpuOf(server.child.pid) - cpuBefore
agent.destroy()
await server.kill("SIGTERM")
rmSync(folder, { recursive: true, force: true })

const waitOf = (share: number) => (waits[Math.floor(share * (waits.length - 1))] ?? 0).toFixed(1)
console.log(
  `\nvoice at ${Math.round(waits.length / SECONDS)} calls/s, ${LEASES} leases: p50 ${waitOf(0.5)} ms, p99 ${waitOf(0.99)} ms, max ${waitOf(1)} ms (goal: p99 ≤ 20); ${(cpu_ms / waits.length).toFixed(2)} ms of computing a call`,
)

/**
 * Rings as strangers do, at random moments whose gaps are exponential, whether or not the calls before were answered. How
 * long each waited from its own moment on, ms, in order; throws at any answer but 200.
 */
async function ring(seconds: number): Promise<number[]> {
  const answers: Promise<number>[] = []
  const begun = performance.now()
  for (let at = begun; ; at -= Math.log(1 - Math.random()) * (1000 / CALLS_PER_S)) {
    if (at > begun + seconds * 1000) break
    const pause = at - performance.now()
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
    answers.push(ask(calls[sent++ % calls.length] ?? { body: "", signature: "" }).then(() => performance.now() - at))
  }
  return (await Promise.all(answers)).sort((a, b) => a - b)
}

function ask({ body, signature }: { body: string; signature: string }): Promise<void> {
  const headers = { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature }
  return new Promise((resolve, reject) => {
    const sending = request(server.url + path, { method: "POST", agent, headers }, (answer) => {
      if (answer.statusCode !== 200) return reject(new Error(`voice answered ${answer.statusCode}`))
      answer.resume().on("end", resolve)
    })
    sending.on("error", reject).end(body)
  })
}

/** Milliseconds of processor time that a process has used; 0 where there is no /proc. */
function cpuOf(pid = 0): number {
  if (!existsSync(`/proc/${pid}/stat`)) return 0
  // After the name in brackets: utime and stime are the 12th and 13th field, in hundredths of a second (proc(5)).
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** A history of visits that each held one number, in turn, written past the server: made up, but of the real shape. */
function layHistory(file: string): void {
  const sqlite = new Database(file)
  const last = sqlite.prepare<[], { id: number }>("select max(id) as id from visits").get()?.id ?? 0
  const [lease] = sqlite.prepare<[], { pool_id: number }>("select pool_id from leases").all()
  const now = Date.now()
  const step = idAt(now) - idAt(now - EVERY_MS)
  // Numbers are older than what was lent of them: nobody looks for leases from before a number was made.
  const age = step * (LEASES + 1)
  sqlite.prepare("update numbers set id = id - ?, busy_until = max(busy_until, ?)").run(age, now)
  sqlite.prepare("update leases set number_id = number_id - ?").run(age)
  const own = sqlite
    .prepare<[], { id: number }>("select id from numbers order by id")
    .all()
    .map(({ id }) => id)
  // Ids grow with time: those of the history lie before the one real visit, evenly.
  const columns = (sqlite.pragma("table_info(visits)") as { name: string }[]).map(({ name }) => name)
  const copied = columns.filter((name) => !["id", "visitor_id", "seen_at", "leases"].includes(name)).join(", ")
  sqlite.exec("create temp table pool_numbers (place integer primary key, id integer)")
  const place = sqlite.prepare("insert into pool_numbers values (?, ?)")
  for (const [index, id] of own.entries()) place.run(index, id)
  sqlite
    .prepare(
      `insert into visits (id, seen_at, ${copied})
       with recursive n(i) as (select 1 union all select i + 1 from n where i < @leases)
       select @last - i * @step, @now - i * @every, ${copied} from n, (select * from visits where id = @last)`,
    )
    .run({ leases: LEASES, last, step, now, every: EVERY_MS })
  sqlite
    .prepare(
      `insert into leases (day, number_id, id, visit_id, pool_id, seen_at, until_at)
       with recursive n(i) as (select 1 union all select i + 1 from n where i < @leases)
       select (cast(@last - i * @step as integer) / 2048 + 1704067200000) / 86400000, p.id, @last - i * @step, @last - i * @step, @pool, @now - i * @every + 60000, @now - i * @every + 120000
       from n join pool_numbers p on p.place = n.i % @numbers`,
    )
    .run({ leases: LEASES, last, step, now, every: EVERY_MS, pool: lease?.pool_id ?? 0, numbers: own.length })
  sqlite.close()
}
