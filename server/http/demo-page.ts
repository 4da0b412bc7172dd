import { html } from "hono/html"

/** The demo's page: a small business's own, with the tag in it, and beside it what Ringtrail knows. */
export const demoPage = (site: string) => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bright Pipes Plumbing (Ringtrail demo)</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/demo/page.css">
<script async src="/dni.js" data-site="${site}"></script>
<script defer src="/demo/page.js"></script>
</head>
<body>
<div class="shop">
<header><strong>Bright Pipes Plumbing</strong><a href="tel:+12125550100">(212) 555-0100</a></header>
<h1>A leak? We are there in an hour.</h1>
<p>Day and night in all five boroughs. Call <b>(212) 555-0100</b>, or from abroad +1 212 555 0100.</p>
<p><a class="button" href="tel:+12125550100" aria-label="Call (212) 555-0100">Call 212-555-0100 now</a></p>
<footer>Bright Pipes Plumbing, 12 Elm Street, New York. Tel. 212.555.0100, fax (212) 555-0177. Our number of the radio spot is (212) 555-0150.</footer>
</div>
<aside>
<h2>What Ringtrail sees</h2>
<p>The page's own number is <b data-dni="off">(212) 555-0100</b>. You were lent <output id="number">none yet</output>.</p>
<p>Come in from somewhere:</p>
<nav>
<a href="/demo?utm_source=google&amp;utm_medium=cpc&amp;utm_campaign=spring&amp;utm_term=emergency+plumber&amp;gclid=demo-click">Google Ads</a>
<a href="/demo?utm_source=newsletter&amp;utm_medium=email&amp;utm_campaign=may">Newsletter</a>
<a href="/demo?utm_source=facebook&amp;utm_medium=paid_social&amp;utm_campaign=leaks">Facebook ad</a>
<a href="/demo">Directly</a>
</nav>
<h3>Your visit</h3>
<table id="visit"><tbody><tr><td>waiting for the script</td></tr></tbody></table>
<p><button id="call" type="button">Simulate a call to the number you see</button></p>
<p><button id="radio" type="button">Simulate a call to the radio spot's number</button></p>
<div id="result" hidden>
<h3>The call</h3>
<table id="attribution"><tbody></tbody></table>
<details><summary>What the carrier was told</summary><pre id="instructions"></pre></details>
</div>
<p class="hint">The same through the API: <code>GET /v1/sites/${site}/calls</code> with the key that the terminal printed.</p>
</aside>
</body>
</html>`

/** The demo page's own script: shows what the server knows, as text. */
export const DEMO_SCRIPT = `const RADIO = "+12125550150"
const byId = (id) => document.getElementById(id)
const shown = () => document.querySelector("header a").href.replace("tel:", "")

function fill(table, rows) {
  const body = document.createElement("tbody")
  for (const [name, value] of rows) {
    const row = body.insertRow()
    const head = document.createElement("th")
    head.textContent = name
    row.append(head)
    row.insertCell().textContent = value === null || value === undefined || value === "" ? "\\u2013" : String(value)
  }
  table.replaceChildren(body)
}

const sourceRows = (source) => source
  ? [["channel", source.channel], ["source / medium", source.source + " / " + source.medium], ["campaign", source.campaign], ["keyword", source.term], ["click id", source.click_id]]
  : [["source", null]]

async function showVisit() {
  const number = shown()
  if (number === "+12125550100") return
  byId("number").textContent = number
  const answer = await fetch("/demo/visit?number=" + encodeURIComponent(number))
  if (!answer.ok) return
  const { visit, source } = await answer.json()
  fill(byId("visit"), [["visit", visit], ...sourceRows(source)])
}

async function simulate(number) {
  const answer = await fetch("/demo/call", { method: "POST", body: JSON.stringify({ number }) })
  const result = await answer.json()
  byId("result").hidden = false
  if (!answer.ok) return fill(byId("attribution"), [["error", result.detail]])
  const { call, instructions } = result
  fill(byId("attribution"), [
    ["from", call.from],
    ["to", call.to],
    ["status", call.status + ", talked " + call.talk_s + " s"],
    ["attribution", call.attribution.state + " (" + call.attribution.method + ")"],
    ["confidence", (call.attribution.confidence * 100).toFixed(1) + " %"],
    ...sourceRows(call.source),
    ["evidence", call.attribution.candidates[0]?.evidence.join("; ")],
  ])
  byId("instructions").textContent = instructions
  byId("result").scrollIntoView({ block: "nearest" })
}

byId("call").addEventListener("click", () => simulate(shown()))
byId("radio").addEventListener("click", () => simulate(RADIO))
setInterval(showVisit, 2000)
addEventListener("ringtrail:swap", () => setTimeout(showVisit, 50))
setTimeout(showVisit, 300)
`

/** The demo page's looks, light and dark. */
export const DEMO_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0; display: grid; grid-template-columns: minmax(0, 3fr) minmax(20rem, 2fr); min-height: 100vh }
.shop { padding: 2rem clamp(1rem, 5vw, 4rem); background: light-dark(#f4f7fa, #12181f) }
header { display: flex; justify-content: space-between; gap: 1rem; padding-bottom: 3rem; font-size: 1.1rem }
h1 { font-size: clamp(1.8rem, 4vw, 3rem); line-height: 1.15; text-wrap: balance }
h2, h3 { margin: 1.5rem 0 .5rem } h2 { margin-top: 0 }
.shop a { color: light-dark(#0b5cad, #7cb8f5); font-variant-numeric: tabular-nums }
.shop .button { display: inline-block; padding: .8rem 1.4rem; border-radius: .5rem; background: #0b5cad; color: #fff; text-decoration: none; font-weight: 600 }
footer { margin-top: 4rem; font-size: .85rem; opacity: .75 }
aside { padding: 2rem; border-left: 1px solid light-dark(#d5dde5, #2b3440) }
nav { display: flex; flex-wrap: wrap; gap: .5rem }
nav a, button { padding: .4rem .8rem; border: 1px solid light-dark(#9fb0c0, #4a5a6b); border-radius: .4rem; background: none; color: inherit; font: inherit; text-decoration: none; cursor: pointer }
nav a:hover, button:hover { background: light-dark(#e8eef4, #202a35) }
output, code { font-family: ui-monospace, monospace }
table { border-collapse: collapse; width: 100%; table-layout: fixed } th { text-align: left; font-weight: 500; width: 9rem; opacity: .75 } td, th { padding: .25rem .5rem .25rem 0; vertical-align: top; overflow-wrap: anywhere }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .8rem } .hint { font-size: .85rem; opacity: .75 }
@media (max-width: 50rem) { body { display: block } aside { border-left: 0; border-top: 1px solid light-dark(#d5dde5, #2b3440) } }
`
