import { createReadStream, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { parseArgs } from "node:util"
import Database from "better-sqlite3"
import { drizzle } from "drizzle-orm/better-sqlite3"
import { SITE_MIGRATIONS } from "../../migrations/index.js"
import { type History, readHistory } from "../core/replay/history.js"
import { createReplay, type Replay, type ReplayedCall, type ReplayOptions } from "../core/replay/replay.js"
import { BadLine, createLogReader, type LogEvent } from "../core/replay/replay-log.js"
import * as schema from "../core/schema/schema.js"
import { createMoments } from "../core/store/clock.js"
import type { Db, Site } from "../core/store/db.js"
import { SITE_ID } from "../core/store/id.js"
import { schemaVersion } from "../core/store/migrate.js"
import { openDatabase } from "./database.js"

const USAGE =
  "npm run replay -- --events FILE.ndjson | --site ID [--days 30] [--data DIR] --numbers 10 [--policy subpools|lru|random] [--resolver engine|last|last-known-caller] [--out calls.ndjson]"
const PROGRESS_EVENTS = 25_000
/** Events that share a transaction: the database is in memory and there is nothing to lose, only time. */
const EVENTS_A_COMMIT = 1000

/** What the command was asked wrongly. */
class BadUsage extends Error {}

/** A replay and what can be read of it. */
export interface OpenReplay extends Replay {
  /** Visits that were lent a number which somebody else was looking at. */
  shared(): number
  /** Every lease in the order of time: the place of its number in the pool from 0, since when (ms), and the log's visit. */
  lent(): { number: number; t: number; visit: string }[]
  close(): void
}

/** Opens an empty database in memory and replays into it; the time is that of the events. */
export function openReplay(options: ReplayOptions): OpenReplay {
  let now = 0
  const { sqlite, db } = openDatabase(":memory:", SITE_MIGRATIONS, now)
  const moments = createMoments(db, () => now)
  const memory = new Map<string, unknown>()
  const at = (time: number): Site => {
    now = time
    const moment = moments.now()
    return { db, now: moment, newId: () => moments.newId(moment), memory }
  }
  const replay = createReplay(at, options)
  let waiting = 0
  return {
    counts: replay.counts,
    apply: (event) => {
      if (waiting === 0) sqlite.exec("begin")
      const line = replay.apply(event)
      if (++waiting >= EVENTS_A_COMMIT) {
        sqlite.exec("commit")
        waiting = 0
      }
      return line
    },
    shared: () => sqlite.prepare("select count(*) from visits where overflow = 'shared'").pluck().get() as number,
    lent: () =>
      sqlite
        .prepare(
          `select (select count(*) from numbers n where n.id < l.number_id) as number, l.id / 2048 + 1704067200000 as t, v.click_id as visit
            from leases l join visits v on v.id = l.visit_id order by l.id`,
        )
        .all() as ReturnType<OpenReplay["lent"]>,
    close: () => sqlite.close(),
  }
}

/** The `replay` command: reads its arguments, replays, writes the calls and a summary; answers the exit code. */
export async function runReplay(args: readonly string[]): Promise<number> {
  try {
    const { events, history, options, out } = readArguments(args)
    const begun = performance.now()
    const replay = openReplay(options)
    const lines: ReplayedCall[] = []
    let count = 0
    const apply = (event: LogEvent) => {
      const answered = replay.apply(event)
      if (answered) lines.push(answered)
      if (++count % PROGRESS_EVENTS === 0) progress(count, event)
    }
    const past = history ? openHistory(history, options.numbers) : undefined
    if (past) for (const event of past.events) apply(event)
    else {
      const read = createLogReader(options.numbers)
      for await (const { text, line } of linesOf(events)) {
        const event = read(text, line)
        if (event) apply(event)
      }
    }
    const shared = replay.shared()
    replay.close()
    writeCalls(out, lines)
    const seconds = ((performance.now() - begun) / 1000).toFixed(1)
    process.stderr.write(`${summaryOf(replay, shared, lines)} in ${seconds} s\n`)
    if (past) process.stderr.write(`${agreementOf(past, lines)}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof BadLine || error instanceof BadUsage || isFileError(error))) throw error
    process.stderr.write(`replay: ${error.message}\n`)
    return 1
  }
}

function readArguments(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        events: { type: "string" },
        site: { type: "string" },
        days: { type: "string", default: "30" },
        data: { type: "string", default: process.env.DATA_DIR || "./data" },
        numbers: { type: "string", default: "10" },
        policy: { type: "string", default: "subpools" },
        resolver: { type: "string", default: "engine" },
        out: { type: "string" },
      },
    })
    if ((values.events === undefined) === (values.site === undefined))
      throw new BadUsage(`either --events or --site is needed; ${USAGE}`)
    const days = Number(values.days)
    if (!(days > 0 && days <= 400)) throw new BadUsage("--days must be a number from 1 to 400")
    if (values.site !== undefined && !SITE_ID.test(values.site)) throw new BadUsage("--site must be a site's id")
    const history = values.site === undefined ? undefined : { site: values.site, days, data: values.data }
    const numbers = Number(values.numbers)
    if (!Number.isInteger(numbers) || numbers < 1 || numbers > 5000)
      throw new BadUsage("--numbers must be a whole number from 1 to 5000")
    const policy = oneOf("policy", values.policy, ["subpools", "lru", "random"])
    const resolver = oneOf("resolver", values.resolver, ["engine", "last", "last-known-caller"])
    return { events: values.events ?? "", history, options: { numbers, policy, resolver }, out: values.out }
  } catch (error) {
    throw error instanceof TypeError ? new BadUsage(`${error.message}; ${USAGE}`) : error
  }
}

function oneOf<const T extends string>(name: string, value: string, known: readonly T[]): T {
  const found = known.find((one) => one === value)
  if (found === undefined) throw new BadUsage(`--${name} must be one of ${known.join(", ")}`)
  return found
}

/** Reads a site's file as it is, without a write: the server may be running. */
function openHistory({ site, days, data }: { site: string; days: number; data: string }, numbers: number): History {
  const file = join(data, "sites", `${site}.db`)
  let sqlite: Database.Database
  try {
    sqlite = new Database(file, { readonly: true, fileMustExist: true })
  } catch {
    throw new BadUsage(`${file} cannot be read: is ${data} the data folder, and ${site} one of its sites?`)
  }
  try {
    const db = drizzle({ client: sqlite, schema }) as unknown as Db
    if (schemaVersion(db) !== SITE_MIGRATIONS.at(-1)?.version)
      throw new BadUsage(`${file} has another schema than this version: start the server with it once`)
    const now = Date.now()
    return readHistory({ db, now, newId: () => 0 }, now - days * 86_400_000, now, numbers)
  } finally {
    sqlite.close()
  }
}

/** How far the replay comes to the same visitor as the site did: the site's own answers are taken for the truth. */
function agreementOf({ believed, skipped }: History, lines: readonly ReplayedCall[]): string {
  const compared = lines.filter(({ call }) => believed.has(call))
  const same = compared.filter(({ call, visit }) => visit === believed.get(call)).length
  const share = compared.length === 0 ? "none" : `${((same / compared.length) * 100).toFixed(1)} %`
  return `${share} of ${compared.length} calls come to the visit that the site found; ${skipped} calls could not be replayed`
}

async function* linesOf(file: string): AsyncGenerator<{ text: string; line: number }> {
  let line = 0
  for await (const text of createInterface({
    input: createReadStream(file, "utf8"),
    crlfDelay: Number.POSITIVE_INFINITY,
  }))
    yield { text, line: ++line }
}

/** All or nothing: a file that is there is a whole one. */
function writeCalls(out: string | undefined, lines: readonly ReplayedCall[]): void {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("")
  if (out === undefined) {
    process.stdout.write(text)
    return
  }
  const temporary = `${out}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, text)
    renameSync(temporary, out)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

function progress(count: number, { t }: LogEvent): void {
  process.stderr.write(`${count} events, now at ${new Date(t).toISOString()}\n`)
}

function summaryOf({ counts }: Replay, shared: number, lines: readonly ReplayedCall[]): string {
  const states = ["attributed", "ambiguous", "unattributed"].map(
    (state) => `${lines.filter((line) => line.state === state).length} ${state}`,
  )
  const { visits, robots, leased, original, calls } = counts
  return `${visits} visits (${robots} robots, ${leased} lent a number, of them ${shared} a shared one, ${original} shown the page's own), ${calls} calls (${states.join(", ")})`
}

function isFileError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && typeof error.code === "string" && /^E[A-Z]+$/.test(error.code)
}
