import type { Browser } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { BROWSER, ENGINES, type Host, startHost } from "../host.js"
import { startChromium } from "../snippet/chromium.js"

describe.each(ENGINES)("the demo on %s, in a real Chromium", (engine) => {
  let host: Host
  let browser: Browser
  beforeAll(async () => {
    host = await startHost(engine, { publicUrl: "http://127.0.0.1", realTime: true })
    browser = await startChromium()
  })
  afterAll(async () => {
    await browser.close()
    await host.close()
  })

  it("[M1] shows a lent number, the visit behind it, and the campaign that caused a call", async () => {
    const page = await browser.newPage({ userAgent: BROWSER })
    const faults: string[] = []
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()))
    page.on("pageerror", (error) => faults.push(error.message))
    await page.goto(
      `${host.url}/demo?utm_source=google&utm_medium=cpc&utm_campaign=spring&utm_term=emergency+plumber&gclid=x1`,
    )
    const link = page.locator("header a")
    await page.waitForFunction(() => document.querySelector("header a")?.getAttribute("href") !== "tel:+12125550100")
    const number = (await link.getAttribute("href"))?.replace("tel:", "") ?? ""
    expect(number).toMatch(/^\+121255501\d\d$/)
    expect(await link.textContent()).toBe(`(212) 555-${number.slice(-4)}`)
    expect(await page.locator("aside b").textContent()).toBe("(212) 555-0100")
    expect(await page.locator("footer").textContent()).toContain("fax (212) 555-0177")

    await page.locator("#visit th", { hasText: "campaign" }).waitFor()
    expect(await page.locator("#visit").innerText()).toContain("spring")
    await page.click("#call")
    await page.locator("#attribution th", { hasText: "confidence" }).waitFor()
    const call = await page.locator("#attribution").innerText()
    for (const part of [number, "attributed", "Paid Search", "google / cpc", "spring", "emergency plumber"])
      expect(call).toContain(part)

    await page.click("#radio")
    await page.locator("#attribution td", { hasText: "city-fm" }).waitFor()
    expect(await page.locator("#attribution").innerText()).toContain("attributed (static)")
    expect(faults).toEqual([])
    await page.close()
  })

  it("[M1] remembers the number, so that the next page shows it at once", async () => {
    const page = await browser.newPage({ userAgent: BROWSER })
    await page.goto(`${host.url}/demo`)
    await page.waitForFunction(() => document.querySelector("header a")?.getAttribute("href") !== "tel:+12125550100")
    const shown = await page.locator("header a").textContent()
    await page.route("**/visits", (route) => route.abort())
    await page.goto(`${host.url}/demo?again`)
    await page.waitForFunction((text) => document.querySelector("header a")?.textContent === text, shown)
    await page.close()
  })
})
