import type { CallEvent, CallEventKind } from "../../shared/call-event.js"
import type { Time } from "./form.js"

/** What all events of one call share. */
export interface CallKey {
  carrier: string
  /** The carrier's id of the caller's leg or of the whole call. */
  call_key: string
  /** The number that was dialled, and the caller, as the carrier wrote them. */
  to: string | undefined
  from: string | undefined
}

type Details = { [K in keyof CallEvent]?: CallEvent[K] | undefined }

/** One event of a call; `detail` is what tells two of the same kind apart, taken from what the carrier vouches for only. */
export function eventOf(
  { carrier, call_key, to, from }: CallKey,
  kind: CallEventKind,
  detail: string,
  time: Time,
  details: Details = {},
): CallEvent {
  return {
    carrier,
    call_key,
    event_key: `${call_key}:${kind}:${detail}`,
    kind,
    leg: "a",
    to: to ?? null,
    from: from ?? null,
    ...time,
    ...present(details),
  }
}

/** An event of the leg to the business. */
export function businessLeg(leg_key: string | undefined, forwarded_to?: string): Details {
  return { leg: "b", leg_key, forwarded_to }
}

/** A carrier's id: what ids are made of anywhere (SIDs, UUIDs, base64, SIP Call-IDs), at most 128 characters. */
export function readId(text: string | undefined): string | undefined {
  return text !== undefined && /^[\w:.@=+/~-]{1,128}$/.test(text) ? text : undefined
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** The fields that have a value: an event kept as JSON has no others. */
export function present<T extends Record<string, unknown>>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>
}
