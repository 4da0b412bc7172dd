import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import plivoPackage from "plivo"
import Telnyx from "telnyx"
import twilioPackage from "twilio"
import { describe, expect, it } from "vitest"
import type { ApiRequest, CarrierApi } from "../../server/carriers/api.js"
import { plivo } from "../../server/carriers/plivo.js"
import { telnyx } from "../../server/carriers/telnyx.js"
import { telnyxTexml } from "../../server/carriers/telnyx-texml.js"
import { twilio } from "../../server/carriers/twilio.js"
import { PLIVO, TELNYX, TWILIO } from "./market.js"

// What our own few lines ask a carrier's API for, beside what the vendor's own client asks for the same.

interface Asked {
  method: string
  url: string
  query: Record<string, string>
  body: Record<string, unknown>
}

function asked(method: string, address: string, body: unknown = {}): Asked {
  const { origin, pathname, searchParams } = new URL(address)
  const fields = typeof body === "string" ? ((JSON.parse(body || "{}") || {}) as object) : ((body ?? {}) as object)
  return {
    method: method.toUpperCase(),
    url: origin + pathname,
    query: Object.fromEntries(searchParams),
    body: { ...fields },
  }
}

/** What a verb of ours asks for. */
async function ours(work: (api: CarrierApi) => Promise<unknown>): Promise<Asked[]> {
  const all: Asked[] = []
  await work(async ({ method, url, form, json }: ApiRequest) => {
    all.push(asked(method, url, form ?? json))
    return { data: { friendly_name: "Main", application_name: "Main" }, status: "fulfilled" }
  })
  return all
}

const E164 = "+12125551000"
const CALLBACK = "https://calls.example/v1/sites/site_1/carriers/x"
const WANTED = { country: "US", type: "local", area_code: "212", locality: "New York", limit: 5 } as const
const order = { callback_url: CALLBACK, reference: "buy_1" }
const owned = (ref: string) => ({ e164: E164, ref, pointed: false })

