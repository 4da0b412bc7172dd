import { createHmac } from "node:crypto"
import { jambonz } from "../../../server/carriers/jambonz.js"
import { BUSINESS, CALLER, jsonDraft, type Sample, SECRETS, type Sign, T0, TRACKING, unix } from "./sample.js"

const A = "7d0dcf04-4fd8-4a4c-9d1c-1d0d9a2d8d11"
const B = "8e1ed015-50e9-4b5d-8e2d-2e1eab3e9e22"
const ACCOUNT = {
  account_sid: "9351f46a-678c-43f5-b8a6-d4eb58d131af",
  application_sid: "0e0681b0-d49f-4fb8-b973-b5a3c6758de1",
}

const inbound = { call_sid: A, ...ACCOUNT, direction: "inbound", from: CALLER, to: TRACKING, call_id: "a@sbc" }
const outbound = {
  call_sid: B,
  parent_call_sid: A,
  ...ACCOUNT,
  direction: "outbound",
  from: CALLER,
  to: BUSINESS,
  call_id: "b@sbc",
}

export const voice = jsonDraft("voice", 0, { ...inbound, call_status: "trying", sip_status: 100, caller_name: "Jane" })

function caller(at: number, call_status: string, sip_status: number, duration?: number) {
  return jsonDraft("status", at, { ...inbound, call_status, sip_status, duration })
}

function business(at: number, call_status: string, sip_status: number, duration?: number) {
  return jsonDraft("status", at, { ...outbound, call_status, sip_status, duration })
}

function dial(at: number, dial_call_status: string, dial_sip_status: number) {
  return jsonDraft("dial", at, {
    ...inbound,
    call_status: "in-progress",
    dial_call_sid: B,
    dial_call_status,
    dial_sip_status,
  })
}

export function signJambonzBody(time: number, body: string | Uint8Array, secret: string): string {
  return `t=${time},v1=${createHmac("sha256", secret).update(`${time}.`).update(body).digest("hex")}`
}

const signJambonz: Sign = ({ at, body }, _url, secret) => ({
  headers: { "jambonz-signature": signJambonzBody(Math.floor(unix(at)), body, secret) },
})

const known = { to: TRACKING, from: CALLER, caller_name: "Jane" }

export const jambonzSample: Sample = {
  carrier: jambonz,
  credentials: { webhook_secret: `wh_secret_${SECRETS.current}`, webhook_secrets: [`wh_secret_${SECRETS.further}`] },
  secrets: {
    current: `wh_secret_${SECRETS.current}`,
    further: `wh_secret_${SECRETS.further}`,
    foreign: `wh_secret_${SECRETS.foreign}`,
  },
  sign: signJambonz,
  covers: { address: false, body: true, window_s: 300 },
  calls: {
    answered: {
      drafts: [
        voice,
        caller(0.1, "trying", 100),
        business(1, "trying", 100),
        business(2, "ringing", 180),
        business(9, "in-progress", 200),
        caller(9, "in-progress", 200),
        business(74, "completed", 200, 65),
        dial(74.3, "completed", 200),
        caller(75, "completed", 200, 66),
      ],
      record: {
        ...known,
        status: "completed",
        answered: true,
        answered_at: T0 + 9000,
        ended_at: T0 + 75_000,
        talk_s: 65,
        duration_s: 66,
        forwarded_to: BUSINESS,
      },
    },
    missed: {
      drafts: [
        voice,
        business(1, "trying", 100),
        business(2, "ringing", 180),
        business(31, "no-answer", 487),
        dial(31.3, "no-answer", 487),
        caller(32, "failed", 480, 0),
      ],
      record: { ...known, status: "missed", answered: false, talk_s: null },
    },
    busy: {
      drafts: [
        voice,
        business(1, "trying", 100),
        business(3, "busy", 486),
        dial(3.2, "busy", 486),
        caller(4, "failed", 486, 0),
      ],
      record: { ...known, status: "busy", answered: false },
    },
    abandoned: {
      drafts: [
        voice,
        business(1, "trying", 100),
        business(2, "ringing", 180),
        business(8, "no-answer", 487),
        caller(8, "no-answer", 487, 0),
      ],
      record: { ...known, status: "abandoned", answered: false },
    },
  },
  refused: [{}, { webhook_secret: "" }, { webhook_secret: SECRETS.current, secret: "x" }],
}
