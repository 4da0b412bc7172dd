import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { believe, recordClock } from "../../server/carriers/form.js"
import { type FoldedCall, foldCall } from "../../server/core/call/fold.js"
import type { CallEvent } from "../../shared/call-event.js"
import {
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
  stamp,
  T0,
  TRACKING,
  voice,
} from "../carriers/twilio-calls.js"

const at = (seconds: number) => T0 + seconds * 1000
const fold = (reports: readonly Report[]) => foldCall(eventsOf(reports))

/** Some order of the events, each of them once at least, repetitions reaching us later. */
function disorder(events: readonly CallEvent[]): fc.Arbitrary<CallEvent[]> {
  const repetitions = fc.array(fc.record({ index: fc.nat(Math.max(0, events.length - 1)), late_ms: fc.nat(600_000) }), {
    maxLength: 2 * events.length,
  })
  return repetitions.chain((repeated) => {
    const again = repeated.flatMap(({ index, late_ms }) => {
      const event = events[index]
      return event ? [event.timestamped ? event : { ...event, occurred_at: event.occurred_at + late_ms }] : []
    })
    const all = [...events, ...again]
    return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })
  })
}

const ANSWERED: FoldedCall = {
  status: "completed",
  answered: true,
  started_at: at(0),
  answered_at: at(9),
  ended_at: at(75),
  duration_s: 66,
  talk_s: 65,
  to: TRACKING,
  from: CALLER,
  forwarded_to: BUSINESS,
  forwarded_from: null,
  caller_name: "JANE DOE",
  recording_url: RECORDING_URL,
  recording_s: 64,
  digits: null,
  clock_off: false,
}
const UNANSWERED = {
  answered: false,
  answered_at: null,
  talk_s: null,
  recording_url: null,
  recording_s: null,
  duration_s: 1,
}

const { answered, missed, busy, failed, abandoned } = CALLS
const without = (reports: readonly Report[], ...events: string[]) =>
  reports.filter((report) => !events.includes(report.event))
const isCaller = (report: Report) => report.fields.ParentCallSid === undefined && report.event === "status"

