import type { Site } from "../../core/store/db.js"
import { type Markup, PAGE_HEADERS, type Page } from "../page.js"
import type { View } from "../view.js"
import { LiveCalls } from "./overview.js"

/** The list of live calls alone, for a page that asks again and again. */
export const livePage: Page<Site> = {
  path: "/live",
  role: "read",
  show: (site, view) =>
    new Response(String(liveFragment(site, view)), {
      headers: { ...PAGE_HEADERS, "content-type": "text/html; charset=utf-8" },
    }),
}

/** The list of live calls, to be put into a page. */
export function liveFragment(site: Site, view: View): Markup {
  return <LiveCalls site={site} view={view} />
}
