#!/usr/bin/env node
// Plain old JavaScript on purpose: an old Node must get as far as the sentence below, before anything native is loaded
// (better-sqlite3 13 takes Node 20 down without a word).
const [major, minor] = process.versions.node.split(".").map(Number)
if (major < 22 || (major === 22 && minor < 12)) {
  console.error(
    `ringtrail: Node ${process.versions.node} is too old, 22.12 or newer is needed: use "npm start", which brings its own Node, or install a newer one`,
  )
  process.exit(1)
}

// The paths below are the project's, from wherever it is started; DATA_DIR stays the caller's.
const { readFileSync } = await import("node:fs")
const { version } = JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8"))
process.stdout.write("Building the script and the server ... ")
const { runBuild } = await import("./build.js")
const { script } = await runBuild()
console.log(`done (script ${script.brotli} bytes brotli)`)
const { main } = await import("./dist/node.js")
await main(version)