const SEQUENCES: [name: string, reports: readonly Report[], record: Partial<FoldedCall>][] = [
  ["answered", answered, ANSWERED],
  ["missed", missed, { ...ANSWERED, ...UNANSWERED, status: "missed", ended_at: at(32) }],
  ["busy", busy, { ...ANSWERED, ...UNANSWERED, status: "busy", ended_at: at(4) }],
  ["failed", failed, { ...ANSWERED, ...UNANSWERED, status: "failed", ended_at: at(3) }],
  ["abandoned", abandoned, { ...ANSWERED, ...UNANSWERED, status: "abandoned", ended_at: at(8), duration_s: 0 }],
  [
    "answered, the voice request not stored",
    without(answered, "voice"),
    { ...ANSWERED, started_at: at(1), caller_name: null },
  ],
  ["answered, no dial callback", without(answered, "dial"), ANSWERED],
  [
    "answered, no status callbacks",
    without(answered, "status"),
    {
      ...ANSWERED,
      answered_at: at(9.4),
      ended_at: at(74.4),
      duration_s: 65,
      forwarded_to: null,
    },
  ],
  [
    "answered, status callbacks only",
    without(answered, "voice", "dial", "recording"),
    {
      ...ANSWERED,
      started_at: at(1),
      caller_name: null,
      recording_url: null,
      recording_s: null,
    },
  ],
  [
    "answered, the caller's last status lost",
    answered.filter((report) => !isCaller(report)),
    {
      ...ANSWERED,
      ended_at: at(74),
      duration_s: 65,
    },
  ],
  [
    "answered, only the caller's last status and the verdict",
    [dial(74.4, "completed", 65), callerStatus(75, "completed", 66)],
    {
      ...ANSWERED,
      started_at: at(9),
      answered_at: at(9.4),
      caller_name: null,
      forwarded_to: null,
      recording_url: null,
      recording_s: null,
    },
  ],
  [
    "answered, recording offered by the verdict and never confirmed",
    [voice(), dial(74.4, "completed", 65, { RecordingUrl: RECORDING_URL, RecordingDuration: "64" })],
    { status: "completed", recording_url: RECORDING_URL, recording_s: 64 },
  ],
  ["missed, no dial callback", without(missed, "dial"), { ...UNANSWERED, status: "missed", ended_at: at(32) }],
  [
    "missed, no status callbacks",
    without(missed, "status"),
    { ...UNANSWERED, status: "missed", ended_at: at(31.4), duration_s: null },
  ],
  [
    "missed, the caller's leg only",
    [voice(), callerStatus(300, "completed", 299)],
    { ...UNANSWERED, status: "missed", duration_s: 299 },
  ],
  [
    "abandoned, the caller's leg only",
    [voice(), callerStatus(5, "canceled", 0)],
    { ...UNANSWERED, status: "abandoned", duration_s: 0 },
  ],
  [
    "refused after a whisper",
    [
      ...missed.slice(0, 3),
      businessStatus(9, "in-progress", 2),
      businessStatus(14, "completed", 3, 5),
      dial(14.4, "completed", 5, { DialBridged: "false" }),
      callerStatus(15, "completed", 1),
    ],
    { ...UNANSWERED, status: "missed", duration_s: 5 },
  ],
  [
    "voicemail",
    [...missed.slice(0, 5), recording(60, 35, 20, "RecordVerb"), callerStatus(58, "completed", 25)],
    {
      status: "voicemail",
      answered: false,
      talk_s: null,
      recording_s: 20,
      ended_at: at(58),
    },
  ],
  [
    "two phones ring, the second is picked up",
    [
      voice(),
      businessStatus(1, "initiated", 0),
      businessStatus(1, "initiated", 0, undefined, "CA5"),
      businessStatus(7, "in-progress", 2, undefined, "CA5"),
      businessStatus(7, "canceled", 2, 0),
      businessStatus(20, "completed", 3, 13, "CA5"),
      dial(20.4, "completed", 13, { DialCallSid: "CA5" }),
      callerStatus(21, "completed", 14),
    ],
    { status: "completed", answered: true, answered_at: at(7), talk_s: 13 },
  ],
  [
    "one after the other, the second is picked up",
    [
      voice(),
      businessStatus(1, "initiated", 0),
      businessStatus(20, "no-answer", 2, 0),
      dial(20.2, "no-answer"),
      businessStatus(21, "initiated", 0, undefined, "CA5"),
      businessStatus(27, "in-progress", 2, undefined, "CA5"),
    ],
    { status: "in_progress", answered: true, answered_at: at(27), ended_at: null, talk_s: null },
  ],
  [
    "two phones ring, the other one's end is lost",
    [
      voice(),
      businessStatus(1, "initiated", 0),
      businessStatus(1, "initiated", 0, undefined, "CA5"),
      businessStatus(7, "in-progress", 2, undefined, "CA5"),
      businessStatus(20, "completed", 3, 13, "CA5"),
    ],
    { status: "completed", answered: true, ended_at: at(20), talk_s: 13 },
  ],
  [
    "two businesses, the one that picks up is named",
    [
      voice(),
      businessStatus(1, "canceled", 1),
      {
        ...businessStatus(7, "in-progress", 2),
        fields: { ...businessStatus(7, "in-progress", 2, undefined, "CA5").fields, To: "+13125550199" },
      },
    ],
    { forwarded_to: "+13125550199" },
  ],
  [
    "given up, the caller's last status lost",
    abandoned.filter((report) => !isCaller(report)),
    { ...UNANSWERED, status: "abandoned", ended_at: at(8), duration_s: 0 },
  ],
  [
    "one phone busy, the other rings out",
    [...busy.slice(0, 3), businessStatus(31, "no-answer", 2, 0, "CA5"), callerStatus(32, "completed", 1)],
    {
      ...UNANSWERED,
      status: "missed",
    },
  ],
  [
    "turned away by the instructions",
    [voice(), callerStatus(1, "busy", 0)],
    { ...UNANSWERED, status: "busy", duration_s: 0 },
  ],
  [
    "the caller's leg failed",
    [voice(), callerStatus(1, "failed", 0)],
    { ...UNANSWERED, status: "failed", duration_s: 0 },
  ],
]

