import { infobip } from "../../../server/carriers/infobip.js"
import { BUSINESS, basicAuth, CALLER, iso, jsonDraft, type Sample, SECRETS, T0, TRACKING } from "./sample.js"

const A = "d8d84155-3831-43fb-91c9-bb897149a79d"
const B = "e9e95266-4942-44ac-a2da-cca98a5ab8ae"

function leg(id: string) {
  return id === A
    ? { from: CALLER.slice(1), to: TRACKING.slice(1), direction: "INBOUND", parentCallId: null }
    : { from: CALLER.slice(1), to: BUSINESS.slice(1), direction: "OUTBOUND", parentCallId: A }
}

function event(at: number, type: string, id: string, state: string) {
  const call = { id, ...leg(id), state, endpoint: { type: "PHONE", phoneNumber: leg(id).from } }
  return jsonDraft("voice", at, { type, callId: id, timestamp: iso(at), properties: { call } })
}

function over(at: number, id: string, state: string, answered?: number, type = "CALL_FINISHED") {
  const callLog = {
    callId: id,
    ...leg(id),
    state,
    startTime: iso(id === A ? 0 : 1),
    answerTime: answered === undefined ? null : iso(answered),
    endTime: iso(at),
    ringDuration: 7,
    duration: answered === undefined ? 0 : Math.round(at - answered),
    errorCode: { id: 10000, name: "NORMAL_HANGUP", description: "x" },
  }
  return jsonDraft("voice", at, { type, callId: id, timestamp: iso(at), properties: { callLog } })
}

const voice = event(0, "CALL_RECEIVED", A, "RINGING")
const known = { to: TRACKING, from: CALLER, forwarded_to: BUSINESS }

export const infobipSample: Sample = {
  carrier: infobip,
  credentials: { username: "ringtrail", password: SECRETS.current, passwords: [SECRETS.further] },
  secrets: SECRETS,
  sign: basicAuth,
  covers: { address: false, body: false, window_s: null },
  calls: {
    answered: {
      drafts: [
        voice,
        event(0.5, "CALL_ESTABLISHED", A, "ESTABLISHED"),
        event(2, "CALL_RINGING", B, "RINGING"),
        event(9, "CALL_ESTABLISHED", B, "ESTABLISHED"),
        over(74, B, "FINISHED", 9),
        over(75, A, "FINISHED", 0.5),
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
      },
    },
    missed: {
      drafts: [
        voice,
        event(2, "CALL_RINGING", B, "RINGING"),
        over(31, B, "NO_ANSWER", undefined, "CALL_FAILED"),
        over(32, A, "FINISHED", 0.5),
      ],
      record: { ...known, status: "missed", answered: false, talk_s: null },
    },
    busy: {
      drafts: [voice, over(3, B, "BUSY", undefined, "CALL_FAILED"), over(4, A, "FINISHED", 0.5)],
      record: { ...known, status: "busy", answered: false },
    },
    abandoned: {
      drafts: [
        voice,
        event(2, "CALL_RINGING", B, "RINGING"),
        over(8, B, "CANCELLED", undefined, "CALL_FAILED"),
        over(8, A, "FINISHED"),
      ],
      record: { ...known, status: "abandoned", answered: false },
    },
  },
  routedElsewhere: true,
  refused: [{}, { username: "a", password: "short" }],
}
