import { Hono } from "hono"
import { streamSSE } from "hono/streaming"
import { readBrand } from "../core/site/brand.js"
import type { Directory } from "../core/site/directory.js"
import { findScope } from "../core/site/key.js"
import { describeSite, findSettings } from "../core/site/settings.js"
import type { Site } from "../core/store/db.js"
import { SITE_ID } from "../core/store/id.js"
import { Refusal } from "../core/store/refusal.js"
import type { SiteHandle } from "../http/host.js"
import type { DashboardAssets, DirectoryDashboard, SignedIn, SiteDashboard } from "./host.js"
import { FailurePage } from "./layout.js"
import { type Door, mountNothing, mountPages, openView, PAGE_HEADERS, type Page } from "./page.js"
import { buyPage } from "./pages/buy.js"
import { callPage } from "./pages/call.js"
import { callsPage, missedPage } from "./pages/calls.js"
import { campaignPage, campaignsPage } from "./pages/campaigns.js"
import { flowPage, numberFlowPage } from "./pages/flow.js"
import { importPage } from "./pages/import.js"
import { leadPage } from "./pages/lead.js"
import { leadsPage } from "./pages/leads.js"
import { liveFragment, livePage } from "./pages/live.js"
import { brandStyle, lookPage } from "./pages/look.js"
import { moneyPage } from "./pages/money.js"
import { numberPage } from "./pages/number.js"
import { numbersPage } from "./pages/numbers.js"
import { orderPage, ordersPage } from "./pages/orders.js"
import { overviewPage } from "./pages/overview.js"
import { peoplePage } from "./pages/people.js"
import { poolPage } from "./pages/pool.js"
import { reportCsvPage, reportsPage, sharedPage } from "./pages/reports.js"
import { rulePage, rulesPage } from "./pages/rules.js"
import { settingsPage } from "./pages/settings.js"
import { setupNumbersPage, setupTagPage, setupTestPage } from "./pages/setup.js"
import { setupCarrierPage } from "./pages/setup-carrier.js"
import { setupCheckPage } from "./pages/setup-check.js"
import { linkPage, signInPage } from "./pages/sign-in.js"
import { newSitePage, sitesPage } from "./pages/sites.js"
import { targetPage, targetsPage } from "./pages/targets.js"
import { teamPage } from "./pages/team.js"
import { findSignedIn } from "./signed-in.js"

const YEAR_S = 31_536_000
/** How often a live page's connection looks for news, and how long it stays, ms. */
const LOOK_MS = 1000
const STREAM_MS = 600_000
/** Open connections of live pages: more are told to come back. */
const STREAMS = 200

/** The pages of one site: on Workers they run inside the site's own object. */
export function createSiteDashboard(host: SiteDashboard): Hono {
  const app = new Hono()
  const door = siteDoor(host)
  const pages: readonly Page<Site>[] = [
    overviewPage(host),
    callsPage,
    missedPage,
    callPage,
    livePage,
    reportsPage(host),
    reportCsvPage,
    sharedPage,
    numbersPage,
    rulesPage,
    rulePage,
    flowPage,
    numberFlowPage,
    poolPage,
    numberPage,
    ordersPage,
    orderPage,
    moneyPage,
    importPage(host),
    targetsPage,
    targetPage,
    campaignsPage,
    campaignPage,
    leadsPage,
    teamPage,
    leadPage,
    setupNumbersPage,
    buyPage(host),
    setupCarrierPage,
    setupTagPage(host),
    setupCheckPage(host),
    setupTestPage(host),
    settingsPage(host),
  ]
  mountStream(app, host, door)
  mountPages(
    app,
    pages.map((page) => ({ ...page, path: `/:site{site_[0-9a-z]+}${page.path}` })),
    door,
    FailurePage,
  )
  mountNothing(app, "/app/:site{site_[0-9a-z]+}/*")
  return app
}

/** The pages over all sites: on Workers they run inside the directory's object. */
export function createDirectoryDashboard(host: DirectoryDashboard): Hono {
  const app = new Hono()
  const pages: readonly Page<Directory>[] = [
    signInPage(host),
    linkPage(host),
    sitesPage(host),
    newSitePage(host),
    peoplePage(host),
    lookPage,
  ]
  mountPages(app, pages, directoryDoor(host), FailurePage)
  mountNothing(app, "/app/*")
  return app
}

