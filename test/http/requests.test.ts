import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { signTwilio } from "../../server/carriers/twilio.js"
import type { CallAnswer } from "../../shared/contract.js"
import type { RequestAnswer } from "../../shared/contract-call.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, type TestSite, TOKEN } from "../site.js"
import { readProblem } from "./problem.js"

const CALLER = "+13125550199"
const HOUR = 3_600_000

describe.each(ENGINES)("kept requests and silent calls on %s", (engine) => {
  let host: Host
  let site: TestSite
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  const path = (rest: string) => `/v1/sites/${site.id}${rest}`
  const report = async (event: string, fields: Record<string, string>) => {
    const all = { CallSid: "CA1", From: CALLER, To: site.numbers[0] ?? "", ...fields }
    const address = path(`/carriers/twilio/${event}`)
    return host.request("POST", address, new URLSearchParams(all).toString(), {
      key: null,
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": await signTwilio(host.publicUrl + address, Object.entries(all), TOKEN),
      },
    })
  }
  const kept = async (query = "") =>
    (await host.api<{ data: RequestAnswer[] }>("GET", path(`/carriers/twilio/requests${query}`))).data
  const calls = async () => (await host.api<{ data: CallAnswer[] }>("GET", path("/calls"))).data
  const settings = (patch: object) => host.api("PATCH", path("/settings/calls"), patch)

  it("[K12] keeps the latest signed requests as they came, those that say nothing too, and no signature", async () => {
    site = await createSite(host)
    await report("voice", { CallStatus: "ringing" })
    await report("status", { CallStatus: "unheard-of", AuthToken: "x", Token: "sesame" })
    const [status, voice, ...rest] = await kept()
    expect(rest).toEqual([])
    expect(voice).toMatchObject({ event: "voice", method: "POST", address: "voice", events: 1, replayable: true })
    expect(new URLSearchParams(voice?.body).get("From")).toBe(CALLER)
    expect(voice?.headers).toEqual({ "content-type": "application/x-www-form-urlencoded" })
    expect(status).toMatchObject({ event: "status", events: 0 })
    expect(status?.body).not.toContain("sesame")
    expect((await kept("?unread=true")).map(({ id }) => id)).toEqual([status?.id])
    await settings({ keep_requests: 2 })
    await report("status", { CallStatus: "completed" })
    expect((await kept()).map(({ events }) => events)).toEqual([1, 0])
    await settings({ keep_requests: 0 })
    await report("status", { CallStatus: "busy" })
    expect(await kept()).toEqual([])
  })

  it("[K13] replays a kept request as of when it came, and changes nothing that is known", async () => {
    site = await createSite(host)
    await report("voice", { CallStatus: "ringing" })
    const before = await calls()
    await host.advance(HOUR)
    const [voice] = await kept()
    const replayed = await host.api("POST", path(`/requests/${voice?.id}/replay`))
    expect(replayed).toEqual({ events: 1, calls: [before[0]?.id] })
    expect(await calls()).toEqual(before)
    await settings({ mask_requests: true })
    await report("voice", { CallSid: "CA2", CallStatus: "ringing" })
    const [masked] = await kept()
    expect(masked?.replayable).toBe(false)
    for (const secret of ["3125550199", "2125550101"]) expect(masked?.body).not.toContain(secret)
    await readProblem(await host.request("POST", path(`/requests/${masked?.id}/replay`)), 409, "conflict")
    await readProblem(await host.request("POST", path("/requests/request_000000000/replay")), 404, "not_found")
  })

  it("[K13] [H16] [H17] replays once for one Idempotency-Key, and repeats the answer when the request is kept no more", async () => {
    site = await createSite(host)
    await report("voice", { CallStatus: "ringing" })
    await report("voice", { CallSid: "CA2", CallStatus: "ringing" })
    const [second, first] = await kept()
    const replay = (request: RequestAnswer | undefined, key: string) =>
      host.request("POST", path(`/requests/${request?.id}/replay`), undefined, { headers: { "idempotency-key": key } })
    const answered = await replay(first, "again")
    const answer = await answered.json()
    expect(answered.headers.get("idempotent-replayed")).toBeNull()
    expect(answer).toMatchObject({ events: 1 })
    await settings({ keep_requests: 1 })
    await report("status", { CallStatus: "busy" })
    const repeated = await replay(first, "again")
    expect(repeated.headers.get("idempotent-replayed")).toBe("true")
    expect(await repeated.json()).toEqual(answer)
    for (const [request, key] of [
      [first, "another"],
      [second, "again"],
    ] as const)
      await readProblem(await replay(request, key), 404, "not_found")
  })
})
