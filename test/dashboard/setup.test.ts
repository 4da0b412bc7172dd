import { createHash } from "node:crypto"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { signTwilio } from "../../server/carriers/twilio.js"
import { inspectPage } from "../../server/dashboard/inspect.js"
import type { LeadAnswer } from "../../shared/contract-leads.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, TARGET, type TestSite, TOKEN, viewPage } from "../site.js"
import { type Person, signIn } from "./visitor.js"

const decode = (html: string) =>
  html.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&#39;", "'")
/** What a text to be copied says. */
const copied = (page: string, id: string) =>
  decode(new RegExp(`<pre id="${id}">([^<]*)</pre>`).exec(page)?.[1] ?? "").replaceAll("&amp;", "&")

describe.each([
  ...ENGINES.map((engine) => ({ engine, path: undefined, script: "/dni.js", api: undefined })),
  ...ENGINES.map((engine) => ({ engine, path: "/assets/w.js", script: "/assets/w.js", api: "/assets" })),
])("the tag of a site on $engine at $script", ({ engine, path, script, api }) => {
  let host: Host
  let site: TestSite
  let admin: Person
  beforeAll(async () => {
    host = await startHost(engine, path === undefined ? {} : { scriptPath: path })
    site = await createSite(host)
    admin = await signIn(host, host.adminKey)
  })
  afterAll(() => host.close())

  const tag = async (id: string) => copied((await admin.get(`/app/${site.id}/setup`)).text, `tag-${id}`)
  const check = async (html: string) => {
    const { status, text } = await admin.post(`/app/${site.id}/setup/check`, { do: "check", url: "", html })
    expect(status).toBe(200)
    return text.slice(text.indexOf('<dl class="facts">'))
  }

  it("[DASH13] loads the script from the address that the owner chose, rolling or fixed with its digest", async () => {
    const data = `data-site="${site.id}"${api === undefined ? "" : ` data-api="${api}/${site.id}"`}`
    expect(await tag("plain")).toBe(`<script async src="${host.publicUrl}${script}" ${data}></script>`)
    for (const way of ["manager", "wordpress", "react"]) {
      const code = await tag(way)
      expect(code).toContain(`"${host.publicUrl}${script}"`)
      expect(code.includes("data-api")).toBe(api !== undefined)
    }
    const fixed = await tag("fixed")
    const [, src = "", integrity = ""] =
      /^<script async src="([^"]+)" integrity="([^"]+)" crossorigin="anonymous" data-site=/.exec(fixed) ?? []
    expect(fixed).toContain(data)
    const answer = await host.request("GET", src.slice(host.publicUrl.length), undefined, { key: null })
    expect(answer.headers.get("cache-control")).toContain("immutable")
    expect(answer.headers.get("access-control-allow-origin")).toBe("*")
    const digest = createHash("sha384")
      .update(new Uint8Array(await answer.arrayBuffer()))
      .digest("base64")
    expect(integrity).toBe(`sha384-${digest}`)
  })

  it("[DASH13] is found by the install checker in each of its forms, and said to be outdated or another site's", async () => {
    for (const way of ["plain", "manager", "fixed"]) expect(await check(await tag(way)), way).toContain(">Found<")
    const fixed = await tag("fixed")
    expect(await check(fixed.replace(/\.[0-9a-f]{16}\.js/, ".ffffffffffffffff.js"))).toContain("served no more")
    expect(await check(fixed.replaceAll(site.id, "site_other"))).toContain("for another site: site_other")
    for (const nothing of [
      `<!-- ${fixed} -->`,
      `<script src="/my-dni.js" data-site="${site.id}"></script>`,
      `<script src="/x/aw.js" data-site="${site.id}"></script>`,
    ])
      expect(await check(nothing), nothing).toContain("Not found in the source")
  })

  it("[DASH14] counts no number that the page keeps for itself as one to be swapped", async () => {
    const kept = `<div data-dni="off"><div>(212) 555-0100</div> <a href="tel:${TARGET}">212.555.0100</a></div>`
    expect(await check(kept)).toContain("Not on this page")
    const own = await check(`${kept}<p data-dni=off>${site.numbers[0]}</p>`)
    expect(own, "nobody was lent what stands in the source").toContain("Remove them")
    const both = await check(`${kept}<br data-dni="off"><p>212-555-0100, <b title="a > b">(212)</b> 555-0100</p>`)
    expect(both).toContain("Will be swapped")
    expect([...both.matchAll(/<code>([^<]*)<\/code> 1 time/g)].map(([, text]) => text)).toEqual([
      "212-555-0100",
      "(212) 555-0100",
    ])
    expect(both).not.toContain("tel: link")
  })
})

describe("the install checker", () => {
  // What is looked through again from each beginning would take minutes at this size.
  it.each(["<", "<!--", "<script ", "<script>", "<template>", '<a href="', "<div data-dni=off>", "<meta content='"])(
    "[DASH14] looks through a page of %s alone in time that grows with its size alone",
    (piece) => {
      const { script, targets } = inspectPage(piece.repeat(Math.ceil(2_000_000 / piece.length)), [], {
        ...{ site: "site_one", country: "US", publicUrl: "https://calls.example", targets: [TARGET], own: [] },
        script: { digest: "0123456789abcdef", path: undefined },
      })
      expect({ script, targets }).toEqual({
        script: "missing",
        targets: [{ number: TARGET, writings: [], links: 0, structured: 0 }],
      })
    },
  )
})

