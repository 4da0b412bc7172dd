import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { newKey } from "../server/core/store/id.js"
import { fillDemo } from "../server/node/demo.js"
import { startServer } from "../server/node/server.js"
import { listPages } from "../test/dashboard/pages.js"
import { startChromium } from "../test/snippet/chromium.js"

// Pictures of every page in every language, light, dark and phone-sized, for people to look at: `npm run screenshots` fills a
// demo of its own; `-- --url http://localhost:8787 --key KEY --site SITE` takes them of a server that runs. `--to FOLDER` says
// where they go, `--only zh-CN` takes one language.

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`)
  return at > 0 ? process.argv[at + 1] : undefined
}
const folder = option("to") ?? "dist/screenshots"
const LANGUAGES = ["en", "zh-CN", "zh-TW", "ru"].filter((tag) => tag === (option("only") ?? tag))
const LOOKS = [
  ["light", 1280],
  ["dark", 1280],
  ["light", 390],
] as const

const shown =
  option("url") === undefined
    ? await startDemo()
    : { url: option("url") ?? "", key: option("key") ?? "", site: option("site") ?? "", stop: async () => {} }
mkdirSync(folder, { recursive: true })
const browser = await startChromium()
try {
  for (const locale of LANGUAGES)
    for (const [colorScheme, width] of LOOKS) {
      const context = await browser.newContext({ locale, colorScheme, viewport: { width, height: 860 } })
      const page = await context.newPage()
      const take = (name: string) => takePicture(page, `${name}-${locale}-${colorScheme}-${width}`)
      await page.goto(`${shown.url}/app/sign-in`)
      await take("sign-in")
      await page.fill("#f-key", shown.key)
      await page.click("button[value=in]")
      await page.waitForURL(/\/app$/)
      for (const path of await listPages(shown.site, firstOf)) {
        await page.goto(shown.url + path)
        await take(nameOf(path))
      }
      await context.close()
    }
} finally {
  await browser.close()
  await shown.stop()
}
console.log(`pictures are in ${folder}`)

async function firstOf(list: string): Promise<string | undefined> {
  const answer = await fetch(`${shown.url}/v1/sites/${shown.site}/${list}`, {
    headers: { authorization: `Bearer ${shown.key}` },
  })
  if (!answer.ok) throw new Error(`${list} answered ${answer.status}`)
  return ((await answer.json()) as { data: { id: string }[] }).data[0]?.id
}

/** The whole page, once its charts are drawn. */
async function takePicture(page: Page, name: string): Promise<void> {
  const charts = await page.locator("[data-chart]").count()
  if (charts > 0) await page.locator("[data-chart] canvas").first().waitFor()
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
}

function nameOf(path: string): string {
  const short = path
    .replace(`/app/${shown.site}`, "overview")
    .replace(/^\/app/, "sites")
    .replace(/\/(call|lead|order|target|campaign|num|pool|rule)_\w+/, "/one")
  return short.replace(/\W+/g, "-").replace(/^-|-$/g, "")
}

async function startDemo() {
  const dataDir = mkdtempSync(join(tmpdir(), "ringtrail-screenshots-"))
  const key = newKey("admin")
  const config = { port: 0, dataDir, publicUrl: undefined, adminKey: key, trustProxy: 0, scriptPath: undefined }
  const { readAssets } = await import("../server/node/main.js")
  const options = { config, assets: readAssets(), version: "demo", log: () => {} }
  console.error("filling a demo ...")
  const { site } = await fillDemo(options)
  const server = await startServer(options)
  return {
    url: server.url,
    key,
    site,
    stop: async () => {
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
