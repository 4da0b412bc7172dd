import type { ReplayOptions } from "../server/core/replay.js"
import { openReplay } from "../server/node/replay.js"
import { type CallLine, meanScore, type Score, scoreCalls, scoredFrom } from "./attribution/score.js"
import { createWorld, DELAYS } from "./attribution/world.js"

const args = new Map(process.argv.slice(2).map((arg) => arg.replace(/^--/, "").split("=") as [string, string]))
const seeds = (args.get("seeds") ?? "1,2,3").split(",").map(Number)
const sizes = (args.get("sizes") ?? "10,40").split(",").map(Number)
const delays = (args.get("delays") ?? "usual").split(",") as (keyof typeof DELAYS)[]
const rules: readonly [name: string, policy: ReplayOptions["policy"], resolver: ReplayOptions["resolver"]][] = [
  ["random, last lessee", "random", "last"],
  ["random, last lessee, known caller", "random", "last-known-caller"],
  ["lru, last lessee, known caller", "lru", "last-known-caller"],
  ["lru, engine", "lru", "engine"],
  ["subpools, engine", "subpools", "engine"],
]
const days = Number(args.get("days") ?? 30)
const only = args.get("only")?.split(",").map(Number)

console.log(
  "| delay | numbers | rule | visitor | first calls | channel | p >= .9 (coverage) | .8-.9 | ECE | channel ECE | shared | s |",
)
console.log("|---|---|---|---|---|---|---|---|---|---|---|---|")
for (const delay of delays)
  for (const size of sizes)
    for (const [index, [name, policy, resolver]] of rules.entries()) {
      if (only && !only.includes(index)) continue
      const scores: Score[] = []
      let shared = 0
      let seconds = 0
      for (const seed of seeds) {
        const { world, events, truths } = createWorld({ seed, days, numbers: size, delay: DELAYS[delay] })
        const begun = process.cpuUsage()
        const replay = openReplay({ numbers: size, policy, resolver })
        const lines = events.flatMap((event): CallLine[] => {
          const line = replay.apply(event)
          return line ? [line] : []
        })
        seconds += process.cpuUsage(begun).user / 1e6
        shared += replay.shared() / replay.counts.leased
        replay.close()
        scores.push(scoreCalls(truths, lines, scoredFrom(world.start, world.days)))
      }
      const score = meanScore(scores)
      const p = (value: number) => value.toFixed(3).replace(/^0/, "")
      console.log(
        `| ${delay} | ${size} | ${name} | ${p(score.visitor)} | ${p(score.firstVisitor)} | ${p(score.firstChannel)} | ${p(score.precision)} (${p(score.coverage)}) | ${p(score.middle)} (${score.middleCount.toFixed(0)}) | ${p(score.calibration)} | ${p(score.channelCalibration)} | ${p(shared / seeds.length)} | ${(seconds / seeds.length).toFixed(1)} |`,
      )
    }
