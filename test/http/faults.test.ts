import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { signTwilio } from "../../server/carriers/twilio.js"
import type { CallAnswer } from "../../shared/contract.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, TARGET, type TestSite, TOKEN } from "../site.js"
import { readProblem } from "./problem.js"

const BUSINESS = "+13125550100"

async function report(host: Host, site: TestSite, event: string, fields: Record<string, string>): Promise<Response> {
  const path = `/v1/sites/${site.id}/carriers/twilio/${event}`
  const all = { From: "+13125550199", To: site.numbers[0] ?? "", ...fields }
  return host.request("POST", path, new URLSearchParams(all).toString(), {
    key: null,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": await signTwilio(host.publicUrl + path, Object.entries(all), TOKEN),
    },
  })
}

const calls = async (host: Host, site: TestSite) =>
  (await host.api<{ data: CallAnswer[] }>("GET", `/v1/sites/${site.id}/calls?limit=500`)).data

describe.each(ENGINES)("a thousand events at once on %s", (engine) => {
  let host: Host
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  it("[K14] are all stored, or refused with 503 for the carrier to send again", async () => {
    const site = await createSite(host)
    // The clock stands still: they all come within one second, however fast this machine is.
    const events = Array.from({ length: 250 }, (_, call) => {
      const own = { CallSid: `CA${call}`, From: `+1312555${String(1000 + call)}` }
      const leg = { ...own, CallSid: `CB${call}`, ParentCallSid: own.CallSid, To: BUSINESS, SequenceNumber: "3" }
      return [
        ["voice", { ...own, CallStatus: "ringing" }],
        ["status", { ...leg, CallStatus: "in-progress", SequenceNumber: "2" }],
        ["status", { ...leg, CallStatus: "completed", CallDuration: String(60 + call) }],
        ["status", { ...own, CallStatus: "completed", CallDuration: String(70 + call) }],
      ] as const
    }).flat()
    const send = async (waiting: readonly (typeof events)[number][]) => {
      const left: (typeof events)[number][] = []
      await Promise.all(
        waiting.map(async (each) => {
          // A connection may break under such a load; a carrier then sends again, too.
          const answer = await report(host, site, each[0], each[1]).catch(() => undefined)
          if (answer === undefined || answer.status === 503) left.push(each)
          else expect([each[0], answer.status]).toEqual([each[0], each[0] === "voice" ? 200 : 204])
        }),
      )
      return left
    }
    // As a carrier does: what was not taken comes again, nine times at most.
    let waiting: readonly (typeof events)[number][] = events
    for (let turn = 0; turn < 10 && waiting.length > 0; turn++) waiting = await send(waiting)
    expect(waiting).toEqual([])
    const stored = await calls(host, site)
    expect(stored).toHaveLength(250)
    for (const { external_id, status, talk_s, duration_s } of stored) {
      const call = Number(external_id?.slice(2))
      expect([call, status, talk_s, duration_s]).toEqual([call, "completed", 60 + call, 70 + call])
    }
  })
})

describe("storage that fails in an object on Workers", () => {
  let host: Host
  beforeAll(async () => {
    host = await startHost("worker")
  })
  afterAll(() => host.close())
  const fail = (on: boolean) => host.request("GET", `/test/fail?on=${on}`, undefined, { key: null })
  afterEach(() => fail(false))

  it("[G5] [K15] still answers voice, and tells the carrier to send all else again", async () => {
    const site = await createSite(host)
    expect((await report(host, site, "voice", { CallSid: "CA1" })).status).toBe(200)
    await fail(true)
    const voice = await report(host, site, "voice", { CallSid: "CA2" })
    expect([voice.status, await voice.text()]).toEqual([200, expect.stringContaining(`>${TARGET}</Number>`)])
    const ended = { CallSid: "CA2", CallStatus: "completed", CallDuration: "9" }
    await readProblem(await report(host, site, "status", ended), 503, "unavailable")
    const forged = await host.request("POST", `/v1/sites/${site.id}/carriers/twilio/voice`, "CallSid=CA3", {
      key: null,
    })
    expect(forged.status).toBe(403)
    await fail(false)
    expect((await report(host, site, "status", ended)).status).toBe(204)
    expect((await calls(host, site)).map(({ external_id }) => external_id).sort()).toEqual(["CA1", "CA2"])
  })
})

describe("a database file that is damaged", () => {
  let folder: string
  let host: Host
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "ringtrail-damaged-"))
    host = await startHost("node", { dataDir: folder })
  })
  afterEach(async () => {
    await host.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it("[G5] [K15] still answers voice, and tells the carrier to send all else again", async () => {
    const site = await createSite(host)
    await host.api("PUT", `/v1/sites/${site.id}/flow`, { forward: { to: [BUSINESS] } })
    expect((await report(host, site, "voice", { CallSid: "CA1" })).status).toBe(200)
    const sites = join(folder, "sites")
    for (const name of readdirSync(sites).filter((each) => each.startsWith(site.id))) {
      const file = join(sites, name)
      writeFileSync(file, Buffer.alloc(readFileSync(file).length, 0xa5))
    }
    const voice = await report(host, site, "voice", { CallSid: "CA2" })
    expect([voice.status, await voice.text()]).toEqual([200, expect.stringContaining(`>${BUSINESS}</Number>`)])
    const ended = { CallSid: "CA2", CallStatus: "completed", CallDuration: "9" }
    await readProblem(await report(host, site, "status", ended), 503, "unavailable")
    const forged = await host.request("POST", `/v1/sites/${site.id}/carriers/twilio/voice`, "CallSid=CA3", {
      key: null,
    })
    expect(forged.status).toBe(403)
  })
})
