import { join } from "node:path"
import { build } from "esbuild"
import type { Browser } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { startChromium } from "./chromium.js"
import { type Lab, openLab, PAIR, tag } from "./lab.js"
import { openTab, untilText } from "./visitor.js"

/** The same small page in each framework: a number in a text, one split by the framework, a link, a button that re-renders. */
const REACT = `
import { createElement as h, useState, Fragment, Suspense } from "react"
export const App = () => {
  const [count, setCount] = useState(0)
  const [text, setText] = useState("Call 212-555-0123 now")
  const [shown, setShown] = useState(true)
  return h("main", null,
    h("p", { id: "text" }, text),
    h("p", { id: "split" }, "Or (212) ", "555", "-0123"),
    h("a", { id: "link", href: "tel:212-555-0123", "aria-label": "Call 212-555-0123" }, "212.555.0123"),
    h("div", { id: "html", dangerouslySetInnerHTML: { __html: "<b>212 555 0123</b>" } }),
    shown && h("p", { id: "gone" }, h("span", null, "212-555-0123")),
    h("button", { id: "count", onClick: () => setCount(count + 1) }, "clicked ", count),
    h("button", { id: "change", onClick: () => setText("Ring 212-555-0123 later") }, "change"),
    h("button", { id: "remove", onClick: () => setShown(false) }, "remove"))
}`
const react = (version: string) => ({
  alias: {
    react: version === "18" ? "react18" : "react",
    "react-dom/client": version === "18" ? "react-dom18/client" : "react-dom/client",
    "react-dom/server": version === "18" ? "react-dom18/server.browser" : "react-dom/server.browser",
  },
  app: REACT,
  server: `import { renderToString } from "react-dom/server"; import { createElement } from "react"; export const html = renderToString(createElement(App))`,
  client: `import { hydrateRoot } from "react-dom/client"; import { createElement } from "react"; export const start = () => hydrateRoot(document.getElementById("root"), createElement(App), { onRecoverableError: (error) => console.error("recovered: " + error) })`,
  mount: "root",
})
const VUE_APP = `
import { createSSRApp, h, ref } from "vue"
export const make = () => createSSRApp({ setup() {
  const count = ref(0), text = ref("Call 212-555-0123 now"), shown = ref(true)
  return () => h("main", [
    h("p", { id: "text" }, text.value),
    h("p", { id: "split" }, ["Or (212) ", "555", "-0123"]),
    h("a", { id: "link", href: "tel:212-555-0123", "aria-label": "Call 212-555-0123" }, "212.555.0123"),
    h("div", { id: "html", innerHTML: "<b>212 555 0123</b>" }),
    shown.value ? h("p", { id: "gone" }, [h("span", "212-555-0123")]) : null,
    h("button", { id: "count", onClick: () => count.value++ }, "clicked " + count.value),
    h("button", { id: "change", onClick: () => (text.value = "Ring 212-555-0123 later") }, "change"),
    h("button", { id: "remove", onClick: () => (shown.value = false) }, "remove")])
} })`
const FRAMEWORKS: Record<
  string,
  { alias: Record<string, string>; app: string; server: string; client: string; mount: string }
> = {
  "React 18": react("18"),
  "React 19": react("19"),
  "Vue 3": {
    alias: {},
    app: VUE_APP,
    server: `import { renderToString } from "vue/server-renderer"; export const html = await renderToString(make())`,
    client: `export const start = () => make().mount("#app")`,
    mount: "app",
  },
  Preact: {
    alias: {},
    app: REACT.replace("useState, Fragment, Suspense", "")
      .replace("h, ", "h")
      .replace('from "react"', 'from "preact"')
      .replace("import", 'import { useState } from "preact/hooks"; import'),
    server: `import { renderToString } from "preact-render-to-string"; import { createElement } from "preact"; export const html = renderToString(createElement(App))`,
    client: `import { hydrate, createElement } from "preact"; export const start = () => hydrate(createElement(App), document.getElementById("app"))`,
    mount: "app",
  },
  // The app router of Next hydrates the document itself and streams it; its scripts lie under /_next/.
  "Next (whole document)": {
    alias: {},
    app: `${REACT}
import { createElement as e } from "react"
export const Page = () => e("html", { lang: "en" }, e("head", null, e("meta", { charSet: "utf-8" })), e("body", null, e(Suspense, null, e(App))))`,
    server: `import { renderToString } from "react-dom/server"; import { createElement } from "react"; export const html = renderToString(createElement(Page))`,
    client: `import { hydrateRoot } from "react-dom/client"; import { createElement } from "react"; export const start = () => hydrateRoot(document, createElement(Page), { onRecoverableError: (error) => console.error("recovered: " + error) })`,
    mount: "",
  },
}

