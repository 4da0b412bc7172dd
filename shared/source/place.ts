/** What kind of web place a host is: it decides the channel of a visit that came from there. */
export type PlaceKind =
  | "search"
  | "social"
  | "video"
  | "shopping"
  | "assistant"
  | "messenger"
  | "account"
  | "mail"
  | "listing"
  | "directory"
  | "display"
  | "native"
  | "affiliate"
  | "audio"
  | "groupbuy"
  | "site"
  | "detour"

/**
 * A known web place. `name` is the source written for it (null: the visitor's host as it is); `keys` are the query
 * parameters that carry the search phrase; `charset` reads a phrase that is not UTF-8; `paid` marks an advertiser's
 * redirect; `ga4` an assistant that GA4 names.
 */
export interface Place {
  readonly kind: PlaceKind
  readonly name: string | null
  readonly keys: readonly string[]
  readonly charset: string | null
  readonly paid: boolean
  readonly ga4: boolean
}

/**
 * A line of a table: the place's short name ("" for none), its hosts, and the parameters of its search phrase. A host
 * in the form `example.com` matches itself only, `.example.com` its subdomains too, and `example.*` that name under any
 * public suffix.
 */
export type Line = readonly [name: string, hosts: string, keys?: string, charset?: string]

/** A place of that kind, with the fields that most places leave empty. */
export function place(kind: PlaceKind, name: string | null = null, fields: Partial<Place> = {}): Place {
  return { kind, name, keys: [], charset: null, paid: false, ga4: false, ...fields }
}

/** Rows of host pattern and place, from the lines of one kind. */
export function rows(kind: PlaceKind, lines: readonly Line[], fields: Partial<Place> = {}): [string, Place][] {
  return lines.flatMap(([name, hosts, keys, charset]) => {
    const made = place(kind, name || null, { keys: keys ? keys.split(" ") : [], charset: charset ?? null, ...fields })
    return split(hosts).map((host): [string, Place] => [host, made])
  })
}

/** The words of a table's text. */
export function split(text: string): string[] {
  return text.trim().split(/\s+/)
}
