import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, viewPage } from "../site.js"
import { type Person, signIn } from "./visitor.js"

const SITES = 41

describe.each(ENGINES)("the list of sites on %s", (engine) => {
  let host: Host
  let admin: Person
  beforeAll(async () => {
    host = await startHost(engine)
    admin = await signIn(host, host.adminKey)
  })
  afterAll(() => host.close())

  const namesOn = (text: string) =>
    [...text.matchAll(/<b>([^<]+)<\/b><\/a><small class="quiet">/g)].map(([, name]) => name)
  /** The list once every site was looked at: what is not seen at once is looked at behind the page. */
  const settledList = async () => {
    for (;;) {
      const seen = await Promise.all(["/app", "/app?cursor=40"].map(async (path) => (await admin.get(path)).text))
      if (!seen.some((text) => text.includes("Not looked at yet"))) return (await admin.get("/app")).text
    }
  }

  it("[DASH10] shows what needs attention first, of all sites and not of one page alone", async () => {
    for (let at = 0; at < SITES; at++)
      await host.api("POST", "/v1/sites", {
        name: `Quiet ${at}`,
        domains: [`quiet-${at}.example`],
        country: "US",
      })
    // The youngest of all, and its only number is lent: by age it would come last, on another page.
    const full = await createSite(host, { size: 1, settings: { name: "Full house" } })
    await viewPage(host, full)
    const text = await settledList()
    expect(namesOn(text)[0]).toBe("Full house")
    expect(text).toContain("All numbers lent")
    expect(namesOn(text)).toHaveLength(40)
    const rest = namesOn((await admin.get("/app?cursor=40")).text)
    expect(new Set([...namesOn(text), ...rest]).size).toBe(namesOn(text).length + rest.length)
  })

  it("[DASH10] finds a site by its name or domain", async () => {
    expect(namesOn((await admin.get("/app?q=QUIET-7.example")).text)).toEqual(["Quiet 7"])
    expect(namesOn((await admin.get(`/app?q=${encodeURIComponent("Full h")}`)).text)).toEqual(["Full house"])
    expect((await admin.get("/app?q=%25%27%22")).text).toContain("No site has this")
  })

  it("[DASH10] forgets how a site did when it is erased", async () => {
    const { id } = await host.api<{ id: string }>("POST", "/v1/sites", {
      name: "Gone",
      domains: ["gone.example"],
      country: "US",
    })
    await settledList()
    await host.api("DELETE", `/v1/sites/${id}`)
    expect((await admin.get("/app?q=gone.example")).text).toContain("No site has this")
  })
})
