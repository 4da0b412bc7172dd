import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Desk, ENGINES, follow, openDesk } from "./desk.js"

const TASK_MS = 240_000
/** A Saturday. */
const DAY_OFF = "2026-12-26"

/** A flow with every section, as the API takes it: each field differs from what the contract would put there. */
const WHOLE = {
  language: "ru",
  forward: { strategy: "round_robin", to: ["+12125550141", "+12125550142"], timeout_s: 17 },
  unanswered: { do: "forward", to: ["+12125550143"], timeout_s: 31 },
  hours: {
    open: [
      { days: ["mon", "tue"], from: "08:30", to: "18:00" },
      { days: ["fri", "sat"], from: "20:00", to: "02:00" },
    ],
    closed: ["2026-12-25", DAY_OFF],
  },
  after_hours: { do: "say", text: { en: "We are closed.\nCall again.", "zh-CN": "我们现在休息" } },
  menu: {
    prompt: "Where did you find us?",
    keys: {
      "0": {},
      "1": { source: { channel: "Radio", source: "city-fm", medium: "radio", campaign: "spring" } },
      "2": { source: { source: "flyer" }, to: ["+12125550144", "+12125550145"] },
    },
    timeout_s: 9,
    repeats: 2,
  },
  whisper: { text: { en: "From {source}", ru: "Из {source}" } },
  record: { announcement: "This call is recorded" },
  voicemail: { greeting: "Say [something]", max_s: 44 },
  blocklist: ["withheld", "+1900*", "+12125550146"],
  screening: {
    do: "voicemail",
    repeats: { calls: 4, minutes: 8 },
    zero_talk: null,
    ranges: ["+1976", "+44"],
  },
  cap: { calls: 3, otherwise: { do: "voicemail" } },
}

