import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"

/** What Cloudflare takes on its free plan, compressed; ours is far below. */
const WORKER_LIMIT_BYTES = 3_000_000

describe("the Worker's package", () => {
  it("[X9] is accepted by wrangler as it stands, and is one small module", () => {
    const folder = mkdtempSync(join(tmpdir(), "ringtrail-worker-"))
    const outdir = join(folder, "out")
    const config = join(folder, "wrangler.toml")
    // Without its build step: dist/ is built already, and other suites are running it.
    const settings = readFileSync("wrangler.toml", "utf8").replace(/\[build\]\ncommand = .*\n/, "")
    writeFileSync(config, settings.replace("dist/worker.js", resolve("dist/worker.js")))
    const { status, stdout, stderr } = spawnSync(
      "npx",
      ["--no", "wrangler", "deploy", "--dry-run", "--config", config, "--outdir", outdir],
      {
        encoding: "utf8",
        env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" },
      },
    )
    expect(status, stdout + stderr).toBe(0)
    for (const binding of ["env.SITES (SiteObject)", "env.DIRECTORY (DirectoryObject)", "env.PUBLIC_URL"])
      expect(stdout).toContain(binding)
    const modules = readdirSync(outdir).filter((name) => name.endsWith(".js"))
    expect(modules).toEqual(["worker.js"])
    expect(statSync(join(outdir, "worker.js")).size).toBeLessThan(WORKER_LIMIT_BYTES)
    rmSync(folder, { recursive: true, force: true })
  })
})
