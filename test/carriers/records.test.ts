import { describe, expect, it } from "vitest"
import { aliyun } from "../../server/carriers/aliyun.js"
import { bandwidth } from "../../server/carriers/bandwidth.js"
import type { Carrier, CarrierRequest } from "../../server/carriers/carrier.js"
import { infobip } from "../../server/carriers/infobip.js"
import { mango } from "../../server/carriers/mango.js"
import { plivo } from "../../server/carriers/plivo.js"
import { sinch } from "../../server/carriers/sinch.js"
import { telnyx } from "../../server/carriers/telnyx.js"
import { tencent } from "../../server/carriers/tencent.js"
import { UIS_TEMPLATE, uis } from "../../server/carriers/uis.js"
import { vonage } from "../../server/carriers/vonage.js"
import { zadarma } from "../../server/carriers/zadarma.js"
import { T0, unix } from "./samples/sample.js"

// What is peculiar to one carrier's reports; what all promise stands in carriers.test.ts and sequences.test.ts.

function request(value: unknown, at = 0, query = ""): CarrierRequest {
  const form = value instanceof URLSearchParams
  return {
    method: "POST",
    url: `https://calls.example/${query}`,
    headers: new Headers(),
    body: new TextEncoder().encode(form ? value.toString() : JSON.stringify(value)),
    received_at: T0 + at * 1000,
  }
}

// biome-ignore lint/suspicious/noExplicitAny: each carrier has credentials of its own
const parse = (carrier: Carrier<any>, event: string, value: unknown, at = 0, query = "") =>
  carrier.parse(event, request(value, at, query))

describe("Zadarma", () => {
  const context = { dialled: "12025550142", call_key: "1", callback_url: "https://calls.example/c/zadarma" }
  const answer = (instructions: Parameters<typeof zadarma.render>[0], extension?: string) => {
    const credentials = { api_secret: "0123456789abcdef", ...(extension && { extension }) }
    return JSON.parse(zadarma.render(instructions, context, credentials).body ?? "")
  }

  it("[C12] routes by an extension of ours, and not at all without one: its own scenario then rings", () => {
    const forward = { kind: "forward", to: "+13125550100", record: false, timeout_s: 25 } as const
    expect(answer(forward, "100")).toEqual({
      redirect: "100",
      return_timeout: 25,
      rewrite_forward_number: "+13125550100",
    })
    expect(answer({ kind: "reject" }, "100")).toEqual({ redirect: "blacklist" })
    for (const told of [forward, { kind: "reject" }, { kind: "say", text: "x" }] as const)
      expect(answer(told)).toEqual({})
  })

  it("[C5] calls out of the office are acknowledged and not counted", () => {
    const fields = {
      event: "NOTIFY_OUT_END",
      pbx_call_id: "out_1",
      destination: "1",
      internal: "100",
      disposition: "answered",
    }
    expect(parse(zadarma, "notice", new URLSearchParams(fields))).toEqual([])
  })

  it.each([
    ["answered", "completed"],
    ["busy", "busy"],
    ["cancel", "canceled"],
    ["no answer", "no_answer"],
    ["no money, no limit", "failed"],
    ["constructor", "failed"],
  ])("[C5] the disposition %s is read as %s", (disposition, status) => {
    const fields = { event: "NOTIFY_END", pbx_call_id: "in_1", disposition, duration: "5" }
    expect(parse(zadarma, "notice", new URLSearchParams(fields))[0]).toMatchObject({ kind: "dialled", status })
  })
})

