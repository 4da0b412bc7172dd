import { createHash } from "node:crypto"
import { mango } from "../../../server/carriers/mango.js"
import {
  BUSINESS,
  CALLER,
  type Draft,
  formDraft,
  type Sample,
  SECRETS,
  type Sign,
  T0,
  TRACKING,
  unix,
} from "./sample.js"

const ENTRY = "MTIzNDU2Nzg5Og=="
const LEG = "MToxMDAwNjQ4NzoxMToxMjM0NTY3ODk="
const KEY = "a5b7c9d1e3f5a5b7c9d1e3f5a5b7c9d1"
const digits = (number: string) => number.slice(1)

function form(event: string, at: number, value: unknown): Draft {
  return formDraft(event, at, { vpbx_api_key: KEY, json: JSON.stringify(value) })
}

function state(at: number, seq: number, call_state: string, location: string, fields = {}) {
  return form("events/call", at, {
    entry_id: ENTRY,
    call_id: location === "abonent" ? LEG : "MToxMDAwNjQ4NzoxMDoxMjM0NTY3ODg=",
    timestamp: unix(at),
    seq,
    call_state,
    location,
    from: { number: digits(CALLER) },
    to:
      location === "abonent"
        ? { extension: "101", number: digits(BUSINESS), line_number: digits(TRACKING) }
        : { line_number: digits(TRACKING) },
    ...fields,
  })
}

function summary(talked: number | undefined, ended: number) {
  return form("events/summary", ended + 1, {
    entry_id: ENTRY,
    call_direction: 1,
    from: { number: digits(CALLER) },
    to: { extension: "101", number: digits(BUSINESS) },
    line_number: digits(TRACKING),
    create_time: unix(0),
    forward_time: unix(1),
    talk_time: talked === undefined ? 0 : unix(talked),
    end_time: unix(ended),
    entry_result: talked === undefined ? 0 : 1,
    disconnect_reason: 1110,
  })
}

const menu = state(0, 1, "Appeared", "ivr")
const rings = state(2, 1, "Appeared", "abonent")

const signMango: Sign = ({ body }, _url, salt) => {
  const fields = new URLSearchParams(body)
  fields.set(
    "sign",
    createHash("sha256")
      .update(`${KEY}${fields.get("json")}${salt}`)
      .digest("hex"),
  )
  return { body: fields.toString() }
}

const known = { to: digits(TRACKING), from: digits(CALLER), forwarded_to: digits(BUSINESS) }

export const mangoSample: Sample = {
  carrier: mango,
  credentials: { api_key: KEY, api_salt: SECRETS.current, api_salts: [SECRETS.further] },
  secrets: SECRETS,
  sign: signMango,
  covers: { address: false, body: false, window_s: 3600 },
  calls: {
    answered: {
      drafts: [
        menu,
        state(1.5, 2, "Connected", "ivr"),
        rings,
        state(9, 2, "Connected", "abonent"),
        state(74, 3, "Disconnected", "abonent", { disconnect_reason: 1110 }),
        summary(9, 74),
      ],
      record: {
        ...known,
        status: "completed",
        answered: true,
        started_at: T0,
        answered_at: T0 + 9000,
        ended_at: T0 + 74_000,
        talk_s: 65,
        duration_s: 74,
      },
    },
    missed: {
      drafts: [rings, state(31, 2, "Disconnected", "abonent", { disconnect_reason: 1131 }), summary(undefined, 31)],
      record: { ...known, status: "missed", answered: false, talk_s: null },
    },
    busy: {
      drafts: [rings, state(3, 2, "Disconnected", "abonent", { disconnect_reason: 1121 })],
      record: { ...known, status: "busy", answered: false },
    },
    abandoned: {
      drafts: [rings, state(8, 2, "Disconnected", "abonent", { disconnect_reason: 1110 }), summary(undefined, 8)],
      record: { ...known, status: "abandoned", answered: false },
    },
    "summary only": {
      drafts: [summary(9, 74)],
      record: { ...known, status: "completed", answered: true, started_at: T0, talk_s: 65, answered_at: T0 + 9000 },
    },
  },
  routedElsewhere: true,
  refused: [{}, { api_key: KEY }, { api_key: KEY, api_salt: "" }],
}
