import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { NumberAnswer } from "../../shared/contract.js"
import { Carriers, TELNYX, TWILIO } from "../carriers/market.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, type TestSite } from "../site.js"
import { type Person, signIn } from "./visitor.js"

describe.each(ENGINES)("numbers for sale at the dashboard on %s", (engine) => {
  const carriers = new Carriers()
  let host: Host
  let site: TestSite
  let admin: Person
  beforeAll(async () => {
    host = await startHost(engine, { world: (request) => carriers.fetch(request) })
    site = await createSite(host)
    admin = await signIn(host, host.adminKey)
  })
  afterAll(() => host.close())
  const page = () => `/app/${site.id}/setup/buy`
  const offered = (text: string) =>
    [...text.matchAll(/name="number" value="(\+\d+)"/g)].map(([, number = ""]) => number)
  const poolOf = async (e164: string) =>
    (await host.api<{ data: NumberAnswer[] }>("GET", `/v1/sites/${site.id}/numbers?limit=500`)).data.find(
      (number) => number.e164 === e164,
    )?.pool

  it("[DASH18] asks for an account first, and then searches there", async () => {
    const { id } = await host.api<{ id: string }>("POST", "/v1/sites", {
      name: "Bare",
      domains: ["bare.example"],
      country: "US",
    })
    const before = (await admin.get(`/app/${id}/setup/buy`)).text
    expect(before.includes("Connect an account first")).toBe(true)
    expect(before.includes('value="search"')).toBe(false)
    await host.api("PUT", `/v1/sites/${site.id}/carriers/twilio`, TWILIO)
    await host.api("PUT", `/v1/sites/${site.id}/carriers/telnyx`, TELNYX)
    expect((await admin.get(page())).text.includes('value="search"')).toBe(true)
    const wanted = { do: "search", carrier: "twilio", country: "US", type: "local" }
    const found = await admin.post(page(), { ...wanted, area_code: "212" })
    expect(found.status).toBe(200)
    expect(offered(found.text).length).toBeGreaterThan(2)
    for (const number of offered(found.text)) expect(number).toMatch(/^\+1212555\d{4}$/)
    const wrong = await admin.post(page(), { ...wanted, area_code: "<b>" })
    expect(wrong.status).toBe(400)
    for (const part of ['id="e-area_code"', 'value="&lt;b&gt;"']) expect(wrong.text.includes(part), part).toBe(true)
  })

  it("[DASH18] buys what was chosen once, lends it in the pool, and says what the carrier refused", async () => {
    const { text } = await admin.post(page(), {
      do: "search",
      carrier: "twilio",
      country: "US",
      type: "local",
      area_code: "212",
    })
    const [first = "", second = ""] = offered(text)
    const gone = `${first.slice(0, -2)}99`
    const order = { do: "buy", carrier: "twilio", number: [first, second, gone], pool: site.pool }
    const bought = await admin.post(page(), order)
    expect(bought.status).toBe(200)
    expect(bought.text.match(/badge good">Bought</g)).toHaveLength(2)
    expect(bought.text.match(/badge bad"/g)).toHaveLength(1)
    expect([await poolOf(first), await poolOf(second), await poolOf(gone)]).toEqual([site.pool, site.pool, undefined])
    // The same button pressed again buys nothing more.
    await admin.post(page(), order)
    expect(carriers.sold.toSorted()).toEqual([first, second].toSorted())
    expect((await admin.post(page(), { ...order, number: [] })).status).toBe(400)
  })

  it("[DASH18] says when an account fails, and sells to nobody who may only look", async () => {
    carriers.faults.push({ on: /available/i, when: "before", answer: new Response("{}", { status: 401 }) })
    const failed = await admin.post(page(), { do: "search", carrier: "twilio", country: "US", type: "local" })
    expect(failed.status).toBeGreaterThanOrEqual(400)
    expect(failed.text.includes('role="alert"')).toBe(true)
    expect(failed.text.includes(TWILIO.auth_token)).toBe(false)
    const { key } = await host.api<{ key: string }>("POST", `/v1/sites/${site.id}/keys`, { name: "l", scope: "read" })
    const reader = await signIn(host, key)
    expect((await reader.get(page())).status).toBe(403)
    expect((await reader.post(page(), { do: "buy", carrier: "twilio", number: "+12125551000" })).status).toBe(403)
  })
})
