import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import type { CallAnswer, NumberAnswer } from "../../shared/contract.js"
import type { NumberSyncAnswer, PurchaseAnswer, ReleaseAnswer } from "../../shared/contract-purchase.js"
import { Carriers, PLIVO, TELNYX, TWILIO } from "../carriers/market.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, type TestSite, viewPage } from "../site.js"
import { readFaults, readProblem } from "./problem.js"

type Bought = { data: PurchaseAnswer[] }

/** The carriers that sell numbers, and what their accounts are connected with. */
const SELLERS = [
  { carrier: "twilio", account: "twilio", credentials: TWILIO, application: undefined },
  {
    carrier: "telnyx",
    account: "telnyx",
    credentials: TELNYX,
    application: `call_control_applications/${TELNYX.connection_id}`,
  },
  {
    carrier: "telnyx-texml",
    account: "telnyx",
    credentials: TELNYX,
    application: `texml_applications/${TELNYX.connection_id}`,
  },
  { carrier: "plivo", account: "plivo", credentials: PLIVO, application: `Application/${PLIVO.app_id}` },
] as const

/** A connection that breaks; Miniflare makes a 500 of it. */
const UNREACHED = /could not be reached|answered 500/
/** The account is not shown, while all else works. */
const NO_LOOK = /^GET (?!.*(applications|available|pricing))/

const SECRETS = [TWILIO.auth_token, TELNYX.api_key, PLIVO.auth_token]

