import type * as z from "zod"
import type { CallEvent, LegStatus } from "../../shared/call-event.js"
import { answerJson } from "./answer.js"
import type { Carrier, CarrierRequest } from "./carrier.js"
import { businessLeg, eventOf, readId } from "./event.js"
import { believe, fieldReader, readUrl, recordClock, secondsBetween } from "./form.js"
import { fieldsOf, objectIn, readJson } from "./json.js"
import { AddressSecret, verifyAddress } from "./secret.js"
import { SECRET_QUERY } from "./setup.js"

/** What a site tells us of its Aliyun number protection: the secret that stands in the addresses of its receipts. */
export type AliyunCredentials = z.infer<typeof AddressSecret>

/** Our paths, and Aliyun's kinds of receipts. */
const RECEIPTS = [
  ["start", "SecretStartReport"],
  ["ring", "SecretRingReport"],
  ["pickup", "SecretPickUpReport"],
  ["report", "SecretReport"],
  ["recording", "SecretRecording"],
] as const

/**
 * Aliyun number protection (隐私号): batches of receipts by HTTP push, one address for each kind, with `?secret=` in it.
 * Nothing is signed and nothing is asked: the business is the number A of a binding, the tracking number its X. A push
 * has to be answered within 700 ms.
 */
export const aliyun: Carrier<AliyunCredentials> = {
  name: "aliyun",
  credentials: AddressSecret,
  events: ["start", "ring", "pickup", "report", "recording"],
  setup: {
    steps: RECEIPTS.map(([event, type]) => ({
      event,
      where: "Number protection, Message receipts, HTTP batch push",
      method: "POST" as const,
      suffix: SECRET_QUERY,
      types: [type],
    })),
    notes: [
      "Nothing is signed: put your secret into the addresses, and keep them to yourself.",
      "Aliyun waits 700 ms for an answer: the server should be near it.",
    ],
  },
  verify: verifyAddress,
  parse: parseAliyun,
  render: () => answerJson(RECEIVED),
  acknowledge: () => answerJson(RECEIVED),
}

const RECEIVED = { code: 0, msg: "success" }
/** Receipts of one push that are read; the body's limit would allow a thousand. */
const BATCH = 500

function parseAliyun(event: string, { body, received_at }: CarrierRequest): readonly CallEvent[] {
  const receipts = readJson(body)
  if (!Array.isArray(receipts)) return []
  return receipts.slice(0, BATCH).flatMap((receipt) => parseReceipt(event, receipt, received_at))
}

/** A caller is the B of a call to A (`call_type` 1); the others are A's own calls out, and messages. */
function parseReceipt(event: string, receipt: unknown, received_at: number): readonly CallEvent[] {
  const read = fieldReader(fieldsOf(objectIn(receipt)))
  const call_key = readId(read("call_id"))
  const type = read("call_type")
  if (!call_key || (type !== "1" && type !== "4")) return []
  const call = { carrier: aliyun.name, call_key, to: read("secret_no"), from: read("peer_no") }
  const business = businessLeg(undefined, read("phone_no"))
  const at = (name: string) => readBeijing(read(name))
  switch (event) {
    case "start":
      return [eventOf(call, "ringing", "", believe(at("call_time"), received_at), { status: "ringing" })]
    case "ring":
      return [eventOf(call, "ringing", "b", believe(at("ring_time"), received_at), { status: "ringing", ...business })]
    case "pickup":
      return [
        eventOf(call, "answered", "", believe(at("start_time"), received_at), { status: "in_progress", ...business }),
      ]
    case "report": {
      const end = at("release_time")
      const clock = recordClock(end, received_at)
      const talk_s = secondsBetween(at("start_time"), end) || undefined
      const status = talk_s === undefined ? unanswered(read) : "completed"
      const recording_url = readUrl(read("record_url", 2048))
      return [
        eventOf(call, "ringing", "report", clock(at("call_time")), { status: "ringing" }),
        eventOf(call, "ended", "b", clock(end), { status, talk_s, ...business }),
        eventOf(call, "ended", "a", clock(end), { status, duration_s: secondsBetween(at("call_time"), end) }),
        ...(recording_url === undefined || talk_s === undefined
          ? []
          : [eventOf(call, "recording", "", clock(end), { status: "completed", recording_url, recording_s: talk_s })]),
      ]
    }
    default:
      return []
  }
}

/** Who or what kept the call from being answered: the platform, Q.850's "user busy", or the caller's own end. */
function unanswered(read: (name: string) => string | undefined): LegStatus {
  if ((read("unconnected_cause") ?? "0") !== "0" || read("call_type") === "4") return "failed"
  if (read("release_cause") === "17") return "busy"
  return read("release_dir") === "1" ? "canceled" : "no_answer"
}

/** A local time in Beijing, which has kept UTC+8 all year since 1991; NaN for any other text. */
function readBeijing(text: string | undefined): number {
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text ?? "")
    ? Date.parse(`${text?.replace(" ", "T")}+08:00`)
    : Number.NaN
}
