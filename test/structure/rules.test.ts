import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"

const rules = new Set(
  [...readFileSync("server/core/RULES.md", "utf8").matchAll(/^- \*\*([A-Z]+\d+)\*\*/gm)].map(([, id = ""]) => id),
)

/** The rule ids in the names of all tests. */
const named = readdirSync("test", { withFileTypes: true, recursive: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
  .flatMap((entry) => [
    ...readFileSync(join(entry.parentPath, entry.name), "utf8").matchAll(/["'`](?:\[[A-Z]+\d+\] ?)+/g),
  ])
  .flatMap(([ids]) => [...ids.matchAll(/\[([A-Z]+\d+)\]/g)].map(([, id = ""]) => id))

describe("RULES.md", () => {
  it("[X8] has no rule that no test holds", () => {
    expect([...rules].filter((id) => !named.includes(id))).toEqual([])
  })

  it("[X8] has every rule that a test names", () => {
    expect([...new Set(named)].filter((id) => !rules.has(id))).toEqual([])
  })
})
