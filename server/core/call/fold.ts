import type { CallEvent, LegStatus } from "../../../shared/call-event.js"

/** Where a call stands: the first two while it lasts, the others once it is over. */
export type CallStatus =
  | "ringing"
  | "in_progress"
  | "completed"
  | "missed"
  | "abandoned"
  | "busy"
  | "failed"
  | "voicemail"

/** What the events of one call say about it, together. Times are ms since 1970, durations whole seconds. */
export interface FoldedCall {
  status: CallStatus
  /** The business picked up. */
  answered: boolean
  /** When the caller's leg rang; where no event says so, the earliest time that any event knows of. */
  started_at: number
  answered_at: number | null
  ended_at: number | null
  /** The longest duration that the carrier reported for any leg. */
  duration_s: number | null
  /** How long caller and business spoke; null unless answered, and reported or timed by the carrier. */
  talk_s: number | null
  to: string | null
  from: string | null
  forwarded_to: string | null
  forwarded_from: string | null
  caller_name: string | null
  recording_url: string | null
  recording_s: number | null
  /** The keys that the caller pressed last. */
  digits: string | null
  /** A carrier named a time that could not be: ours was taken for it. */
  clock_off: boolean
}

/**
 * Folds the events of one call into its record. The record is a function of the *set* of events: order and repetition
 * change nothing, because every field is a minimum, a maximum or a union over the events (guarantee 6). The caller's leg
 * never decides `answered` or `talk_s`: a carrier answers it itself to play a menu, and then reports it as completed.
 * Refuses an empty list.
 */
export function foldCall(events: readonly CallEvent[]): FoldedCall {
  if (events.length === 0) throw new RangeError("a call has at least one event")
  const caller = events.filter((event) => event.leg === "a")
  const callerEnds = caller.filter((event) => event.kind === "ended")
  const legs = readLegs(events)
  const picked = legs.filter((leg) => leg.picked)
  const answered = picked.length > 0
  const over = isOver(callerEnds, legs)
  const recording = pickRecording(events)
  const voicemail = events.some(
    (event) => event.kind === "recording" && event.voicemail && event.status === "completed",
  )

  const started_at = startOf(events)
  const answered_at = atLeast(started_at, least(picked.map((leg) => leg.answered_at)))
  const ended = least(callerEnds.map(timeOf)) ?? most(legs.map((leg) => leg.ended_at))
  return {
    status: answered
      ? over
        ? "completed"
        : "in_progress"
      : voicemail
        ? "voicemail"
        : over
          ? causeOf(callerEnds, legs)
          : "ringing",
    answered,
    started_at,
    answered_at,
    ended_at: over ? atLeast(answered_at ?? started_at, ended) : null,
    duration_s: most(events.flatMap((event) => [event.duration_s ?? null, event.talk_s ?? null])),
    talk_s: most(picked.map((leg) => leg.talk_s)),
    to: said(caller, "to"),
    from: said(caller, "from"),
    forwarded_to: least(picked.map((leg) => leg.forwarded_to)) ?? least(legs.map((leg) => leg.forwarded_to)),
    forwarded_from: said(caller, "forwarded_from"),
    caller_name: said(caller, "caller_name"),
    recording_url: recording?.recording_url ?? null,
    recording_s: recording?.recording_s ?? null,
    digits: lastDigits(events),
    clock_off: events.some((event) => event.said_at !== undefined),
  }
}

/** One leg from the carrier to the business, as its own events and the carrier's verdict on it tell. */
interface Leg {
  /** The carrier's verdict where there is one, else how the leg itself ended. */
  outcome: LegStatus | undefined
  picked: boolean
  over: boolean
  answered_at: number | null
  ended_at: number | null
  talk_s: number | null
  forwarded_to: string | null
}

function readLegs(events: readonly CallEvent[]): Leg[] {
  const byKey = new Map<string, CallEvent[]>()
  for (const event of events) {
    if (event.leg !== "b" && event.kind !== "dialled") continue
    const key = event.leg_key ?? ""
    const known = byKey.get(key)
    if (known) known.push(event)
    else byKey.set(key, [event])
  }
  return [...byKey.values()].map(readLeg)
}

function readLeg(events: readonly CallEvent[]): Leg {
  const verdicts = events.filter((event) => event.kind === "dialled")
  const ends = events.filter((event) => event.kind === "ended")
  const answers = events.filter((event) => event.kind === "answered")
  const verdict = strongest(verdicts)
  const end = strongest(ends)
  // A leg that somebody picked up but who never came through (a whisper refused, an answering machine) has a verdict against it.
  const picked = verdict ? verdict === "completed" : end === "completed" || answers.length > 0
  const talk_s = most(verdicts.map(talkOf)) ?? most(ends.map(talkOf))
  const ended_at = least(ends.map(timeOf)) ?? least(verdicts.map(timeOf))
  const answered_at =
    least(answers.map(timeOf)) ?? (ended_at === null || talk_s === null ? null : ended_at - talk_s * 1000)
  return {
    outcome: verdict ?? end,
    picked,
    over: verdicts.length > 0 || ends.length > 0,
    answered_at,
    ended_at,
    talk_s: talk_s ?? spokenBetween(answers, ends),
    forwarded_to: least(events.map((event) => event.forwarded_to ?? null)),
  }
}

