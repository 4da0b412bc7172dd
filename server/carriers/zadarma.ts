import * as z from "zod"
import type { CallEvent, LegStatus } from "../../shared/call-event.js"
import { answerJson } from "./answer.js"
import { readBase64, readHex } from "./bytes.js"
import type { Carrier, CarrierAnswer, CarrierRequest } from "./carrier.js"
import { businessLeg, eventOf, readId } from "./event.js"
import { fieldReader, formOf, readSeconds, withPlus } from "./form.js"
import { isFresh } from "./fresh.js"
import { verifyHmac } from "./hmac.js"
import { type Instructions, type RenderContext, ringTime, withoutLoop } from "./instructions.js"
import { furtherSecrets, matching, secretText } from "./secret.js"
import { queryOf } from "./twilio-events.js"

const ApiSecret = secretText("the secret of the Zadarma API")

const ZadarmaCredentials = z.strictObject({
  api_secret: ApiSecret,
  /** Further secrets that are accepted while a new one is rolled out. */
  api_secrets: furtherSecrets(ApiSecret),
  /** The PBX extension that forwards to a phone. Where it is set, calls are routed by us; else by Zadarma's own scenario. */
  extension: matching(/^\d{3}$/, "the three digits of a PBX extension").optional(),
})

/** What a site tells us of its Zadarma or Novofon account. */
export type ZadarmaCredentials = z.infer<typeof ZadarmaCredentials>

/**
 * Zadarma and Novofon: forms in, JSON out, all at one address. Only the two numbers and the start of the call are signed
 * (and the ids of a recording): the outcome and the call's id are taken on the carrier's word, as the vendor's own library
 * takes them. Recordings have to be fetched with the API, so none is named.
 */
export const zadarma: Carrier<ZadarmaCredentials> = {
  name: "zadarma",
  credentials: ZadarmaCredentials,
  events: ["voice"],
  setup: {
    steps: [
      {
        event: "voice",
        where: "Settings, Integrations and API, API: notifications about PBX calls, URL",
        method: "POST",
        types: ["NOTIFY_START", "NOTIFY_INTERNAL", "NOTIFY_ANSWER", "NOTIFY_END", "NOTIFY_RECORD"],
      },
    ],
    notes: [
      "Zadarma checks the address by a GET with zd_echo when it is entered: it is answered at once, credentials or not.",
    ],
  },
  challenge: answerEcho,
  verify: verifyZadarma,
  nameEvent: (_event, { body }) => {
    const name = formOf(body).get("event")
    return name === "NOTIFY_START" || name === "NOTIFY_IVR" ? "voice" : "notice"
  },
  parse: (_event, request) => parseZadarma(request),
  abilities: ({ extension }) => (extension === undefined ? [] : ["forward"]),
  render: renderZadarma,
  acknowledge: () => answerJson({}),
}

/** The address is checked by a GET whose `zd_echo` has to come back. Letters and digits only, and never as a page. */
function answerEcho({ method, url }: CarrierRequest): CarrierAnswer | undefined {
  const echo = method === "GET" ? queryOf(url).get("zd_echo") : null
  if (echo === null || !/^[\w.-]{1,128}$/.test(echo)) return undefined
  return { status: 200, contentType: "text/plain; charset=utf-8", body: echo }
}

/** What each event signs, in this order and joined by nothing. */
const SIGNED: ReadonlyMap<string, readonly string[]> = new Map([
  ["NOTIFY_START", ["caller_id", "called_did", "call_start"]],
  ["NOTIFY_INTERNAL", ["caller_id", "called_did", "call_start"]],
  ["NOTIFY_IVR", ["caller_id", "called_did", "call_start"]],
  ["NOTIFY_END", ["caller_id", "called_did", "call_start"]],
  ["NOTIFY_ANSWER", ["caller_id", "destination", "call_start"]],
  ["NOTIFY_OUT_START", ["internal", "destination", "call_start"]],
  ["NOTIFY_OUT_END", ["internal", "destination", "call_start"]],
  ["NOTIFY_RECORD", ["pbx_call_id", "call_id_with_rec"]],
])

