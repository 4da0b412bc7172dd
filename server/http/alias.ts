import * as z from "zod"

/** A setting: where the script is to be found besides `/dni.js`, under a name that no blocker looks for. */
export const scriptPath = z
  .string()
  .regex(/^(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,60}){1,4}(?<=\.js)$/, "must be a path such as /assets/w.js")
  .refine((path) => !/^\/(?:v1|app|demo)\//.test(path), "must not lie below /v1, /app or /demo")
  .optional()

/**
 * The script's second address, chosen against blockers: beside `/assets/w.js` lie its fixed version (`/assets/w.DIGEST.js`),
 * the form's file, and the two routes that it calls (`/assets/SITE/visits`, `/assets/SITE/beats`), which the tag names by
 * `data-api`.
 */
export function resolveAlias(path: string, scriptPath: string): string {
  const folder = scriptPath.slice(0, scriptPath.lastIndexOf("/") + 1)
  if (!path.startsWith(folder)) return path
  const name = path.slice(folder.length)
  const api = /^(site_[0-9a-z]{4,32})\/(visits|beats)$/.exec(name)
  if (api) return `/v1/sites/${api[1]}/${api[2]}`
  if (name === FORM_FILE) return `/${FORM_FILE}`
  const stem = scriptPath.slice(folder.length, -".js".length)
  const file = name.startsWith(stem) ? /^(\.[0-9a-f]{16})?\.js$/.exec(name.slice(stem.length)) : null
  return file ? `/dni${file[1] ?? ""}.js` : path
}

/** The script loads it from beside itself. */
export const FORM_FILE = "form.js"

/**
 * The same request to the address that it stands for beside `scriptPath`; the request itself where it stands for none, or
 * the owner chose no path.
 */
export function readAlias(request: Request, scriptPath: string | undefined): Request {
  if (!scriptPath) return request
  const url = new URL(request.url)
  const path = resolveAlias(url.pathname, scriptPath)
  if (path === url.pathname) return request
  url.pathname = path
  return new Request(url, request)
}
