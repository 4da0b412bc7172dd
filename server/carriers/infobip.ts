import type * as z from "zod"
import type { CallEvent, LegStatus } from "../../shared/call-event.js"
import { EMPTY } from "./answer.js"
import type { Carrier, CarrierRequest } from "./carrier.js"
import { businessLeg, eventOf, readId } from "./event.js"
import { fieldReader, readSeconds, readTime, secondsBetween, withPlus } from "./form.js"
import { fieldsOf, objectAt, objectIn, readJson } from "./json.js"
import { BasicLogin, verifyBasic } from "./secret.js"

/** What a site tells us of its Infobip account: the login of the subscription's notification profile. */
export type InfobipCredentials = z.infer<typeof BasicLogin>

/**
 * Infobip Calls: JSON events under HTTP Basic; the answer to them is empty, because calls are routed by REST commands, in
 * the application that sends them or in Infobip's own call routing. A profile with HMAC instead of Basic is not read: its
 * header is not documented.
 */
export const infobip: Carrier<InfobipCredentials> = {
  name: "infobip",
  credentials: BasicLogin,
  events: ["voice"],
  setup: {
    steps: [
      {
        event: "voice",
        where:
          "Subscriptions management, a subscription to VOICE_VIDEO: webhook URL, with a BASIC security configuration",
        method: "POST",
        types: ["CALL_RECEIVED", "CALL_RINGING", "CALL_ESTABLISHED", "CALL_FINISHED", "CALL_FAILED"],
      },
    ],
    notes: [
      "Infobip sends all types to one address. Where a call goes is set in Infobip's own call routing, or by your program.",
    ],
  },
  verify: verifyBasic,
  nameEvent: () => "status",
  parse: (_event, request) => parseInfobip(request),
  render: () => EMPTY,
  acknowledge: () => EMPTY,
}

function parseInfobip({ body, received_at }: CarrierRequest): readonly CallEvent[] {
  const root = objectIn(readJson(body))
  const read = fieldReader(fieldsOf(root))
  const type = read("type") ?? ""
  const leg = fieldReader(
    fieldsOf(objectAt(root, "properties", type === "CALL_RECEIVED" || !OVER.has(type) ? "call" : "callLog")),
  )
  const id = readId(read("callId"))
  if (!id) return []
  const parent = readId(leg("parentCallId"))
  const call = { carrier: infobip.name, call_key: parent ?? id, to: withPlus(leg("to")), from: withPlus(leg("from")) }
  const time = readTime(read("timestamp"), received_at)
  if (type === "CALL_RECEIVED") {
    if (parent || leg("direction") === "OUTBOUND") return []
    return [eventOf(call, "ringing", "", { occurred_at: received_at, timestamped: false }, { status: "ringing" })]
  }
  if (!parent && leg("direction") === "OUTBOUND") return []
  const business = parent ? businessLeg(id, call.to) : {}
  if (type === "CALL_RINGING")
    return [eventOf(call, "ringing", `${id}:ringing`, time, { status: "ringing", ...business })]
  if (type === "CALL_ESTABLISHED") return [eventOf(call, "answered", id, time, { status: "in_progress", ...business })]
  if (!OVER.has(type)) return []
  const answered = Date.parse(leg("answerTime") ?? "")
  const ended = Date.parse(leg("endTime") ?? "")
  const status = answered > 0 ? "completed" : (STATE.get(leg("state") ?? "") ?? "failed")
  const duration_s = readSeconds(leg("duration"))
  const talk_s = parent && status === "completed" ? (secondsBetween(answered, ended) ?? duration_s) : undefined
  return [eventOf(call, "ended", id, time, { status, duration_s, ...business, talk_s })]
}

const OVER: ReadonlySet<string> = new Set(["CALL_FINISHED", "CALL_FAILED"])
const STATE: ReadonlyMap<string, LegStatus> = new Map([
  ["FINISHED", "canceled"],
  ["CANCELLED", "canceled"],
  ["NO_ANSWER", "no_answer"],
  ["BUSY", "busy"],
  ["FAILED", "failed"],
])
