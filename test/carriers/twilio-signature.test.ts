import fc from "fast-check"
import twilioPackage from "twilio"
import { describe, expect, it } from "vitest"
import type { CarrierRequest } from "../../server/carriers/carrier.js"
import { signTwilio, twilio } from "../../server/carriers/twilio.js"
import { verifyTwilio } from "../../server/carriers/twilio-signature.js"
import { asObject, type Fields, formBody } from "./oracles.js"

const TOKEN = "0123456789abcdef0123456789abcdef"
const OTHER = "fedcba9876543210fedcba9876543210"

function post(url: string, body: string | Uint8Array, signature: string | null): CarrierRequest {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : Uint8Array.from(body)
  return {
    method: "POST",
    url,
    headers: { get: (name) => (name.toLowerCase() === "x-twilio-signature" ? signature : null) },
    body: bytes,
    received_at: 0,
  }
}

function get(url: string, signature: string | null): CarrierRequest {
  return { ...post(url, "", signature), method: "GET" }
}

describe("Twilio's signature", () => {
  // The values of twilio-node's own specification of its validator.
  const PUBLISHED_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
  const PUBLISHED: Fields = [
    ["CallSid", "CA1234567890ABCDE"],
    ["Caller", "+14158675309"],
    ["Digits", "1234"],
    ["From", "+14158675309"],
    ["To", "+18005551212"],
  ]
  it.each<[string, string, Fields, string]>([
    ["a form", PUBLISHED_URL, PUBLISHED, "RSOYDt4T1cUTdK1PDd93/VVr8B8="],
    [
      "a port that was not signed",
      PUBLISHED_URL.replace(".com", ".com:1234"),
      PUBLISHED,
      "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    ],
    [
      "http with its port",
      PUBLISHED_URL.replace("https", "http").replace(".com", ".com:1234"),
      PUBLISHED,
      "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=",
    ],
    ["port 443 signed", PUBLISHED_URL, PUBLISHED, "kvajT1Ptam85bY51eRf/AJRuM3w="],
    ["port 80 signed", PUBLISHED_URL.replace("https", "http"), PUBLISHED, "0ZXoZLH/DfblKGATFgpif+LLRf4="],
    [
      "user and password",
      "https://user:pass@mycompany.com/myapp.php?foo=1&bar=2",
      PUBLISHED,
      "CukzLTc1tT5dXEDIHm/tKBanW10=",
    ],
    ["a user", "https://user@mycompany.com/myapp.php?foo=1&bar=2", PUBLISHED, "2YRLlVAflCqxaNicjMpJcSTgzSs="],
    [
      "user, password and port 443 signed",
      "https://user:pass@mycompany.com/myapp.php?foo=1&bar=2",
      PUBLISHED,
      "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI=",
    ],
    ["an apostrophe", `${PUBLISHED_URL}&Body=It's+amazing`, PUBLISHED, "dsq4Ehbj6cs+KdTkpF5sSSplOWw="],
    [
      "a repeated field",
      PUBLISHED_URL,
      [
        ["MessagingBinding.Address", "+1415xxxxxxx"],
        ["MessagingBinding.Address", "+1325xxxxxxx"],
      ],
      "83O6e2vORAoJHUNzJjDWN1jz+BA=",
    ],
    [
      "fields whose names begin alike",
      PUBLISHED_URL,
      [
        ["Sid", "CA123"],
        ["SidAccount", "AC123"],
        ["Digits", "5678"],
        ["Digits", "1234"],
        ["Digits", "1234"],
      ],
      "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
    ],
  ])("[C2] published vector: %s", async (_name, url, fields, signature) => {
    expect(await verifyTwilio(post(url, formBody(fields), signature), ["12345"])).toBe(true)
    expect(await verifyTwilio(post(url, formBody(fields), signature), ["12346"])).toBe(false)
  })

  it("[C2] published vector: a JSON body with its hash in the address", async () => {
    const body = '{"property": "value", "boolean": true}'
    const url = `${PUBLISHED_URL}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620`
    const signature = "a9nBmqA0ju/hNViExpshrM61xv4="
    expect(await verifyTwilio(post(url, body, signature), ["12345"])).toBe(true)
    expect(await verifyTwilio(post(url, `${body} `, signature), ["12345"])).toBe(false)
  })

  it("[C2] agrees with twilio-node however the form's bytes are written", async () => {
    const url = "https://calls.example/voice"
    const bodies = [
      "a=%2b1&b=x+y",
      "a=%2B1&b=x%20y",
      "&&a=1&&",
      "?a=1",
      "=x",
      "a",
      "a=b=c",
      "%zz=%",
      "a=%C3",
      "a=%ED%A0%80",
      "\uFEFFa=1",
    ]
    for (const body of bodies) {
      // A query string behind an address is read by the same rules and apart from our code.
      const fields: Fields = [...new URL(`${url}?${body.startsWith("?") ? `&${body}` : body}`).searchParams]
      const signature = twilioPackage.getExpectedTwilioSignature(TOKEN, url, asObject(fields))
      expect([body, await verifyTwilio(post(url, body, signature), [TOKEN])]).toEqual([body, true])
    }
  })

  const url = "https://calls.example/v1/sites/site_1/carriers/twilio/status?source=web"
  const body = "CallSid=CA1&From=%2B14155550123&To=%2B12025550142&CallStatus=completed"
  const signed = () => signTwilio(url, new URLSearchParams(body), TOKEN)

  it("[C2] a signature with any one character changed is refused", async () => {
    const signature = await signed()
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= ,"
    for (let index = 0; index < signature.length; index++) {
      for (const letter of letters) {
        const changed = signature.slice(0, index) + letter + signature.slice(index + 1)
        if (changed !== signature)
          expect([changed, await verifyTwilio(post(url, body, changed), [TOKEN])]).toEqual([changed, false])
      }
    }
  })

  it("[C3] an address or a body with any one character changed is refused", async () => {
    const signature = await signed()
    const changes = (whole: string, from: number) =>
      [...whole.slice(from)].map((old, index) => {
        const at = from + index
        return whole.slice(0, at) + (old === "x" ? "y" : "x") + whole.slice(at + 1)
      })
    for (const changed of changes(url, "https://".length))
      expect([changed, await verifyTwilio(post(changed, body, signature), [TOKEN])]).toEqual([changed, false])
    for (const changed of changes(body, 0))
      expect([changed, await verifyTwilio(post(url, changed, signature), [TOKEN])]).toEqual([changed, false])
  })

  it("[C3] what is missing, added, cut or doubled is refused", async () => {
    const signature = await signed()
    const wrong: CarrierRequest[] = [
      post(url, body, null),
      post(url, body, ""),
      post(url, body, `${signature}, ${signature}`),
      post(url, body, ` ${signature}`),
      post(url, body, signature.replace("=", "")),
      post(url, "", signature),
      post(url, `${body}&Extra=1`, signature),
      post(url, body.replace("&CallStatus=completed", ""), signature),
      post(url.replace("https", "http"), body, signature),
      post(url.replace("/status", "/voice"), body, signature),
      post(`${url}&more=1`, body, signature),
      post("not a url", body, signature),
      get(url, signature),
      { ...post(url, body, signature), method: "PUT" },
    ]
    for (const request of wrong) expect(await verifyTwilio(request, [TOKEN])).toBe(false)
    expect(await verifyTwilio(post(url, body, signature), [])).toBe(false)
  })

  it("[C3] a body that the signature does not cover is refused, and never read", async () => {
    const signature = await signTwilio(url, [], TOKEN)
    expect(await verifyTwilio(get(url, signature), [TOKEN])).toBe(true)
    expect(await verifyTwilio(post(url, body, signature), [TOKEN])).toBe(false)
    expect(await verifyTwilio(post(url, '{"CallSid":"CA1"}', signature), [TOKEN])).toBe(false)
    expect(await verifyTwilio({ ...post(url, body, signature), method: "PUT" }, [TOKEN])).toBe(false)
    const smuggled = { ...post(url, body, signature), method: "GET" }
    expect(await verifyTwilio(smuggled, [TOKEN])).toBe(true)
    expect(twilio.parse("status", smuggled)).toEqual([])
  })

  it("[C2] during a rotation, each of the site's tokens is accepted, and no other", async () => {
    const credentials = { account_sid: `AC${"0".repeat(32)}`, auth_token: TOKEN, auth_tokens: [OTHER] }
    for (const [token, expected] of [
      [TOKEN, true],
      [OTHER, true],
      ["a".repeat(32), false],
    ] as const) {
      const signature = await signTwilio(url, new URLSearchParams(body), token)
      expect(await twilio.verify(post(url, body, signature), credentials)).toBe(expected)
    }
  })

  it("[C2] garbage is refused without an error", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "binary" }),
        fc.uint8Array({ maxLength: 200 }),
        fc.string({ unit: "binary" }),
        async (address, bytes, signature) => {
          for (const target of [address, `https://calls.example/${address}`]) {
            expect(await verifyTwilio(post(target, bytes, signature), [TOKEN])).toBe(false)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
