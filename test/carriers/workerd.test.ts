import { build } from "esbuild"
import { Miniflare } from "miniflare"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { CarrierRequest } from "../../server/carriers/carrier.js"
import type { Instructions } from "../../server/carriers/instructions.js"
import { signTwilio, twilio } from "../../server/carriers/twilio.js"
import { readCaller } from "../../server/core/caller.js"
import { CALLS, requestOf } from "./twilio-calls.js"

// The same adapter inside workerd, without any Node compatibility: what it says there must be what it says here.

const TOKEN = "0123456789abcdef0123456789abcdef"
const CREDENTIALS = {
  account_sid: `AC${"0".repeat(32)}`,
  auth_token: TOKEN,
  auth_tokens: ["fedcba9876543210fedcba9876543210"],
}
const CONTEXT = { dialled: "+12025550142", callback_url: "https://calls.example/v1/sites/site_1/carriers/twilio" }
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

const WORKER = `
import { twilio, signTwilio } from "./server/carriers/twilio.ts"
import { readCaller } from "./server/core/caller.ts"
export default {
  async fetch(incoming) {
    const { questions, credentials, instructions, context, callers, token } = await incoming.json()
    const answers = []
    for (const { event, signature, body, ...rest } of questions) {
      const headers = new Headers({ "x-twilio-signature": signature, "content-type": "application/x-www-form-urlencoded" })
      const request = { ...rest, headers, body: new TextEncoder().encode(body) }
      answers.push({
        verified: await twilio.verify(request, credentials),
        event: twilio.parse(event, request) ?? null,
        signature: await signTwilio(request.url, new URLSearchParams(body), token),
      })
    }
    return Response.json({
      answers,
      rendered: instructions.map((instruction) => twilio.render(instruction, context)),
      callers: callers.map((caller) => readCaller(caller, "US")),
      refused: !twilio.credentials.safeParse({}).success,
    })
  },
}`

describe("the Twilio adapter in workerd", () => {
  let workerd: Miniflare

  beforeAll(async () => {
    const bundle = await build({
      stdin: { contents: WORKER, resolveDir: process.cwd(), loader: "ts" },
      bundle: true,
      format: "esm",
      platform: "neutral",
      mainFields: ["module", "main"],
      conditions: ["workerd", "worker", "import"],
      write: false,
    })
    const modules = { "worker.js": { type: "esm" as const, contents: bundle.outputFiles[0]?.text ?? "" } }
    const manifest = { mainModule: "worker.js", modules }
    const config = { name: "twilio", type: "worker" as const, compatibilityDate: "2026-08-01", manifest }
    workerd = new Miniflare({ workers: [{ config }] })
    await workerd.ready
  }, 120_000)

  afterAll(() => workerd?.dispose())

  it("verifies, reads, renders and signs as in Node", async () => {
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
      rendered: INSTRUCTIONS.map((instruction) => twilio.render(instruction, CONTEXT)),
      callers: CALLERS.map((caller) => readCaller(caller, "US")),
      refused: true,
    })
  }, 60_000)
})
