// Which addresses belong to inner networks: a server that fetches what a stranger names must never reach them.

/** Ranges of IPv4 that are not public (RFC 6890): first address and bits. */
const INNER_V4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
]

/** Whether an IP address is one of the public internet. Of IPv6 only 2000::/3 is, without documentation and tunnels. */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, "").split("%")[0] ?? ""
  if (bare.includes(":")) return isPublicV6(bare)
  const value = readV4(bare)
  return value !== undefined && !INNER_V4.some(([start, bits]) => inRange(value, readV4(start) ?? 0, bits))
}

/**
 * Whether a URL may be fetched for a stranger, as far as its text says: http or https, a usual port, a host that is a public
 * address or a name with a dot that no inner network claims. What the name resolves to must be asked besides.
 */
export function isPublicUrl(url: URL): boolean {
  if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") return false
  if (!["", "80", "443", "8080", "8443"].includes(url.port)) return false
  // URL writes every spelling of an IPv4 address (0x7f.1, 2130706433) in its dotted form.
  const host = url.hostname.toLowerCase().replace(/\.$/, "")
  if (/^\[|^\d+(\.\d+){3}$/.test(host)) return isPublicAddress(host)
  return (
    host.includes(".") &&
    !/\.(?:localhost|local|internal|intranet|lan|home|corp|private|home\.arpa|test|invalid|onion)$/.test(host)
  )
}

function readV4(text: string): number | undefined {
  const parts = text.split(".")
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined
  return parts.reduce((value, part) => value * 256 + Number(part), 0)
}

function inRange(value: number, start: number, bits: number): boolean {
  const size = 2 ** (32 - bits)
  return value >= start && value < start + size
}

function isPublicV6(text: string): boolean {
  const groups = readV6(text)
  if (!groups) return false
  const [first = 0, second = 0] = groups
  // IPv4 inside IPv6 (::ffff:a.b.c.d, 64:ff9b::a.b.c.d) and 6to4 lead wherever the inner address leads: none is taken.
  if (first < 0x2000 || first > 0x3fff) return false
  if (first === 0x2002 || (first === 0x2001 && (second < 0x0200 || second === 0x0db8))) return false
  return first !== 0x3fff
}

function readV6(text: string): number[] | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  const v4 = dotted ? readV4(dotted[2] ?? "") : 0
  if (v4 === undefined) return undefined
  const plain = dotted ? `${dotted[1]}${Math.floor(v4 / 65_536).toString(16)}:${(v4 % 65_536).toString(16)}` : text
  const halves = plain.split("::")
  if (halves.length > 2) return undefined
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")))
  if (![...head, ...tail].every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  const gap = halves.length === 2 ? 8 - head.length - tail.length : 0
  const groups = [...head, ...Array.from({ length: Math.max(0, gap) }, () => "0"), ...tail]
  return groups.length === 8 ? groups.map((group) => Number.parseInt(group, 16)) : undefined
}
