import { createHmac } from "node:crypto"
import { createRequire } from "node:module"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { CarrierRequest } from "../../server/carriers/carrier.js"
import type { Instructions } from "../../server/carriers/instructions.js"
import { jambonz } from "../../server/carriers/jambonz.js"
import { jambonzSample, signJambonzBody } from "./samples/jambonz.js"
import { T0 } from "./samples/sample.js"

const { validateApp, validate } = createRequire(import.meta.url)("@jambonz/schema") as {
  validateApp(app: unknown): { valid: boolean; errors?: unknown } | boolean | undefined
  validate(logger: unknown, app: unknown): void
}
const CREDENTIALS = jambonz.credentials.parse(jambonzSample.credentials)
const { current: SECRET, foreign: FOREIGN } = jambonzSample.secrets
const NOW_S = T0 / 1000

function send(signature: string, body: Uint8Array): CarrierRequest {
  return {
    method: "POST",
    url: "https://calls.example/v1/sites/site_1/carriers/jambonz/status",
    headers: { get: (name) => (name === "jambonz-signature" ? signature : null) },
    body: Uint8Array.from(body),
    received_at: T0,
  }
}

describe("jambonz's signature", () => {
  it("[C2] holds exactly when Node's crypto makes it of the same bytes, over thousands of generated ones", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.integer({ min: -400, max: 400 }),
        fc.constantFrom(SECRET, SECRET, FOREIGN),
        fc.constantFrom("", "", "", "body", "time", "upper", "v2"),
        async (body, age, secret, forgery) => {
          const time = NOW_S + age
          const honest = signJambonzBody(time, body, secret)
          const sent = forgery === "time" ? honest.replace(`t=${time}`, `t=${time + 1}`) : honest
          const header = forgery === "upper" ? sent.toUpperCase() : forgery === "v2" ? sent.replace("v1", "v2") : sent
          const bytes = forgery === "body" ? Uint8Array.from([...body, 32]) : body
          const expected = secret === SECRET && forgery === "" && Math.abs(age) <= 300
          expect(await jambonz.verify(send(header, bytes), CREDENTIALS)).toBe(expected)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it("[C2] one of several signatures is enough; a header of another shape is refused", async () => {
    const body = new TextEncoder().encode("{}")
    const good = createHmac("sha256", SECRET).update(`${NOW_S}.{}`).digest("hex")
    const verify = (header: string) => jambonz.verify(send(header, body), CREDENTIALS)
    expect(await verify(`t=${NOW_S},v1=${"0".repeat(64)},v1=${good}`)).toBe(true)
    for (const header of [`v1=${good},t=${NOW_S}`, `t=${NOW_S}`, good, `t=1e9,v1=${good}`, `t=${NOW_S},v1=${good},`])
      expect([header, await verify(header)]).toEqual([header, false])
  })
})

describe("jambonz's verbs", () => {
  const context = { dialled: "+12025550142", call_key: "1", callback_url: "https://calls.example/c/jambonz" }
  const told: Instructions[] = [
    { kind: "forward", to: "+13125550100", record: true, timeout_s: 25 },
    { kind: "forward", to: "+13125550100", record: false },
    { kind: "forward", to: "+12025550142", record: false },
    { kind: "reject" },
    { kind: "say", text: "A & B <closed>", language: "en-GB" },
    { kind: "say", text: "We are closed." },
  ]

  it("[C10] the vendor's schema takes every application that we answer, and refuses a spoilt one", () => {
    const logger = { debug() {}, info() {}, error() {} }
    const refusal = (app: unknown): unknown => {
      try {
        validate(logger, app)
        return undefined
      } catch (error) {
        return error
      }
    }
    expect(validateApp).toBeTypeOf("function")
    for (const instructions of told) {
      const app = JSON.parse(jambonz.render(instructions, context, CREDENTIALS).body ?? "")
      expect(refusal(app)).toBeUndefined()
      expect(refusal([{ ...app[0], verb: "dail" }])).toBeDefined()
    }
    expect(refusal([{ verb: "dial", target: [] }])).toBeDefined()
  })
})

describe("the sample calls of jambonz", () => {
  it("[C7] have the shape of the vendor's own schemas of its callbacks", () => {
    const inSchema = createRequire(createRequire(import.meta.url).resolve("@jambonz/schema"))
    const { default: Ajv } = inSchema("ajv") as { default: new (options: object) => SchemaReader }
    const ajv = new Ajv({ strict: false, validateSchema: false, logger: false })
    for (const name of ["base", "call-status", "dial", "session-new"])
      ajv.addSchema(inSchema(`./callbacks/${name}.schema.json`))
    const schemas: Record<string, string> = { voice: "session-new", status: "call-status", dial: "dial" }
    for (const { drafts } of Object.values(jambonzSample.calls)) {
      for (const { event, body } of drafts) {
        const read = ajv.getSchema(`https://jambonz.org/schema/callbacks/${schemas[event]}`)
        expect([body, read?.(JSON.parse(body)), read?.errors]).toEqual([body, true, null])
      }
    }
  })
})

interface SchemaReader {
  addSchema(schema: object): void
  getSchema(id: string): (((value: unknown) => boolean) & { errors?: unknown }) | undefined
}
