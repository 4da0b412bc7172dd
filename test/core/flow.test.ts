import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type FlowFacts, planFlow } from "../../server/core/flow/flow.js"
import { isOpen } from "../../server/core/value/hours.js"
import { FlowFields, WEEKDAYS } from "../../shared/contract-flow.js"
import type { Plan, Scene } from "../../shared/plan.js"

const [MAIN, SECOND, THIRD, NIGHT] = ["+13125550100", "+13125550101", "+13125550102", "+13125550199"]
const FACTS: FlowFacts = {
  number: "+12025550142",
  caller: "+14155550123",
  withheld: false,
  forwarded_from: null,
  at: Date.parse("2026-11-23T10:00:00Z"),
  zone: "UTC",
  live: 0,
  turn: 0,
  fallback: MAIN,
  isOwn: () => false,
  suspicion: null,
  words: { source: "google", channel: "Paid Search", medium: "cpc", campaign: "spring" },
  language: null,
}
const plan = (flow: unknown, facts: Partial<FlowFacts> = {}) => planFlow(FlowFields.parse(flow), { ...FACTS, ...facts })
const entrance = (made: Plan): Scene | undefined => made.scenes[made.first]
/** The phones that ring one after another when nobody ever picks up. */
function ringing(made: Plan): (readonly string[])[] {
  const rounds: (readonly string[])[] = []
  for (let scene = entrance(made); scene?.act.kind === "forward"; ) {
    rounds.push(scene.act.to)
    scene = scene.act.next === null ? undefined : made.scenes[scene.act.next]
  }
  return rounds
}
const to = [MAIN, SECOND, THIRD]

describe("forwarding", () => {
  it("[I1] a call of which nothing is said goes to the fallback, unrecorded", () => {
    expect(plan({})).toEqual({
      first: "forward",
      scenes: {
        forward: {
          say: [],
          act: { kind: "forward", to: [MAIN], timeout_s: null, whisper: null, record: false, next: null },
        },
      },
      fallback: MAIN,
      open: true,
      reasons: [],
      spam: null,
    })
    expect(entrance(plan({}, { fallback: null }))?.act).toEqual({ kind: "reject" })
  })

  it("[I1] phones ring at once, in sequence, or in turn", () => {
    expect(ringing(plan({ forward: { strategy: "simultaneous", to } }))).toEqual([to])
    expect(ringing(plan({ forward: { to } }))).toEqual([[MAIN], [SECOND], [THIRD]])
    const turns = [0, 1, 2, 3].map((turn) =>
      ringing(plan({ forward: { strategy: "round_robin", to } }, { turn })).flat(),
    )
    expect(turns).toEqual([to, [SECOND, THIRD, MAIN], [THIRD, MAIN, SECOND], to])
  })

  it("[I2] no call goes to an own number, to the caller, to the number dialled, or back to where it came from", () => {
    const phone = fc.constantFrom(MAIN, SECOND, THIRD, NIGHT, FACTS.number ?? "", FACTS.caller ?? "")
    fc.assert(
      fc.property(
        fc.uniqueArray(phone, { minLength: 1 }),
        fc.constantFrom("simultaneous", "sequence", "round_robin"),
        fc.subarray([MAIN, SECOND, NIGHT]),
        fc.option(phone),
        fc.option(phone),
        fc.nat(10),
        (phones, strategy, own, forwarded_from, fallback, turn) => {
          const flow = { forward: { strategy, to: phones }, unanswered: { do: "forward", to: phones } }
          const made = plan(flow, { isOwn: (each) => own.includes(each), forwarded_from, fallback, turn })
          for (const { act } of Object.values(made.scenes))
            if (act.kind === "forward")
              for (const each of act.to)
                expect([FACTS.number, FACTS.caller, forwarded_from, ...own]).not.toContain(each)
          expect(made.scenes[made.first]).toBeDefined()
          expect(made.fallback === null || !own.includes(made.fallback)).toBe(true)
        },
      ),
    )
    expect(plan({}, { isOwn: () => true }).reasons).toContain("there is nobody to forward to")
  })

  it("[I3] a whisper tells the source in the flow's language, and a recording is announced in the caller's", () => {
    const made = plan(
      {
        language: "de",
        whisper: { text: { en: "Call from {source}", de: "Anruf von {source}, {campaign}, {nothing}" } },
        record: {
          announcement: { en: "This call is recorded.", fr: "Cet appel est enregistré.", de: "Wird aufgezeichnet." },
        },
      },
      { language: "fr-CA" },
    )
    expect(entrance(made)).toMatchObject({
      say: [{ text: "Cet appel est enregistré.", language: "fr" }],
      act: { record: true, whisper: { text: "Anruf von google, spring, {nothing}", language: "de" } },
    })
    expect(entrance(plan({ record: { announcement: null } }))).toMatchObject({ say: [], act: { record: true } })
  })

  it("[I4] a call that nobody takes goes on to voicemail, elsewhere, or is told so", () => {
    const flow = { forward: { to: [MAIN, SECOND] }, voicemail: { greeting: "Hi", max_s: 30 } }
    const last = (unanswered: object) => plan({ ...flow, unanswered }).scenes.unanswered?.act
    expect(last({ do: "voicemail" })).toEqual({
      kind: "voicemail",
      greeting: { text: "Hi", language: "en" },
      max_s: 30,
    })
    expect(last({ do: "forward", to: [NIGHT] })).toMatchObject({ kind: "forward", to: [NIGHT], next: null })
    expect(last({ do: "say", text: "Bye" })).toMatchObject({ kind: "say" })
    expect(plan({ ...flow, unanswered: { do: "busy" } }).scenes["forward-2"]?.act).toMatchObject({ next: "unanswered" })
  })
})

