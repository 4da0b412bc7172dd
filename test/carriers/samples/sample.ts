import type { Carrier, CarrierRequest } from "../../../server/carriers/carrier.js"
import type { FoldedCall } from "../../../server/core/call/fold.js"
import type { CallEvent } from "../../../shared/call-event.js"

// What a carrier's requests about one call look like, and how it signs them: by Node's own crypto, apart from our code.

export const TRACKING = "+12025550142"
export const CALLER = "+14155550123"
export const BUSINESS = "+13125550100"
/** 2026-11-21T10:00:00Z; everything below is in seconds after it. */
export const T0 = Date.UTC(2026, 10, 21, 10, 0, 0)
export const PUBLIC_URL = "https://calls.example/v1/sites/site_1/carriers"

/** A request before it is signed. */
export interface Draft {
  event: string
  /** When it reaches us, in seconds after T0. */
  at: number
  body: string
  contentType: string
  /** Query of the address, with its question mark. */
  query?: string
}

/** One call, as its carrier tells it, complete and in its natural order; and what is to be made of it. */
export interface SampleCall {
  drafts: readonly Draft[]
  record: Partial<FoldedCall>
}

/** How a request is signed: what a signature made at `at` over this draft puts into the headers (and the body or query). */
export type Sign = (draft: Draft, url: string, secret: string) => Signed

export interface Signed {
  headers?: Record<string, string>
  /** Where the signature is a field of the form. */
  body?: string
  /** Where the address itself is the secret. */
  address?: string
}

/** One carrier's language. */
export interface Sample {
  // biome-ignore lint/suspicious/noExplicitAny: each carrier has credentials of its own
  carrier: Carrier<any>
  credentials: Record<string, unknown>
  /** What `sign` is given: the secret that the credentials hold first, one they hold as a further one, one they do not. */
  secrets: { current: string; further: string; foreign: string }
  sign: Sign
  /** What a signature vouches for. */
  covers: { address: boolean; body: boolean; window_s: number | null }
  calls: Record<string, SampleCall>
  /** Where calls go is not ours to say: every instruction is answered alike. */
  routedElsewhere?: true
  /** Credentials that have to be refused. */
  refused: readonly Record<string, unknown>[]
}

export function formDraft(event: string, at: number, fields: Record<string, string>, query = ""): Draft {
  const body = new URLSearchParams(fields).toString()
  return { event, at, body, contentType: "application/x-www-form-urlencoded", query }
}

export function jsonDraft(event: string, at: number, value: unknown, query = ""): Draft {
  return { event, at, body: JSON.stringify(value), contentType: "application/json", query }
}

export function urlOf(carrier: string, { event, query = "" }: Draft, base = PUBLIC_URL): string {
  return `${base}/${carrier}/${event}${query}`
}

/** The request as it reaches us; `base` is the address of the site's carriers. */
export function requestOf(
  sample: Sample,
  draft: Draft,
  secret = sample.secrets.current,
  base = PUBLIC_URL,
): CarrierRequest {
  const { carrier, sign } = sample
  const url = urlOf(carrier.name, draft, base)
  const { headers = {}, body = draft.body, address = url } = sign(draft, url, secret)
  return {
    method: "POST",
    url: address,
    headers: new Headers({ "content-type": draft.contentType, ...headers }),
    body: new TextEncoder().encode(body),
    received_at: T0 + draft.at * 1000,
  }
}

/** The events of the drafts, in their order. Reading comes after verification, so nothing is signed here. */
export function eventsOf({ carrier }: Sample, drafts: readonly Draft[]): CallEvent[] {
  return drafts.flatMap((draft) => {
    const request = {
      method: "POST",
      url: urlOf(carrier.name, draft),
      headers: new Headers({ "content-type": draft.contentType }),
      body: new TextEncoder().encode(draft.body),
      received_at: T0 + draft.at * 1000,
    }
    return [...carrier.parse(carrier.nameEvent?.(draft.event, request) ?? draft.event, request)]
  })
}

/** ISO 8601 at this second after T0. */
export function iso(at: number): string {
  return new Date(T0 + at * 1000).toISOString()
}

/** Whole seconds since 1970 at this second after T0. */
export function unix(at: number): number {
  return T0 / 1000 + Math.floor(at)
}

export const basicAuth: Sign = (_draft, _url, secret) => ({
  headers: { authorization: `Basic ${Buffer.from(`ringtrail:${secret}`).toString("base64")}` },
})

export const addressSecret: Sign = (_draft, url, secret) => ({
  address: `${url}${url.includes("?") ? "&" : "?"}secret=${secret}`,
})

export const SECRETS = {
  current: "0123456789abcdef0123456789abcdef",
  further: "fedcba9876543210fedcba9876543210",
  foreign: "ffffffffffffffffffffffffffffffff",
}
