import { createHash, createHmac } from "node:crypto"
import { pbx } from "../../../server/carriers/pbx.js"
import { BUSINESS, CALLER, iso, jsonDraft, type Sample, type Sign, T0, TRACKING, unix } from "./sample.js"

const CALL = { call: "1795255200.42", from: CALLER, to: TRACKING }

const voice = jsonDraft("voice", 0, { ...CALL, name: "Jane", forwarded_from: "+12025550111" })

function state(at: number, state: string, fields = {}) {
  return jsonDraft("status", at, { ...CALL, state, forwarded_to: BUSINESS, at: iso(at), ...fields })
}

const recording = jsonDraft("recording", 80, { ...CALL, url: "https://pbx.example/42.wav", recording_s: 64 })

/** Three secrets of 24 bytes. */
const SECRETS = {
  current: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  further: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
  foreign: "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4",
}

export function signWebhook(id: string, time: number, body: string | Uint8Array, secret: string): string {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64")
  return `v1,${createHmac("sha256", key).update(`${id}.${time}.`).update(body).digest("base64")}`
}

// A repetition of a message has its id again, and a new time.
const signPbx: Sign = ({ at, body }, _url, secret) => {
  const id = `msg_${createHash("sha256").update(body).digest("hex").slice(0, 24)}`
  const time = Math.floor(unix(at))
  return {
    headers: {
      "webhook-id": id,
      "webhook-timestamp": String(time),
      "webhook-signature": signWebhook(id, time, body, secret),
    },
  }
}

const known = {
  to: TRACKING,
  from: CALLER,
  caller_name: "Jane",
  forwarded_from: "+12025550111",
  forwarded_to: BUSINESS,
}

export const pbxSample: Sample = {
  carrier: pbx,
  credentials: { secret: SECRETS.current, secrets: [SECRETS.further] },
  secrets: SECRETS,
  sign: signPbx,
  covers: { address: false, body: true, window_s: 300 },
  calls: {
    answered: {
      drafts: [
        voice,
        state(2, "ringing"),
        state(9, "answered"),
        state(75, "completed", { talk_s: 65, duration_s: 75 }),
        recording,
      ],
      record: {
        ...known,
        status: "completed",
        answered: true,
        answered_at: T0 + 9000,
        ended_at: T0 + 75_000,
        talk_s: 65,
        duration_s: 75,
        recording_url: "https://pbx.example/42.wav",
        recording_s: 64,
      },
    },
    missed: {
      drafts: [voice, state(2, "ringing"), state(32, "no_answer", { duration_s: 32 })],
      record: { ...known, status: "missed", answered: false, talk_s: null, duration_s: 32 },
    },
    busy: { drafts: [voice, state(3, "busy")], record: { ...known, status: "busy", answered: false } },
    failed: { drafts: [voice, state(3, "failed")], record: { ...known, status: "failed", answered: false } },
    abandoned: {
      drafts: [voice, state(2, "ringing"), state(8, "canceled", { duration_s: 8 })],
      record: { ...known, status: "abandoned", answered: false },
    },
    "two phones ring": {
      drafts: [
        voice,
        state(1, "ringing", { leg: "1" }),
        state(1, "ringing", { leg: "2" }),
        state(7, "answered", { leg: "2" }),
        state(7, "canceled", { leg: "1" }),
        state(20, "completed", { leg: "2", talk_s: 13 }),
      ],
      record: { ...known, status: "completed", answered: true, talk_s: 13, ended_at: T0 + 20_000 },
    },
    "talk time from two times": {
      drafts: [voice, state(20, "completed", { answered_at: iso(7) })],
      record: { status: "completed", talk_s: 13 },
    },
  },
  refused: [
    {},
    { secret: "" },
    { secret: "whsec_" },
    { secret: "whsec_c2hvcnQ=" },
    { secret: "whpk_c2hvcnQ=" },
    { secret: SECRETS.current, key: "x" },
  ],
}