describe.each(ENGINES)("where calls go, at the dashboard on %s", (engine) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk(engine)
  })
  afterAll(() => desk.close())
  const api = <T = unknown>(method: string, path: string, body?: object) =>
    desk.host.api<T>(method, `/v1/sites/${desk.site.id}${path}`, body)
  const stored = async (path = "/flow") => (await api<{ flow: Record<string, unknown> }>("GET", path)).flow
  const numberNamed = async (e164: string) =>
    (await api<{ data: { id: string; e164: string }[] }>("GET", "/numbers")).data.find((row) => row.e164 === e164)
      ?.id ?? ""
  const turnOn = (section: string) => `[name=use_${section}][value=on]`

  it(
    "[DASH17] is set by a form without a script, with every fault at its field and nothing lost",
    async () => {
      const plain = await desk.signIn({ javaScriptEnabled: false })
      const page = await desk.open("/numbers/flow", plain)
      const fill = (name: string, text: string) => page.fill(`[name="${name}"]`, text)
      const faultAt = (name: string) => page.locator(`[id="e-${name}"]`).innerText()
      expect(await page.locator("[name='forward.to']").isVisible()).toBe(false)
      for (const section of ["forward", "hours", "after_hours", "menu", "record", "blocklist"])
        await page.check(turnOn(section))
      await fill("forward.to", "(212) 555-0141\nnobody")
      await fill("forward.timeout_s", "3")
      await page.locator("[name='hours.open.1.days'][value=mon]").check()
      await fill("hours.open.1.from", "09:00")
      await fill("hours.closed", "Christmas")
      await page.selectOption("[name='after_hours.do']", "forward")
      await fill("menu.prompt", "Where did you find us?")
      await fill("menu.keys.3.to", "nobody")
      await fill("blocklist", "+1900*\nmarketing")
      await follow(page, "button[value=save]")
      expect(await stored()).toEqual({})
      expect(await faultAt("forward.timeout_s")).toContain("5")
      expect(await faultAt("hours.open.0")).toContain("time of day")
      expect(await faultAt("hours.closed")).toContain("no date")
      expect(await faultAt("after_hours.to")).toContain("fill this in")
      expect(await faultAt("record.announcement")).toContain("fill this in")
      expect(await faultAt("blocklist")).toContain("beginning")
      // The line that was filled in stands first now, as the fault below it says.
      expect(await page.locator("[name='hours.open.0.from']").inputValue()).toBe("09:00")
      expect(await page.locator("[name='hours.open.0.days']:checked").getAttribute("value")).toBe("mon")
      await fill("forward.timeout_s", "20")
      await fill("hours.open.0.to", "17:00")
      await fill("hours.closed", DAY_OFF)
      await page.selectOption("[name='after_hours.do']", "say")
      await fill("after_hours.text", "[en] Closed\n[ru] Закрыто")
      await page.check("[name='record.silent']")
      await fill("blocklist", "+1900*, withheld")
      await follow(page, "button[value=save]")
      // What only the core knows: numbers are read as people of the country write them.
      expect(await faultAt("forward.to")).toContain("no phone number")
      expect(await faultAt("menu.keys.3")).toContain("no phone number")
      await fill("forward.to", "(212) 555-0141")
      await fill("menu.keys.3.to", "+1 212 555 0149")
      await page.selectOption("[name='menu.keys.1.source.channel']", "Radio")
      await follow(page, "button[value=save]")
      expect(await page.locator("[role=status]").count()).toBe(1)
      expect(await stored()).toEqual({
        forward: { strategy: "sequence", to: ["+12125550141"], timeout_s: 20 },
        hours: { open: [{ days: ["mon"], from: "09:00", to: "17:00" }], closed: [DAY_OFF] },
        after_hours: { do: "say", text: { en: "Closed", ru: "Закрыто" } },
        menu: {
          prompt: "Where did you find us?",
          keys: { "1": { source: { channel: "Radio" } }, "3": { to: ["+12125550149"] } },
          timeout_s: 6,
          repeats: 1,
        },
        record: { announcement: null },
        blocklist: ["+1900*", "withheld"],
      })
      await fill("when", "2026-11-30T08:59")
      await follow(page, "form:has(#f-when) button")
      expect(await page.locator(".timeline").innerText()).toContain("Closed")
      await fill("when", "2026-11-30T09:00")
      await follow(page, "form:has(#f-when) button")
      expect(await page.locator(".timeline").innerText()).toContain("+1 212 555 0149")
      await page.goto(`${page.url().split("?")[0]}?when=nonsense`)
      expect(await page.locator("#e-when").innerText()).toContain("no date")
      await plain.close()
    },
    TASK_MS,
  )

  it(
    "[DASH17] stays as it is, to the letter, where a form is saved that nobody changed",
    async () => {
      await api("PUT", "/flow", WHOLE)
      const page = await desk.open("/numbers/flow")
      await follow(page, "button[value=save]")
      expect(await stored()).toEqual(WHOLE)
      expect((await page.locator("main").innerText()).match(/Telephones that ring/g)?.length).toBeGreaterThan(1)
      for (const section of ["menu", "hours", "screening"]) await page.check(`[name=use_${section}][value=off]`)
      await follow(page, "button[value=save]")
      const { menu: _, hours: __, screening: ___, ...rest } = WHOLE
      expect(await stored()).toEqual(rest)
      await page.close()
    },
    TASK_MS,
  )

  it(
    "[DASH17] differs for one number, section by section, until it is as for the site again",
    async () => {
      await api("PUT", "/flow", WHOLE)
      const e164 = desk.site.numbers[0] ?? ""
      const id = await numberNamed(e164)
      const page = await desk.open("/numbers/flow")
      await page.selectOption("[name=of]", id)
      await follow(page, "form:has([name=of]) button")
      await page.check("[name=use_menu][value=off]")
      await page.check("[name=use_hours][value=off]")
      await page.check(turnOn("forward"))
      await page.fill("[name='forward.to']", "+12125550150")
      await follow(page, "button[value=save]")
      expect(await stored(`/numbers/${id}/flow`)).toEqual({
        forward: { strategy: "sequence", to: ["+12125550150"] },
        menu: null,
        hours: null,
      })
      expect(await stored()).toEqual(WHOLE)
      const seen = await page.locator("main").innerText()
      for (const part of ["+1 212 555 0150", "This call is recorded"]) expect(seen).toContain(part)
      expect(await page.locator(".timeline").innerText()).toContain("+1 212 555 0150")
      await page.goto(`${desk.host.url}/app/${desk.site.id}/numbers/flow`)
      expect(await page.locator(`li a[href$="${id}/flow"]`).count()).toBe(1)
      await follow(page, `li a[href$="${id}/flow"]`)
      await follow(page, "button[value=delete]")
      expect(await stored(`/numbers/${id}/flow`)).toEqual({})
      expect(await page.locator("button[value=delete]").count()).toBe(0)
      await page.close()
      expect(desk.faults.filter((fault) => !/40[049]|422/.test(fault))).toEqual([])
    },
    TASK_MS,
  )

  it("[DASH17] is shown to whoever may only look, and not changed by him", async () => {
    const { key } = await api<{ key: string }>("POST", "/keys", { name: "looks", scope: "read" })
    const reader = await desk.signIn({ key })
    const page = await desk.open("/numbers/flow", reader)
    expect(await page.locator("button[value=save]").count()).toBe(0)
    expect(await page.locator(".facts").innerText()).toContain("This call is recorded")
    await reader.close()
  })
})
