import plivoPackage from "plivo"
import { describe, expect, it } from "vitest"
import type { Instructions, RenderContext } from "../../server/carriers/instructions.js"
import { plivo } from "../../server/carriers/plivo.js"
import { plivoSample } from "./samples/plivo.js"
import { requestOf } from "./samples/sample.js"
import { readXml } from "./xml-tree.js"

const CREDENTIALS = plivo.credentials.parse(plivoSample.credentials)
describe("Plivo's signature", () => {
  it("[C2] any signature of the header may hold, and the main account's header counts", async () => {
    const request = requestOf(
      plivoSample,
      plivoSample.calls.answered?.drafts[0] ?? { event: "", at: 0, body: "", contentType: "" },
    )
    const good = request.headers.get("x-plivo-signature-v3") ?? ""
    const nonce = request.headers.get("x-plivo-signature-v3-nonce") ?? ""
    const bad = "A".repeat(43)
    const verify = (headers: Record<string, string>) =>
      plivo.verify(
        { ...request, headers: new Headers({ "x-plivo-signature-v3-nonce": nonce, ...headers }) },
        CREDENTIALS,
      )
    expect(await verify({ "x-plivo-signature-v3": `${bad}=,${good}` })).toBe(true)
    expect(await verify({ "x-plivo-signature-ma-v3": good })).toBe(true)
    expect(await verify({ "x-plivo-signature-v3": `${bad}=,${bad}=` })).toBe(false)
    expect(await verify({ "x-plivo-signature-v3": `${`${bad}=,`.repeat(5)}${good}` })).toBe(false)
  })
})

const CONTEXT: RenderContext = {
  dialled: "12025550142",
  call_key: "1",
  callback_url: "https://calls.example/v1/sites/site_1/carriers/plivo",
}
const treeOf = (instructions: Instructions) => readXml(plivo.render(instructions, CONTEXT, CREDENTIALS).body ?? "")

/** What plivo-node's builder, which throws at attributes that Plivo does not know, makes of the same intent. */
function built(build: (response: ReturnType<typeof plivoPackage.Response>) => void) {
  const response = plivoPackage.Response()
  build(response)
  return readXml(response.toXML())
}

describe("Plivo XML", () => {
  it("[C10] every instruction is the same tree as the vendor's builder makes", () => {
    const forwarded = (record: boolean) =>
      built((response) => {
        if (record)
          response.addRecord({
            startOnDialAnswer: true,
            redirect: false,
            maxLength: 14_400,
            callbackUrl: `${CONTEXT.callback_url}/recording`,
          })
        const dial = response.addDial({
          action: `${CONTEXT.callback_url}/dial`,
          callbackUrl: `${CONTEXT.callback_url}/leg`,
          timeout: 25,
        })
        dial.addNumber("13125550100")
      })
    for (const record of [false, true])
      expect(treeOf({ kind: "forward", to: "+13125550100", record, timeout_s: 25 })).toEqual(forwarded(record))
    expect(treeOf({ kind: "reject" })).toEqual(built((response) => response.addHangup({ reason: "busy" })))
    expect(treeOf({ kind: "say", text: "A & B <closed>", language: "en-GB" })).toEqual(
      built((response) => response.addSpeak("A & B <closed>", { language: "en-GB" })),
    )
    expect(readXml(plivo.acknowledge("dial").body ?? "")).toEqual(built(() => {}))
  })
})