describe.each(ENGINES)("a site's settings on %s", (engine) => {
  let host: Host
  let site: TestSite
  let admin: Person
  beforeAll(async () => {
    host = await startHost(engine)
    site = await createSite(host, { settings: { country: "US" } })
    admin = await signIn(host, host.adminKey)
  })
  afterAll(() => host.close())

  const at = (path: string) => `/v1/sites/${site.id}${path}`
  const settings = (fields: Record<string, string>, person = admin) => person.post(`/app/${site.id}/settings`, fields)

  it("[DASH15] Do Not Track is switched on and off, and nothing else with it", async () => {
    const fields = {
      do: "save",
      ...{ name: "Shop", domains: "shop.example", timezone: "UTC", currency: "USD", country: "US", forward_to: "" },
    }
    const read = () => host.api<{ do_not_track: boolean; name: string }>("GET", at(""))
    expect((await settings({ ...fields, do_not_track: "1" })).status).toBe(303)
    expect(await read()).toMatchObject({ do_not_track: true, name: "Shop" })
    expect((await admin.get(`/app/${site.id}/settings`)).text).toMatch(/name="do_not_track"[^>]* checked/)
    const heard = await viewPage(host, site, {}, { headers: { dnt: "1" } })
    expect(heard.visit).toBeNull()
    expect((await settings(fields)).status).toBe(303)
    expect(await read()).toMatchObject({ do_not_track: false })
    expect((await admin.get(`/app/${site.id}/settings`)).text).not.toMatch(/name="do_not_track"[^>]* checked/)
  })

  it("[DASH15] months of retention are kept, emptied and refused", async () => {
    const read = () => host.api("GET", at("/settings/retention"))
    expect((await settings({ do: "retain", visits_months: "13", calls_months: "", leads_months: "24" })).status).toBe(
      303,
    )
    expect(await read()).toEqual({ visits_months: 13, calls_months: null, leads_months: 24 })
    const refused = await settings({ do: "retain", visits_months: "0", calls_months: "1.5", leads_months: "x" })
    expect(refused.text).toContain("Nothing was changed")
    expect(await read()).toEqual({ visits_months: 13, calls_months: null, leads_months: 24 })
    expect((await settings({ do: "retain", visits_months: "", leads_months: "24" })).status).toBe(303)
    expect(await read()).toEqual({ visits_months: null, calls_months: null, leads_months: 24 })
  })

  it("[DASH15] somebody is forgotten by number or address, once it was confirmed, by an administrator alone", async () => {
    const lead = async (person: object) =>
      (await host.api<LeadAnswer>("POST", at("/leads"), { name: "Ann Lee", ...person })).id
    const name = async (id: string) => (await host.api<LeadAnswer>("GET", at(`/leads/${id}`))).name
    const ann = await lead({ phone: "+13125550199" })
    const bob = await lead({ email: "bob@example.com" })
    for (const refused of [
      { phone: "+13125550199" },
      { sure: "1" },
      { phone: "12", sure: "1" },
      { email: "no address", sure: "1" },
    ])
      expect((await settings({ do: "forget", ...refused })).text, JSON.stringify(refused)).toContain(
        "Nothing was changed",
      )
    const { key } = await host.api<{ key: string }>("POST", at("/keys"), { scope: "write" })
    const member = await signIn(host, key)
    expect((await settings({ do: "forget", phone: "+13125550199", sure: "1" }, member)).status).toBe(403)
    expect((await member.get(`/app/${site.id}/settings`)).text).not.toContain('value="forget"')
    expect(await name(ann)).toBe("Ann Lee")
    const gone = await settings({ do: "forget", phone: "(312) 555-0199", sure: "1" })
    expect(gone.text).toMatch(/Forgotten: [^<]*Leads 1/)
    expect(await name(ann)).toBeNull()
    expect(await name(bob)).toBe("Ann Lee")
    expect((await settings({ do: "forget", email: "bob@example.com", sure: "1" })).text).toContain("Leads 1")
    expect(await name(bob)).toBeNull()
  })

  it("[DASH16] a carrier's further secrets outlive what is set by hand, and are never shown", async () => {
    const further = "f".repeat(32)
    const fresh = "a".repeat(32)
    const account = { account_sid: `AC${"0".repeat(32)}` }
    await host.api("PUT", at("/carriers/twilio"), { ...account, auth_token: TOKEN, auth_tokens: [further] })
    const page = `/app/${site.id}/setup/carrier?carrier=twilio`
    const shown = (await admin.get(page)).text
    expect(shown).toContain("Further secrets that were set through the API stay.")
    expect(shown).not.toContain(further)
    const set = await admin.post(page, { do: "set", carrier: "twilio", ...account, auth_token: fresh })
    expect(set.status).toBe(303)
    const ring = async (token: string, sid: string) => {
      const path = at("/carriers/twilio/voice")
      const fields = { CallSid: sid, From: "+13125550100", To: site.numbers[0] ?? "", CallStatus: "ringing" }
      const answer = await host.request("POST", path, new URLSearchParams(fields).toString(), {
        key: null,
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          "x-twilio-signature": await signTwilio(host.publicUrl + path, Object.entries(fields), token),
        },
      })
      return answer.status
    }
    expect([await ring(fresh, "CA1"), await ring(further, "CA2"), await ring(TOKEN, "CA3")]).toEqual([200, 200, 403])
    expect(host.log.join("\n")).not.toContain(further)
  })
})
