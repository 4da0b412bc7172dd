import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { fillDemo, removeDemo } from "../../server/node/demo.js"
import { startServer } from "../../server/node/server.js"

const DAYS = 4
const KEY = `rt_admin_${"d".repeat(43)}`
const FILL_MS = 180_000
const dayFromNow = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

describe("the demo", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "ringtrail-demo-"))
  const options = {
    config: { port: 0, dataDir, publicUrl: undefined, adminKey: KEY, trustProxy: 0, scriptPath: undefined },
    assets: {
      script: "",
      formScript: "",
      scriptDigest: "",
      openapi: "{}",
      dashboard: { style: "", script: "", chart: "", digest: "0" },
    },
    version: "test",
    log: () => {},
  }
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

  const withServer = async <T>(work: (get: <A>(path: string) => Promise<A>) => Promise<T>): Promise<T> => {
    const server = await startServer(options)
    try {
      return await work(async <A>(path: string) => {
        const answer = await fetch(server.url + path, { headers: { authorization: `Bearer ${KEY}` } })
        if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
        return (await answer.json()) as A
      })
    } finally {
      await server.stop()
    }
  }

  it(
    "[DASH11] fills days with visits and calls that are led back to them, says that it is one, and is taken away",
    async () => {
      const shares: number[] = []
      const counts = await fillDemo({ ...options, days: DAYS, progress: (share) => shares.push(share) })
      expect(shares).toEqual(shares.toSorted((a, b) => a - b))
      expect(shares.at(-1)).toBe(1)
      await withServer(async (get) => {
        const site = await get<{ name: string; demo: boolean }>(`/v1/sites/${counts.site}`)
        expect(site).toMatchObject({ name: "演示：天津安居装修", demo: true })
        const { totals } = await get<{ totals: Record<string, number> }>(
          `/v1/sites/${counts.site}/report?metrics=visits,calls,attributed,leads,cost&from=${dayFromNow(-30)}&to=${dayFromNow(2)}`,
        )
        // A page that comes back soon is no new visit.
        expect(totals.visits).toBeGreaterThan(100)
        expect(totals.visits).toBeLessThanOrEqual(counts.visits)
        expect(totals.calls).toBe(counts.calls)
        expect(totals.leads).toBeGreaterThanOrEqual(counts.leads)
        expect(totals.attributed).toBeGreaterThan(counts.calls / 2)
        expect(totals.cost).toBeGreaterThan(0)
        // Somebody works there: what is overdue is days old and not months, and most of what was due is done.
        const tasksOf = async (due: string) =>
          (await get<{ data: { due_at: string }[] }>(`/v1/sites/${counts.site}/tasks?due=${due}&limit=500`)).data
        const [overdue, done] = [await tasksOf("overdue"), await tasksOf("done")]
        expect(done.length).toBeGreaterThan(overdue.length)
        expect(overdue.filter(({ due_at }) => due_at < dayFromNow(-3))).toEqual([])
      })
      expect(await removeDemo(options)).toBe(true)
      expect(await removeDemo(options)).toBe(false)
      const left = await withServer((get) => get<{ data: { id: string; demo: boolean }[] }>("/v1/sites"))
      expect(left.data.map(({ id }) => id)).toEqual(["site_demo"])
    },
    FILL_MS,
  )
})
