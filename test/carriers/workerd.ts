import { build } from "esbuild"
import { Miniflare } from "miniflare"
import type { Carrier } from "../../server/carriers/carrier.js"
import type { Instructions } from "../../server/carriers/instructions.js"

// The adapters inside workerd, without any Node compatibility.

/** A request of any carrier, and the site's credentials there. */
export interface AnyQuestion {
  carrier: string
  event: string
  credentials: unknown
  method: string
  url: string
  headers: [string, string][]
  body: string
  received_at: number
}

/** All that an adapter says about a request; the worker has this very function, as text. */
export async function ask(carrier: Carrier, question: AnyQuestion, instructions: Instructions[]) {
  const { event, credentials, headers, body, ...rest } = question
  const request = { ...rest, headers: new Headers(headers), body: new TextEncoder().encode(body) }
  const parsed = carrier.credentials.parse(credentials)
  const named = carrier.nameEvent?.(event, request) ?? event
  const context = { dialled: "+12025550142", call_key: "call_1", callback_url: "https://calls.example/c" }
  return {
    verified: await carrier.verify(request, parsed),
    named,
    events: carrier.parse(named, request),
    rendered: instructions.map((instruction) => carrier.render(instruction, context, parsed)),
    acknowledged: carrier.acknowledge(named),
    refused: !carrier.credentials.safeParse({}).success,
  }
}

const WORKER = `
import { carrierNamed, carrierNames } from "./server/carriers/index.ts"
import { signTwilio } from "./server/carriers/twilio.ts"
import { readCaller } from "./server/core/caller/caller.ts"
${ask}
export default {
  async fetch(incoming) {
    if (new URL(incoming.url).pathname === "/all") {
      const { questions, instructions } = await incoming.json()
      const answers = []
      for (const question of questions)
        answers.push(await ask(carrierNamed(question.carrier), question, instructions))
      return Response.json({ names: carrierNames(), answers })
    }
    const { callers, forms, url, token } = await incoming.json()
    return Response.json({
      callers: callers.map((caller) => readCaller(caller, "US")),
      signatures: await Promise.all(forms.map((form) => signTwilio(url, new URLSearchParams(form), token))),
    })
  },
}`

/** Starts a workerd that has all adapters in it. */
export async function startAdapters(): Promise<Miniflare> {
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
  const config = { name: "adapters", type: "worker" as const, compatibilityDate: "2026-08-01", manifest }
  const workerd = new Miniflare({ workers: [{ config }] })
  await workerd.ready
  return workerd
}

/** Asks the adapters of a workerd. */
export async function askThere(
  workerd: Miniflare,
  questions: readonly AnyQuestion[],
  instructions: readonly Instructions[] = [],
): Promise<{ names: string[]; answers: Awaited<ReturnType<typeof ask>>[] }> {
  const response = await workerd.dispatchFetch("https://calls.example/all", {
    method: "POST",
    body: JSON.stringify({ questions, instructions }),
  })
  if (response.status !== 200) throw new Error(await response.text())
  return (await response.json()) as { names: string[]; answers: Awaited<ReturnType<typeof ask>>[] }
}
