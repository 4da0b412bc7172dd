import * as z from "zod"
import type { CallEvent, CallEventKind, LegStatus } from "../../shared/call-event.js"
import type { Carrier, CarrierAnswer, CarrierRequest } from "./carrier.js"
import { fieldReader, formOf, jsonFieldsOf, type ReadField, readSeconds, readTime, readUrl } from "./form.js"
import { bodyHash, verifyTwilio } from "./twilio-signature.js"
import { answerTwiml, renderTwiml } from "./twiml.js"

export { signTwilio } from "./twilio-signature.js"

const Token = z.string().regex(/^[\x21-\x7E]{16,128}$/, "must be the auth token of the Twilio console")

const TwilioCredentials = z.strictObject({
  account_sid: z.string().regex(/^AC[0-9a-fA-F]{32}$/, "must be AC and 32 hexadecimal digits"),
  auth_token: Token,
  /** Further tokens that are accepted while a new one is rolled out: Twilio signs with the primary one only. */
  auth_tokens: z.array(Token).max(4).optional(),
})

/** What a site tells us of its Twilio account. */
export type TwilioCredentials = z.infer<typeof TwilioCredentials>

/** Twilio's programmable voice: signed forms in, TwiML out. */
export const twilio: Carrier<TwilioCredentials> = {
  name: "twilio",
  credentials: TwilioCredentials,
  events: ["voice", "status", "recording", "dial"],
  verify: (request, { auth_token, auth_tokens = [] }) => verifyTwilio(request, [auth_token, ...auth_tokens]),
  parse: parseTwilio,
  render: renderTwiml,
  acknowledge,
}

/** The `<Dial>` is over when its action is asked: an empty document ends the call. Nothing reads the answer to the others. */
function acknowledge(event: string): CarrierAnswer {
  return event === "dial" || event === "voice" ? answerTwiml() : { status: 204, contentType: null, body: null }
}

function parseTwilio(event: string, request: CarrierRequest): CallEvent | undefined {
  const read = fieldReader(fieldsOf(request))
  const sid = readSid(read("CallSid"))
  if (!sid) return undefined
  switch (event) {
    case "voice":
      return parseVoice(sid, read, request.received_at)
    case "status":
      return parseStatus(sid, read, request.received_at)
    case "dial":
      return parseDial(sid, read, request.received_at)
    case "recording":
      return parseRecording(sid, read, request.received_at)
    default:
      return undefined
  }
}

/** Where the signed fields are: what `verifyTwilio` did not cover is not read. */
function fieldsOf({ method, url, headers, body }: CarrierRequest): URLSearchParams {
  if (!URL.canParse(url)) return new URLSearchParams()
  if (method === "GET") return new URL(url).searchParams
  const json = bodyHash(url) !== undefined && /\bjson\b/i.test(headers.get("content-type") ?? "")
  return json ? jsonFieldsOf(body) : formOf(body)
}

/** Twilio asks what to do with a call; with digits when a menu of ours sent the caller back. */
function parseVoice(sid: string, read: ReadField, received_at: number): CallEvent {
  const digits = read("Digits")
  const kind = digits === undefined ? "ringing" : "input"
  return {
    ...callerLeg(sid, kind, digits ?? "", read),
    occurred_at: received_at,
    timestamped: false,
    ...(digits === undefined ? { status: "ringing" } : { digits }),
    ...present({ forwarded_from: read("ForwardedFrom"), caller_name: read("CallerName") }),
  }
}

/** A leg changed its state: the caller's, or (with `ParentCallSid`) the one to the business. */
function parseStatus(sid: string, read: ReadField, received_at: number): CallEvent | undefined {
  const status = readStatus(read("CallStatus"))
  if (!status) return undefined
  const parent = readSid(read("ParentCallSid"))
  const kind: CallEventKind = status === "in_progress" ? "answered" : isOpen(status) ? "ringing" : "ended"
  const duration_s = kind === "ended" ? readSeconds(read("CallDuration")) : undefined
  const shared = { ...readTime(read("Timestamp"), received_at), status, ...present({ duration_s }) }
  const sequence = `${read("SequenceNumber", 12) ?? ""}:${status}`
  if (!parent)
    return { ...callerLeg(sid, kind, sequence, read), ...shared, ...present({ caller_name: read("CallerName") }) }
  return {
    ...callerLeg(parent, kind, `${sid}:${sequence}`, read),
    ...shared,
    leg: "b",
    leg_key: sid,
    ...present({ forwarded_to: read("To"), talk_s: status === "completed" ? duration_s : undefined }),
  }
}

/** The verdict on a `<Dial>`. Picked up but never connected (the business refused after a whisper) is not an answer. */
function parseDial(sid: string, read: ReadField, received_at: number): CallEvent | undefined {
  const said = read("DialCallStatus")
  const reported = said === "answered" ? "completed" : readStatus(said)
  if (!reported || isOpen(reported) || reported === "in_progress") return undefined
  const status = reported === "completed" && read("DialBridged") === "false" ? "no_answer" : reported
  const leg_key = readSid(read("DialCallSid"))
  return {
    ...callerLeg(sid, "dialled", `${leg_key ?? ""}:${status}`, read),
    occurred_at: received_at,
    timestamped: false,
    status,
    ...present({
      leg_key,
      talk_s: status === "completed" ? readSeconds(read("DialCallDuration")) : undefined,
      recording_url: readUrl(read("RecordingUrl", 2048)),
      recording_s: readSeconds(read("RecordingDuration")),
    }),
  }
}

const RECORDING_STATUS: ReadonlyMap<string, LegStatus> = new Map([
  ["in-progress", "in_progress"],
  ["completed", "completed"],
  ["absent", "failed"],
  ["failed", "failed"],
])

/** A recording's state. Its `CallSid` is always the caller's leg; `RecordingSource` tells a message from a conversation. */
function parseRecording(sid: string, read: ReadField, received_at: number): CallEvent | undefined {
  const status = RECORDING_STATUS.get(read("RecordingStatus") ?? "completed")
  if (!status) return undefined
  const voicemail = read("RecordingSource") === "RecordVerb"
  return {
    ...callerLeg(sid, "recording", `${readSid(read("RecordingSid")) ?? ""}:${status}`, read),
    ...readTime(read("RecordingStartTime"), received_at),
    status,
    ...present({
      recording_url: readUrl(read("RecordingUrl", 2048)),
      recording_s: readSeconds(read("RecordingDuration")),
      voicemail: voicemail || undefined,
    }),
  }
}

/** What all events of a call have; `detail` is what tells two of the same kind apart, taken from signed fields only. */
function callerLeg(sid: string, kind: CallEventKind, detail: string, read: ReadField) {
  return {
    carrier: twilio.name,
    call_key: sid,
    event_key: `${sid}:${kind}:${detail}`,
    kind,
    leg: "a" as const,
    to: read("To") ?? null,
    from: read("From") ?? null,
  }
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

/** Twilio's ids are two letters and 32 digits; those who speak its language use others. */
function readSid(text: string | undefined): string | undefined {
  return text !== undefined && /^[\w-]{1,64}$/.test(text) ? text : undefined
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** The fields that have a value: an event kept as JSON has no others. */
function present<T extends Record<string, unknown>>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>
}
