import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { signTwilio } from "../../server/carriers/twilio.js"
import type { CallAnswer } from "../../shared/contract.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, TOKEN, viewPage } from "../site.js"

describe.each(ENGINES)("the main job on %s", (engine) => {
  let host: Host
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  it("[M1] leads a call back to the campaign of the visit that showed the number", async () => {
    const site = await createSite(host)
    const visit = await viewPage(host, site, {
      url: "https://shop.example/?utm_source=google&utm_medium=cpc&utm_campaign=spring",
    })
    const number = visit.swaps[0]?.number ?? ""
    expect(visit.swaps[0]).toMatchObject({ target: "+12125550100", number: "+12125550101", href: "tel:+12125550101" })

    await host.advance(20_000)
    const fields = { CallSid: "CA1", From: "+13125550199", To: number, CallStatus: "ringing" }
    const path = `/v1/sites/${site.id}/carriers/twilio/voice`
    const signature = await signTwilio(host.publicUrl + path, Object.entries(fields), TOKEN)
    const answer = await host.request("POST", path, new URLSearchParams(fields).toString(), {
      key: null,
      headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature },
    })
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain("+12125550100</Number>")

    const { data } = await host.api<{ data: CallAnswer[] }>("GET", `/v1/sites/${site.id}/calls`)
    expect(data[0]).toMatchObject({
      to: number,
      from: "+13125550199",
      visit: visit.visit,
      source: { channel: "Paid Search", source: "google", medium: "cpc", campaign: "spring" },
      attribution: { state: "attributed", method: "lease" },
    })
    const report = await host.api("GET", `/v1/sites/${site.id}/report?metrics=visits,calls&group_by=campaign`)
    expect(report).toMatchObject({
      rows: [{ campaign: "spring", visits: 1, calls: 1 }],
      totals: { visits: 1, calls: 1 },
    })
  })

  it("[M2] leads an imported call back although its PBX writes whole seconds", async () => {
    const site = await createSite(host)
    await host.setClock(Math.ceil(host.now() / 1000) * 1000 + 640)
    const visit = await viewPage(host, site)
    await host.advance(300)
    const started_at = `${new Date(host.now()).toISOString().slice(0, 19)}Z`
    const call = await host.api<CallAnswer>("POST", `/v1/sites/${site.id}/calls`, {
      external_id: "pbx-1",
      to: visit.swaps[0]?.number,
      started_at,
    })
    expect(call).toMatchObject({ visit: visit.visit, attribution: { state: "attributed" } })
  })
})
