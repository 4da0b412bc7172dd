import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { type CallLine, scoreCalls, scoredFrom } from "./score.js"
import { createWorld, DELAYS, type Truth } from "./world.js"

// Writes a made-up month as an event log, with its truth beside it, and scores what `npm run replay` made of it:
//   node run.js bench/attribution/log.ts --folder F --seed 1 --numbers 10
//   npm run replay -- --events F/events.ndjson --numbers 10 --out F/calls.ndjson
//   node run.js bench/attribution/log.ts --folder F --score

const { values } = parseArgs({
  options: {
    folder: { type: "string" },
    seed: { type: "string", default: "1" },
    numbers: { type: "string", default: "10" },
    days: { type: "string", default: "30" },
    delay: { type: "string", default: "usual" },
    score: { type: "boolean", default: false },
  },
})
const folder = values.folder ?? "."
const file = (name: string) => join(folder, name)
const readLines = <T>(name: string) =>
  readFileSync(file(name), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T)

if (values.score) {
  const truths = readLines<Truth>("truth.ndjson")
  const start = truths[0]?.t ?? 0
  const days = ((truths.at(-1)?.t ?? 0) - start) / 86_400_000
  console.log(scoreCalls(truths, readLines<CallLine>("calls.ndjson"), scoredFrom(start, days)))
} else {
  const delay = DELAYS[values.delay as keyof typeof DELAYS] ?? DELAYS.usual
  const { events, truths } = createWorld({
    seed: Number(values.seed),
    numbers: Number(values.numbers),
    days: Number(values.days),
    delay,
  })
  const write = (name: string, lines: readonly object[]) =>
    writeFileSync(file(name), lines.map((line) => `${JSON.stringify(line)}\n`).join(""))
  write("events.ndjson", events)
  write("truth.ndjson", truths)
  console.log(`${events.length} events, ${truths.length} calls`)
}
