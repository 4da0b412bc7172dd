import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { findChromium } from "./chromium.js"
import { PAIR, tag } from "./lab.js"
import { setStage } from "./stage.js"
import { untilText } from "./visitor.js"

const stage = setStage()
const open = async (body: string, attributes = "") => {
  const tab = await stage.open(body, attributes)
  return tab.page
}

describe("late content", () => {
  test("added elements, changed texts and changed attributes are swapped before the next frame", async () => {
    const page = await open('<p id=first>212-555-0123</p><div id=late></div><a id=link href="/x">x</a>')
    await untilText(page, "#first", "646-555-0198")
    const seen = await page.evaluate(async () => {
      const late = document.querySelector("#late") as HTMLElement
      const link = document.querySelector("#link") as HTMLAnchorElement
      const seen: (string | null)[] = []
      late.innerHTML = "<span>212-555-0123</span>"
      await null
      seen.push(late.textContent)
      const text = late.firstElementChild?.firstChild as Text
      text.data = "(212) 555-0123"
      await null
      seen.push(late.textContent)
      link.href = "tel:212-555-0123"
      link.setAttribute("aria-label", "Call 212 555 0123")
      await null
      seen.push(link.getAttribute("href"), link.getAttribute("aria-label"))
      late.append(", or 212.", document.createTextNode("555.0123"))
      await null
      seen.push(late.textContent)
      return seen
    })
    expect(seen).toEqual([
      "646-555-0198",
      "(646) 555-0198",
      "tel:+16465550198",
      "Call 646 555 0198",
      "(646) 555-0198, or 646.555.0198",
    ])
  })

  // The look that spares a page without the number the walk must miss none of the places where it can be.
  test.each([
    ["<p id=only><b>(212)</b> 555-<i>0123</i></p>", "textContent", "(646) 555-0198"],
    ['<a id=only href="tel:2125550123">Call</a>', "href", "tel:+16465550198"],
    ['<a id=only href="TEL:%28212%29%20555%2D0123">Call</a>', "href", "TEL:+16465550198"],
    ['<map><area id=only href="tel:212-555-0123"></map>', "href", "tel:+16465550198"],
    [
      '<button id=only aria-label="Call 212&nbsp;555&nbsp;0123">Call</button>',
      "aria-label",
      "Call 646\u00a0555\u00a00198",
    ],
    ['<i id=only title="212\u2011555\u20110123">Call</i>', "title", "646\u2011555\u20110198"],
    ['<b id=only data-dni="(212) 555-0123">ask us</b>', "textContent", "(646) 555-0198"],
    ['<img id=only alt="Call 212 555 0123">', "alt", "Call 646 555 0198"],
    ['<i id=only title="<b>212&nbsp;555&nbsp;0123</b>">?</i>', "title", "<b>646\u00a0555\u00a00198</b>"],
  ])("the only number of a page is found: %s", async (body, place, wanted) => {
    const page = await open(body, 'data-target="img"')
    const found = await page.waitForFunction(
      ([place, wanted]) => {
        const only = document.querySelector("#only")
        return (place === "textContent" ? only?.textContent : only?.getAttribute(place as string)) === wanted
      },
      [place, wanted],
      { timeout: 60_000 },
    )
    expect(await found.jsonValue()).toBe(true)
  })

  test("[SN12] an element with a number of its own shows it again when its text is written anew", async () => {
    const page = await open('<p>212-555-0123</p><b id=own data-dni="(212) 555-0123">ask us</b>')
    await untilText(page, "#own", "(646) 555-0198")
    const seen = await page.evaluate(async () => {
      const own = document.querySelector("#own") as HTMLElement
      ;(own.firstChild as Text).data = "call us"
      await null
      const seen = [own.textContent]
      own.textContent = "write to us"
      await null
      return [...seen, own.textContent]
    })
    expect(seen).toEqual(["(646) 555-0198", "(646) 555-0198"])
  })

  test("a pop-up appended to body swaps without reading the rest of the page again", async () => {
    const page = await open("<p id=first>212-555-0123</p>")
    await untilText(page, "#first", "646-555-0198")
    await page.evaluate(() => {
      const popup = document.createElement("dialog")
      popup.innerHTML = '<a href="tel:2125550123">Call 212.555.0123</a>'
      document.body.append(popup)
    })
    await untilText(page, "dialog", "Call 646.555.0198")
    expect(await page.getAttribute("dialog a", "href")).toBe("tel:+16465550198")
  })

  test("the script's own writes set nothing off: one record each, then silence", async () => {
    const page = await open("<p id=first>212-555-0123</p><div id=late></div>")
    await untilText(page, "#first", "646-555-0198")
    const records = await page.evaluate(async () => {
      let count = 0
      new MutationObserver((list) => (count += list.length)).observe(document, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
      })
      ;(document.querySelector("#late") as HTMLElement).textContent = "212-555-0123"
      // A write of the script's own that set something off would be seen in the same turn.
      for (let turn = 0; turn < 20; turn++) await new Promise((done) => setTimeout(done))
      return count
    })
    expect(records, "the page's own change and ours").toBe(2)
  })

  test("a page that insists on its own text gets it, and nothing else suffers", async () => {
    const page = await open("<p id=first>212-555-0123</p><p id=other></p>")
    await untilText(page, "#first", "646-555-0198")
    const flips = await page.evaluate(async () => {
      const text = document.querySelector("#first")?.firstChild as Text
      let flips = 0
      new MutationObserver(() => {
        if (text.data !== "212-555-0123" && flips < 1000) {
          flips++
          text.data = "212-555-0123"
        }
      }).observe(text, { characterData: true })
      text.data = "212 555-0123"
      await new Promise((done) => setTimeout(done, 200))
      return flips
    })
    expect(flips).toBeLessThan(10)
    expect(await page.textContent("#first")).toBe("212-555-0123")
    await page.evaluate(() => ((document.querySelector("#other") as HTMLElement).textContent = "212-555-0123"))
    await untilText(page, "#other", "646-555-0198")
  })

  test("a rival that makes its nodes anew at every change cannot freeze the page", async () => {
    const page = await open("<div id=box><p>212-555-0123</p></div>")
    await untilText(page, "#box", "646-555-0198")
    const flips = await page.evaluate(async () => {
      const box = document.querySelector("#box") as HTMLElement
      let flips = 0
      new MutationObserver(() => {
        if (box.textContent !== "212-555-0123") {
          flips++
          box.innerHTML = "<p>212-555-0123</p>"
        }
      }).observe(box, { characterData: true, childList: true, subtree: true })
      box.innerHTML = "<p>212.555.0123</p>"
      await new Promise((done) => setTimeout(done, 50))
      return flips
    })
    expect(flips).toBeGreaterThan(0)
    expect(await page.evaluate(() => 1 + 1)).toBe(2)
  })
})

