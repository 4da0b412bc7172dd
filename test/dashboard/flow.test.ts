import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, type TestSite } from "../site.js"
import { type Person, signIn } from "./visitor.js"

const MENU = {
  prompt: "Where did you find us?",
  keys: {
    "1": { source: { medium: "print", campaign: "spring" } },
    "2": { source: { channel: "Radio" }, to: ["+12125550144"] },
    "3": { source: { channel: "Email", campaign: "may" } },
  },
  timeout_s: 6,
  repeats: 1,
}

describe.each(ENGINES)("the form of where calls go on %s", (engine) => {
  let host: Host
  let site: TestSite
  let admin: Person
  beforeAll(async () => {
    host = await startHost(engine)
    site = await createSite(host)
    admin = await signIn(host, host.adminKey)
  })
  afterAll(() => host.close())
  const api = <T = unknown>(method: string, path: string, body?: object) =>
    host.api<T>(method, `/v1/sites/${site.id}${path}`, body)
  const stored = async (path = "/flow") => (await api<{ flow: unknown }>("GET", path)).flow
  const page = (number = "") => `/app/${site.id}/numbers${number}/flow`
  /** What a browser sends of the menu as it is stored, all keys ticked. */
  const sent = {
    do: "save",
    use_menu: "on",
    "menu.prompt": MENU.prompt,
    "menu.keys.1": "1",
    "menu.keys.2": "1",
    "menu.keys.2.source.channel": "Radio",
    "menu.keys.2.to": "+12125550144",
    "menu.keys.3": "1",
    "menu.keys.3.source.channel": "Email",
  }

  it("[DASH17] keeps of a key's source what it has no field for, and drops a source that was cleared", async () => {
    await api("PUT", "/flow", { menu: MENU })
    expect((await admin.post(page(), sent)).status).toBe(303)
    expect(await stored()).toEqual({ menu: MENU })
    await admin.post(page(), { ...sent, "menu.keys.3.source.channel": "" })
    expect(await stored()).toEqual({ menu: { ...MENU, keys: { ...MENU.keys, "3": {} } } })
  })

  it("[DASH17] takes a key away that is no longer ticked, and adds one of which something is said", async () => {
    await api("PUT", "/flow", { menu: MENU })
    const { "menu.keys.2": _, ...unticked } = sent
    await admin.post(page(), { ...unticked, "menu.keys.9.to": "+12125550145" })
    const { "2": __, ...kept } = MENU.keys
    expect(await stored()).toEqual({ menu: { ...MENU, keys: { ...kept, "9": { to: ["+12125550145"] } } } })
  })

  it("[DASH17] says a fault of hours and of a key to those who do not see it, too", async () => {
    const { text, status } = await admin.post(page(), {
      ...sent,
      use_hours: "on",
      "hours.open.0.from": "09:00",
      "menu.keys.2.to": "nobody",
    })
    expect(status).toBe(400)
    expect(text).toMatch(/<fieldset class="hours" aria-label="Working hours 1" aria-describedby="e-hours.open.0"/)
    expect(text.includes('id="e-hours.open.0"')).toBe(true)
    const { text: later } = await admin.post(page(), { ...sent, "menu.keys.2.to": "nobody" })
    expect(later).toMatch(/name="menu.keys.2.to"[^>]* aria-invalid="true" aria-describedby="e-menu.keys.2"/)
    expect(later.includes('id="e-menu.keys.2"')).toBe(true)
  })

  it("[DASH17] takes no hours without a line for hours", async () => {
    const { text, status } = await admin.post(page(), { ...sent, use_hours: "on" })
    expect(status).toBe(400)
    expect(text).toContain('id="e-hours.open"')
  })

  it("[DASH17] names no number whose calls go as all others do", async () => {
    const { data } = await api<{ data: { id: string }[] }>("GET", "/numbers")
    const id = data[0]?.id ?? ""
    const listed = async () => (await admin.get(page())).text.includes(`href="${page(`/${id}`)}"`)
    const leave = { do: "save", use_menu: "site" }
    await admin.post(page(`/${id}`), { ...leave, use_hours: "off" })
    expect([await stored(`/numbers/${id}/flow`), await listed()]).toEqual([{ hours: null }, true])
    await admin.post(page(`/${id}`), leave)
    expect([await stored(`/numbers/${id}/flow`), await listed()]).toEqual([{}, false])
  })

  it("[DASH17] is refused where it comes from somebody who may only look", async () => {
    await api("PUT", "/flow", { menu: MENU })
    const { key } = await api<{ key: string }>("POST", "/keys", { name: "looks", scope: "read" })
    const reader = await signIn(host, key)
    const { data } = await api<{ data: { id: string }[] }>("GET", "/numbers")
    expect((await reader.post(page(), { do: "save" })).status).toBe(403)
    for (const does of ["save", "delete"])
      expect((await reader.post(page(`/${data[0]?.id}`), { do: does })).status).toBe(403)
    expect(await stored()).toEqual({ menu: MENU })
  })
})
