import fc from "fast-check"
import type { Miniflare } from "miniflare"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Carrier, CarrierRequest } from "../../server/carriers/carrier.js"
import { carrierNamed, carrierNames } from "../../server/carriers/index.js"
import type { Instructions } from "../../server/carriers/instructions.js"
import { signTwilio, twilio } from "../../server/carriers/twilio.js"
import { readCaller } from "../../server/core/caller.js"
import { SAMPLES } from "./samples/index.js"
import { type Draft, requestOf as sampleRequest } from "./samples/sample.js"
import { CALLS, requestOf } from "./twilio-calls.js"
import { type AnyQuestion, ask, askThere, startAdapters } from "./workerd.js"

// The same adapters inside workerd, without any Node compatibility: what it says there must be what it says here.

const TOKEN = "0123456789abcdef0123456789abcdef"
const CREDENTIALS = {
  account_sid: `AC${"0".repeat(32)}`,
  auth_token: TOKEN,
  auth_tokens: ["fedcba9876543210fedcba9876543210"],
}
const CONTEXT = {
  dialled: "+12025550142",
  call_key: "CA1",
  callback_url: "https://calls.example/v1/sites/site_1/carriers/twilio",
}
const INSTRUCTIONS: Instructions[] = [
  { kind: "forward", to: "+13125550100", record: true, timeout_s: 25 },
  { kind: "forward", to: CONTEXT.dialled, record: false },
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

interface Question {
  event: string
  method: string
  url: string
  signature: string
  body: string
  received_at: number
}

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

  it("[C14] Twilio's verifies, reads, renders and signs as in Node", async () => {
    const questions: Question[] = []
    for (const [index, report] of Object.values(CALLS).flat().entries()) {
      const request = requestOf(report)
      const fields = [...new URLSearchParams(report.fields), ["Name", "Zoë & söns 🙂"], ["Name", ""], ["Name", ""]] as [
        string,
        string,
      ][]
      const body = new URLSearchParams(fields).toString()
      const url =
        [request.url, `${request.url}?q=it's`, request.url.replace(".example", ".Example:8443")][index % 3] ??
        request.url
      const signed = [url, url.replace("'", "%27"), url.replace(":8443", "")][index % 3] ?? url
      const signature = await signTwilio(
        signed,
        fields,
        [TOKEN, ...CREDENTIALS.auth_tokens, "forged-forged-forged"][index % 4 === 3 ? 2 : index % 2] ?? TOKEN,
      )
      questions.push({ event: report.event, method: "POST", url, signature, body, received_at: request.received_at })
    }
    const body = JSON.stringify({
      questions,
      credentials: CREDENTIALS,
      instructions: INSTRUCTIONS,
      context: CONTEXT,
      callers: CALLERS,
      token: TOKEN,
    })
    const response = await workerd.dispatchFetch("https://calls.example/", { method: "POST", body })
    expect(response.status).toBe(200)

    const answers = await Promise.all(
      questions.map(async ({ event, signature, body, ...rest }) => {
        const headers = new Headers({
          "x-twilio-signature": signature,
          "content-type": "application/x-www-form-urlencoded",
        })
        const request: CarrierRequest = { ...rest, headers, body: new TextEncoder().encode(body) }
        return {
          verified: await twilio.verify(request, CREDENTIALS),
          event: twilio.parse(event, request) ?? null,
          signature: await signTwilio(request.url, new URLSearchParams(body), TOKEN),
        }
      }),
    )
    expect(answers.map(({ verified }) => verified)).toContain(true)
    expect(answers.map(({ verified }) => verified)).toContain(false)
    expect(await response.json()).toEqual({
      answers,
      rendered: INSTRUCTIONS.map((instruction) => twilio.render(instruction, CONTEXT, CREDENTIALS)),
      callers: CALLERS.map((caller) => readCaller(caller, "US")),
      refused: true,
    })
  })

  it("[C14] every carrier's requests are verified, read and answered as in Node, without any Node compatibility", async () => {
    const questions: AnyQuestion[] = SAMPLES.flatMap((sample) =>
      Object.values(sample.calls).flatMap(({ drafts }) =>
        drafts.flatMap((draft) =>
          [...Object.entries(sample.secrets), ["stale", sample.secrets.current] as const].map(([name, secret]) => {
            const { method, url, headers, body, received_at } = sampleRequest(sample, draft, secret)
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
        const { method, url, headers, body, received_at } = sampleRequest(
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