let browser: Browser
let lab: Lab
beforeAll(async () => {
  ;[browser, lab] = await Promise.all([startChromium(), openLab()])
})
afterAll(async () => {
  await browser?.close()
  await lab?.close()
})

async function bundle(contents: string, alias: Record<string, string>, format: "iife" | "esm"): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(import.meta.dirname, "../.."), loader: "js" },
    bundle: true,
    format,
    minify: true,
    alias,
    platform: format === "esm" ? "neutral" : "browser",
    mainFields: ["module", "main"],
    conditions: ["import", "browser"],
    define: {
      "process.env.NODE_ENV": '"production"',
      __VUE_OPTIONS_API__: "true",
      __VUE_PROD_DEVTOOLS__: "false",
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
    },
    write: false,
  })
  return outputFiles[0]?.text ?? ""
}

describe.each(Object.entries(FRAMEWORKS))("%s", (_name, { alias, app, server, client, mount }) => {
  let html: string
  beforeAll(async () => {
    const code = await bundle(`${app}\n${server}`, alias, "esm")
    ;({ html } = (await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`)) as {
      html: string
    })
    lab.pages.set("/_next/app.js", await bundle(`${app}\n${client}\nwindow.hydrateApp = start`, alias, "iife"))
  })

  const write = (attributes = "") => {
    const scripts = `${tag(attributes)}<script src="/_next/app.js" defer></script>`
    lab.pages.set(
      "/",
      mount
        ? `<!doctype html><html><head><meta charset=utf-8>${scripts.replace("/_next/", "/_next/")}</head><body><div id="${mount}">${html}</div></body></html>`
        : `<!doctype html>${html.replace("</body>", `${scripts}</body>`)}`,
    )
  }

  test("the link at once, the text within a frame after hydration, no error, no node lost, no stale number", async () => {
    lab.lent = [PAIR]
    write()
    const { page, complaints, close } = await openTab(browser, lab)
    await page.goto(`${lab.url}/`)
    await page.waitForFunction(() => document.querySelector("#link")?.getAttribute("href") === "tel:+16465550198")
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
    expect(await page.textContent("#text"), "waits for the framework").toBe("Call 212-555-0123 now")
    const same = await page.evaluate(async () => {
      const nodes = [...document.querySelectorAll("main *")]
      ;(window as unknown as { hydrateApp(): void }).hydrateApp()
      const changed = performance.now()
      while (
        !document.querySelector("#text")?.textContent?.includes("646-555-0198") &&
        performance.now() - changed < 3000
      )
        await new Promise(requestAnimationFrame)
      return nodes.every((node) => node.isConnected)
    })
    expect(same, "the server's nodes are still there").toBe(true)
    await untilText(page, "#text", "Call 646-555-0198 now")
    await untilText(page, "#split", "Or (646) 555-0198")
    await untilText(page, "#link", "646.555.0198")
    // HTML within React carries no sign of its own: it waits until nobody is expected any more.
    await page.evaluate(() => {
      const later = Date.now() + 60_000
      Date.now = () => later
    })
    await untilText(page, "#html", "646 555 0198")
    await page.click("#count")
    await untilText(page, "#count", "clicked 1")
    expect(await page.textContent("#text")).toBe("Call 646-555-0198 now")
    await page.click("#change")
    await untilText(page, "#text", "Ring 646-555-0198 later")
    await page.click("#remove")
    await page.waitForFunction(() => !document.querySelector("#gone"))
    await page.evaluate(() => new Promise(requestAnimationFrame))
    expect(complaints).toEqual([])
    await close()
  })
})

test("a mount point that no framework claims is swapped after two seconds", async () => {
  lab.lent = [PAIR]
  lab.pages.set("/", `<!doctype html><head>${tag()}</head><body><div id=app><p>212-555-0123</p></div>`)
  const { page, close } = await openTab(browser, lab, undefined, "", "running")
  await page.goto(`${lab.url}/`)
  await untilText(page, "p", "646-555-0198")
  await close()
})

test("an application rendered in the browser alone is swapped as it appears", async () => {
  lab.lent = [PAIR]
  const { alias, app } = FRAMEWORKS["React 19"] as (typeof FRAMEWORKS)[string]
  lab.pages.set(
    "/app.js",
    await bundle(
      `${app}\nimport { createRoot } from "react-dom/client"; import { createElement } from "react"; createRoot(document.getElementById("root")).render(createElement(App))`,
      alias,
      "iife",
    ),
  )
  lab.pages.set("/", `<!doctype html><head>${tag()}</head><body><div id=root></div><script src="/app.js"></script>`)
  const { page, complaints, close } = await openTab(browser, lab)
  await page.goto(`${lab.url}/`)
  await untilText(page, "#text", "Call 646-555-0198 now")
  await page.click("#change")
  await untilText(page, "#text", "Ring 646-555-0198 later")
  expect(complaints).toEqual([])
  await close()
})
