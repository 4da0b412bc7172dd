import { describe, expect, test } from "vitest"
import { PAIR, tag } from "./lab.js"
import { setStage } from "./stage.js"
import { untilText } from "./visitor.js"

const stage = setStage()
const P = "<p id=p>212-555-0123</p>"
const SWAPPED = "646-555-0198"
const open = async (body: string, attributes = "", path = "/") => {
  const tab = await stage.open()
  stage.lab.lent = [PAIR]
  stage.lab.pages.set("/", `<!doctype html><html><head>${tag(attributes)}</head><body>${body}</body></html>`)
  await tab.page.goto(stage.lab.url + path)
  return tab.page
}
const kinds = () => stage.lab.asked.filter(({ path }) => path.endsWith("/beats")).map(({ body }) => body.kind)
const visits = () => stage.lab.asked.filter(({ path }) => path.endsWith("/visits")).map(({ body }) => body)

describe("what leaves the browser", () => {
  test("only marketing parameters, no fragment; the ids of other measuring systems", async () => {
    const tab = await stage.open()
    await tab.context.addCookies(
      [
        ["_ga", "GA1.1.5.6"],
        ["_ym_uid", "77"],
        ["_fbp", "fb.1.2"],
        ["_fbc", "fb.1.3"],
        ["session", "secret"],
      ].map(([name, value]) => ({ name: name as string, value: value as string, url: stage.lab.url })),
    )
    stage.lab.lent = [PAIR]
    stage.lab.pages.set("/", `<!doctype html><head>${tag()}</head><body>${P}`)
    const wanted =
      "utm_source=a&gclid=b&wbraid=c&gad_source=1&msclkid=d&fbclid=e&ttclid=f&yclid=g&ysclid=h&rb_clickid=i&li_fat_id=j&rdt_cid=k&ScCid=l&epik=m&_openstat=n&bd_vid=o&gclsrc=p&srsltid=q&igshid=r&irclickid=s&twclid=t&dclid=u&tblci=v&dicbo=w"
    await tab.page.goto(
      `${stage.lab.url}/?email=me@example.com&${wanted}&token=123&client_id=5&user_id=6&clicked=7&q=8#access_token=9`,
    )
    await untilText(tab.page, "#p", SWAPPED)
    const [visit] = visits()
    expect([...new URL(String(visit?.url)).searchParams].map((pair) => pair.join("=")).join("&")).toBe(wanted)
    expect(visit?.ids).toEqual({ ga: "GA1.1.5.6", ym: "77", fbp: "fb.1.2", fbc: "fb.1.3" })
    expect(JSON.stringify(stage.lab.asked)).not.toMatch(/secret|example\.com|access_token|token/)
  })

  test("one script and one request a page", async () => {
    const requests: string[] = []
    const tab = await stage.open()
    tab.page.on("request", (request) => requests.push(new URL(request.url()).pathname))
    stage.lab.lent = [PAIR]
    stage.lab.pages.set("/", `<!doctype html><head>${tag()}</head><body>${P}`)
    await tab.page.goto(`${stage.lab.url}/`)
    await untilText(tab.page, "#p", SWAPPED)
    expect(requests.filter((path) => path !== "/favicon.ico")).toEqual([
      "/",
      "/dni.js",
      `/v1/sites/${stage.lab.site}/visits`,
    ])
  })

  test("requests carry no cookies and cause no preflight", async () => {
    const page = await open(P)
    await untilText(page, "#p", SWAPPED)
    const request = page.waitForRequest((one) => one.url().endsWith("/beats"))
    await page.evaluate(() => window.ringtrail.event("x"))
    const headers = await (await request).allHeaders()
    expect(headers["content-type"]).toMatch(/^text\/plain/)
    expect(headers.cookie).toBeUndefined()
  })

  test("an address of a proxy can stand in for the script's own host and paths", async () => {
    const page = await open(P, 'data-api="/call-us/x"')
    await untilText(page, "#p", SWAPPED)
    expect(stage.lab.asked[0]?.path).toBe("/call-us/x/visits")
  })
})

