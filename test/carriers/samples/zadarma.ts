import { createHmac } from "node:crypto"
import { zadarma } from "../../../server/carriers/zadarma.js"
import { BUSINESS, CALLER, formDraft, type Sample, SECRETS, type Sign, T0, TRACKING } from "./sample.js"

const CALL = "in_ae6b03b3b0765d127ec0b739209346bbc4f0d52d"
const digits = (number: string) => number.slice(1)
// The account's zone is Moscow's.
const common = { call_start: "2026-11-21 13:00:00", pbx_call_id: CALL, caller_id: CALLER, called_did: digits(TRACKING) }

const start = formDraft("voice", 0, { event: "NOTIFY_START", ...common })
const internal = formDraft("voice", 1, { event: "NOTIFY_INTERNAL", ...common, internal: "100" })
const answer = formDraft("voice", 9, {
  event: "NOTIFY_ANSWER",
  caller_id: CALLER,
  destination: digits(BUSINESS),
  call_start: common.call_start,
  pbx_call_id: CALL,
  internal: "100",
})
const end = (at: number, disposition: string, duration: number) =>
  formDraft("voice", at, {
    event: "NOTIFY_END",
    ...common,
    internal: "100",
    duration: String(duration),
    disposition,
    status_code: "16",
    is_recorded: "1",
    call_id_with_rec: "1458832388.4162472",
  })
const record = formDraft("voice", 80, {
  event: "NOTIFY_RECORD",
  call_id_with_rec: "1458832388.4162472",
  pbx_call_id: CALL,
})

const FIELDS: Record<string, string[]> = {
  NOTIFY_ANSWER: ["caller_id", "destination", "call_start"],
  NOTIFY_RECORD: ["pbx_call_id", "call_id_with_rec"],
}

const signZadarma: Sign = ({ body }, _url, secret) => {
  const form = new URLSearchParams(body)
  const names = FIELDS[form.get("event") ?? ""] ?? ["caller_id", "called_did", "call_start"]
  const hex = createHmac("sha1", secret)
    .update(names.map((name) => form.get(name)).join(""))
    .digest("hex")
  return { headers: { signature: Buffer.from(hex).toString("base64") } }
}

const known = { to: TRACKING, from: CALLER }

export const zadarmaSample: Sample = {
  carrier: zadarma,
  credentials: {
    api_secret: SECRETS.current.slice(0, 20),
    api_secrets: [SECRETS.further.slice(0, 20)],
    extension: "100",
  },
  secrets: {
    current: SECRETS.current.slice(0, 20),
    further: SECRETS.further.slice(0, 20),
    foreign: SECRETS.foreign.slice(0, 20),
  },
  sign: signZadarma,
  covers: { address: false, body: false, window_s: 38 * 3600 },
  calls: {
    answered: {
      drafts: [start, internal, answer, end(75, "answered", 65), record],
      record: {
        ...known,
        status: "completed",
        answered: true,
        answered_at: T0 + 9000,
        ended_at: T0 + 75_000,
        talk_s: 65,
        forwarded_to: digits(BUSINESS),
      },
    },
    missed: {
      drafts: [start, internal, end(31, "no answer", 0)],
      record: { ...known, status: "missed", answered: false },
    },
    busy: { drafts: [start, internal, end(3, "busy", 0)], record: { ...known, status: "busy", answered: false } },
    failed: { drafts: [start, end(1, "no money", 0)], record: { ...known, status: "failed", answered: false } },
    abandoned: {
      drafts: [start, internal, end(8, "cancel", 0)],
      record: { ...known, status: "abandoned", answered: false, talk_s: null },
    },
  },
  refused: [{}, { api_secret: "" }, { api_secret: SECRETS.current, extension: "+1" }],
}
