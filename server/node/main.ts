import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { createSteadyClock } from "../core/store/clock.js"
import { BadConfig, readConfig } from "./config.js"
import { FolderInUse } from "./lock.js"
import { logToStderr } from "./log.js"
import { BadFolder, BadPort, type RunningServer, startServer } from "./server.js"

/** Starts the server and prints what a person needs to go on. */
export async function main(version: string): Promise<void> {
  try {
    const config = readConfig(process.env)
    const clock = createSteadyClock(Date.now, () => performance.now())
    const questions = new URL("./question-thread.js", import.meta.url)
    const server = await startServer({ config, assets: readAssets(), version, log: logToStderr, clock, questions })
    for (const signal of ["SIGTERM", "SIGINT"] as const)
      process.once(signal, () => {
        server.stop().then(() => process.exit(0))
      })
    console.log(greet(server, version, config.dataDir))
  } catch (error) {
    if (
      !(
        error instanceof BadConfig ||
        error instanceof BadFolder ||
        error instanceof BadPort ||
        error instanceof FolderInUse
      )
    )
      throw error
    console.error(`ringtrail: ${error.message}`)
    process.exit(1)
  }
}

/** What a person needs to go on, in one piece. */
function greet(server: RunningServer, version: string, dataDir: string): string {
  const lines = [`Ringtrail ${version} at ${server.url}, data in ${dataDir}`]
  if (server.newAdminKey) lines.push(`Admin key (shown this once, keep it): ${server.newAdminKey}`)
  if (server.setupUrl) lines.push(`Dashboard, set it up here (the link works once): ${server.setupUrl}`)
  else lines.push(`Dashboard: ${server.publicUrl}/app`)
  if (server.demo) lines.push(`Demo: ${server.url}/demo`)
  lines.push(`API: ${server.publicUrl}/v1, described at ${server.publicUrl}/v1/openapi.json`)
  return lines.join("\n")
}

/** The files that the build made, beside the bundle that runs. */
export function readAssets() {
  const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8")
  const script = read("./dni.js")
  const [style, app, chart] = [read("./app.css"), read("./app.js"), read("./chart.js")]
  return {
    script,
    formScript: read("./form.js"),
    scriptDigest: digestOf(script),
    openapi: read("./openapi.json"),
    dashboard: { style, script: app, chart, digest: digestOf(style + app + chart) },
  }
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16)
}
