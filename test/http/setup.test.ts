import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type * as z from "zod"
import { carrierNamed, carrierNames } from "../../server/carriers/index.js"
import type { SetupAnswer } from "../../shared/contract-carriers.js"
import { SAMPLES } from "../carriers/samples/index.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, type TestSite, TOKEN } from "../site.js"
import { readProblem } from "./problem.js"

describe.each(ENGINES)("setting carriers up on %s", (engine) => {
  let host: Host
  let site: TestSite
  beforeAll(async () => {
    host = await startHost(engine)
    site = await createSite(host)
  })
  afterAll(() => host.close())

  const setup = (carrier: string) => host.api<SetupAnswer>("GET", `/v1/sites/${site.id}/carriers/${carrier}/setup`)
  const faultsOf = async (answer: Response) => (await readProblem(answer, 400, "invalid")).errors ?? []
  const put = (carrier: string, body: unknown) => host.request("PUT", `/v1/sites/${site.id}/carriers/${carrier}`, body)

  it("[Z1] names, for every carrier, addresses that its own door answers, and forgets no event", async () => {
    for (const name of carrierNames()) {
      const { steps, named_by_us, notes, warnings } = await setup(name)
      const base = `${host.publicUrl}/v1/sites/${site.id}/carriers/${name}`
      expect(steps.length).toBeGreaterThan(0)
      expect(warnings).toEqual([])
      for (const note of notes) expect(note).toMatch(/^[A-Z].*\.$|^examples\/pbx/)
      const entered = steps.map(({ url }) => new URL(url))
      for (const address of [...entered, ...named_by_us.map((url) => new URL(url))]) {
        expect(address.href).toContain(base)
        const path = address.pathname.slice(new URL(base).pathname.length + 1)
        if (path === "") continue
        // No credentials are set but Twilio's: the door is there, and shut.
        const answer = await host.request("POST", address.pathname, "", { key: null })
        expect([name, path, answer.status]).toEqual([name, path, 403])
      }
      const named = [...entered.map(({ pathname }) => pathname), ...named_by_us.map((url) => new URL(url).pathname)]
      const paths = new Set(named.map((path) => path.slice(new URL(base).pathname.length + 1)))
      if (!paths.has("")) expect([...paths].sort()).toEqual([...(carrierNamed(name)?.events ?? [])].sort())
    }
  })

  it("[Z1] tells Twilio and jambonz how to retry, behind the address, and shows no secret", async () => {
    const twilio = await setup("twilio")
    expect(twilio.steps.map(({ event, method, url }) => [event, method, new URL(url).hash])).toEqual([
      ["voice", "POST", "#ct=2000&rt=5000&rc=2&rp=all"],
      ["status", "POST", "#rc=5&rp=all"],
    ])
    expect(twilio.set_at).not.toBeNull()
    expect(JSON.stringify(twilio)).not.toContain(TOKEN)
    const jambonz = await setup("jambonz")
    expect(jambonz.set_at).toBeNull()
    expect(jambonz.steps.map(({ url }) => new URL(url).hash)).toEqual(["#rc=2&rp=ct,rt,5xx", "#rc=5&rp=ct,rt,5xx"])
    const uis = await setup("uis")
    expect(uis.steps.map(({ url }) => new URL(url).search)).toEqual(uis.steps.map(() => "?secret=YOUR_SECRET"))
    for (const { body } of uis.steps) expect(JSON.parse(body ?? "")).toHaveProperty("call_session_id")
  })

  it("[Z2] refuses credentials field by field, says what each must be, and repeats none of them", async () => {
    const rotations = SAMPLES.filter(({ credentials }) => Object.values(credentials).some(Array.isArray))
    for (const { carrier, refused } of SAMPLES) {
      const shape = (carrier.credentials as unknown as z.ZodObject).shape
      const needed = Object.keys(shape).filter((field) => !shape[field]?.safeParse(undefined).success)
      const faults = await faultsOf(await put(carrier.name, {}))
      expect(faults.map(({ path }) => path).sort()).toEqual(needed.sort())
      for (const { message } of faults) expect(message).toMatch(/^must be (a|an|the|whsec_) ?./)
      for (const bad of refused) {
        const answer = await put(carrier.name, bad)
        const text = await answer.clone().text()
        for (const { path } of await faultsOf(answer)) expect(path).not.toBe("")
        for (const value of Object.values(bad)) {
          if (typeof value === "string" && value.length > 8) expect(text).not.toContain(value)
        }
      }
      expect(await faultsOf(await put(carrier.name, { ...SAMPLES[0]?.credentials, surprise: 1 }))).toContainEqual({
        path: "surprise",
        message: "is not known here",
      })
    }
    expect(rotations.map(({ carrier }) => carrier.name).sort()).toEqual(carrierNames().sort())
  })
})

describe("setting carriers up on a server that nobody reaches", () => {
  it("[Z1] warns that PUBLIC_URL is to be set", async () => {
    const host = await startHost("node", { publicUrl: "http://localhost:8787" })
    const site = await createSite(host)
    const { warnings } = await host.api<SetupAnswer>("GET", `/v1/sites/${site.id}/carriers/twilio/setup`)
    expect(warnings).toEqual([expect.stringContaining("set PUBLIC_URL")])
    await host.close()
  })
})