describe("what happens in a visit", () => {
  test("a tap on a link is told at once and never held back", async () => {
    const page = await open(`${P}<a id=a href="tel:212-555-0123"><b>Call</b></a>`)
    await untilText(page, "#p", SWAPPED)
    const prevented = await page.evaluate(() => {
      let prevented = true
      document.addEventListener("click", (event) => {
        prevented = event.defaultPrevented
        event.preventDefault()
      })
      ;(document.querySelector("#a b") as HTMLElement).click()
      return prevented
    })
    expect(prevented).toBe(false)
    await expect
      .poll(() => stage.lab.asked.at(-1)?.body)
      .toEqual({ visit: "vis_1", kind: "tap", number: "tel:+16465550198" })
  })

  test("hiding and seeing the page again is told; where the visit has ended meanwhile, the page asks anew", async () => {
    const page = await open(P)
    await untilText(page, "#p", SWAPPED)
    const hide = (hidden: boolean) =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true })
        document.dispatchEvent(new Event("visibilitychange", { bubbles: true }))
      }, hidden)
    await hide(true)
    await hide(false)
    await expect.poll(kinds).toEqual(["hide", "beat"])
    expect(visits()).toHaveLength(1)
    stage.lab.lent = [{ ...PAIR, number: "+13475550111" }]
    stage.lab.fault = (reply) => {
      if (reply.text === "{}") Object.assign(reply, { status: 205, text: "" })
    }
    await hide(true)
    await hide(false)
    await untilText(page, "#p", "347-555-0111")
  })

  test("the heartbeat beats at the server's period while the page is seen", async () => {
    stage.lab.fault = (reply) => {
      reply.text = reply.text.replace('"beat_s":30', '"beat_s":0.1')
    }
    const page = await open(P)
    await untilText(page, "#p", SWAPPED)
    await expect.poll(() => kinds().filter((kind) => kind === "beat").length).toBeGreaterThan(2)
    await page.evaluate(() => Object.defineProperty(document, "hidden", { value: true }))
    await page.waitForTimeout(250)
    const before = kinds().length
    await page.waitForTimeout(400)
    expect(kinds().length).toBe(before)
  })

  test("a marked form is told with its visit; passwords, cards, hidden fields and files never", async () => {
    const page = await open(
      `${P}<iframe name=sink></iframe><form data-dni-form target=sink action=/sink><input name=name value=Ann><input name=email value=a@b.c><input type=password name=pw value=secret1><input type=hidden name=csrf value=secret2>
      <input name=number autocomplete=cc-number value="4111 1111 1111 1111"><input name=pan value="4111111111111111"><input name=cvc value=123><input type=file name=file><input type=checkbox name=news value=yes checked><input type=checkbox name=no value=no>
      <input name=phone value="+1 212 555 0199"><textarea name=message>I lost my card and my password</textarea><button>Send</button></form>`,
    )
    await untilText(page, "#p", SWAPPED)
    await Promise.all([
      page.waitForResponse((response) => response.url().endsWith("/form.js")),
      page.focus("[name=name]"),
    ])
    await page.waitForTimeout(50)
    await page.click("button")
    await expect.poll(kinds).toContain("form")
    expect(stage.lab.asked.find(({ body }) => body.kind === "form")?.body).toEqual({
      visit: "vis_1",
      kind: "form",
      fields: {
        name: "Ann",
        email: "a@b.c",
        news: "yes",
        phone: "+1 212 555 0199",
        message: "I lost my card and my password",
      },
    })
  })

  test("a page without a marked form loads no second file", async () => {
    const page = await open(`${P}<form><input name=x></form>`)
    await untilText(page, "#p", SWAPPED)
    await page.focus("[name=x]")
    await page.waitForTimeout(100)
    expect(
      await page.evaluate(() =>
        performance
          .getEntriesByType("resource")
          .map(({ name }) => name)
          .join(),
      ),
    ).not.toContain("form.js")
  })
})

describe("the site's own numbers in a page", () => {
  const own = () => stage.beats().filter(({ kind }) => kind === "own")

  test("[SN8] the lent number that a page prints itself is told once; where it is allowed to stand it is not", async () => {
    const page = await open(
      `${P}<p id=own>(646) 555-0198 or (646) 555-0198</p><p data-dni=off>646-555-0198</p><a href="https://wa.me/16465550198">646 555 0198</a>`,
    )
    await untilText(page, "#p", SWAPPED)
    await page.evaluate(() => window.ringtrail.event("last"))
    await expect.poll(() => stage.beats().at(-1)?.name).toBe("last")
    expect(own()).toEqual([{ visit: "vis_1", kind: "own", number: "+16465550198" }])
    expect(await page.textContent("#own")).toBe("(646) 555-0198 or (646) 555-0198")
  })

  test("[SN8] what the script wrote itself is no such number: clones, a second pass, the next page", async () => {
    const page = await open(`${P}<a href="tel:2125550123">(212) 555-0123</a>`)
    await untilText(page, "#p", SWAPPED)
    await page.evaluate(() => {
      document.body.append(document.querySelector("#p")?.cloneNode(true) as Node)
      // A page's own code may print what it was told.
      document.body.append(window.ringtrail.number()?.display ?? "")
      window.ringtrail.swap()
    })
    await page.reload()
    await untilText(page, "#p", SWAPPED)
    await page.evaluate(() => window.ringtrail.event("last"))
    await expect.poll(() => stage.beats().at(-1)?.name).toBe("last")
    expect(own()).toEqual([])
  })
})

