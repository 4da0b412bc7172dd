import type { Hono } from "hono"
import { ownsHost, readSettings } from "../core/site/settings.js"
import { SITE_ID } from "../core/store/id.js"
import { Recent } from "../core/store/recent.js"
import { notFound } from "../core/store/refusal.js"
import type { SiteHost } from "./host.js"

/**
 * Whether a request comes from a page of the site. `Origin` decides: its host is one of the domains or below one, whatever
 * the port. A client that sends none is no browser, and is judged by the page it names. Anybody can forge both, so this
 * keeps copied tags out of the figures and is no lock: these routes give nothing away.
 */
export function isOwnPage(domains: readonly string[], origin: string | null, page: string | null): boolean {
  const host = origin === null ? hostOf(page) : hostOfOrigin(origin)
  return host === undefined ? origin === null && page === null : ownsHost(domains, host)
}

/** Lets the page that sent this read the answer; null: none may. */
export function corsHeaders(origin: string | null): Record<string, string> {
  return origin === null
    ? { vary: "Origin" }
    : { vary: "Origin", "access-control-allow-origin": origin, "access-control-expose-headers": "x-ringtrail-reason" }
}

/** Answers a browser's question before a request of another content type than text/plain. */
export function mountPreflight(app: Hono, host: SiteHost): void {
  for (const path of ["visits", "beats"])
    app.options(`/v1/sites/:site/${path}`, async (c) => {
      const id = c.req.param("site")
      const site = SITE_ID.test(id) ? await host.openSite(id) : undefined
      if (!site) throw notFound("site")
      const origin = c.req.header("origin") ?? null
      const own =
        origin !== null &&
        isOwnPage(
          site.read((opened) => readSettings(opened).domains),
          origin,
          null,
        )
      return new Response(null, {
        status: 204,
        headers: {
          ...corsHeaders(own ? origin : null),
          ...(own
            ? {
                "access-control-allow-methods": "POST",
                "access-control-allow-headers": "content-type, idempotency-key",
                "access-control-max-age": "86400",
              }
            : {}),
        },
      })
    })
}

/** A browser of a site's page sends the same origin a thousand times, and reading a URL takes long. */
const hosts = new Recent<string, string>(200)
const ORIGIN_LIMIT = 300

function hostOfOrigin(origin: string): string | undefined {
  let host = hosts.get(origin)
  if (host === undefined) {
    host = hostOf(origin) ?? ""
    if (origin.length <= ORIGIN_LIMIT) hosts.set(origin, host)
  }
  return host || undefined
}

function hostOf(url: string | null): string | undefined {
  if (url === null || !URL.canParse(url)) return undefined
  return new URL(url).hostname || undefined
}
