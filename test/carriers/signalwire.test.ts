import { createHmac } from "node:crypto"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { CarrierRequest } from "../../server/carriers/carrier.js"
import { signalwire } from "../../server/carriers/signalwire.js"
import { signalwireSample } from "./samples/twiml.js"

const CREDENTIALS = signalwire.credentials.parse(signalwireSample.credentials)
const { current: KEY, foreign: FOREIGN } = signalwireSample.secrets
type Fields = [name: string, value: string][]

function send(url: string, body: string, signature: string, header = "x-signalwire-signature"): CarrierRequest {
  return {
    method: "POST",
    url,
    headers: { get: (name) => (name === header ? signature : null) },
    body: new TextEncoder().encode(body),
    received_at: 0,
  }
}

/** The compatibility scheme, written down again apart from ours: names sorted, a name's values as they were sent. */
function compatible(url: string, fields: Fields, key: string): string {
  const byName = new Map<string, string>()
  for (const [name, value] of fields) byName.set(name, `${byName.get(name) ?? ""}${name}${value}`)
  const text = [...byName.keys()].sort().map((name) => byName.get(name))
  return createHmac("sha1", key)
    .update(url + text.join(""))
    .digest("base64")
}

describe("SignalWire's signature", () => {
  it("[C2] the order of a repeated field's values counts here, as it does not at Twilio", async () => {
    const url = "https://calls.example/voice"
    const signature = compatible(
      url,
      [
        ["A", "2"],
        ["A", "1"],
        ["A", "1"],
      ],
      KEY,
    )
    expect(await signalwire.verify(send(url, "A=2&A=1&A=1", signature), CREDENTIALS)).toBe(true)
    expect(await signalwire.verify(send(url, "A=1&A=2&A=1", signature), CREDENTIALS)).toBe(false)
    expect(await signalwire.verify(send(url, "A=2&A=1", signature), CREDENTIALS)).toBe(false)
  })

  it("[C2] the other scheme, hex over address and raw body, holds for the exact bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string({ unit: "grapheme" })), fc.boolean(), async (body, forged) => {
        const url = "https://calls.example/voice?a=1"
        const signature = createHmac("sha1", forged ? FOREIGN : KEY)
          .update(url + body, "utf8")
          .digest("hex")
        expect(await signalwire.verify(send(url, body, signature), CREDENTIALS)).toBe(!forged)
        expect(await signalwire.verify(send(url, `${body} `, signature), CREDENTIALS)).toBe(false)
        expect(await signalwire.verify(send(`${url}&b=2`, body, signature), CREDENTIALS)).toBe(false)
        expect(await signalwire.verify(send(url, body, signature.toUpperCase()), CREDENTIALS)).toBe(
          /^\d+$/.test(signature) && !forged,
        )
      }),
      { numRuns: 300 },
    )
  })
})
