import { createHmac, createPrivateKey, sign as signBytes } from "node:crypto"
import { signalwire } from "../../../server/carriers/signalwire.js"
import { telnyxTexml } from "../../../server/carriers/telnyx-texml.js"
import { twilio } from "../../../server/carriers/twilio.js"
import { CALLS } from "../twilio-calls.js"
import { formDraft, type Sample, type SampleCall, SECRETS, type Sign, unix } from "./sample.js"

// Twilio, and SignalWire and Telnyx TeXML, which send what Twilio sends; Telnyx writes its times as ISO 8601 and its ids with colons.

function callsOf(change: (fields: Record<string, string>) => Record<string, string>): Record<string, SampleCall> {
  const talk = { answered: true, talk_s: 65, duration_s: 66 }
  const none = { answered: false, talk_s: null }
  const records = {
    answered: { status: "completed", ...talk },
    missed: { status: "missed", ...none },
    busy: { status: "busy", ...none },
    failed: { status: "failed", ...none },
    abandoned: { status: "abandoned", ...none },
  } as const
  return Object.fromEntries(
    Object.entries(CALLS).map(([name, reports]) => [
      name,
      {
        drafts: reports.map(({ event, at, fields }) => formDraft(event, at, change(fields))),
        record: records[name as keyof typeof records],
      },
    ]),
  )
}

/** Names sorted, each with its values sorted and once. */
const signTwilio: Sign = ({ body }, url, token) => {
  const fields = [...new URLSearchParams(body)]
  const names = [...new Set(fields.map(([name]) => name))].sort()
  const text = names.flatMap((wanted) => {
    const values = new Set(fields.filter(([name]) => name === wanted).map(([, value]) => value))
    return [...values].sort().map((value) => wanted + value)
  })
  const signature = createHmac("sha1", token)
    .update(url + text.join(""), "utf8")
    .digest("base64")
  return { headers: { "x-twilio-signature": signature } }
}

const TWILIO_ACCOUNT = `AC${"0".repeat(32)}`

export const twilioSample: Sample = {
  carrier: twilio,
  credentials: { account_sid: TWILIO_ACCOUNT, auth_token: SECRETS.current, auth_tokens: [SECRETS.further] },
  secrets: SECRETS,
  sign: signTwilio,
  covers: { address: true, body: true, window_s: null },
  calls: callsOf((fields) => fields),
  refused: [
    { account_sid: TWILIO_ACCOUNT, auth_token: "" },
    { account_sid: "SK0123", auth_token: SECRETS.current },
    { account_sid: TWILIO_ACCOUNT },
  ],
}

const signSignalwire: Sign = ({ body }, url, key) => {
  const fields = [...new URLSearchParams(body)]
  const names = [...new Set(fields.map(([name]) => name))].sort()
  const text = names.map((wanted) =>
    fields
      .filter(([name]) => name === wanted)
      .map(([name, value]) => name + value)
      .join(""),
  )
  const signature = createHmac("sha1", key)
    .update(url + text.join(""), "utf8")
    .digest("base64")
  return { headers: { "x-signalwire-signature": signature } }
}

export const signalwireSample: Sample = {
  carrier: signalwire,
  credentials: { signing_key: SECRETS.current, signing_keys: [SECRETS.further] },
  secrets: SECRETS,
  sign: signSignalwire,
  covers: { address: true, body: true, window_s: null },
  calls: callsOf((fields) => fields),
  refused: [{ signing_key: "" }, { signing_key: "short" }, { signing_key: SECRETS.current, token: "x" }],
}

export function signTelnyxBody(timestamp: string, body: string | Uint8Array, key: string): string {
  const bytes = Buffer.concat([Buffer.from(`${timestamp}|`), Buffer.from(body)])
  return signBytes(
    null,
    bytes,
    createPrivateKey({ key: Buffer.from(key, "base64"), format: "der", type: "pkcs8" }),
  ).toString("base64")
}

export const signTelnyx: Sign = ({ at, body }, _url, key) => {
  const timestamp = String(Math.floor(unix(at)))
  return {
    headers: { "telnyx-timestamp": timestamp, "telnyx-signature-ed25519": signTelnyxBody(timestamp, body, key) },
  }
}

/** Keys made for these tests: PKCS #8 in base64. */
export const TELNYX_KEYS = {
  current: "MC4CAQAwBQYDK2VwBCIEIKFoRalRUayybgXuQGP5A5oZUkjkZvGtb7FkcMVbDZ9V",
  further: "MC4CAQAwBQYDK2VwBCIEIDgKHdKp8LXCvYzwKeilAfgdDUwnalii3rWtXuuQxxgX",
  foreign: "MC4CAQAwBQYDK2VwBCIEICFJwELvZDw7FOe6f9goKKy9g7vKIZe1ip8sTggMCb9v",
}
/** The public keys of the first two, raw in base64. */
export const TELNYX_CREDENTIALS = {
  public_key: "FrLGi5330A7INC49tAvTbOpwtCJFIXLwHPHc/Hj01xs=",
  public_keys: ["YWOudUywoSaDi5jjgRyUPnrkBl6oEGxhk9lK7vGG4gM="],
}
export const TELNYX_REFUSED = [
  { public_key: "" },
  { public_key: "FrLGi5330A7INC49tAvTbOpwtCJFIXLwHPHc/Hj01x==" },
  { public_key: `${TELNYX_CREDENTIALS.public_key}\n` },
]

const telnyxId = (id: string) => `v3:${id}_-${id}`

export const telnyxTexmlSample: Sample = {
  carrier: telnyxTexml,
  credentials: TELNYX_CREDENTIALS,
  secrets: TELNYX_KEYS,
  sign: signTelnyx,
  covers: { address: false, body: true, window_s: 300 },
  calls: callsOf((fields) =>
    Object.fromEntries(
      Object.entries(fields).flatMap(([name, value]) => {
        if (name === "DialBridged") return []
        if (name.endsWith("Sid") && /^CA/.test(value)) return [[name, telnyxId(value)]]
        if (name === "Timestamp" || name === "RecordingStartTime") return [[name, new Date(value).toISOString()]]
        return [[name, value]]
      }),
    ),
  ),
  refused: TELNYX_REFUSED,
}
