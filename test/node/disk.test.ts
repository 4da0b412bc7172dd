import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { signTwilio } from "../../server/carriers/twilio.js"
import { newKey } from "../../server/core/store/id.js"
import { type Host, startHost } from "../host.js"
import { createSite, ORIGIN, TARGET, type TestSite, TOKEN, viewPage } from "../site.js"
import { type ServerProcess, startProcess } from "./process.js"

async function ring(
  url: string,
  publicUrl: string,
  site: string,
  event: string,
  fields: Record<string, string>,
): Promise<Response> {
  const path = `/v1/sites/${site}/carriers/twilio/${event}`
  return fetch(url + path, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": await signTwilio(publicUrl + path, Object.entries(fields), TOKEN),
    },
    body: new URLSearchParams(fields).toString(),
  })
}

describe("a database that another process has locked", () => {
  let folder: string
  let host: Host
  let site: TestSite
  let other: Database.Database
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "ringtrail-lock-"))
    host = await startHost("node", { dataDir: folder })
    site = await createSite(host)
    other = new Database(join(folder, "sites", `${site.id}.db`))
  })
  afterEach(async () => {
    other.close()
    await host.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it("[G5] still answers voice with instructions, while status answers 503 to be repeated", async () => {
    other.exec("begin immediate")
    const call = { CallSid: "CA1", From: "+13125550199", To: site.numbers[0] ?? "" }
    const [voice, status] = await Promise.all([
      ring(host.url, host.publicUrl, site.id, "voice", { ...call, CallStatus: "ringing" }),
      ring(host.url, host.publicUrl, site.id, "status", { ...call, CallStatus: "completed", CallDuration: "9" }),
    ])
    expect(voice.status).toBe(200)
    expect(await voice.text()).toContain(`>${TARGET}</Number>`)
    expect(status.status).toBe(503)
    expect(status.headers.get("retry-after")).toBe("2")
    other.exec("rollback")
    const again = await ring(host.url, host.publicUrl, site.id, "status", {
      ...call,
      CallStatus: "completed",
      CallDuration: "9",
    })
    expect(again.status).toBe(204)
  })

  it("[I16] puts callers through plainly when the flow cannot be written or read", async () => {
    const business = "+13125550100"
    const flow = { forward: { to: [business, "+13125550101"] }, unanswered: { do: "voicemail" } }
    await host.api("PUT", `/v1/sites/${site.id}/flow`, flow)
    const call = { CallSid: "CA16", From: "+13125550199", To: site.numbers[0] ?? "" }
    const voice = async (fields: Record<string, string>) => {
      const answer = await ring(host.url, host.publicUrl, site.id, "voice", fields)
      expect(answer.status).toBe(200)
      return answer.text()
    }
    expect(await voice(call)).toContain(`>${business}</Number>`)
    other.exec("begin immediate")
    expect(await voice({ ...call, CallSid: "CA17" })).toContain(`>${business}</Number>`)
    other.exec("rollback")
    await host.api("PUT", `/v1/sites/${site.id}/flow`, flow)
    other.exec("update flows set flow = 'no flow'")
    expect(await voice({ ...call, CallSid: "CA18" })).toContain(`>${TARGET}</Number>`)
    other.exec("delete from flows")
    const { data } = await host.api<{ data: { external_id: string }[] }>("GET", `/v1/sites/${site.id}/calls`)
    expect(data.map(({ external_id }) => external_id)).toContain("CA18")
  })

  it("[G1] refuses a page view with 503, so that the page keeps its number, and serves the next one when the lock is gone", async () => {
    other.exec("begin immediate")
    const refused = await host.request(
      "POST",
      `/v1/sites/${site.id}/visits`,
      { url: `${ORIGIN}/` },
      { key: null, headers: { origin: ORIGIN } },
    )
    expect(refused.status).toBe(503)
    expect(refused.headers.get("content-type")).toBe("application/problem+json")
    other.exec("rollback")
    expect((await viewPage(host, site)).swaps[0]?.number).toBe(site.numbers[0])
  })

  it("[G7] a page view that fails takes back itself alone, and nothing of it is remembered", async () => {
    const page = (campaign: string) => ({ url: `${ORIGIN}/?utm_source=radio&utm_medium=spot&utm_campaign=${campaign}` })
    const view = async (campaign: string) =>
      host.request("POST", `/v1/sites/${site.id}/visits`, page(campaign), { key: null, headers: { origin: ORIGIN } })
    other.exec(
      "create trigger no_autumn before insert on visits when new.landing_url like '%autumn%' begin select raise(abort, 'no'); end",
    )
    const together = ["summer", "autumn", "winter", "autumn", "spring"]
    const answers = await Promise.all(together.map(view))
    expect(answers.map(({ status }) => status)).toEqual([200, 500, 200, 500, 200])
    other.exec("drop trigger no_autumn")
    await viewPage(host, site, page("autumn"))
    const { data } = await host.api<{ data: { source: { campaign: string } }[] }>("GET", `/v1/sites/${site.id}/visits`)
    expect(data.map(({ source }) => source.campaign).sort()).toEqual(["autumn", "spring", "summer", "winter"])
    expect(other.pragma("integrity_check", { simple: true })).toBe("ok")
  })

  it("[G7] writes that wait for a short lock are done once it is gone", async () => {
    other.exec("begin immediate")
    const waiting = Promise.all([viewPage(host, site), viewPage(host, site), viewPage(host, site)])
    setTimeout(() => other.exec("rollback"), 200)
    const numbers = (await waiting).map((visit) => visit.swaps[0]?.number)
    expect(new Set(numbers)).toEqual(new Set(site.numbers))
  })
})

