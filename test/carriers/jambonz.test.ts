import { createHmac } from "node:crypto"
import { createRequire } from "node:module"
import { describe, expect, it } from "vitest"
import type { CarrierRequest } from "../../server/carriers/carrier.js"
import type { Instructions } from "../../server/carriers/instructions.js"
import { jambonz } from "../../server/carriers/jambonz.js"
import { jambonzSample } from "./samples/jambonz.js"
import { T0 } from "./samples/sample.js"

const { validateApp, validate } = createRequire(import.meta.url)("@jambonz/schema") as {
  validateApp(app: unknown): { valid: boolean; errors?: unknown } | boolean | undefined
  validate(logger: unknown, app: unknown): void
}
const CREDENTIALS = jambonz.credentials.parse(jambonzSample.credentials)
const { current: SECRET } = jambonzSample.secrets
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
