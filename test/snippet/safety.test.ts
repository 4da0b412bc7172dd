import { createHash } from "node:crypto"
import { describe, expect, test } from "vitest"
import { BROTLI_BUDGET, buildScript, GZIP_BUDGET } from "../../snippet/build.js"
import { PAIR, type Reply, tag } from "./lab.js"
import { setStage } from "./stage.js"
import { untilText } from "./visitor.js"

const stage = setStage()
const P = "<p id=p>212-555-0123</p>"

test("the script is within its budget", async () => {
  const { brotli, gzip } = await buildScript()
  expect(brotli).toBeLessThanOrEqual(BROTLI_BUDGET)
  expect(gzip).toBeLessThanOrEqual(GZIP_BUDGET)
  expect([BROTLI_BUDGET, GZIP_BUDGET]).toEqual([2048, 2300])
})

test("the same source builds the same bytes, so that an integrity hash holds", async () => {
  const [one, two] = await Promise.all([buildScript(), buildScript()])
  expect(one.code).toBe(two.code)
  expect(one.code).not.toMatch(/\beval\b|new Function|innerHTML|\.style\b|document\.write/)
})

describe("a strict page", () => {
  test("nonce, Trusted Types and integrity: everything works, the form's file too", async () => {
    const { code } = await buildScript()
    stage.lab.headers = {
      "content-security-policy":
        "default-src 'none'; script-src 'nonce-abc'; connect-src 'self'; form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
    }
    stage.lab.lent = [PAIR]
    const integrity = `sha384-${createHash("sha384").update(code).digest("base64")}`
    stage.lab.pages.set(
      "/",
      `<!doctype html><head>${tag(`nonce="abc" integrity="${integrity}" crossorigin="anonymous"`)}</head><body>${P}<a href="tel:2125550123">x</a><form data-dni-form><input name=x></form>`,
    )
    const tab = await stage.open()
    await tab.page.goto(`${stage.lab.url}/`)
    await untilText(tab.page, "#p", "646-555-0198")
    expect(await tab.page.getAttribute("a", "href")).toBe("tel:+16465550198")
    await Promise.all([
      tab.page.waitForResponse((response) => response.url().endsWith("/form.js")),
      tab.page.focus("[name=x]"),
    ])
    await tab.page.evaluate(() => window.ringtrail.consent("none"))
    await untilText(tab.page, "#p", "212-555-0123")
    expect(tab.complaints).toEqual([])
  })

  test("storage that throws, in a sandboxed frame, leaves a working memory", async () => {
    stage.lab.lent = [PAIR]
    stage.lab.pages.set("/inner", `<!doctype html><head>${tag()}</head><body>${P}`)
    stage.lab.pages.set("/", `<!doctype html><iframe sandbox="allow-scripts" src="/inner"></iframe>`)
    const tab = await stage.open()
    await tab.page.goto(`${stage.lab.url}/`)
    const frame = tab.page.frames()[1]
    await frame?.waitForFunction(() => document.querySelector("#p")?.textContent === "646-555-0198")
    expect(tab.complaints).toEqual([])
  })

  test("old libraries that patch prototypes do not break what is sent", async () => {
    const tab = await stage.open(
      `<script>Array.prototype.toJSON=function(){return "broken"};Object.prototype.extra=Array.prototype.extra=function(){};Array.from=function(){return []};Array.prototype.includes=function(){throw 1}</script>${P}`,
    )
    await untilText(tab.page, "#p", "646-555-0198")
    expect(stage.lab.asked[0]?.body).toMatchObject({ consent: "full", ids: {} })
    expect(tab.complaints).toEqual([])
  })
})

