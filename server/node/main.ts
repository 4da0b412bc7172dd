import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { BadConfig, readConfig } from "./config.js"
import { FolderInUse } from "./lock.js"
import { logToStderr } from "./log.js"
import { BadFolder, BadPort, startServer } from "./server.js"

/** Starts the server and prints what a person needs to go on. */
export async function main(version: string): Promise<void> {
  try {
    const config = readConfig(process.env)
    const server = await startServer({ config, assets: readAssets(), version, log: logToStderr })
    console.log(`Ringtrail ${version}, data in ${config.dataDir}`)
    if (server.newAdminKey) console.log(`Admin key (shown this once, keep it): ${server.newAdminKey}`)
    if (server.demo) console.log(`Demo: ${server.url}/demo`)
    console.log(`API: ${server.publicUrl}/v1, described at ${server.publicUrl}/v1/openapi.json`)
    for (const signal of ["SIGTERM", "SIGINT"] as const)
      process.once(signal, () => {
        server.stop().then(() => process.exit(0))
      })
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

function readAssets() {
  const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8")
  const script = read("./dni.js")
  return {
    script,
    scriptDigest: createHash("sha256").update(script).digest("hex").slice(0, 16),
    openapi: read("./openapi.json"),
  }
}
