import * as z from "zod"
import type { CallEvent, LegStatus } from "../../shared/call-event.js"
import { answerJson, EMPTY } from "./answer.js"
import { readBase64Url } from "./bytes.js"
import type { Carrier, CarrierAnswer, CarrierRequest } from "./carrier.js"
import { businessLeg, eventOf, readId } from "./event.js"
import { fieldReader, readSeconds, readTime, readUrl, secondsBetween, withPlus } from "./form.js"
import { FRESH_MS, isFresh } from "./fresh.js"
import { sha256Hex, verifyHmac } from "./hmac.js"
import {
  addressOf,
  digitsOf,
  type Instructions,
  languageTag,
  type RenderContext,
  ringTime,
  type Speech,
  spokenText,
  whisperQuery,
  withoutLoop,
} from "./instructions.js"
import { fieldsOf, objectAt, objectIn, readJson } from "./json.js"
import { furtherSecrets, secretText } from "./secret.js"
import { queryOf } from "./twilio-events.js"

const Secret = secretText("the signature secret of the Vonage dashboard")

const VonageCredentials = z.strictObject({
  signature_secret: Secret,
  /** Further secrets that are accepted while a new one is rolled out. */
  signature_secrets: furtherSecrets(Secret),
  /** Where it is set, requests of the account's other applications are refused. */
  application_id: z.uuid().optional(),
})

/** What a site tells us of its Vonage application. */
export type VonageCredentials = z.infer<typeof VonageCredentials>

/**
 * Vonage's Voice API: JSON under a signed webhook's JWT in, NCCO out. The answer URL should be called by POST: of a GET
 * only the token is signed, so such a call is answered, but recorded from the events that follow.
 */
export const vonage: Carrier<VonageCredentials> = {
  name: "vonage",
  credentials: VonageCredentials,
  events: ["voice", "event", "recording", "whisper"],
  setup: {
    steps: [
      { event: "voice", where: "Applications, the application, Capabilities, Voice: Answer URL", method: "POST" },
      { event: "event", where: "the same page: Event URL", method: "POST" },
    ],
    notes: [
      "Choose POST for both and switch on Use signed webhooks: of a GET only the token is signed.",
      "Vonage tries an answer URL twice within 5 s each: enter a Fallback URL that connects the business.",
    ],
  },
  verify: verifyVonage,
  parse: parseVonage,
  // `connect` takes one endpoint.
  abilities: () => ["forward", "say", "sequence", "whisper", "record", "menu", "voicemail"],
  whisper: (speech) => answerJson([talk(speech)]),
  render: renderNcco,
  acknowledge: (event) => (event === "voice" ? answerJson([]) : EMPTY),
}

/** Longest token that is read; Vonage's have about 500 characters. */
const TOKEN_LIMIT = 4096

/** An HS256 JWT (RFC 7515) made now, whose `payload_hash` is the SHA-256 of the body as it came. */
async function verifyVonage(request: CarrierRequest, credentials: VonageCredentials): Promise<boolean> {
  const { method, headers, body, received_at } = request
  const token = /^Bearer ([\w.-]+)$/i.exec(headers.get("authorization") ?? "")?.[1] ?? ""
  const [head = "", claimed = "", signed = "", ...rest] = token.length > TOKEN_LIMIT ? [] : token.split(".", 4)
  const signature = readBase64Url(signed)
  if ((method !== "POST" && method !== "GET") || rest.length > 0 || signature?.length !== 32) return false
  const { signature_secret, signature_secrets = [] } = credentials
  if (readToken(head).alg !== "HS256") return false
  if (!(await verifyHmac("SHA-256", [signature_secret, ...signature_secrets], signature, [`${head}.${claimed}`])))
    return false
  const claims = readToken(claimed)
  if (!isCurrent(claims, received_at)) return false
  if (credentials.application_id !== undefined && claims.application_id !== credentials.application_id) return false
  if (method === "GET" && body.length === 0) return true
  return claims.payload_hash === (await sha256Hex(body))
}

function readToken(part: string) {
  return objectIn(readJson(readBase64Url(part) ?? ""))
}

/** The token was made within the last five minutes, and its own limits (`exp`, `nbf`) hold. */
function isCurrent({ iat, exp, nbf }: ReturnType<typeof readToken>, now: number): boolean {
  if (typeof iat !== "number" || !isFresh(iat * 1000, now)) return false
  if (exp !== undefined && (typeof exp !== "number" || exp * 1000 <= now)) return false
  return nbf === undefined || (typeof nbf === "number" && nbf * 1000 <= now + FRESH_MS)
}

