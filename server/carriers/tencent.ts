import type * as z from "zod"
import type { CallEvent, LegStatus } from "../../shared/call-event.js"
import { answerJson } from "./answer.js"
import type { Carrier, CarrierRequest } from "./carrier.js"
import { businessLeg, eventOf, readId } from "./event.js"
import { fieldReader, readTime, readUrl, recordClock, secondsBetween } from "./form.js"
import { readUnix } from "./fresh.js"
import { fieldsOf, objectAt, objectIn, readJson } from "./json.js"
import { BasicLogin, verifyBasic } from "./secret.js"
import { queryOf } from "./twilio-events.js"

/** What a site tells us of its Tencent contact centre: the login that is entered for its data push. */
export type TencentCredentials = z.infer<typeof BasicLogin>

/**
 * Tencent Cloud Contact Center (TCCC): the data push, under HTTP Basic, when a call is over. It asks nothing: where a
 * call goes is set in the contact centre.
 */
export const tencent: Carrier<TencentCredentials> = {
  name: "tencent",
  credentials: BasicLogin,
  events: ["push"],
  setup: {
    steps: [
      {
        event: "push",
        where: "Advanced features, Data push: call records and recordings, Basic authentication",
        method: "POST",
        types: ["cdr", "record"],
      },
    ],
    notes: ["Tencent puts ?action= behind the address itself. Where a call goes is set in the contact centre."],
  },
  verify: verifyBasic,
  parse: (_event, request) => parseTencent(request),
  render: () => answerJson({ ErrCode: 0, ErrMsg: "" }),
  acknowledge: () => answerJson({ ErrCode: 0, ErrMsg: "" }),
}

/** Tencent adds `?action=cdr` or `record` to the address. */
function parseTencent({ url, body, received_at }: CarrierRequest): readonly CallEvent[] {
  const root = objectIn(readJson(body))
  const read = fieldReader(fieldsOf(root))
  const call_key = readId(read("SessionId"))
  if (!call_key) return []
  const call = { carrier: tencent.name, call_key, to: read("Callee"), from: read("Caller") }
  const action = queryOf(url).get("action")
  if (action === "record") {
    const recording_url = readUrl(read("RecordURL", 2048))
    const details = { status: "completed" as const, recording_url }
    if (recording_url === undefined) return []
    const known = { ...call, to: undefined, from: undefined }
    return [eventOf(known, "recording", readId(read("RecordId")) ?? "", readTime(undefined, received_at), details)]
  }
  if (action !== "cdr" || read("Direction") !== "0") return []
  const [start, accepted, end] = ["StartTimestamp", "AcceptTimestamp", "EndedTimestamp"].map((name) =>
    readUnix(read(name)),
  )
  const clock = recordClock(end ?? Number.NaN, received_at)
  const said = read("EndStatusString") ?? ""
  // "ok" without an agent who picked up is a call that ended in the menu.
  const talk_s = said === "ok" ? secondsBetween(accepted ?? Number.NaN, end ?? Number.NaN) : undefined
  const status = talk_s === undefined ? (END_STATUS.get(said) ?? "failed") : "completed"
  const agent = fieldReader(fieldsOf(objectAt(root, "SeatUser")))("Phone")
  const duration_s = secondsBetween(start ?? Number.NaN, end ?? Number.NaN)
  return [
    eventOf(call, "ringing", "", clock(start ?? Number.NaN), { status: "ringing" }),
    eventOf(call, "ended", "b", clock(end ?? Number.NaN), { status, talk_s, ...businessLeg(undefined, agent) }),
    eventOf(call, "ended", "a", clock(end ?? Number.NaN), { status, duration_s }),
  ]
}

/** Tencent's table of end states for calls in; every other one is an error. */
const END_STATUS: ReadonlyMap<string, LegStatus> = new Map([
  ["ok", "no_answer"],
  ["ivrEnd", "no_answer"],
  ["seatGiveUp", "no_answer"],
  ["noSeatOnline", "no_answer"],
  ["notWorkTime", "no_answer"],
  ["ivrGiveUp", "canceled"],
  ["waitingGiveUp", "canceled"],
  ["ringingGiveUp", "canceled"],
])
