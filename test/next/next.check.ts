import type { Browser } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { startChromium } from "../snippet/chromium.js"
import { type Lab, openLab, PAIR } from "../snippet/lab.js"
import { openTab, untilText } from "../snippet/visitor.js"
import { NEXT, type NextSite, startNext } from "./site.js"

describe(`Next ${NEXT}, built and served by itself`, () => {
  let browser: Browser
  let lab: Lab
  let site: NextSite
  beforeAll(async () => {
    ;[browser, lab] = await Promise.all([startChromium(), openLab()])
    lab.site = "site_next"
    lab.lent = [PAIR]
    site = await startNext(lab.url, lab.site)
  })
  afterAll(async () => {
    site?.stop()
    await browser?.close()
    await lab?.close()
  })

  test("streamed, hydrated, re-rendered, navigated: every number is right, nothing is lost, nothing is logged", async () => {
    const { page, complaints, close } = await openTab(browser, lab)
    await page.addInitScript(() => {
      addEventListener("DOMContentLoaded", () => {
        Object.assign(window, { first: document.querySelector("main") })
      })
    })
    await page.goto(`${site.url}/?utm_source=x`)
    await untilText(page, "#text", "Call 646-555-0198 now")
    await untilText(page, "#split", "Or (646) 555-0198")
    await untilText(page, "#link", "646.555.0198")
    expect(await page.getAttribute("#link", "href")).toBe("tel:+16465550198")
    expect(await page.getAttribute("#link", "aria-label")).toBe("Call 646-555-0198")
    await untilText(page, "#component", "(646) 555-0198")
    await untilText(page, "#slow", "Late (646) 555-0198")
    await untilText(page, "#count", "Ring 646-555-0198, clicked 0")
    await page.click("#count")
    await untilText(page, "#count", "Ring 646-555-0198, clicked 1")
    await page.click("#change")
    await untilText(page, "#count", "Dial 646-555-0198, clicked 1")
    expect(
      await page.evaluate(() => (window as unknown as { first: Node }).first === document.querySelector("main")),
      "the server's nodes are still there",
    ).toBe(true)
    for (let round = 0; round < 3; round++) {
      await page.click("#go")
      await untilText(page, "#two", "Two: 646-555-0198")
      await page.click("#back")
      await untilText(page, "#slow", "Late (646) 555-0198")
      await untilText(page, "#text", "Call 646-555-0198 now")
    }
    expect(await page.evaluate(() => document.body.innerText)).not.toMatch(/212|0123/)
    const urls = lab.asked.filter(({ path }) => path.endsWith("/visits")).map(({ body }) => body.url)
    expect(urls.slice(0, 3)).toEqual([`${site.url}/?utm_source=x`, `${site.url}/two`, `${site.url}/`])
    await page.evaluate(() => window.ringtrail.consent("none"))
    await untilText(page, "#text", "Call 212-555-0123 now")
    await untilText(page, "#component", "(212) 555-0123")
    expect(complaints).toEqual([])
    await close()
  })

  test("a slow machine hydrates late: the link is right at once, the text when Next has taken it over", async () => {
    const { context, page, complaints, close } = await openTab(browser, lab)
    let release = () => {}
    const held = new Promise<void>((done) => {
      release = done
    })
    await context.route("**/_next/static/**", async (route) => {
      await held
      await route.continue()
    })
    // Next loads our script after hydration; a page may carry the tag itself, and it must wait then.
    await page.addInitScript(
      ([url, name]) =>
        addEventListener("DOMContentLoaded", () => {
          const script = document.createElement("script")
          script.src = `${url}/dni.js`
          script.dataset.site = name as string
          document.body.after(script)
        }),
      [lab.url, lab.site],
    )
    await page.goto(site.url, { waitUntil: "commit" })
    await page.waitForFunction(() => document.querySelector("#link")?.getAttribute("href") === "tel:+16465550198")
    expect(await page.textContent("#text")).toBe("Call 212-555-0123 now")
    expect(await page.evaluate(() => document.documentElement.dataset.hydrated)).toBeUndefined()
    release()
    await untilText(page, "#text", "Call 646-555-0198 now")
    await untilText(page, "#slow", "Late (646) 555-0198")
    // The example's own tag comes second here, and says so.
    expect(complaints.filter((line) => line !== "ringtrail twice")).toEqual([])
    await close()
  })
})