/** Files that are the same for everybody; their addresses change when they do. */
export function mountDashboardAssets(app: Hono, assets: DashboardAssets): void {
  const files = [
    ["app.css", assets.style, "text/css"],
    ["app.js", assets.script, "text/javascript"],
    ["chart.js", assets.chart, "text/javascript"],
  ] as const
  for (const [name, content, type] of files)
    app.get(`/app/assets/${assets.digest}/${name}`, (c) =>
      c.body(content, 200, {
        "content-type": `${type}; charset=utf-8`,
        "cache-control": `public, max-age=${YEAR_S}, immutable`,
        "x-content-type-options": "nosniff",
      }),
    )
  app.get("/app/assets/brand.css", (c) =>
    c.body(brandStyle(new URL(c.req.url).search.slice(1)), 200, {
      "content-type": "text/css; charset=utf-8",
      "cache-control": `public, max-age=${YEAR_S}`,
      "x-content-type-options": "nosniff",
    }),
  )
}

/** A site opens for those who may see it; for all others it is as if there were none. */
function siteDoor(host: SiteDashboard): Door<Site> {
  return {
    publicUrl: host.publicUrl,
    assets: host.assets,
    log: host.log,
    now: () => host.now(),
    findSession: (hash) => host.findSession(hash),
    readBrand: () => host.readBrand(),
    open: async (c, signedIn, role) => {
      const id = c.req.param("site") ?? ""
      const site = SITE_ID.test(id) ? await host.openSite(id) : undefined
      if (!site || !(role === "anybody" || isAdmitted(host, id, site, signedIn))) return undefined
      const settings = site.read((opened) => findSettings(opened))
      return (
        settings && {
          site: describeSite(settings),
          read: (look) => site.read(look as never),
          write: (work) => site.write(work),
        }
      )
    },
  }
}

/** Whether a session is for this site; one whose key was revoked is none. */
function isAdmitted(host: SiteDashboard, id: string, site: SiteHandle, signedIn: SignedIn | undefined): boolean {
  if (!signedIn || !(signedIn.session.site === null || signedIn.session.site === id)) return false
  const { key_hash, site: own } = signedIn.session
  const isAlive =
    key_hash === null ||
    (own === null ? host.isAdmin(key_hash) : site.read((opened) => findScope(opened, key_hash)) !== undefined)
  if (!isAlive) throw new Refusal("unauthorized", "the key of this session was revoked: sign in again")
  return true
}

function directoryDoor(host: DirectoryDashboard): Door<Directory> {
  return {
    publicUrl: host.publicUrl,
    assets: host.assets,
    log: host.log,
    now: () => host.now(),
    findSession: async (hash) => {
      const found = await findSignedIn(host.directory, hash)
      if (!found?.session.key_hash) return found
      const { key_hash, site } = found.session
      const isAlive = site === null ? host.isAdmin(key_hash) : (await host.findKey(site, key_hash)) !== undefined
      return isAlive ? found : undefined
    },
    readBrand: async () => host.directory.read(readBrand),
    open: async (_c, _signedIn) => ({
      site: undefined,
      read: (look) => host.directory.read(look as never),
      write: (work) => host.directory.write(work),
    }),
  }
}

/** Calls as they ring, over a connection that stays open. */
function mountStream(app: Hono, host: SiteDashboard, door: Door<Site>): void {
  if (!host.streams) return
  let streams = 0
  app.get("/app/:site{site_[0-9a-z]+}/live/stream", async (c) => {
    const { signedIn, view, opened } = await openView(c, door)
    if (!signedIn || streams >= STREAMS) return c.body(null, 204)
    streams += 1
    for (const [name, value] of Object.entries(PAGE_HEADERS)) c.header(name, value)
    return streamSSE(c, async (stream) => {
      let shown = ""
      try {
        for (const end = Date.now() + STREAM_MS; Date.now() < end && !stream.aborted; await stream.sleep(LOOK_MS)) {
          const html = String(opened.read((site) => liveFragment(site, { ...view, now: host.now() })))
          if (html !== shown) await stream.writeSSE({ data: JSON.stringify(html) })
          shown = html
        }
      } finally {
        streams -= 1
      }
    })
  })
}
