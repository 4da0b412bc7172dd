import { existsSync } from "node:fs"
import { type Browser, chromium } from "playwright-core"

const PLACES = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  chromium.executablePath(),
]

/** The browser of the tests: CHROMIUM_PATH, the usual places, or Playwright's own. Throws one clear sentence when there is none. */
export function findChromium(): string {
  const found = PLACES.find((place) => place && existsSync(place))
  if (!found)
    throw new Error("The browser tests need Chromium: set CHROMIUM_PATH or run `npx playwright-core install chromium`.")
  return found
}

/** Starts a headless Chromium. */
export async function startChromium(): Promise<Browser> {
  const executablePath = findChromium()
  return chromium.launch({
    executablePath,
    // Visitors have a back-forward cache.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  })
}
