import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, type TestSite } from "../site.js"
import { newPerson, type Person, signIn } from "./visitor.js"

describe.each(ENGINES)("signing in on %s", (engine) => {
  let host: Host
  let site: TestSite
  let other: TestSite
  let admin: Person
  const keyOf = async (scope: "read" | "write") =>
    host.api<{ id: string; key: string }>("POST", `/v1/sites/${site.id}/keys`, { scope })
  beforeAll(async () => {
    host = await startHost(engine)
    site = await createSite(host)
    other = await createSite(host)
    admin = await signIn(host, host.adminKey)
  })
  afterAll(() => host.close())

  const linkIn = (text: string) => /\/app\/link\?token=[\w-]+/.exec(text)?.[0] ?? ""
  const invite = async (fields: Record<string, string>) =>
    linkIn(
      (await admin.post("/app/people", { do: "invite", name: "Anna", role: "member", site: site.id, ...fields })).text,
    )

  it("[AUTH1] leads whoever is not signed in to the sign-in, and back to where he wanted to go", async () => {
    const person = newPerson(host)
    const turned = await person.get(`/app/${site.id}/calls?period=7d`)
    expect(turned).toMatchObject({
      status: 303,
      location: `/app/sign-in?next=${encodeURIComponent(`/app/${site.id}/calls?period=7d`)}`,
    })
    const back = await person.post(turned.location ?? "", { do: "in", key: host.adminKey })
    expect(back.location).toBe(`/app/${site.id}/calls?period=7d`)
    expect((await person.get(back.location ?? "")).status).toBe(200)
    for (const next of ["https://evil.example/", "//evil.example", "/app//evil.example", "/app/\\evil", "/v1/sites"]) {
      const answer = await newPerson(host).post(`/app/sign-in?next=${encodeURIComponent(next)}`, {
        do: "in",
        key: host.adminKey,
      })
      expect(answer.location).toBe("/app")
    }
  })

  it("[AUTH1] says the same of every key that is not known", async () => {
    const texts = await Promise.all(
      [
        "",
        "x",
        `rt_${site.id}_${"a".repeat(43)}`,
        `rt_site_nowhere_${"a".repeat(43)}`,
        `rt_admin_${"a".repeat(43)}`,
      ].map(async (key) => {
        const { status, text, headers } = await newPerson(host).post("/app/sign-in", { do: "in", key })
        expect(status).toBe(400)
        expect(headers.getSetCookie()).toEqual([])
        return text
      }),
    )
    expect(new Set(texts).size).toBe(1)
  })

  it("[AUTH2] keeps the session in a cookie that no script reads and no other site sends along", async () => {
    const answer = await newPerson(host).post("/app/sign-in", { do: "in", key: host.adminKey })
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith("__Host-ringtrail=")) ?? ""
    for (const part of ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"]) expect(cookie).toContain(part)
    expect(cookie).not.toContain("Domain")
  })

  it("[AUTH3] refuses a form that another site's page sends, and changes nothing", async () => {
    const own = { "sec-fetch-site": "" }
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "none" },
      { ...own, origin: "https://evil.example" },
      { ...own, origin: "null" },
    ]) {
      const answer = await admin.post(
        `/app/${site.id}/settings`,
        { do: "erase", confirm: "Shop" },
        "origin" in headers ? { origin: headers.origin, "sec-fetch-site": "cross-site" } : headers,
      )
      expect(answer.status).toBe(403)
    }
    expect((await host.request("GET", `/v1/sites/${site.id}`)).status).toBe(200)
  })

  it("[AUTH4] lets a link in once, of twenty who try at a time, and does not use it up by looking", async () => {
    const link = await invite({})
    for (let look = 0; look < 3; look++) expect((await newPerson(host).get(link)).text).toContain("Anna")
    const people = Array.from({ length: 20 }, () => newPerson(host))
    const answers = await Promise.all(people.map((person) => person.post(link, { do: "use" })))
    const won = people.filter((_, index) => answers[index]?.status === 303)
    expect(won.length).toBe(1)
    expect(people.filter((person) => person.cookies.size > 0).length).toBe(1)
    expect((await won[0]?.get(`/app/${site.id}`))?.status).toBe(200)
    expect((await newPerson(host).get(link)).text).toContain("does not work any more")
  })

  it("[AUTH5] shows a holder his site alone, and no sign of others", async () => {
    const link = await invite({ role: "admin" })
    const person = newPerson(host)
    expect(await person.post(link, { do: "use" })).toMatchObject({ status: 303, location: `/app/${site.id}` })
    expect(await person.get("/app")).toMatchObject({ status: 303, location: `/app/${site.id}` })
    const hidden = await person.get(`/app/${other.id}`)
    const nowhere = await person.get("/app/site_nowhere00")
    expect(hidden.status).toBe(404)
    expect(hidden.text.replaceAll(other.id, "")).toBe(nowhere.text.replaceAll("site_nowhere00", ""))
    expect((await person.get("/app/people")).text).not.toContain(other.id)
    expect((await person.post("/app/people", { do: "invite", name: "x", role: "admin", site: "" })).status).toBe(400)
    expect((await person.post("/app/people", { do: "invite", name: "x", role: "admin", site: other.id })).status).toBe(
      400,
    )
    expect((await person.post("/app/look", { do: "save", name: "Mine", colour: "#112233" })).status).toBe(400)
    expect((await person.get("/app/new")).text).toBeDefined()
  })

  it("[AUTH6] lets each role do what it may: read looks, member works, admin decides", async () => {
    const allowed: Record<string, Record<string, number>> = {}
    for (const role of ["read", "member", "admin"]) {
      const person = newPerson(host)
      await person.post(await invite({ role, name: role }), { do: "use" })
      const save = {
        do: "save",
        name: "Shop",
        domains: "shop.example",
        timezone: "UTC",
        currency: "USD",
        country: "US",
      }
      allowed[role] = {
        look: (await person.get(`/app/${site.id}`)).status,
        settings: (await person.get(`/app/${site.id}/settings`)).status,
        save: (await person.post(`/app/${site.id}/settings`, save)).status,
        key: (await person.post(`/app/${site.id}/settings`, { do: "key", key_name: "k", scope: "read" })).status,
        people: (await person.get("/app/people")).status,
      }
    }
    expect(allowed).toEqual({
      read: { look: 200, settings: 403, save: 403, key: 403, people: 403 },
      member: { look: 200, settings: 200, save: 303, key: 403, people: 403 },
      admin: { look: 200, settings: 200, save: 303, key: 200, people: 200 },
    })
  })

  it("[AUTH7] ends a session at once: by signing out, by revoking it, and with the key that it was opened with", async () => {
    const { id, key } = await keyOf("write")
    const byKey = await signIn(host, key)
    expect((await byKey.get(`/app/${site.id}/setup/numbers`)).status).toBe(200)
    expect((await byKey.get(`/app/${other.id}`)).status).toBe(404)
    await host.api("DELETE", `/v1/sites/${site.id}/keys/${id}`)
    expect((await byKey.get(`/app/${site.id}/setup/numbers`)).status).toBe(401)
    expect(await byKey.get("/app")).toMatchObject({ status: 303, location: "/app/sign-in?next=%2Fapp" })

    const out = await signIn(host, host.adminKey)
    const cookie = new Map(out.cookies)
    await out.post("/app/sign-in", { do: "out" })
    expect(out.cookies.size).toBe(0)
    for (const [name, value] of cookie) out.cookies.set(name, value)
    expect((await out.get("/app")).status).toBe(303)

    const guest = newPerson(host)
    await guest.post(await invite({ name: "Guest-to-go" }), { do: "use" })
    const list = (await admin.get("/app/people")).text
    const session = [...list.matchAll(/name="session" value="([0-9a-f]{16})"[\s\S]*?aria-label="([^"]+)"/g)].find(
      ([, , label]) => label === "Revoke Guest-to-go",
    )?.[1]
    expect((await admin.post("/app/people", { do: "revoke", session: session ?? "" })).status).toBe(303)
    expect((await guest.get(`/app/${site.id}`)).status).toBe(303)
  })

  it("[AUTH8] ends a session after 14 days of silence and after 90 days in all", async () => {
    if (engine === "worker") return // The directory's clock is the machine's there.
    const silent = await signIn(host, host.adminKey)
    const busy = await signIn(host, host.adminKey)
    for (let day = 0; day < 90; day += 10) {
      expect((await busy.get("/app")).status).toBe(200)
      await host.advance(10 * 86_400_000)
    }
    expect((await silent.get("/app")).status).toBe(303)
    expect((await busy.get("/app")).status).toBe(303)
  })

  it("[AUTH9] keeps no token and no key in an answer, a page or the log", async () => {
    const fresh = await signIn(host, host.adminKey)
    const token = [...fresh.cookies.values()][0] ?? "none"
    const pages = await Promise.all(["/app", "/app/people", `/app/${other.id}/settings`].map((path) => fresh.get(path)))
    for (const text of [...pages.map(({ text }) => text), host.log.join("\n")]) {
      expect(text).not.toContain(token)
      expect(text).not.toContain(host.adminKey)
    }
  })

  it("[DASH1] sends every page under a policy without inline script or style, and keeps none in a cache", async () => {
    const fresh = await signIn(host, host.adminKey)
    for (const path of ["/app", "/app/sign-in", `/app/${other.id}`, `/app/${other.id}/setup`, "/app/people"]) {
      const { headers, text, status } = await fresh.get(path)
      expect(status).toBe(200)
      expect(headers.get("content-security-policy")).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      )
      expect(headers.get("cache-control")).toBe("no-store")
      expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|javascript:/i)
    }
  })
})
