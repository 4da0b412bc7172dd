import { createHash, createHmac } from "node:crypto"
import { vonage } from "../../../server/carriers/vonage.js"
import { BUSINESS, CALLER, iso, jsonDraft, type Sample, SECRETS, type Sign, T0, TRACKING, unix } from "./sample.js"

const A = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"
const B = "bbbbbbbb-bbbb-cccc-dddd-0123456789ab"
const CONVERSATION = "CON-aaaaaaaa-bbbb-cccc-dddd-0123456789ab"
const digits = (number: string) => number.slice(1)

const voice = jsonDraft("voice", 0, {
  from: digits(CALLER),
  to: digits(TRACKING),
  uuid: A,
  conversation_uuid: CONVERSATION,
  region_url: "https://api-us-1.nexmo.com",
})

function caller(at: number, status: string, fields = {}) {
  const numbers = { from: digits(CALLER), to: digits(TRACKING) }
  const ids = { uuid: A, conversation_uuid: CONVERSATION, direction: "inbound" }
  return jsonDraft("event", at, { ...numbers, ...ids, status, timestamp: iso(at), ...fields })
}

function business(at: number, status: string, fields = {}) {
  const numbers = { from: digits(TRACKING), to: digits(BUSINESS) }
  const ids = { uuid: B, conversation_uuid: CONVERSATION, direction: "outbound" }
  return jsonDraft("event", at, { ...numbers, ...ids, status, timestamp: iso(at), ...fields })
}

function ended(from: number, to: number) {
  return {
    start_time: iso(from),
    end_time: iso(to),
    duration: String(Math.round(to - from)),
    rate: "0.01",
    network: "x",
  }
}

const recording = jsonDraft("recording", 80, {
  start_time: iso(9),
  end_time: iso(73),
  recording_url: "https://api.nexmo.com/v1/files/aaaaaaaa-bbbb-cccc-dddd-0123456789ff",
  recording_uuid: "aaaaaaaa-bbbb-cccc-dddd-0123456789fe",
  conversation_uuid: CONVERSATION,
  size: 12222,
  timestamp: iso(80),
})

export const APPLICATION = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"

/** A token as Vonage makes it; `claims` add to its own. */
export function vonageToken(body: string, iat: number, secret: string, claims: Record<string, unknown> = {}): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const payload_hash = createHash("sha256").update(body).digest("hex")
  const own = {
    iat,
    jti: "c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5",
    iss: "Vonage",
    payload_hash,
    application_id: APPLICATION,
  }
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ ...own, api_key: "a1b2c3d", ...claims })}`
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`
}

const signVonage: Sign = ({ at, body }, _url, secret) => ({
  headers: { authorization: `Bearer ${vonageToken(body, Math.floor(unix(at)), secret)}` },
})

const known = { to: TRACKING, from: CALLER }

export const vonageSample: Sample = {
  carrier: vonage,
  credentials: {
    signature_secret: SECRETS.current,
    signature_secrets: [SECRETS.further],
    application_id: APPLICATION,
  },
  secrets: SECRETS,
  sign: signVonage,
  covers: { address: false, body: true, window_s: 300 },
  calls: {
    answered: {
      drafts: [
        voice,
        caller(0.1, "started"),
        caller(0.2, "ringing"),
        caller(0.4, "answered", { start_time: null }),
        business(1, "started"),
        business(2, "ringing"),
        business(9, "answered"),
        business(74, "completed", ended(9, 74)),
        caller(75, "completed", ended(0.4, 75)),
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
        recording_url: "https://api.nexmo.com/v1/files/aaaaaaaa-bbbb-cccc-dddd-0123456789ff",
        recording_s: 64,
      },
    },
    missed: {
      drafts: [
        voice,
        caller(0.4, "answered"),
        business(1, "started"),
        business(2, "ringing"),
        business(31, "timeout"),
        caller(32, "completed", ended(0.4, 32)),
      ],
      record: { ...known, status: "missed", answered: false, talk_s: null, ended_at: T0 + 32_000 },
    },
    busy: {
      drafts: [
        voice,
        caller(0.4, "answered"),
        business(1, "started"),
        business(3, "busy"),
        caller(4, "completed", ended(0.4, 4)),
      ],
      record: { ...known, status: "busy", answered: false },
    },
    abandoned: {
      drafts: [
        voice,
        caller(0.4, "answered"),
        business(1, "started"),
        business(2, "ringing"),
        business(8, "cancelled"),
        caller(8, "completed", ended(0.4, 8)),
      ],
      record: { ...known, status: "abandoned", answered: false },
    },
  },
  refused: [
    {},
    { signature_secret: "short" },
    { signature_secret: SECRETS.current, application_id: "nobody" },
    { signature_secret: SECRETS.current, signature_secrets: Array(5).fill(SECRETS.further) },
  ],
}