describe("a full disk", () => {
  let folder: string
  let server: ServerProcess | undefined
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ringtrail-full-"))
  })
  afterEach(async () => {
    await server?.kill("SIGKILL").catch(() => undefined)
    rmSync(folder, { recursive: true, force: true })
  })

  it("[G5] [G7] refuses writes with 503, still answers voice, and keeps all that it acknowledged", async () => {
    const adminKey = newKey("admin")
    const env = { DATA_DIR: folder, ADMIN_KEY: adminKey, PUBLIC_URL: "https://calls.example" }
    // No file may grow beyond 1,000 kB: the kernel then refuses the write as a full disk does.
    server = await startProcess({ env, shell: "ulimit -f 1000" })
    const { url } = server
    const host = {
      api: async (method: string, path: string, body: unknown) => {
        const answer = await fetch(url + path, {
          method,
          headers: { authorization: `Bearer ${adminKey}` },
          body: JSON.stringify(body),
        })
        return answer.json()
      },
    }
    const site = await createSite(host as unknown as Host)
    const kept: string[] = []
    let refused: Response | undefined
    for (let n = 0; n < 3000 && !refused; n++) {
      const id = `call-${n}`
      const answer = await fetch(`${url}/v1/sites/${site.id}/calls`, {
        method: "POST",
        headers: { authorization: `Bearer ${adminKey}` },
        body: JSON.stringify({
          external_id: id,
          to: site.numbers[0],
          started_at: "2026-11-01T10:00:00Z",
          recording_url: `https://calls.example/${"r".repeat(1500)}`,
        }),
      })
      if (answer.ok) kept.push(id)
      else refused = answer
    }
    expect(refused?.status).toBe(503)
    const voice = await ring(url, "https://calls.example", site.id, "voice", {
      CallSid: "CA9",
      From: "+13125550199",
      To: site.numbers[0] ?? "",
      CallStatus: "ringing",
    })
    expect(voice.status).toBe(200)
    expect(await voice.text()).toContain(`>${TARGET}</Number>`)
    await server.kill("SIGKILL")
    const file = new Database(join(folder, "sites", `${site.id}.db`))
    const stored = new Set(file.prepare("select call_key from calls").pluck().all())
    expect(kept.filter((id) => !stored.has(id))).toEqual([])
    expect(file.pragma("integrity_check", { simple: true })).toBe("ok")
    file.close()
  })
})
