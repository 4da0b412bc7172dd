import { readFileSync } from "node:fs"
import { defineConfig } from "vitest/config"

export default defineConfig({
  plugins: [
    {
      name: "sql",
      transform(_code, id) {
        return id.endsWith(".sql")
          ? { code: `export default ${JSON.stringify(readFileSync(id, "utf8"))}`, map: null }
          : undefined
      },
    },
  ],
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/build.ts"],
    // Two suites at a time: each starts servers, a workerd or a browser of its own.
    maxWorkers: 2,
    // One process for all suites of a worker: loading the same modules anew for each took longer than the tests.
    isolate: false,
    // Far beyond what any test takes: a busy machine fails none, and one that hangs still ends.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
  },
})
