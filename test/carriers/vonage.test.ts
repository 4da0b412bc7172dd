import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { CarrierRequest } from "../../server/carriers/carrier.js"
import { vonage } from "../../server/carriers/vonage.js"
import { T0 } from "./samples/sample.js"
import { vonageSample, vonageToken } from "./samples/vonage.js"

const CREDENTIALS = vonage.credentials.parse(vonageSample.credentials)
const { current: SECRET } = vonageSample.secrets

function send(token: string, body: string, now: number, method = "POST"): CarrierRequest {
  return {
    method,
    url: "https://calls.example/v1/sites/site_1/carriers/vonage/voice?from=1&to=2&uuid=3&conversation_uuid=CON-4",
    headers: new Headers({ authorization: `Bearer ${token}` }),
    body: new TextEncoder().encode(body),
    received_at: now,
  }
}

const part = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url")

describe("Vonage's signed webhooks", () => {
  it("[C2] [C4] asks for the body's hash and a fresh date, which the vendor's package leaves to others", async () => {
    const iat = T0 / 1000
    const bodies = fc.json().map((body) => [body, vonageToken(body, iat, SECRET)] as const)
    await fc.assert(
      fc.asyncProperty(bodies, async ([body, token]) => {
        expect(await vonage.verify(send(token, body, T0 + 300_000), CREDENTIALS)).toBe(true)
        expect(await vonage.verify(send(token, `${body} `, T0), CREDENTIALS)).toBe(false)
        for (const now of [T0 + 300_001, T0 - 300_001])
          expect(await vonage.verify(send(token, body, now), CREDENTIALS)).toBe(false)
      }),
      { numRuns: 200 },
    )
  })

  it("[C2] no other algorithm and no other shape is taken", async () => {
    const now = Date.now()
    const iat = Math.floor(now / 1000)
    const [, claims = "", signature = ""] = vonageToken("{}", iat, SECRET).split(".")
    const wrong = [
      `${part({ alg: "none" })}.${claims}.`,
      `${part({ alg: "HS512" })}.${claims}.${signature}`,
      `${part({ alg: ["HS256"] })}.${claims}.${signature}`,
      `${part("not json")}.${claims}.${signature}`,
      `.${claims}.${signature}`,
      `${claims}.${signature}`,
      `${vonageToken("{}", iat, SECRET)}.x`,
      `${vonageToken("{}", iat, SECRET)}=`,
      "",
    ]
    for (const token of wrong)
      expect([token, await vonage.verify(send(token, "{}", now), CREDENTIALS)]).toEqual([token, false])
  })

  it("[C2] another application of the account is refused where the site names its own", async () => {
    const now = Date.now()
    const token = vonageToken("{}", Math.floor(now / 1000), SECRET, {
      application_id: "00000000-0000-4000-8000-000000000000",
    })
    expect(await vonage.verify(send(token, "{}", now), CREDENTIALS)).toBe(false)
    const { application_id: _, ...anywhere } = CREDENTIALS
    expect(await vonage.verify(send(token, "{}", now), anywhere)).toBe(true)
  })

  it("[C3] a GET is answered, and nothing of its unsigned query is kept", async () => {
    const now = Date.now()
    const token = vonageToken("", Math.floor(now / 1000), SECRET, { payload_hash: undefined })
    const request = send(token, "", now, "GET")
    expect(await vonage.verify(request, CREDENTIALS)).toBe(true)
    expect(vonage.parse("voice", request)).toEqual([])
    expect(await vonage.verify({ ...request, method: "POST" }, CREDENTIALS)).toBe(false)
  })
})

describe("NCCO", () => {
  const context = { dialled: "12025550142", call_key: "CON-1", callback_url: "https://calls.example/c/vonage" }
  const actions = (instructions: Parameters<typeof vonage.render>[0]) =>
    JSON.parse(vonage.render(instructions, context, CREDENTIALS).body ?? "")

  it("[C12] recording stands before the connection, which shows a number of the account", () => {
    expect(actions({ kind: "forward", to: "+13125550100", record: true, timeout_s: 25 })).toEqual([
      { action: "record", split: "conversation", channels: 2, eventUrl: ["https://calls.example/c/vonage/recording"] },
      {
        action: "connect",
        from: "12025550142",
        timeout: 25,
        eventUrl: ["https://calls.example/c/vonage/event"],
        endpoint: [{ type: "phone", number: "13125550100" }],
      },
    ])
    expect(actions({ kind: "forward", to: "+13125550100", record: false })).toHaveLength(1)
  })

  it("[C10] a refusal is a call without actions; a text is never SSML", () => {
    expect(actions({ kind: "reject" })).toEqual([])
    expect(actions({ kind: "say", text: "<speak>A & B</speak>", language: "en-GB" })).toEqual([
      { action: "talk", text: " speak A & B /speak ", language: "en-GB" },
    ])
  })
})
