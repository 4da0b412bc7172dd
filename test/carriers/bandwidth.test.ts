import { Bxml } from "bandwidth-sdk"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { bandwidth } from "../../server/carriers/bandwidth.js"
import type { CarrierRequest } from "../../server/carriers/carrier.js"
import type { Instructions, RenderContext } from "../../server/carriers/instructions.js"
import { bandwidthSample } from "./samples/bandwidth.js"
import { readXml } from "./xml-tree.js"

const CREDENTIALS = bandwidth.credentials.parse(bandwidthSample.credentials)
const CONTEXT: RenderContext = {
  dialled: "+12025550142",
  call_key: "c-15ac29a2",
  callback_url: "https://calls.example/v1/sites/site_1/carriers/bandwidth",
}
const treeOf = (instructions: Instructions) => readXml(bandwidth.render(instructions, CONTEXT, CREDENTIALS).body ?? "")

/** What the vendor's builder makes of the same verbs. */
function built(...verbs: ConstructorParameters<typeof Bxml.Response>[0][]) {
  const response = new Bxml.Response()
  for (const verb of verbs.flat()) response.addVerbs(verb as never)
  return readXml(response.toBxml())
}

describe("BXML", () => {
  it("[C10] every instruction is the same tree as the vendor's builder makes", () => {
    const number = new Bxml.PhoneNumber("+13125550100", {
      transferAnswerUrl: `${CONTEXT.callback_url}/status`,
      transferDisconnectUrl: `${CONTEXT.callback_url}/status`,
      tag: "c-15ac29a2",
    })
    const transfer = new Bxml.Transfer(
      { transferCallerId: "+12025550142", callTimeout: 25, transferCompleteUrl: `${CONTEXT.callback_url}/dial` },
      number,
    )
    const record = new Bxml.StartRecording({
      recordingAvailableUrl: `${CONTEXT.callback_url}/recording`,
      multiChannel: true,
    })
    const forward = (recorded: boolean): Instructions => ({
      kind: "forward",
      to: "+13125550100",
      record: recorded,
      timeout_s: 25,
    })
    expect(treeOf(forward(false))).toEqual(built(transfer as never))
    expect(treeOf(forward(true))).toEqual(built(record as never, transfer as never))
    expect(treeOf({ kind: "reject" })).toEqual(built(new Bxml.Hangup() as never))
    expect(treeOf({ kind: "say", text: "We are closed.", language: "en-GB" })).toEqual(
      built(new Bxml.SpeakSentence("We are closed.", { locale: "en_GB" }) as never),
    )
    expect(readXml(bandwidth.acknowledge("dial").body ?? "")).toEqual(built())
  })
})

describe("Bandwidth's login", () => {
  it("[C2] only the exact user and password are believed, over thousands of generated ones", async () => {
    const guess = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.constantFrom(CREDENTIALS.username, CREDENTIALS.password, ...(CREDENTIALS.passwords ?? [])),
    )
    await fc.assert(
      fc.asyncProperty(
        guess,
        guess,
        fc.constantFrom("Basic ", "basic ", "Bearer ", "Basic"),
        async (user, word, scheme) => {
          const token = Buffer.from(`${user}:${word}`, "utf8").toString("base64")
          const request: CarrierRequest = {
            method: "POST",
            url: "https://calls.example/",
            headers: { get: (name) => (name === "authorization" ? scheme + token : null) },
            body: new Uint8Array(),
            received_at: 0,
          }
          const expected =
            /^basic $/i.test(scheme) &&
            user === CREDENTIALS.username &&
            [CREDENTIALS.password, ...(CREDENTIALS.passwords ?? [])].includes(word)
          expect(await bandwidth.verify(request, CREDENTIALS)).toBe(expected)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
