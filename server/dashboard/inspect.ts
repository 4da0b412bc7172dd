import { describeSwap } from "../core/number/match.js"
import { readSource, type Source } from "./source.js"
import { type ServedScript, scriptPattern } from "./tag.js"

// What the install checker finds in a page's source. The page is somebody's: it is searched in bounded, linear work, and
// nothing of it is run.

/** Characters of a page that are searched. */
const HTML_LIMIT = 2_000_000
/** Ways of writing a number that are told. */
const WRITINGS = 12

/** What stands in a page. */
export interface Findings {
  /** Whether the script's tag is there: for this site, at a fixed version that is served no more, for another site, or not at all. */
  readonly script: "found" | "outdated" | "other_site" | "missing"
  readonly otherSite: string | null
  /** Each number that would be swapped, and how the page writes it. */
  readonly targets: readonly Target[]
  /** Numbers of the site's own pools that stand in the source: they would be read by people who were never lent them. */
  readonly own: readonly string[]
  /** Lines that the page's Content-Security-Policy lacks. */
  readonly csp: readonly string[]
}

/** A number that the site swaps, as a page writes it. */
export interface Target {
  readonly number: string
  readonly writings: readonly { readonly text: string; readonly count: number }[]
  /** Links that call it. */
  readonly links: number
  /** Times that it stands in structured data (JSON-LD), which is never touched. */
  readonly structured: number
}

/** What the page is looked through for. */
export interface Wanted {
  readonly site: string
  readonly country: string
  readonly publicUrl: string
  readonly script: Pick<ServedScript, "digest" | "path">
  readonly targets: readonly string[]
  readonly own: readonly string[]
}

/** Looks through a page's source and its policies. */
export function inspectPage(html: string, policies: readonly string[], wanted: Wanted): Findings {
  const source = readSource(html.slice(0, HTML_LIMIT))
  const structured = source.scripts
    .flatMap(({ tag, body }) => (/application\/ld\+json/i.test(tag) ? [body] : []))
    .join("\n")
  const links = linksOf(source.tags)
  const swapped = linksOf(source.swapped.tags)
  const patternOf = (number: string) => patternFor(number, wanted.country)
  return {
    ...findScript(source, wanted),
    targets: wanted.targets.map((number) => {
      const pattern = patternOf(number)
      return {
        number,
        writings: countWritings(source.swapped.text, pattern),
        links: swapped.filter((href) => href.match(pattern) !== null).length,
        structured: structured.match(pattern)?.length ?? 0,
      }
    }),
    own: wanted.own.filter((number) => {
      const pattern = patternOf(number)
      return source.text.match(pattern) !== null || links.some((href) => href.match(pattern) !== null)
    }),
    csp: [...policies, ...metaPolicies(source.tags)].flatMap((policy) =>
      lacking(policy, new URL(wanted.publicUrl).origin),
    ),
  }
}

function patternFor(number: string, country: string): RegExp {
  return new RegExp(describeSwap({ target: number, number: null, country }).match, "gi")
}

function linksOf(tags: readonly string[]): string[] {
  return tags.flatMap((tag) => {
    const href = /\bhref\s*=\s*["']?\s*tel:([^"'\s>]{3,60})/i.exec(tag)?.[1]
    return href === undefined ? [] : [decode(href)]
  })
}

function findScript({ scripts }: Source, { site, script }: Wanted): Pick<Findings, "script" | "otherSite"> {
  const pattern = scriptPattern(script)
  const found = scripts.flatMap(({ tag, body }) => {
    const inTag = pattern.exec(tag)
    if (inTag) return [{ version: inTag[1], site: /\bdata-site\s*=\s*["']?([\w-]{1,64})/i.exec(tag)?.[1] ?? "" }]
    // A tag manager makes the element itself: both names then stand in an inline script.
    const inBody = body.includes(site) ? pattern.exec(body) : null
    return inBody ? [{ version: inBody[1], site }] : []
  })
  const own = found.filter((tag) => tag.site === site)
  if (own.length > 0) {
    const isServed = own.some(({ version }) => version === undefined || version === script.digest)
    return { script: isServed ? "found" : "outdated", otherSite: null }
  }
  return found.length > 0
    ? { script: "other_site", otherSite: found[0]?.site ?? null }
    : { script: "missing", otherSite: null }
}

function countWritings(text: string, pattern: RegExp): Target["writings"] {
  const counts = new Map<string, number>()
  for (const [found] of text.matchAll(pattern)) {
    const writing = found.replaceAll("\0", "").replace(/\s+/g, " ").trim()
    counts.set(writing, (counts.get(writing) ?? 0) + 1)
  }
  return [...counts].slice(0, WRITINGS).map(([text, count]) => ({ text, count }))
}

function metaPolicies(tags: readonly string[]): string[] {
  return tags
    .filter((tag) => /^<meta\b[\s\S]*http-equiv\s*=\s*["']?content-security-policy\b(?!-report)/i.test(tag))
    .flatMap((tag) => /\bcontent\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(tag)?.slice(1).find(Boolean) ?? [])
}

/** The lines of a policy that would have to name our origin and do not. */
function lacking(policy: string, origin: string): string[] {
  const directives = new Map(
    policy
      .split(";")
      .map((part) => part.trim().split(/\s+/))
      .map(([name = "", ...sources]) => [name.toLowerCase(), sources] as const),
  )
  return [
    ["script-src", ["script-src-elem", "script-src", "default-src"]] as const,
    ["connect-src", ["connect-src", "default-src"]] as const,
  ].flatMap(([name, fallbacks]) => {
    const sources = fallbacks.map((fallback) => directives.get(fallback)).find((found) => found !== undefined)
    return sources === undefined || sources.some((source) => permits(source, origin)) ? [] : [`${name} ${origin}`]
  })
}

function permits(source: string, origin: string): boolean {
  const { protocol, host, hostname } = new URL(origin)
  const bare = source.replace(/^['"]|['"]$/g, "").toLowerCase()
  if (bare === "*" || bare === protocol || bare === "strict-dynamic" || bare.startsWith("nonce-")) return true
  const pattern = bare.replace(/^https?:\/\//, "").replace(/\/.*$/, "")
  return pattern === host || pattern === hostname || (pattern.startsWith("*.") && hostname.endsWith(pattern.slice(1)))
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
