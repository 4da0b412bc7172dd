import { verifySignature } from "@vonage/jwt"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { CarrierRequest } from "../../server/carriers/carrier.js"
import { vonage } from "../../server/carriers/vonage.js"
import { vonageSample, vonageToken } from "./samples/vonage.js"

const CREDENTIALS = vonage.credentials.parse(vonageSample.credentials)
const { current: SECRET, foreign: FOREIGN } = vonageSample.secrets

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
  it("[C2] agrees with @vonage/jwt about the token, and asks for the body's hash and a fresh date besides", async () => {
    const now = Date.now()
    const iat = Math.floor(now / 1000)
    const verdicts = { true: 0, false: 0 }
    const changes = fc.array(fc.tuple(fc.nat(600), fc.constantFrom(..."abzAZ019-_.=")), { maxLength: 2 })
    await fc.assert(
      fc.asyncProperty(
        fc.json(),
        fc.constantFrom(SECRET, SECRET, SECRET, FOREIGN),
        fc.oneof(fc.constant([]), fc.constant([]), changes),
        fc.record(
          { exp: fc.constantFrom(iat + 900, iat - 900), nbf: fc.constantFrom(iat - 60, iat - 900) },
          { requiredKeys: [] },
        ),
        async (body, secret, mutations, claims) => {
          const honest = vonageToken(body, iat, secret, claims)
          const token = mutations.reduce((text, [at, put]) => text.slice(0, at) + put + text.slice(at + 1), honest)
          const believed = verifySignature(token, SECRET)
          verdicts[`${believed}`] += 1
          expect([token, await vonage.verify(send(token, body, now), CREDENTIALS)]).toEqual([token, believed])
          expect(await vonage.verify(send(token, `${body} `, now), CREDENTIALS)).toBe(false)
          expect(await vonage.verify(send(token, body, now + 301_000), CREDENTIALS)).toBe(false)
        },
      ),
      { numRuns: 1500 },
    )
    expect(Math.min(verdicts.true, verdicts.false)).toBeGreaterThan(200)
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
