import type { CarrierRequest } from "../../server/carriers/carrier.js"
import { twilio } from "../../server/carriers/twilio.js"
import type { CallEvent } from "../../shared/call-event.js"

// Twilio's requests about one call, field by field as its documentation and back end write them.

export const A = "CA11111111111111111111111111111111"
export const B = "CA22222222222222222222222222222222"
export const TRACKING = "+12025550142"
export const CALLER = "+14155550123"
export const BUSINESS = "+13125550100"
/** 2026-11-21T10:00:00Z; everything below is in seconds after it. */
export const T0 = Date.UTC(2026, 10, 21, 10, 0, 0)

export interface Report {
  event: string
  /** When it reaches us, in seconds after T0. */
  at: number
  fields: Record<string, string>
}

export function requestOf({ event, at, fields }: Report): CarrierRequest {
  return {
    method: "POST",
    url: `https://calls.example/v1/sites/site_1/carriers/twilio/${event}`,
    headers: new Headers({ "content-type": "application/x-www-form-urlencoded" }),
    body: new TextEncoder().encode(new URLSearchParams(fields).toString()),
    received_at: T0 + at * 1000,
  }
}

/** The events that the adapter makes of these reports. */
export function eventsOf(reports: readonly Report[]): CallEvent[] {
  return reports.map((report) => {
    const [event] = twilio.parse(report.event, requestOf(report))
    if (!event) throw new Error(`unreadable: ${JSON.stringify(report)}`)
    return event
  })
}

/** RFC 2822, as Twilio writes it: whole seconds. */
export function stamp(at: number): string {
  return new Date(T0 + at * 1000).toUTCString().replace("GMT", "+0000")
}

const CALLER_LEG = {
  AccountSid: `AC${"0".repeat(32)}`,
  CallSid: A,
  From: CALLER,
  To: TRACKING,
  Direction: "inbound",
  ApiVersion: "2010-04-01",
}

export function voice(at = 0): Report {
  return { event: "voice", at, fields: { ...CALLER_LEG, CallStatus: "ringing", CallerName: "JANE DOE" } }
}

export function callerStatus(at: number, status: string, duration_s: number): Report {
  return {
    event: "status",
    at,
    fields: {
      ...CALLER_LEG,
      CallStatus: status,
      CallDuration: String(duration_s),
      Timestamp: stamp(at),
      SequenceNumber: "0",
      CallbackSource: "call-progress-events",
    },
  }
}

export function businessStatus(at: number, status: string, sequence: number, duration_s?: number, leg = B): Report {
  return {
    event: "status",
    at,
    fields: {
      AccountSid: CALLER_LEG.AccountSid,
      CallSid: leg,
      ParentCallSid: A,
      From: CALLER,
      To: BUSINESS,
      Direction: "outbound-dial",
      CallStatus: status,
      Timestamp: stamp(at),
      SequenceNumber: String(sequence),
      ...(duration_s !== undefined && {
        CallDuration: String(duration_s),
        Duration: String(Math.ceil(duration_s / 60)),
      }),
    },
  }
}

export function dial(at: number, status: string, talk_s?: number, fields: Record<string, string> = {}): Report {
  return {
    event: "dial",
    at,
    fields: {
      ...CALLER_LEG,
      CallStatus: "in-progress",
      DialCallSid: B,
      DialCallStatus: status,
      DialBridged: String(status === "completed"),
      ...(talk_s !== undefined && { DialCallDuration: String(talk_s) }),
      ...fields,
    },
  }
}

export const RECORDING_URL =
  "https://api.twilio.com/2010-04-01/Accounts/AC0/Recordings/RE33333333333333333333333333333333"

export function recording(at: number, started: number, duration_s: number, source = "DialVerb"): Report {
  return {
    event: "recording",
    at,
    fields: {
      AccountSid: CALLER_LEG.AccountSid,
      CallSid: A,
      RecordingSid: "RE33333333333333333333333333333333",
      RecordingUrl: RECORDING_URL,
      RecordingStatus: "completed",
      RecordingDuration: String(duration_s),
      RecordingChannels: "2",
      RecordingStartTime: stamp(started),
      RecordingSource: source,
    },
  }
}

/** How the same call goes in each way that a call can go; every list is complete and in its natural order. */
export const CALLS = {
  answered: [
    voice(),
    businessStatus(1, "initiated", 0),
    businessStatus(2, "ringing", 1),
    businessStatus(9, "in-progress", 2),
    businessStatus(74, "completed", 3, 65),
    dial(74.4, "completed", 65),
    callerStatus(75, "completed", 66),
    recording(80, 9, 64),
  ],
  missed: [
    voice(),
    businessStatus(1, "initiated", 0),
    businessStatus(2, "ringing", 1),
    businessStatus(31, "no-answer", 2, 0),
    dial(31.4, "no-answer"),
    callerStatus(32, "completed", 1),
  ],
  busy: [
    voice(),
    businessStatus(1, "initiated", 0),
    businessStatus(3, "busy", 1, 0),
    dial(3.4, "busy"),
    callerStatus(4, "completed", 1),
  ],
  failed: [
    voice(),
    businessStatus(1, "initiated", 0),
    businessStatus(2, "failed", 1, 0),
    dial(2.4, "failed"),
    callerStatus(3, "completed", 1),
  ],
  abandoned: [
    voice(),
    businessStatus(1, "initiated", 0),
    businessStatus(2, "ringing", 1),
    businessStatus(8, "canceled", 2, 0),
    dial(8.3, "canceled"),
    callerStatus(8, "canceled", 0),
  ],
} satisfies Record<string, Report[]>
