import { FIELD_LIMIT, STORED_URL_LIMIT } from "../protocol.js"
import { CLICK_IDS, type ClickId, YAHOO_JAPAN, YAHOO_JAPAN_VALUE } from "./click-ids.js"
import { type Openstat, readOpenstat } from "./openstat.js"
import { PARAMS, type TagField } from "./params.js"
import { withoutWww } from "./places.js"
import { clean, cut, decode } from "./text.js"
import { parseUrl } from "./url.js"

/** A click id with the value that the URL gave it. */
export interface Click {
  readonly id: ClickId
  readonly value: string
  readonly source: string
}

/** Values by what they mean, from the best-ranked parameter of each meaning. */
export type Tags = Readonly<Record<TagField, string | undefined>>

/** What a landing URL says: its tags, its click ids, and the form in which it is stored. */
export interface Landing {
  /** Without `www.`; "" when the URL could not be read. */
  readonly host: string
  readonly stored: string
  readonly page: string
  readonly tags: Tags
  /** The ad systems' own parameters under plain names; empty unless the URL is tagged otherwise. */
  readonly plain: Tags
  /** Where an ad was shown, in the ad system's own word. */
  readonly network: string | undefined
  readonly click: Click | undefined
  readonly openstat: Openstat | undefined
  /** The referrer handed on in `utm_referrer`. */
  readonly referrer: string | undefined
  /** The URL itself names a campaign: a source, medium or campaign, or the mark of an ad, an affiliate or a mailing. */
  readonly tagged: boolean
}

interface Reading {
  tags: Record<TagField, string | undefined>
  tagRanks: Record<TagField, number>
  plain: Record<TagField, string | undefined>
  plainRanks: Record<TagField, number>
  network: string | undefined
  click: Click | undefined
  openstat: Openstat | undefined
  referrer: string | undefined
  /** Names read so far: of a repeated parameter the first counts. */
  seen: string[]
  /** The kept pairs, joined: those that speak for themselves, and those kept only on a tagged URL. */
  kept: string
  keptIfTagged: string
}

const NONE: Tags = emptyTags()

/** Reads a landing URL; one that cannot be parsed is still searched for tags. Never throws, linear. */
export function readLanding(text: string): Landing {
  const parsed = parseUrl(text)
  const url = parsed && (parsed.protocol === "https:" || parsed.protocol === "http:") ? parsed : undefined
  const search = url ? url.search : rawSearch(text)
  const reading = startReading()
  if (search.length > 1) readPairs(search, 1, reading)
  const query = url ? keptOf(reading, "?") : ""
  let fragment = ""
  const hash = url ? url.hash : ""
  if (hash.length > 1 && TAGGED_HASH.test(hash)) {
    reading.kept = ""
    reading.keptIfTagged = ""
    readPairs(hash, Math.max(hash.indexOf("?"), 0) + 1, reading)
    fragment = keptOf(reading, "#")
  }
  const { tags, network, click, openstat, referrer } = reading
  const tagged = isTagged(reading)
  return {
    host: url ? withoutWww(url.hostname) : "",
    stored: url ? cut(`${url.protocol}//${url.host}${url.pathname}${query}${fragment}`, STORED_URL_LIMIT) : "",
    page: url ? cut(withoutWww(url.host) + url.pathname, FIELD_LIMIT) : "",
    tags,
    plain: tagged ? reading.plain : NONE,
    network: tagged ? network : undefined,
    click,
    openstat,
    referrer,
    tagged,
  }
}

