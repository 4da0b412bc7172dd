import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { CarrierRequest } from "../../server/carriers/carrier.js"
import { carrierNamed, carrierNames } from "../../server/carriers/index.js"
import type { Instructions, RenderContext } from "../../server/carriers/instructions.js"
import { SAMPLES } from "./samples/index.js"
import { type Draft, PUBLIC_URL, requestOf, type Sample, T0 } from "./samples/sample.js"
import { readXml } from "./xml-tree.js"

// What every adapter promises, whatever its carrier. What is peculiar to one is tested in a file of its name.

const decoder = new TextDecoder()
const encoder = new TextEncoder()
const draftsOf = (sample: Sample): Draft[] => Object.values(sample.calls).flatMap(({ drafts }) => [...drafts])

function contextOf({ carrier }: Sample): RenderContext {
  return { dialled: "+12025550142", call_key: "call_1", callback_url: `${PUBLIC_URL}/${carrier.name}` }
}

describe("the list of carriers", () => {
  it("[C1] knows its carriers by name, and nothing that objects inherit", () => {
    expect(carrierNames()).toEqual(SAMPLES.map(({ carrier }) => carrier.name))
    for (const { carrier } of SAMPLES) expect(carrierNamed(carrier.name)).toBe(carrier)
    for (const name of ["", "Twilio", "constructor", "__proto__"]) expect(carrierNamed(name)).toBeUndefined()
  })
})