function parseVonage(event: string, { method, url, body, received_at }: CarrierRequest): readonly CallEvent[] {
  if (method !== "POST" || event === "whisper") return []
  const root = objectIn(readJson(body))
  const read = fieldReader(fieldsOf(root))
  const call_key = readId(read("conversation_uuid"))
  if (!call_key) return []
  const call = { carrier: vonage.name, call_key, to: withPlus(read("to")), from: withPlus(read("from")) }
  const leg = readId(read("uuid"))
  const time = readTime(read("timestamp"), received_at)
  const recording_url = readUrl(read("recording_url", 2048))
  if (recording_url !== undefined) {
    const recording_s = secondsBetween(Date.parse(read("start_time") ?? ""), Date.parse(read("end_time") ?? ""))
    const voicemail = queryOf(url).has("voicemail") || undefined
    const details = { status: "completed" as const, recording_url, recording_s, voicemail }
    return [eventOf(call, "recording", readId(read("recording_uuid")) ?? "", time, details)]
  }
  const digits = fieldReader(fieldsOf(objectAt(root, "dtmf")))("digits")
  if (digits !== undefined) return [eventOf(call, "input", `${leg ?? ""}:${digits}`, time, { digits })]
  if (!leg) return []
  if (event === "voice") {
    const now = { occurred_at: received_at, timestamped: false }
    return [eventOf(call, "ringing", `${leg}:asked`, now, { status: "ringing" })]
  }
  const said = read("status") ?? ""
  const status = STATUS.get(said)
  if (!status) return []
  const kind = status === "in_progress" ? "answered" : said === "started" || said === "ringing" ? "ringing" : "ended"
  const duration_s = kind === "ended" ? readSeconds(read("duration")) : undefined
  if (read("direction") !== "outbound") return [eventOf(call, kind, `${leg}:${said}`, time, { status, duration_s })]
  const talk_s = status === "completed" ? duration_s : undefined
  return [eventOf(call, kind, `${leg}:${said}`, time, { status, duration_s, ...businessLeg(leg, call.to), talk_s })]
}

const STATUS: ReadonlyMap<string, LegStatus> = new Map([
  ["started", "initiated"],
  ["ringing", "ringing"],
  ["answered", "in_progress"],
  ["completed", "completed"],
  ["busy", "busy"],
  ["rejected", "busy"],
  ["cancelled", "canceled"],
  ["timeout", "no_answer"],
  ["unanswered", "no_answer"],
  ["failed", "failed"],
])

/** Vonage speaks 1,500 characters of a `talk` at most. */
const TALK_LIMIT = 1500
/** How long `connect` may ring, in seconds. */
const RING_LIMITS_S = [1, 120] as const

function renderNcco(instructions: Instructions, context: RenderContext): CarrierAnswer {
  return answerJson(actions(withoutLoop(instructions, context), context))
}

/** An NCCO has no way to be busy: a call without actions is hung up. */
function actions(instructions: Instructions, context: RenderContext): unknown[] {
  const { callback_url, dialled } = context
  switch (instructions.kind) {
    case "forward": {
      const { to, record, timeout_s, before = [], whisper, next } = instructions
      const onAnswer = whisper && { url: addressOf(context, "whisper", whisperQuery(whisper)) }
      const connect = {
        action: "connect",
        // The caller's number may not be shown: Vonage takes numbers of the account only.
        from: dialled === null ? undefined : digitsOf(dialled),
        timeout: ringTime(timeout_s, ...RING_LIMITS_S),
        eventUrl: [addressOf(context, "event", next)],
        // Synchronous: the answer to an event of a call that nobody took says what comes next.
        eventType: next === undefined ? undefined : "synchronous",
        endpoint: [{ type: "phone", number: digitsOf(to), onAnswer }],
      }
      const recording = {
        action: "record",
        split: "conversation",
        channels: 2,
        eventUrl: [`${callback_url}/recording`],
      }
      // Recording begins where it stands: behind `connect` it would begin after the conversation.
      return [...before.map(talk), ...(record ? [recording] : []), connect]
    }
    case "menu": {
      const { before = [], prompt, timeout_s, next } = instructions
      const input = {
        action: "input",
        type: ["dtmf"],
        dtmf: { maxDigits: 1, timeOut: Math.min(10, timeout_s) },
        eventUrl: [addressOf(context, "event", next)],
      }
      return [...before.map(talk), { ...talk(prompt), bargeIn: true }, input]
    }
    case "voicemail": {
      const { before = [], greeting, max_s } = instructions
      const record = {
        action: "record",
        beepStart: true,
        endOnSilence: 5,
        endOnKey: "#",
        timeOut: max_s,
        eventUrl: [addressOf(context, "recording", "voicemail=1")],
      }
      return [...before.map(talk), ...(greeting ? [talk(greeting)] : []), record]
    }
    case "reject":
      return []
    case "say":
      return [talk(instructions)]
  }
}

function talk({ text, language }: Speech) {
  return { action: "talk", text: spokenText(text, TALK_LIMIT), language: languageTag(language) }
}