describe("site code", () => {
  test("a stub takes calls before the script is there", async () => {
    const page = await open(
      `<script>window.ringtrail={q:[]};for(const m of ["number","swap","on","consent","identify","event"])ringtrail[m]=(...a)=>{ringtrail.q.push([m,a])};window.heard=[];for(const e of ["swap","ready"])ringtrail.on(e,d=>heard.push(e));ringtrail.on("ready",()=>ringtrail.identify({email:"a@b.c"}));ringtrail.consent("full")</script>${P}`,
      'data-consent="none"',
    )
    await untilText(page, "#p", SWAPPED)
    expect(await page.evaluate("window.heard")).toEqual(["swap", "ready"])
    await expect
      .poll(() => stage.lab.asked.at(-1)?.body)
      .toEqual({ visit: "vis_1", kind: "identify", fields: { email: "a@b.c" } })
  })

  test("[SN3] what is told before the first answer waits for it, and is told once", async () => {
    const { page } = await stage.open()
    await page.addInitScript(() => {
      const q = [
        ["identify", [{ email: "a@b.c" }]],
        ["event", ["quote", { size: "L" }]],
      ]
      Object.assign(window, { ringtrail: { q } })
    })
    stage.lab.lent = [PAIR]
    stage.lab.pages.set("/", `<!doctype html><head>${tag('data-consent="none"')}</head><body>${P}`)
    await page.goto(`${stage.lab.url}/`)
    await page.waitForFunction(() => window.ringtrail.swap)
    expect(stage.lab.asked).toEqual([])
    await page.evaluate(() => window.ringtrail.consent("session"))
    await untilText(page, "#p", SWAPPED)
    const told = [
      { visit: "vis_1", kind: "identify", fields: { email: "a@b.c" } },
      { visit: "vis_1", kind: "event", name: "quote", fields: { size: "L" } },
    ]
    await expect.poll(() => stage.beats()).toEqual(told)
    await page.evaluate(() => {
      history.pushState({}, "", "/two")
      document.body.append("x")
    })
    await expect.poll(() => stage.views().length).toBe(2)
    await page.evaluate(() => window.ringtrail.event("last"))
    await expect.poll(() => stage.beats()).toEqual([...told, { visit: "vis_1", kind: "event", name: "last" }])
  })

  test("events reach document and window; number() answers what is shown", async () => {
    const page = await open(
      `<script>window.heard=[];for(const at of [document,window])at.addEventListener("ringtrail:swap",e=>heard.push(e.detail[0].display))</script>${P}`,
    )
    await untilText(page, "#p", SWAPPED)
    expect(await page.evaluate("window.heard")).toEqual(["(646) 555-0198", "(646) 555-0198"])
    expect(await page.evaluate(() => window.ringtrail.number("212.555.0123")?.href)).toBe("tel:+16465550198")
    await page.evaluate(() => window.ringtrail.event("quote", { size: "L" }))
    await expect
      .poll(() => stage.lab.asked.at(-1)?.body)
      .toEqual({ visit: "vis_1", kind: "event", name: "quote", fields: { size: "L" } })
  })

  test("a second copy says so in the console and does nothing else", async () => {
    const page = await open(`${P}${tag()}`)
    await untilText(page, "#p", SWAPPED)
    await page.waitForTimeout(100)
    expect(stage.tab.complaints).toEqual(["ringtrail twice"])
    expect(visits()).toHaveLength(1)
  })
})

