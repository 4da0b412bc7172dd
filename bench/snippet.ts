import { readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import type { Browser, CDPSession, Page } from "playwright-core"
import { buildScript } from "../snippet/build.js"
import { startChromium } from "../test/snippet/chromium.js"
import { type Lab, openLab, PAIR, tag } from "../test/snippet/lab.js"

// `npm run bench:snippet`: the script against two libraries and a bare walk, on the same pages in the same run. Times are
// milliseconds, medians of RUNS fresh pages; read them as ratios, for they are those of one machine.

const RUNS = 7
const SIZES = [1_500, 19_000]
const THROTTLES = [1, 4]
const RIVALS = ["findAndReplaceDOMText", "mark.js", "bare TreeWalker"] as const

interface Row {
  what: string
  nodes: number
  throttle: number
  ringtrail_ms: number
  findAndReplaceDOMText_ms: number | null
  mark_js_ms: number | null
  tree_walker_ms: number | null
}

/** A page of about `nodes` texts in nested blocks, lists and inline elements; every thousandth text holds the number. */
function writePage(nodes: number, number: string): string {
  const parts: string[] = []
  for (let index = 0; index < nodes; index += 5) {
    const ours =
      index % 1000 === 0 ? `Call <b>us</b> on ${number} now.` : `Item <b>${index}</b> costs ${index * 3}.50 today.`
    parts.push(
      `${index % 100 === 0 ? `${index ? "</ul></section>" : ""}<section><ul>` : ""}<li><p>${ours}</p><span>Seen ${index} times</span></li>`,
    )
  }
  return `<main>${parts.join("")}</ul></section></main>`
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
const round = (value: number) => Math.round(value * 100) / 100

/** Time from the parsed answer to the last swapped text, then one added node and a thousand changed texts. */
async function timeScript(page: Page, lab: Lab, throttle: CDPSession, rate: number) {
  await throttle.send("Emulation.setCPUThrottlingRate", { rate })
  await page.goto(`${lab.url}/`)
  await page.waitForFunction("window.took !== undefined", undefined, { timeout: 60_000 })
  const result = await page.evaluate(async () => {
    const started = performance.now()
    const added = document.createElement("p")
    added.textContent = "Call 212-555-0123"
    document.querySelector("main")?.append(added)
    await null
    const one = performance.now() - started
    const texts = Array.from(document.querySelectorAll("li b"), ({ firstChild }) => firstChild as Text).slice(0, 1000)
    const again = performance.now()
    for (let index = 0; index < 1000; index++) (texts[index % texts.length] as Text).data = `changed ${index}`
    await null
    return {
      first: (window as unknown as { took: number }).took,
      one,
      thousand: performance.now() - again,
      ok: added.textContent,
    }
  })
  await throttle.send("Emulation.setCPUThrottlingRate", { rate: 1 })
  return result
}

async function timeRival(page: Page, lab: Lab, throttle: CDPSession, rate: number, rival: (typeof RIVALS)[number]) {
  await page.goto(`${lab.url}/bare`)
  await throttle.send("Emulation.setCPUThrottlingRate", { rate })
  const took = await page.evaluate((rival) => {
    const tools = window as unknown as {
      findAndReplaceDOMText(root: Node, options: object): void
      Mark: new (root: Node) => { markRegExp(find: RegExp, options: object): void }
    }
    const find = /\(?212\)?[-. ]?555[-. ]?0123/g
    const started = performance.now()
    if (rival === "findAndReplaceDOMText") tools.findAndReplaceDOMText(document.body, { find, replace: "646-555-0198" })
    else if (rival === "mark.js") new tools.Mark(document.body).markRegExp(find, { acrossElements: true })
    else {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null)
        if (/\d/.test(node.data)) node.data.replace(find, "646-555-0198")
    }
    return performance.now() - started
  }, rival)
  await throttle.send("Emulation.setCPUThrottlingRate", { rate: 1 })
  return took
}

async function bench(browser: Browser, lab: Lab): Promise<Row[]> {
  const rows: Row[] = []
  const require = createRequire(import.meta.url)
  const tools = ["findandreplacedomtext/src/findAndReplaceDOMText.js", "mark.js/dist/mark.min.js"]
    .map((file) => `<script>${readFileSync(require.resolve(file), "utf8")}</script>`)
    .join("")
  const clock = `<script>const json = Response.prototype.json; Response.prototype.json = async function () { const answer = await json.call(this); window.began = performance.now(); return answer }
    addEventListener("ringtrail:swap", () => window.took = performance.now() - began)</script>`
  for (const throttle of THROTTLES)
    for (const nodes of SIZES) {
      const times: Record<string, number[]> = {}
      const add = (name: string, value: number) => {
        times[name] = [...(times[name] ?? []), value]
      }
      for (let run = 0; run < RUNS; run++) {
        for (const number of ["212-555-0123", "718-555-0177"]) {
          const context = await browser.newContext()
          const page = await context.newPage()
          const session = await context.newCDPSession(page)
          lab.pages.set("/", `<!doctype html><head>${clock}</head><body>${writePage(nodes, number)}${tag()}`)
          lab.pages.set("/bare", `<!doctype html><body>${writePage(nodes, number)}${tools}`)
          const { first, one, thousand } = await timeScript(page, lab, session, throttle)
          if (number === "718-555-0177") add("none", first)
          else {
            add("first", first)
            add("one", one)
            add("thousand", thousand)
            for (const rival of RIVALS) add(rival, await timeRival(page, lab, session, throttle, rival))
          }
          await context.close()
        }
      }
      const of = (name: string) => round(median(times[name] ?? []))
      const row = (what: string, ours: string): Row => ({
        what,
        nodes,
        throttle,
        ringtrail_ms: of(ours),
        findAndReplaceDOMText_ms: null,
        mark_js_ms: null,
        tree_walker_ms: null,
      })
      rows.push(
        {
          ...row("first swap", "first"),
          findAndReplaceDOMText_ms: of("findAndReplaceDOMText"),
          mark_js_ms: of("mark.js"),
          tree_walker_ms: of("bare TreeWalker"),
        },
        row("page without the number", "none"),
        row("one added node", "one"),
        row("1,000 mutations", "thousand"),
      )
    }
  return rows
}

const [browser, lab, script] = await Promise.all([startChromium(), openLab(), buildScript()])
try {
  lab.lent = [PAIR]
  const rows = await bench(browser, lab)
  console.table(rows)
  console.log(`dni.js: ${script.raw} bytes, ${script.gzip} gzip, ${script.brotli} brotli`)
  const { raw, gzip, brotli } = script
  writeFileSync(
    "bench/snippet-results.json",
    `${JSON.stringify({ browser: browser.version(), runs: RUNS, script: { raw, gzip, brotli }, rows }, null, 2)}\n`,
  )
} finally {
  await browser.close()
  await lab.close()
}
