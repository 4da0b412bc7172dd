import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { type CallLine, type Score, scoreCalls, scoredFrom } from "./attribution/score.js"
import { createWorld, DELAYS, type Truth } from "./attribution/world.js"

// npm run bench:replay -- [--seed 1] [--numbers 10] [--days 30] [--delay usual] [--policy subpools] [--resolver engine] [--keep FOLDER]
// Writes a made-up month as an event log, gives the log (and not the truth) to the `replay` command in a process of its own,
// and scores the file that it wrote against the truth. `--keep` leaves log, truth and answers in a folder.

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    numbers: { type: "string", default: "10" },
    days: { type: "string", default: "30" },
    delay: { type: "string", default: "usual" },
    policy: { type: "string", default: "subpools" },
    resolver: { type: "string", default: "engine" },
    keep: { type: "string" },
  },
})

const folder = values.keep ?? mkdtempSync(join(tmpdir(), "ringtrail-replay-"))
try {
  mkdirSync(folder, { recursive: true })
  const delay = DELAYS[values.delay as keyof typeof DELAYS]
  if (!delay) throw new Error(`--delay must be one of ${Object.keys(DELAYS).join(", ")}`)
  const made = { seed: Number(values.seed), numbers: Number(values.numbers), days: Number(values.days), delay }
  const { world, events, truths } = createWorld(made)
  const [log, answers] = [join(folder, "events.ndjson"), join(folder, "calls.ndjson")]
  writeLines(log, events)
  writeLines(join(folder, "truth.ndjson"), truths)
  const visits = events.filter(({ type }) => type === "visit").length
  console.log(`${visits} visits, ${truths.length} calls, ${events.length} events`)
  replay("--events", log, "--out", answers)
  const lines = readLines<CallLine>(answers)
  report(scoreCalls(readLines<Truth>(join(folder, "truth.ndjson")), lines, scoredFrom(world.start, world.days)))
} finally {
  if (values.keep === undefined) rmSync(folder, { recursive: true, force: true })
}

function replay(...args: string[]): void {
  const { numbers, policy, resolver } = values
  const command = [
    "run.js",
    "server/node/replay-main.ts",
    "--numbers",
    numbers,
    "--policy",
    policy,
    "--resolver",
    resolver,
  ]
  const { status } = spawnSync(process.execPath, [...command, ...args], { stdio: "inherit" })
  if (status !== 0) throw new Error(`replay ended with ${status}`)
}

function report(score: Score): void {
  console.log("scored: the calls of the last two thirds of the days")
  for (const [name, value] of Object.entries(score) as [keyof Score, number][])
    console.log(`${name.padEnd(20)} ${name === "calls" || name === "middleCount" ? value : value.toFixed(3)}`)
}

function writeLines(file: string, lines: readonly object[]): void {
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""))
}

function readLines<T>(file: string): T[] {
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T)
}
