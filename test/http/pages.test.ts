import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, type TestSite, viewPage } from "../site.js"
import { readFaults } from "./problem.js"

interface Page {
  data: { id: string }[]
  next_cursor: string | null
}
type List = "visits" | "calls" | "numbers" | "pools" | "keys" | "sites"
const LISTS: readonly List[] = ["visits", "calls", "numbers", "pools", "keys", "sites"]

describe.each(ENGINES)("pages of lists on %s", (engine) => {
  let host: Host
  let site: TestSite
  let count = 0
  beforeAll(async () => {
    host = await startHost(engine)
    site = await createSite(host)
  })
  afterAll(() => host.close())

  const path = (list: List) => (list === "sites" ? "/v1/sites" : `/v1/sites/${site.id}/${list}`)

  /** One more row in a list; half of them come within one millisecond. */
  const add = async (list: List): Promise<void> => {
    count += 1
    if (count % 2 === 0) await host.advance(1)
    const own = `/v1/sites/${site.id}`
    const phone = `+1312555${String(count).padStart(4, "0")}`
    if (list === "visits") await viewPage(host, site)
    if (list === "sites") await host.api("POST", "/v1/sites", { name: "s", domains: ["s.example"] })
    if (list === "keys") await host.api("POST", `${own}/keys`, {})
    if (list === "pools") await host.api("POST", `${own}/pools`, { name: "p", target: phone })
    if (list === "numbers") await host.api("POST", `${own}/numbers`, { e164: phone, kind: "static", source: {} })
    if (list === "calls") {
      // Calls of the past, too: before 2001 and with equal times.
      const started_at = new Date(count % 3 === 0 ? 1e9 * count : host.now()).toISOString()
      await host.api("POST", `${own}/calls`, { external_id: `${count}`, to: "+12125550101", started_at })
    }
  }

  it.each(LISTS)("[H21] walks all %s that were there, each once, while new ones arrive", async (list) => {
    for (let row = 0; row < 11; row++) await add(list)
    const present = (await host.api<Page>("GET", `${path(list)}?limit=500`)).data.map(({ id }) => id)
    for (const limit of [2, 7]) {
      const seen: string[] = []
      let cursor: string | null = ""
      for (let pages = 0; cursor !== null && pages < 60; pages++) {
        const next: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`
        const page: Page = await host.api<Page>("GET", `${path(list)}?limit=${limit}${next}`)
        expect(page.data.length).toBeLessThanOrEqual(limit)
        seen.push(...page.data.map(({ id }) => id))
        cursor = page.next_cursor
        if (pages % 4 === 0 && pages < 9) await add(list)
      }
      expect(cursor).toBeNull()
      expect(new Set(seen).size).toBe(seen.length)
      expect(present.filter((id) => !seen.includes(id))).toEqual([])
    }
  })

  it("[H22] takes a limit of 1 to 500 and ends the last page with null", async () => {
    for (const list of LISTS) {
      for (const limit of ["0", "-1", "501", "1.5", "many", "", "1e9"])
        expect(await readFaults(await host.request("GET", `${path(list)}?limit=${limit}`))).toEqual(["limit"])
      const all = await host.api<Page>("GET", `${path(list)}?limit=500`)
      expect(all.next_cursor).toBeNull()
      const exact = await host.api<Page>("GET", `${path(list)}?limit=${all.data.length}`)
      expect(exact).toEqual(all)
    }
  })

  it("[H23] refuses a cursor that no page gave out", async () => {
    for (const list of LISTS)
      for (const cursor of [
        "",
        "x",
        "1.2.3",
        "-1",
        "1e3",
        "NaN",
        "9007199254740993",
        ".",
        "0x10",
        " 1",
        "a".repeat(201),
      ])
        expect(
          await readFaults(await host.request("GET", `${path(list)}?cursor=${encodeURIComponent(cursor)}`)),
        ).toEqual(["cursor"])
  })
})
