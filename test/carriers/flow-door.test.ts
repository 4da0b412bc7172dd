import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { CallAnswer } from "../../shared/contract.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, type TestSite } from "../site.js"
import { SAMPLES } from "./samples/index.js"
import { type Draft, requestOf, type Sample, T0 } from "./samples/sample.js"

// A flow of several steps at every carrier that takes instructions: what it is told, it is asked to do on, in its own words.

const [MAIN, SECOND, NIGHT] = ["13125550100", "13125550101", "13125550102"]
const FLOW = {
  menu: { prompt: { en: "Press 2" }, keys: { 2: { to: [`+${NIGHT}`] } } },
  forward: { to: [`+${MAIN}`, `+${SECOND}`] },
  unanswered: { do: "voicemail" },
}

/** A carrier's word that a key was pressed, in the form of its own requests. */
const PRESSED: Record<string, (draft: Draft) => string> = {
  form: ({ body }) => `${body}&Digits=2`,
  vonage: ({ body }) => JSON.stringify({ ...JSON.parse(body), dtmf: { digits: "2", timed_out: false } }),
  bandwidth: ({ body }) => JSON.stringify({ ...JSON.parse(body), eventType: "gather", digits: "2" }),
  json: ({ body }) => JSON.stringify({ ...JSON.parse(body), digits: "2" }),
}

/** The carrier's request in a missed call that says that nobody picked up; a PBX posts what it posted to `voice`. */
function findVerdict({ carrier, calls }: Sample): Draft {
  const drafts = calls.missed?.drafts ?? []
  const verdict = drafts.find(({ event, body }) =>
    carrier.name === "pbx"
      ? event === "voice"
      : carrier.name === "vonage"
        ? /"direction":"outbound"/.test(body) && /"status":"(timeout|unanswered)"/.test(body)
        : event === "dial",
  )
  if (!verdict) throw new Error(`${carrier.name} has no verdict`)
  return verdict
}

const samples = SAMPLES.map((sample) => {
  // What this PBX does is said with its secret.
  const can = ["simultaneous", "sequence", "whisper", "menu", "voicemail"]
  return sample.carrier.name === "pbx" ? { ...sample, credentials: { ...sample.credentials, can } } : sample
})
const abilitiesOf = ({ carrier, credentials }: Sample) => carrier.abilities?.(credentials) ?? []
const named = (list: readonly Sample[]) => list.map((sample) => [sample.carrier.name, sample] as const)

describe.each(ENGINES)("a flow through the carriers' door on %s", (engine) => {
  let host: Host
  let site: TestSite
  beforeAll(async () => {
    host = await startHost(engine)
    await host.setClock(T0)
  })
  afterAll(() => host.close())

  async function open(sample: Sample, flow: object): Promise<void> {
    site = await createSite(host, { settings: { forward_to: "+13125550199" } })
    await host.api("PUT", `/v1/sites/${site.id}/carriers/${sample.carrier.name}`, sample.credentials)
    await host.api("PUT", `/v1/sites/${site.id}/flow`, flow)
  }

  async function send(sample: Sample, draft: Draft): Promise<string> {
    const base = `/v1/sites/${site.id}/carriers`
    const request = requestOf(sample, { ...draft, at: 0 }, sample.secrets.current, host.publicUrl + base)
    const answer = await host.request(
      "POST",
      request.url.slice(host.publicUrl.length),
      new TextDecoder().decode(request.body),
      { key: null, headers: Object.fromEntries(request.headers as Headers) },
    )
    expect([sample.carrier.name, draft.event, answer.status]).toEqual([sample.carrier.name, draft.event, 200])
    return answer.text()
  }

  /** The draft, sent to the address that the answer named for what comes next. */
  function next(sample: Sample, answer: string, kind: "menu" | "scene", draft: Draft): Draft {
    const [url = ""] = new RegExp(`https://[^"<>]*[?&;]${kind}=[^"<> ]*`).exec(answer.replaceAll("&amp;", "&")) ?? []
    const [path = "", query = ""] = url.split("?")
    expect([sample.carrier.name, path]).toEqual([sample.carrier.name, expect.stringContaining(host.publicUrl)])
    return {
      ...draft,
      event: path.slice(path.indexOf(`/${sample.carrier.name}/`) + sample.carrier.name.length + 2),
      query: `?${query}`,
    }
  }

  const first = ({ calls }: Sample) => Object.values(calls)[0]?.drafts[0] as Draft
  const calls = async () => (await host.api<{ data: CallAnswer[] }>("GET", `/v1/sites/${site.id}/calls`)).data

  it.each(named(samples.filter((sample) => abilitiesOf(sample).includes("sequence"))))(
    "[I10] [I4] %s rings the next phone where nobody took the call, and then takes a message or ends it",
    async (_name, sample) => {
      await open(sample, { ...FLOW, menu: null })
      const answer = await send(sample, first(sample))
      expect(answer).toContain(MAIN)
      expect(answer).not.toContain(SECOND)
      const second = await send(sample, next(sample, answer, "scene", findVerdict(sample)))
      expect(second).toContain(SECOND)
      // Neither as a phone to ring nor as the number that is shown: an account may show its own numbers only.
      expect(second).not.toContain(MAIN)
      if (!abilitiesOf(sample).includes("voicemail")) return
      const third = await send(sample, next(sample, second, "scene", findVerdict(sample)))
      expect(third).toMatch(/record|voicemail/i)
      for (const phone of [MAIN, SECOND]) expect(third).not.toContain(phone)
      expect(await calls()).toHaveLength(1)
    },
  )

  it.each(named(samples.filter((sample) => abilitiesOf(sample).includes("menu"))))(
    "[I6] [I10] %s tells the key that was pressed, and goes where it leads",
    async (name, sample) => {
      await open(sample, FLOW)
      const ringing = first(sample)
      const answer = await send(sample, ringing)
      for (const phone of [MAIN, SECOND, NIGHT]) expect(answer).not.toContain(phone)
      const pressed = PRESSED[name] ?? PRESSED[ringing.contentType.includes("form") ? "form" : "json"]
      const body = pressed?.(ringing) ?? ""
      const menu = name === "sinch" ? (JSON.parse(answer) as { action: { mainMenu: string } }).action.mainMenu : ""
      const told = sample.carrier.resume
        ? {
            ...ringing,
            body: JSON.stringify({
              ...JSON.parse(ringing.body),
              event: "pie",
              menuResult: { menuId: menu, value: "2" },
            }),
          }
        : next(sample, answer, "menu", { ...ringing, body })
      expect(await send(sample, told)).toContain(NIGHT)
      expect(await calls()).toMatchObject([{ digits: "2" }])
    },
  )
})
