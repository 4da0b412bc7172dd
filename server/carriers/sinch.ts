import { md5 } from "@noble/hashes/legacy.js"
import * as z from "zod"
import type { CallEvent, LegStatus } from "../../shared/call-event.js"
import { answerJson, EMPTY } from "./answer.js"
import { readBase64, readBase64Text, writeBase64 } from "./bytes.js"
import type { Carrier, CarrierRequest } from "./carrier.js"
import { businessLeg, eventOf, readId } from "./event.js"
import { fieldReader, readSeconds, readTime, withPlus } from "./form.js"
import { isFresh } from "./fresh.js"
import { isSecret, verifyHmac } from "./hmac.js"
import {
  type Instructions,
  languageTag,
  type RenderContext,
  ringTime,
  type Speech,
  spokenText,
  withoutLoop,
} from "./instructions.js"
import { fieldsOf, objectAt, objectIn, readJson } from "./json.js"
import { accepted, furtherSecrets, matching } from "./secret.js"

const ApplicationSecret = accepted(
  (secret) => (readBase64Text(secret)?.length ?? 0) >= 16,
  "the application secret: base64 of 16 bytes at least",
)

const SinchCredentials = z.strictObject({
  application_key: matching(/^[\w-]{1,64}$/, "the key of the Sinch voice application"),
  application_secret: ApplicationSecret,
  /** Further secrets that are accepted while a new one is rolled out. */
  application_secrets: furtherSecrets(ApplicationSecret),
})

/** What a site tells us of its Sinch voice application. */
export type SinchCredentials = z.infer<typeof SinchCredentials>

/**
 * Sinch Voice (version 1 of its API): signed JSON in, SVAML out, all at one address. Recordings are kept in a bucket that
 * is set at Sinch, so that we never ask for one.
 */
export const sinch: Carrier<SinchCredentials> = {
  name: "sinch",
  credentials: SinchCredentials,
  events: ["voice"],
  setup: {
    steps: [
      {
        event: "voice",
        where: "Voice, Apps, the app, Voice configuration: Callback URL, with Version 1 callbacks",
        method: "POST",
        types: ["ice", "ace", "dice"],
      },
    ],
    notes: [
      "Sinch sends all types to one address. Assign the app to the numbers; a fallback URL there keeps callers connected.",
    ],
  },
  verify: verifySinch,
  nameEvent: (_event, { body }) => {
    const name = objectIn(readJson(body)).event
    return name === "ace" || name === "pie" || name === "dice" || name === "notify" ? name : "voice"
  },
  parse: (_event, request) => parseSinch(request),
  abilities: () => ["forward", "say", "menu"],
  // A menu comes back under the name that we gave it.
  resume: ({ body }) => {
    const menu = fieldReader(fieldsOf(objectAt(readJson(body), "menuResult")))("menuId")
    return menu === undefined ? undefined : decodeMenu(menu)
  },
  render: (instructions, context) => answerJson(svaml(withoutLoop(instructions, context), context)),
  acknowledge: (event) =>
    event === "ace" || event === "pie"
      ? answerJson({ instructions: [], action: { name: "continue" } })
      : event === "voice"
        ? answerJson({ instructions: [], action: { name: "hangup" } })
        : EMPTY,
}

/**
 * HMAC-SHA256 over method, the body's MD5 in base64, content type, `x-timestamp` and path, one a line. The MD5 only
 * stands in for the body: it is signed, so its weakness helps nobody who has no secret.
 */
async function verifySinch(request: CarrierRequest, credentials: SinchCredentials): Promise<boolean> {
  const { method, url, headers, body, received_at } = request
  const { application_key, application_secret, application_secrets = [] } = credentials
  const [, key = "", encoded = ""] =
    /^application ([\w-]{1,64}):(\S{1,100})$/i.exec(headers.get("authorization") ?? "") ?? []
  const signature = readBase64(encoded, 32)
  const time = headers.get("x-timestamp") ?? ""
  if (method !== "POST" || !signature || !URL.canParse(url) || !isFresh(Date.parse(time), received_at)) return false
  if (!(await isSecret(key.toLowerCase(), [application_key.toLowerCase()]))) return false
  const digest = body.length === 0 ? "" : writeBase64(md5(body))
  const { pathname, search } = new URL(url)
  const message = (path: string) =>
    [method, digest, headers.get("content-type") ?? "", `x-timestamp:${time}`, path].join("\n")
  const secrets = [application_secret, ...application_secrets].flatMap((secret) => readBase64Text(secret) ?? [])
  return verifyHmac("SHA-256", secrets, signature, search === "" ? [message(pathname)] : [message(pathname + search)])
}