describe("what carriers' APIs are asked for", () => {
  it("[Z11] Twilio, as its own client asks", async () => {
    const market = twilio.numbers
    if (!market) throw new Error("no market")
    const theirs = async (work: (client: ReturnType<typeof twilioPackage>) => Promise<unknown>) => {
      const all: Asked[] = []
      const httpClient = {
        request: async ({
          method,
          uri,
          params = {},
          data,
        }: {
          method: string
          uri: string
          params?: object
          data?: object
        }) => {
          const query = new URLSearchParams(Object.entries(params).map(([name, value]) => [name, String(value)]))
          all.push(asked(method, `${uri}?${query}`, data))
          return {
            statusCode: method === "delete" ? 204 : 200,
            body: { incoming_phone_numbers: [], available_phone_numbers: [] },
          }
        },
      }
      await work(twilioPackage(TWILIO.account_sid, TWILIO.auth_token, { httpClient: httpClient as never }))
      return all
    }
    const addresses = {
      voiceUrl: `${CALLBACK}/voice#ct=2000&rt=5000&rc=2&rp=all`,
      voiceMethod: "POST",
      statusCallback: `${CALLBACK}/status#rc=5&rp=all`,
      statusCallbackMethod: "POST",
    }
    const sid = `PN${"0".repeat(32)}`
    expect(await ours((api) => market.search(api, TWILIO, { ...WANTED, contains: "1004" }))).toEqual(
      await theirs((client) =>
        client.availablePhoneNumbers("US").local.list({
          areaCode: 212,
          contains: "1004",
          inLocality: "New York",
          voiceEnabled: true,
          pageSize: 5,
          limit: 5,
        }),
      ),
    )
    expect(await ours((api) => market.buy(api, TWILIO, E164, order))).toEqual(
      await theirs((client) => client.incomingPhoneNumbers.create({ phoneNumber: E164, ...addresses })),
    )
    expect(await ours((api) => market.find(api, TWILIO, E164, CALLBACK))).toEqual(
      await theirs((client) => client.incomingPhoneNumbers.list({ phoneNumber: E164, pageSize: 20, limit: 20 })),
    )
    expect(await ours((api) => market.list(api, TWILIO, CALLBACK, undefined))).toEqual(
      await theirs((client) => client.incomingPhoneNumbers.list({ pageSize: 500, limit: 500 })),
    )
    expect(await ours((api) => market.point(api, TWILIO, owned(sid), CALLBACK))).toEqual(
      await theirs((client) =>
        client.incomingPhoneNumbers(sid).update({ ...addresses, voiceApplicationSid: "", trunkSid: "" }),
      ),
    )
    expect(await ours((api) => market.release(api, TWILIO, owned(sid)))).toEqual(
      await theirs((client) => client.incomingPhoneNumbers(sid).remove()),
    )
  })

  it("[Z11] Telnyx, as its own client asks", async () => {
    const { connection_id } = TELNYX
    const theirs = async (work: (client: Telnyx) => Promise<unknown>) => {
      const all: Asked[] = []
      const fetch = async (url: unknown, init: { method?: string; body?: unknown } = {}) => {
        all.push(asked(init.method ?? "GET", String(url), init.body))
        return Response.json({ data: [], meta: { page_number: 1, total_pages: 1 } })
      }
      await work(new Telnyx({ apiKey: TELNYX.api_key, fetch: fetch as never }))
      return all
    }
    const market = telnyxTexml.numbers
    const control = telnyx.numbers
    if (!market || !control) throw new Error("no market")
    expect(await ours((api) => market.search(api, TELNYX, { ...WANTED, contains: "1004" }))).toEqual(
      await theirs(async (client) =>
        client.availablePhoneNumbers.list({
          filter: {
            country_code: "US",
            phone_number_type: "local",
            features: ["voice"],
            limit: 5,
            national_destination_code: "212",
            phone_number: { contains: "1004" },
            locality: "New York",
          },
        }),
      ),
    )
    expect(await ours((api) => market.buy(api, TELNYX, E164, order))).toEqual(
      await theirs(async (client) =>
        client.numberOrders.create({
          phone_numbers: [{ phone_number: E164 }],
          connection_id,
          customer_reference: "buy_1",
        }),
      ),
    )
    expect(await ours(async (api) => market.order?.(api, TELNYX, "buy_1"))).toEqual(
      await theirs(async (client) => client.numberOrders.list({ filter: { customer_reference: "buy_1" } })),
    )
    expect(await ours((api) => market.point(api, TELNYX, owned("123"), CALLBACK))).toEqual(
      await theirs(async (client) => client.phoneNumbers.update("123", { connection_id })),
    )
    expect(await ours((api) => market.release(api, TELNYX, owned("123")))).toEqual(
      await theirs(async (client) => client.phoneNumbers.delete("123")),
    )
    expect(await ours(async (api) => market.aim?.(api, TELNYX, CALLBACK))).toEqual(
      await theirs(async (client) => {
        await client.texmlApplications.retrieve(connection_id)
        await client.texmlApplications.update(connection_id, {
          friendly_name: "Main",
          voice_url: `${CALLBACK}/voice`,
          voice_method: "post",
          status_callback: `${CALLBACK}/status`,
          status_callback_method: "post",
        })
      }),
    )
    expect(await ours(async (api) => control.aim?.(api, TELNYX, CALLBACK))).toEqual(
      await theirs(async (client) => {
        await client.callControlApplications.retrieve(connection_id)
        await client.callControlApplications.update(connection_id, {
          application_name: "Main",
          webhook_event_url: `${CALLBACK}/voice`,
          webhook_api_version: "2",
        })
      }),
    )
  })

  it("[Z11] Plivo, as its own client asks", async () => {
    const market = plivo.numbers
    if (!market) throw new Error("no market")
    const all: Asked[] = []
    const server = createServer((request, response) => {
      let body = ""
      request.on("data", (chunk) => {
        body += chunk
      })
      request.on("end", () => {
        all.push(asked(request.method ?? "", `https://api.plivo.com${request.url}`, body))
        response.writeHead(200, { "content-type": "application/json" })
        response.end(JSON.stringify({ api_id: "1", objects: [], meta: {} }))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/Account/${PLIVO.auth_id}`
    const { numbers } = new plivoPackage.Client(PLIVO.auth_id, PLIVO.auth_token, { url } as never)
    // Two of its methods are not in its types.
    const lookUp = numbers as unknown as Record<"get" | "unrent", (number: string) => Promise<unknown>>
    const theirs = async (work: () => Promise<unknown>) => {
      all.splice(0)
      await work()
      return all.splice(0)
    }
    const { app_id } = PLIVO
    const digits = E164.slice(1)
    try {
      expect(await ours((api) => market.search(api, PLIVO, WANTED))).toEqual(
        await theirs(() =>
          numbers.search("US", {
            type: "local",
            services: "voice",
            limit: 5,
            pattern: "212",
            city: "New York",
          } as never),
        ),
      )
      expect(await ours((api) => market.buy(api, PLIVO, E164, order))).toEqual(
        await theirs(() => numbers.buy(digits, app_id as never, undefined as never)),
      )
      expect(await ours((api) => market.find(api, PLIVO, E164, CALLBACK))).toEqual(
        await theirs(() => lookUp.get(digits)),
      )
      expect(await ours((api) => market.list(api, PLIVO, CALLBACK, undefined))).toEqual(
        await theirs(() => numbers.list({ limit: 20, offset: 0 } as never)),
      )
      expect(await ours((api) => market.point(api, PLIVO, owned(digits), CALLBACK))).toEqual(
        await theirs(() => numbers.update(digits, { appId: app_id } as never)),
      )
      expect(await ours((api) => market.release(api, PLIVO, owned(digits)))).toEqual(
        await theirs(() => lookUp.unrent(digits)),
      )
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })
})
