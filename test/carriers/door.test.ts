import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { CallAnswer } from "../../shared/contract.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite } from "../site.js"
import { SAMPLES } from "./samples/index.js"
import { type Draft, requestOf, type Sample, T0 } from "./samples/sample.js"

// Every carrier's calls through the real door of both engines: signed requests in, answers out, calls over the API.

describe.each(ENGINES)("the carriers' door on %s", (engine) => {
  let host: Host
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  async function open(sample: Sample): Promise<string> {
    const country = /tencent|aliyun/.test(sample.carrier.name) ? "CN" : "US"
    const { id } = await createSite(host, { settings: { country, forward_to: "+13125550199" } })
    await host.api("PUT", `/v1/sites/${id}/carriers/${sample.carrier.name}`, sample.credentials)
    return id
  }

  async function send(sample: Sample, site: string, draft: Draft, secret?: string): Promise<Response> {
    await host.setClock(T0 + draft.at * 1000)
    const base = `/v1/sites/${site}/carriers`
    const request = requestOf(sample, draft, secret, host.publicUrl + base)
    const headers = Object.fromEntries(request.headers as Headers)
    const path = request.url.slice(host.publicUrl.length)
    return host.request("POST", path, new TextDecoder().decode(request.body), { key: null, headers })
  }

  const calls = (site: string) => host.api<{ data: CallAnswer[] }>("GET", `/v1/sites/${site}/calls`)

  it.each(SAMPLES.map((sample) => [sample.carrier.name, sample] as const))(
    "[C15] %s: a signed call is answered and recorded once, a forged one leaves no trace",
    async (_name, sample) => {
      const { answered } = sample.calls
      const site = await open(sample)
      const drafts = answered?.drafts ?? []
      for (const draft of drafts.slice(0, 1))
        expect((await send(sample, site, draft, sample.secrets.foreign)).status).toBe(403)
      expect((await calls(site)).data).toEqual([])

      const answers = []
      for (const draft of drafts) {
        const answer = await send(sample, site, draft)
        expect([draft.event, answer.status < 300]).toEqual([draft.event, true])
        answers.push(await answer.text())
      }
      if (!sample.routedElsewhere) expect(answers[0]).toContain("13125550199")

      const { status, talk_s } = answered?.record ?? {}
      const [call, ...others] = (await calls(site)).data
      expect(others).toEqual([])
      expect(call).toMatchObject({ carrier: sample.carrier.name, status, answered: true, talk_s })
      expect(call?.to).toMatch(/^\+\d+$/)
      expect(call?.from).toMatch(/^\+\d+$/)

      for (const draft of [...drafts].reverse()) await send(sample, site, draft)
      expect((await calls(site)).data).toEqual([call])
    },
  )

  const named = (name: string) => SAMPLES.find(({ carrier }) => carrier.name === name) as Sample

  it("[C16] Zadarma's check of the address is answered with its own word, and nothing else is", async () => {
    const site = await open(named("zadarma"))
    const ask = (query: string) =>
      host.request("GET", `/v1/sites/${site}/carriers/zadarma/voice${query}`, undefined, { key: null })
    const echo = await ask("?zd_echo=abc123")
    expect([echo.status, await echo.text(), echo.headers.get("content-type")]).toEqual([
      200,
      "abc123",
      "text/plain; charset=utf-8",
    ])
    for (const query of ["", "?zd_echo=", "?zd_echo=%3Cscript%3E"]) expect((await ask(query)).status).toBe(403)
  })

  it("[C17] a batch that repeats some of an old one keeps what is new in it", async () => {
    const sample = named("aliyun")
    const site = await open(sample)
    const [report] = sample.calls["answered, the report only"]?.drafts ?? []
    if (!report) throw new Error("no report")
    expect((await send(sample, site, report)).status).toBe(200)
    const [first] = JSON.parse(report.body) as object[]
    const later = { ...report, at: report.at + 3600 }
    expect((await send(sample, site, { ...later, body: JSON.stringify([first]) })).status).toBe(403)
    const body = JSON.stringify([first, { ...first, call_id: "43612633712c0003" }])
    expect((await send(sample, site, { ...later, body })).status).toBe(200)
    expect((await calls(site)).data).toHaveLength(2)
  })
})