function parseSinch({ body, received_at }: CarrierRequest): readonly CallEvent[] {
  const root = objectIn(readJson(body))
  const read = fieldReader(fieldsOf(root))
  const call_key = readId(read("callid"))
  if (!call_key) return []
  const to = fieldReader(fieldsOf(objectAt(root, "to")))("endpoint")
  const call = { carrier: sinch.name, call_key, to: undefined, from: undefined }
  const time = readTime(read("timestamp"), received_at)
  switch (read("event")) {
    case "ice": {
      const now = { occurred_at: received_at, timestamped: false }
      const asked = { ...call, to: withPlus(to), from: withPlus(read("cli")) }
      return [eventOf(asked, "ringing", "", now, { status: "ringing", forwarded_from: withPlus(read("rdnis")) })]
    }
    case "ace":
      return [eventOf(call, "answered", "", time, { status: "in_progress", ...businessLeg(undefined) })]
    case "pie": {
      const digits = fieldReader(fieldsOf(objectAt(root, "menuResult")))("value")
      return digits === undefined ? [] : [eventOf(call, "input", digits, time, { digits })]
    }
    case "dice": {
      const status = resultOf(read("result") ?? "", read("reason") ?? "")
      const duration_s = readSeconds(read("duration"))
      const talk_s = status === "completed" ? duration_s : undefined
      // Both legs share one id and one end; its `to` is whichever was called last, so it is not read.
      return [
        eventOf(call, "dialled", "", time, { status, talk_s }),
        eventOf(call, "ended", "", time, { status, duration_s }),
      ]
    }
    default:
      return []
  }
}

function resultOf(result: string, reason: string): LegStatus {
  if (result === "ANSWERED") return "completed"
  if (result === "BUSY") return "busy"
  if (reason === "CALLERHANGUP" || reason === "CANCEL") return "canceled"
  // MANAGERHANGUP: our own answer ended the call, after some words or without.
  return result === "NOANSWER" || reason === "TIMEOUT" || reason === "MANAGERHANGUP" ? "no_answer" : "failed"
}

/** Sinch speaks 600 characters at most. */
const SAY_LIMIT = 600
/** How long `connectPstn` may ring, in seconds. */
const RING_LIMITS_S = [5, 120] as const

function svaml(instructions: Instructions, { dialled }: RenderContext): unknown {
  switch (instructions.kind) {
    case "forward":
      return {
        instructions: (instructions.before ?? []).map(say),
        action: {
          name: "connectPstn",
          number: instructions.to,
          cli: dialled ?? undefined,
          dialTimeout: ringTime(instructions.timeout_s, ...RING_LIMITS_S),
        },
      }
    case "menu": {
      const { before = [], prompt, keys, timeout_s, next } = instructions
      const id = encodeMenu(next)
      const menu = {
        id,
        mainPrompt: `#tts[${spokenText(prompt.text, SAY_LIMIT).replace(/[[\]]/g, " ")}]`,
        timeoutMills: timeout_s * 1000,
        options: keys.map((dtmf) => ({ dtmf, action: `return(${dtmf})` })),
      }
      const locale = languageTag(prompt.language)
      return { instructions: before.map(say), action: { name: "runMenu", mainMenu: id, locale, menus: [menu] } }
    }
    // Its recordings go to a bucket that only the account knows: the greeting is all that can be done.
    case "voicemail":
      return { instructions: instructions.greeting ? [say(instructions.greeting)] : [], action: { name: "hangup" } }
    case "reject":
      return { instructions: [], action: { name: "hangup" } }
    case "say":
      return { instructions: [say(instructions)], action: { name: "hangup" } }
  }
}

function say({ text, language }: Speech) {
  return { name: "say", text: spokenText(text, SAY_LIMIT), locale: languageTag(language) }
}

/** A query as the name of a menu, which takes few characters, and back. */
function encodeMenu(query: string): string {
  return query.replaceAll("=", "_").replaceAll("&", ".")
}

function decodeMenu(name: string): string {
  return name.replaceAll("_", "=").replaceAll(".", "&")
}