/** Where a carrier reports no length (Telnyx Call Control): from pick-up to end by its own clock, and by no other. */
function spokenBetween(answers: readonly CallEvent[], ends: readonly CallEvent[]): number | null {
  const own = (events: readonly CallEvent[]) => least(events.map(ownTime))
  const [from, to] = [own(answers), own(ends)]
  return from === null || to === null || to < from ? null : Math.round((to - from) / 1000)
}

function ownTime({ said_at, timestamped, occurred_at }: CallEvent): number | null {
  return said_at ?? (timestamped ? occurred_at : null)
}

/** Reports that contradict each other about one leg: the conversation wins, then the plainest reason why there was none. */
const STRENGTH: readonly LegStatus[] = ["completed", "canceled", "busy", "no_answer", "failed"]

function strongest(events: readonly CallEvent[]): LegStatus | undefined {
  return STRENGTH.find((status) => events.some((event) => event.status === status))
}

/** The call is over when the caller's leg ended, when a conversation is reported as over, or when no forwarded leg is left open. */
function isOver(callerEnds: readonly CallEvent[], legs: readonly Leg[]): boolean {
  if (callerEnds.length > 0) return true
  return legs.some((leg) => leg.over && leg.picked) || (legs.length > 0 && legs.every((leg) => leg.over))
}

/** Why nobody picked up. A leg that rang out makes the call missed even where another one was busy. */
function causeOf(callerEnds: readonly CallEvent[], legs: readonly Leg[]): CallStatus {
  const outcomes = legs.map((leg) => leg.outcome)
  const caller = strongest(callerEnds)
  if (caller === "canceled" || outcomes.includes("canceled")) return "abandoned"
  if (outcomes.includes("no_answer")) return "missed"
  if (outcomes.includes("busy")) return "busy"
  if (outcomes.includes("failed")) return "failed"
  return caller === "busy" || caller === "failed" ? caller : "missed"
}

/**
 * The ringing of the caller's leg is timed by our own clock when the carrier asks what to do, so it beats every other
 * time: a carrier's clock that is off by minutes must not move the call to another lease.
 */
function startOf(events: readonly CallEvent[]): number {
  const rings = events.filter((event) => event.leg === "a" && event.kind === "ringing").map(timeOf)
  return least(rings) ?? Math.min(...events.map((event) => event.occurred_at - (event.duration_s ?? 0) * 1000))
}

/** The conversation's longest finished recording; what the verdict on the forwarded leg names serves until its own report comes. */
function pickRecording(events: readonly CallEvent[]): CallEvent | undefined {
  const named = events.filter((event) => event.recording_url !== undefined)
  const finished = named.filter((event) => event.kind === "recording" && event.status === "completed")
  const offered = finished.length > 0 ? finished : named.filter((event) => event.kind === "dialled")
  const length = (event: CallEvent) => event.recording_s ?? -1
  return offered.reduce<CallEvent | undefined>((best, event) => {
    if (!best || length(event) > length(best)) return event
    return length(event) === length(best) && (event.recording_url ?? "") < (best.recording_url ?? "") ? event : best
  }, undefined)
}

function lastDigits(events: readonly CallEvent[]): string | null {
  const first = new Map<string, CallEvent>()
  for (const event of events) {
    if (event.kind !== "input" || event.digits === undefined) continue
    const known = first.get(event.event_key)
    if (!known || before(event, known)) first.set(event.event_key, event)
  }
  let last: CallEvent | undefined
  for (const event of first.values()) if (!last || before(last, event)) last = event
  return last?.digits ?? null
}

function before(a: CallEvent, b: CallEvent): boolean {
  if (a.occurred_at !== b.occurred_at) return a.occurred_at < b.occurred_at
  if (a.event_key !== b.event_key) return a.event_key < b.event_key
  return (a.digits ?? "") < (b.digits ?? "")
}

function said(caller: readonly CallEvent[], field: "to" | "from" | "forwarded_from" | "caller_name"): string | null {
  return least(caller.map((event) => event[field] || null))
}

function timeOf(event: CallEvent): number {
  return event.occurred_at
}

function talkOf(event: CallEvent): number | null {
  return event.talk_s ?? null
}

function least<T extends number | string>(values: readonly (T | null)[]): T | null {
  return values.reduce<T | null>((low, value) => (value !== null && (low === null || value < low) ? value : low), null)
}

function most(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>(
    (high, value) => (value !== null && (high === null || value > high) ? value : high),
    null,
  )
}

/** Clocks of two machines disagree; within one record the order of things still holds. */
function atLeast(floor: number, time: number | null): number | null {
  return time === null ? null : Math.max(floor, time)
}