describe("foldCall", () => {
  it.each(SEQUENCES)("[F1] %s: any order, any repetition, one record", (_name, reports, record) => {
    const events = eventsOf(reports)
    const folded = foldCall(events)
    expect(folded).toMatchObject(record)
    fc.assert(
      fc.property(disorder(events), (disordered) => {
        expect(foldCall(disordered)).toEqual(folded)
      }),
      { numRuns: 200 },
    )
  })

  it("[F1] whatever the events say, order and repetition change nothing", () => {
    fc.assert(
      fc.property(
        anyEvents.chain((events) => fc.tuple(fc.constant(events), disorder(events))),
        ([events, disordered]) => {
          expect(foldCall(disordered)).toEqual(foldCall(events))
        },
      ),
      { numRuns: 2000 },
    )
  })

  it("[F1] events that went through JSON fold to the same record", () => {
    for (const [, reports] of SEQUENCES) {
      const events = eventsOf(reports)
      expect(foldCall(JSON.parse(JSON.stringify(events)))).toEqual(foldCall(events))
    }
  })

  it("[F2] the caller's leg alone never answers a call and never tells talk time", () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const caller = events.filter((event) => event.leg === "a" && event.kind !== "dialled")
        fc.pre(caller.length > 0)
        expect(foldCall(caller)).toMatchObject({ answered: false, answered_at: null, talk_s: null })
      }),
      { numRuns: 1000 },
    )
  })

  it("[F3] a verdict against a leg does not speak of another leg that was picked up", () => {
    const reports = [voice(), businessStatus(9, "in-progress", 2, undefined, "CA5"), dial(31, "no-answer")]
    expect(fold(reports)).toMatchObject({ status: "in_progress", answered: true })
  })

  it("[F4] a call that is over stays over, whatever comes late", () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const folded = foldCall([...events, ...eventsOf([callerStatus(75, "completed", 66)])])
        expect(["ringing", "in_progress"]).not.toContain(folded.status)
        expect(folded.ended_at).not.toBeNull()
      }),
      { numRuns: 1000 },
    )
  })

  it("[F4] a call that rings or is spoken on has no end yet", () => {
    expect(fold([voice()])).toMatchObject({ status: "ringing", ended_at: null, started_at: at(0) })
    expect(fold(answered.slice(0, 4))).toMatchObject({
      status: "in_progress",
      ended_at: null,
      answered_at: at(9),
      talk_s: null,
    })
  })

  it("[F6] started, answered and ended stand in that order, whatever the clocks say", () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const { started_at, answered_at, ended_at } = foldCall(events)
        expect(answered_at ?? started_at).toBeGreaterThanOrEqual(started_at)
        expect(ended_at ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(answered_at ?? started_at)
      }),
      { numRuns: 2000 },
    )
  })

  it("[F6] a carrier's clock that runs behind does not move the start of a call that rang here", () => {
    const behind = businessStatus(1, "initiated", 0)
    behind.fields.Timestamp = stamp(-1500)
    expect(fold([voice(), behind])).toMatchObject({ started_at: at(0) })
  })

  it("[F7] a duration that is known is never lost or shortened by more events", () => {
    fc.assert(
      fc.property(anyEvents, anyEvents, (events, more) => {
        const known = foldCall(events).duration_s
        if (known !== null) expect(foldCall([...events, ...more]).duration_s).toBeGreaterThanOrEqual(known)
      }),
      { numRuns: 1000 },
    )
  })

  it("[F8] the longest finished recording is kept; one that failed is not", () => {
    const shorter = recording(81, 9, 3)
    shorter.fields.RecordingSid = "RE0"
    shorter.fields.RecordingUrl = "https://api.twilio.com/RE0"
    const lost = recording(82, 9, 900)
    lost.fields.RecordingStatus = "absent"
    expect(fold([...answered, shorter, lost])).toMatchObject({ recording_url: RECORDING_URL, recording_s: 64 })
  })

  it("[F9] the digits pressed last are kept", () => {
    const pressed = (seconds: number, digits: string): Report => ({
      ...voice(seconds),
      fields: { ...voice().fields, Digits: digits },
    })
    expect(fold([pressed(9, "2"), voice(), pressed(5, "1")])).toMatchObject({ digits: "2", started_at: at(0) })
    // The first answer's repetition arrives after the second answer.
    expect(fold([voice(), pressed(5, "1"), pressed(9, "2"), pressed(12, "1")])).toMatchObject({ digits: "2" })
  })

  it("[F10] talk time without a report lasts from pick-up to end, by the carrier's clock alone", () => {
    const leg = { carrier: "telnyx", call_key: "s", leg: "b" as const, leg_key: "l", to: null, from: null }
    const bridged = { ...leg, event_key: "1", kind: "answered" as const, occurred_at: at(9), timestamped: true }
    const hungUp = { ...leg, event_key: "2", kind: "ended" as const, occurred_at: at(74), timestamped: true }
    expect(foldCall([hungUp, bridged]).talk_s).toBe(65)
    expect(foldCall([bridged, { ...hungUp, timestamped: false }]).talk_s).toBeNull()
    expect(foldCall([{ ...bridged, timestamped: false }, hungUp]).talk_s).toBeNull()
    expect(foldCall([bridged, { ...hungUp, status: "completed", talk_s: 60 }]).talk_s).toBe(60)
    const hoursOff = [bridged, hungUp].map((event) => ({
      ...event,
      timestamped: false,
      said_at: event.occurred_at - 9e6,
    }))
    expect(foldCall(hoursOff)).toMatchObject({ talk_s: 65, clock_off: true })
    expect(foldCall([bridged]).talk_s).toBeNull()
    expect(foldCall([hungUp]).talk_s).toBeNull()
  })

  it("[F11] says when a carrier's time could not be", () => {
    const [first] = SAMPLE_EVENTS
    expect(foldCall([first]).clock_off).toBe(false)
    expect(
      foldCall([first, { ...first, event_key: "late", kind: "ended", ...believe(at(0) - 7_200_000, at(20)) }]),
    ).toMatchObject({
      clock_off: true,
      started_at: at(0),
    })
    for (const time of [at(0) - 4_000_000, at(0) + 600_000])
      expect(believe(time, at(0))).toEqual({ occurred_at: at(0), timestamped: false, said_at: time })
    expect(believe(Number.NaN, at(0))).toEqual({ occurred_at: at(0), timestamped: false })
    expect(recordClock(at(0) - 8 * 3_600_000, at(0))(at(0) - 8 * 3_600_000 - 60_000)).toEqual({
      occurred_at: at(0) - 60_000,
      timestamped: false,
      said_at: at(0) - 8 * 3_600_000 - 60_000,
    })
  })

  it("refuses a call without events", () => {
    expect(() => foldCall([])).toThrow(RangeError)
  })
})

