import { describe, expect, it } from "vitest"
import { importCalls } from "../../server/core/call/call.js"
import { describeLeadSettings } from "../../server/core/lead/lead-settings.js"
import { calls, leads, visitEvents } from "../../server/core/schema/schema.js"
import { recordBeat } from "../../server/core/visit/beat.js"
import { openSite } from "./memory-site.js"

describe("a rule that makes leads", () => {
  it("[Q7] breaks neither the call nor the form when it fails, leaves nothing half-made, and the failure is counted", () => {
    const { site, db, sqlite, numbers, view, now } = openSite()
    const visit = view()
    sqlite.exec("drop table lead_stages")
    const call = {
      external_id: "1",
      to: numbers[0] ?? "",
      from: "+13125550199",
      started_at: new Date(now()).toISOString(),
      status: "completed" as const,
      talk_s: 90,
    }
    expect(importCalls(site(), [call], () => "")).toHaveLength(1)
    recordBeat(site(), { visit: visit.visit ?? "", kind: "form", fields: { email: "ann@example.com" } })
    expect(db.select().from(calls).all()).toHaveLength(1)
    expect(db.select().from(visitEvents).all()).toHaveLength(1)
    expect(db.select().from(leads).all()).toEqual([])
    const { faults } = describeLeadSettings(site())
    expect(faults).toMatchObject({ count: 2, last: expect.stringContaining("lead_stages") })
    expect(faults.last).not.toContain("ann@example.com")
  })
})
