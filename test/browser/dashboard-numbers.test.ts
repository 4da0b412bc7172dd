import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Desk, ENGINES, follow, openDesk } from "./desk.js"

const TASK_MS = 240_000

describe.each(ENGINES)("numbers at the dashboard on %s", (engine) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk(engine)
  })
  afterAll(() => desk.close())
  const api = <T = unknown>(method: string, path: string, body?: object) =>
    desk.host.api<T>(method, `/v1/sites/${desk.site.id}${path}`, body)
  const names = async () => (await api<{ data: { name: string }[] }>("GET", "/rules")).data.map(({ name }) => name)

  it(
    "[DASH28] have rules that are made, moved, tried, switched off, changed and deleted",
    async () => {
      const page = await desk.open("/numbers/rules")
      for (const name of ["First", "Second"]) {
        await page.fill("#f-name", name)
        await page.selectOption("#f-outcome", "nothing")
        await page.selectOption("[name=when_field_0]", "source")
        await follow(page, "button[value=add]")
        expect(await page.locator("[role=alert]").count()).toBe(1)
        expect(await page.locator("#f-name").inputValue()).toBe(name)
        expect(await page.locator("[name=when_field_0]").inputValue()).toBe("source")
        await page.fill("[name=when_values_0]", "google, bing")
        await follow(page, "button[value=add]")
      }
      expect(await names()).toEqual(["First", "Second"])
      await follow(page, "tr:has-text('Second') button[value=up]")
      expect(await names()).toEqual(["Second", "First"])
      await follow(page, "tr:has-text('Second') button[value=switch]")
      await page.fill("#f-url", "https://shop.example/?utm_source=bing&utm_medium=cpc")
      await follow(page, page.locator("#explain button"))
      await page.waitForURL(/utm_source/)
      const explained = await page.locator("#explain").innerText()
      for (const part of ["by the rule First", "the page's own", 'Source: "bing" – fits', "switched off"])
        expect(explained).toContain(part)
      await follow(page, page.locator("tbody a", { hasText: "First" }))
      await page.fill("#f-name", "Search engines")
      await page.selectOption("[name=when_verb_0]", "not_exact")
      await follow(page, "button[value=save]")
      expect(await api("GET", "/rules")).toMatchObject({
        data: [
          { name: "Second", enabled: false },
          { name: "Search engines", conditions: [{ field: "source", not: true, values: ["google", "bing"] }] },
        ],
      })
      page.on("dialog", (dialog) => dialog.accept())
      await follow(page, page.locator("tbody a", { hasText: "Search engines" }))
      await follow(page, "button[value=delete]")
      expect(await names()).toEqual(["Second"])
      await page.close()
    },
    TASK_MS,
  )

  it(
    "[DASH28] of one source are added, printed with their code and given another source",
    async () => {
      const page = await desk.open("/numbers")
      await page.fill("#f-e164", "12")
      await page.fill("#f-source", "city-fm")
      await follow(page, "button[value=add]")
      expect(await page.locator("#e-e164").innerText()).toContain("no phone number")
      expect(await page.locator("#f-source").inputValue()).toBe("city-fm")
      await page.fill("#f-e164", "+12125550177")
      await follow(page, "button[value=add]")
      await follow(page, page.locator("a", { hasText: "+1 212 555 0177" }))
      expect(await page.locator(".print svg").getAttribute("aria-label")).toContain("555-0177")
      const dials = await page.locator(".print path").getAttribute("d")
      await page.fill("#f-title", `<b>"Call"`)
      await page.fill("#f-url", "https://shop.example/")
      await page.press("#f-url", "Enter")
      await page.waitForURL(/title=/)
      expect(await page.locator(".print svg text").first().textContent()).toBe(`<b>"Call"`)
      expect(await page.locator(".print path").getAttribute("d")).not.toBe(dials)
      await page.selectOption("#f-channel", "Radio")
      await page.fill("#f-valid_from", "2026-01-02")
      await page.fill("#f-valid_until", "2026-01-01")
      await follow(page, "button[value=save]")
      expect(await page.locator("#e-valid_until").innerText()).toContain("too early")
      await page.fill("#f-valid_until", "2099-01-01")
      await follow(page, "button[value=save]")
      const { data } = await api<{ data: object[] }>("GET", "/numbers?kind=static")
      expect(data).toMatchObject([{ source: { channel: "Radio", source: "city-fm" }, valid_until: "2099-01-01" }])
      await page.close()
    },
    TASK_MS,
  )

  it(
    "[DASH28] forecast what other sizes bring, and show a pool's days, its carriers and where calls go",
    async () => {
      const page = await desk.open("/numbers?wish=0.99")
      expect(await page.locator("#forecast").innerText()).toMatch(/It takes \d+ numbers?\./)
      await page.locator("#f-numbers").fill("7")
      await page.waitForURL(/numbers=7/)
      expect(await page.locator("#f-numbers-value").innerText()).toBe("7")
      expect(await page.locator("#forecast tbody tr", { hasText: "7" }).count()).toBeGreaterThan(0)
      expect(await page.locator("main").innerText()).toContain("Twilio")
      await follow(page, page.locator("a", { hasText: "Web" }))
      await page.fill("#f-idle_minutes", "99")
      await follow(page, "button[value=save]")
      expect(await page.locator("#e-idle_minutes").innerText()).toContain("30")
      await page.fill("#f-idle_minutes", "20")
      await follow(page, "button[value=save]")
      expect(await api("GET", `/pools/${desk.site.pool}`)).toMatchObject({ idle_minutes: 20 })
      await api("PUT", "/flow", {
        forward: { to: ["+12125550142"], strategy: "sequence" },
        unanswered: { do: "voicemail" },
        voicemail: { greeting: "Please leave a word" },
      })
      await page.goto(
        `${desk.host.url}/app/${desk.site.id}/numbers/flow?number=${encodeURIComponent(desk.site.numbers[0] ?? "")}`,
      )
      const flow = await page.locator("main").innerText()
      for (const part of ["+1 212 555 0142", "Please leave a word", "Voicemail takes it"]) expect(flow).toContain(part)
      await page.close()
      expect(desk.faults.filter((fault) => !fault.includes("400"))).toEqual([])
    },
    TASK_MS,
  )
})
