import { readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import type { Browser, Page } from "playwright-core"
import { buildScript } from "../snippet/build.js"
import { startChromium } from "../test/snippet/chromium.js"
import { type Lab, openLab, PAIR, tag } from "../test/snippet/lab.js"

// `npm run bench:snippet [runs]`: the script against two libraries and a bare walk, on the same pages in the same run, a fresh
// page for each of them. The rivals are given what a script of this kind needs around them: one pass over the page, then an
// observer that runs them on what changed. `npm run bench:snippet 3 1500 1`: 3 runs of one size without throttling. Times are milliseconds; read them as ratios, for they are those of one machine.

const [runs, size, throttle] = process.argv.slice(2).map(Number)
const RUNS = runs ?? 9
const SIZES = size ? [size] : [1_500, 19_000]
const THROTTLES = throttle ? [throttle] : [1, 4]
const TOOLS = ["ringtrail", "findAndReplaceDOMText", "mark.js", "bare TreeWalker"] as const
type Tool = (typeof TOOLS)[number]
const OURS = "212-555-0123"
const OTHERS = "718-555-0177"

/** What one page of one tool took, in milliseconds, and how many tasks of over 50 ms it had from the parsed page on. */
interface Took {
  first: number
  again: number
  one: number
  thousand: number
  long: number
}

/** One line of the table: the median and the least of all runs, by tool. */
interface Row {
  what: string
  nodes: number
  throttle: number
  median_ms: Record<Tool, number>
  least_ms: Record<Tool, number>
}

/**
 * A page of about `nodes` texts in nested blocks, lists and inline elements, with a labelled `tel:` link in every hundred;
 * every thousandth text holds the number.
 */
function writePage(nodes: number, number: string): string {
  const parts: string[] = []
  for (let index = 0; index < nodes; index += 5) {
    const ours =
      index % 1000 === 0 ? `Call <b>us</b> on ${number} now.` : `Item <b>${index}</b> costs ${index * 3}.50 today.`
    parts.push(
      `${index % 100 === 0 ? `${index ? "</ul></section>" : ""}<section><a class="call" href="tel:+17185550100" aria-label="Call 718-555-0100">Call us</a><ul>` : ""}<li><p>${ours}</p><span>Seen ${index} times</span></li>`,
    )
  }
  return `<main>${parts.join("")}</ul></section></main>`
}

/**
 * Our script's clock: from the answer as JSON to the event that says that the page is swapped. The listener stands in brackets so
 * that it is compiled with the page, and not on the clock when it is called.
 */
const CLOCK = `<script>
  const json = Response.prototype.json
  Response.prototype.json = async function () { const answer = await json.call(this); window.began = performance.now(); return answer }
  addEventListener("ringtrail:swap", (() => { window.took = performance.now() - began }))
</script>`
const LONG =
  "<script>window.before = 0; new MutationObserver(() => window.before ||= performance.now()).observe(document, { childList: true, characterData: true, subtree: true }); window.long = 0; new PerformanceObserver((list) => window.long += list.getEntries().length).observe({ type: 'longtask' })</script>"

/** The first pass of a rival over the page, and its observer from then on. */
function startRival(tool: string): number {
  const tools = window as unknown as {
    findAndReplaceDOMText(root: Node, options: object): void
    Mark: new (root: Node) => { markRegExp(find: RegExp, options: object): void }
  }
  const find = /\(?212\)?[-. ]?555[-. ]?0123/g
  const pass = (root: Node) => {
    if (tool === "findAndReplaceDOMText") tools.findAndReplaceDOMText(root, { find, replace: "646-555-0198" })
    else if (tool === "mark.js") new tools.Mark(root).markRegExp(find, { acrossElements: true })
    else {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
      for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null)
        if (/\d/.test(node.data)) {
          const next = node.data.replace(find, "646-555-0198")
          if (next !== node.data) node.data = next
        }
    }
  }
  const started = performance.now()
  pass(document.body)
  const took = performance.now() - started
  Object.assign(window, { passAgain: () => pass(document.body) })
  const observer = new MutationObserver((records) => {
    for (const { type, target, addedNodes } of records)
      for (const node of type === "childList" ? addedNodes : [target.parentNode as Node])
        if (node.nodeType === 1) pass(node)
    // A library that wraps what it finds would find it again without end.
    observer.takeRecords()
  })
  observer.observe(document, { childList: true, characterData: true, subtree: true })
  return took
}

/**
 * One paragraph with the number is added, then a thousand texts change. Observers are called in the order in which they were
 * made: what lies between the page's first one and its last is the tool's, and neither the page's own change nor its layout.
 */
