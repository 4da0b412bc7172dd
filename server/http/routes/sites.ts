import { PageQuery, pageOf, SiteAnswer, SiteFields, SitePatch } from "../../../shared/contract.js"
import { listSite, listSites } from "../../core/site/directory.js"
import { describeSite, newSettings, readSettings, updateSite } from "../../core/site/settings.js"
import { newSiteId } from "../../core/store/id.js"
import { directoryRoute, siteRoute } from "../route.js"

export const directoryRoutes = [
  directoryRoute({
    method: "post",
    path: "/v1/sites",
    summary: "Create a site",
    access: "admin",
    body: SiteFields,
    answer: SiteAnswer,
    status: 201,
    work: (directory, { body }) => {
      const settings = describeSite(newSettings(newSiteId(), body, directory.now))
      listSite(directory, settings)
      return settings
    },
    after: (settings, _input, host) => host.createSite(settings),
  }),
  directoryRoute({
    method: "get",
    path: "/v1/sites",
    summary: "List all sites, oldest first",
    access: "admin",
    query: PageQuery,
    answer: pageOf(SiteAnswer),
    look: (directory, { query }) => listSites(directory, query),
  }),
]

export const siteRoutes = [
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}",
    summary: "Read a site's settings",
    access: "read",
    answer: SiteAnswer,
    look: (site) => describeSite(readSettings(site)),
  }),
  siteRoute({
    method: "patch",
    path: "/v1/sites/{site}",
    summary: "Change a site's settings",
    access: "write",
    body: SitePatch,
    answer: SiteAnswer,
    work: (site, { body }) => describeSite(updateSite(site, body)),
    after: (settings, _input, host) => host.announce(settings.id, settings),
  }),
  siteRoute({
    method: "delete",
    path: "/v1/sites/{site}",
    summary: "Erase a site and everything in it, for good",
    access: "admin",
    answer: null,
    work: (site) => readSettings(site).id,
    reply: () => ({ status: 204 }),
    after: async (id, _input, host) => {
      await host.announce(id, null)
      await host.eraseSite(id)
    },
  }),
]