describe("a bad day", () => {
  const FAULTS: Record<string, (reply: Reply) => void> = {
    "an error 500": (reply) => Object.assign(reply, { status: 500, text: '{"title":"Internal Server Error"}' }),
    "HTML instead of JSON": (reply) => Object.assign(reply, { type: "text/html", text: "<html>captive portal</html>" }),
    "nonsense in JSON": (reply) => Object.assign(reply, { text: '{"swaps":[{"match":"(","find":"[","number":5}]}' }),
    "an empty answer": (reply) => Object.assign(reply, { text: "" }),
    null: (reply) => Object.assign(reply, { text: "null" }),
    "an answer after two seconds": (reply) =>
      Object.assign(reply, { until: new Promise((done) => setTimeout(done, 2000)) }),
  }
  test.each(Object.entries(FAULTS))(
    "%s: the page keeps its number, without an error or a second try",
    async (name, fault) => {
      stage.lab.fault = fault
      const tab = await stage.open(`${P}<a href="tel:2125550123">x</a>`, "", "running")
      await tab.page.waitForTimeout(name.includes("two seconds") ? 2300 : 400)
      await tab.page.evaluate(() => {
        document.body.append("212-555-0123")
        window.ringtrail.swap()
      })
      expect(await tab.page.textContent("#p")).toBe("212-555-0123")
      expect(await tab.page.getAttribute("a", "href")).toBe("tel:2125550123")
      expect(tab.complaints).toEqual([])
      expect(stage.lab.asked.filter(({ path }) => path.endsWith("/visits"))).toHaveLength(1)
    },
  )

  test("blocked or offline: the same", async () => {
    const tab = await stage.open()
    stage.lab.lent = [PAIR]
    stage.lab.pages.set(
      "/",
      `<!doctype html><head>${tag()}</head><body>${P}<script>window.failed=0;addEventListener("ringtrail:error",()=>failed++)</script>`,
    )
    let tries = 0
    await tab.page.route("**/visits", (route) => {
      tries++
      return route.abort()
    })
    await tab.page.goto(`${stage.lab.url}/`)
    await tab.page.waitForTimeout(300)
    expect(await tab.page.textContent("#p")).toBe("212-555-0123")
    expect(tries).toBe(1)
    expect(tab.complaints).toEqual([])
  })

  test("the script itself blocked: a page with the stub goes on", async () => {
    const tab = await stage.open()
    await tab.page.route("**/dni.js", (route) => route.abort())
    stage.lab.pages.set("/", `<!doctype html><head>${tag()}</head><body>${P}`)
    await tab.page.goto(`${stage.lab.url}/`)
    expect(await tab.page.textContent("#p")).toBe("212-555-0123")
    expect(tab.complaints).toEqual([])
  })

  test("garbage in storage is ignored", async () => {
    for (const garbage of ["null", "{", '{"swaps":5,"at":9e15}', '{"at":9e15,"swaps":[{"match":"(","find":"("}]}']) {
      const tab = await stage.open()
      await tab.page.addInitScript(
        ([site, text]) => localStorage.setItem(site as string, text as string),
        [stage.lab.site, garbage],
      )
      stage.lab.lent = [PAIR]
      stage.lab.pages.set("/", `<!doctype html><head>${tag()}</head><body>${P}`)
      await tab.page.goto(`${stage.lab.url}/`)
      await untilText(tab.page, "#p", "646-555-0198")
      expect(tab.complaints).toEqual([])
      await tab.close()
    }
  })
})

describe("a hostile page", () => {
  test("five megabytes of text, with the number at the end or without it", async () => {
    const lines = "Lorem ipsum 2024 dolor, 12.50 sit amet; 555-0100. ".repeat(50_000)
    for (const end of ["nothing", "212-555-0123"]) {
      const tab = await stage.open(`<p id=big>${lines}</p><pre id=end>${lines}${end}</pre>`)
      await tab.page.waitForFunction(() => window.ringtrail?.number())
      await tab.page.evaluate(() => window.ringtrail.swap())
      expect(await tab.page.evaluate(() => document.querySelector("#end")?.textContent?.slice(-12))).toBe(
        end === "nothing" ? "100. nothing" : "646-555-0198",
      )
      expect(await tab.page.evaluate(() => document.querySelector("#big")?.textContent)).toBe(lines)
      expect(tab.complaints).toEqual([])
    }
  })

  test("document.write, while the page loads and in its place", async () => {
    const tab = await stage.open(`<script>document.write("<p id=written>212-555-0123</p>")</script>`)
    await untilText(tab.page, "#written", "646-555-0198")
    await tab.page.evaluate(() => {
      document.open()
      document.write("<p id=anew>(212) 555-0123</p>")
      document.close()
    })
    await untilText(tab.page, "#anew", "(646) 555-0198")
    expect(tab.complaints).toEqual([])
  })

  test("fields whose names are those of methods hide no other number and throw nothing", async () => {
    const names = ["matches", "textContent", "childNodes", "firstChild", "attributes", "parentNode"]
    const tab = await stage.open(
      `${names.map((name) => `<form title="212-555-0123"><input name="${name}"><p>212-555-0123</p></form>`).join("")}${P}`,
    )
    await untilText(tab.page, "#p", "646-555-0198")
    await tab.page.evaluate(() => {
      for (const form of document.forms) form.append(document.createElement("i"), "212-555-0123")
      document.querySelector("#p")?.append(", 212.555.0123")
    })
    await untilText(tab.page, "#p", "646-555-0198, 646.555.0198")
    expect(tab.complaints).toEqual([])
  })

  test("frames, closed roots and what CSS writes are left alone", async () => {
    stage.lab.pages.set("/inner", "<!doctype html><p>212-555-0123</p>")
    const tab = await stage.open(
      `<style>#css::before{content:"212-555-0123"}</style><iframe src="/inner"></iframe><i id=css></i><x-closed></x-closed>${P}
      <script>{const root = document.querySelector("x-closed").attachShadow({ mode: "closed" }); root.innerHTML = "<p>212-555-0123</p>"; window.closed_ = root}</script>`,
      'data-shadow="*"',
    )
    await untilText(tab.page, "#p", "646-555-0198")
    expect(
      await tab.page.evaluate(() => [
        document.querySelector("iframe")?.contentDocument?.body.textContent,
        getComputedStyle(document.querySelector("#css") as Element, "::before").content,
        (window as unknown as { closed_: ShadowRoot }).closed_.textContent,
      ]),
    ).toEqual(["212-555-0123", '"212-555-0123"', "212-555-0123"])
    expect(tab.complaints).toEqual([])
  })
})

