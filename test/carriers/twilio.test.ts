import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { CarrierRequest } from "../../server/carriers/carrier.js"
import { twilio } from "../../server/carriers/twilio.js"
import {
  A,
  B,
  BUSINESS,
  businessStatus,
  CALLER,
  CALLS,
  callerStatus,
  dial,
  eventsOf,
  RECORDING_URL,
  type Report,
  recording,
  requestOf,
  T0,
  TRACKING,
  voice,
} from "./twilio-calls.js"

const parse = (report: Report) => twilio.parse(report.event, requestOf(report))[0]
const changed = (report: Report, fields: Record<string, string>): Report => ({
  ...report,
  fields: { ...report.fields, ...fields },
})

describe("Twilio's requests", () => {
  it("voice is a call that rings, timed by our clock", () => {
    expect(parse(changed(voice(2), { ForwardedFrom: "+12025550111" }))).toEqual({
      carrier: "twilio",
      call_key: A,
      event_key: `${A}:ringing:`,
      kind: "ringing",
      leg: "a",
      status: "ringing",
      to: TRACKING,
      from: CALLER,
      occurred_at: T0 + 2000,
      timestamped: false,
      forwarded_from: "+12025550111",
      caller_name: "JANE DOE",
    })
  })

  it("a status with a parent is the forwarded leg, and only its completion is talk time", () => {
    expect(parse(businessStatus(74, "completed", 3, 65))).toEqual({
      carrier: "twilio",
      call_key: A,
      event_key: `${A}:ended:${B}:3:completed`,
      kind: "ended",
      leg: "b",
      leg_key: B,
      status: "completed",
      to: BUSINESS,
      from: CALLER,
      occurred_at: T0 + 74_000,
      timestamped: true,
      duration_s: 65,
      talk_s: 65,
      forwarded_to: BUSINESS,
    })
    expect(parse(businessStatus(31, "no-answer", 2, 0))).not.toHaveProperty("talk_s")
    expect(parse(callerStatus(75, "completed", 66))).toEqual({
      carrier: "twilio",
      call_key: A,
      event_key: `${A}:ended:0:completed`,
      kind: "ended",
      leg: "a",
      status: "completed",
      to: TRACKING,
      from: CALLER,
      occurred_at: T0 + 75_000,
      timestamped: true,
      duration_s: 66,
    })
  })

  it.each([
    ["queued", "ringing", "initiated"],
    ["initiated", "ringing", "initiated"],
    ["ringing", "ringing", "ringing"],
    ["in-progress", "answered", "in_progress"],
    ["completed", "ended", "completed"],
    ["busy", "ended", "busy"],
    ["no-answer", "ended", "no_answer"],
    ["failed", "ended", "failed"],
    ["canceled", "ended", "canceled"],
  ])("the status %s is read as %s, %s", (said, kind, status) => {
    expect(parse(businessStatus(5, said, 1))).toMatchObject({ kind, status })
  })

  it("the verdict of the dial speaks of the forwarded leg; picked up but never connected is no answer", () => {
    expect(parse(dial(74, "completed", 65, { RecordingUrl: RECORDING_URL, RecordingDuration: "64" }))).toEqual({
      carrier: "twilio",
      call_key: A,
      event_key: `${A}:dialled:${B}:completed`,
      kind: "dialled",
      leg: "a",
      leg_key: B,
      status: "completed",
      to: TRACKING,
      from: CALLER,
      occurred_at: T0 + 74_000,
      timestamped: false,
      talk_s: 65,
      recording_url: RECORDING_URL,
      recording_s: 64,
    })
    const refused = parse(dial(20, "completed", 5, { DialBridged: "false" }))
    expect(refused).toMatchObject({ status: "no_answer" })
    expect(refused).not.toHaveProperty("talk_s")
    expect(parse(dial(20, "answered", 5, { DialBridged: "true" }))).toMatchObject({ status: "completed", talk_s: 5 })
  })

  it("a recording names the caller's leg; one that the caller left himself is a voicemail", () => {
    expect(parse(recording(80, 9, 64))).toMatchObject({
      kind: "recording",
      call_key: A,
      status: "completed",
      recording_url: RECORDING_URL,
      recording_s: 64,
    })
    expect(parse(recording(80, 9, 64))).not.toHaveProperty("voicemail")
    expect(parse(recording(80, 9, 64, "RecordVerb"))).toMatchObject({ voicemail: true })
    expect(parse(changed(recording(80, 9, 64), { RecordingStatus: "absent" }))).toMatchObject({ status: "failed" })
    expect(parse(changed(recording(80, 9, 64), { RecordingUrl: "javascript:alert(1)" }))).not.toHaveProperty(
      "recording_url",
    )
  })

  it("keys pressed are input, not a second ringing", () => {
    expect(parse(changed(voice(9), { Digits: "2" }))).toMatchObject({
      kind: "input",
      digits: "2",
      event_key: `${A}:input:2`,
    })
  })

  it("a repetition has the same key whenever it comes; different reports have different keys", () => {
    for (const reports of Object.values(CALLS)) {
      const keys = eventsOf(reports).map((event) => event.event_key)
      expect(new Set(keys).size).toBe(keys.length)
      expect(
        eventsOf(reports.map((report) => ({ ...report, at: report.at + 30 }))).map((event) => event.event_key),
      ).toEqual(keys)
    }
  })

  it("GET requests say the same as posted forms, and JSON whose hash is in the address too", () => {
    for (const report of CALLS.answered) {
      const posted = requestOf(report)
      const url = `${posted.url}?${new URLSearchParams(report.fields)}`
      expect(twilio.parse(report.event, { ...posted, method: "GET", url, body: new Uint8Array() })).toEqual([
        parse(report),
      ])
      const json: CarrierRequest = {
        ...posted,
        url: `${posted.url}?bodySHA256=0`,
        headers: new Headers({ "content-type": "application/json" }),
        body: new TextEncoder().encode(JSON.stringify(report.fields)),
      }
      expect(twilio.parse(report.event, json)).toEqual([parse(report)])
    }
  })

  it("a carrier's clock that is hours off, from the future or no clock at all is not believed", () => {
    const timed = (Timestamp: string) => parse(changed(callerStatus(75, "completed", 66), { Timestamp }))
    const received = { occurred_at: T0 + 75_000, timestamped: false }
    expect(timed("Sat, 21 Nov 2026 08:00:00 +0000")).toMatchObject(received)
    expect(timed("Sat, 21 Nov 2026 12:00:00 +0000")).toMatchObject(received)
    expect(timed("yesterday")).toMatchObject(received)
    expect(timed("")).toMatchObject(received)
    // A little ahead of ours: believed, but nothing happens after it was reported.
    expect(timed("Sat, 21 Nov 2026 10:02:00 +0000")).toMatchObject({ ...received, timestamped: true })
    expect(timed("Sat, 21 Nov 2026 10:01:10 +0000")).toMatchObject({ occurred_at: T0 + 70_000, timestamped: true })
  })

  it("durations that are none are left out", () => {
    for (const CallDuration of ["", "-1", "1e3", "1.5", "NaN", "99999999999999999999", "604801", "0x10", " 5 5"]) {
      expect(parse(changed(callerStatus(75, "completed", 0), { CallDuration }))).not.toHaveProperty("duration_s")
    }
  })

  it.each<[string, Report]>([
    ["no call id", changed(voice(), { CallSid: "" })],
    ["a call id that is none", changed(voice(), { CallSid: "CA/../<x>" })],
    ["a call id without end", changed(voice(), { CallSid: "C".repeat(129) })],
    ["an unknown status", changed(callerStatus(1, "completed", 0), { CallStatus: "constructor" })],
    ["a verdict that is none yet", dial(1, "ringing")],
    ["an unknown recording status", changed(recording(1, 0, 0), { RecordingStatus: "__proto__" })],
    ["an unknown event", { ...voice(), event: "fax" }],
  ])("%s: nothing to fold", (_name, report) => {
    expect(parse(report)).toBeUndefined()
  })

  it("texts are cut and cleaned", () => {
    const event = parse(
      changed(voice(), { CallerName: `A\u0000\u0007\u0085B${"x".repeat(10_000)}`, From: " anonymous\n" }),
    )
    expect(event).toMatchObject({ from: "anonymous", caller_name: `AB${"x".repeat(254)}` })
    expect(parse(changed(voice(), { CallerName: `${"x".repeat(255)}🙂` }))).toMatchObject({
      caller_name: "x".repeat(255),
    })
  })

  it("any bytes are read without an error, into an event that JSON keeps as it is", () => {
    const name = fc.constantFrom(
      "CallSid",
      "ParentCallSid",
      "CallStatus",
      "DialCallStatus",
      "DialCallSid",
      "Timestamp",
      "SequenceNumber",
      "CallDuration",
      "RecordingUrl",
      "Digits",
      "To",
      "From",
      "__proto__",
    )
    const value = fc.oneof(
      fc.constantFrom(A, B, "completed", "ringing", "0", "Sat, 21 Nov 2026 10:01:10 +0000", RECORDING_URL),
      fc.string({ unit: "binary" }),
    )
    const form = fc
      .array(fc.tuple(name, value), { maxLength: 12 })
      .map((fields) => new TextEncoder().encode(new URLSearchParams([["CallSid", A], ...fields]).toString()))
    fc.assert(
      fc.property(
        fc.oneof(form, fc.uint8Array({ maxLength: 300 })),
        fc.constantFrom(...twilio.events, "other"),
        fc.boolean(),
        (bytes, event, json) => {
          const request: CarrierRequest = {
            method: "POST",
            url: `https://calls.example/${event}${json ? "?bodySHA256=1" : ""}`,
            headers: new Headers({ "content-type": json ? "application/json" : "text/plain" }),
            body: Uint8Array.from(bytes),
            received_at: T0,
          }
          for (const parsed of twilio.parse(event, request)) {
            expect(JSON.parse(JSON.stringify(parsed))).toEqual(parsed)
            expect(parsed.event_key.length).toBeLessThan(512)
            expect(Object.values(parsed)).not.toContain(undefined)
          }
        },
      ),
      { numRuns: 2000 },
    )
  })

  it("JSON bodies that are no object, or nested without end, have nothing to fold", () => {
    for (const text of [
      "null",
      "[]",
      "1",
      '"CallSid"',
      "{",
      "[".repeat(5000),
      `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`,
    ]) {
      const request = {
        ...requestOf(voice()),
        url: "https://calls.example/voice?bodySHA256=1",
        headers: new Headers({ "content-type": "application/json" }),
      }
      expect(twilio.parse("voice", { ...request, body: new TextEncoder().encode(text) })).toEqual([])
    }
  })
})

describe("Twilio's credentials", () => {
  const good = { account_sid: `AC${"0".repeat(32)}`, auth_token: "0123456789abcdef0123456789abcdef" }
  it("takes the account and one token or several", () => {
    expect(twilio.credentials.parse(good)).toEqual(good)
    expect(twilio.credentials.safeParse({ ...good, auth_tokens: [good.auth_token] }).success).toBe(true)
  })
  it.each([
    ["nothing", {}],
    ["null", null],
    ["no token", { account_sid: good.account_sid }],
    ["an empty token, whose signatures anybody can make", { ...good, auth_token: "" }],
    ["an empty further token", { ...good, auth_tokens: [""] }],
    ["a token with a line end", { ...good, auth_token: `${good.auth_token}\n` }],
    ["an account that is none", { ...good, account_sid: "SK0123" }],
    ["more tokens than a rotation needs", { ...good, auth_tokens: Array(5).fill(good.auth_token) }],
    ["an unknown field", { ...good, token: "x" }],
  ])("refuses %s", (_name, value) => {
    expect(twilio.credentials.safeParse(value).success).toBe(false)
  })
})
