import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Browser } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startChromium } from "./chromium.js"
import { type Lab, openLab } from "./lab.js"
import { openTab } from "./visitor.js"

// Whole pages like those of small businesses. `{{before|after}}` marks what must be swapped; all else must stay.
const folder = join(import.meta.dirname, "pages")
const PAGES = readdirSync(folder).map((name) => ({ name, source: readFileSync(join(folder, name), "utf8") }))

let browser: Browser
let lab: Lab
beforeAll(async () => {
  ;[browser, lab] = await Promise.all([startChromium(), openLab()])
})
afterAll(async () => {
  await browser?.close()
  await lab?.close()
})

test("there are at least twelve pages in six languages", () => {
  expect(PAGES.length).toBeGreaterThanOrEqual(12)
  expect(new Set(PAGES.map(({ name }) => name.slice(0, 2))).size).toBeGreaterThanOrEqual(6)
})

test.each(PAGES)("$name: each number is swapped and nothing else", async ({ source }) => {
  const [, country = "", target = "", number = ""] = /^<!-- (\w+) (\S+) (\S+) -->/.exec(source) ?? []
  const html = source.slice(source.indexOf("<!doctype"))
  const side = (index: number) => html.replace(/\{\{([^|}]*)\|([^}]*)\}\}/g, (...marks) => String(marks[index]))
  lab.lent = [{ target, number, country }]
  lab.pages.set("/", side(1))
  const { page, complaints, close } = await openTab(browser, lab)
  const answered = page.waitForResponse((response) => response.url().endsWith("/visits"))
  await page.goto(`${lab.url}/`)
  await answered
  await page.waitForFunction(() => window.ringtrail?.number())
  const [after, wanted] = await page.evaluate(
    (source) => {
      const parsed = new DOMParser().parseFromString(source, "text/html")
      for (const script of parsed.querySelectorAll("head script[src]")) script.remove()
      for (const script of document.querySelectorAll("head script[src]")) script.remove()
      return [document.documentElement.outerHTML, parsed.documentElement.outerHTML]
    },
    side(2).replace("{script}", ""),
  )
  expect(after).toBe(wanted)
  expect(complaints).toEqual([])
  await close()
})