describe("Mango Office", () => {
  const json = (value: unknown) => new URLSearchParams({ json: JSON.stringify(value) })

  it("[C5] calls out are left out, whichever event tells of them", () => {
    const out = { entry_id: "1", call_direction: 2, create_time: unix(0), end_time: unix(9), talk_time: unix(2) }
    expect(parse(mango, "events/summary", json(out), 10)).toEqual([])
    const leg = {
      entry_id: "1",
      call_id: "2",
      call_state: "Connected",
      location: "abonent",
      from: { extension: "101" },
    }
    expect(parse(mango, "events/call", json(leg))).toEqual([])
  })

  it("[C9] a summary of a long call keeps its start, though that is hours ago", () => {
    const long = {
      entry_id: "1",
      call_direction: 1,
      create_time: unix(0),
      talk_time: unix(9),
      end_time: unix(3 * 3600),
    }
    const [ringing] = parse(mango, "events/summary", json(long), 3 * 3600 + 2)
    expect(ringing).toMatchObject({ kind: "ringing", occurred_at: T0, timestamped: true })
  })

  it("[C8] a menu that answers is nobody who answers", () => {
    const menu = { entry_id: "1", call_id: "2", call_state: "Connected", location: "ivr", from: { number: "1" } }
    expect(parse(mango, "events/call", json(menu))).toEqual([])
  })

  it("[C5] pressed keys are input", () => {
    const keys = { entry_id: "1", seq: 3, dtmf: "12#", timestamp: unix(0) }
    expect(parse(mango, "events/dtmf", json(keys))[0]).toMatchObject({ kind: "input", digits: "12#" })
  })
})

describe("UIS", () => {
  it("[C5] the template is JSON before and after it is filled in, and what stays unfilled is not read", () => {
    expect(JSON.parse(UIS_TEMPLATE)).toMatchObject({ call_session_id: "{{call_session_id}}" })
    expect(parse(uis, "ringing", JSON.parse(UIS_TEMPLATE))).toEqual([])
    const filled = { ...JSON.parse(UIS_TEMPLATE), call_session_id: "1" }
    expect(parse(uis, "ringing", filled)[0]).toMatchObject({ to: null, from: null })
    expect(parse(uis, "ringing", { ...filled, direction: "out" })).toEqual([])
  })
})

describe("Tencent", () => {
  const cdr = { SessionId: "1", Caller: "008613100000000", Callee: "00864001783747", Direction: 0 }
  const times = { StartTimestamp: unix(0), AcceptTimestamp: 0, EndedTimestamp: unix(9) }
  it.each([
    ["seatGiveUp", "no_answer"],
    ["notWorkTime", "no_answer"],
    ["ivrGiveUp", "canceled"],
    ["waitingGiveUp", "canceled"],
    ["blackList", "failed"],
    ["clientError", "failed"],
    ["ok", "no_answer"],
    ["toString", "failed"],
  ])("[C5] the end state %s without an agent is read as %s", (EndStatusString, status) => {
    const events = parse(tencent, "push", { ...cdr, ...times, EndStatusString }, 10, "?action=cdr&version=1")
    expect(events.find(({ leg, kind }) => leg === "b" && kind === "ended")).toMatchObject({ status })
  })

  it("[C5] calls out, other pushes and records without an address are left out", () => {
    expect(parse(tencent, "push", { ...cdr, ...times, Direction: 1 }, 10, "?action=cdr")).toEqual([])
    expect(parse(tencent, "push", { ...cdr, ...times }, 10, "?action=imcdr")).toEqual([])
    expect(parse(tencent, "push", { ...cdr, RecordURL: "javascript:x" }, 10, "?action=record")).toEqual([])
  })
})

describe("numbers without a plus", () => {
  const [german, american] = ["4915123456789", "14155550123"]
  const wanted = { from: "+14155550123", to: "+4915123456789" }

  // biome-ignore lint/suspicious/noExplicitAny: each carrier has credentials of its own
  it.each<[string, Carrier<any>, string, unknown]>([
    ["plivo", plivo, "voice", new URLSearchParams({ CallUUID: "1", From: american, To: german })],
    ["vonage", vonage, "voice", { uuid: "1", conversation_uuid: "CON-1", from: american, to: german }],
    ["sinch", sinch, "voice", { event: "ice", callid: "1", cli: american, to: { endpoint: german } }],
    [
      "infobip",
      infobip,
      "status",
      {
        type: "CALL_RECEIVED",
        callId: "1",
        properties: { call: { from: american, to: german, direction: "INBOUND" } },
      },
    ],
    [
      "zadarma",
      zadarma,
      "voice",
      new URLSearchParams({ event: "NOTIFY_START", pbx_call_id: "1", caller_id: `+${american}`, called_did: german }),
    ],
  ])("[C18] %s always names the country", (_name, carrier, event, value) => {
    expect(parse(carrier, event, value)[0]).toMatchObject(wanted)
  })

  it("[C18] words, short numbers and national ones stay as they are written", () => {
    for (const from of ["anonymous", "+14155550123", "110", "015123456789", "sip:a@b"])
      expect(parse(plivo, "voice", new URLSearchParams({ CallUUID: "1", From: from }))[0]).toMatchObject({ from })
  })
})

