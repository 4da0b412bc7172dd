import type { CallEvent, LegStatus } from "../../shared/call-event.js"
import type { CarrierRequest } from "./carrier.js"
import { businessLeg, type CallKey, eventOf, readId } from "./event.js"
import { fieldReader, formOf, type ReadField, readSeconds, readTime, readUrl } from "./form.js"

/** The paths that TwiML and its relatives call. */
export const TWIML_EVENTS = ["voice", "status", "recording", "dial", "whisper"] as const

/** The events of a form in Twilio's words, which SignalWire and Telnyx TeXML write too. `carrier` is who sent it. */
export function parseTwilioForm(carrier: string, event: string, request: CarrierRequest): readonly CallEvent[] {
  const fields = request.method === "GET" ? queryOf(request.url) : formOf(request.body)
  return parseTwilioFields(carrier, event, fields, request.received_at)
}

/** As `parseTwilioForm`, of fields that were read before. */
export function parseTwilioFields(
  carrier: string,
  event: string,
  fields: URLSearchParams,
  received_at: number,
): readonly CallEvent[] {
  const read = fieldReader(fields)
  const sid = readId(read("CallSid"))
  if (!sid) return []
  const call = { carrier, call_key: sid, to: read("To"), from: read("From") }
  const parsed = parseEvent(event, call, read, received_at)
  return parsed ? [parsed] : []
}

/** The fields of an address's query. */
export function queryOf(url: string): URLSearchParams {
  return URL.canParse(url) ? new URL(url).searchParams : new URLSearchParams()
}

function parseEvent(event: string, call: CallKey, read: ReadField, received_at: number): CallEvent | undefined {
  switch (event) {
    case "voice":
      return parseVoice(call, read, received_at)
    case "status":
      return parseStatus(call, read, received_at)
    case "dial":
      return parseDial(call, read, received_at)
    case "recording":
      return parseRecording(call, read, received_at)
    default:
      return undefined
  }
}

/** The carrier asks what to do with a call; with digits when a menu of ours sent the caller back. */
function parseVoice(call: CallKey, read: ReadField, received_at: number): CallEvent {
  const digits = read("Digits")
  const kind = digits === undefined ? "ringing" : "input"
  return eventOf(
    call,
    kind,
    digits ?? "",
    { occurred_at: received_at, timestamped: false },
    {
      ...(digits === undefined ? { status: "ringing" as const } : { digits }),
      forwarded_from: read("ForwardedFrom"),
      caller_name: read("CallerName"),
    },
  )
}

/** A leg changed its state: the caller's, or (with `ParentCallSid`) the one to the business. */
function parseStatus(call: CallKey, read: ReadField, received_at: number): CallEvent | undefined {
  const status = readStatus(read("CallStatus"))
  if (!status) return undefined
  const parent = readId(read("ParentCallSid"))
  const kind = status === "in_progress" ? "answered" : isOpen(status) ? "ringing" : "ended"
  const duration_s = kind === "ended" ? readSeconds(read("CallDuration")) : undefined
  const time = readTime(read("Timestamp"), received_at)
  const sequence = `${read("SequenceNumber", 12) ?? ""}:${status}`
  if (!parent) return eventOf(call, kind, sequence, time, { status, duration_s, caller_name: read("CallerName") })
  return eventOf({ ...call, call_key: parent }, kind, `${call.call_key}:${sequence}`, time, {
    status,
    duration_s,
    ...businessLeg(call.call_key, call.to),
    talk_s: status === "completed" ? duration_s : undefined,
  })
}

/** The verdict on a `<Dial>`. Picked up but never connected (the business refused after a whisper) is not an answer. */
function parseDial(call: CallKey, read: ReadField, received_at: number): CallEvent | undefined {
  const said = read("DialCallStatus")
  const reported = said === "answered" ? "completed" : readStatus(said)
  if (!reported || isOpen(reported) || reported === "in_progress") return undefined
  const status = reported === "completed" && read("DialBridged") === "false" ? "no_answer" : reported
  const leg_key = readId(read("DialCallSid"))
  const time = { occurred_at: received_at, timestamped: false }
  return eventOf(call, "dialled", `${leg_key ?? ""}:${status}`, time, {
    status,
    leg_key,
    talk_s: status === "completed" ? readSeconds(read("DialCallDuration")) : undefined,
    recording_url: readUrl(read("RecordingUrl", 2048)),
    recording_s: readSeconds(read("RecordingDuration")),
  })
}

const RECORDING_STATUS: ReadonlyMap<string, LegStatus> = new Map([
  ["in-progress", "in_progress"],
  ["completed", "completed"],
  ["absent", "failed"],
  ["failed", "failed"],
])

/** A recording's state. Its `CallSid` is always the caller's leg; `RecordingSource` tells a message from a conversation. */
function parseRecording(call: CallKey, read: ReadField, received_at: number): CallEvent | undefined {
  const status = RECORDING_STATUS.get(read("RecordingStatus") ?? "completed")
  if (!status) return undefined
  const time = readTime(read("RecordingStartTime"), received_at)
  return eventOf(call, "recording", `${readId(read("RecordingSid")) ?? ""}:${status}`, time, {
    status,
    recording_url: readUrl(read("RecordingUrl", 2048)),
    recording_s: readSeconds(read("RecordingDuration")),
    voicemail: read("RecordingSource") === "RecordVerb" || undefined,
  })
}

const STATUS: ReadonlyMap<string, LegStatus> = new Map([
  ["queued", "initiated"],
  ["initiated", "initiated"],
  ["ringing", "ringing"],
  ["in-progress", "in_progress"],
  ["completed", "completed"],
  ["busy", "busy"],
  ["no-answer", "no_answer"],
  ["failed", "failed"],
  ["canceled", "canceled"],
])

function readStatus(text: string | undefined): LegStatus | undefined {
  return text === undefined ? undefined : STATUS.get(text)
}

function isOpen(status: LegStatus): boolean {
  return status === "initiated" || status === "ringing"
}
