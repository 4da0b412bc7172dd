import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { redactRequest } from "../../server/carriers/redact.js"
import { SAMPLES } from "./samples/index.js"
import { requestOf } from "./samples/sample.js"

const FORM = "application/x-www-form-urlencoded"
const keep = (body: string, contentType: string, mask = false, url = "https://calls.example/voice") =>
  redactRequest(
    {
      method: "POST",
      url,
      headers: new Headers({ "content-type": contentType, authorization: "Basic c2VjcmV0" }),
      body: Uint8Array.from(new TextEncoder().encode(body)),
      received_at: 0,
    },
    "voice",
    mask,
  )

describe("a request fit to be kept", () => {
  it("[K12] holds none of the secrets that any carrier proves itself by", () => {
    for (const sample of SAMPLES)
      for (const { drafts } of Object.values(sample.calls))
        for (const draft of drafts) {
          const request = requestOf(sample, draft)
          const text = JSON.stringify(redactRequest(request, draft.event, false))
          expect(text).not.toContain(sample.secrets.current)
          for (const [name, value] of request.headers as Headers)
            if (!/^content-type$|^webhook-id$|timestamp$/.test(name)) expect(text).not.toContain(value)
        }
    expect(keep("a=1&sign=abc", FORM).body).toBe("a=1&sign=redacted")
    expect(keep('{"a":{"token":"abc"}}', "application/json").body).toBe('{"a":{"token":"redacted"}}')
    expect(keep("", FORM, false, "https://calls.example/voice?secret=abc&x=1").address).toBe(
      "voice?secret=redacted&x=1",
    )
    expect(keep("no json, token: abc", "application/json").body).toBe("no json, token: redacted")
  })

  it("[K12] masked, holds no phone number, and keeps times and ids", () => {
    const form = new URLSearchParams({
      From: "+13125550199",
      CallSid: `CA${"1".repeat(32)}`,
      at: "2026-11-21T10:00:00Z",
    })
    const kept = new URLSearchParams(keep(form.toString(), FORM, true).body)
    expect(kept.get("From")).toBe("+131xxxxxx99")
    expect(kept.get("CallSid")).toBe(form.get("CallSid"))
    expect(kept.get("at")).toBe(form.get("at"))
    const json = keep(
      '{"caller":13125550199,"time":1700000000000,"to":"+1 (212) 555-0101"}',
      "application/json",
      true,
    ).body
    expect(JSON.parse(json)).toEqual({ caller: "1312xxxxx99", time: 1700000000000, to: "+1 (xxx) xxx-xx01" })
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{7,15}$/), (digits) => {
        expect(keep(`From=%2B${digits}`, FORM, true).body).not.toContain(digits)
      }),
    )
  })

  it("[K12] is cut where it is too long, and says so", () => {
    expect(keep("x".repeat(20_000), "text/plain")).toMatchObject({ whole: false, body: "x".repeat(16_384) })
    expect(keep("x", "text/plain").whole).toBe(true)
  })
})
