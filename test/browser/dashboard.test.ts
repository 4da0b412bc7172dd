import { readFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import type { Browser, BrowserContext, Page, Response } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { listPages, listParts } from "../dashboard/pages.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, ORIGIN, type TestSite, viewPage } from "../site.js"
import { startChromium } from "../snippet/chromium.js"
import { follow } from "./desk.js"

const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8")
/** The first load of a page, with its scripts and styles, as it travels: compressed by the server or by Cloudflare's edge. */
const WEIGHT_BYTES = 100_000
/** Layout shift that nobody sees. */
const SHIFT = 0.001
/** Some forty pages, each loaded and looked through, on a machine that may have other work. */
const WALK_MS = 900_000
/** Texts that run where they are not escaped. */
const PAYLOADS = [
  `<script>window.xss=1</script>`,
  `"><img src=x onerror="window.xss=1">`,
  `'-alert(1)-'<svg/onload=window.xss=1>`,
  `javascript:window.xss=1//`,
  `</textarea></title><iframe srcdoc="<script>parent.xss=1</script>">`,
  "{{constructor.constructor('window.xss=1')()}}",
]

/** How far things moved since the page began to load (CLS), in the page: what was buffered and what two more frames bring. */
const layoutShift = () =>
  new Promise<number>((resolve) => {
    let sum = 0
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) sum += (entry as unknown as { value: number }).value
    }).observe({ type: "layout-shift", buffered: true })
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(sum))))
  })

