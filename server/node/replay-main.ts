import { runReplay } from "./replay.js"

process.exitCode = await runReplay(process.argv.slice(2))
