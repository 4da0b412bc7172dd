import { createReadStream, renameSync, rmSync, writeFileSync } from "node:fs"
import { createInterface } from "node:readline"
import { parseArgs } from "node:util"
import { SITE_MIGRATIONS } from "../../migrations/index.js"
import { createMoments } from "../core/clock.js"
import type { Site } from "../core/db.js"
import { createReplay, type Replay, type ReplayedCall, type ReplayOptions } from "../core/replay.js"
import { BadLine, createLogReader, type LogEvent } from "../core/replay-log.js"
import { openDatabase } from "./database.js"

const USAGE =
  "npm run replay -- --events FILE.ndjson | --site ID [--days 30] --numbers 10 [--policy subpools|lru|random] [--resolver engine|last|last-known-caller] [--out calls.ndjson]"
const PROGRESS_EVENTS = 25_000
/** Events that share a transaction: the database is in memory and there is nothing to lose, only time. */
const EVENTS_A_COMMIT = 1000

/** What the command was asked wrongly. */
class BadUsage extends Error {}

/** Opens an empty database in memory and replays into it; the time is that of the events. */
export function openReplay(options: ReplayOptions): Replay & { shared(): number; close(): void } {
  let now = 0
  const { sqlite, db } = openDatabase(":memory:", SITE_MIGRATIONS, now)
  const moments = createMoments(db, () => now)
  const at = (time: number): Site => {
    now = time
    const moment = moments.now()
    return { db, now: moment, newId: () => moments.newId(moment) }
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
    close: () => sqlite.close(),
  }
}

/** The `replay` command: reads its arguments, replays, writes the calls and a summary; answers the exit code. */
export async function runReplay(args: readonly string[]): Promise<number> {
  try {
    const { events, options, out } = readArguments(args)
    const begun = performance.now()
    const replay = openReplay(options)
    const read = createLogReader(options.numbers)
    const lines: ReplayedCall[] = []
    let count = 0
    for await (const { text, line } of linesOf(events)) {
      const event = read(text, line)
      if (!event) continue
      const answered = replay.apply(event)
      if (answered) lines.push(answered)
      if (++count % PROGRESS_EVENTS === 0) progress(count, event)
    }
    const shared = replay.shared()
    replay.close()
    writeCalls(out, lines)
    const seconds = ((performance.now() - begun) / 1000).toFixed(1)
    process.stderr.write(`${summaryOf(replay, shared, lines)} in ${seconds} s\n`)
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
        numbers: { type: "string", default: "10" },
        policy: { type: "string", default: "subpools" },
        resolver: { type: "string", default: "engine" },
        out: { type: "string" },
      },
    })
    if (values.events === undefined) throw new BadUsage(`which events? ${USAGE}`)
    const numbers = Number(values.numbers)
    if (!Number.isInteger(numbers) || numbers < 1 || numbers > 5000)
      throw new BadUsage("--numbers must be a whole number from 1 to 5000")
    const policy = oneOf("policy", values.policy, ["subpools", "lru", "random"])
    const resolver = oneOf("resolver", values.resolver, ["engine", "last", "last-known-caller"])
    return { events: values.events, options: { numbers, policy, resolver }, out: values.out }
  } catch (error) {
    throw error instanceof TypeError ? new BadUsage(`${error.message}; ${USAGE}`) : error
  }
}

function oneOf<const T extends string>(name: string, value: string, known: readonly T[]): T {
  const found = known.find((one) => one === value)
  if (found === undefined) throw new BadUsage(`--${name} must be one of ${known.join(", ")}`)
  return found
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
