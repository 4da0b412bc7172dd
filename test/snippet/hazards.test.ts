import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"

const ROWS = readFileSync("snippet/README.md", "utf8")
  .split("\n")
  .map((line) => /^\| (\d+) \| ([^|]+) \| (.+) \|$/.exec(line))
  .filter((row) => row !== null)
  .map(([, id, hazard, here = ""]) => ({ id: Number(id), hazard, here }))
const TESTS = Object.fromEntries(
  readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => [file.replace(".test.ts", ""), readFileSync(join(import.meta.dirname, file), "utf8")]),
)

test("[SN5] the table has a row for each of the 24 hazards", () => {
  expect(ROWS.map(({ id }) => id)).toEqual(Array.from({ length: 24 }, (_, index) => index + 1))
})

test.each(ROWS)("[SN5] hazard $id, $hazard: its tests exist, or one sentence says why it cannot happen", ({ here }) => {
  const named = [...here.matchAll(/`(\w+)`: ((?:"[^"]+"(?:, )?)+)/g)].flatMap(([, file = "", names = ""]) =>
    [...names.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => ({ file, name })),
  )
  for (const { file, name } of named)
    expect(
      new RegExp(
        `(?:test|describe)(?:\\.each\\([^)]*\\)+)?\\(\\s*["'\`](?:\\[\\w+\\] )?${escapeText(name)}["'\`]`,
      ).test(TESTS[file] ?? ""),
      `${file}: ${name}`,
    ).toBe(true)
  if (named.length === 0) expect(here).toMatch(/^Cannot happen: [^.]+\.$/)
})

function escapeText(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
}
