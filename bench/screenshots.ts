import { mkdirSync } from "node:fs"
import { startChromium } from "../test/snippet/chromium.js"

// Pictures of every page in every language, for people to look at: `npm run screenshots -- URL KEY SITE [folder]`.

const [url = "http://localhost:8787", key = "", site = "site_demo", folder = "dist/screenshots"] = process.argv.slice(2)
const LANGUAGES = ["en", "zh-CN", "zh-TW", "ru"]
const PATHS = [
  "",
  "/calls",
  "/missed",
  "/reports",
  "/reports?show=heat&metrics=calls",
  "/reports?show=funnel",
  "/reports?show=ranking&by=channel",
  "/leads",
  "/leads/team",
  "/orders",
  "/money",
  "/money/import",
  "/targets",
  "/campaigns",
  "/numbers",
  "/numbers/rules",
  "/numbers/flow",
  "/setup",
  "/setup/check",
  "/setup/test",
  "/settings",
]

mkdirSync(folder, { recursive: true })
const browser = await startChromium()
for (const locale of LANGUAGES)
  for (const [scheme, width] of [
    ["light", 1280],
    ["dark", 1280],
    ["light", 390],
  ] as const) {
    const context = await browser.newContext({ locale, colorScheme: scheme, viewport: { width, height: 860 } })
    const page = await context.newPage()
    await page.goto(`${url}/app/sign-in`)
    await page.fill("#f-key", key)
    await page.click("button[value=in]")
    await page.waitForURL(/\/app$/)
    for (const path of PATHS) {
      await page.goto(`${url}/app/${site}${path}`)
      await page.waitForTimeout(200)
      const name = `${path.replace(/\W+/g, "-").replace(/^-|-$/g, "") || "overview"}-${locale}-${scheme}-${width}.png`
      await page.screenshot({ path: `${folder}/${name}` })
    }
    await context.close()
  }
await browser.close()
console.log(`pictures are in ${folder}`)
