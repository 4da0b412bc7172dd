import { type ChildProcess, execFileSync, fork, spawn } from "node:child_process"
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { Agent, request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { runBuild } from "../build.js"
import { bundleProgram } from "../run.js"
import { newKey } from "../server/core/store/id.js"
import { MODELS } from "../shared/contract-report.js"
import { QUESTIONS } from "./questions.js"
import { ORIGIN, USER_AGENTS, visitNumber } from "./traffic.js"
import { YEAR, YEAR_START } from "./year.js"

// npm run bench:reports:leases -- --file PATH: how long page views wait for their number while somebody asks one report after
// the other, asks for credit by models, or the sweep sums, on copies of the year that bench:reports made (`-- --visits 1000000
// --file PATH --make`). Page views come to a server in a process of its own at random moments, far fewer than it could take,
// and each waits from its own moment on, whether or not those before were answered. Spells of quiet and of each kind of work
// take turns, many times, and what is told is of all spells of a kind together. Beside the page views a fourth as many requests
// go to a route of the same process that answers a constant, and spells of a process that computes and touches nothing of ours
// have their turns, too: what these wait is the machine's. Where the system tells (Linux), it is told besides how long page views
// waited less the time in which the server's thread, or the one that asks, was ready and had no processor.

const argument = (name: string) => process.argv[process.argv.indexOf(name) + 1]
if (!process.argv.includes("--file")) throw new Error("say where the year is: --file PATH")
const file = argument("--file") ?? ""
const RATE = Number(process.env.BENCH_RATE ?? 200)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 12)
const SPELL_MS = Number(process.env.BENCH_SPELL_MS ?? 3000)
/** Time runs faster, so that numbers come free as fast as they are lent. */
const SPEED = 600
const SITE = "site_bench"

await runBuild()
const program = await bundleProgram("bench/server.ts")
const thread = await bundleProgram("server/node/question-thread.ts")
const key = newKey("admin")
const parent = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), "ringtrail-leases-"))
const children: ChildProcess[] = []

/** How long a process' first thread was ready to run and had no processor, ms, so far. */
function starvation(pid = 0): () => number {
  const place = `/proc/${pid}/task/${pid}/schedstat`
  if (!existsSync(place)) return () => 0
  return () => Number(readFileSync(place, "latin1").split(" ")[1]) / 1e6
}
const starved = starvation(process.pid)

/** A server over a copy of the year. */
async function start(name: string) {
  const folder = join(parent, name)
  mkdirSync(join(folder, "sites"), { recursive: true })
  for (const suffix of ["", "-wal"])
    if (existsSync(file + suffix)) copyFileSync(file + suffix, join(folder, "sites", `${SITE}.db${suffix}`))
  const env = {
    ...process.env,
    ...{ DATA_DIR: folder, ADMIN_KEY: key, QUESTIONS: thread, SPEED: String(SPEED) },
    ...{ FIRST_MOMENT: String(YEAR_START + YEAR + 2 * 86_400_000), CONSTANT: "{}" },
  }
  const child = fork(program, { env, stdio: ["ignore", "inherit", "inherit", "ipc"] })
  children.push(child)
  const { url, constantUrl } = await new Promise<{ url: string; constantUrl: string }>((resolve, reject) => {
    child.once("message", (message) => resolve(message as { url: string; constantUrl: string }))
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)))
  })
  return { child, url, constantUrl, starved: starvation(child.pid) }
}
type Server = Awaited<ReturnType<typeof start>>

process.on("SIGTERM", () => process.exit(1))
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL")
  rmSync(parent, { recursive: true, force: true })
})

