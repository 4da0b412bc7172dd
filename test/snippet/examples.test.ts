import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { build, type Plugin } from "esbuild"
import { describe, expect, test } from "vitest"
import { compileScript, parse } from "vue/compiler-sfc"
import { setStage } from "./stage.js"
import { untilText } from "./visitor.js"

// What `examples/` tells people to paste, pasted: HOST and SITE_ID are filled in, nothing else is changed.

const stage = setStage()
const ROOT = join(import.meta.dirname, "../..")
const read = (name: string) =>
  readFileSync(join(ROOT, "examples", name), "utf8")
    .replaceAll("https://HOST", "")
    .replaceAll("SITE_ID", "{site}")
const show = async (html: string) => {
  const tab = await stage.open()
  stage.lab.lent = [{ target: "+12125550123", number: "+16465550198", country: "US" }]
  stage.lab.pages.set("/", html)
  await tab.page.goto(`${stage.lab.url}/`)
  return tab
}

/** Runs a program that builds a page, and answers what it exports as `html`. */
async function render(contents: string, options: object = {}): Promise<string> {
  const code = await bundle(contents, { format: "esm", platform: "neutral", ...options })
  const module = await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`)
  return module.html
}

async function bundle(contents: string, options: object = {}): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(ROOT, "examples"), loader: "tsx" },
    bundle: true,
    format: "iife",
    platform: "browser",
    mainFields: ["module", "main"],
    conditions: ["import", "browser"],
    jsx: "automatic",
    jsxImportSource: "react",
    tsconfigRaw: {},
    define: {
      "process.env.NODE_ENV": '"production"',
      __VUE_OPTIONS_API__: "true",
      __VUE_PROD_DEVTOOLS__: "false",
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
    },
    logLevel: "error",
    write: false,
    ...options,
  })
  return outputFiles?.[0]?.text ?? ""
}

describe("plain.html", () => {
  test("texts and links are swapped, the number that stays stays, calls made before the script was there are heard", async () => {
    const { page, complaints } = await show(read("plain.html"))
    await untilText(page, "h1", "Call (646) 555-0198")
    expect(await page.getAttribute("h1 a", "href")).toBe("tel:+16465550198")
    expect(await page.textContent("p")).toBe("Billing only: (212) 555-0123")
    await expect
      .poll(() => stage.beats())
      .toEqual([{ visit: "vis_1", kind: "event", name: "page_type", fields: { type: "landing" } }])
    expect(complaints).toEqual(["shown: [(646) 555-0198]"])
  })

  test("its form is told with the visit, and is sent as ever", async () => {
    stage.lab.pages.set("/thanks", "<!doctype html><h1>Thanks</h1>")
    const { page } = await show(read("plain.html"))
    await untilText(page, "h1", "Call (646) 555-0198")
    await Promise.all([page.waitForResponse("**/form.js"), page.fill("[name=name]", "Ann")])
    await page.fill("[name=phone]", "+1 212 555 0199")
    // The second file is there when it has been run, which only what it does can show.
    await expect
      .poll(async () => {
        await page.evaluate(() => document.forms[0]?.dispatchEvent(new Event("submit", { bubbles: true })))
        return stage.beats().find(({ kind }) => kind === "form")?.fields
      })
      .toEqual({ name: "Ann", phone: "+1 212 555 0199" })
    await page.click("button")
    await untilText(page, "h1", "Thanks")
  })
})

test("consent.html: nothing before the visitor agrees, the number when he does, the page's own when he withdraws", async () => {
  const { page, complaints } = await show(read("consent.html"))
  await page.waitForFunction(() => window.ringtrail?.swap)
  expect(stage.lab.asked).toEqual([])
  const press = (name: string) => page.getByRole("button", { name }).click()
  await press("Agree")
  await untilText(page, "p", "Call (646) 555-0198")
  expect(await page.evaluate((site) => typeof localStorage[site], stage.lab.site)).toBe("string")
  await press("Withdraw")
  await untilText(page, "p", "Call (212) 555-0123")
  expect(await page.evaluate(() => localStorage.length)).toBe(0)
  await press("Only for this page")
  await untilText(page, "p", "Call (646) 555-0198")
  expect(await page.evaluate(() => localStorage.length)).toBe(0)
  expect(stage.views().map(({ consent }) => consent)).toEqual(["full", "session"])
  expect(complaints).toEqual([])
})

test("tag-manager.html: the script that its code makes is the site's", async () => {
  const { page, complaints } = await show(
    `<!doctype html><head></head><body>${read("tag-manager.html")}<p>212-555-0123`,
  )
  await untilText(page, "p", "646-555-0198")
  expect(stage.lab.asked[0]?.path).toBe(`/v1/sites/${stage.lab.site}/visits`)
  expect(complaints).toEqual([])
})

describe("wordpress/ringtrail.php", () => {
  /** What WordPress calls of the plugin, and what the plugin calls of WordPress. */
  const WORDPRESS = `<?php
    define('ABSPATH', '/');
    $actions = []; $options = ['ringtrail_host' => 'https://HOST/', 'ringtrail_site' => 'SITE_ID'];
    function add_action($name, $run, $order = 10) { global $actions; $actions[$name][] = $run; }
    function add_shortcode($name, $run) { global $shortcode; $shortcode = $run; }
    function add_settings_section(...$all) {} function register_setting(...$all) {}
    function add_settings_field($name, $label, $print, ...$all) { global $fields; $fields[] = $print; }
    function get_option($name, $default) { global $options; return $options[$name] ?? $default; }
    function untrailingslashit($text) { return rtrim($text, '/'); }
    function esc_url($text) { return htmlspecialchars($text, ENT_QUOTES); }
    function esc_attr($text) { return htmlspecialchars($text, ENT_QUOTES); }
    function esc_html($text) { return htmlspecialchars($text, ENT_QUOTES); }
    require 'examples/wordpress/ringtrail.php';
    foreach ($actions['admin_init'] as $run) $run();
    echo '<!doctype html><head>'; foreach ($actions['wp_head'] as $run) $run();
    echo '</head><body><p>', $shortcode(['number' => '(212) 555-0123']), '</p><form>';
    foreach ($fields as $print) $print();
    echo '</form><i>', $shortcode(['number' => '"><script>alert(1)</script>']), '</i>';
    $options = []; echo '<b>'; foreach ($actions['wp_head'] as $run) $run(); echo '</b>';`
  const php = spawnSync("php", ["--version"]).status === 0

  test.skipIf(!php)(
    "what it prints is swapped, its settings show, and nothing is printed before they are made",
    async () => {
      const { stdout, stderr, status } = spawnSync("php", ["-d", "display_errors=stderr"], {
        cwd: ROOT,
        input: WORDPRESS,
        encoding: "utf8",
      })
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
      expect(stdout).toContain('<script async src="https://HOST/dni.js" data-site="SITE_ID" data-nowprocket')
      const { page, complaints } = await show(stdout.replaceAll("https://HOST", "").replaceAll("SITE_ID", "{site}"))
      await untilText(page, "p", "(646) 555-0198")
      expect(await page.getAttribute("p a", "href")).toBe("tel:+16465550198")
      expect(await page.inputValue("[name=ringtrail_site]")).toBe(stage.lab.site)
      expect(await page.evaluate(() => document.querySelector("b")?.innerHTML)).toBe("")
      expect(complaints, "what an author writes is text").toEqual([])
    },
  )

  test("its tag is the one of the README, and keeps optimisers off", () => {
    const source = read("wordpress/ringtrail.php")
    expect(source).toContain(
      `<script async src="%s" data-site="%s" data-nowprocket data-no-optimize="1" data-cfasync="false"></script>`,
    )
    expect(source).toContain("esc_url($host . '/dni.js')")
  })
})

describe.each([
  [
    "React 18",
    {
      react: "react18",
      "react-dom/client": "react-dom18/client",
      "react-dom/server": "react-dom18/server.browser",
      "react/jsx-runtime": "react18/jsx-runtime",
    },
  ],
  ["React 19", { "react-dom/server": "react-dom/server.browser" }],
] as [string, Record<string, string>][])("react/tracking-number.tsx in %s", (_name, alias) => {
  const APP = `import { TrackingNumber, useTrackingNumber } from "./react/tracking-number.tsx"
    const Hook = () => <output>{useTrackingNumber("+12125550123")?.number ?? "none"}</output>
    const App = () => <main><TrackingNumber target="+12125550123" className="x">(212) 555-0123</TrackingNumber><Hook /><p>212-555-0123</p></main>`

  test("the server's number until one is lent, the lent one then, the page's own after a withdrawal, no error", async () => {
    const html = await render(
      `${APP}; import { renderToString } from "react-dom/server"; export const html = renderToString(<App />)`,
      { alias },
    )
    expect(html).toContain('<a class="x" href="tel:+12125550123" data-dni="off">(212) 555-0123</a>')
    stage.lab.pages.set(
      "/app.js",
      await bundle(
        `${APP}; import { hydrateRoot } from "react-dom/client"
        hydrateRoot(document.getElementById("root"), <App />, { onRecoverableError: (error) => console.error("recovered: " + error) })`,
        { alias },
      ),
    )
    const { page, complaints } = await show(
      `<!doctype html><head>{script}<script defer src="/app.js"></script></head><body><div id=root>${html}</div>`,
    )
    await untilText(page, "a", "(646) 555-0198")
    expect(await page.getAttribute("a", "href")).toBe("tel:+16465550198")
    await untilText(page, "output", "+16465550198")
    await untilText(page, "p", "646-555-0198")
    await page.evaluate(() => window.ringtrail.consent("none"))
    await untilText(page, "a", "(212) 555-0123")
    await untilText(page, "output", "none")
    await untilText(page, "p", "212-555-0123")
    expect(stage.beats().filter(({ kind }) => kind === "own")).toEqual([])
    expect(complaints).toEqual([])
  })
})

test("vue/TrackingNumber.vue: the slot until a number is lent, the lent one then, the slot after a withdrawal, no error", async () => {
  const component: Plugin = {
    name: "vue",
    setup(builder) {
      builder.onLoad({ filter: /\.vue$/ }, ({ path }) => {
        const { descriptor } = parse(readFileSync(path, "utf8"), { filename: path })
        const { content } = compileScript(descriptor, { id: "x", inlineTemplate: true })
        return { contents: content, loader: "ts", resolveDir: ROOT }
      })
    },
  }
  const ssr: Plugin = {
    name: "vue-ssr",
    setup(builder) {
      builder.onLoad({ filter: /\.vue$/ }, ({ path }) => {
        const { descriptor } = parse(readFileSync(path, "utf8"), { filename: path })
        const { content } = compileScript(descriptor, {
          id: "x",
          inlineTemplate: true,
          templateOptions: { ssr: true, ssrCssVars: [] },
        })
        return { contents: content, loader: "ts", resolveDir: ROOT }
      })
    },
  }
  const APP = `import { createSSRApp, h } from "vue"; import TrackingNumber from "./vue/TrackingNumber.vue"
    const make = () => createSSRApp({ render: () => h("main", [h(TrackingNumber, { target: "+12125550123" }, () => "(212) 555-0123"), h("p", "212-555-0123")]) })`
  const html = await render(
    `${APP}; import { renderToString } from "vue/server-renderer"; export const html = await renderToString(make())`,
    { plugins: [ssr] },
  )
  expect(html).toContain("(212) 555-0123")
  stage.lab.pages.set("/app.js", await bundle(`${APP}; make().mount("#app")`, { plugins: [component] }))
  const { page, complaints } = await show(
    `<!doctype html><head>{script}<script defer src="/app.js"></script></head><body><div id=app>${html}</div>`,
  )
  await untilText(page, "a", "(646) 555-0198")
  expect(await page.getAttribute("a", "href")).toBe("tel:+16465550198")
  await untilText(page, "p", "646-555-0198")
  await page.evaluate(() => window.ringtrail.consent("none"))
  await untilText(page, "a", "(212) 555-0123")
  expect(await page.getAttribute("a", "href")).toBe("tel:+12125550123")
  expect(complaints).toEqual([])
})
