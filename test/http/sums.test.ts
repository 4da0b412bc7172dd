import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, type TestSite, viewPage } from "../site.js"

const DAY = 86_400_000

describe.each(ENGINES)("the sums of reports on %s", (engine) => {
  let host: Host
  let site: TestSite
  beforeAll(async () => {
    host = await startHost(engine)
    site = await createSite(host)
  })
  afterAll(() => host.close())

  it("[ROLL7] lose a text in the sweep after its last row had another", async () => {
    const path = `/v1/sites/${site.id}/calls`
    const rang = Array.from({ length: 200 }, (_, place) => ({
      external_id: `pbx-${place}`,
      to: site.numbers[0],
      from: `+1312555${String(1000 + place)}`,
      started_at: new Date(host.now() - place * 60_000).toISOString(),
      duration_s: 60,
    }))
    const { data } = await host.api<{ data: { id: string }[] }>("POST", path, rang.slice(0, 100))
    await host.api("POST", path, rang.slice(100))
    const tell = async (outcome: string) => {
      await host.api("PATCH", `${path}/${data[0]?.id}`, { outcome })
      await host.advance(2 * DAY)
      await host.sweep(site.id)
      const items = await host.look<{ item: string }>(site.id, "select item from sum_items where kind = 'outcome'")
      return items.map(({ item }) => item).sort()
    }
    expect(await tell("Mr Smith wants a boiler")).toEqual(["", "Mr Smith wants a boiler"])
    expect(await tell("sold")).toEqual(["", "sold"])
    const query = { metrics: "calls", group_by: "outcome", from: "2026-11-01", to: "2026-11-30" }
    const { rows } = await host.api<{ rows: unknown[] }>(
      "GET",
      `/v1/sites/${site.id}/report?${new URLSearchParams(query)}`,
    )
    expect(rows).toContainEqual({ outcome: "sold", calls: 1 })
    expect(rows).toContainEqual({ outcome: null, calls: 199 })
  })
})

describe("the sums of a large site on Workers", () => {
  it("[ROLL9] are made on by an alarm that comes soon while something is left", async () => {
    const host = await startHost("worker")
    try {
      const site = await createSite(host)
      await viewPage(host, site)
      const [names] = await host.look<{ columns: string }>(
        site.id,
        "select group_concat(name) as columns from pragma_table_info('visits') where name not in ('id', 'leases')",
      )
      // Twenty thousand rows and six hundred, as if a page had been viewed every millisecond.
      await host.look(
        site.id,
        `insert into visits (id, ${names?.columns}) with recursive n(i) as (select 1 union all select i + 1 from n where i < 20600)
          select v.id - i * 2048, ${names?.columns} from n, (select * from visits limit 1) v`,
      )
      await host.advance(2 * 3_600_000)
      const left = async () => {
        await host.sweep(site.id)
        const [found] = await host.look<{ rows: number }>(
          site.id,
          "select count(*) as rows from visits where id >= (select watermark from rollup_state where fact = 'visits')",
        )
        return found?.rows
      }
      expect(await left()).toBe(601)
      const soon = await host.alarmIn(site.id)
      expect(soon).toBeGreaterThan(0)
      expect(soon).toBeLessThanOrEqual(30_000)
      expect(await left()).toBeLessThan(500)
    } finally {
      await host.close()
    }
  })
})
