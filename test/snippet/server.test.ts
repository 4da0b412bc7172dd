import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { Browser } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { startHost } from "../host.js"
import { startChromium } from "./chromium.js"

type Host = Awaited<ReturnType<typeof startHost>>

describe("with the real server", () => {
  let browser: Browser
  let host: Host
  let site: string
  let shop: { url: string; close(): void }

  beforeAll(async () => {
    ;[browser, host] = await Promise.all([startChromium(), startHost("node", { realTime: true })])
    const made = await host.api<{ id: string }>("POST", "/v1/sites", {
      name: "Shop",
      domains: ["127.0.0.1", "localhost"],
      country: "US",
    })
    site = made.id
    await host.api("POST", `/v1/sites/${site}/pools`, {
      name: "Main",
      target: "+12125550123",
      numbers: ["+16465550198", "+16465550199"],
    })
    const server = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" })
      response.end(
        `<!doctype html><head><script async src="${host.url}/dni.js" data-site="${site}"></script></head><body><h1>Call (212) 555-0123</h1><a href="tel:212-555-0123">Call</a>`,
      )
    })
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
    shop = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
  })
  afterAll(async () => {
    await browser?.close()
    shop?.close()
    await host?.close()
  })

  test("a visit leases a number, shows it, keeps it on the next page, hears a tap, and gives it back at withdrawal", async () => {
    // Headless Chromium calls itself so, and the server lends nothing to robots.
    const context = await browser.newContext({
      userAgent: (
        await browser.newPage().then(async (page) => {
          const agent = await page.evaluate(() => navigator.userAgent)
          await page.close()
          return agent
        })
      ).replace("Headless", ""),
    })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on("pageerror", (error) => complaints.push(String(error)))
    page.on("console", (message) => {
      if (!/favicon|beats/.test(message.location().url)) complaints.push(message.text())
    })
    await page.goto(`${shop.url}/?utm_source=google&utm_medium=cpc&gclid=abc`)
    await page.waitForFunction(() => document.querySelector("h1")?.textContent?.includes("646"))
    const first = await page.textContent("h1")
    expect(first).toMatch(/^Call \(646\) 555-019[89]$/)
    expect(await page.getAttribute("a", "href")).toMatch(/^tel:\+1646555019[89]$/)
    const tapped = page.waitForResponse((response) => response.url().endsWith("/beats"))
    await page.evaluate(() => {
      document.addEventListener("click", (event) => event.preventDefault())
      document.querySelector("a")?.click()
    })
    expect((await tapped).status()).toBeLessThan(300)
    await page.goto(`${shop.url}/contact`)
    await page.waitForFunction((text) => document.querySelector("h1")?.textContent === text, first)
    const { data } = await host.api<{ data: { id: string }[] }>("GET", `/v1/sites/${site}/visits`)
    expect(data).toHaveLength(1)
    const ended = page.waitForResponse((response) => response.url().endsWith("/beats"))
    await page.evaluate(() =>
      (window as unknown as { ringtrail: { consent(mode: string): void } }).ringtrail.consent("none"),
    )
    expect((await ended).status(), "consent was withdrawn").toBe(204)
    expect(await page.textContent("h1")).toBe("Call (212) 555-0123")
    expect(complaints).toEqual([])
    await context.close()
  })
})