/**
 * `call_start` has no zone, and an end comes hours after it: a call that began more than a day ago, wherever the account
 * is, is a recorded request.
 */
const WINDOW_MS = 38 * 3_600_000

/** Base64 of the *hex* of the HMAC-SHA1. */
async function verifyZadarma(
  { method, headers, body, received_at }: CarrierRequest,
  { api_secret, api_secrets = [] }: ZadarmaCredentials,
): Promise<boolean> {
  const hex = readBase64(headers.get("signature") ?? "", 40)
  const signature = hex && readHex(new TextDecoder().decode(hex), 20)
  const form = formOf(body)
  const signed = SIGNED.get(form.get("event") ?? "")
  if (method !== "POST" || !signature || !signed) return false
  const start = form.get("call_start") ?? ""
  if (signed.includes("call_start") && !isFresh(Date.parse(`${start.replace(" ", "T")}Z`), received_at, WINDOW_MS))
    return false
  const message = signed.map((name) => form.get(name) ?? "").join("")
  return verifyHmac("SHA-1", [api_secret, ...api_secrets], signature, [message])
}

function parseZadarma({ body, received_at }: CarrierRequest): readonly CallEvent[] {
  const read = fieldReader(formOf(body))
  const call_key = readId(read("pbx_call_id"))
  if (!call_key) return []
  const call = { carrier: zadarma.name, call_key, to: withPlus(read("called_did")), from: read("caller_id") }
  // The carrier's times have no zone: ours are right to the second, because it calls at once.
  const now = { occurred_at: received_at, timestamped: false }
  const internal = readId(read("internal"))
  switch (read("event")) {
    case "NOTIFY_START":
      return [eventOf(call, "ringing", "", now, { status: "ringing" })]
    case "NOTIFY_INTERNAL":
      return [eventOf(call, "ringing", `b${internal ?? ""}`, now, { status: "initiated", ...businessLeg(internal) })]
    case "NOTIFY_ANSWER": {
      const answering = { ...call, to: undefined }
      const leg = businessLeg(internal, read("destination"))
      return [eventOf(answering, "answered", internal ?? "", now, { status: "in_progress", ...leg })]
    }
    case "NOTIFY_END": {
      const status = DISPOSITION.get(read("disposition") ?? "") ?? "failed"
      const duration_s = readSeconds(read("duration"))
      const talk_s = status === "completed" ? duration_s : undefined
      return [
        eventOf(call, "dialled", "", now, { status, leg_key: internal, talk_s }),
        eventOf(call, "ended", "", now, { status, duration_s }),
      ]
    }
    default:
      return []
  }
}

/** Every other one (no money, no limit, unallocated number) is a failure. */
const DISPOSITION: ReadonlyMap<string, LegStatus> = new Map([
  ["answered", "completed"],
  ["busy", "busy"],
  ["cancel", "canceled"],
  ["no answer", "no_answer"],
])

/** Zadarma takes 3 s at least. */
const RING_LIMITS_S = [3, 600] as const

/** Without an extension of ours, `{}` lets the call go its way at Zadarma. A text cannot be spoken there. */
function renderZadarma(
  instructions: Instructions,
  context: RenderContext,
  { extension }: ZadarmaCredentials,
): CarrierAnswer {
  const told = withoutLoop(instructions, context)
  if (extension === undefined) return answerJson({})
  if (told.kind !== "forward" && told.kind !== "reject") return answerJson({})
  if (told.kind === "reject") return answerJson({ redirect: "blacklist" })
  const return_timeout = ringTime(told.timeout_s, ...RING_LIMITS_S) ?? 0
  return answerJson({ redirect: extension, return_timeout, rewrite_forward_number: told.to })
}