// A connection that rested is given up before the server gives it up.
const agent = new Agent({ keepAlive: true, maxSockets: 64, timeout: 2000 })
function send(url: string, method: string, headers: Record<string, string>, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sending = request(url, { method, agent, headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on("data", (chunk: Buffer) => chunks.push(chunk))
      answer.on("end", () => {
        const text = Buffer.concat(chunks).toString()
        if (answer.statusCode === 200) resolve(text)
        else reject(new Error(`${method} ${url} answered ${answer.statusCode}: ${text}`))
      })
    })
    sending.on("error", reject).end(body)
  })
}
const admin = { authorization: `Bearer ${key}`, "content-type": "application/json" }
const visitor = { origin: ORIGIN, "user-agent": USER_AGENTS[0] ?? "", "content-type": "application/json" }

interface Wait {
  readonly ms: number
  /** Of these, the ones in which a thread that it waited for had no processor. */
  readonly starved_ms: number
}
interface Waits {
  readonly leases: Wait[]
  readonly constants: Wait[]
}
let view = 0

/** Page views of one spell, and between them the constant's: how long each waited. */
async function visit(server: Server, ms: number): Promise<Waits> {
  const path = `/v1/sites/${SITE}/visits`
  const leases: Promise<Wait>[] = []
  const constants: Promise<Wait>[] = []
  const wait = async (at: number, own: number, url: string, body: string): Promise<Wait> => {
    const its = server.starved()
    await send(url, "POST", visitor, body)
    const starved_ms = Math.max(starved() - own, server.starved() - its)
    return { ms: performance.now() - at, starved_ms }
  }
  const begun = performance.now()
  let at = begun
  while (at < begun + ms) {
    const own = starved()
    const pause = at - performance.now()
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
    const body = JSON.stringify(visitNumber(view++))
    if (view % 5 === 0) constants.push(wait(at, own, server.constantUrl + path, body))
    else leases.push(wait(at, own, server.url + path, body))
    at -= Math.log(1 - Math.random()) * (1000 / RATE)
  }
  return { leases: await Promise.all(leases), constants: await Promise.all(constants) }
}

let asked = 0
/** Asks one question after the other until it is told to stop. */
function keepAsking({ url }: Server, questions: readonly Record<string, string>[]): () => Promise<void> {
  let over = false
  const asking = (async () => {
    while (!over) {
      const query = new URLSearchParams(questions[asked++ % questions.length])
      await send(`${url}/v1/sites/${SITE}/report?${query}`, "GET", admin)
    }
  })()
  return async () => {
    over = true
    await asking
  }
}

const spinner = spawn(process.execPath, ["-e", "for (;;);"])
children.push(spinner)
spinner.kill("SIGSTOP")
const server = await start("quiet")
const sweeping = process.argv.includes("--summing") ? await start("summing") : undefined
/** Processes that have no turn stand still. */
const turn = (child: ChildProcess) => {
  child.kill("SIGCONT")
  return async () => void child.kill("SIGSTOP")
}
const credit = MODELS.filter((model) => model !== "own").map((model) => ({
  ...{ metrics: "calls", group_by: "channel", model, from: "2025-11-05", to: "2026-10-20" },
}))
const reports = QUESTIONS.map(([, query]) => query)
type Spell = readonly [name: string, on: Server, begin: () => () => Promise<void>]
const SPELLS: Spell[] = [
  ["idle", server, () => async () => {}],
  ["another process computes", server, () => turn(spinner)],
]
if (sweeping) {
  // In another zone everything is summed anew: the sweep has work without end.
  await send(`${sweeping.url}/v1/sites/${SITE}`, "PATCH", admin, JSON.stringify({ timezone: "Europe/Paris" }))
  sweeping.child.send("sweep")
  SPELLS.push(["summing", sweeping, () => turn(sweeping.child)])
} else {
  SPELLS.push(["reports", server, () => keepAsking(server, reports)])
  SPELLS.push(["credit", server, () => keepAsking(server, credit)])
}

for (const on of [server, sweeping]) if (on) await visit(on, 4000)
await keepAsking(server, reports)()
/**
 * As root, what is measured goes before everything else that the machine does: who asks first, then the server, and below them
 * the thread that makes reports, as its own priority has it, and what stands in for other work.
 */
