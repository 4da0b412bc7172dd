import type { Hono } from "hono"
import { mountPreflight } from "./cors.js"
import type { DirectoryHost, SiteHost } from "./host.js"
import { mountDirectoryRoutes, mountSiteRoutes } from "./route.js"
import { callRoutes } from "./routes/calls.js"
import { carrierRoutes } from "./routes/carriers.js"
import { costRoutes } from "./routes/costs.js"
import { flowRoutes } from "./routes/flow.js"
import { followUpRoutes } from "./routes/follow-up.js"
import { keyRoutes } from "./routes/keys.js"
import { leadRoutes } from "./routes/leads.js"
import { numberRoutes } from "./routes/numbers.js"
import { orderRoutes } from "./routes/orders.js"
import { peopleRoutes } from "./routes/people.js"
import { purchaseRoutes } from "./routes/purchases.js"
import { reportRoutes } from "./routes/reports.js"
import { requestRoutes } from "./routes/requests.js"
import { ruleRoutes } from "./routes/rules.js"
import { directoryRoutes, siteRoutes } from "./routes/sites.js"
import { targetRoutes } from "./routes/targets.js"
import { visitRoutes } from "./routes/visits.js"
import { mountWebhooks } from "./webhook.js"

/** Every route of one site, as the OpenAPI document lists them. */
export const SITE_ROUTES = [
  ...siteRoutes,
  ...keyRoutes,
  ...visitRoutes,
  ...numberRoutes,
  ...purchaseRoutes,
  ...callRoutes,
  ...leadRoutes,
  ...followUpRoutes,
  ...peopleRoutes,
  ...flowRoutes,
  ...requestRoutes,
  ...ruleRoutes,
  ...orderRoutes,
  ...costRoutes,
  ...targetRoutes,
  ...reportRoutes,
  ...carrierRoutes,
]
/** Every route over all sites. */
export const DIRECTORY_ROUTES = directoryRoutes

/** Binds the routes of one site: on Workers they run inside the site's own object. */
export function mountSite(app: Hono, host: SiteHost): void {
  mountPreflight(app, host)
  mountSiteRoutes(app, SITE_ROUTES, host)
  mountWebhooks(app, host)
}

/** Binds the routes over all sites: on Workers they run inside the directory's object. */
export function mountDirectory(app: Hono, host: DirectoryHost): void {
  mountDirectoryRoutes(app, DIRECTORY_ROUTES, host)
}