describe.each(SAMPLES.map((sample) => [sample.carrier.name, sample] as const))("%s", (_name, sample) => {
  const { carrier, credentials, covers, secrets } = sample
  const verify = (request: CarrierRequest, given = credentials) => carrier.verify(request, given)

  it("[C1] takes its credentials and refuses others", () => {
    expect(carrier.credentials.parse(credentials)).toEqual(credentials)
    for (const value of [null, [], "x", { ...credentials, unknown: 1 }, ...sample.refused])
      expect([value, carrier.credentials.safeParse(value).success]).toEqual([value, false])
  })

  it("[C2] a request that the carrier signed is believed, under each of the site's secrets and no other", async () => {
    for (const draft of draftsOf(sample)) {
      expect(await verify(requestOf(sample, draft))).toBe(true)
      expect(await verify(requestOf(sample, draft, secrets.further))).toBe(true)
      expect(await verify(requestOf(sample, draft, secrets.foreign))).toBe(false)
    }
  })

  it("[C2] a request without its signature is refused", async () => {
    for (const draft of draftsOf(sample)) {
      const signed = requestOf(sample, draft)
      const bare: CarrierRequest = {
        ...signed,
        url: `${PUBLIC_URL}/${carrier.name}/${draft.event}`,
        headers: new Headers({ "content-type": draft.contentType }),
        body: encoder.encode(draft.body),
      }
      expect(await verify(bare)).toBe(false)
    }
  })

  it("[C2] a header with any one character changed, cut or doubled is refused", async () => {
    const signed = requestOf(sample, draftsOf(sample)[0] as Draft)
    const headers = [...(signed.headers as Headers)].filter(([name]) => name !== "content-type")
    for (const [name, value] of headers) {
      const wrong = [
        value.slice(1),
        value.slice(0, -1),
        value + value,
        "",
        ...[...value].map((old, at) => value.slice(0, at) + (old === "x" ? "y" : "x") + value.slice(at + 1)),
      ]
      for (const changed of wrong) {
        const forged = new Headers(signed.headers as Headers)
        forged.set(name, changed)
        const believed = await verify({ ...signed, headers: forged })
        // The word before a credential, and a key that is no secret, are not case-sensitive; nothing else may differ.
        expect([name, changed, believed && changed.toLowerCase() !== value.toLowerCase()]).toEqual([
          name,
          changed,
          false,
        ])
      }
    }
  })

  it("[C3] a body with any one byte changed is refused where the signature covers it", async () => {
    for (const draft of draftsOf(sample).slice(0, 3)) {
      const signed = requestOf(sample, draft)
      const text = decoder.decode(signed.body)
      let refused = 0
      for (let at = 0; at < text.length; at += 1) {
        const changed = text.slice(0, at) + (text[at] === "x" ? "y" : "x") + text.slice(at + 1)
        if (!(await verify({ ...signed, body: encoder.encode(changed) }))) refused += 1
      }
      if (covers.body) expect(refused).toBe(text.length)
      const more = [`${text} `, text.slice(1), ""].map((body) => ({ ...signed, body: encoder.encode(body) }))
      if (covers.body) for (const request of more) expect(await verify(request)).toBe(false)
    }
  })

  it("[C3] another address is refused where the signature covers it", async () => {
    const signed = requestOf(sample, draftsOf(sample)[0] as Draft)
    const others = [
      signed.url.replace("/site_1/", "/site_2/"),
      signed.url.replace(`/${carrier.name}/`, "/other/"),
      `${signed.url}${signed.url.includes("?") ? "&" : "?"}more=1`,
    ]
    if (covers.address) for (const url of others) expect([url, await verify({ ...signed, url })]).toEqual([url, false])
    const nothing = { ...signed, url: "not a url", headers: new Headers(), body: new Uint8Array() }
    expect(await verify(nothing)).toBe(false)
  })

  it("[C3] another method is refused", async () => {
    const signed = requestOf(sample, draftsOf(sample)[0] as Draft)
    for (const method of ["PUT", "get", "HEAD", ""]) expect(await verify({ ...signed, method })).toBe(false)
  })

  it("[C4] a dated signature is refused once it is stale, and when it is from the future", async () => {
    if (covers.window_s === null) return
    for (const draft of draftsOf(sample).filter(({ body }) => !body.includes("NOTIFY_RECORD"))) {
      const signed = requestOf(sample, draft)
      const later = (seconds: number) => verify({ ...signed, received_at: signed.received_at + seconds * 1000 })
      expect(await later(covers.window_s + 5 * 3600)).toBe(false)
      expect(await later(-covers.window_s - 5 * 3600)).toBe(false)
      if (covers.window_s === 300) {
        expect(await later(298)).toBe(true)
        expect(await later(302)).toBe(false)
        expect(await later(-302)).toBe(false)
      }
    }
  })

  it("[C5] garbage is refused and read without an error, and what is read survives JSON", async () => {
    const drafts = draftsOf(sample)
    const words = fc.constantFrom(
      ...new Set(drafts.flatMap(({ body }) => [...body.matchAll(/[\w.:-]{2,60}/g)].map(([word]) => word))),
    )
    // Honest bodies with pieces of other ones, of hostile texts and of raw bytes put in anywhere.
    const piece = fc.oneof(
      words,
      fc.constantFrom(
        '"',
        "{",
        "}",
        "[",
        "]",
        ":",
        "&",
        "=",
        "%00",
        "\\u0000",
        "\\ud800",
        "null",
        "1e999",
        "__proto__",
      ),
      fc.string({ unit: "binary", maxLength: 20 }),
    )
    const body = fc.oneof(
      fc
        .tuple(
          fc.constantFrom(...drafts.map((draft) => draft.body)),
          fc.array(fc.tuple(fc.nat(2000), fc.nat(40), piece), { maxLength: 4 }),
        )
        .map(([text, cuts]) =>
          encoder.encode(
            cuts.reduce((whole, [at, length, put]) => whole.slice(0, at) + put + whole.slice(at + length), text),
          ),
        ),
      fc.uint8Array({ maxLength: 300 }),
      fc.json({ depthSize: "medium" }).map((text) => encoder.encode(text)),
    )
    const header = fc.string({ unit: "binary", maxLength: 120 })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...carrier.events, "other"),
        fc.constantFrom("", "?action=cdr", "?action=record", "?zd_echo=<script>"),
        body,
        header,
        fc.constantFrom("POST", "GET"),
        async (event, query, bytes, garbage, method) => {
          const request: CarrierRequest = {
            method,
            url: `${PUBLIC_URL}/${carrier.name}/${event}${query}`,
            headers: {
              get: (name) => (name === "webhook-timestamp" || name === "x-timestamp" ? String(T0 / 1000) : garbage),
            },
            body: Uint8Array.from(bytes),
            received_at: T0,
          }
          expect(await verify(request)).toBe(false)
          carrier.challenge?.(request)
          const named = carrier.nameEvent?.(event, request) ?? event
          expect(carrier.acknowledge(named).status).toBeLessThan(205)
          const events = carrier.parse(named, request)
          expect(JSON.parse(JSON.stringify(events))).toEqual(events)
          for (const parsed of events) {
            expect(parsed.event_key.length).toBeLessThan(512)
            expect(parsed.call_key).toMatch(/^.{1,128}$/)
            expect(parsed.occurred_at).toBeLessThanOrEqual(T0)
            expect(parsed.occurred_at).toBeGreaterThan(T0 - 8 * 24 * 3_600_000)
            for (const seconds of [parsed.talk_s, parsed.duration_s, parsed.recording_s])
              if (seconds !== undefined)
                expect(Number.isInteger(seconds) && seconds >= 0 && seconds <= 604_800).toBe(true)
          }
        },
      ),
      { numRuns: 450 },
    )
  }, 60_000)

  it("[C10] instructions are well-formed whatever they say, and a text stays a text", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.constantFrom(
        '</Say><Dial>+1900</Dial>"',
        "<speak>x</speak>",
        "#tts[x]",
        '"}],"action":{"name":"x"}',
        "\u0000\uD800🙂",
      ),
    )
    fc.assert(
      fc.property(hostile, hostile, fc.boolean(), (text, language, record) => {
        const told: Instructions[] = [
          { kind: "say", text, language },
          { kind: "forward", to: "+13125550100", record, timeout_s: 25 },
          { kind: "reject" },
        ]
        for (const instructions of told) {
          const { status, contentType, body } = carrier.render(instructions, contextOf(sample), credentials)
          expect(status === 200 || body === null).toBe(true)
          if (body === null) expect(sample.routedElsewhere).toBe(true)
          else if (/xml/.test(contentType ?? "")) readXml(body)
          else JSON.parse(body)
          expect(body ?? "").not.toContain("<speak>")
          expect(body ?? "").not.toContain("1900</Dial>")
        }
      }),
      { numRuns: 300 },
    )
  })

  it("[C11] a number that forwards to itself is refused, however it is written", () => {
    const forward = (to: string) =>
      carrier.render({ kind: "forward", to, record: false }, contextOf(sample), credentials)
    const refused = carrier.render({ kind: "reject" }, contextOf(sample), credentials)
    for (const to of ["+12025550142", "12025550142", "+1 (202) 555-0142"]) expect(forward(to)).toEqual(refused)
    if (!sample.routedElsewhere) expect(forward("+12025550143")).not.toEqual(refused)
  })

  it("[C12] a forward names the business, a ring time and where its events go, as far as the carrier takes them", () => {
    const context = contextOf(sample)
    const answer = carrier.render(
      { kind: "forward", to: "+13125550100", record: true, timeout_s: 25 },
      context,
      credentials,
    )
    if (sample.routedElsewhere) {
      for (const kind of ["forward", "reject", "say"] as const) {
        const instructions: Instructions =
          kind === "say" ? { kind, text: "x" } : kind === "reject" ? { kind } : { kind, to: "+1", record: false }
        expect(carrier.render(instructions, context, credentials)).toEqual(answer)
      }
      return
    }
    expect(answer.body).toContain("13125550100")
    expect(answer.body).toContain("25")
  })
})
