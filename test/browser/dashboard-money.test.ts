import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ORIGIN, viewPage } from "../site.js"
import { type Desk, ENGINES, follow, openDesk } from "./desk.js"

const TASK_MS = 240_000
const today = () => new Date().toISOString().slice(0, 10)

describe.each(ENGINES)("money at the dashboard on %s", (engine) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk(engine)
  })
  afterAll(() => desk.close())
  const api = <T = unknown>(method: string, path: string, body?: object) =>
    desk.host.api<T>(method, `/v1/sites/${desk.site.id}${path}`, body)

  it(
    "[DASH23] takes an order of a call, changes it and deletes it",
    async () => {
      const { swaps } = await viewPage(desk.host, desk.site, { url: `${ORIGIN}/?utm_source=google&utm_medium=cpc` })
      const call = await api<{ id: string }>("POST", "/calls", {
        external_id: "o",
        to: swaps[0]?.number,
        from: "+13125550555",
        started_at: new Date().toISOString(),
        duration_s: 60,
        talk_s: 50,
      })
      const page = await desk.open(`/calls/${call.id}`)
      await follow(page, page.locator("a.button", { hasText: "Add an order" }))
      expect(await page.locator("#f-call").inputValue()).toBe(call.id)
      await page.fill("#f-amount", "much")
      await page.fill("#f-external_id", "A-17")
      await follow(page, "button[value=add]")
      expect(await page.locator("#e-amount").innerText()).toContain("no amount")
      expect(await page.locator("#f-external_id").inputValue()).toBe("A-17")
      expect(await page.locator("#f-call").inputValue()).toBe(call.id)
      await page.fill("#f-amount", "1 250,50")
      await follow(page, "button[value=add]")
      const shown = await page.locator("main").innerText()
      for (const part of ["$1,250.50", "A-17", "Paid search", "google / cpc"]) expect(shown).toContain(part)
      await page.fill("#f-amount", "900")
      await follow(page, "button[value=save]")
      expect(await api("GET", "/orders")).toMatchObject({ data: [{ external_id: "A-17", amount: 900, call: call.id }] })
      page.on("dialog", (dialog) => dialog.accept())
      await follow(page, "button[value=delete]")
      expect(await page.locator("main").innerText()).toContain("No order in this period")
      await page.close()
    },
    TASK_MS,
  )

  it(
    "[DASH24] shows what a file of costs holds before anything is kept, and takes an import back",
    async () => {
      const page = await desk.open("/money/import")
      const csv = `Tag;Kampagne;Ausgaben\n${today()};spring;"1.234,50"\n${today()};autumn;zwölf\n`
      await page.setInputFiles("#f-file", { name: "ads.csv", mimeType: "text/csv", buffer: Buffer.from(csv) })
      await follow(page, "button[value=preview]")
      expect(await page.locator("button[value=import]").count()).toBe(0)
      for (const [field, header] of [
        ["date", "Tag"],
        ["campaign", "Kampagne"],
        ["cost", "Ausgaben"],
      ] as const)
        await page.selectOption(`#f-column_${field}`, header)
      await follow(page, "button[value=preview]")
      const faults = await page.locator("main").innerText()
      for (const part of ["1 cell cannot be read", "zwölf", "Ausgaben"]) expect(faults).toContain(part)
      expect(await api("GET", "/costs")).toMatchObject({ data: [] })

      await follow(page, page.locator("a.button", { hasText: "Another file" }))
      await page.fill("#f-csv", csv.replace("zwölf", "12,00"))
      await follow(page, "button[value=preview]")
      for (const [field, header] of [
        ["date", "Tag"],
        ["campaign", "Kampagne"],
        ["cost", "Ausgaben"],
      ] as const)
        await page.selectOption(`#f-column_${field}`, header)
      await follow(page, "button[value=preview]")
      expect(await page.locator("main").innerText()).toContain("$1,246.50")
      await follow(page, "button[value=import]")
      const { data } = await api<{ data: { amount: number; campaign: string }[] }>("GET", "/costs")
      expect(data.map(({ campaign, amount }) => [campaign, amount]).sort()).toEqual([
        ["autumn", 12],
        ["spring", 1234.5],
      ])
      page.on("dialog", (dialog) => dialog.accept())
      await follow(page, "button[value=undo]")
      expect(await api("GET", "/costs")).toMatchObject({ data: [] })
      await page.close()
    },
    TASK_MS,
  )

  it(
    "[DASH24] adds a cost by hand and takes it back",
    async () => {
      const page = await desk.open("/money")
      await page.selectOption("#f-kind", "agency")
      await page.fill("#f-amount", "500")
      await page.fill("#f-to", "2020-01-01")
      await follow(page, "button[value=add]")
      expect(await page.locator("#f-amount").inputValue()).toBe("500")
      expect(await page.locator("[role=alert]").innerText()).toContain("first day must not come after")
      await page.fill("#f-to", "")
      await follow(page, "button[value=add]")
      expect(await api("GET", "/costs")).toMatchObject({ data: [{ kind: "agency", amount: 500 }] })
      await follow(page, "button[value=delete]")
      expect(await api("GET", "/costs")).toMatchObject({ data: [] })
      await page.close()
    },
    TASK_MS,
  )

  it(
    "[DASH25] sets a target, paces it, changes it and deletes it",
    async () => {
      const page = await desk.open("/targets")
      await page.fill("#f-name", "Calls of the month")
      await page.fill("#f-value", "300")
      await page.selectOption("#f-split", "flight")
      await follow(page, "button[value=add]")
      expect(await page.locator("#e-flights").innerText()).toContain("Name flights")
      expect(await page.locator("#f-name").inputValue()).toBe("Calls of the month")
      await page.selectOption("#f-split", "week")
      await follow(page, "button[value=add]")
      expect(await page.locator("h1").innerText()).toBe("Calls of the month")
      expect(await page.locator(".cards").innerText()).toContain("300")
      await page.selectOption("#f-metric", "missed_rate")
      await page.selectOption("#f-aim", "at_most")
      await page.fill("#f-value", "12,5 %")
      await follow(page, "button[value=save]")
      expect(await page.locator(".cards").innerText()).toContain("≤ 12.5%")
      expect(await api("GET", "/targets")).toMatchObject({
        data: [{ metric: "missed_rate", value: 0.125, split: "week" }],
      })
      page.on("dialog", (dialog) => dialog.accept())
      await follow(page, "button[value=delete]")
      expect(await page.locator("main").innerText()).toContain("No target here yet")
      await page.close()
    },
    TASK_MS,
  )

  it(
    "[DASH25] writes a campaign down with its flights, and says what is wrong with them",
    async () => {
      const page = await desk.open("/campaigns")
      await page.fill("#f-campaign", "spring")
      await page.fill("[name=flight_from_0]", today())
      await page.fill("[name=flight_to_0]", "2099-01-10")
      await page.fill("[name=flight_from_1]", "2099-01-05")
      await follow(page, "button[value=add]")
      expect(await page.locator("#e-flights").innerText()).toContain("overlap")
      expect(await page.locator("[name=flight_from_1]").inputValue()).toBe("2099-01-05")
      await page.fill("[name=flight_from_1]", "2099-02-05")
      await page.fill("[name=flight_share_1]", "40")
      await follow(page, "button[value=add]")
      expect(await page.locator("tbody").first().innerText()).toContain("Running")
      await follow(page, page.locator("tbody a", { hasText: "spring" }))
      await page.fill("#f-offer", "free check")
      await follow(page, "button[value=save]")
      const kept = await api<{ data: { flights: object[] }[] }>("GET", "/campaigns")
      expect(kept.data[0]).toMatchObject({
        offer: "free check",
        on: true,
        flights: [
          { from: today(), to: "2099-01-10" },
          { from: "2099-02-05", to: "2099-02-05", share: 0.4 },
        ],
      })
      page.on("dialog", (dialog) => dialog.accept())
      await follow(page, "button[value=delete]")
      expect(await api("GET", "/campaigns")).toMatchObject({ data: [] })
      await page.close()
      expect(desk.faults.filter((fault) => !fault.includes("400"))).toEqual([])
    },
    TASK_MS,
  )
})