describe("Aliyun", () => {
  const receipt = { call_id: "1", call_type: 1, phone_no: "1", secret_no: "2", peer_no: "3" }

  it("[C9] its times are Beijing's, whatever the machine's zone is", () => {
    const [event] = parse(aliyun, "start", [{ ...receipt, call_time: "2026-11-21 18:00:00" }], 1)
    expect(event).toMatchObject({ occurred_at: T0, timestamped: true })
    for (const call_time of ["2026-11-21T18:00:00Z", "21.11.2026", "", 1763719200])
      expect(parse(aliyun, "start", [{ ...receipt, call_time }], 1)[0]).toMatchObject({ timestamped: false })
  })

  it("[C17] a push is a batch: garbage in it does not cost the rest, and there is an end to it", () => {
    const batch = [null, 1, "x", [], {}, { call_id: "<x>" }, { ...receipt, call_id: "9" }]
    expect(parse(aliyun, "ring", batch).map(({ call_key }) => call_key)).toEqual(["9"])
    expect(parse(aliyun, "ring", { 0: receipt })).toEqual([])
    const many = Array.from({ length: 2000 }, (_, index) => ({ ...receipt, call_id: String(index) }))
    expect(parse(aliyun, "ring", many)).toHaveLength(500)
  })

  it("[C5] messages and the business's own calls are left out", () => {
    for (const call_type of [0, 2, 3, "5", undefined])
      expect(parse(aliyun, "start", [{ ...receipt, call_type }])).toEqual([])
  })
})

describe("Infobip", () => {
  it("[C5] calls that the account made itself are left out, the leg to the business is not", () => {
    const out = { type: "CALL_ESTABLISHED", callId: "1", properties: { call: { direction: "OUTBOUND" } } }
    expect(parse(infobip, "status", out)).toEqual([])
    const leg = { ...out, properties: { call: { direction: "OUTBOUND", parentCallId: "0" } } }
    expect(parse(infobip, "status", leg)[0]).toMatchObject({ call_key: "0", leg: "b", leg_key: "1", kind: "answered" })
  })
})

describe("Bandwidth", () => {
  const recording = {
    eventType: "recordingAvailable",
    callId: "c-1",
    status: "complete",
    mediaUrl: "https://x.example/m",
  }
  it.each([
    ["PT13.67S", 13],
    ["PT1M4S", 64],
    ["PT1H0M1S", 3601],
    ["PT", undefined],
    ["P1D", undefined],
    ["13", undefined],
    ["PT999H", undefined],
  ])("[C5] a duration of %s is read as %s seconds", (duration, seconds) => {
    expect(parse(bandwidth, "recording", { ...recording, duration })[0]?.recording_s).toBe(seconds)
  })

  it("[C6] a leg that names no call is not a call of its own", () => {
    for (const eventType of ["transferAnswer", "transferDisconnect"])
      expect(parse(bandwidth, "status", { eventType, callId: "c-2", direction: "outbound" })).toEqual([])
  })
})

describe("Telnyx Call Control", () => {
  it("[C8] an application that answers the caller itself answers no call; only bridged legs are conversations", () => {
    const event = (event_type: string) => ({
      data: { event_type, id: "1", payload: { call_session_id: "s", call_leg_id: "l" } },
    })
    expect(parse(telnyx, "status", event("call.answered"))).toEqual([])
    expect(parse(telnyx, "status", event("call.bridged"))[0]).toMatchObject({
      kind: "answered",
      leg: "b",
      leg_key: "l",
    })
  })
})

describe("Plivo", () => {
  it("[C5] the reports of the leg to the business are about the caller's call", () => {
    const fields = { DialAction: "hangup", DialALegUUID: "a", DialBLegUUID: "b", CallUUID: "b", DialBLegDuration: "0" }
    expect(parse(plivo, "leg", new URLSearchParams(fields))[0]).toMatchObject({
      call_key: "a",
      leg_key: "b",
      status: "no_answer",
    })
  })
})
