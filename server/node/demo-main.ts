import { readConfig } from "./config.js"
import { fillDemo, removeDemo } from "./demo.js"
import { FolderInUse } from "./lock.js"
import { logToStderr } from "./log.js"
import { readAssets } from "./main.js"

const WIDTH = 30

try {
  const options = {
    config: readConfig(process.env),
    assets: readAssets(),
    version: "demo",
    log: logToStderr,
  }
  if (process.argv.includes("--remove"))
    console.log((await removeDemo(options)) ? "The demo's site is gone." : "There is no demo here.")
  else {
    await removeDemo(options)
    const { site, ...counts } = await fillDemo({ ...options, progress: draw })
    const words = Object.entries(counts).map(([name, count]) => `${count} ${name}`)
    console.log(
      `\nFilled ${site}: ${words.join(", ")}. Start the server and open /app; take it away with "npm run demo -- --remove".`,
    )
  }
} catch (error) {
  if (!(error instanceof FolderInUse)) throw error
  console.error(`ringtrail: ${error.message}`)
  process.exitCode = 1
}

let drawn = -1
function draw(share: number): void {
  const done = Math.floor(share * WIDTH)
  if (done === drawn) return
  drawn = done
  process.stderr.write(`\r[${"#".repeat(done)}${".".repeat(WIDTH - done)}] ${Math.round(share * 100)} %`)
}
