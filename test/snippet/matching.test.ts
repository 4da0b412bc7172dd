import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { describeSwap } from "../../server/core/number/match.js"
import { fill, LOCALES } from "./cases.js"
import { startChromium } from "./chromium.js"
import { type Lab, openLab } from "./lab.js"

let browser: Browser
let lab: Lab
let page: Page

beforeAll(async () => {
  ;[browser, lab] = await Promise.all([startChromium(), openLab()])
})
afterAll(async () => {
  await browser?.close()
  await lab?.close()
})

/** Parses and serialises HTML as the browser would: what a page looks like before any script. */
const settle = (html: string[]) =>
  page.evaluate(
    (cases) =>
      cases.map((one) => {
        const holder = document.implementation.createHTMLDocument().body
        holder.innerHTML = `<div>${one}</div>`
        return holder.innerHTML
      }),
    html,
  )

describe.each(LOCALES)("$name", ({ country, target, number, digits: [mine, lent], swapped, kept, special = [] }) => {
  const cases: [before: string, after: string][] = [
    ...swapped.map((template): [string, string] => [fill(template, mine), fill(template, lent)]),
    ...kept.map((template): [string, string] => [fill(template, mine), fill(template, mine)]),
    ...special,
  ]
  let results: string[]
  let twice: string[]
  let wanted: string[]

  beforeAll(async () => {
    lab.lent = [{ target, number: number || null, country }]
    lab.pages.set(
      "/table",
      `<!doctype html><meta charset=utf-8>{script}<body>${cases.map(([before]) => `<section><div>${before}</div></section>`).join("")}`,
    )
    page = await browser.newPage()
    // An answer that is late, as on a busy machine, is for the next page: so the page's clock stands still.
    await page.addInitScript(() => {
      const now = Date.now()
      Date.now = () => now
      addEventListener("ringtrail:ready", () => Object.assign(window, { answered: true }))
    })
    await page.goto(`${lab.url}/table`)
    await page.waitForFunction("window.answered")
    const read = () => page.evaluate(() => Array.from(document.querySelectorAll("section"), (one) => one.innerHTML))
    results = await read()
    await page.evaluate(() => (window as unknown as { ringtrail: { swap(): void } }).ringtrail.swap())
    twice = await read()
    wanted = await settle(cases.map(([, after]) => after))
  })
  afterAll(() => page.close())

  test.runIf(swapped.length > 0)(
    "[SN11] the browser hands over every attribute in which the pattern would find a number",
    async () => {
      const { match, labelled } = describeSwap({ target, number: number || null, country })
      const texts = swapped
        .filter((template) => !template.includes("<"))
        .flatMap((template) => [mine, lent].map((digits) => fill(template, digits)))
      const widen = (text: string) => text.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
      const encode = (text: string) => encodeURIComponent(text).replace(/\d(?=\D*$)/, (digit) => `%3${digit}`)
      const { found, missed } = await page.evaluate(
        ({ match, labelled, values }) => {
          const missed: string[] = []
          let found = 0
          for (const value of values)
            for (const [tag, name, text] of [
              ["a", "href", `tel:${value}`],
              ["a", "href", `TEL:${value}`],
              ["img", "title", value],
              ["button", "aria-label", value],
            ] as const) {
              const element = document.createElement(tag)
              element.setAttribute(name, text)
              // Only a link's address is percent-coded.
              if (!RegExp(match, "gi").test(name === "href" ? unescape(text) : text)) continue
              found++
              if (!labelled.some((selector) => element.matches(selector))) missed.push(element.outerHTML)
            }
          return { found, missed }
        },
        { match, labelled, values: texts.flatMap((text) => [text, widen(text), encode(text)]) },
      )
      expect(missed).toEqual([])
      expect(found).toBeGreaterThan(texts.length)
    },
  )

  test.each(cases.map(([before, after], index) => ({ before, after, index })))("$before → $after", ({ index }) => {
    expect(results[index]).toBe(wanted[index])
    expect(twice[index], "running twice changes nothing").toBe(wanted[index])
  })
})

test("the table has at least 200 cases", () => {
  const count = LOCALES.reduce((sum, one) => sum + one.swapped.length + one.kept.length + (one.special?.length ?? 0), 0)
  expect(count).toBeGreaterThanOrEqual(200)
})