describe("the page's own", () => {
  test("no node is made, moved or removed, and only texts and named attributes are written", async () => {
    const tab = await stage.open()
    stage.lab.lent = [PAIR]
    const body = `<main class=x data-phone="212-555-0123"><p id=p>Call <b>(212)</b> 555-<i>0123</i> now</p><a id=a href="tel:2125550123" title="212-555-0123" style="color:red">212.555.0123</a><input value="212-555-0123"><!-- 212-555-0123 --><script type="application/ld+json">{"telephone":"212-555-0123"}</script><div itemscope><meta itemprop=telephone content="212-555-0123"></div></main>`
    stage.lab.pages.set(
      "/",
      `<!doctype html><head><title>212-555-0123</title><meta name=description content="212-555-0123"></head><body>${body}<script>
      window.records = []
      new MutationObserver((list) => list.forEach((r) => records.push(r.type + " " + (r.attributeName || r.target.nodeName)))).observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
      addEventListener("load", () => { records.length = 0; window.nodes = [...document.querySelectorAll("main, main *")] })</script>`,
    )
    await tab.page.goto(`${stage.lab.url}/`)
    await tab.page.evaluate((site) => {
      ;(window as unknown as { records: string[] }).records.length = 0
      const script = document.createElement("script")
      script.src = "/dni.js"
      script.dataset.site = site
      document.documentElement.append(script)
    }, stage.lab.site)
    await untilText(tab.page, "#p", "Call (646) 555-0198 now")
    const { records, same, html, title } = await tab.page.evaluate(() => {
      const { records, nodes } = window as unknown as { records: string[]; nodes: Element[] }
      return {
        records,
        same: [...document.querySelectorAll("main, main *")].every((node, index) => node === nodes[index]),
        html: document.querySelector("main")?.outerHTML ?? "",
        title: document.title,
      }
    })
    expect(same).toBe(true)
    expect(records.sort()).toEqual([
      "attributes href",
      "attributes title",
      "characterData #text",
      "characterData #text",
      "characterData #text",
      "childList HTML",
    ])
    expect(html.replaceAll("646", "212").replaceAll("0198", "0123").replace("tel:+1", "tel:")).toBe(
      await tab.page.evaluate((source) => {
        const holder = document.implementation.createHTMLDocument().body
        holder.innerHTML = source
        return holder.innerHTML
      }, body),
    )
    for (const own of [
      'data-phone="212-555-0123"',
      'value="212-555-0123"',
      "<!-- 212-555-0123 -->",
      '{"telephone":"212-555-0123"}',
      'content="212-555-0123"',
    ])
      expect(html).toContain(own)
    expect(title).toBe("212-555-0123")
  })

  test("a number of the same length shifts nothing", async () => {
    const tab = await stage.open()
    stage.lab.lent = [PAIR]
    const release = stage.lab.hold()
    stage.lab.pages.set(
      "/",
      `<!doctype html><head>${tag()}<style>body{font-variant-numeric:tabular-nums}</style><script>window.shift=0;new PerformanceObserver((list)=>{for(const e of list.getEntries())window.shift+=e.value}).observe({type:"layout-shift",buffered:true});</script></head><body><h1>212-555-0123</h1><p id=p>Call (212) 555-0123</p><p>${"text ".repeat(500)}</p>`,
    )
    await tab.page.goto(`${stage.lab.url}/`)
    await tab.page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0)
    release()
    await untilText(tab.page, "#p", "Call (646) 555-0198")
    await tab.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
    expect(await tab.page.evaluate("window.shift")).toBe(0)
  })
})
