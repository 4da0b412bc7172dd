import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ORIGIN, viewPage } from "../site.js"
import { type Desk, ENGINES, follow, openDesk } from "./desk.js"

const TASK_MS = 240_000

describe.each(ENGINES)("calls at the dashboard on %s", (engine) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk(engine)
  })
  afterAll(() => desk.close())

  const putCall = (call: object) =>
    desk.host.api<{ id: string }>("POST", `/v1/sites/${desk.site.id}/calls`, {
      to: desk.site.numbers[0],
      started_at: new Date(Date.now() - 60_000).toISOString(),
      duration_s: 60,
      talk_s: 50,
      ...call,
    })

  it(
    "[DASH20] are found by what is known of them, and a filter that cannot be read is told beside its field",
    async () => {
      const first = await putCall({ external_id: "a", from: "+13125550111" })
      await putCall({ external_id: "b", from: "+13125550222" })
      await desk.host.api("PATCH", `/v1/sites/${desk.site.id}/calls/${first.id}`, { notes: "Kitchen tiles" })
      const page = await desk.open("/calls")
      await page.fill("#f-search", "kitchen")
      await Promise.all([page.waitForURL(/search=kitchen/), page.press("#f-search", "Enter")])
      expect(await page.locator("tbody tr").count()).toBe(1)
      expect(await page.locator("tbody").innerText()).toContain("+1 312 555 0111")
      expect(await page.locator("#f-search").inputValue()).toBe("kitchen")
      await page.goto(`${desk.host.url}/app/${desk.site.id}/calls?search=555%200222`)
      expect(await page.locator("tbody").innerText()).toContain("+1 312 555 0222")
      expect(await page.locator("tbody tr").count()).toBe(1)
      await page.goto(`${desk.host.url}/app/${desk.site.id}/calls?number=abc&tag=x`)
      expect(await page.locator("#f-number").getAttribute("aria-invalid")).toBe("true")
      expect(await page.locator("#e-number").innerText()).toContain("no phone number")
      expect(await page.locator("#f-tag").inputValue()).toBe("x")
      await page.close()
    },
    TASK_MS,
  )

  it(
    "[DASH21] that nobody took are called back: who was reached waits no more, who was not keeps waiting",
    async () => {
      const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
      for (const [external_id, from, minutes] of [
        ["m1", "+13125550301", 50],
        ["m2", "+13125550301", 40],
        ["m3", "+13125550302", 30],
      ] as const)
        await putCall({ external_id, from, started_at: at(minutes), status: "missed", duration_s: 20, talk_s: 0 })
      const page = await desk.open("/missed")
      const row = (number: string) => page.locator("tbody tr", { hasText: number })
      expect(await row("+1 312 555 0301").innerText()).toContain("2 calls")
      await follow(page, "tr:has-text('0302') button[value=tried]")
      expect(await row("+1 312 555 0302").innerText()).toContain("1 attempt")
      await follow(page, "tr:has-text('0301') button[value=reached]")
      expect(await row("+1 312 555 0301").count()).toBe(0)
      await follow(page, page.locator(".segments a", { hasText: "Called back" }))
      expect(await row("+1 312 555 0301").innerText()).toContain("We called back")
      await page.close()
      const { data } = await desk.host.api<{ data: { from: string }[] }>(
        "GET",
        `/v1/sites/${desk.site.id}/calls?missed=waiting`,
      )
      expect(data.map(({ from }) => from)).toEqual(["+13125550302"])
    },
    TASK_MS,
  )

  it(
    "[DASH22] show who may have called, and keep what people say of them, or say what is wrong and lose nothing",
    async () => {
      const { swaps } = await viewPage(desk.host, desk.site, { url: `${ORIGIN}/?utm_source=google&utm_medium=cpc` })
      const agent = await desk.host.api<{ id: string }>("POST", `/v1/sites/${desk.site.id}/agents`, { name: "Ann" })
      const call = await putCall({
        external_id: "c",
        to: swaps[0]?.number,
        from: "+13125550444",
        started_at: new Date().toISOString(),
      })
      const page = await desk.open(`/calls/${call.id}`)
      expect(await page.locator("main").innerText()).toContain("That no visit caused it")
      expect(await page.locator(".timeline").innerText()).toContain("Paid search")
      await page.fill("#f-value", "12 hundred")
      await page.fill("#f-notes", "wants a quote")
      await page.selectOption("#f-qualified", "true")
      await follow(page, "button[value=save]")
      expect(await page.locator("#e-value").innerText()).toContain("This is no amount")
      expect(await page.locator("#f-value").inputValue()).toBe("12 hundred")
      expect(await page.locator("#f-notes").inputValue()).toBe("wants a quote")
      await page.fill("#f-value", "1,250.50")
      await page.selectOption("#f-agent", agent.id)
      await follow(page, "button[value=save]")
      await page.close()
      const kept = await desk.host.api("GET", `/v1/sites/${desk.site.id}/calls/${call.id}`)
      expect(kept).toMatchObject({
        value: 1250.5,
        notes: "wants a quote",
        qualified: true,
        qualified_by: "hand",
        agent: agent.id,
      })
      expect(desk.faults.filter((fault) => !fault.includes("400"))).toEqual([])
    },
    TASK_MS,
  )
})