/** A caller's leg that rings. */
const SAMPLE_EVENTS: [CallEvent] = [
  {
    carrier: "twilio",
    call_key: "CA1",
    event_key: "ring",
    kind: "ringing",
    leg: "a",
    to: TRACKING,
    from: CALLER,
    occurred_at: at(0),
    timestamped: false,
  },
]
const seconds = fc.integer({ min: 0, max: 7200 })
const anyEvent: fc.Arbitrary<CallEvent> = fc
  .record(
    {
      kind: fc.constantFrom("ringing", "answered", "dialled", "ended", "recording", "input"),
      leg: fc.constantFrom("a", "b"),
      leg_key: fc.constantFrom(B, "CA5", "CA6"),
      status: fc.constantFrom(
        "initiated",
        "ringing",
        "in_progress",
        "completed",
        "busy",
        "no_answer",
        "failed",
        "canceled",
      ),
      to: fc.constantFrom(null, TRACKING, BUSINESS),
      from: fc.constantFrom(null, CALLER, "anonymous"),
      occurred_at: seconds.map(at),
      timestamped: fc.constant(true),
      sequence: fc.nat(5),
      duration_s: seconds,
      talk_s: seconds,
      recording_url: fc.constantFrom(RECORDING_URL, "https://api.twilio.com/RE0", "https://api.twilio.com/RE1"),
      recording_s: seconds,
      voicemail: fc.boolean(),
      digits: fc.constantFrom("1", "2", "3#"),
      forwarded_to: fc.constantFrom(BUSINESS, "+13125550101"),
      caller_name: fc.constantFrom("A", "B"),
    },
    { requiredKeys: ["kind", "leg", "to", "from", "occurred_at", "timestamped", "sequence"] },
  )
  .map(({ sequence, ...event }) => ({
    ...(event as Omit<CallEvent, "carrier" | "call_key" | "event_key">),
    carrier: "twilio",
    call_key: "CA1",
    event_key: `${event.kind}:${sequence}`,
  }))
const anyEvents = fc.array(anyEvent, { minLength: 1, maxLength: 12 })
