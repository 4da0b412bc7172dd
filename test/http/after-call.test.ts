import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { CallAnswer } from "../../shared/contract.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, type TestSite } from "../site.js"
import { readFaults } from "./problem.js"

const CALLER = "+13125550199"

describe.each(ENGINES)("after the call on %s", (engine) => {
  let host: Host
  let site: TestSite
  let count = 0
  const path = (rest = "") => `/v1/sites/${site.id}/calls${rest}`
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  const fresh = async (options: Parameters<typeof createSite>[1] = {}) => {
    site = await createSite(host, options)
  }
  const add = (clock: string, call: object = {}) =>
    host.api<CallAnswer>("POST", path(), {
      external_id: `c${++count}`,
      to: "+12125550101",
      from: CALLER,
      started_at: `2026-11-02T${clock}Z`,
      ...call,
    })
  const missedAt = (clock: string, call: object = {}) => add(clock, { status: "missed", duration_s: 20, ...call })
  const read = (call: CallAnswer) => host.api<CallAnswer>("GET", path(`/${call.id}`))
  const list = async (query: string) =>
    (await host.api<{ data: CallAnswer[] }>("GET", path(`?limit=500&${query}`))).data.map(({ id }) => id)
  const settings = (patch: object) => host.api("PATCH", `/v1/sites/${site.id}/settings/calls`, patch)

  it("[B11] [0.4] qualifies a call by the site's rule until a person says otherwise", async () => {
    await fresh()
    const short = await add("08:00:00", { duration_s: 70, talk_s: 59 })
    const long = await add("08:10:00", { duration_s: 70, talk_s: 60 })
    expect([short.qualified, long.qualified, long.qualified_by]).toEqual([false, true, "rule"])
    const patch = (call: CallAnswer, body: object) => host.api<CallAnswer>("PATCH", path(`/${call.id}`), body)
    expect(await patch(short, { qualified: true })).toMatchObject({ qualified: true, qualified_by: "hand" })
    expect(await patch(short, { spam: true })).toMatchObject({ qualified: true })
    expect(await patch(long, { spam: true })).toMatchObject({ qualified: false, qualified_by: "rule" })
    expect(await patch(long, { spam: false })).toMatchObject({ qualified: true })
    expect(await patch(short, { qualified: null })).toMatchObject({ qualified: false, qualified_by: "rule" })
    await settings({ qualified_talk_s: 10 })
    expect(await add("08:20:00", { duration_s: 30, talk_s: 10 })).toMatchObject({ qualified: true })
    await settings({ qualified_talk_s: null })
    expect(await add("08:30:00", { duration_s: 900, talk_s: 800 })).toMatchObject({ qualified: false })
    expect(await list("qualified=true")).toHaveLength(2)
  })

  it("[B12] [4.3] [4.2] [0.22] keeps topics and a score, and lists calls by tag, topic, outcome and caller", async () => {
    await fresh()
    const [one, two] = [await add("08:00:00"), await add("08:05:00", { from: "+442079460000" })]
    const said = { topics: ["price", "delivery"], tags: ["vip"], score: 80, outcome: "appointment" }
    expect(await host.api("PATCH", path(`/${one.id}`), said)).toMatchObject(said)
    for (const query of ["topic=price", "tag=vip", "outcome=appointment", `caller=${encodeURIComponent(CALLER)}`])
      expect([query, await list(query)]).toEqual([query, [one.id]])
    expect(await list("topic=pri")).toEqual([])
    expect(await list("caller_region=GB")).toEqual([two.id])
    expect(await list("caller_region=US-IL")).toEqual([one.id])
    expect(await list("caller_region=US")).toEqual([one.id])
    const refused = await host.request("PATCH", path(`/${one.id}`), { score: 101, agent: "agent_000000001" })
    expect(await readFaults(refused)).toEqual(["score"])
    const stranger = await host.request("PATCH", path(`/${one.id}`), { agent: "agent_000000001" })
    expect(await readFaults(stranger)).toEqual(["agent"])
    expect(await readFaults(await host.request("GET", path("?caller=nobody")))).toEqual(["caller"])
  })

  it("[B16] finds calls by a part of a number and of what people wrote, and no hidden caller by a part of his", async () => {
    await fresh()
    const one = await add("08:00:00")
    const two = await add("08:05:00", { from: "+442079460000" })
    await host.api("PATCH", path(`/${one.id}`), { notes: "Wants a Quote", tags: ["кухня"], outcome: "50% off_x" })
    for (const search of ["quote", "wants a QUOTE", "кухня", "50% OFF_", CALLER.slice(-4), CALLER])
      expect([search, await list(`search=${encodeURIComponent(search)}`)]).toEqual([search, [one.id]])
    expect(await list("search=020%207946")).toEqual([two.id])
    for (const search of ["off%", "q_ote", "nobody"])
      expect(await list(`search=${encodeURIComponent(search)}`)).toEqual([])
    await settings({ callers: "masked" })
    expect(await list(`search=${CALLER.slice(-4)}`)).toEqual([])
    expect(await list(`search=${encodeURIComponent(CALLER)}`)).toEqual([one.id])
    await settings({ callers: "shown" })
    expect(await readFaults(await host.request("GET", path("?search=x")))).toEqual(["search"])
  })

  it("[B13] [0.12] [4.11] says how long a caller waited, and lists who was missed", async () => {
    await fresh()
    const taken = await add("08:00:00", { duration_s: 75, talk_s: 60 })
    expect(taken).toMatchObject({ wait_s: 15, missed: false, callback: null })
    const missed = await missedAt("08:10:00", { from: "+13125550111" })
    expect(missed).toMatchObject({ wait_s: 20, missed: true, callback: "waiting", called_back_at: null })
    const hidden = await missedAt("08:20:00", { from: "anonymous" })
    expect(hidden).toMatchObject({ missed: true, callback: "unreachable" })
    const spam = await missedAt("08:30:00", { from: "+13125550112" })
    await host.api("PATCH", path(`/${spam.id}`), { spam: true })
    expect(await add("08:40:00", { status: "ringing" })).toMatchObject({ missed: false, wait_s: null, closed_by: null })
    expect(await list("missed=any")).toEqual([hidden.id, missed.id])
    expect(await list("missed=waiting")).toEqual([missed.id])
    expect(await list("missed=called_back")).toEqual([])
  })

  it("[B14] [4.11] counts attempts to call a missed caller back, and settles all his missed calls once he is reached", async () => {
    await fresh()
    const [first, second, other] = [
      await missedAt("08:00:00"),
      await missedAt("08:05:00"),
      await missedAt("08:06:00", { from: "+13125550111" }),
    ]
    const back = (body: object) => host.api<CallAnswer>("POST", path(`/${second.id}/callback`), body)
    expect(await back({ reached: false, at: "2026-11-02T08:10:00Z" })).toMatchObject({
      callback: "waiting",
      callback_attempts: 1,
    })
    expect(await back({ at: "2026-11-02T08:35:20Z" })).toMatchObject({
      callback: "called_back",
      called_back_at: "2026-11-02T08:35:20.000Z",
      callback_s: 1800,
      callback_attempts: 2,
    })
    expect(await read(first)).toMatchObject({ callback: "called_back", callback_s: 2100, callback_attempts: 0 })
    expect(await read(other)).toMatchObject({ callback: "waiting" })
    for (const at of ["2026-11-02T08:00:00Z", "2026-12-01T00:00:00Z"])
      expect(await readFaults(await host.request("POST", path(`/${second.id}/callback`), { at }))).toEqual(["at"])
    await add("09:00:00", { duration_s: 60, talk_s: 50 })
    expect(await read(second)).toMatchObject({ callback: "called_back" })
  })

  it("[B15] [4.11] notes that a missed caller rang again and was answered, in whichever order the calls become known", async () => {
    await fresh()
    const late = await add("09:00:00", { duration_s: 70, talk_s: 60, external_id: "late" })
    const missed = await missedAt("08:00:00")
    const settled = { callback: "rang_again", called_back_at: "2026-11-02T09:00:10.000Z" }
    expect(missed).toMatchObject({ ...settled, callback_s: 3590 })
    await add("08:30:00", { duration_s: 70, talk_s: 60, external_id: "early" })
    expect(await read(missed)).toMatchObject({ called_back_at: "2026-11-02T08:30:10.000Z" })
    await missedAt("08:30:00", { external_id: "early" })
    expect(await read(missed)).toMatchObject(settled)
    await add("09:00:00", { from: "+13125550111", duration_s: 70, talk_s: 60, external_id: "late" })
    expect(await read(missed)).toMatchObject({ callback: "waiting", called_back_at: null })
    expect(await list("missed=waiting")).toHaveLength(2)
    expect(await read(late)).toMatchObject({ callback: null })
  })

  it("[CALLER1] [0.6] counts the earlier calls of a caller", async () => {
    await fresh()
    const second = await add("08:10:00")
    expect(second).toMatchObject({ prior_calls: 0, first_time_caller: true })
    await add("08:00:00")
    await add("08:05:00", { from: "+13125550111" })
    await add("08:20:00", { from: "anonymous" })
    expect(await read(second)).toMatchObject({ prior_calls: 1, first_time_caller: false })
    expect(await add("08:30:00", { from: "anonymous" })).toMatchObject({ prior_calls: 0 })
  })

  it("[CALLER3] masks callers in answers where the site says so, and still finds and matches them", async () => {
    await fresh()
    const call = await add("08:00:00")
    await settings({ callers: "masked" })
    expect(await read(call)).toMatchObject({ from: "+1312•••••99", caller_region: "US-IL" })
    expect(await list(`caller=${encodeURIComponent(CALLER)}`)).toEqual([call.id])
    await settings({ callers: "shown" })
    expect(await read(call)).toMatchObject({ from: CALLER })
  })

  it("[CALLER4] stores a keyed hash in place of the number where the site says so, and matches callers by it", async () => {
    await fresh()
    await settings({ callers: "hashed" })
    const missed = await missedAt("08:00:00")
    expect(missed).toMatchObject({ from: "+1312•••••99", from_kind: "phone", caller_region: "US-IL" })
    const again = await add("08:10:00", { duration_s: 70, talk_s: 60 })
    expect(again).toMatchObject({ prior_calls: 1, first_time_caller: false })
    expect(await read(missed)).toMatchObject({ callback: "rang_again" })
    expect(await list(`caller=${encodeURIComponent(CALLER)}`)).toEqual([again.id, missed.id])
    await settings({ callers: "shown" })
    expect(await read(missed)).toMatchObject({ from: "+1312•••••99" })
    const forged = await add("08:20:00", { from: "hash:0123456789abcdef0123456789abcdef:US-IL:+1312•••••99" })
    expect(forged).toMatchObject({ from: null })
  })
})
