import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { foldCall } from "../../server/core/call/fold.js"
import { SAMPLES } from "./samples/index.js"
import { type Draft, eventsOf } from "./samples/sample.js"

/** Some order of the requests, each of them once at least, repetitions reaching us up to ten minutes later. */
function disorder(drafts: readonly Draft[]): fc.Arbitrary<Draft[]> {
  const repetition = fc.record({ index: fc.nat(drafts.length - 1), late: fc.nat(600) })
  return fc.array(repetition, { maxLength: 2 * drafts.length }).chain((repeated) => {
    const again = repeated.flatMap(({ index, late }) => {
      const draft = drafts[index]
      return draft ? [{ ...draft, at: draft.at + late }] : []
    })
    const all = [...drafts, ...again]
    return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })
  })
}

describe.each(SAMPLES.map((sample) => [sample.carrier.name, sample] as const))("the calls of %s", (_name, sample) => {
  const calls = Object.entries(sample.calls)

  it.each(calls)("[C7] %s: the record says what happened", (_call, { drafts, record }) => {
    expect(foldCall(eventsOf(sample, drafts))).toMatchObject(record)
  })

  it.each(calls)("[C7] %s: any order and any repetition of the requests make one record", (_call, { drafts }) => {
    const folded = foldCall(eventsOf(sample, drafts))
    fc.assert(
      fc.property(disorder(drafts), (disordered) => {
        expect(foldCall(eventsOf(sample, disordered))).toEqual(folded)
      }),
      { numRuns: 100 },
    )
  })

  it.each(calls)(
    "[C7] %s: whichever requests are lost, the rest is one record that invents nothing",
    (_call, { drafts }) => {
      const whole = foldCall(eventsOf(sample, drafts))
      fc.assert(
        fc.property(fc.shuffledSubarray([...drafts], { minLength: 1 }), (heard) => {
          const events = eventsOf(sample, heard)
          if (events.length === 0) return
          const folded = foldCall(events)
          // A call is answered, or has talk time, only when the whole story says so.
          if (folded.answered) expect(whole.answered).toBe(true)
          if (folded.talk_s !== null) expect(folded.talk_s).toBe(whole.talk_s)
          for (const field of ["from", "to", "forwarded_to", "recording_url", "digits"] as const)
            if (folded[field] !== null) expect([field, folded[field]]).toEqual([field, whole[field]])
          expect(folded.duration_s ?? 0).toBeLessThanOrEqual(whole.duration_s ?? 0)
        }),
        { numRuns: 100 },
      )
    },
  )

  it.each(calls)(
    "[C6] %s: a repetition has the same keys, different reports have different ones",
    (_call, { drafts }) => {
      const keys = eventsOf(sample, drafts).map(({ event_key }) => event_key)
      expect(new Set(keys).size).toBe(keys.length)
      const later = drafts.map((draft) => ({ ...draft, at: draft.at + 30 }))
      expect(eventsOf(sample, later).map(({ event_key }) => event_key)).toEqual(keys)
    },
  )

  it("[C5] every event names its carrier, one call and nothing that JSON would lose", () => {
    for (const [, { drafts }] of calls) {
      const events = eventsOf(sample, drafts)
      expect(new Set(events.map(({ carrier, call_key }) => `${carrier} ${call_key}`)).size).toBe(1)
      expect(events[0]?.carrier).toBe(sample.carrier.name)
      expect(JSON.parse(JSON.stringify(events))).toEqual(events)
    }
  })

  it("[C8] the caller's leg alone never answers a call and never tells talk time", () => {
    for (const [, { drafts }] of calls) {
      const caller = eventsOf(sample, drafts).filter(({ leg, kind }) => leg === "a" && kind !== "dialled")
      if (caller.length === 0) continue
      expect(foldCall(caller)).toMatchObject({ answered: false, talk_s: null })
    }
  })

  it("[C9] a carrier's clock that is hours off does not move a call: its lengths stay, its end is ours", () => {
    for (const [, { drafts, record }] of calls) {
      const late = drafts.map((draft) => ({ ...draft, at: draft.at + 5 * 3600 }))
      const folded = foldCall(eventsOf(sample, late))
      expect(folded.started_at).toBeGreaterThanOrEqual(Date.UTC(2026, 10, 21, 14, 55))
      if (record.talk_s) expect(folded.talk_s).toBe(record.talk_s)
      expect(folded.status).toBe(record.status)
    }
  })
})
