import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { CallAnswer } from "../../shared/contract.js"
import type { RequestAnswer } from "../../shared/contract-call.js"
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

  const kept = async (site: string, { carrier }: Sample) =>
    (await host.api<{ data: RequestAnswer[] }>("GET", `/v1/sites/${site}/carriers/${carrier.name}/requests`)).data

  it.each(SAMPLES.map((sample) => [sample.carrier.name, sample] as const))(
    "[K1] [K2] [K3] [C4] %s: forged, for another address or scheme, stale, replayed: 403, nothing kept, one line of the log without secrets",
    async (_name, sample) => {
      const site = await open(sample)
      const [ringing] = sample.calls.answered?.drafts ?? []
      if (!ringing) throw new Error("no call")
      const { covers, secrets, carrier } = sample
      const before = host.log.length
      const lines: string[] = []
      const told: string[] = []
      const base = `${host.publicUrl}/v1/sites`
      const refused = async (what: string, secret: string, signedBelow: string, at = ringing.at) => {
        await host.setClock(T0 + at * 1000)
        const { url, headers, body } = requestOf(sample, ringing, secret, signedBelow)
        // Sent to the true address, whatever it was signed for.
        const own = requestOf(sample, ringing, secret, `${base}/${site}/carriers`).url.slice(host.publicUrl.length)
        const all = Object.fromEntries(headers as Headers)
        told.push(...Object.values(all).filter((value) => value.length > 20), new TextDecoder().decode(body), url)
        const answer = await host.request("POST", own, new TextDecoder().decode(body), { key: null, headers: all })
        lines.push(what)
        expect([what, answer.status]).toEqual([what, 403])
      }
      const honest = `${base}/${site}/carriers`
      await refused("forged", secrets.foreign, honest)
      if (covers.address) {
        await refused("another site", secrets.current, `${base}/site_00000000000000/carriers`)
        // Sinch signs the path alone.
        if (carrier.name !== "sinch") {
          await refused("our own address", secrets.current, honest.replace(host.publicUrl, host.url))
          await refused("http", secrets.current, honest.replace("https:", "http:"))
        }
      }
      if (covers.window_s !== null) {
        await refused("stale", secrets.current, honest, covers.window_s + 5 * 3600)
        await refused("of the future", secrets.current, honest, -covers.window_s - 5 * 3600)
      }
      expect([(await calls(site)).data, await kept(site, sample)]).toEqual([[], []])
      expect((await send(sample, site, ringing)).status).toBeLessThan(300)
      await refused("replayed", secrets.current, honest, ringing.at + 16 * 60)
      expect((await calls(site)).data).toHaveLength(1)
      expect(await kept(site, sample)).toHaveLength(1)
      if (engine === "worker") return
      const written = host.log.slice(before)
      expect(written.map((line) => JSON.parse(line).message)).toEqual(
        lines.map(() => expect.stringContaining("refused")),
      )
      for (const line of written)
        for (const secret of [...Object.values(secrets), ...told, "4155550123", "2025550142"])
          expect(line).not.toContain(secret)
    },
  )

  // Of these two a signature is made of fields that must be there.
  it.each(
    SAMPLES.filter(({ carrier }) => !/zadarma|mango/.test(carrier.name)).map(
      (sample) => [sample.carrier.name, sample] as const,
    ),
  )(
    "[K8] [K12] %s: what cannot be read after a good signature is answered and kept as it came",
    async (_name, sample) => {
      const site = await open(sample)
      const [ringing] = sample.calls.answered?.drafts ?? []
      if (!ringing) throw new Error("no call")
      for (const body of ["", '{"data":', "%%%=\u0000&&="]) {
        const answer = await send(sample, site, { ...ringing, body })
        expect([body, answer.status < 300]).toEqual([body, true])
        if (!sample.routedElsewhere)
          expect([body, await answer.text()]).toEqual([body, expect.stringContaining("13125550199")])
      }
      expect((await calls(site)).data).toEqual([])
      expect((await kept(site, sample)).map(({ events, body }) => [events, body])).toEqual([
        [0, "%%%=\u0000&&="],
        [0, '{"data":'],
        [0, ""],
      ])
    },
  )

  const named = (name: string) => SAMPLES.find(({ carrier }) => carrier.name === name) as Sample

  it.each(["telnyx-texml", "vonage"])(
    "[C3] [G5] %s: a call that is asked about by GET goes through, and nothing of its unsigned query is kept",
    async (name) => {
      const sample = named(name)
      const site = await open(sample)
      await host.setClock(T0)
      const draft = {
        event: "voice",
        at: 0,
        body: "",
        contentType: "text/plain",
        query: "?From=%2B19005550100&CallSid=CA1",
      }
      const { url, headers } = requestOf(
        sample,
        draft,
        sample.secrets.current,
        `${host.publicUrl}/v1/sites/${site}/carriers`,
      )
      const ask = (all: Record<string, string>) =>
        host.request("GET", url.slice(host.publicUrl.length), undefined, { key: null, headers: all })
      const answer = await ask(Object.fromEntries(headers as Headers))
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("13125550199")])
      expect((await calls(site)).data).toEqual([])
      expect((await ask({})).status).toBe(403)
    },
  )

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
