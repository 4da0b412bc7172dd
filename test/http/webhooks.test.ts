import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { signTwilio } from "../../server/carriers/twilio.js"
import type { CallAnswer, NumberAnswer } from "../../shared/contract.js"
import { CALLER, CALLS, type Report, T0 } from "../carriers/twilio-calls.js"
import { readXml } from "../carriers/xml-tree.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, ORIGIN, TARGET, type TestSite, TOKEN, viewPage } from "../site.js"
import { readFaults, readProblem } from "./problem.js"

const FORM = "application/x-www-form-urlencoded"
const MINUTE = 60_000
/** Calls of the order test that are led back to a visit each. */
const LED = 8

describe.each(ENGINES)("carrier webhooks on %s", (engine) => {
  let host: Host
  let site: TestSite
  beforeAll(async () => {
    host = await startHost(engine)
    await host.setClock(T0)
  })
  afterAll(() => host.close())

  const fresh = async (options: Parameters<typeof createSite>[1] = {}) => {
    site = await createSite(host, options)
  }
  const pathOf = (event: string) => `/v1/sites/${site.id}/carriers/twilio/${event}`
  const ring = (fields: object = {}): Record<string, string> => ({
    CallSid: "CA1",
    From: CALLER,
    To: site.numbers[0] ?? "",
    Direction: "inbound",
    CallStatus: "ringing",
    ...fields,
  })
  const send = (event: string, fields: Record<string, string>, headers: Record<string, string>) =>
    host.request("POST", pathOf(event), new URLSearchParams(fields).toString(), {
      key: null,
      headers: { "content-type": FORM, ...headers },
    })
  const sign = async (event: string, fields: Record<string, string>, { token = TOKEN, at = host.publicUrl } = {}) => ({
    "x-twilio-signature": await signTwilio(at + pathOf(event), Object.entries(fields), token),
  })
  const report = async (event: string, fields: Record<string, string>) => send(event, fields, await sign(event, fields))
  const calls = async () => (await host.api<{ data: CallAnswer[] }>("GET", `/v1/sites/${site.id}/calls?limit=500`)).data

  it("[K1] refuses what the carrier did not sign with 403 and stores nothing", async () => {
    await fresh()
    const fields = ring()
    const good = await sign("voice", fields)
    const forged: [string, Record<string, string>, Record<string, string>][] = [
      ["unsigned", fields, {}],
      ["empty", fields, { "x-twilio-signature": "" }],
      ["garbage", fields, { "x-twilio-signature": "%%%" }],
      ["another token", fields, await sign("voice", fields, { token: "f".repeat(32) })],
      ["our own address", fields, await sign("voice", fields, { at: host.url })],
      ["another scheme", fields, await sign("voice", fields, { at: host.publicUrl.replace("https", "http") })],
      ["another event", fields, await sign("status", fields)],
      [
        "another site",
        fields,
        {
          "x-twilio-signature": await signTwilio(
            host.publicUrl + pathOf("voice").replace(site.id, "site_00000000000000"),
            Object.entries(fields),
            TOKEN,
          ),
        },
      ],
      ["a changed field", { ...fields, From: "+13125550111" }, good],
      ["a field more", { ...fields, Extra: "1" }, good],
      ["a field less", { CallSid: "CA1" }, good],
    ]
    for (const [what, sent, headers] of forged) {
      const answer = await send("voice", sent, headers)
      expect([what, answer.status]).toEqual([what, 403])
      await readProblem(answer, 403, "forbidden")
    }
    const query = await host.request("POST", `${pathOf("voice")}?x=1`, new URLSearchParams(fields).toString(), {
      key: null,
      headers: { "content-type": FORM, ...good },
    })
    expect(query.status).toBe(403)
    expect((await host.request("POST", pathOf("voice"), "{", { headers: { ...good } })).status).toBe(403)
    expect(await calls()).toEqual([])
    expect(
      (await send("voice", fields, { ...good, host: "evil.example", "x-forwarded-host": "evil.example" })).status,
    ).toBe(200)
    expect(await calls()).toHaveLength(1)
  })

  it("[K2] writes a refusal into the log without secrets and numbers", async () => {
    await fresh()
    const before = host.log.length
    const fields = ring({ From: "+13125550111", CallerName: "JANE DOE" })
    await send("voice", fields, await sign("voice", fields, { token: "f".repeat(32) }))
    if (engine === "worker") return
    const lines = host.log.slice(before)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(site.id)
    for (const secret of [TOKEN, "f".repeat(32), "3125550111", "2125550101", "JANE", "CA1", 'signature":'])
      expect(lines[0]).not.toContain(secret)
  })

  it("[K2] tells from the log that PUBLIC_URL is not what was entered at the carrier", async () => {
    await fresh()
    if (engine === "worker") return
    const fields = ring()
    const signedFor = async (at: string, headers: Record<string, string> = {}) => {
      const before = host.log.length
      expect((await send("voice", fields, { ...(await sign("voice", fields, { at })), ...headers })).status).toBe(403)
      const [line, ...more] = host.log.slice(before)
      expect(more).toEqual([])
      return JSON.parse(line ?? "")
    }
    const other = { message: expect.stringContaining("another address than PUBLIC_URL") }
    expect(await signedFor("http://calls.example")).toMatchObject({ ...other, signed_for: "http://calls.example" })
    expect(await signedFor(host.url)).toMatchObject({ ...other, signed_for: host.url })
    const proxied = { "x-forwarded-host": "calls.other.example" }
    expect(await signedFor("https://calls.other.example", proxied)).toMatchObject({
      ...other,
      signed_for: "https://calls.other.example",
    })
    expect(await signedFor("https://nowhere.example", { "x-forwarded-host": "<x> @" })).not.toHaveProperty("signed_for")
    expect(await calls()).toEqual([])
  })

  it("[K3] refuses a report again that was received more than 15 minutes ago, and a repetition before changes nothing", async () => {
    await fresh()
    const [voice, status] = [ring(), ring({ CallStatus: "completed", CallDuration: "30" })]
    expect((await report("voice", voice)).status).toBe(200)
    await host.advance(30_000)
    expect((await report("status", status)).status).toBe(204)
    const stored = await calls()
    await host.advance(14 * MINUTE)
    expect((await report("voice", voice)).status).toBe(200)
    expect((await report("status", status)).status).toBe(204)
    expect(await calls()).toEqual(stored)
    await host.advance(2 * MINUTE)
    await readProblem(await report("voice", voice), 403, "forbidden")
    await readProblem(await report("status", status), 403, "forbidden")
    expect(await calls()).toEqual(stored)
  })

  it("[K4] connects a caller to an unknown number and keeps the call as unattributed", async () => {
    await fresh()
    const answer = await report("voice", ring({ To: "+12125550999" }))
    expect(answer.status).toBe(200)
    expect(answer.headers.get("content-type")).toBe("text/xml; charset=utf-8")
    expect(dialled(await answer.text())).toBe(TARGET)
    expect(await calls()).toMatchObject([
      {
        to: "+12125550999",
        from: CALLER,
        visit: null,
        source: null,
        attribution: { state: "unattributed", reason: "unknown_number" },
      },
    ])
    const odd = await report("voice", ring({ CallSid: "CA2", To: "sip:abc@example.com", From: "anonymous" }))
    expect(dialled(await odd.text())).toBe(TARGET)
    expect((await calls())[0]).toMatchObject({ to: null, from: null, from_kind: "withheld" })
  })

  it("[K5] forwards to forward_to, else to the number on the page, never back to the dialled one", async () => {
    await fresh({ settings: { forward_to: "+13125550100" } })
    expect(dialled(await (await report("voice", ring())).text())).toBe("+13125550100")
    const loop = await report("voice", ring({ CallSid: "CA2", To: "+13125550100" }))
    expect(readXml(await loop.text()).children[0]).toMatchObject({ name: "Reject" })
    const { id } = await host.api<{ id: string }>("POST", "/v1/sites", { name: "Bare", domains: ["b.example"] })
    site = { id, pool: "", numbers: [] }
    await host.api("PUT", `/v1/sites/${id}/carriers/twilio`, { account_sid: `AC${"0".repeat(32)}`, auth_token: TOKEN })
    const bare = await report("voice", ring({ To: "+12125550101" }))
    expect(readXml(await bare.text()).children[0]).toMatchObject({ name: "Reject" })
    expect(await calls()).toHaveLength(1)
  })

  it("[K6] takes requests by GET as by POST", async () => {
    await fresh()
    const fields = ring()
    const path = `${pathOf("voice")}?${new URLSearchParams(fields)}`
    const headers = { "x-twilio-signature": await signTwilio(host.publicUrl + path, [], TOKEN) }
    expect((await host.request("GET", path, undefined, { key: null })).status).toBe(403)
    const answer = await host.request("GET", path, undefined, { key: null, headers })
    expect(dialled(await answer.text())).toBe(TARGET)
    expect(await calls()).toMatchObject([{ external_id: "CA1", to: site.numbers[0], status: "ringing" }])
    const status = ring({ CallStatus: "completed", CallDuration: "3" })
    expect((await report("status", status)).status).toBe(204)
    expect(await calls()).toMatchObject([{ external_id: "CA1", status: "missed", duration_s: 3 }])
  })

  it("[K7] refuses every request of a site without credentials, and any event and carrier that does not exist", async () => {
    await fresh()
    const { id } = await host.api<{ id: string }>("POST", "/v1/sites", { name: "Bare", domains: ["b.example"] })
    const own = site
    site = { id, pool: "", numbers: [] }
    await readProblem(await report("voice", ring()), 403, "forbidden")
    expect((await send("voice", ring(), await sign("voice", ring(), { token: " " }))).status).toBe(403)
    site = own
    for (const event of ["nothing", "voice2", "__proto__", "constructor"])
      await readProblem(await report(event, ring()), 404, "not_found")
    for (const carrier of ["nobody", "__proto__", "toString"]) {
      const path = `/v1/sites/${site.id}/carriers/${carrier}/voice`
      await readProblem(await host.request("POST", path, "", { key: null }), 404, "not_found")
      await readProblem(await host.request("GET", `/v1/sites/${site.id}/carriers/${carrier}`), 404, "not_found")
    }
    const unknown = "/v1/sites/site_00000000000000/carriers/twilio/voice"
    await readProblem(await host.request("POST", unknown, "", { key: null }), 404, "not_found")
    expect(await calls()).toEqual([])
  })

  it("[K8] acknowledges signed reports that say nothing of use, and stores no call for them", async () => {
    await fresh()
    expect((await report("status", { CallSid: "CA1", CallStatus: "unheard-of" })).status).toBe(204)
    expect((await report("status", {})).status).toBe(204)
    expect((await report("recording", { CallSid: "bad sid!" })).status).toBe(204)
    const empty = await report("voice", {})
    expect(dialled(await empty.text())).toBe(TARGET)
    const over = await send("status", { CallSid: "x".repeat(300_000) }, {})
    await readProblem(over, 413, "too_large")
    expect(await calls()).toEqual([])
  })

  it("[K9] never reads credentials back, and takes new ones at once", async () => {
    await fresh()
    const path = `/v1/sites/${site.id}/carriers/twilio`
    const set = await host.request("GET", path)
    const text = await set.text()
    expect(text).not.toContain(TOKEN)
    expect(JSON.parse(text)).toMatchObject({
      carrier: "twilio",
      webhooks: { voice: host.publicUrl + pathOf("voice"), status: host.publicUrl + pathOf("status") },
    })
    const token = "fedcba9876543210fedcba9876543210"
    const answer = await host.request("PUT", path, { account_sid: `AC${"0".repeat(32)}`, auth_token: token })
    expect(await answer.text()).not.toContain(token)
    expect((await report("voice", ring())).status).toBe(403)
    expect((await send("voice", ring(), await sign("voice", ring(), { token }))).status).toBe(200)
    const bad = { account_sid: "x", auth_token: `${"secret".repeat(3)} ` }
    const refused = await host.request("PUT", path, bad)
    expect(await refused.clone().text()).not.toContain(bad.auth_token)
    expect(await readFaults(refused)).toEqual(["account_sid", "auth_token"])
  })

  it("[G6] [K10] folds the same record out of a call's reports in every order and repetition", async () => {
    // Within the hour in which the carrier's own times are believed.
    await host.setClock(T0 + 30 * MINUTE)
    await fresh({ size: LED })
    const radio = { e164: "+13125550150", kind: "static", source: { channel: "Radio" } }
    await host.api("POST", `/v1/sites/${site.id}/numbers`, radio)
    // A number of its own for each of the first calls, so that none is evidence about another.
    const numbers: string[] = []
    for (let count = 0; count < LED; count++) {
      const { swaps } = await viewPage(host, site, { url: `${ORIGIN}/?utm_source=n&utm_medium=email` })
      numbers.push(swaps[0]?.number ?? "")
    }
    await host.advance(20_000)
    const orders: Report[][] = [
      ...sampleOf(CALLS.answered, 16),
      ...sampleOf(CALLS.busy, 16),
      ...sampleOf(CALLS.missed, 10),
      ...sampleOf(CALLS.abandoned, 10),
    ]
    const sids: string[] = []
    const deliveries = orders.map(async (order, index) => {
      const sid = `CA${String(index).padStart(32, "0")}`
      sids.push(sid)
      for (const { event, fields } of order) {
        const own = Object.fromEntries(
          Object.entries(fields).map(([name, value]) => [
            name,
            rename(value, sid, numbers[index] ?? radio.e164, index),
          ]),
        )
        for (let times = index % 5 === 0 ? 2 : 1; times > 0; times--) {
          const answer = await report(event, own)
          if (!answer.ok) expect.fail(`${event} answered ${answer.status}`)
        }
      }
    })
    await Promise.all(deliveries)
    const stored = new Map((await calls()).map((call) => [call.external_id, call]))
    expect(stored.size).toBe(orders.length)
    const kinds = new Map<string, Set<string>>()
    for (const [index, order] of orders.entries()) {
      const kind = `${index < LED} ${order.length} ${order.some(({ fields }) => fields.CallStatus === "canceled")}`
      const record = anonymous(stored.get(sids[index] ?? ""))
      kinds.set(kind, (kinds.get(kind) ?? new Set()).add(JSON.stringify(record)))
    }
    expect([...kinds.values()].map((records) => records.size)).toEqual([1, 1, 1, 1, 1])
    expect(stored.get(sids[0] ?? "")).toMatchObject({
      status: "completed",
      talk_s: 65,
      source: { channel: "Email" },
      attribution: { method: "lease" },
    })
    expect(stored.get(sids[LED] ?? "")).toMatchObject({ status: "completed", source: { channel: "Radio" } })
  }, 240_000)

  it("[K11] folds one record when the same report comes twenty times at once", async () => {
    await fresh()
    const fields = ring()
    const answers = await Promise.all(Array.from({ length: 20 }, () => report("voice", fields)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const all = await calls()
    expect(all).toHaveLength(1)
    const radio = { e164: "+13125550150", kind: "static", source: { channel: "Radio" } }
    await host.api<NumberAnswer>("POST", `/v1/sites/${site.id}/numbers`, radio)
    await report("voice", ring({ CallSid: "CA9", To: "+13125550150" }))
    expect((await calls()).find(({ external_id }) => external_id === "CA9")).toMatchObject({
      source: { channel: "Radio" },
      attribution: { method: "static" },
    })
  })
})

/** A call's record without what makes it this one: ids, caller, number, visit. */
function anonymous(call: CallAnswer | undefined): object {
  if (!call) return {}
  const {
    id: _id,
    external_id: _sid,
    from: _from,
    to: _to,
    visit: _visit,
    visitor: _visitor,
    attribution,
    ...record
  } = call
  const candidates = attribution.candidates.map(({ visit: _candidate, ...candidate }) => candidate)
  return { ...record, attribution: { ...attribution, candidates } }
}

/** The number that TwiML connects to; fails on a document that is not well-formed. */
function dialled(twiml: string): string {
  const dial = readXml(twiml).children[0]
  if (typeof dial !== "object") return ""
  const number = dial.children[0]
  return typeof number === "object" ? number.children.join("") : ""
}

/** A report's value as it is for another call: its own ids, number and caller. */
function rename(value: string, sid: string, number: string, index: number): string {
  if (/^CA1{32}$/.test(value)) return sid
  if (/^CA2{32}$/.test(value)) return sid.replace("CA0", "CAB")
  if (value === "+12025550142") return number
  if (value === CALLER) return `+1415555${String(100 + index).padStart(4, "0")}`
  return value
}

/** Orders spread evenly over all there are. */
function sampleOf<T>(items: readonly T[], count: number): T[][] {
  return Array.from({ length: count }, (_, index) => {
    const rest = [...items]
    let code = index * 7919
    const order: T[] = []
    for (let left = rest.length; left > 0; left--) {
      order.push(...rest.splice(code % left, 1))
      code = Math.floor(code / left) + index
    }
    return order
  })
}
