import type { Browser } from "playwright-core"
import { afterAll, beforeAll, beforeEach } from "vitest"
import { startChromium } from "./chromium.js"
import { type Lab, openLab } from "./lab.js"
import { type Clock, openTab, type Tab } from "./visitor.js"

/** What the tests of one file play on: a browser, a lab, and the tab of the test under way. */
export interface Stage {
  readonly browser: Browser
  readonly lab: Lab
  /** The tab that was opened last. */
  readonly tab: Tab
  /** Opens a tab in place of the one before: see `openTab`. */
  open(body?: string, attributes?: string, clock?: Clock): Promise<Tab>
  /** Bodies of the beats, and of the page views, that the lab was sent. */
  beats(): Record<string, unknown>[]
  views(): Record<string, unknown>[]
}

/** Sets the stage for all tests of a file. Each test begins with a site of its own, a faultless server and no tab. */
export function setStage(): Stage {
  const stage: Partial<{ browser: Browser; lab: Lab; tab: Tab }> = {}
  const of = <Name extends keyof typeof stage>(name: Name) => {
    const value = stage[name]
    if (value === undefined) throw new Error(`there is no ${name} yet`)
    return value as NonNullable<(typeof stage)[Name]>
  }
  const asked = (path: string) =>
    of("lab")
      .asked.filter((one) => one.path.endsWith(path))
      .map(({ body }) => body)
  let tests = 0
  beforeAll(async () => {
    ;[stage.browser, stage.lab] = await Promise.all([startChromium(), openLab()])
  })
  afterAll(async () => {
    await stage.browser?.close()
    await stage.lab?.close()
  })
  beforeEach(async () => {
    await stage.tab?.close()
    delete stage.tab
    Object.assign(of("lab"), { site: `site_${++tests}`, asked: [], fault: undefined, headers: {} })
  })
  return {
    get browser() {
      return of("browser")
    },
    get lab() {
      return of("lab")
    },
    get tab() {
      return of("tab")
    },
    async open(body, attributes, clock) {
      await stage.tab?.close()
      stage.tab = await openTab(of("browser"), of("lab"), body, attributes, clock)
      return stage.tab
    },
    beats: () => asked("/beats"),
    views: () => asked("/visits"),
  }
}
