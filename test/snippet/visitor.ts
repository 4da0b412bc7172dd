import type { Browser, BrowserContext, Page } from "playwright-core"
import { type Lab, PAIR, tag } from "./lab.js"

/** What site code sees of the script. */
export interface Ringtrail {
  number(target?: string): { number: string; display: string; href: string } | undefined
  swap(root?: Node): void
  on(name: string, listener: (detail: unknown) => void): void
  consent(mode: string): void
  identify(fields: Record<string, string>): void
  event(name: string, fields?: Record<string, string>): void
}

declare global {
  interface Window {
    ringtrail: Ringtrail
  }
}

/** A visitor's tab, and whatever it complained of. */
export interface Tab {
  context: BrowserContext
  page: Page
  /** Exceptions and console messages; those that the browser itself writes about failed requests are left out. */
  complaints: string[]
  close(): Promise<void>
}

/** Whether the page's clock runs. It stands still where nothing is to be late, however busy the machine is. */
export type Clock = "still" | "running"

/** Opens a fresh browser profile and, when a body is given, a page of it that holds the script. */
export async function openTab(
  browser: Browser,
  lab: Lab,
  body?: string,
  attributes = "",
  clock: Clock = "still",
): Promise<Tab> {
  const context = await browser.newContext()
  if (clock === "still")
    await context.addInitScript(() => {
      const now = Date.now()
      Date.now = () => now
    })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on("pageerror", (error) => complaints.push(String(error)))
  page.on("console", (message) => {
    if (!/^Failed to load resource|ERR_/.test(message.text())) complaints.push(message.text())
  })
  if (body !== undefined) {
    lab.lent = [PAIR]
    lab.pages.set(
      "/",
      `<!doctype html><html><head><meta charset=utf-8>${tag(attributes)}</head><body>${body}</body></html>`,
    )
    await page.goto(`${lab.url}/`)
  }
  return { context, page, complaints, close: () => context.close() }
}

/** Waits until an element's text is as wanted; throws with what it is instead. */
export async function untilText(page: Page, selector: string, wanted: string): Promise<void> {
  try {
    await page.waitForFunction(
      ([at, text]) => document.querySelector(at as string)?.textContent === text,
      [selector, wanted],
      { timeout: 60_000 },
    )
  } catch {
    throw new Error(
      `${selector} shows ${JSON.stringify(await page.textContent(selector))}, not ${JSON.stringify(wanted)}`,
    )
  }
}
