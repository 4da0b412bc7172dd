import { type Db, prepareOnce, type Site } from "../store/db.js"

// A flood from one place must not drain a pool: new visitors of one network are lent numbers up to a limit. Networks live in
// memory alone, for twenty minutes at most, and are never stored or logged.

const WINDOW_MS = 10 * 60_000
/** New visitors of one network in a window that are never too many. */
const ALWAYS = 30
/** Beyond, one network may bring half as many as all others together: a carrier's gateway does, a flood brings more. */
const SHARE = 0.5
/** Networks that are told apart; further ones are not limited. */
const NETWORKS = 10_000

interface Window {
  start: number
  total: number
  readonly counts: Map<string, number>
}

const windows = prepareOnce((_db: Db) => ({ now: open(0), before: open(0) }))

function open(start: number): Window {
  return { start, total: 0, counts: new Map() }
}

/** Whether a new visitor of this network may be lent a number; counts him if so. A network that is not known always may. */
export function admitsNetwork(site: Site, network: string | null): boolean {
  const both = windows(site)
  if (site.now - both.now.start >= WINDOW_MS) {
    both.before = site.now - both.now.start < 2 * WINDOW_MS ? both.now : open(0)
    both.now = open(site.now)
  }
  const { now, before } = both
  if (network !== null) {
    const count = (now.counts.get(network) ?? 0) + (before.counts.get(network) ?? 0)
    const others = now.total + before.total - count
    if (count >= Math.max(ALWAYS, SHARE * others)) return false
    if (now.counts.size < NETWORKS || now.counts.has(network))
      now.counts.set(network, (now.counts.get(network) ?? 0) + 1)
  }
  now.total++
  return true
}

/**
 * The network of an address: the first 24 bits of an IPv4 one, the first 48 of an IPv6 one. Null for what is no address of
 * the public internet: the machine itself and private networks are not strangers.
 */
export function networkOf(address: string | undefined): string | null {
  if (address === undefined || address.length > 64) return null
  const v4 = /^(?:::ffff:)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.\d{1,3}$/i.exec(address)
  if (v4) {
    const [a = 0, b = 0, c = 0] = v4.slice(1, 4).map(Number)
    if (Math.max(a, b, c) > 255) return null
    // RFC 1918, RFC 6598's gateways stay: they are a carrier's customers. Loopback and link-local are the machine's own.
    const own = a === 0 || a === 10 || a === 127 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168)
    return own || (a === 169 && b === 254) ? null : `${a}.${b}.${c}`
  }
  if (!/^[0-9a-f:]+$/i.test(address) || !address.includes(":")) return null
  const [head = "", tail] = address.toLowerCase().split("::")
  const left = head === "" ? [] : head.split(":")
  const right = tail === undefined || tail === "" ? [] : tail.split(":")
  const groups =
    tail === undefined ? left : [...left, ...Array(Math.max(0, 8 - left.length - right.length)).fill("0"), ...right]
  if (groups.length !== 8) return null
  const [first = 0, second = 0, third = 0] = groups.slice(0, 3).map((group) => Number.parseInt(group, 16))
  // Loopback and unspecified (::), unique local (fc00::/7), link-local (fe80::/10).
  if (first === 0 || (first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfe80) return null
  return [first, second, third].map((group) => group.toString(16)).join(":")
}
