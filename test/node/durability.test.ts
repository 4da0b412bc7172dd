import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3"
import { describe, expect, it } from "vitest"
import { decodeId, newKey } from "../../server/core/store/id.js"
import { BROWSER } from "../host.js"
import { startProcess } from "./process.js"

const ROUNDS = 20
const WRITERS = 16

describe("a killed server", () => {
  it("[G7] has lost no acknowledged visit or call after kill -9 during load, 20 times", {
    timeout: 600_000,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "ringtrail-kill-"))
    const adminKey = newKey("admin")
    const env = { DATA_DIR: folder, ADMIN_KEY: adminKey }
    const acknowledged = { visits: new Set<string>(), calls: new Set<string>() }
    let site = ""
    for (let round = 0; round < ROUNDS; round++) {
      const server = await startProcess({ env })
      site ||= await createShop(server.url, adminKey)
      const writers = Array.from({ length: WRITERS }, (_, writer) =>
        write(server.url, site, adminKey, `${round}-${writer}`, acknowledged),
      )
      // In the middle of the load, at a point that differs from round to round and hangs on no clock.
      const enough = acknowledged.visits.size + 8 + 5 * round
      while (acknowledged.visits.size < enough) await new Promise((resolve) => setImmediate(resolve))
      await server.kill("SIGKILL")
      await Promise.all(writers)
      const file = new Database(join(folder, "sites", `${site}.db`))
      expect(file.pragma("integrity_check", { simple: true })).toBe("ok")
      const visits = new Set(file.prepare("select id from visits").pluck().all() as number[])
      const calls = new Set(file.prepare("select call_key from calls").pluck().all() as string[])
      expect([...acknowledged.visits].filter((id) => !visits.has(decodeId("vis", id)?.id ?? -1))).toEqual([])
      expect([...acknowledged.calls].filter((key) => !calls.has(key))).toEqual([])
      const doubles = file
        .prepare(
          "select number_id from leases where until_at is null and shared = 0 group by number_id having count(*) > 1",
        )
        .all()
      expect(doubles).toEqual([])
      file.close()
    }
    expect(acknowledged.visits.size).toBeGreaterThan(ROUNDS * 8)
    expect(acknowledged.calls.size).toBeGreaterThan(ROUNDS)
    rmSync(folder, { recursive: true, force: true })
  })
})

async function createShop(url: string, key: string): Promise<string> {
  const post = async (path: string, body: object) => {
    const answer = await fetch(url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(await answer.text())
    return (await answer.json()) as { id: string }
  }
  const { id } = await post("/v1/sites", { name: "Shop", domains: ["shop.example"] })
  const numbers = Array.from({ length: 50 }, (_, index) => `+1212555${String(101 + index).padStart(4, "0")}`)
  await post(`/v1/sites/${id}/pools`, { name: "Web", target: "+12125550100", numbers })
  return id
}

/** Views pages and imports calls as fast as answers come, until the server is gone; notes what was answered. */
async function write(
  url: string,
  site: string,
  key: string,
  name: string,
  acknowledged: { visits: Set<string>; calls: Set<string> },
): Promise<void> {
  for (let n = 0; ; n++) {
    try {
      const visit = await fetch(`${url}/v1/sites/${site}/visits`, {
        method: "POST",
        headers: { origin: "https://shop.example", "user-agent": BROWSER },
        body: JSON.stringify({ url: `https://shop.example/?utm_source=s&utm_medium=m&utm_campaign=${name}` }),
      })
      acknowledged.visits.add(((await visit.json()) as { visit: string }).visit)
      const call = await fetch(`${url}/v1/sites/${site}/calls`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}` },
        body: JSON.stringify({ external_id: `${name}-${n}`, to: "+12125550101", started_at: new Date().toISOString() }),
      })
      await call.json()
      if (call.ok) acknowledged.calls.add(`${name}-${n}`)
    } catch {
      return
    }
  }
}