describe("navigation", () => {
  test("history is not patched; a single-page navigation is a page view with the page before as its referrer", async () => {
    const page = await open("<main id=main>212-555-0123</main>")
    await untilText(page, "#main", "646-555-0198")
    expect(
      await page.evaluate(() => Object.hasOwn(history, "pushState") || !/native/.test(String(history.pushState))),
    ).toBe(false)
    await page.evaluate(() => {
      history.pushState({}, "", "/contact?utm_source=x&email=y")
      ;(document.querySelector("#main") as HTMLElement).innerHTML = "<h1>Contact: (212) 555-0123</h1>"
    })
    await untilText(page, "#main", "Contact: (646) 555-0198")
    await expect.poll(() => stage.lab.asked.length).toBe(2)
    expect(stage.lab.asked[1]?.body).toMatchObject({
      url: `${stage.lab.url}/contact?utm_source=x&`,
      referrer: `${stage.lab.url}/`,
      visit: "vis_1",
    })
  })

  test("a route that is rendered anew a hundred times shows the number each time, before the next frame", async () => {
    const page = await open("<main id=main>212-555-0123</main>")
    await untilText(page, "#main", "646-555-0198")
    const shown = await page.evaluate(async () => {
      const main = document.querySelector("#main") as HTMLElement
      const shown = new Set<string | null>()
      for (let route = 0; route < 100; route++) {
        main.innerHTML = '<h1>212-555-0123</h1><a href="tel:212-555-0123" title="Call 212-555-0123">x</a>'
        await null
        shown.add(main.innerHTML)
      }
      return [...shown]
    })
    expect(shown).toEqual(['<h1>646-555-0198</h1><a href="tel:+16465550198" title="Call 646-555-0198">x</a>'])
  })

  test("on the second page of a visit the number is right before first paint", async () => {
    const page = await open("<h1 id=first>212-555-0123</h1>")
    await untilText(page, "#first", "646-555-0198")
    stage.lab.pages.set(
      "/two",
      `<!doctype html><html><head>${tag().replace("async ", "")}<script>addEventListener("DOMContentLoaded", () => requestAnimationFrame(() => window.seen = document.querySelector("h1").textContent))</script></head><body><h1>212-555-0123</h1></body></html>`,
    )
    const release = stage.lab.hold()
    await page.goto(`${stage.lab.url}/two`)
    await page.waitForFunction("window.seen")
    release()
    expect(await page.evaluate("window.seen"), "what the first frame painted").toBe("646-555-0198")
  })

  test("a remembered number that the answer contradicts is corrected, in clones too", async () => {
    const page = await open("<h1 id=first>212-555-0123</h1>")
    await untilText(page, "#first", "646-555-0198")
    stage.lab.pages.set(
      "/two",
      `<!doctype html><html><head>${tag()}</head><body><h1>212-555-0123</h1><a href="tel:212-555-0123">Call</a></body></html>`,
    )
    stage.lab.lent = [{ ...PAIR, number: "+13475550111" }]
    const release = stage.lab.hold()
    await page.goto(`${stage.lab.url}/two`)
    await untilText(page, "h1", "646-555-0198")
    await page.evaluate(() => document.body.append(document.querySelector("h1")?.cloneNode(true) as Node))
    release()
    await untilText(page, "h1:last-child", "347-555-0111")
    await untilText(page, "h1", "347-555-0111")
    expect(await page.getAttribute("a", "href")).toBe("tel:+13475550111")
    // Turbo restores a page from a snapshot that holds an older number.
    await page.evaluate(() => (document.body.innerHTML = "<h1>646-555-0198</h1>"))
    await untilText(page, "h1", "347-555-0111")
  })

  test("[SN4] a page restored from the back-forward cache says that it is there, and asks anew where its number is gone", async () => {
    const { page } = await stage.open("<h1 id=first>212-555-0123</h1>")
    await untilText(page, "#first", "646-555-0198")
    stage.lab.pages.set("/two", "<!doctype html><h1>two</h1>")
    await page.evaluate(() =>
      addEventListener("pageshow", (event) => ((window as unknown as { back: boolean }).back = event.persisted)),
    )
    const leave = async () => {
      await page.goto(`${stage.lab.url}/two`)
      await page.goBack({ waitUntil: "commit" })
      expect(await page.evaluate("window.back"), "Chromium kept the page").toBe(true)
    }
    await leave()
    await expect.poll(() => stage.beats().map(({ kind }) => kind)).toEqual(["hide", "beat"])
    expect(await page.textContent("#first")).toBe("646-555-0198")
    expect(stage.views()).toHaveLength(1)
    stage.lab.lent = [{ ...PAIR, number: "+13475550111" }]
    stage.lab.fault = (reply) => {
      if (reply.text === "{}") Object.assign(reply, { status: 205, text: "" })
    }
    await leave()
    await untilText(page, "#first", "347-555-0111")
    expect(await page.evaluate(() => String(onunload) + String(onbeforeunload))).toBe("nullnull")
  })

  test("[SN4] a hidden page asks for no number until it is seen", async () => {
    const { page } = await stage.open()
    stage.lab.lent = [PAIR]
    stage.lab.pages.set(
      "/hidden",
      `<!doctype html><head><script>Object.defineProperty(Document.prototype, "hidden", { get: () => !window.seen, configurable: true })</script>${tag()}</head><body><p>212-555-0123</p>`,
    )
    const loaded = page.waitForResponse((response) => response.url().endsWith("/dni.js"))
    await page.goto(`${stage.lab.url}/hidden`)
    await loaded
    await page.waitForFunction(() => window.ringtrail)
    expect(stage.lab.asked).toHaveLength(0)
    await page.evaluate(() => {
      Object.assign(window, { seen: true })
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }))
    })
    await untilText(page, "p", "646-555-0198")
  })

  test("[SN4] a prerendered page asks for no number until it is seen", async () => {
    stage.lab.lent = [PAIR]
    const tell = (path: string, body: string) =>
      `fetch("/v1/sites/${stage.lab.site}/${path}", { method: "POST", body: ${body} })`
    stage.lab.pages.set(
      "/",
      `<!doctype html><script type="speculationrules">{"prerender":[{"source":"list","urls":["/next"],"eagerness":"immediate"}]}</script>
      <script>setInterval(() => { if (localStorage.ready) location.href = "/next" }, 50)</script>`,
    )
    stage.lab.pages.set(
      "/next",
      `<!doctype html><head>${tag()}</head><body><p>212-555-0123</p><script>addEventListener("load", () => {
        const early = document.prerendering
        ${tell("prerendered", "JSON.stringify({ early })")}.then(() => { localStorage.ready = 1 })
        addEventListener("ringtrail:swap", () => ${tell("shown", 'JSON.stringify({ text: document.querySelector("p").textContent })')})
      })</script>`,
    )
    // Chromium prerenders nothing while a debugger looks on: this one is started without.
    const profile = mkdtempSync(join(tmpdir(), "ringtrail-"))
    const chromium = spawn(
      findChromium(),
      [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        `--user-data-dir=${profile}`,
        `${stage.lab.url}/`,
      ],
      { stdio: "ignore" },
    )
    try {
      await expect
        .poll(() => stage.lab.asked.map(({ path, body }) => [path.split("/").at(-1), body.early ?? body.text]), {
          timeout: 20_000,
        })
        .toEqual([
          ["prerendered", true],
          ["visits", undefined],
          ["shown", "646-555-0198"],
        ])
    } finally {
      const ended = new Promise((done) => chromium.once("exit", done))
      chromium.kill()
      await ended
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    }
  })
})