const isFirst = process.getuid?.() === 0 && process.env.BENCH_REALTIME !== "no"
function putFirst(priority: number, pid: number, ...which: string[]): void {
  if (isFirst) execFileSync("chrt", [...which, "-f", "-p", String(priority), String(pid)])
}
putFirst(30, process.pid, "-a")
putFirst(10, spinner.pid ?? 0, "-a")
for (const on of [server, sweeping]) {
  const pid = on?.child.pid ?? 0
  if (!on) continue
  putFirst(20, pid, "-a")
  const threads = isFirst ? readdirSync(`/proc/${pid}/task`) : []
  for (const id of threads)
    if (readFileSync(`/proc/${pid}/task/${id}/comm`, "utf8").trim() === "reports") putFirst(10, Number(id))
}
sweeping?.child.kill("SIGSTOP")
const waits = new Map<string, Waits[]>(SPELLS.map(([name]) => [name, []]))
const answered = new Map<string, number>()
const starvedOf = new Map<string, number>()
for (let round = 0; round < ROUNDS; round++)
  for (const [name, on, begin] of SPELLS) {
    const before = asked
    const end = begin()
    // What begins has begun before anybody counts.
    await visit(on, 200)
    const starvedBefore = on.starved()
    waits.get(name)?.push(await visit(on, SPELL_MS))
    starvedOf.set(name, (starvedOf.get(name) ?? 0) + on.starved() - starvedBefore)
    await end()
    answered.set(name, (answered.get(name) ?? 0) + asked - before)
  }

const quantile = (values: readonly number[], part: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * part)] ?? Number.NaN
const round = (value: number) => Math.round(value * 100) / 100
const of = (name: string, kind: keyof Waits) => (waits.get(name) ?? []).flatMap((spell) => spell[kind])
const plain = ({ ms }: Wait) => ms
const fed = ({ ms, starved_ms }: Wait) => Math.max(0, ms - starved_ms)
const p99 = (name: string, kind: keyof Waits, take: (wait: Wait) => number) => quantile(of(name, kind).map(take), 0.99)
const results = SPELLS.map(([name]) => ({
  name,
  reports: answered.get(name) ?? 0,
  leases: of(name, "leases").length,
  p50_ms: round(quantile(of(name, "leases").map(plain), 0.5)),
  p99_ms: round(p99(name, "leases", plain)),
  p99_ratio: round(p99(name, "leases", plain) / p99("idle", "leases", plain)),
  fed_p99_ms: round(p99(name, "leases", fed)),
  fed_p99_ratio: round(p99(name, "leases", fed) / p99("idle", "leases", fed)),
  constant_p99_ms: round(p99(name, "constants", plain)),
  server_starved_ms_per_s: round((starvedOf.get(name) ?? 0) / ((ROUNDS * SPELL_MS) / 1000)),
}))
agent.destroy()
for (const child of children) child.removeAllListeners("exit")

const place = "bench/reports-leases-results.json"
const known = existsSync(place) ? (JSON.parse(readFileSync(place, "utf8")) as object) : {}
writeFileSync(place, `${JSON.stringify({ ...known, [sweeping ? "summing" : "reports"]: results }, null, 2)}\n`)
console.log(`\npage views at ${RATE} a second, a fifth of them the constant's\n`)
console.log(
  "| beside | leases | p50, ms | p99 | to idle | p99 with a processor | to idle | a constant's p99 | ms without a processor, a second |",
)
console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
for (const one of results) {
  const what = one.reports > 0 ? `${one.name} (${one.reports} asked)` : one.name
  const cells = [what, one.leases, one.p50_ms, one.p99_ms, one.p99_ratio, one.fed_p99_ms, one.fed_p99_ratio]
  console.log(`| ${[...cells, one.constant_p99_ms, one.server_starved_ms_per_s].join(" | ")} |`)
}
process.exit(0)
