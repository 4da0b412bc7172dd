import { createPublicKey, verify as verifyBytes } from "node:crypto"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { CarrierRequest } from "../../server/carriers/carrier.js"
import { telnyx } from "../../server/carriers/telnyx.js"
import { telnyxTexml } from "../../server/carriers/telnyx-texml.js"
import { T0 } from "./samples/sample.js"
import { signTelnyxBody, TELNYX_CREDENTIALS, TELNYX_KEYS } from "./samples/twiml.js"
import { readXml } from "./xml-tree.js"

const CREDENTIALS = telnyx.credentials.parse(TELNYX_CREDENTIALS)

function send(timestamp: string, signature: string, body: Uint8Array, method = "POST"): CarrierRequest {
  const headers: Record<string, string> = { "telnyx-timestamp": timestamp, "telnyx-signature-ed25519": signature }
  return {
    method,
    url: "https://calls.example/v1/sites/site_1/carriers/telnyx/voice",
    headers: { get: (name) => headers[name] ?? null },
    body: Uint8Array.from(body),
    received_at: T0,
  }
}

/** Made with the first of the sample keys, and shown to the vendor's own class. */
const VECTOR = "5rIP9wzkca6qZP3EIEFe0MVz6096jqwJinFQ/5+LKafzRwVuzIv2GJGcNeFr610JlPHJiSVZAoE+Tp+Fl+9XAw=="

/** Node's own Ed25519, from the raw key. */
function nodeBelieves(key: string, message: Uint8Array, signature: string): boolean {
  const x = Buffer.from(key, "base64").toString("base64url")
  const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" })
  const bytes = Buffer.from(signature, "base64")
  return bytes.length === 64 && verifyBytes(null, message, publicKey, bytes)
}

describe("Telnyx's signature", () => {
  it("[C2] agrees with Node's Ed25519 on thousands of generated requests", async () => {
    const verdicts = { true: 0, false: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 120 }),
        fc.integer({ min: -400, max: 400 }),
        fc.constantFrom(TELNYX_KEYS.current, TELNYX_KEYS.current, TELNYX_KEYS.further, TELNYX_KEYS.foreign),
        fc.constantFrom("", "", "", "body", "time", "signature"),
        fc.nat(85),
        async (body, age, key, forgery, at) => {
          const timestamp = String(T0 / 1000 + age)
          const honest = signTelnyxBody(timestamp, body, key)
          const signature =
            forgery === "signature"
              ? `${honest.slice(0, at)}${honest[at] === "A" ? "B" : "A"}${honest.slice(at + 1)}`
              : honest
          const sent = forgery === "body" ? Uint8Array.from([...body, 0]) : body
          const time = forgery === "time" ? String(Number(timestamp) + 1) : timestamp
          const message = Buffer.concat([Buffer.from(`${time}|`), sent])
          const keys = [TELNYX_CREDENTIALS.public_key, ...TELNYX_CREDENTIALS.public_keys]
          const signed = keys.some((each) => nodeBelieves(each, message, signature))
          // Another spelling of the same 64 bytes (unused bits of the last character) is no signature of Telnyx's.
          const canonical = Buffer.from(signature, "base64").toString("base64") === signature
          const expected = signed && canonical && Math.abs(Number(time) - T0 / 1000) <= 300
          verdicts[`${expected}`] += 1
          expect(await telnyx.verify(send(time, signature, sent), CREDENTIALS)).toBe(expected)
        },
      ),
      { numRuns: 2000 },
    )
    expect(Math.min(verdicts.true, verdicts.false)).toBeGreaterThan(300)
  })

  it("[C2] vectors that the vendor's package (telnyx 7.24.0) believes, and believes no longer once changed", async () => {
    const timestamp = "1795255200"
    const body = new TextEncoder().encode('{"data":{"event_type":"call.initiated","id":"é🙂"}}')
    const signature = VECTOR
    expect(signTelnyxBody(timestamp, body, TELNYX_KEYS.current)).toBe(signature)
    expect(await telnyx.verify(send(timestamp, signature, body), CREDENTIALS)).toBe(true)
    expect(await telnyx.verify(send("1795255201", signature, body), CREDENTIALS)).toBe(false)
    expect(await telnyx.verify(send(timestamp, signature, body.slice(1)), CREDENTIALS)).toBe(false)
  })

  it("[C3] a GET, whose query nobody signed, is refused and never read", async () => {
    const body = new Uint8Array()
    const signature = signTelnyxBody("1795255200", body, TELNYX_KEYS.current)
    const request = send("1795255200", signature, body, "GET")
    expect(await telnyx.verify(request, CREDENTIALS)).toBe(false)
    const url = `${request.url}?CallSid=CA1&From=1&To=2`
    expect(telnyxTexml.parse("voice", { ...request, url })).toEqual([])
  })

  it("[C2] a key that is no point of the curve believes nothing and breaks nothing", async () => {
    const public_key = Buffer.alloc(32, 255).toString("base64")
    const signature = signTelnyxBody("1795255200", new Uint8Array(), TELNYX_KEYS.current)
    expect(await telnyx.verify(send("1795255200", signature, new Uint8Array()), { public_key })).toBe(false)
  })
})

describe("TeXML", () => {
  const context = { dialled: "+12025550142", call_key: "v3:1", callback_url: "https://calls.example/c/telnyx-texml" }
  it("[C12] a forward keeps to the attributes and limits that Telnyx documents", () => {
    const { body } = telnyxTexml.render(
      { kind: "forward", to: "+13125550100", record: true, timeout_s: 500 },
      context,
      CREDENTIALS,
    )
    expect(readXml(body ?? "").children).toEqual([
      {
        name: "Dial",
        attributes: {
          action: "https://calls.example/c/telnyx-texml/dial",
          timeout: "120",
          record: "record-from-answer-dual",
          recordingStatusCallback: "https://calls.example/c/telnyx-texml/recording",
        },
        children: [
          {
            name: "Number",
            attributes: {
              statusCallback: "https://calls.example/c/telnyx-texml/status",
              statusCallbackEvent: "initiated ringing answered completed",
            },
            children: ["+13125550100"],
          },
        ],
      },
    ])
  })
})