describe("consent", () => {
  const stored = () =>
    stage.tab.page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie].join("|"))

  test("none: nothing is asked, stored or changed, until a call allows it; the landing page is told then", async () => {
    const page = await open(P, 'data-consent="none"', "/?gclid=abc")
    await page.waitForTimeout(150)
    expect(stage.lab.asked).toEqual([])
    expect(await stored()).toBe("0|0|")
    await page.evaluate(() => {
      history.pushState({}, "", "/inside")
      document.body.append("x")
    })
    await page.evaluate(() => window.ringtrail.consent("full"))
    await untilText(page, "#p", SWAPPED)
    expect(visits()[0], "the landing page; the present page follows as a view of its own").toMatchObject({
      url: `${stage.lab.url}/?gclid=abc`,
      consent: "full",
    })
  })

  test("an event allows it too; session keeps nothing on the device", async () => {
    const page = await open(P, 'data-consent="none"')
    await page.evaluate(() =>
      document.dispatchEvent(new CustomEvent("ringtrail:consent", { detail: "session", bubbles: true })),
    )
    await untilText(page, "#p", SWAPPED)
    expect(await stored()).toBe("0|0|")
    expect(visits()).toMatchObject([{ consent: "session", ids: {} }])
  })

  test("withdrawal ends the lease, forgets the visitor and restores the page's own numbers exactly", async () => {
    const body = `<div id=all><p id=p>212-555-0123</p><a href="tel:(212)555-0123" title="2125550123">(212) <b>555</b>-0123</a><i data-dni="212.555.0123">ours</i></div>`
    const page = await open(body)
    await untilText(page, "#p", SWAPPED)
    expect(await stored()).not.toBe("0|0|")
    await page.evaluate(() => window.ringtrail.consent("none"))
    expect(await page.innerHTML("#all")).toBe(
      `<p id="p">212-555-0123</p><a href="tel:(212)555-0123" title="2125550123">(212) <b>555</b>-0123</a><i data-dni="212.555.0123">212.555.0123</i>`,
    )
    expect(await stored()).toBe("0|0|")
    await expect.poll(kinds).toEqual(["end"])
    await page.evaluate(() => document.body.insertAdjacentHTML("beforeend", "<p id=late>212-555-0123</p>"))
    await page.waitForTimeout(50)
    expect(await page.textContent("#late")).toBe("212-555-0123")
    await page.evaluate(() => window.ringtrail.consent("full"))
    await untilText(page, "#p", SWAPPED)
    expect(visits().at(-1)).not.toHaveProperty("visitor", "vsr_1")
  })

  test("an answer that arrives after the withdrawal changes nothing", async () => {
    const release = stage.lab.hold()
    const page = await open(P)
    await expect.poll(visits).toHaveLength(1)
    await page.evaluate(() => window.ringtrail.consent("none"))
    const late = page.waitForResponse("**/visits")
    release()
    await (await late).finished()
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
    expect(await page.textContent("#p")).toBe("212-555-0123")
    expect(await stored()).toBe("0|0|")
  })

  test("[SN7] a page that is answered without a visit keeps no id, tells nothing more and asks no second time", async () => {
    stage.lab.fault = (reply) => {
      reply.text = reply.text.replace('"vsr_1"', "null").replace('"vis_1"', "null")
    }
    const tab = await stage.open()
    stage.lab.lent = [{ ...PAIR, number: null }]
    stage.lab.pages.set("/", `<!doctype html><head>${tag()}</head><body>${P}<a id=a href="tel:2125550123">x</a>`)
    await tab.page.goto(`${stage.lab.url}/`)
    await tab.page.waitForFunction((site) => localStorage[site], stage.lab.site)
    expect(await tab.page.evaluate((site) => localStorage[site], stage.lab.site)).not.toMatch(/v(sr|is)_/)
    await tab.page.evaluate(() => {
      document.addEventListener("click", (event) => event.preventDefault())
      ;(document.querySelector("#a") as HTMLElement).click()
      history.pushState({}, "", "/two")
      document.body.append("x")
    })
    await tab.page.goto(`${stage.lab.url}/`)
    await expect
      .poll(() => stage.lab.asked.map(({ path, body }) => [path.split("/").at(-1), body.visit ?? body.visitor ?? null]))
      .toEqual([
        ["visits", null],
        ["visits", null],
      ])
    expect(await tab.page.textContent("#p")).toBe("212-555-0123")
  })

  test("the visitor's id lives in a cookie that subdomains share where the tag names the domain", async () => {
    stage.lab.lent = [PAIR]
    const tab = await stage.open()
    stage.lab.pages.set("/", `<!doctype html><head>${tag('data-domain="a.localhost"')}</head><body>${P}`)
    const port = new URL(stage.lab.url).port
    await tab.page.goto(`http://www.a.localhost:${port}/`)
    await untilText(tab.page, "#p", SWAPPED)
    stage.lab.asked.length = 0
    await tab.page.goto(`http://shop.a.localhost:${port}/`)
    await untilText(tab.page, "#p", SWAPPED)
    expect(visits()).toMatchObject([{ visitor: "vsr_1" }])
  })
})