describe("places", () => {
  test("open shadow roots are swapped where the tag asks for it, and left alone where not", async () => {
    const body = `<x-card></x-card><script>customElements.define("x-card", class extends HTMLElement { connectedCallback() { const root = this.attachShadow({ mode: "open" }); root.innerHTML = '<p>212-555-0123</p><a href="tel:2125550123">x</a>' } })</script>`
    const inside = () => document.querySelector("x-card")?.shadowRoot?.innerHTML
    let page = await open(body, 'data-shadow="*"')
    await page.waitForFunction(() =>
      document.querySelector("x-card")?.shadowRoot?.textContent?.includes("646-555-0198"),
    )
    expect(await page.evaluate(inside)).toBe('<p>646-555-0198</p><a href="tel:+16465550198">x</a>')
    await page.evaluate(
      () =>
        ((document.querySelector("x-card")?.shadowRoot?.querySelector("p") as HTMLElement).textContent =
          "(212) 555-0123"),
    )
    await page.waitForFunction(() =>
      document.querySelector("x-card")?.shadowRoot?.textContent?.includes("(646) 555-0198"),
    )
    await stage.tab.close()
    page = await open(`${body}<p id=plain>212-555-0123</p>`)
    await untilText(page, "#plain", "646-555-0198")
    expect(await page.evaluate(inside)).toContain("212-555-0123")
    await page.evaluate(() => window.ringtrail.swap(document.querySelector("x-card")?.shadowRoot as Node))
    expect(await page.evaluate(inside), "asked for by site code").toBe(
      '<p>646-555-0198</p><a href="tel:+16465550198">x</a>',
    )
  })

  test("a shadow root that the HTML declares is swapped like one that a script attached", async () => {
    const page = await open(
      '<div id=host><template shadowrootmode="open"><p>212-555-0123</p></template></div>',
      'data-shadow="*"',
    )
    await page.waitForFunction(
      () => document.querySelector("#host")?.shadowRoot?.querySelector("p")?.textContent === "646-555-0198",
    )
  })

  test("data-target opens attributes and other channels' links, as the site chooses", async () => {
    const page = await open(
      `<img id=img alt="Call 212-555-0123"><button id=btn onclick="window.dialled='+12125550123'">x</button><a id=wa href="https://wa.me/12125550123">212 555 0123</a><p id=p>212-555-0123</p>`,
      'data-target="#img,#btn,#wa"',
    )
    await untilText(page, "#p", "646-555-0198")
    expect(await page.getAttribute("#img", "alt")).toBe("Call 646-555-0198")
    expect(await page.getAttribute("#wa", "href")).toBe("https://wa.me/16465550198")
    expect(await page.textContent("#wa")).toBe("646 555 0198")
    await page.click("#btn")
    expect(await page.evaluate("window.dialled")).toBe("+16465550198")
  })

  test("an editor in design mode keeps its text", async () => {
    const page = await open("<p id=p>212-555-0123</p><p id=late></p>")
    await untilText(page, "#p", "646-555-0198")
    await page.evaluate(async () => {
      document.designMode = "on"
      ;(document.querySelector("#late") as HTMLElement).textContent = "212-555-0123"
    })
    await page.waitForTimeout(50)
    expect(await page.textContent("#late")).toBe("212-555-0123")
  })

  test("a target that begins another is not mixed up with it, nor at withdrawal", async () => {
    const tab = await stage.open()
    stage.lab.lent = [
      { target: "+49301234567", number: "+49309876543", country: "DE" },
      { target: "+4930123456", number: "+4930987654", country: "DE" },
    ]
    stage.lab.pages.set(
      "/",
      `<!doctype html><head>${tag()}</head><body><p>030 123456, 030 1234567, 030 123456-7, 030 12 34 56 7, 030 12345678</p><a href="tel:030123456">x</a><a href="tel:0301234567">x</a>`,
    )
    await tab.page.goto(`${stage.lab.url}/`)
    await untilText(tab.page, "p", "030 987654, 030 9876543, 030 987654-3, 030 98 76 54 3, 030 12345678")
    expect(await tab.page.evaluate(() => [...document.links].map((link) => link.getAttribute("href")))).toEqual([
      "tel:+4930987654",
      "tel:+49309876543",
    ])
    await tab.page.evaluate(() => window.ringtrail.consent("none"))
    await untilText(tab.page, "p", "030 123456, 030 1234567, 030 123456-7, 030 12 34 56 7, 030 12345678")
  })

  test("several targets on a page each get their own number", async () => {
    const tab = await stage.open()
    const { page } = tab
    stage.lab.lent = [PAIR, { target: "+18005550100", number: "+18885550199", country: "US" }]
    stage.lab.pages.set(
      "/",
      `<!doctype html><head>${tag()}</head><body><p>Sales 212-555-0123, service (800) 555-0100</p>`,
    )
    await page.goto(`${stage.lab.url}/`)
    await untilText(page, "p", "Sales 646-555-0198, service (888) 555-0199")
    expect(
      await page.evaluate(() => [
        window.ringtrail.number()?.number,
        window.ringtrail.number("1-800-555-0100")?.number,
        window.ringtrail.number("+4930123456"),
      ]),
    ).toEqual(["+16465550198", "+18885550199", undefined])
  })
})
