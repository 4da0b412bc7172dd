import { createPrivateKey, sign as signBytes } from "node:crypto"
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
