import { digest, formScript, openapi, script, version } from "ringtrail:assets"
import { Hono } from "hono"
import { SITE_MIGRATIONS } from "../../migrations/index.js"
import { DEMO_SITE } from "../core/demo.js"
import { SITE_ID } from "../core/store/id.js"
import { notFound } from "../core/store/refusal.js"
import { mountDashboardAssets } from "../dashboard/app.js"
import { readAlias } from "../http/alias.js"
import { mountPublic } from "../http/public.js"
import { handleErrors } from "../http/route.js"
import { readConfig } from "./config.js"
import { dashboardAssets } from "./dashboard-assets.js"
import type { Env } from "./env.js"
import { logToConsole } from "./log.js"

export { DirectoryObject } from "./directory-object.js"
export { SiteObject } from "./site-object.js"

/** Everything that is about one site goes to that site's object in one hop; the script never reaches an object at all. */
const app = new Hono<{ Bindings: Env }>()
handleErrors(app as unknown as Hono, { log: logToConsole })
mountPublic(app as unknown as Hono, { script, formScript, scriptDigest: digest, openapi })
mountDashboardAssets(app as unknown as Hono, dashboardAssets)

app.get("/", (c) => c.redirect("/app"))
app.get("/readyz", (c) => {
  readConfig(c.env)
  const schema = SITE_MIGRATIONS.at(-1)?.version ?? 0
  return c.json({ status: "ready", version, schema }, 200, { "cache-control": "no-store" })
})
app.all("/v1/sites", (c) => c.env.DIRECTORY.getByName("directory").fetch(c.req.raw))
for (const path of ["/v1/sites/:site", "/v1/sites/:site/*"])
  app.all(path, (c) => {
    const site = c.req.param("site") ?? ""
    if (!SITE_ID.test(site)) throw notFound("site")
    return c.env.SITES.getByName(site).fetch(c.req.raw)
  })
for (const path of ["/app/:site{site_[0-9a-z]{4,32}}", "/app/:site{site_[0-9a-z]{4,32}}/*"])
  app.all(path, (c) => c.env.SITES.getByName(c.req.param("site") ?? "").fetch(c.req.raw))
for (const path of ["/app", "/app/*"]) app.all(path, (c) => c.env.DIRECTORY.getByName("directory").fetch(c.req.raw))
for (const path of ["/demo", "/demo/*"])
  app.all(path, async (c) => {
    if (!readConfig(c.env).demo) throw notFound("demo")
    const site = c.env.SITES.getByName(DEMO_SITE)
    const directory = c.env.DIRECTORY.getByName("directory")
    if (!(await directory.lists(DEMO_SITE))) await directory.announce(DEMO_SITE, await site.createDemo())
    return site.fetch(c.req.raw)
  })

export default {
  fetch: (request: Request, env: Env, context: ExecutionContext) =>
    app.fetch(readAlias(request, env.SCRIPT_PATH), env, context),
}