describe.each(ENGINES)("numbers of carriers on %s", (engine) => {
  let host: Host
  let site: TestSite
  let carriers: Carriers
  beforeAll(async () => {
    host = await startHost(engine, { world: (request) => carriers.fetch(request) })
  })
  afterAll(() => host.close())
  beforeEach(async () => {
    carriers = new Carriers()
    site = await createSite(host)
    for (const { carrier, credentials } of SELLERS)
      await host.api("PUT", `/v1/sites/${site.id}/carriers/${carrier}`, credentials)
  })
  afterEach(() => {
    expect(carriers.sold).toEqual([...new Set(carriers.sold)])
    for (const line of host.log) for (const secret of SECRETS) expect(line).not.toContain(secret)
  })

  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    host.request("POST", `/v1/sites/${site.id}/numbers/${path}`, body, { headers })
  const buy = (carrier: string, numbers: string[], headers: Record<string, string> = {}) =>
    post("buy", { carrier, numbers, kind: "pool", pool: site.pool }, headers)
  const bought = async (answer: Response) => {
    expect(answer.status).toBe(201)
    return ((await answer.json()) as Bought).data
  }
  const sync = (carrier: string, point = false) =>
    host.api<NumberSyncAnswer>("POST", `/v1/sites/${site.id}/numbers/sync`, { carrier, point })
  const numbersOfSite = async () =>
    (await host.api<{ data: NumberAnswer[] }>("GET", `/v1/sites/${site.id}/numbers?limit=500`)).data.map(
      ({ e164 }) => e164,
    )
  const callback = (carrier: string) => `${host.publicUrl}/v1/sites/${site.id}/carriers/${carrier}`

  it.each(SELLERS)("[Z3] $carrier: numbers are searched with their place and price", async ({ carrier }) => {
    const wanted = { carrier, country: "US", area_code: "212", limit: 3 }
    const { data } = (await (await post("search", wanted)).json()) as { data: Record<string, unknown>[] }
    expect(data).toHaveLength(3)
    for (const offer of data) expect(offer).toMatchObject({ e164: expect.stringMatching(/^\+1212555\d{4}$/) })
    expect(data[0]).toMatchObject({
      region: expect.stringMatching(/^(NY|New York)$/),
      monthly: { amount: expect.stringMatching(/^\d/), currency: "USD" },
    })
    const narrower = await post("search", { ...wanted, contains: "1004" })
    if (carrier === "plivo") expect(await readFaults(narrower)).toEqual(["contains"])
    else expect(await narrower.json()).toMatchObject({ data: [{ e164: "+12125551004" }] })
  })

  it.each(SELLERS)(
    "[Z4] $carrier: a number is bought once, pointed here, and lent to visits",
    async ({ carrier, account, application }) => {
      const e164 = "+12125551000"
      expect(await bought(await buy(carrier, [e164]))).toMatchObject([
        { e164, state: "bought", detail: null, number: { e164, kind: "pool", pool: site.pool, state: "active" } },
      ])
      const settings = carriers.accounts[account].get(e164)?.settings
      if (carrier === "twilio")
        expect(settings).toEqual({
          VoiceUrl: `${callback(carrier)}/voice#ct=2000&rt=5000&rc=2&rp=all`,
          VoiceMethod: "POST",
          StatusCallback: `${callback(carrier)}/status#rc=5&rp=all`,
          StatusCallbackMethod: "POST",
        })
      else expect(Object.values(settings ?? {})).toEqual([carrier === "plivo" ? PLIVO.app_id : TELNYX.connection_id])
      if (application) {
        const addresses = Object.values(carriers.applications[application] ?? {})
        expect(addresses).toContain(`${callback(carrier)}/voice`)
        if (carrier !== "telnyx") expect(addresses).toContain(`${callback(carrier)}/status`)
      }
      for (let visits = 0; visits < 3; visits++) await viewPage(host, site)
      expect((await viewPage(host, site)).swaps[0]?.number).toBe(e164)
      // Again, and under other words: it is ours already, and nobody is asked.
      const asked = carriers.asked.length
      expect(await bought(await buy(carrier, ["(212) 555-1000"]))).toMatchObject([{ e164, state: "bought" }])
      expect(carriers.asked).toHaveLength(asked)
    },
  )

  it("[Z4] twenty requests at once with one Idempotency-Key buy once, and get one answer", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => buy("twilio", ["+12125551001", "+12125551002"], { "idempotency-key": "buy-1" })),
    )
    const texts = await Promise.all(answers.map((answer) => answer.text()))
    expect(new Set(texts).size).toBe(1)
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
    expect(answers.filter(({ headers }) => headers.get("idempotent-replayed") === "true")).toHaveLength(19)
    expect(carriers.sold).toEqual(["+12125551001", "+12125551002"])
    const other = await buy("twilio", ["+12125551003"], { "idempotency-key": "buy-1" })
    await readProblem(other, 409, "conflict")
    expect(carriers.sold).toHaveLength(2)
  })

  it("[Z4] twenty requests at once without a key buy once as well", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => buy("telnyx", ["+12125551001"])))
    for (const answer of answers) expect(await bought(answer)).toMatchObject([{ state: "bought" }])
    expect(carriers.sold).toEqual(["+12125551001"])
  })

  it("[Z4] a static number gets its source", async () => {
    const body = { carrier: "plivo", numbers: ["+12125551000"], kind: "static", source: { channel: "Radio" } }
    expect(await bought(await post("buy", body))).toMatchObject([
      { state: "bought", number: { kind: "static", source: { channel: "Radio" } } },
    ])
  })

  describe.each(SELLERS.filter(({ carrier }) => carrier !== "telnyx"))(
    "when $carrier fails",
    ({ carrier, account }) => {
      const order = {
        twilio: /POST .*IncomingPhoneNumbers\.json/,
        telnyx: /POST .*number_orders/,
        plivo: /POST .*\/PhoneNumber\//,
      }[account]

      it("[Z5] an answer that was lost is looked up: the number is ours", async () => {
        carriers.faults = [{ on: order, when: "after" }]
        expect(await bought(await buy(carrier, ["+12125551000"]))).toMatchObject([{ state: "bought" }])
        carriers.faults = [{ on: order, when: "after", answer: new Response("<html>gateway</html>", { status: 504 }) }]
        expect(await bought(await buy(carrier, ["+12125551001"]))).toMatchObject([{ state: "bought" }])
      })

      it("[Z5] an order that nobody can tell of stays open, and is not ordered twice", async () => {
        carriers.faults = [
          { on: order, when: "after" },
          { on: NO_LOOK, when: "before", times: 100 },
        ]
        const [first, second] = await bought(await buy(carrier, ["+12125551000", "+12125551001"]))
        expect(first).toMatchObject({
          state: "ordered",
          detail: expect.stringMatching(UNREACHED),
          number: null,
        })
        expect(second).toMatchObject({ state: "not_ordered" })
        expect(await numbersOfSite()).not.toContain("+12125551000")
        carriers.faults = []
        const { purchases, data } = await sync(carrier)
        expect(purchases).toMatchObject([{ e164: "+12125551000", state: "bought", number: { pool: site.pool } }])
        expect(data).toMatchObject([{ e164: "+12125551000", state: "known", pointed: true }])
        expect(carriers.sold).toEqual(["+12125551000"])
        expect(await bought(await buy(carrier, ["+12125551001"]))).toMatchObject([{ state: "bought" }])
      })

      it("[Z5] the same purchase asked for again is found in the account, not bought again", async () => {
        carriers.faults = [
          { on: order, when: "after" },
          { on: NO_LOOK, when: "before", times: 100 },
        ]
        await buy(carrier, ["+12125551000"])
        carriers.faults = []
        expect(await bought(await buy(carrier, ["+12125551000"]))).toMatchObject([{ state: "bought" }])
        expect(carriers.sold).toEqual(["+12125551000"])
      })

      it("[Z5] an order that never arrived is bought at the next try, and given up by sync after a minute", async () => {
        carriers.faults = [
          { on: order, when: "before" },
          { on: order, when: "before" },
        ]
        expect(await bought(await buy(carrier, ["+12125551000"]))).toMatchObject([{ state: "ordered" }])
        expect((await sync(carrier)).purchases).toMatchObject([
          { state: "ordered", detail: expect.stringContaining("sync again") },
        ])
        await host.advance(61_000)
        expect((await sync(carrier)).purchases).toMatchObject([{ state: "failed" }])
        expect((await sync(carrier)).purchases).toEqual([])
        expect(carriers.sold).toEqual([])
        carriers.faults = []
        expect(await bought(await buy(carrier, ["+12125551000"]))).toMatchObject([{ state: "bought" }])
      })

      it("[Z5] a number that is not for sale fails alone, with the carrier's words", async () => {
        const answers = await bought(await buy(carrier, ["+12125551099", "+12125551000"]))
        expect(answers).toMatchObject([
          {
            e164: "+12125551099",
            state: "failed",
            detail: expect.stringMatching(/answered 4\d\d: .*(not available|not found)/),
          },
          { e164: "+12125551000", state: "bought" },
        ])
      })

      it("[Z6] no secret is in what is answered or logged when the carrier does not know the credentials", async () => {
        const wrong: Record<string, Record<string, string>> = {
          twilio: { ...TWILIO, auth_token: "ffffffffffffffffffffffffffffffff" },
          "telnyx-texml": { ...TELNYX, api_key: "KEYffffffffffffffffffffffffffff" },
          plivo: { ...PLIVO, auth_token: "ffffffffffffffffffffffffffffffff" },
        }
        await host.api("PUT", `/v1/sites/${site.id}/carriers/${carrier}`, wrong[carrier])
        for (const answer of [
          await buy(carrier, ["+12125551000"]),
          await post("search", { carrier, country: "US" }),
          await post("sync", { carrier }),
        ]) {
          const { detail } = await readProblem(answer, 409, "conflict")
          expect(detail).toMatch(/answered 401.*are the credentials right/)
          expect(detail).not.toContain("fffff")
        }
        expect(carriers.sold).toEqual([])
        await host.api(
          "PUT",
          `/v1/sites/${site.id}/carriers/${carrier}`,
          { twilio: TWILIO, telnyx: TELNYX, plivo: PLIVO }[account],
        )
        expect(await bought(await buy(carrier, ["+12125551000"]))).toMatchObject([{ state: "bought" }])
      })

      it("[Z6] reading is tried again, twice, and told as 503 when it fails for good; a purchase is asked for once", async () => {
        const search = () => post("search", { carrier, country: "US" })
        const reads = () =>
          carriers.asked.filter(({ method, url }) => method === "GET" && !url.includes("pricing")).length
        carriers.faults = [{ on: /^GET/, when: "before", answer: new Response("busy", { status: 503 }), times: 2 }]
        expect((await search()).status).toBe(200)
        expect(reads()).toBe(3)
        carriers.faults = [{ on: /^GET/, when: "before", times: 100 }]
        expect((await readProblem(await search(), 503, "unavailable")).detail).toMatch(UNREACHED)
        expect(reads()).toBe(6)
        carriers.faults = [{ on: order, when: "before", times: 100 }]
        await buy(carrier, ["+12125551000"])
        expect(carriers.asked.filter(({ method, url }) => order.test(`${method} ${url}`))).toHaveLength(1)
      })

      it("[Z6] a redirect, an answer without end and a word that is no JSON are not taken for an answer", async () => {
        const search = () => post("search", { carrier, country: "US" })
        for (const answer of [
          new Response(null, { status: 302, headers: { location: "https://elsewhere.example/" } }),
          new Response("{", { status: 200 }),
          new Response("x".repeat(5_000_000), { status: 200 }),
        ]) {
          carriers.faults = [{ on: /^GET/, when: "before", answer, times: 3 }]
          await readProblem(await search(), 503, "unavailable")
        }
        expect(carriers.asked.some(({ url }) => url.includes("elsewhere"))).toBe(false)
      })
    },
  )

  it("[Z5] an order that Telnyx delivers late stays open until it does", async () => {
    expect(await bought(await buy("telnyx-texml", ["+12125551077"]))).toMatchObject([
      { state: "ordered", detail: "the carrier has yet to deliver it" },
    ])
    await host.advance(3_600_000)
    expect((await sync("telnyx-texml")).purchases).toMatchObject([{ state: "ordered" }])
    expect(await bought(await buy("telnyx-texml", ["+12125551077"]))).toMatchObject([{ state: "ordered" }])
    expect(carriers.orders).toHaveLength(1)
    carriers.deliver()
    expect((await sync("telnyx-texml")).purchases).toMatchObject([
      { state: "bought", number: { e164: "+12125551077" } },
    ])
    const [lost] = carriers.orders
    expect(lost?.reference).toMatch(/^buy_/)
  })

  it.runIf(engine === "worker")("[Z5] an order whose object died is found again by sync", async () => {
    // The carrier has sold the number, and holds its answer back until the object is gone.
    const { fetch } = carriers
    let sold = () => {}
    const sale = new Promise<void>((resolve) => {
      sold = resolve
    })
    const holding = async (request: Request) => {
      const answer = await fetch(request)
      if (request.method !== "POST") return answer
      sold()
      return new Promise<Response>(() => {})
    }
    carriers = Object.assign(carriers, { fetch: holding })
    const broken = buy("twilio", ["+12125551000"]).catch(() => undefined)
    await sale
    await host.restart(site.id)
    await broken
    carriers = Object.assign(carriers, { fetch })
    expect(await numbersOfSite()).not.toContain("+12125551000")
    expect((await sync("twilio")).purchases).toMatchObject([{ e164: "+12125551000", state: "bought" }])
    expect(await numbersOfSite()).toContain("+12125551000")
  })

  it.each(SELLERS)(
    "[Z7] $carrier: sync reads every page, tells what is whose, and points the site's own numbers alone",
    async ({ carrier, account }) => {
      const own = site.numbers.slice(0, 2)
      const foreign = Array.from({ length: 25 }, (_, index) => `+1646555${1000 + index}`)
      for (const [index, e164] of [...own, ...foreign].entries())
        carriers.accounts[account].set(e164, {
          e164,
          ref:
            account === "twilio"
              ? `PN${String(index).padStart(32, "a")}`
              : account === "plivo"
                ? e164.slice(1)
                : `9${index}`,
          settings: { VoiceUrl: "https://elsewhere.example/", TrunkSid: "TK1", app_id: "1", connection_id: "1" },
        })
      const before = await sync(carrier)
      expect(before).toMatchObject({ complete: true, purchases: [] })
      expect(before.data.filter(({ state }) => state === "known").map(({ e164 }) => e164)).toEqual(own)
      expect(before.data.filter(({ state }) => state === "unknown").map(({ e164 }) => e164)).toEqual(foreign)
      expect(before.data.some(({ pointed }) => pointed)).toBe(false)
      const untouched = JSON.stringify(foreign.map((e164) => carriers.accounts[account].get(e164)?.settings))
      const after = await sync(carrier, true)
      expect(after.data.filter(({ pointed }) => pointed).map(({ e164 }) => e164)).toEqual(own)
      expect(JSON.stringify(foreign.map((e164) => carriers.accounts[account].get(e164)?.settings))).toBe(untouched)
      const again = await sync(carrier)
      expect(again.data.filter(({ pointed }) => pointed).map(({ e164 }) => e164)).toEqual(own)
    },
  )

  it("[Z7] sync names what was bought and is no longer in the account", async () => {
    await buy("twilio", ["+12125551000"])
    carriers.accounts.twilio.clear()
    expect((await sync("twilio")).data).toEqual([{ e164: "+12125551000", state: "gone", number: null, pointed: false }])
  })

  const release = (carrier: string, numbers: string[], force = false) => post("release", { carrier, numbers, force })
  const released = async (answer: Response) => {
    expect(answer.status).toBe(200)
    return ((await answer.json()) as { data: ReleaseAnswer[] }).data
  }
  const callTo = (e164: string) =>
    host.api<CallAnswer>("POST", `/v1/sites/${site.id}/calls`, {
      external_id: e164,
      to: e164,
      from: "+13125550199",
      started_at: new Date(host.now()).toISOString(),
    })

  describe.each(SELLERS.filter(({ carrier }) => carrier !== "telnyx"))(
    "giving numbers back to $carrier",
    ({ carrier, account }) => {
      const [first, second] = ["+12125551000", "+12125551001"]
      const gone = /^DELETE /

      it("[Z9] a number that rests is given back once and shown to nobody; its calls and leases stay", async () => {
        await bought(await buy(carrier, [first, second]))
        for (let visits = 0; visits < 5; visits++) await viewPage(host, site)
        const call = await callTo(first)
        expect(call.attribution.method).toBe("lease")
        await readProblem(await release(carrier, [second, first]), 409, "conflict")
        const { errors } = await readProblem(await release(carrier, [first]), 409, "conflict")
        expect(errors).toMatchObject([{ path: "numbers.0", message: expect.stringContaining("shown to a visitor") }])
        expect(carriers.asked.filter(({ method }) => method === "DELETE")).toEqual([])
        await host.advance(3_600_000)
        expect(await released(await release(carrier, [first]))).toMatchObject([
          { e164: first, state: "released", detail: null, number: { e164: first, state: "retired" } },
        ])
        expect([...carriers.accounts[account].keys()]).toEqual([second])
        for (let visits = 0; visits < 5; visits++) expect((await viewPage(host, site)).swaps[0]?.number).not.toBe(first)
        expect(await host.api("GET", `/v1/sites/${site.id}/calls/${call.id}`)).toMatchObject({
          visit: call.visit,
          attribution: call.attribution,
        })
        expect((await sync(carrier)).data.map(({ state }) => state)).toEqual(["known"])
        expect(await released(await release(carrier, [first]))).toMatchObject([{ state: "released" }])
      })

      it("[Z9] one that a visitor is shown is given back when that is forced", async () => {
        await bought(await buy(carrier, [first]))
        for (let visits = 0; visits < 4; visits++) await viewPage(host, site)
        await readProblem(await release(carrier, [first]), 409, "conflict")
        expect(await released(await release(carrier, [first], true))).toMatchObject([{ state: "released" }])
      })

      it("[Z9] what the carrier keeps, or never had, is what it was before", async () => {
        await bought(await buy(carrier, [first]))
        carriers.faults = [{ on: gone, when: "before", answer: Response.json({ message: "in use" }, { status: 400 }) }]
        expect(await released(await release(carrier, [first]))).toMatchObject([
          { state: "kept", detail: expect.stringContaining("answered 400"), number: { state: "active" } },
        ])
        expect(await released(await release(carrier, [site.numbers[0] ?? ""]))).toMatchObject([
          { state: "kept", detail: expect.stringContaining("no such number"), number: { state: "active" } },
        ])
      })

      it("[Z10] a lost answer is looked up, an open release is found out by the next, and the number can be bought again", async () => {
        await bought(await buy(carrier, [first, second]))
        const call = await callTo(first)
        carriers.faults = [{ on: gone, when: "after", times: 3 }]
        expect(await released(await release(carrier, [first]))).toMatchObject([{ state: "released" }])
        // The look before all else succeeds, the one after the lost answer does not.
        carriers.faults = [
          { on: gone, when: "before", times: 3 },
          { on: NO_LOOK, when: "before", times: 3, skip: 1 },
        ]
        expect(await released(await release(carrier, [second]))).toMatchObject([
          { state: "open", number: { state: "retired" } },
        ])
        carriers.faults = []
        expect(carriers.accounts[account].has(second)).toBe(true)
        expect(await released(await release(carrier, [second]))).toMatchObject([{ state: "released" }])
        carriers.sold.splice(0)
        expect(await bought(await buy(carrier, [first]))).toMatchObject([
          { state: "bought", number: { state: "active", pool: site.pool } },
        ])
        expect(await host.api("GET", `/v1/sites/${site.id}/calls/${call.id}`)).toMatchObject({ to: first })
        expect((await numbersOfSite()).filter((e164) => e164 === first)).toHaveLength(1)
      })
    },
  )

  it("[Z9] refuses what is no number of the site, or stands twice, before any carrier is asked", async () => {
    const asked = carriers.asked.length
    expect(await readFaults(await release("twilio", ["+12125559999"]))).toEqual(["numbers.0"])
    const own = site.numbers[0] ?? ""
    expect(await readFaults(await release("twilio", [own, own]))).toEqual(["numbers"])
    expect(await readFaults(await release("vonage", [own]))).toEqual(["carrier"])
    expect(carriers.asked).toHaveLength(asked)
  })

  it("[Z8] refuses what cannot be bought before any carrier is asked", async () => {
    const asked = carriers.asked.length
    const body = { carrier: "twilio", numbers: ["+12125551000"], kind: "pool", pool: site.pool }
    expect(await readFaults(await post("buy", { ...body, carrier: "vonage" }))).toEqual(["carrier"])
    expect(await readFaults(await post("buy", { ...body, pool: "pool_000000000" }))).toEqual(["pool"])
    expect(await readFaults(await post("buy", { ...body, numbers: ["12"] }))).toEqual(["numbers.0"])
    expect(await readFaults(await post("buy", { ...body, numbers: [site.numbers[0]] }))).toEqual(["numbers.0"])
    expect(await readFaults(await post("buy", { ...body, numbers: ["+12125551000", "+1 212 555 1000"] }))).toEqual([
      "numbers",
    ])
    expect(await readFaults(await post("buy", { ...body, numbers: [] }))).toEqual(["numbers"])
    expect(await readFaults(await post("search", { carrier: "twilio", country: "us" }))).toEqual(["country"])
    expect(await readFaults(await post("search", { carrier: "twilio", country: "US", area_code: "2/../" }))).toEqual([
      "area_code",
    ])
    await host.api("PUT", `/v1/sites/${site.id}/carriers/telnyx`, { public_key: TELNYX.public_key })
    const lacking = await readProblem(await post("search", { carrier: "telnyx", country: "US" }), 409, "conflict")
    expect(lacking.detail).toContain("needs api_key and connection_id")
    expect(carriers.asked).toHaveLength(asked)
  })
})