async function timeLate(number: string) {
  const watch = (seen: () => void) =>
    new MutationObserver(seen).observe(document, { childList: true, characterData: true, subtree: true })
  const clock = window as unknown as { before: number }
  let after = 0
  watch(() => {
    after ||= performance.now()
  })
  const timeOf = async (change: () => void) => {
    // What the pass before left to collect is not this one's.
    await new Promise((done) => setTimeout(done, 20))
    clock.before = after = 0
    change()
    await null
    return after - clock.before
  }
  const one = await timeOf(() => {
    const added = document.createElement("p")
    added.textContent = `Call ${number}`
    document.querySelector("main")?.append(added)
  })
  const texts = Array.from(document.querySelectorAll("li b"), ({ firstChild }) => firstChild as Text).slice(0, 1000)
  const thousand = await timeOf(() => {
    for (let index = 0; index < 1000; index++) (texts[index % texts.length] as Text).data = `changed ${index}`
  })
  return { one, thousand }
}

/**
 * Another pass over a page without the number, when the browser has compiled all that it takes. With the number, a library that
 * wraps what it finds would wrap its own wrapping without end.
 */
function timeAgain(): number {
  const { ringtrail, passAgain } = window as unknown as { ringtrail?: { swap(): void }; passAgain?: () => void }
  const started = performance.now()
  if (passAgain) passAgain()
  else ringtrail?.swap()
  return performance.now() - started
}

async function time(page: Page, lab: Lab, tool: Tool, throttle: number, without: boolean): Promise<Took> {
  const session = await page.context().newCDPSession(page)
  const slow = (rate: number) => session.send("Emulation.setCPUThrottlingRate", { rate })
  const ours = tool === "ringtrail"
  if (ours) await slow(throttle)
  await page.goto(`${lab.url}/${ours ? "" : "bare"}`)
  if (ours) await page.waitForFunction("window.took !== undefined", undefined, { timeout: 60_000 })
  else await slow(throttle)
  const first = ours ? ((await page.evaluate("window.took")) as number) : await page.evaluate(startRival, tool)
  const again = without ? await page.evaluate(timeAgain) : 0
  const late = await page.evaluate(timeLate, OURS)
  const long = (await page.evaluate("new Promise((done) => setTimeout(() => done(window.long), 60))")) as number
  await slow(1)
  return { first, again, ...late, long }
}

async function bench(browser: Browser, lab: Lab): Promise<{ rows: Row[]; longTasks: object[] }> {
  const rows: Row[] = []
  const longTasks: object[] = []
  const require = createRequire(import.meta.url)
  const libraries = ["findandreplacedomtext/src/findAndReplaceDOMText.js", "mark.js/dist/mark.min.js"]
    .map((file) => `<script>${readFileSync(require.resolve(file), "utf8")}</script>`)
    .join("")
  for (const throttle of THROTTLES)
    for (const nodes of SIZES)
      for (const number of [OURS, OTHERS]) {
        lab.pages.set("/", `<!doctype html><html><head>${LONG}${CLOCK}</head><body>${writePage(nodes, number)}${tag()}`)
        lab.pages.set("/bare", `<!doctype html><head>${LONG}</head><body>${writePage(nodes, number)}${libraries}`)
        const taken = Object.fromEntries(TOOLS.map((tool) => [tool, [] as Took[]])) as Record<Tool, Took[]>
        for (let run = 0; run < RUNS; run++)
          for (const tool of TOOLS) {
            const context = await browser.newContext()
            taken[tool].push(await time(await context.newPage(), lab, tool, throttle, number === OTHERS))
            await context.close()
          }
        const row = (what: string, field: keyof Took): Row => ({
          what,
          nodes,
          throttle,
          median_ms: eachTool((tool) => median(taken[tool].map((took) => took[field]))),
          least_ms: eachTool((tool) => Math.min(...taken[tool].map((took) => took[field]))),
        })
        if (number === OTHERS) rows.push(row("page without the number", "first"), row("the same, once more", "again"))
        else {
          rows.push(row("first swap", "first"), row("one added node", "one"), row("1,000 mutations", "thousand"))
          longTasks.push({ nodes, throttle, ...eachTool((tool) => median(taken[tool].map(({ long }) => long))) })
        }
      }
  return { rows, longTasks }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}

/** A figure for each tool, to the hundredth. */
function eachTool(figure: (tool: Tool) => number): Record<Tool, number> {
  return Object.fromEntries(TOOLS.map((tool) => [tool, Math.round(figure(tool) * 100) / 100])) as Record<Tool, number>
}

const [browser, lab, script] = await Promise.all([startChromium(), openLab(), buildScript()])
try {
  lab.lent = [PAIR]
  // An isolated page's clock has steps of 5 µs instead of 100.
  lab.headers = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }
  const { rows, longTasks } = await bench(browser, lab)
  for (const figure of ["median_ms", "least_ms"] as const) {
    console.log(figure)
    console.table(rows.map(({ what, nodes, throttle, [figure]: times }) => ({ what, nodes, throttle, ...times })))
  }
  console.log("tasks over 50 ms, median")
  console.table(longTasks)
  const { raw, gzip, brotli } = script
  console.log(`dni.js: ${raw} bytes, ${gzip} gzip, ${brotli} brotli`)
  if (!size)
    writeFileSync(
      "bench/snippet-results.json",
      `${JSON.stringify({ browser: browser.version(), runs: RUNS, script: { raw, gzip, brotli }, rows, longTasks }, null, 2)}\n`,
    )
} finally {
  await browser.close()
  await lab.close()
}
