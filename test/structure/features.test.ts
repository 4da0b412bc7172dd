import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { SITE_ROUTES } from "../../server/http/app.js"
import { DIMENSIONS, METRICS } from "../../shared/contract-report.js"

const page = readFileSync("docs/FEATURES.md", "utf8")
const rows = [...page.matchAll(/^\| (\d\.\d+)(\*?) \| (.*?) \| (.*) \|$/gm)].map(
  ([, id = "", star, asked = "", answered = ""]) => ({ id, central: star === "*", asked, answered }),
)

/** The row ids in the names of all tests. */
const named = new Set(
  readdirSync("test", { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
    .flatMap((entry) => [
      ...readFileSync(join(entry.parentPath, entry.name), "utf8").matchAll(
        /^.*\b(?:it|describe|each)\b.*$|^\s+["'`]\[.*$/gm,
      ),
    ])
    .flatMap(([line]) => [...line.matchAll(/\[(\d\.\d+)\]/g)].map(([, id = ""]) => id)),
)

describe("docs/FEATURES.md", () => {
  it("[X10] has every row once, from the first to the last of each part", () => {
    const counts = { 0: 30, 1: 12, 2: 16, 3: 12, 4: 11 }
    const wanted = Object.entries(counts).flatMap(([part, count]) =>
      Array.from({ length: count }, (_, index) => `${part}.${index + 1}`),
    )
    expect(rows.map(({ id }) => id)).toEqual(wanted)
    expect(rows.filter(({ central }) => central)).toHaveLength(67)
  })

  it("[X10] has no central row that no test names", () => {
    expect(rows.filter(({ id, central }) => central && !named.has(id)).map(({ id }) => id)).toEqual([])
  })

  it("[X10] has every row that a test names", () => {
    expect([...named].filter((id) => !rows.some((row) => row.id === id))).toEqual([])
  })

  it("[X10] names no route that is not mounted, and no metric or dimension that does not exist", () => {
    const mounted = new Set(SITE_ROUTES.map(({ method, path }) => `${method} ${path}`))
    const routes = [...page.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[^`]+)`/g)].map(
      ([, method = "", path = ""]) => `${method.toLowerCase()} /v1/sites/{site}${path}`,
    )
    expect(routes.length).toBeGreaterThan(60)
    expect(routes.filter((route) => !mounted.has(route))).toEqual([])
    const known = new Set<string>([...METRICS, ...DIMENSIONS])
    const figures = [...page.matchAll(/`([a-z0-9]+(?:_[a-z0-9]+)+)`/g)].map(([, word = ""]) => word)
    const fields = [
      "external_id",
      "recording_url",
      "stated_source",
      "valid_from",
      "valid_until",
      "daily_capacity",
      "mean_score",
    ]
    expect(figures.filter((word) => !known.has(word) && !fields.includes(word))).toEqual([])
  })
})
