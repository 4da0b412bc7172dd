import fc from "fast-check"
import twilioPackage from "twilio"
import { describe, expect, it } from "vitest"
import type { Instructions, RenderContext } from "../../server/carriers/instructions.js"
import { twilio } from "../../server/carriers/twilio.js"
import { readXml } from "./xml-tree.js"

const { VoiceResponse } = twilioPackage.twiml

const CREDENTIALS = { account_sid: `AC${"0".repeat(32)}`, auth_token: "0123456789abcdef0123456789abcdef" }
const CONTEXT: RenderContext = {
  dialled: "+12025550142",
  call_key: "CA1",
  callback_url: "https://calls.example/v1/sites/site_1/carriers/twilio",
}
const URL_OF = (event: string) => `${CONTEXT.callback_url}/${event}`

function treeOf(instructions: Instructions, context = CONTEXT) {
  return readXml(twilio.render(instructions, context, CREDENTIALS).body ?? "")
}

/** What twilio-node's builder makes of the same intent. */
function built(build: (response: InstanceType<typeof VoiceResponse>) => void) {
  const response = new VoiceResponse()
  build(response)
  return readXml(response.toString())
}

describe("TwiML", () => {
  it("a forward is the same tree as the vendor's builder makes", () => {
    const expected = built((response) => {
      const dial = response.dial({ answerOnBridge: true, action: URL_OF("dial") })
      dial.number(
        { statusCallback: URL_OF("status"), statusCallbackEvent: ["initiated", "ringing", "answered", "completed"] },
        "+13125550100",
      )
    })
    expect(treeOf({ kind: "forward", to: "+13125550100", record: false })).toEqual(expected)
  })

  it("a recorded forward with a ring time is the same tree as the vendor's builder makes", () => {
    const expected = built((response) => {
      const dial = response.dial({
        answerOnBridge: true,
        action: URL_OF("dial"),
        timeout: 25,
        record: "record-from-answer-dual",
        recordingStatusCallback: URL_OF("recording"),
        recordingStatusCallbackEvent: ["completed", "absent"],
      })
      dial.number(
        { statusCallback: URL_OF("status"), statusCallbackEvent: ["initiated", "ringing", "answered", "completed"] },
        "+13125550100",
      )
    })
    expect(treeOf({ kind: "forward", to: "+13125550100", record: true, timeout_s: 25 })).toEqual(expected)
  })

  it("a refusal, a text and an empty answer are the same trees as the vendor's builder makes", () => {
    expect(treeOf({ kind: "reject" })).toEqual(built((response) => response.reject({ reason: "busy" })))
    expect(treeOf({ kind: "say", text: "We are closed.", language: "en-GB" })).toEqual(
      built((response) => response.say({ language: "en-GB" }, "We are closed.")),
    )
    expect(treeOf({ kind: "say", text: "We are closed." })).toEqual(built((response) => response.say("We are closed.")))
    expect(readXml(twilio.acknowledge("dial").body ?? "")).toEqual(built(() => {}))
  })

  it("any text arrives as it was, save for the characters that XML does not allow", () => {
    const allowed = (text: string) =>
      [...text]
        .filter((letter) => /^[\t\n\r\u{20}-\u{7E}\u{A0}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]$/u.test(letter))
        .join("")
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        `</Say><Dial>+1900</Dial>`,
        `"'&<>]]>`,
        "&lt;",
        "&#0;",
        "\u0000\u0008\uFFFE\uD800",
        "\r\n\t",
        "<![CDATA[x]]>",
        "🙂",
      ),
    )
    fc.assert(
      fc.property(hostile, hostile, (text, url) => {
        const said = treeOf({ kind: "say", text })
        expect(said.children).toEqual([
          { name: "Say", attributes: {}, children: allowed(text) === "" ? [] : [allowed(text)] },
        ])
        const [dial] = treeOf(
          { kind: "forward", to: "+13125550100", record: false },
          { ...CONTEXT, callback_url: url },
        ).children
        expect(dial).toMatchObject({ attributes: { action: `${allowed(url)}/dial` } })
      }),
      { numRuns: 1000 },
    )
  })

  it("a number that forwards to itself is refused, however it is written", () => {
    const loop = (to: string, dialled: string | null) =>
      treeOf({ kind: "forward", to, record: false }, { ...CONTEXT, dialled })
    const refused = built((response) => response.reject({ reason: "busy" }))
    expect(loop("+12025550142", "+12025550142")).toEqual(refused)
    expect(loop("+12025550142", "12025550142")).toEqual(refused)
    expect(loop("+1 (202) 555-0142", "+12025550142")).toEqual(refused)
    expect(loop("+12025550143", "+12025550142")).not.toEqual(refused)
    expect(loop("+12025550142", null)).not.toEqual(refused)
  })

  it("a ring time is cut to what Twilio takes; a language that is none is left out", () => {
    const timeout = (timeout_s: number) =>
      treeOf({ kind: "forward", to: "+13125550100", record: false, timeout_s }).children[0]
    expect(timeout(1)).toMatchObject({ attributes: { timeout: "5" } })
    expect(timeout(9999)).toMatchObject({ attributes: { timeout: "600" } })
    expect(timeout(12.4)).toMatchObject({ attributes: { timeout: "12" } })
    expect(treeOf({ kind: "say", text: "x", language: 'en" voice="y' }).children).toEqual([
      { name: "Say", attributes: {}, children: ["x"] },
    ])
  })

  it("is sent as XML; what nothing is asked of is answered without a body", () => {
    expect(twilio.render({ kind: "reject" }, CONTEXT, CREDENTIALS)).toMatchObject({
      status: 200,
      contentType: "text/xml; charset=utf-8",
    })
    for (const event of ["status", "recording"])
      expect(twilio.acknowledge(event)).toEqual({ status: 204, contentType: null, body: null })
  })
})
