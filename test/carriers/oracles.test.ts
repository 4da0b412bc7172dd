import fc from "fast-check"
import type { Miniflare } from "miniflare"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest"
import type { Carrier } from "../../server/carriers/carrier.js"
import { carrierNamed } from "../../server/carriers/index.js"
import { ORACLES } from "./oracles.js"
import { T0 } from "./samples/sample.js"
import { type AnyQuestion, askThere, startAdapters } from "./workerd.js"

const RUNS = 2000

describe("verification beside the vendors' own packages", () => {
  let workerd: Miniflare
  beforeAll(async () => {
    workerd = await startAdapters()
  })
  afterAll(() => workerd?.dispose())
  // Some of them look at the machine's clock.
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: T0 }))
  afterEach(() => void vi.useRealTimers())

  it.each(ORACLES)(
    "[C2] [C14] $carrier agrees with $vendor on thousands of generated $what, in Node and in workerd",
    async ({ carrier: name, credentials, sent }) => {
      const carrier = carrierNamed(name) as Carrier
      const parsed = carrier.credentials.parse(credentials)
      const asked: (AnyQuestion & { believed: boolean })[] = []
      await fc.assert(
        fc.asyncProperty(sent, async ({ headers, body, believed: verdict, ...rest }) => {
          const believed = await verdict
          const request = { ...rest, received_at: T0 }
          asked.push({
            ...request,
            carrier: name,
            event: "voice",
            credentials,
            headers: Object.entries(headers),
            body,
            believed,
          })
          expect(
            await carrier.verify(
              { ...request, headers: new Headers(headers), body: new TextEncoder().encode(body) },
              parsed,
            ),
          ).toBe(believed)
        }),
        { numRuns: RUNS },
      )
      const yes = asked.filter(({ believed }) => believed).length
      expect(Math.min(yes, asked.length - yes)).toBeGreaterThan(RUNS / 10)
      const { answers } = await askThere(workerd, asked)
      for (const [index, question] of asked.entries())
        expect([question, answers[index]?.verified]).toEqual([question, question.believed])
    },
  )
})
