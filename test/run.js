// npm test: finds a Chromium or installs one, checks types and style, runs every suite, and says in one line how it went.
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"

const SYSTEM = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
]
const DOWNLOAD_MS = 300_000

process.env.CHROMIUM_PATH = await findChromium()
if (process.argv.length === 2) run("npm", ["run", "--silent", "check"])
const results = "dist/test-results.json"
const { status } = spawnSync(
  "npx",
  [
    "--no",
    "vitest",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${results}`,
    ...process.argv.slice(2),
  ],
  { stdio: "inherit" },
)
const { numPassedTests = 0, numFailedTests = 0 } = existsSync(results) ? JSON.parse(readFileSync(results, "utf8")) : {}
// A suite that cannot be loaded has no test to count, and fails all the same.
const failed = Math.max(numFailedTests, status === 0 ? 0 : 1)
console.log(`${numPassedTests} passed, ${failed} failed`)
process.exit(failed === 0 && numPassedTests > 0 ? 0 : 1)

/** A Chromium: the one that is named, the system's, Playwright's, or one that is installed now. */
async function findChromium() {
  const named = process.env.CHROMIUM_PATH
  if (named) return existsSync(named) ? named : fail(`CHROMIUM_PATH names ${named}, and there is no such file`)
  const { chromium } = await import("playwright-core")
  const known = () => [...SYSTEM, chromium.executablePath()].find((path) => path && existsSync(path))
  if (known()) return known()
  console.log("No Chromium was found: installing one.")
  spawnSync("npx", ["--no", "playwright-core", "install", "chromium"], { stdio: "inherit", timeout: DOWNLOAD_MS })
  if (!known() && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    const options = { stdio: "ignore", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } }
    spawnSync("apt-get", ["update"], options)
    spawnSync("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], options)
  }
  return (
    known() ??
    fail(
      "the browser tests need a Chromium: install one (on Debian: apt-get install chromium) or name it in CHROMIUM_PATH",
    )
  )
}

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: "inherit" })
  if (status !== 0) fail(`${command} ${args.join(" ")} failed`)
}

function fail(reason) {
  console.error(`npm test: ${reason}`)
  console.log("0 passed, 1 failed")
  process.exit(1)
}
