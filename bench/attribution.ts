import { type ParseArgsConfig, parseArgs } from "node:util"
import type { ReplayOptions } from "../server/core/replay/replay.js"
import { openReplay } from "../server/node/replay.js"
import { askOracle } from "./attribution/oracle.js"
import { type CallLine, meanScore, type Score, scoreCalls, scoredFrom } from "./attribution/score.js"
import { measureResolve } from "./attribution/speed.js"
import { createWorld, DELAYS } from "./attribution/world.js"

// npm run bench:attribution -- [--seeds 1,2,3] [--sizes 10,40] [--delays usual,prompt,late,spread] [--days 30] [--rules 1,2,4] [--regions] [--oracle] [--speed]
// The engine against the usual rules, on made-up sites whose truth is known: a line per delay, pool and rule, the mean of the
// seeds. The last two thirds of the days are scored. `--oracle` adds, for the engine's allocations, the line of somebody who
// knows the world's own rates: what the engine falls short of it can be gained, the rest cannot. `--regions` tells where visits come from and callers'
// numbers were given out. `--speed` times `resolve` on a site with a million leases instead.

const OPTIONS = {
  seeds: { type: "string", default: "1,2,3" },
  sizes: { type: "string", default: "10,40" },
  delays: { type: "string", default: "usual,prompt,late,spread" },
  days: { type: "string", default: "30" },
  rules: { type: "string", default: "0,1,2,3,4" },
  regions: { type: "boolean", default: false },
  oracle: { type: "boolean", default: false },
  speed: { type: "boolean", default: false },
} as const satisfies ParseArgsConfig["options"]

const RULES: readonly (readonly [name: string, ReplayOptions["policy"], ReplayOptions["resolver"]])[] = [
  ["random, last lessee", "random", "last"],
  ["random, last lessee, known caller", "random", "last-known-caller"],
  ["lru, last lessee, known caller", "lru", "last-known-caller"],
  ["lru, engine", "lru", "engine"],
  ["subpools, engine", "subpools", "engine"],
]

/** Where people live with `--regions`: the n-th is as common as 1/n. */
const REGIONS = ["US-TX", "US-CA", "US-NY", "US-FL", "US-IL", "US-OH", "US-GA", "US-WA", "US-CO", "US-MI"]

const { values } = parseArgs({ options: OPTIONS })
if (values.speed)
  for (const numbers of [10, 50, 1000]) {
    const { median, p99, busyP99 } = measureResolve({ numbers })
    const times = [median, p99, busyP99].map((ms) => `${ms.toFixed(2)} ms`)
    console.log(
      `a million leases on ${numbers} numbers: median ${times[0]}, p99 ${times[1]} (${times[2]} of processor)`,
    )
  }
else printTable()

function printTable(): void {
  const head =
    "delay | numbers | rule | visitor | first calls | channel | p >= .9 (coverage) | .8-.9 | ECE | channel ECE"
  console.log(`| ${head} | shared | cpu s |\n|${"---|".repeat(12)}`)
  for (const delay of values.delays.split(",") as (keyof typeof DELAYS)[])
    for (const size of list(values.sizes))
      for (const index of list(values.rules)) {
        const rule = RULES[index]
        if (rule) for (const line of linesOf(delay, size, rule)) console.log(line)
      }
}

function linesOf(delay: keyof typeof DELAYS, size: number, [name, policy, resolver]: (typeof RULES)[number]): string[] {
  const runs = list(values.seeds).map((seed) =>
    run(seed, Number(values.days), size, DELAYS[delay], { numbers: size, policy, resolver }),
  )
  const ceilings = runs.flatMap(({ ceiling }) => (ceiling ? [ceiling] : []))
  const mean = (of: (one: (typeof runs)[number]) => number) => runs.reduce((sum, one) => sum + of(one), 0) / runs.length
  const scores = runs.map(({ score }) => score)
  const line = [delay, size, name, ...columnsOf(scores), p(mean(({ shared }) => shared))]
  return [
    `| ${[...line, mean(({ seconds }) => seconds).toFixed(1)].join(" | ")} |`,
    ...(ceilings.length > 0
      ? [`| ${[delay, size, `${policy}, oracle`, ...columnsOf(ceilings)].join(" | ")} | | |`]
      : []),
  ]
}

function columnsOf(scores: readonly Score[]): string[] {
  const score = meanScore(scores)
  return [
    p(score.visitor),
    p(score.firstVisitor),
    p(score.firstChannel),
    `${p(score.precision)} (${p(score.coverage)})`,
    `${p(score.middle)} (${score.middleCount.toFixed(0)})`,
    p(score.calibration),
    p(score.channelCalibration),
  ]
}

function p(value: number): string {
  return value.toFixed(3).replace(/^0/, "")
}

function list(text: string): number[] {
  return text.split(",").map(Number)
}

function run(
  seed: number,
  days: number,
  numbers: number,
  delay: (typeof DELAYS)[keyof typeof DELAYS],
  options: ReplayOptions,
): { score: Score; ceiling: Score | undefined; shared: number; seconds: number } {
  const { world, events, truths } = createWorld({ seed, days, numbers, delay, regions: values.regions ? REGIONS : [] })
  const begun = process.cpuUsage()
  const replay = openReplay(options)
  const lines = events.flatMap((event): CallLine[] => {
    const line = replay.apply(event)
    return line ? [line] : []
  })
  const seconds = process.cpuUsage(begun).user / 1e6
  const shared = replay.shared() / replay.counts.leased
  const since = scoredFrom(world.start, world.days)
  const ceiling =
    values.oracle && options.resolver === "engine"
      ? scoreCalls(truths, askOracle(world, events, replay.lent()), since)
      : undefined
  replay.close()
  return { score: scoreCalls(truths, lines, since), ceiling, shared, seconds }
}
