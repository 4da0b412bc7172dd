import { createPrivateKey, sign as signBytes } from "node:crypto"
import fc from "fast-check"
import { Webhook } from "standardwebhooks"
import { describe, expect, it } from "vitest"
import type { CarrierRequest } from "../../server/carriers/carrier.js"
import { pbx } from "../../server/carriers/pbx.js"
import { pbxSample, signWebhook } from "./samples/pbx.js"
import { TELNYX_CREDENTIALS, TELNYX_KEYS } from "./samples/twiml.js"

const CREDENTIALS = pbx.credentials.parse(pbxSample.credentials)
const { current: SECRET, further: FURTHER, foreign: FOREIGN } = pbxSample.secrets

function send(headers: Record<string, string>, body: string | Uint8Array, now: number): CarrierRequest {
  return {
    method: "POST",
    url: "https://calls.example/v1/sites/site_1/carriers/pbx/voice",
    headers: { get: (name) => headers[name] ?? null },
    body: typeof body === "string" ? new TextEncoder().encode(body) : Uint8Array.from(body),
    received_at: now,
  }
}

describe("a Standard Webhook", () => {
  it("[C2] agrees with the reference implementation on thousands of generated messages", async () => {
    const now = Date.now()
    const peer = new Webhook(SECRET)
    const believes = (body: string, headers: Record<string, string>) => {
      try {
        peer.verify(body, headers, { jsonParse: false })
        return true
      } catch {
        return false
      }
    }
    const verdicts = { true: 0, false: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "grapheme", maxLength: 60 }),
        fc.string({ unit: fc.constantFrom(..."msg_019abc-"), minLength: 1, maxLength: 40 }),
        fc.integer({ min: -400, max: 400 }),
        fc.constantFrom(SECRET, SECRET, SECRET, FOREIGN),
        fc.constantFrom("", "", "", "first", "last", "version", "body", "id", "time"),
        async (body, id, age, secret, forgery) => {
          // Not within two seconds of the limit, which the peer measures by the machine's own clock.
          fc.pre(Math.abs(Math.abs(age) - 300) > 5)
          const time = Math.floor(now / 1000) + age
          const signature = signWebhook(id, time, body, secret)
          const other = signWebhook(id, time, `${body}x`, secret)
          const list = {
            first: `${other} ${signature}`,
            last: `${signature} ${other}`,
            version: signature.replace("v1", "v2"),
          }
          const headers = {
            "webhook-id": forgery === "id" ? `${id}x` : id,
            "webhook-timestamp": String(forgery === "time" ? time + 1 : time),
            "webhook-signature": list[forgery as keyof typeof list] ?? signature,
          }
          const sent = forgery === "body" ? `${body} ` : body
          const expected = believes(sent, headers)
          verdicts[`${expected}`] += 1
          expect(await pbx.verify(send(headers, sent, now), { secret: SECRET })).toBe(expected)
        },
      ),
      { numRuns: 3000 },
    )
    expect(Math.min(verdicts.true, verdicts.false)).toBeGreaterThan(400)
  })

  it("[C2] what the reference implementation signs is believed", async () => {
    const now = Date.now()
    for (const secret of [SECRET, FURTHER, FOREIGN]) {
      const headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": String(Math.floor(now / 1000)),
        "webhook-signature": new Webhook(secret).sign("msg_1", new Date(now), '{"call":"1"}'),
      }
      expect(await pbx.verify(send(headers, '{"call":"1"}', now), CREDENTIALS)).toBe(secret !== FOREIGN)
    }
  })

  it("[C2] published vector: the specification's own example", async () => {
    // https://github.com/standard-webhooks/standard-webhooks, spec: secret, id, time, payload and signature.
    const headers = {
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    expect(await pbx.verify(send(headers, '{"test": 2432232314}', 1_614_265_330_000), { secret })).toBe(true)
  })

  it("[C2] an Ed25519 signature holds under the public key of the site, and only there", async () => {
    const body = '{"call":"1"}'
    const time = 1_795_255_200
    const signed = (key: string) => {
      const privateKey = createPrivateKey({ key: Buffer.from(key, "base64"), format: "der", type: "pkcs8" })
      return `v1a,${signBytes(null, Buffer.from(`msg_1.${time}.${body}`), privateKey).toString("base64")}`
    }
    const secret = `whpk_${TELNYX_CREDENTIALS.public_key}`
    expect(pbx.credentials.safeParse({ secret }).success).toBe(true)
    const verify = (signature: string, text = body) =>
      pbx.verify(
        send(
          { "webhook-id": "msg_1", "webhook-timestamp": String(time), "webhook-signature": signature },
          text,
          time * 1000,
        ),
        { secret },
      )
    expect(await verify(signed(TELNYX_KEYS.current))).toBe(true)
    expect(await verify(signed(TELNYX_KEYS.foreign))).toBe(false)
    expect(await verify(signed(TELNYX_KEYS.current), `${body} `)).toBe(false)
    // A key for one scheme is never read as the secret of the other.
    expect(await verify(signWebhook("msg_1", time, body, `whsec_${TELNYX_CREDENTIALS.public_key}`))).toBe(false)
  })
})

describe("what a PBX is answered", () => {
  const context = { dialled: "+12025550142", call_key: "1", callback_url: "https://calls.example/c/pbx" }
  it.each([
    [
      { kind: "forward", to: "+13125550100", record: true, timeout_s: 25 },
      { action: "forward", to: "+13125550100", record: true, timeout_s: 25 },
    ],
    [{ kind: "forward", to: "+12025550142", record: true }, { action: "reject" }],
    [{ kind: "reject" }, { action: "reject" }],
    [
      { kind: "say", text: "A & B", language: "en-GB" },
      { action: "say", text: "A & B", language: "en-GB" },
    ],
  ] as const)("[C12] %j", (instructions, answer) => {
    expect(JSON.parse(pbx.render(instructions, context, CREDENTIALS).body ?? "")).toEqual(answer)
  })
})