describe.each(ENGINES)("the dashboard on %s, in a real Chromium", (engine) => {
  let host: Host
  let browser: Browser
  let context: BrowserContext
  let site: TestSite
  const faults: string[] = []
  beforeAll(async () => {
    host = await startHost(engine, { publicUrl: "http://127.0.0.1", realTime: true })
    browser = await startChromium()
    site = await createSite(host)
    context = await signedIn("en")
  })
  afterAll(async () => {
    await browser.close()
    await host.close()
  })

  const signedIn = async (locale: string, javaScriptEnabled = true) => {
    const made = await browser.newContext({ locale, javaScriptEnabled })
    const page = await made.newPage()
    await page.goto(`${host.url}/app/sign-in`)
    await page.fill("#f-key", host.adminKey)
    await follow(page, "button[value=in]")
    await page.waitForURL(/\/app$/)
    await page.close()
    return made
  }
  const open = async (path: string, among = context): Promise<Page> => {
    const page = await among.newPage()
    page.on("console", (message) => {
      // A part of a page, opened alone, has no head to say that there is no icon.
      const isIcon = message.location().url.endsWith("/favicon.ico")
      if (message.type() === "error" && !isIcon) faults.push(`${path}: ${message.text()}`)
    })
    page.on("pageerror", (error) => faults.push(`${path}: ${error.message}`))
    const answer = await page.goto(host.url + path)
    expect({ path, status: answer?.status() }).toEqual({ path, status: 200 })
    return page
  }
  /** A colleague of that name, signed in: he stands in the list of people. */
  const invite = async (name: string) => {
    const page = await open("/app/people")
    await page.fill("#f-name", name)
    await follow(page, "button[value=invite]")
    const link = (await page.locator("#link").textContent()) ?? ""
    await page.close()
    const theirs = await browser.newContext()
    const guest = await theirs.newPage()
    await guest.goto(host.url + link.slice(link.indexOf("/app/link")))
    await guest.click("button[value=use]")
    await guest.waitForURL(/\/app(\/site_\w+)?$/)
    await theirs.close()
  }
  /** A report's link for whoever holds it, its path. */
  const share = async (name: string) => {
    const page = await open(`/app/${site.id}/reports`)
    await page.locator("form:has(button[value=share]) [name=name]").fill(name)
    await page.click("button[value=share]")
    const link = (await page.locator("pre").first().textContent()) ?? ""
    await page.close()
    return link.slice(link.indexOf("/app/"))
  }
  const nameBrand = async (name: string) => {
    const page = await open("/app/look")
    await page.fill("#f-name", name)
    await follow(page, "button[value=save]")
    await page.close()
  }
  const shared: string[] = []
  const pagesOf = (site: string) =>
    listPages(
      site,
      async (list) => (await host.api<{ data: { id: string }[] }>("GET", `/v1/sites/${site}/${list}`)).data[0]?.id,
    )

  it("[DASH5] leads from a new site to the first attributed call, without an account anywhere", async () => {
    const page = await open("/app/new")
    await page.fill("#f-name", "Bright Pipes")
    await page.fill("#f-domains", "https://pipes.example/contact")
    await follow(page, "button[value=create]")
    await follow(page, "button[value=demo]")
    await page.waitForURL(/setup\/carrier/)
    await follow(page, "a.button.quiet")
    expect(await page.locator("#tag-plain").textContent()).toMatch(
      /<script async src="http:\/\/127.0.0.1\/dni.js" data-site="site_\w+"><\/script>/,
    )
    const tag = await page.locator("#tag-plain").textContent()
    await follow(page, page.locator("main a.button"))
    await page.fill("#f-url", "http://169.254.169.254/latest/meta-data/")
    await follow(page, "button[value=check]")
    expect(await page.locator("[role=alert]").textContent()).toContain("inner network")
    await page.locator("details summary").click()
    await page.fill(
      "#f-html",
      `<head>${tag}<meta http-equiv="Content-Security-Policy" content="default-src 'self'"></head>
       <p>Call (212) 555-0100 or <a href="tel:+12125550100">212.555.0100</a>, not (212) 555-0103</p>`,
    )
    await follow(page, "button[value=check]")
    const result = await page.locator("main").innerText()
    for (const part of [
      "Found",
      "(212) 555-0100",
      "212.555.0100",
      "1 tel: link",
      "Remove them",
      "script-src http://127.0.0.1",
      "connect-src http://127.0.0.1",
    ])
      expect(result).toContain(part)
    await follow(page, page.locator("main a.button").last())
    await follow(page, "button[value=visit]")
    const call = await page.locator(".facts").last().innerText()
    for (const part of ["Paid search", "google / cpc / test-call", "Answered"]) expect(call).toContain(part)
    await follow(page, page.locator("main a.button"))
    expect(await page.locator("main").innerText()).toContain("Attributed")
    await page.close()
  })

  it(
    "[DASH6] shows hostile values as text on every page, under the policy",
    async () => {
      for (const [index, payload] of PAYLOADS.entries()) {
        const text = encodeURIComponent(payload)
        const { swaps, visit } = await viewPage(host, site, {
          url: `${ORIGIN}/${text}?utm_source=${text}&utm_medium=${text}&utm_campaign=${text}&utm_term=${text}`,
          referrer: `https://evil.example/${text}`,
          title: payload,
        })
        await host.request(
          "POST",
          `/v1/sites/${site.id}/beats`,
          { visit, kind: "form", fields: { [payload.slice(0, 50)]: payload } },
          { key: null, headers: { origin: ORIGIN } },
        )
        const call = await host.api<{ id: string }>("POST", `/v1/sites/${site.id}/calls`, {
          external_id: payload,
          to: swaps[0]?.number ?? site.numbers[0],
          from: `+1312555${String(index).padStart(4, "0")}`,
          started_at: new Date().toISOString(),
          duration_s: 60,
          talk_s: 50,
          recording_url: `https://evil.example/${text}"><img src=x onerror=window.xss=1>`,
        })
        await host.api("PATCH", `/v1/sites/${site.id}/calls/${call.id}`, {
          tags: [payload.slice(0, 60)],
          outcome: payload.slice(0, 60),
          notes: payload,
        })
        await host.api("POST", `/v1/sites/${site.id}/leads`, {
          name: payload,
          company: payload,
          product: payload,
          call: call.id,
          notes: payload,
        })
        await host.api("POST", `/v1/sites/${site.id}/numbers`, {
          e164: `+1415555${String(1000 + index)}`,
          kind: "static",
          source: { channel: payload, source: payload, campaign: payload },
        })
        await host.api("POST", `/v1/sites/${site.id}/keys`, { name: payload })
        await host.api("POST", `/v1/sites/${site.id}/pools`, {
          name: payload,
          target: `+1646555${String(1000 + index)}`,
        })
        await invite(payload.slice(0, 60))
        shared.push(await share(payload))
        const day = new Date().toISOString().slice(0, 10)
        const until = `${Number(day.slice(0, 4)) + 1}${day.slice(4)}`
        for (const [list, body] of [
          ["agents", { name: payload }],
          ["reports", { name: payload, query: { metrics: "calls", campaign: payload } }],
          [
            "rules",
            {
              name: payload,
              conditions: [{ field: "campaign", values: [payload] }],
              outcome: { show: "nothing" },
              enabled: false,
            },
          ],
          ["orders", { external_id: payload, amount: 5, call: call.id, items: [{ name: payload }] }],
          ["costs", { kind: "ads", amount: 5, from: day, campaign: payload, source: payload, notes: payload }],
          [
            "targets",
            { name: payload, metric: "calls", value: 9, from: day, to: until, campaign: payload, owner: payload },
          ],
          [
            "campaigns",
            { campaign: payload, segment: payload, offer: payload, flights: [{ from: day, to: until, name: payload }] },
          ],
        ] as const)
          await host.api("POST", `/v1/sites/${site.id}/${list}`, body)
      }
      await host.api("PATCH", `/v1/sites/${site.id}`, { name: PAYLOADS[1] })
      await nameBrand(PAYLOADS[1] ?? "")
      const seen: string[] = []
      for (const path of [...(await pagesOf(site.id)), ...listParts(site.id), ...shared]) {
        const page = await open(path)
        expect({ path, xss: await page.evaluate(() => (window as { xss?: number }).xss) }).toEqual({
          path,
          xss: undefined,
        })
        expect(await page.locator("iframe, main img, a[href^='javascript']").count()).toBe(0)
        seen.push(await page.locator("body").innerText())
        await page.close()
      }
      for (const payload of PAYLOADS) expect(seen.join("\n")).toContain(payload.slice(0, 40))
      for (const text of seen.slice(0, 3)) expect(text).toContain(PAYLOADS[1]?.slice(0, 40))
      // What stands in the address comes back in links, fields and faults.
      const page = await context.newPage()
      const names = ["q", "status", "channel", "show", "metrics", "group_by", "from", "cursor", "carrier", "next"]
      for (const [index, path] of (await pagesOf(site.id)).entries()) {
        const payload = encodeURIComponent(PAYLOADS[index % PAYLOADS.length] ?? "")
        const query = names.map((name) => `${name}=${payload}`).join("&")
        await page.goto(`${host.url}${path}${path.includes("?") ? "&" : "?"}${query}`)
        expect({ path, xss: await page.evaluate(() => (window as { xss?: number }).xss) }).toEqual({ path })
        expect(await page.locator("iframe, main img, a[href^='javascript']").count()).toBe(0)
      }
      await page.close()
      await host.api("PATCH", `/v1/sites/${site.id}`, { name: "Shop" })
      await nameBrand("Ringtrail")
    },
    WALK_MS,
  )

  it(
    "[DASH7] is free of serious faults of accessibility on every page, in both schemes",
    async () => {
      const found: string[] = []
      for (const path of await pagesOf(site.id)) {
        const page = await open(path)
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme })
          await page.evaluate(axe)
          const { violations } = await page.evaluate(() =>
            (
              window as unknown as {
                axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> }
              }
            ).axe.run(),
          )
          for (const { id, impact, nodes } of violations)
            if (["serious", "critical"].includes(impact))
              found.push(`${path} ${colorScheme} ${id}: ${nodes[0]?.html.slice(0, 160)}`)
        }
        await page.close()
      }
      expect(found).toEqual([])
    },
    WALK_MS,
  )

  it(
    "[DASH8] weighs at most 100 kB a page at the first load, with its scripts and styles, and moves nothing while it loads",
    async () => {
      const heavy: string[] = []
      const moved: string[] = []
      for (const path of await pagesOf(site.id)) {
        const fresh = await browser.newContext({ storageState: await context.storageState() })
        const page = await fresh.newPage()
        const answers: Response[] = []
        const note = (answer: Response) => answers.push(answer)
        page.on("response", note)
        await page.goto(host.url + path, { waitUntil: "load" })
        page.off("response", note)
        // The stream of live calls never ends.
        const ended = answers.filter((answer) => answer.headers()["content-type"] !== "text/event-stream")
        const bodies = await Promise.all(ended.map((answer) => answer.body()))
        const bytes = bodies.reduce((sum, body) => sum + gzipSync(body).length, 0)
        if (bytes > WEIGHT_BYTES) heavy.push(`${path}: ${bytes}`)
        const shiftNow = async () => {
          if ((await page.locator("[data-chart]").count()) > 0)
            await page.locator("[data-chart] canvas").first().waitFor()
          return page.evaluate(layoutShift)
        }
        // HTML that arrives in parts may be laid out in parts: what scripts and styles move, they move at every load.
        let shift = await shiftNow()
        for (let load = 1; load < 3 && shift > SHIFT; load++) {
          await page.reload({ waitUntil: "load" })
          shift = await shiftNow()
        }
        if (shift > SHIFT) moved.push(`${path}: ${shift}`)
        await fresh.close()
      }
      expect(heavy).toEqual([])
      expect(moved).toEqual([])
    },
    WALK_MS,
  )

  it(
    "[DASH12] fits a phone on every page, in the longest language, and is used by the keyboard alone",
    async () => {
      const phone = await browser.newContext({
        locale: "ru",
        viewport: { width: 390, height: 780 },
        storageState: await context.storageState(),
      })
      await phone.clearCookies({ name: "language" })
      const wide: string[] = []
      const lost: string[] = []
      for (const path of await pagesOf(site.id)) {
        const page = await open(path, phone)
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        if (over > 0) wide.push(`${path}: ${over} px`)
        await page.keyboard.press("Tab")
        const first = await page.evaluate(() => document.activeElement?.className)
        if (first !== "skip") lost.push(`${path}: begins at ${first}`)
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        const { inside, seen } = await page.evaluate(() => {
          const held = document.activeElement
          return {
            inside: held?.closest("main, footer") != null,
            seen: held !== null && getComputedStyle(held).outlineStyle !== "none",
          }
        })
        if (!inside || !seen) lost.push(`${path}: after the skip link, inside ${inside}, seen ${seen}`)
        await page.close()
      }
      expect(wide).toEqual([])
      expect(lost).toEqual([])
      const out = await browser.newContext({ viewport: { width: 390, height: 640 } })
      const page = await out.newPage()
      await page.goto(`${host.url}/app/sign-in`)
      await page.fill("#f-key", host.adminKey)
      // A real pointer: nothing may lie over the button.
      await follow(page, "button[value=in]")
      await page.waitForURL(/\/app$/)
      await out.close()
      await phone.close()
    },
    WALK_MS,
  )

  it(
    "[DASH9] works without a script: filters, forms and figures",
    async () => {
      const plain = await signedIn("ru", false)
      const page = await open(`/app/${site.id}/calls`, plain)
      expect(await page.locator("html").getAttribute("lang")).toBe("ru")
      expect(await page.locator("h1").innerText()).toBe("Звонки")
      await page.selectOption("#f-status", "missed")
      await follow(page, page.locator("form button", { hasText: "Показать" }).last())
      expect(page.url()).toContain("status=missed")
      await page.goto(`${host.url}/app/${site.id}/calls`)
      await follow(page, page.locator("tbody a"))
      await page.fill("#f-notes", "перезвонить завтра")
      await follow(page, "button[value=save]")
      expect(await page.locator("#f-notes").inputValue()).toBe("перезвонить завтра")
      await page.goto(`${host.url}/app/${site.id}`)
      expect(await page.locator(".plot svg polyline").count()).toBeGreaterThan(0)
      await plain.close()
    },
    WALK_MS,
  )

  it(
    "[DASH9] draws a chart that can be pointed at, and shows a call as it rings",
    async () => {
      const page = await open(`/app/${site.id}`)
      await page.locator(".plot .uplot canvas").waitFor()
      const external_id = `live-${engine}`
      await host.api("POST", `/v1/sites/${site.id}/calls`, {
        external_id,
        to: site.numbers[0],
        from: "+13125559876",
        started_at: new Date().toISOString(),
        status: "ringing",
      })
      await page.locator("[data-live]", { hasText: "+1 312 555 9876" }).waitFor()
      await page.close()
      expect(faults).toEqual([])
    },
    WALK_MS,
  )
})