/** Old links carry their tags behind `#` (Google Analytics' allowAnchor); single-page routes put a query there. */
const TAGGED_HASH = /[#?&]utm_[a-z]+=/i

/** The longest name in the table is shorter. */
const NAME_LIMIT = 64
/** The most characters that FIELD_LIMIT units can take: nine for one unit of three escaped bytes. */
const RAW_LIMIT = FIELD_LIMIT * 9

const NETWORK_NAMES = new Set(["network", "source_type", "mediatype"])

/**
 * An ad system's placeholder that was never filled in: {keyword}, {{campaign.name}}, __CID__, [keyword], %%keyword%%,
 * ${keyword}.
 */
const PLACEHOLDER = /^(?:\$?\{\{?[^{}]*\}\}?|__[A-Z0-9_]+__|\[[a-z_]+\]|%%[^%]*%%)$/

function rawSearch(text: string): string {
  const from = text.indexOf("?")
  if (from < 0) return ""
  const to = text.indexOf("#", from)
  return text.slice(from, to < 0 ? text.length : to)
}

function startReading(): Reading {
  return {
    tags: emptyTags(),
    tagRanks: worstRanks(),
    plain: emptyTags(),
    plainRanks: worstRanks(),
    network: undefined,
    click: undefined,
    openstat: undefined,
    referrer: undefined,
    seen: [],
    kept: "",
    keptIfTagged: "",
  }
}

function readPairs(search: string, from: number, reading: Reading): void {
  for (let start = from; start < search.length; ) {
    let end = search.indexOf("&", start)
    if (end < 0) end = search.length
    // A link copied out of HTML source still has its ampersands escaped.
    if (search.charCodeAt(start) === 0x61 && search.startsWith("amp;", start)) start += 4
    const equals = search.indexOf("=", start)
    if (equals < 0) return
    if (equals > start && equals < end && equals - start <= NAME_LIMIT) readPair(search, start, equals, end, reading)
    start = end + 1
  }
}

function readPair(search: string, start: number, equals: number, end: number, reading: Reading): void {
  const raw = search.slice(start, equals)
  const name = (raw.includes("%") ? decode(raw) : raw).toLowerCase()
  const param = PARAMS.get(name)
  if (!param || reading.seen.includes(name)) return
  reading.seen.push(name)
  if (param.role === "referrer") {
    reading.referrer = decode(search.slice(equals + 1, end))
    return
  }
  const pair = search.slice(start, end)
  if (param.role === "plain") reading.keptIfTagged += `&${pair}`
  else reading.kept += `&${pair}`
  if (param.role === "kept") return
  const value = clean(decode(search.slice(equals + 1, Math.min(end, equals + 1 + RAW_LIMIT))), FIELD_LIMIT)
  if (value === "" || isPlaceholder(value)) return
  if (param.role === "click") readClick(name, value, reading)
  else if (param.role === "openstat") reading.openstat = readOpenstat(value)
  else if (param.field === null) {
    if (NETWORK_NAMES.has(name)) reading.network ??= value
  } else if (param.role === "tag") {
    if (param.rank < reading.tagRanks[param.field]) {
      reading.tagRanks[param.field] = param.rank
      reading.tags[param.field] = value
    }
  } else if (param.rank < reading.plainRanks[param.field]) {
    reading.plainRanks[param.field] = param.rank
    reading.plain[param.field] = value
  }
}

function isPlaceholder(value: string): boolean {
  const first = value.charCodeAt(0)
  return (
    (first === 0x7b || first === 0x24 || first === 0x5f || first === 0x5b || first === 0x25) && PLACEHOLDER.test(value)
  )
}

function readClick(name: string, value: string, reading: Reading): void {
  const id = CLICK_IDS.get(name)
  if (!id || (reading.click && reading.click.id.rank <= id.rank)) return
  const japan = id.kind === "yclid" && YAHOO_JAPAN_VALUE.test(value)
  reading.click = { id, value, source: japan ? YAHOO_JAPAN : id.source }
}

function keptOf(reading: Reading, mark: "?" | "#"): string {
  const kept = isTagged(reading) ? reading.kept + reading.keptIfTagged : reading.kept
  return kept === "" ? "" : mark + kept.slice(1)
}

function isTagged({ tags, click, openstat }: Pick<Reading, "tags" | "click" | "openstat">): boolean {
  return (
    tags.source !== undefined ||
    tags.medium !== undefined ||
    tags.campaign !== undefined ||
    tags.id !== undefined ||
    openstat !== undefined ||
    (click !== undefined && click.id.proof !== "passed")
  )
}

function emptyTags(): Record<TagField, string | undefined> {
  return {
    source: undefined,
    medium: undefined,
    campaign: undefined,
    term: undefined,
    content: undefined,
    id: undefined,
  }
}

function worstRanks(): Record<TagField, number> {
  return { source: 99, medium: 99, campaign: 99, term: 99, content: 99, id: 99 }
}
