import fc from "fast-check"
import type { Miniflare } from "miniflare"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Carrier } from "../../server/carriers/carrier.js"
import { carrierNamed, carrierNames } from "../../server/carriers/index.js"
import type { Instructions } from "../../server/carriers/instructions.js"
import { signTwilio } from "../../server/carriers/twilio.js"
import { readCaller } from "../../server/core/caller/caller.js"
import { SAMPLES } from "./samples/index.js"
import { type Draft, PUBLIC_URL, requestOf } from "./samples/sample.js"
import { type AnyQuestion, ask, askThere, startAdapters } from "./workerd.js"

// The same adapters inside workerd, without any Node compatibility: what it says there must be what it says here.

const TOKEN = "0123456789abcdef0123456789abcdef"
const INSTRUCTIONS: Instructions[] = [
  { kind: "forward", to: "+13125550100", record: true, timeout_s: 25 },
  { kind: "forward", to: "+12025550142", record: false },
  { kind: "reject" },
  { kind: "say", text: "A & B <\u0000> 🙂", language: "en-US" },
]
const CALLERS = [
  "+14155550123",
  "14155550123",
  "anonymous",
  "+266696687",
  "+86282452253",
  "sip:jane@office.example",
  "client:jane",
  "",
]

/** For each carrier. */
const GENERATED_RUNS = 200

/** What requests differ in: ports and cases of the address, queries, and fields repeated, empty, or in any script. */
const GENERATED = fc.record({
  base: fc.constantFrom(
    "https://calls.example/v1/sites/site_1/carriers",
    "https://calls.example:8443/v1/sites/site_1/carriers",
    "https://calls.example:443/v1/sites/site_1/carriers",
    "http://Calls.Example:80//v1/sites/site_1/carriers",
  ),
  query: fc.constantFrom("", "?q=it's", "?q=%27&q=&q=2", "?name=Zo%C3%AB&a=%F0%9F%99%82", "?plus=a+b&pct=%25"),
  fields: fc.array(
    fc.tuple(
      fc.constantFrom("Extra", "extra", "Name", "name", "Zeichen", "ключ", "a[]", "a b"),
      fc.oneof(
        fc.string({ unit: "grapheme", maxLength: 20 }),
        fc.constantFrom("", " ", "+", "&=?", "é", "日本", "\r\n"),
      ),
    ),
    { maxLength: 6 },
  ),
})

/** The draft with more in it, in the form of its body; whatever tells the event stays. */
function varied(draft: Draft, { query, fields }: { query: string; fields: [string, string][] }): Draft {
  const body = draft.contentType.includes("form")
    ? `${draft.body}&${new URLSearchParams(fields)}`
    : withMore(JSON.parse(draft.body), Object.fromEntries(fields))
  return { ...draft, query: draft.query ? `${draft.query}${query.replace("?", "&")}` : query, body }
}

function withMore(value: unknown, more: Record<string, string>): string {
  if (Array.isArray(value)) return JSON.stringify([...value, more])
  return JSON.stringify({ ...more, ...(value as object) })
}

describe("the adapters in workerd", () => {
  let workerd: Miniflare

  beforeAll(async () => {
    workerd = await startAdapters()
  })

  afterAll(() => workerd?.dispose())

  it("[C14] callers are read, and Twilio's signature is made, as in Node", async () => {
    const forms = CALLERS.map((caller) => new URLSearchParams({ From: caller, Name: "Zoë & söns 🙂" }).toString())
    const response = await workerd.dispatchFetch("https://calls.example/", {
      method: "POST",
      body: JSON.stringify({ callers: CALLERS, forms, url: PUBLIC_URL, token: TOKEN }),
    })
    expect(await response.json()).toEqual({
      callers: CALLERS.map((caller) => readCaller(caller, "US")),
      signatures: await Promise.all(forms.map((form) => signTwilio(PUBLIC_URL, new URLSearchParams(form), TOKEN))),
    })
  })

  it("[C14] every carrier's requests are verified, read and answered as in Node, without any Node compatibility", async () => {
    const questions: AnyQuestion[] = SAMPLES.flatMap((sample) =>
      Object.values(sample.calls).flatMap(({ drafts }) =>
        drafts.flatMap((draft) =>
          [...Object.entries(sample.secrets), ["stale", sample.secrets.current] as const].map(([name, secret]) => {
            const { method, url, headers, body, received_at } = requestOf(sample, draft, secret)
            return {
              carrier: sample.carrier.name,
              event: draft.event,
              credentials: sample.credentials,
              method,
              url,
              headers: [...(headers as Headers)] as [string, string][],
              body: new TextDecoder().decode(body),
              received_at: received_at + (name === "stale" ? 3_000_000_000 : 0),
            }
          }),
        ),
      ),
    )
    const there = await askThere(workerd, questions, INSTRUCTIONS)
    const answers = await Promise.all(
      questions.map((question) => ask(carrierNamed(question.carrier) as Carrier, question, INSTRUCTIONS)),
    )
    for (const { carrier } of SAMPLES) {
      const verdicts = answers
        .filter((_, index) => questions[index]?.carrier === carrier.name)
        .map(({ verified }) => verified)
      expect([carrier.name, new Set(verdicts).size]).toEqual([carrier.name, 2])
    }
    expect(there).toEqual(JSON.parse(JSON.stringify({ names: carrierNames(), answers })))
  })

  it("[C2] [C14] thousands of generated requests of every carrier have the right verdict in Node and in workerd", async () => {
    const pieces = fc.sample(GENERATED, { numRuns: GENERATED_RUNS, seed: 5 })
    const questions: (AnyQuestion & { good: boolean })[] = []
    for (const sample of SAMPLES) {
      const drafts = Object.values(sample.calls).flatMap((call) => call.drafts)
      for (const [index, piece] of pieces.entries()) {
        const draft = drafts[index % drafts.length]
        if (!draft) continue
        // Sinch does not say what it signs of a query, and its address has none.
        const query = sample.carrier.name === "sinch" ? "" : piece.query
        const name = (["current", "further", "foreign"] as const)[index % 3] ?? "current"
        const { method, url, headers, body, received_at } = requestOf(
          sample,
          varied(draft, { ...piece, query }),
          sample.secrets[name],
          // The samples' own signatures are made of addresses as WHATWG writes them.
          new URL(piece.base).href,
        )
        questions.push({
          good: name !== "foreign",
          carrier: sample.carrier.name,
          event: draft.event,
          credentials: sample.credentials,
          method,
          url,
          headers: [...(headers as Headers)] as [string, string][],
          body: new TextDecoder().decode(body),
          received_at,
        })
      }
    }
    expect(questions).toHaveLength(SAMPLES.length * GENERATED_RUNS)
    const { answers } = await askThere(workerd, questions)
    for (const [index, { good, ...question }] of questions.entries()) {
      const here = await ask(carrierNamed(question.carrier) as Carrier, question, [])
      const told = `${question.carrier} ${question.url} ${question.body}`
      expect([told, here.verified]).toEqual([told, good])
      expect([told, answers[index]]).toEqual([told, JSON.parse(JSON.stringify(here))])
    }
  })
})