describe("working hours", () => {
  const office = {
    open: [{ days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", to: "18:00" }],
    closed: ["2026-12-25"],
  }

  it("[I5] out of hours a call is told so, goes elsewhere or to voicemail", () => {
    const at = Date.parse("2026-11-22T10:00:00Z")
    expect(plan({ hours: office }).open).toBe(true)
    const closed = plan({ hours: office }, { at, language: "zh-CN" })
    expect(closed).toMatchObject({ open: false, first: "closed", reasons: ["out of hours"] })
    expect(entrance(closed)?.act).toMatchObject({ kind: "say", speech: { language: "zh" } })
    const night = plan({ hours: office, after_hours: { do: "forward", to: [NIGHT] } }, { at })
    expect(ringing(night)).toEqual([[NIGHT]])
    expect(plan({ hours: office }, { at: Date.parse("2026-12-25T10:00:00Z") }).open).toBe(false)
  })

  it("[I5] hours are those of the clock on the wall, on the days when clocks change too", () => {
    const hours = FlowFields.parse({ hours: office }).hours
    if (!hours) throw new Error("no hours")
    const open = (at: string, zone: string) => isOpen(hours, Date.parse(at), zone)
    // Berlin: UTC+1 until 29 March 2026, UTC+2 after it; New York: UTC-5 from 1 November 2026.
    expect(open("2026-03-27T08:00:00Z", "Europe/Berlin")).toBe(true)
    expect(open("2026-03-30T06:59:00Z", "Europe/Berlin")).toBe(false)
    expect(open("2026-03-30T07:00:00Z", "Europe/Berlin")).toBe(true)
    expect(open("2026-10-30T13:00:00Z", "America/New_York")).toBe(true)
    expect(open("2026-11-02T13:59:00Z", "America/New_York")).toBe(false)
    expect(open("2026-11-02T14:00:00Z", "America/New_York")).toBe(true)
    expect(open("2026-11-23T17:59:59Z", "UTC")).toBe(true)
    expect(open("2026-11-23T18:00:00Z", "UTC")).toBe(false)
  })

  it("[I5] hours past midnight belong to the day on which they begin", () => {
    const hours = { open: [{ days: ["fri" as const], from: "20:00", to: "02:30" }], closed: [] as string[] }
    const open = (at: string) => isOpen(hours, Date.parse(at), "UTC")
    expect([open("2026-11-20T19:59:00Z"), open("2026-11-20T20:00:00Z")]).toEqual([false, true])
    expect([open("2026-11-21T02:29:00Z"), open("2026-11-21T02:30:00Z")]).toEqual([true, false])
    expect(isOpen({ ...hours, closed: ["2026-11-20"] }, Date.parse("2026-11-21T01:00:00Z"), "UTC")).toBe(false)
    expect(isOpen({ ...hours, closed: ["2026-11-21"] }, Date.parse("2026-11-21T01:00:00Z"), "UTC")).toBe(true)
  })

  it("[I5] agrees with Intl's own weekday and hour in any zone at any moment", () => {
    const zones = ["Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2028, 0, 1) }),
        fc.constantFrom(...zones),
        fc.subarray([...WEEKDAYS], { minLength: 1 }),
        fc.tuple(fc.nat(23), fc.nat(23)).filter(([from, until]) => from < until),
        (at, timeZone, days, [from, until]) => {
          const clock = (hour: number) => `${String(hour).padStart(2, "0")}:00`
          const format = new Intl.DateTimeFormat("en-US", {
            timeZone,
            weekday: "short",
            hour: "2-digit",
            hourCycle: "h23",
          })
          const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
          const hour = Number(parts.hour)
          const expected = days.some((day) => day === parts.weekday?.toLowerCase()) && hour >= from && hour < until
          const hours = { open: [{ days, from: clock(from), to: clock(until) }], closed: [] }
          expect(isOpen(hours, at, timeZone)).toBe(expected)
        },
      ),
    )
  })
})

describe("menus and refusals", () => {
  const menu = {
    prompt: { en: "Press 1 or 2", zh: "请按1或2" },
    keys: { 1: { source: { channel: "Paid Search" } }, 2: { to: [NIGHT] } },
  }

  it("[I6] [0.9] [0.26] a menu asks in the caller's language, again where nothing is pressed, and then goes on", () => {
    const made = plan({ menu: { ...menu, repeats: 1 } }, { language: "zh-CN" })
    expect(entrance(made)?.act).toMatchObject({
      kind: "menu",
      prompt: { text: "请按1或2", language: "zh" },
      keys: { 1: "forward", 2: "key2" },
      otherwise: "menu2",
    })
    expect(made.scenes.menu2?.act).toMatchObject({ kind: "menu", otherwise: "forward" })
    expect(made.scenes.key2?.act).toMatchObject({ to: [NIGHT] })
  })

  it("[I7] blocked callers are refused: numbers, beginnings, and those who hide theirs", () => {
    const first = (blocklist: string[], facts: Partial<FlowFacts> = {}) => plan({ blocklist }, facts)
    for (const entry of ["+14155550123", "+1415*"])
      expect(first([entry])).toMatchObject({ first: "blocked", spam: `blocklist: ${entry}` })
    expect(first(["withheld"], { caller: null, withheld: true }).first).toBe("blocked")
    expect(first(["withheld", "+1416*", "+14155550124"])).toMatchObject({ first: "forward", spam: null })
    expect(first(["+1*"], { caller: null }).first).toBe("forward")
  })

  it("[I8] robots are marked, and put through unless the site says otherwise", () => {
    const robot = { suspicion: "6 calls within 10 minutes" }
    expect(plan({ screening: {} }, robot)).toMatchObject({ first: "forward", spam: robot.suspicion })
    expect(entrance(plan({ screening: { do: "reject" } }, robot))?.act.kind).toBe("reject")
    expect(entrance(plan({ screening: { do: "voicemail" } }, robot))?.act.kind).toBe("voicemail")
    expect(plan({ screening: { ranges: ["+1415"] } }).spam).toBe("a known range: +1415")
    expect(plan({}, robot).spam).toBeNull()
  })

  it("[I9] a line that is full answers as the site says", () => {
    const flow = { cap: { calls: 2, otherwise: { do: "voicemail" } } }
    expect(plan(flow, { live: 1 }).first).toBe("forward")
    expect(entrance(plan(flow, { live: 2 }))?.act.kind).toBe("voicemail")
  })
})
