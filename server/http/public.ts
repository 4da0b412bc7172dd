import type { Hono } from "hono"
import { FORM_FILE } from "./alias.js"

/** Files that are made by the build and the same for every site. */
export interface Assets {
  /** The browser script. */
  readonly script: string
  /** What the script loads where a visitor fills in a form that the site marked. */
  readonly formScript: string
  /** A digest of the script, for its address that never changes what it answers, and for revalidation. */
  readonly scriptDigest: string
  /** OpenAPI 3.1 as JSON. */
  readonly openapi: string
}

const HOUR_S = 3600
const YEAR_S = 31_536_000

/** Binds what everybody may fetch: the script, the API's description, liveness. */
export function mountPublic(app: Hono, { script, formScript, scriptDigest, openapi }: Assets): void {
  const etag = `"${scriptDigest}"`
  const scriptHeaders = {
    "content-type": "text/javascript; charset=utf-8",
    "access-control-allow-origin": "*",
    "x-content-type-options": "nosniff",
    etag,
  }
  // The rolling address: a page may show a script that is an hour old, and fetches the new one behind the visitor's back.
  const rolling = {
    ...scriptHeaders,
    "cache-control": `public, max-age=${HOUR_S}, stale-while-revalidate=${24 * HOUR_S}`,
  }
  app.get("/dni.js", (c) =>
    isKnown(c.req.header("if-none-match"), etag) ? c.body(null, 304, rolling) : c.body(script, 200, rolling),
  )
  app.get(`/${FORM_FILE}`, (c) =>
    c.body(formScript, 200, {
      ...scriptHeaders,
      etag: `"${scriptDigest}-form"`,
      "cache-control": rolling["cache-control"],
    }),
  )
  app.get(`/dni.${scriptDigest}.js`, (c) =>
    c.body(script, 200, { ...scriptHeaders, "cache-control": `public, max-age=${YEAR_S}, immutable` }),
  )
  app.get("/v1/openapi.json", (c) =>
    c.body(openapi, 200, {
      "content-type": "application/json",
      "cache-control": `public, max-age=${HOUR_S}`,
      "access-control-allow-origin": "*",
    }),
  )
  app.get("/healthz", (c) => c.json({ status: "ok" }, 200, { "cache-control": "no-store" }))
}

/** Weak comparison (RFC 9110, 13.1.2): a proxy that compresses marks the tag it hands on as weak. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  return (ifNoneMatch ?? "").split(",").some((tag) => /^(W\/)?(.*)$/.exec(tag.trim())?.[2] === etag)
}
