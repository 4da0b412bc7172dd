import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { signTwilio } from "../../server/carriers/twilio.js"
import type { CallAnswer } from "../../shared/contract.js"
import type { FlowAnswer, PreviewAnswer } from "../../shared/contract-flow.js"
import { readXml, type XmlTree } from "../carriers/xml-tree.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, TARGET, type TestSite, TOKEN } from "../site.js"
import { readFaults } from "./problem.js"

const CALLER = "+13125550199"
const [MAIN, SECOND, NIGHT] = ["+13125550100", "+13125550101", "+13125550102"]

describe.each(ENGINES)("the call flow on %s", (engine) => {
  let host: Host
  let site: TestSite
  let sid = ""
  let count = 0
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  const path = (rest: string) => `/v1/sites/${site.id}${rest}`
  const fresh = async (flow?: object, settings: object = {}) => {
    site = await createSite(host, { settings })
    if (flow) await host.api("PUT", path("/flow"), flow)
  }
  /** A signed request of Twilio to an address of ours, as it was told it. */
  const ask = async (address: string, fields: Record<string, string> = {}) => {
    const all = { CallSid: sid, From: CALLER, To: site.numbers[0] ?? "", ...fields }
    const signature = await signTwilio(host.publicUrl + address, Object.entries(all), TOKEN)
    const answer = await host.request("POST", address, new URLSearchParams(all).toString(), {
      key: null,
      headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature },
    })
    expect(answer.status).toBe(200)
    return readXml(await answer.text()).children as XmlTree[]
  }
  const ring = (fields: Record<string, string> = {}) => {
    sid = `CA${++count}`
    return ask(path("/carriers/twilio/voice"), fields)
  }
  const follow = (address: string | undefined, fields: Record<string, string>) =>
    ask((address ?? "").slice(host.publicUrl.length), fields)
  const verb = (verbs: XmlTree[], name: string) => verbs.find((each) => each.name === name)
  const phones = (verbs: XmlTree[]) =>
    (verb(verbs, "Dial")?.children as XmlTree[] | undefined)?.map(({ children }) => children.join("")) ?? []
  const call = async () => {
    const { data } = await host.api<{ data: CallAnswer[] }>("GET", path(`/calls?external_id=${sid}`))
    return data[0]
  }

  it("[I10] rings one phone after another, and then takes a message", async () => {
    await fresh({ forward: { to: [MAIN, SECOND] }, unanswered: { do: "voicemail" } })
    const first = await ring()
    expect(phones(first)).toEqual([MAIN])
    const action = verb(first, "Dial")?.attributes.action
    const second = await follow(action, { DialCallStatus: "no-answer", DialCallSid: "CB1" })
    expect(phones(second)).toEqual([SECOND])
    const third = await follow(verb(second, "Dial")?.attributes.action, { DialCallStatus: "busy", DialCallSid: "CB2" })
    expect(third.map(({ name }) => name)).toEqual(["Say", "Record"])
    expect(await ask(path("/carriers/twilio/dial"), { RecordingUrl: "https://api.twilio.com/RE1" })).toEqual([])
    expect(await call()).toMatchObject({ status: "missed", answered: false })
    sid = `CA${count}`
    const done = await follow(action, { DialCallStatus: "completed", DialCallSid: "CB3", DialCallDuration: "20" })
    expect(done).toEqual([])
  })

  it("[I11] [0.9] a key is evidence for its source and leads where the site says", async () => {
    await fresh({
      menu: {
        prompt: "Baidu: 1. Douyin: 2.",
        keys: {
          1: { source: { channel: "Paid Search", source: "baidu" } },
          2: { to: [NIGHT], source: { channel: "Organic Video" } },
        },
      },
      whisper: { text: "Call from {source} & <co>" },
    })
    const asked = await ring()
    const gather = verb(asked, "Gather")
    expect(gather?.attributes).toMatchObject({ numDigits: "1", input: "dtmf" })
    const answered = await follow(gather?.attributes.action, { Digits: "1" })
    expect(phones(answered)).toEqual([TARGET])
    expect(await call()).toMatchObject({ digits: "1", source: { channel: "Paid Search", source: "baidu" } })
    const [number] = (verb(answered, "Dial")?.children ?? []) as XmlTree[]
    const whisper = number?.attributes.url
    expect((await follow(whisper, { CallSid: "CB1", ParentCallSid: sid }))[0]).toMatchObject({
      name: "Say",
      children: ["Call from baidu & <co>"],
    })
    await ring()
    expect(phones(await follow(gather?.attributes.action, { Digits: "2" }))).toEqual([NIGHT])
    await ring()
    const again = await follow(gather?.attributes.action, {})
    expect(verb(again, "Gather")?.attributes.action).toContain("menu=menu2")
    expect(phones(await follow(verb(again, "Gather")?.attributes.action, { Digits: "9" }))).toEqual([TARGET])
    const codes = () => host.api<{ data: { code: string }[] }>("GET", path("/codes"))
    expect((await codes()).data.map(({ code }) => code).sort()).toEqual(["1", "2"])
    await host.api("PUT", path("/flow"), {})
    expect((await codes()).data).toEqual([])
  })

  it("[I1] phones take turns over calls", async () => {
    await fresh({ forward: { strategy: "round_robin", to: [MAIN, SECOND] } })
    const rung: (string | undefined)[] = []
    for (let each = 0; each < 4; each++) rung.push(phones(await ring())[0])
    expect(rung).toEqual([MAIN, SECOND, MAIN, SECOND])
  })

  it("[I12] a number's own sections stand in place of the site's", async () => {
    await fresh({ forward: { to: [MAIN] }, record: { announcement: "Recorded." } })
    const { data } = await host.api<{ data: { id: string; e164: string }[] }>("GET", path("/numbers"))
    const own = path(`/numbers/${data.find(({ e164 }) => e164 === site.numbers[1])?.id}/flow`)
    const set = await host.api<FlowAnswer>("PUT", own, { forward: { to: ["(312) 555-0102"] }, record: null })
    expect(set.flow).toMatchObject({ forward: { to: [NIGHT] }, record: null })
    expect(set.effective).toEqual(set.flow)
    const recorded = await ring()
    expect(recorded.map(({ name }) => name)).toEqual(["Say", "Dial"])
    expect(verb(recorded, "Dial")?.attributes.record).toBe("record-from-answer-dual")
    const plain = await ring({ To: site.numbers[1] ?? "" })
    expect([phones(plain), verb(plain, "Dial")?.attributes.record]).toEqual([[NIGHT], undefined])
    expect((await host.request("DELETE", own)).status).toBe(204)
    expect(phones(await ring({ To: site.numbers[1] ?? "" }))).toEqual([MAIN])
    expect(await host.api("GET", own)).toMatchObject({ flow: {} })
  })

  it("[I7] [I8] refuses whom the site blocks, marks robots with the reason, and a person's word stands", async () => {
    await fresh({ blocklist: ["+1900*"], screening: { repeats: { calls: 3, minutes: 10 }, zero_talk: null } })
    expect((await ring({ From: "+19005550123" }))[0]?.name).toBe("Reject")
    expect(await call()).toMatchObject({ spam: true, spam_reason: "blocklist: +1900*" })
    await ring()
    await ring()
    expect(await call()).toMatchObject({ spam: false, spam_reason: null })
    expect(phones(await ring())).toEqual([TARGET])
    const robot = await call()
    expect(robot).toMatchObject({ spam: true, spam_reason: "3 calls within 10 minutes" })
    await host.api("PATCH", path(`/calls/${robot?.id}`), { spam: false })
    await host.advance(1000)
    await ask(path("/carriers/twilio/voice"))
    expect(await call()).toMatchObject({ spam: false, spam_reason: null })
    await host.api("PUT", path("/flow"), { screening: { do: "reject", repeats: null } })
    for (let each = 0; each < 3; each++)
      await host.api("POST", path("/calls"), {
        external_id: `silent-${each}`,
        to: site.numbers[0],
        from: "+13125550188",
        started_at: new Date(host.now() - 60_000 * (each + 1)).toISOString(),
        duration_s: 3,
        talk_s: 1,
      })
    expect((await ring({ From: "+13125550188" }))[0]?.name).toBe("Reject")
  })

  it("[I9] a full line answers as the site says, and calls that were let in go on", async () => {
    await fresh({ forward: { to: [MAIN, SECOND] }, cap: { calls: 1, otherwise: { do: "say", text: "Busy." } } })
    const first = await ring()
    const letIn = sid
    expect((await ring({ From: "+13125550111" }))[0]).toMatchObject({ name: "Say", children: ["Busy."] })
    sid = letIn
    const next = await follow(verb(first, "Dial")?.attributes.action, {
      DialCallStatus: "no-answer",
      DialCallSid: "CB1",
    })
    expect(phones(next)).toEqual([SECOND])
  })

  it("[I13] the preview shows the plan at a moment and what each carrier is answered", async () => {
    await fresh({
      forward: { strategy: "simultaneous", to: [MAIN, SECOND] },
      hours: { open: [{ days: ["mon"], from: "09:00", to: "18:00" }] },
      after_hours: { do: "voicemail" },
    })
    const preview = (query: string) =>
      host.api<PreviewAnswer>("GET", path(`/flow/preview?number=${encodeURIComponent(site.numbers[0] ?? "")}&${query}`))
    const open = await preview("at=2026-11-23T10:00:00Z&carrier=twilio")
    expect(open).toMatchObject({ open: true, first: "forward", carrier: { notes: [] } })
    expect(phones(readXml(open.carrier?.instructions.forward ?? "").children as XmlTree[])).toEqual([MAIN, SECOND])
    const closed = await preview("at=2026-11-24T10:00:00Z&carrier=zadarma")
    expect(closed).toMatchObject({ open: false, first: "closed", reasons: ["out of hours"] })
    expect(closed.carrier?.notes[0]).toMatch(/routes calls by its own settings/)
    const vonage = await preview("at=2026-11-23T10:00:00Z&carrier=vonage")
    expect(vonage.carrier?.notes).toEqual(["it rings one phone at a time: only the first one rings"])
    for (const [query, name] of [
      ["carrier=nobody", "carrier"],
      ["number=x", "number"],
    ] as const) {
      const base = name === "number" ? "" : "number=%2B12125550101&"
      expect(await readFaults(await host.request("GET", path(`/flow/preview?${base}${query}`)))).toEqual([name])
    }
    expect(await call()).toBeUndefined()
  })

  it("[I14] refuses a flow that cannot be, each fault by its place, and keeps the one before", async () => {
    await fresh({ forward: { to: [MAIN] } })
    const put = async (flow: object) => readFaults(await host.request("PUT", path("/flow"), flow))
    expect(await put({ forward: { to: ["nobody"] }, menu: { prompt: "x", keys: { 1: { to: ["y!"] } } } })).toEqual([
      "forward.to.0",
      "menu.keys.1.to.0",
    ])
    expect(
      await put({ hours: { open: [{ days: ["mo"], from: "9", to: "25:00" }] }, whisper: { text: {} }, other: 1 }),
    ).toEqual(expect.arrayContaining(["hours.open.0.days.0", "hours.open.0.from", "hours.open.0.to"]))
    expect(phones(await ring())).toEqual([MAIN])
  })
})
