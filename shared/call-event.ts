// What every carrier's report about a call becomes. Types only: the carriers write it, the core folds it, the database keeps it as JSON.

/** What an event reports; see `CallEvent` for how the two legs are told apart. */
export type CallEventKind =
  /** A leg was set up or rings. */
  | "ringing"
  /** A leg was picked up. */
  | "answered"
  /** The carrier is done with forwarding: its verdict on the forwarded leg. */
  | "dialled"
  /** A leg is over. */
  | "ended"
  /** A recording (of the conversation, or a voicemail) is ready, or failed. */
  | "recording"
  /** The caller pressed keys. */
  | "input"

/** The state that an event gives to its leg (or to its recording). The last five are final. */
export type LegStatus =
  | "initiated"
  | "ringing"
  | "in_progress"
  | "completed"
  | "busy"
  | "no_answer"
  | "failed"
  /** Given up before it was answered: the caller hung up while it rang. */
  | "canceled"

/** How the caller showed himself. */
export type CallerKind = "phone" | "withheld" | "sip" | "client" | "unknown"

/**
 * One report of a carrier about one call, in words that no carrier owns. Leg "a" is the caller's, from the caller to the
 * tracking number; leg "b" is the one that the carrier makes from there to the business. Adapters promise: `talk_s` and
 * the statuses of `dialled` come from the forwarded leg only, every text is cut and free of control characters, every
 * duration is a whole number of seconds between 0 and seven days, and a repeated request makes the same `event_key`.
 */
export interface CallEvent {
  carrier: string
  /** The carrier's id of the caller's leg: what all events of one call share. */
  call_key: string
  /** The same for a repetition of the same report, different for every other: the carrier's own id, or built from what is signed. */
  event_key: string
  kind: CallEventKind
  /** The leg that sent the report: a `dialled` comes from the caller's leg, and speaks of `leg_key`. */
  leg: "a" | "b"
  /** The carrier's id of the forwarded leg that this is about; absent when it is about the caller's leg alone. */
  leg_key?: string
  status?: LegStatus
  /** The number dialled on the leg that sent this, as the carrier wrote it; null when it does not say. */
  to: string | null
  /** The caller as the carrier wrote him: see `server/core/caller/caller.ts`. */
  from: string | null
  /** Milliseconds since 1970: the carrier's own time where the event has a believable one, else when it reached us. */
  occurred_at: number
  /** Whether `occurred_at` is the carrier's. */
  timestamped: boolean
  /** The carrier's time where it cannot be (hours off): ours stands in its place, and its own still measures lengths. */
  said_at?: number
  /** How long the leg that ended lasted, in seconds. */
  duration_s?: number
  /** How long caller and business were connected, in seconds. */
  talk_s?: number
  recording_url?: string
  recording_s?: number
  /** The recording is a message that the caller left, not a conversation. */
  voicemail?: boolean
  digits?: string
  /** The business's number that the call was forwarded to. */
  forwarded_to?: string
  /** The number that sent the caller on to the tracking number. */
  forwarded_from?: string
  caller_name?: string
}
