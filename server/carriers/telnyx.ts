import type { CallEvent, LegStatus } from "../../shared/call-event.js"
import { EMPTY } from "./answer.js"
import type { Carrier, CarrierRequest } from "./carrier.js"
import { businessLeg, eventOf, readId } from "./event.js"
import { fieldReader, readTime, readUrl, secondsBetween } from "./form.js"
import { fieldsOf, type JsonObject, objectAt, readJson } from "./json.js"
import { telnyxNumbers } from "./telnyx-numbers.js"
import { TelnyxCredentials, verifyTelnyx } from "./telnyx-signature.js"

/**
 * Telnyx Call Control: signed JSON events in; the answer to them is empty, because calls are routed by REST commands.
 * Where such a call goes is set in the application that sends those commands, or, without one, by a TeXML application
 * (`telnyx-texml`), which takes our instructions.
 */
export const telnyx: Carrier<TelnyxCredentials> = {
  name: "telnyx",
  credentials: TelnyxCredentials,
  events: ["voice"],
  setup: {
    steps: [
      {
        event: "voice",
        where: "Voice, Programmable Voice, Voice API applications, the application: webhook URL, API version 2",
        method: "POST",
        types: ["call.initiated", "call.answered", "call.bridged", "call.hangup", "call.recording.saved"],
      },
    ],
    notes: [
      "The address of a recording dies after ten minutes, and is reported once: fetch it then, or switch on public recordings.",
      "Telnyx sends all types to one address. Where a call goes is decided by the program that sends your commands; telnyx-texml takes our instructions instead.",
    ],
  },
  numbers: telnyxNumbers("control"),
  verify: verifyTelnyx,
  nameEvent: () => "status",
  parse: (_event, request) => (request.method === "POST" ? parseTelnyx(request) : []),
  render: () => EMPTY,
  acknowledge: () => EMPTY,
}

/**
 * Only `call.initiated` says whether a leg is the caller's. Every other event is therefore put on a leg of its own id, and
 * a leg counts as picked up when it was bridged: the application answers the caller's leg itself.
 */
function parseTelnyx({ body, received_at }: CarrierRequest): readonly CallEvent[] {
  const root = readJson(body)
  const data = fieldReader(fieldsOf(objectAt(root, "data")))
  const payload = objectAt(root, "data", "payload")
  const read = fieldReader(fieldsOf(payload))
  const call_key = readId(read("call_session_id"))
  const leg = readId(read("call_leg_id"))
  const id = readId(data("id"))
  const type = data("event_type")
  if (!call_key || !leg || !id) return []
  const call = { carrier: telnyx.name, call_key, to: read("to"), from: read("from") }
  const time = readTime(data("occurred_at"), received_at)
  const detail = `${leg}:${id}`
  switch (type) {
    case "call.initiated":
      return read("direction") === "outgoing"
        ? [eventOf(call, "ringing", detail, time, { status: "initiated", ...businessLeg(leg, call.to) })]
        : [
            eventOf(
              call,
              "ringing",
              detail,
              { occurred_at: received_at, timestamped: false },
              {
                status: "ringing",
                caller_name: callerName(read("caller_id_name"), call.from),
              },
            ),
          ]
    case "call.bridged":
      return [eventOf(call, "answered", detail, time, { status: "in_progress", ...businessLeg(leg) })]
    case "call.hangup":
      return [
        eventOf(call, "ended", detail, time, {
          status: HANGUP.get(read("hangup_cause") ?? ""),
          ...businessLeg(leg),
          duration_s: secondsBetween(Date.parse(read("start_time") ?? ""), Date.parse(data("occurred_at") ?? "")),
        }),
      ]
    case "call.recording.saved":
      return [eventOf(call, "recording", detail, time, savedRecording(payload))]
    default:
      return []
  }
}

/** The addresses of a recording die after ten minutes: whoever wants to keep it fetches it at once. */
function savedRecording(payload: JsonObject) {
  const read = fieldReader(fieldsOf(payload))
  const urls = fieldReader(fieldsOf(objectAt(payload, "recording_urls")))
  const publicUrls = fieldReader(fieldsOf(objectAt(payload, "public_recording_urls")))
  return {
    status: "completed" as const,
    recording_url: readUrl(
      publicUrls("mp3", 2048) ?? publicUrls("wav", 2048) ?? urls("mp3", 2048) ?? urls("wav", 2048),
    ),
    recording_s: secondsBetween(
      Date.parse(read("recording_started_at") ?? ""),
      Date.parse(read("recording_ended_at") ?? ""),
    ),
  }
}

/** A normal end says nothing about an answer: whether the leg was bridged does. */
const HANGUP: ReadonlyMap<string, LegStatus> = new Map([
  ["originator_cancel", "canceled"],
  ["user_busy", "busy"],
  ["call_rejected", "busy"],
  ["timeout", "no_answer"],
  ["no_answer", "no_answer"],
  ["not_found", "failed"],
  ["unspecified", "failed"],
])

/** Telnyx writes the caller's number where no name is known. */
function callerName(name: string | undefined, from: string | undefined): string | undefined {
  return name === from ? undefined : name
}
