import { readFileSync } from "node:fs"
import { loadBuild } from "../build.js"

/** Builds dist/ and the Worker under test, once before all suites. */
export default async function setup(): Promise<void> {
  const { buildAll, buildWorker } = await loadBuild()
  await buildAll()
  await buildWorker("test/worker.ts", "dist/test-worker.js", {
    script: readFileSync("dist/dni.js", "utf8"),
    formScript: readFileSync("dist/form.js", "utf8"),
    style: readFileSync("dist/app.css", "utf8"),
    appScript: readFileSync("dist/app.js", "utf8"),
    chart: readFileSync("dist/chart.js", "utf8"),
    dashboardDigest: "0123456789abcdef",
    digest: "0123456789abcdef",
    openapi: readFileSync("dist/openapi.json", "utf8"),
    version: "0.0.0-test",
  })
}
