import type { Browser, BrowserContext, Locator, Page } from "playwright-core"
import { expect } from "vitest"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, type TestSite } from "../site.js"
import { startChromium } from "../snippet/chromium.js"

export { ENGINES }

/** Somebody who works at the dashboard of a site in a real Chromium, signed in. */
export interface Desk {
  readonly host: Host
  readonly site: TestSite
  readonly browser: Browser
  /** What the browser's console said in anger. */
  readonly faults: string[]
  /** Opens a page of the site; with another context as somebody else. */
  open(path: string, among?: BrowserContext): Promise<Page>
  /** Signs in with a key, the administrator's unless named. */
  signIn(options?: { key?: string; locale?: string; javaScriptEnabled?: boolean }): Promise<BrowserContext>
  close(): Promise<void>
}

/** Clicks the first such link or button, and waits for the page that follows: a click alone may return while the old one stands. */
export async function follow(page: Page, link: string | Locator): Promise<void> {
  const target = typeof link === "string" ? page.locator(link) : link
  await Promise.all([page.waitForNavigation(), target.first().click()])
}

/** A site with numbers on this engine, and somebody at its dashboard. */
export async function openDesk(engine: (typeof ENGINES)[number], settings: object = {}): Promise<Desk> {
  const host = await startHost(engine, { publicUrl: "http://127.0.0.1", realTime: true })
  const browser = await startChromium()
  const site = await createSite(host, { settings })
  const faults: string[] = []
  const signIn: Desk["signIn"] = async ({ key = host.adminKey, locale = "en", javaScriptEnabled = true } = {}) => {
    const made = await browser.newContext({ locale, javaScriptEnabled })
    const page = await made.newPage()
    await page.goto(`${host.url}/app/sign-in`)
    await page.fill("#f-key", key)
    await page.click("button[value=in]")
    await page.waitForURL(/\/app(\/site_\w+)?$/)
    await page.close()
    return made
  }
  const context = await signIn()
  return {
    host,
    site,
    browser,
    faults,
    signIn,
    open: async (path, among = context) => {
      const page = await among.newPage()
      page.on("console", (message) => message.type() === "error" && faults.push(`${path}: ${message.text()}`))
      page.on("pageerror", (error) => faults.push(`${path}: ${error.message}`))
      const answer = await page.goto(`${host.url}/app/${site.id}${path}`)
      expect({ path, status: answer?.status() }).toEqual({ path, status: 200 })
      return page
    },
    close: async () => {
      await browser.close()
      await host.close()
    },
  }
}
