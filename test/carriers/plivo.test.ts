import fc from "fast-check"
import plivoPackage from "plivo"
import { describe, expect, it } from "vitest"
import type { CarrierRequest } from "../../server/carriers/carrier.js"
import type { Instructions, RenderContext } from "../../server/carriers/instructions.js"
import { plivo } from "../../server/carriers/plivo.js"
import { plivoSample } from "./samples/plivo.js"
import { requestOf } from "./samples/sample.js"
import { readXml } from "./xml-tree.js"

const CREDENTIALS = plivo.credentials.parse(plivoSample.credentials)
const { auth_token: TOKEN } = CREDENTIALS
const OTHER = "x".repeat(32)
type Fields = [name: string, value: string][]

/** The fields as plivo-node wants them: a repeated name holds a list. */
function asObject(fields: Fields): Record<string, string | string[]> {
  const object: Record<string, string | string[]> = {}
  for (const [name] of fields) {
    const values = fields.filter(([other]) => other === name).map(([, value]) => value)
    object[name] = values.length === 1 ? (values[0] ?? "") : values
  }
  return object
}

function send(method: string, url: string, fields: Fields, signature: string, nonce: string): CarrierRequest {
  return {
    method,
    url,
    headers: new Headers({ "x-plivo-signature-v3": signature, "x-plivo-signature-v3-nonce": nonce }),
    body: new TextEncoder().encode(method === "POST" ? new URLSearchParams(fields).toString() : ""),
    received_at: 0,
  }
}

const word = fc.string({ unit: fc.constantFrom(..."abcXYZ019-_.~!*()"), minLength: 1, maxLength: 8 })
const text = fc.oneof(
  word,
  fc.constantFrom("", " ", "+14155550123", "ü", "日本語", "🙂", "a&b=c", "%41", "it's", "a+b", "\n"),
  fc.string({ unit: "grapheme", maxLength: 10 }),
)
// plivo-node sorts names and values as JavaScript does, and cannot hold the empty name or __proto__.
const fields: fc.Arbitrary<Fields> = fc
  .array(fc.tuple(fc.oneof(word, fc.constantFrom("From", "To", "ü", "a b")), text), { maxLength: 6 })
  .chain((first) =>
    fc
      .array(fc.tuple(fc.constantFrom(...first.map(([name]) => name), "From"), text), { maxLength: 3 })
      .map((more) => [...first, ...more]),
  )
const query = fc
  .array(fc.tuple(word, fc.oneof(word, fc.constantFrom("%27", "a%20b", "a+b", "%C3%BC", "%2B1415", ""))), {
    maxLength: 4,
  })
  .map((pairs) => pairs.map((pair, index) => `q${index}${pair.join("=")}`).join("&"))
const url = fc
  .record({
    scheme: fc.constantFrom("https", "http"),
    host: fc.constantFrom("calls.example", "127.0.0.1"),
    port: fc.constantFrom("", ":8443", ":443"),
    path: fc.constantFrom("/v1/sites/site_1/carriers/plivo/voice", "/x", "/a/b/"),
    query,
  })
  .map(({ scheme, host, port, path, query }) => `${scheme}://${host}${port}${path}${query && `?${query}`}`)

describe("Plivo's signature", () => {
  it("[C2] agrees with plivo-node on thousands of generated requests", async () => {
    // The vendor's validator is asked whether it believes the signature that the vendor's own scheme makes.
    const { validateV3Signature } = plivoPackage
    const verdicts = { true: 0, false: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("POST", "POST", "GET"),
        url,
        fields,
        word,
        fc.constantFrom("honest", "honest", "token", "nonce", "field", "query"),
        async (method, address, sent, nonce, forgery) => {
          const signed = plivoSample.sign(
            { event: "", at: 0, contentType: "", body: method === "POST" ? new URLSearchParams(sent).toString() : "" },
            address,
            forgery === "token" ? OTHER : TOKEN,
          ).headers?.["x-plivo-signature-v3"]
          const given = method === "POST" ? sent : []
          // What was signed above is with the sample's own nonce and the POST form; the vendor says whether it holds.
          const usedNonce = forgery === "nonce" ? nonce : "05429567804466091622"
          const asked: Fields = forgery === "field" && method === "POST" ? [...given, ["more", nonce]] : given
          const target = forgery === "query" ? `${address}${address.includes("?") ? "&" : "?"}zz=${nonce}` : address
          const expected = true === validateV3Signature(method, target, usedNonce, TOKEN, signed ?? "", asObject(asked))
          verdicts[`${expected}`] += 1
          const request = send(method, target, asked, signed ?? "", usedNonce)
          expect(await plivo.verify(request, CREDENTIALS)).toBe(expected)
        },
      ),
      { numRuns: 3000 },
    )
    expect(Math.min(verdicts.true, verdicts.false)).toBeGreaterThan(400)
  })

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
