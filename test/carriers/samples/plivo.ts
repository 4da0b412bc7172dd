import { createHmac } from "node:crypto"
import { plivo } from "../../../server/carriers/plivo.js"
import { BUSINESS, CALLER, formDraft, type Sample, SECRETS, type Sign, T0, TRACKING } from "./sample.js"

const A = "4e2b2f32-7f5e-11f1-9a3f-0242ac110002"
const B = "5f1d6c1a-7f5e-11f1-9a3f-0242ac110002"
const digits = (number: string) => number.slice(1)

const CALL = { CallUUID: A, From: digits(CALLER), To: digits(TRACKING), Direction: "inbound", BillRate: "0.0055" }
const voice = formDraft("voice", 0, { ...CALL, CallStatus: "ringing", Event: "StartApp", CallerName: "Jane & Söhne" })

function leg(at: number, action: string, fields: Record<string, string> = {}) {
  return formDraft("leg", at, {
    DialAction: action,
    DialBLegStatus: action === "hangup" ? "hangup" : "answer",
    DialALegUUID: A,
    DialBLegUUID: B,
    DialBLegFrom: digits(CALLER),
    DialBLegTo: digits(BUSINESS),
    CallUUID: A,
    ...fields,
  })
}

function dial(at: number, status: string, cause: string, bLeg = B) {
  return formDraft("dial", at, {
    ...CALL,
    DialRingStatus: "true",
    DialStatus: status,
    DialHangupCause: cause,
    DialALegUUID: A,
    DialBLegUUID: bLeg,
  })
}

function hangup(at: number, duration: number, cause = "NORMAL_CLEARING") {
  return formDraft("status", at, {
    ...CALL,
    CallStatus: "completed",
    Event: "Hangup",
    Duration: String(duration),
    BillDuration: String(60 * Math.ceil(duration / 60)),
    HangupCause: cause,
    HangupSource: "Caller",
  })
}

const recording = formDraft("recording", 80, {
  RecordUrl: "https://media.plivo.com/v1/Account/MA0/Recording/r1.mp3",
  RecordingID: "c2186400-1111-11f1-9a3f-0242ac110002",
  RecordingDuration: "64",
  RecordingDurationMs: "64120",
  RecordingStartMs: String(T0 + 9000),
  RecordingEndMs: String(T0 + 73_120),
  CallUUID: A,
  From: digits(CALLER),
  To: digits(TRACKING),
})

/** Version 3, as the vendor's own packages write it down. */
export const signPlivo: Sign = ({ body }, url, token) => {
  const nonce = "05429567804466091622"
  const sorted = (fields: URLSearchParams, join: string) =>
    [...fields].map((pair) => pair.join(join)).sort((a, b) => (a < b ? -1 : 1))
  const { origin, pathname, searchParams } = new URL(url)
  const query = sorted(searchParams, "=").join("&")
  const fields = sorted(new URLSearchParams(body), "").join("")
  const mark = query || fields ? "?" : ""
  const signed = `${origin}${pathname}${mark}${query}${query && fields && "."}${fields}.${nonce}`
  const signature = createHmac("sha256", token).update(signed).digest("base64")
  return { headers: { "x-plivo-signature-v3": signature, "x-plivo-signature-v3-nonce": nonce } }
}

const known = { to: TRACKING, from: CALLER }

export const plivoSample: Sample = {
  carrier: plivo,
  credentials: {
    auth_id: "MAXXXXXXXXXXXXXXXXXX",
    auth_token: SECRETS.current,
    auth_tokens: [SECRETS.further],
  },
  secrets: SECRETS,
  sign: signPlivo,
  covers: { address: true, body: true, window_s: null },
  calls: {
    answered: {
      drafts: [
        voice,
        leg(9, "answer"),
        leg(9.2, "connected"),
        leg(74, "hangup", {
          DialBLegDuration: "65",
          DialBLegBillDuration: "120",
          DialBLegHangupCause: "NORMAL_CLEARING",
        }),
        dial(74.3, "completed", "NORMAL_CLEARING"),
        hangup(75, 75),
        recording,
      ],
      record: {
        ...known,
        status: "completed",
        answered: true,
        started_at: T0,
        answered_at: T0 + 9000,
        ended_at: T0 + 75_000,
        talk_s: 65,
        duration_s: 75,
        forwarded_to: BUSINESS,
        caller_name: "Jane & Söhne",
        recording_url: "https://media.plivo.com/v1/Account/MA0/Recording/r1.mp3",
        recording_s: 64,
      },
    },
    missed: {
      drafts: [voice, dial(31, "no-answer", "NO_ANSWER", ""), hangup(32, 32)],
      record: { ...known, status: "missed", answered: false, talk_s: null, ended_at: T0 + 32_000 },
    },
    busy: {
      drafts: [voice, dial(3, "busy", "USER_BUSY", ""), hangup(4, 4)],
      record: { ...known, status: "busy", answered: false },
    },
    abandoned: {
      drafts: [
        voice,
        leg(8, "hangup", { DialBLegDuration: "0", DialBLegHangupCause: "ORIGINATOR_CANCEL" }),
        hangup(8, 8),
      ],
      record: { ...known, status: "abandoned", answered: false, talk_s: null },
    },
  },
  refused: [
    { auth_id: "MAXXXXXXXXXXXXXXXXXX" },
    { auth_id: "x", auth_token: SECRETS.current },
    { auth_id: "MAXXXXXXXXXXXXXXXXXX", auth_token: "" },
  ],
}
