import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ORIGIN, viewPage } from "../site.js"
import { type Desk, ENGINES, follow, openDesk } from "./desk.js"

const TASK_MS = 240_000

describe.each(ENGINES)("reports at the dashboard on %s", (engine) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk(engine)
    const { swaps } = await viewPage(desk.host, desk.site, { url: `${ORIGIN}/?utm_source=google&utm_medium=cpc` })
    for (const [external_id, from] of [
      ["r1", "+13125550881"],
      ["r2", "+13125550882"],
    ])
      await api("POST", "/calls", {
        external_id,
        from,
        to: swaps[0]?.number,
        started_at: new Date().toISOString(),
        duration_s: 60,
        talk_s: 50,
      })
  })
  afterAll(() => desk.close())
  const api = <T = unknown>(method: string, path: string, body?: object) =>
    desk.host.api<T>(method, `/v1/sites/${desk.site.id}${path}`, body)

  it(
    "[DASH27] are kept with all that was chosen, opened again, named anew and forgotten",
    async () => {
      const state = "period=7d&metrics=visits%2Ccalls&by=channel&then=device&model=linear&beside=first&compare=previous"
      const page = await desk.open(`/reports?${state}`)
      await page.fill("#f-saved_name", "Mine")
      await follow(page, "button[value=keep]")
      await page.goto(`${desk.host.url}/app/${desk.site.id}/reports`)
      await follow(page, page.locator("#saved a", { hasText: "Mine" }))
      const opened = new URL(page.url()).searchParams
      expect(Object.fromEntries(opened)).toEqual(Object.fromEntries(new URLSearchParams(state)))
      expect(await page.locator("table").first().innerText()).toContain("Linear")
      await page.fill("[name=new_name]", "Ours")
      await follow(page, "button[value=rename]")
      const { data } = await api<{ data: { id: string; name: string; query: object; look: object }[] }>(
        "GET",
        "/reports",
      )
      expect(data).toMatchObject([
        {
          name: "Ours",
          query: { metrics: "visits,calls", group_by: "channel,device", model: "linear", compare: "previous" },
          look: { period: "7d", beside: "first" },
        },
      ])
      expect(await api("GET", `/reports/${data[0]?.id}/run`)).toMatchObject({ totals: { calls: 2 } })
      await follow(page, "button[value=forget]")
      expect(await api("GET", "/reports")).toMatchObject({ data: [] })
      await page.close()
    },
    TASK_MS,
  )

  it(
    "[DASH27] download as CSV what is shown, a heat map and a funnel too",
    async () => {
      const page = await desk.open("/reports?show=heat&metrics=calls")
      for (const [query, head] of [
        ["show=heat&metrics=calls", `"weekday","hour","calls"`],
        ["show=funnel", `"visits","calls","leads","qualified","quotes","won","orders"`],
        ["by=channel&metrics=calls", `"channel","calls"`],
      ] as const) {
        await page.goto(`${desk.host.url}/app/${desk.site.id}/reports?${query}`)
        const [file] = await Promise.all([
          page.waitForEvent("download"),
          page.locator("a.button", { hasText: "CSV" }).click(),
        ])
        const lines = Buffer.concat(await (await file.createReadStream()).toArray())
          .toString("utf8")
          .split("\r\n")
        expect([query, lines[0]]).toEqual([query, head])
        expect(lines[1]).toMatch(/\d/)
      }
      await page.close()
    },
    TASK_MS,
  )

  it(
    "[DASH27] rank what returns most, and say what is too little to judge",
    async () => {
      const page = await desk.open("/reports?show=ranking&by=channel")
      const row = page.locator("tbody tr", { hasText: "Paid search" })
      expect(await row.innerText()).toContain("Too few calls to tell")
      await page.close()
      expect(desk.faults).toEqual([])
    },
    TASK_MS,
  )
})
