import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { describeSite, newSettings } from "../../server/core/site/settings.js"
import { recordVisit } from "../../server/core/visit/visit.js"
import { restAfter, Sites } from "../../server/node/sites.js"
import { BROWSER } from "../host.js"

const HOUR = 3_600_000
const IDS = ["site_aaaa", "site_bbbb"] as const

describe("summing on Node", () => {
  const folder = mkdtempSync(join(tmpdir(), "ringtrail-sweep-"))
  let now = Date.UTC(2026, 10, 2, 10)
  const sites = new Sites(folder, () => now, { durable: false, piecesAtATurn: 1 })
  afterAll(() => {
    sites.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const client = { userAgent: BROWSER, language: "en", country: null, region: null, city: null }
  const newer = (id: string) =>
    sites
      .find(id)
      ?.read(({ db }) =>
        db.all<{ rows: number }>(
          "select count(*) as rows from visits where id >= coalesce((select watermark from rollup_state where fact = 'visits'), 0)",
        ),
      )[0]?.rows

  it("[ROLL8] goes from site to site until nothing is left, and keeps house meanwhile", async () => {
    const fields = { name: "Shop", domains: ["shop.example"], timezone: "UTC", currency: "USD", country: "US" }
    for (const id of IDS) {
      await sites.create(describeSite(newSettings(id, fields, now)))
      await sites.find(id)?.write((site) => {
        for (let view = 0; view < 1000; view++)
          recordVisit(site, { url: "https://shop.example/", referrer: "", consent: "full" }, client)
      })
    }
    now += 2 * HOUR
    const all = sites.sweep()
    // One that comes while the first sums sees to the housekeeping alone, and does not wait for the sums.
    await sites.sweep()
    expect(newer(IDS[1])).toBeGreaterThan(0)
    await all
    expect(IDS.map(newer)).toEqual([0, 0])
  })

  it("[ROLL8] sweeps and sums the other sites where one is damaged, and tells which one that is", async () => {
    const [damaged, sound] = IDS
    await sites.find(damaged)?.write(({ db }) => void db.run("drop table idempotency"))
    await sites.find(damaged)?.write(({ db }) => void db.run("drop table rollup_state"))
    await sites.find(sound)?.write((site) => {
      for (let view = 0; view < 1000; view++)
        recordVisit(site, { url: "https://shop.example/", referrer: "", consent: "full" }, client)
    })
    now += 2 * HOUR
    expect(newer(sound)).toBe(1000)
    await expect(sites.sweep()).rejects.toThrow(/^site_aaaa: [^;]*$/)
    expect(newer(sound)).toBe(0)
  })

  it("[ROLL8] rests a hundred times as long as a piece took, and as long where nothing is asked", () => {
    expect(restAfter(6, 0)).toBe(600)
    expect(restAfter(6, 9_999)).toBe(600)
    expect(restAfter(0.1, 0)).toBe(40)
    expect(restAfter(50, 0)).toBe(1000)
    expect(restAfter(6, 10_000)).toBe(6)
  })
})
