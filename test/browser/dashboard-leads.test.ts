import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ORIGIN, viewPage } from "../site.js"
import { type Desk, ENGINES, follow, openDesk } from "./desk.js"

const TASK_MS = 240_000

describe.each(ENGINES)("leads at the dashboard on %s", (engine) => {
  let desk: Desk
  let lead: { id: string }
  beforeAll(async () => {
    desk = await openDesk(engine)
    const { visit } = await viewPage(desk.host, desk.site, { url: `${ORIGIN}/?utm_source=google&utm_medium=cpc` })
    lead = await api<{ id: string }>("POST", "/leads", { name: "Ann Lee", phone: "+13125550777", visit })
  })
  afterAll(() => desk.close())
  const api = <T = unknown>(method: string, path: string, body?: object) =>
    desk.host.api<T>(method, `/v1/sites/${desk.site.id}${path}`, body)

  it(
    "[DASH26] get an owner, go on to another stage with a reason, and show the way that led to them",
    async () => {
      const page = await desk.open("/leads/team")
      await page.fill("#f-name", "Bob")
      await page.fill("#f-email", "nonsense@")
      await page.evaluate(() => document.querySelector("#f-email")?.setAttribute("type", "text"))
      await follow(page, "button[value=add]")
      expect(await page.locator("#e-email").innerText()).toContain("no e-mail address")
      expect(await page.locator("#f-name").inputValue()).toBe("Bob")
      await page.fill("#f-email", "bob@shop.example")
      await follow(page, "button[value=add]")
      await page.goto(`${desk.host.url}/app/${desk.site.id}/leads`)
      await follow(page, page.locator(".board a", { hasText: "Ann Lee" }))
      expect(await page.locator(".timeline", { hasText: "Paid search" }).count()).toBe(1)
      await page.selectOption("#f-stage", "quoted")
      await page.fill("#f-reason", "asked for a price")
      await page.selectOption("#f-agent", { label: "Bob" })
      await follow(page, "button[value=move]")
      expect(await page.locator(".timeline").first().innerText()).toContain("asked for a price")
      await page.goto(`${desk.host.url}/app/${desk.site.id}/leads?stage=quoted`)
      expect(await page.locator("tbody tr", { hasText: "Ann Lee" }).innerText()).toContain("Bob")
      await page.close()
    },
    TASK_MS,
  )

  it(
    "[DASH26] have tasks and attempts: one is added, one settles another, and what is done is ticked off",
    async () => {
      const page = await desk.open(`/leads/${lead.id}`)
      await page.fill("#f-step", "send the plan")
      await page.fill("#f-due_on", "2099-01-31")
      await follow(page, "button[value=task]")
      expect(await page.locator("tbody", { hasText: "send the plan" }).innerText()).toContain("2099")
      await page.selectOption("#f-result", "no_answer")
      await page.fill("#f-attempt_notes", "engaged all day")
      await follow(page, "button[value=tried]")
      expect(await page.locator("main").innerText()).toContain("engaged all day")
      await page.goto(`${desk.host.url}/app/${desk.site.id}/leads?due=upcoming`)
      await follow(page, "tr:has-text('send the plan') button[value=done]")
      expect(await page.locator("tr", { hasText: "send the plan" }).count()).toBe(0)
      const { tasks, attempts } = await api<{ tasks: { step: string; state: string }[]; attempts: object[] }>(
        "GET",
        `/leads/${lead.id}`,
      )
      expect(tasks.find(({ step }) => step === "send the plan")?.state).toBe("done")
      expect(tasks.filter(({ state }) => state === "done")).toHaveLength(2)
      expect(attempts).toMatchObject([{ result: "no_answer", notes: "engaged all day" }])
      await page.close()
    },
    TASK_MS,
  )

  it(
    "[DASH26] [AUTH6] are looked at, and not changed, by who may only read",
    async () => {
      const { key } = await api<{ key: string }>("POST", "/keys", { name: "reader", scope: "read" })
      const reader = await desk.signIn({ key, javaScriptEnabled: false })
      for (const path of [
        "/leads",
        `/leads/${lead.id}`,
        "/orders",
        "/targets",
        "/campaigns",
        "/money/import",
        "/missed",
      ]) {
        const page = await desk.open(path, reader)
        expect({ path, buttons: await page.locator("main form[method=post] button").count() }).toEqual({
          path,
          buttons: 0,
        })
        await page.close()
      }
      await reader.close()
      expect(desk.faults.filter((fault) => !fault.includes("400"))).toEqual([])
    },
    TASK_MS,
  )
})
