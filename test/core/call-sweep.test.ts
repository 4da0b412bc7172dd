import { describe, expect, it } from "vitest"
import { receiveEvent } from "../../server/core/call/call.js"
import { describeCall } from "../../server/core/call/call-list.js"
import { updateCallSettings } from "../../server/core/caller/call-settings.js"
import { sweep } from "../../server/core/sweep.js"
import type { CallEvent } from "../../shared/call-event.js"
import { HOUR, MINUTE, openSite } from "./memory-site.js"

describe("calls whose last event never came", () => {
  const opened = openSite()
  const event = (key: string, details: Partial<CallEvent>): CallEvent => ({
    carrier: "twilio",
    call_key: "CA1",
    event_key: key,
    kind: "ringing",
    leg: "a",
    to: opened.numbers[0] ?? "",
    from: "+13125550199",
    occurred_at: opened.now(),
    timestamped: true,
    ...details,
  })
  const receive = (key: string, details: Partial<CallEvent> = {}) =>
    describeCall(opened.site(), receiveEvent(opened.site(), event(key, details), opened.now()))
  const read = () => receive("ring")

  it("[F12] are closed by age and say so, and are opened again by the next event", () => {
    expect(receive("ring")).toMatchObject({ status: "ringing", closed_by: null })
    opened.advance(4 * HOUR - MINUTE)
    sweep(opened.site())
    expect(opened.sqlite.prepare("select ended_at from calls").pluck().get()).toBeNull()
    opened.advance(2 * MINUTE)
    sweep(opened.site())
    const closed = opened.sqlite.prepare("select status, swept from calls").get()
    expect(closed).toEqual({ status: "missed", swept: 1 })
    const answered = receive("answer", { kind: "answered", leg: "b", leg_key: "CB1", status: "in_progress" })
    expect(answered).toMatchObject({ status: "in_progress", closed_by: null, missed: false })
    updateCallSettings(opened.site(), { close_after_minutes: 30 })
    opened.advance(31 * MINUTE)
    sweep(opened.site())
    const again = opened.sqlite.prepare("select status, swept, talk_s from calls").get()
    expect(again).toEqual({ status: "completed", swept: 1, talk_s: null })
    const over = receive("end", { kind: "ended", leg: "b", leg_key: "CB1", status: "completed", talk_s: 90 })
    expect(over).toMatchObject({ status: "completed", talk_s: 90, closed_by: "report" })
    expect(() => read()).toThrow(/received before/)
  })
})
