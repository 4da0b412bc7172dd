import { fieldReader } from "./form.js"
import { fieldsOf, type JsonObject, objectAt, objectIn, readJson } from "./json.js"

/** Sends a request to the world: the host's own `fetch`. */
export type Fetch = (request: Request) => Promise<Response>

/** How long a carrier's API may take for one answer, ms. */
const PATIENCE_MS = 10_000
/** Pauses before a further try, ms. */
const PAUSES_MS = [250, 1000]
/** A carrier that asks for a longer pause than this is told to the caller instead, ms. */
const LONGEST_PAUSE_MS = 2000
/** Largest answer that is read. */
const ANSWER_LIMIT_BYTES = 4_194_304
/** Longest text of a carrier that is passed on. */
const DETAIL_LIMIT = 200

/**
 * Why a carrier's API did not do what it was asked. `refused`: it said no, and nothing happened there; `credentials`: it
 * does not know these; `unknown`: it did not answer as it should, and what it did is not known.
 */
export class CarrierFailure extends Error {
  constructor(
    readonly kind: "refused" | "credentials" | "unknown",
    /** A sentence fit for the caller's eyes; it holds no secret. */
    readonly detail: string,
    readonly status?: number,
  ) {
    super(detail)
  }
}

/** One request to a carrier's API. */
export interface ApiRequest {
  method: "GET" | "POST" | "PATCH" | "DELETE"
  url: string
  form?: Record<string, string>
  json?: unknown
  /** A repetition changes nothing, so that it may be tried again; every GET and DELETE is. */
  repeatable?: true
}

/** A carrier's API, bound to an account. Answers the JSON object of a 2xx; throws a `CarrierFailure` for everything else. */
export type CarrierApi = (request: ApiRequest) => Promise<JsonObject>

/**
 * Binds an API: `authorization` goes along with every request, and no word of `secrets` comes out in a failure. Redirects
 * are not followed, because they would carry the credentials elsewhere.
 */
export function bindApi(
  send: Fetch,
  { authorization, secrets }: { authorization: string; secrets: readonly string[] },
): CarrierApi {
  return async (request) => {
    const tries = isRepeatable(request) ? PAUSES_MS.length + 1 : 1
    for (let turn = 1; ; turn++) {
      const outcome = await attempt(send, request, authorization, secrets)
      if (!(outcome instanceof Busy)) return outcome
      const pause = Math.max(outcome.pause_ms, PAUSES_MS[turn - 1] ?? 0)
      if (turn >= tries || pause > LONGEST_PAUSE_MS) throw outcome.failure
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
}

function isRepeatable({ method, repeatable }: ApiRequest): boolean {
  return method === "GET" || method === "DELETE" || repeatable === true
}

/** A failure that may pass. */
class Busy {
  constructor(
    readonly failure: CarrierFailure,
    readonly pause_ms = 0,
  ) {}
}

async function attempt(
  send: Fetch,
  { method, url, form, json }: ApiRequest,
  authorization: string,
  secrets: readonly string[],
): Promise<JsonObject | Busy> {
  const host = new URL(url).hostname
  let response: Response
  let body: string
  try {
    response = await send(
      new Request(url, {
        method,
        headers: {
          authorization,
          accept: "application/json",
          ...(form && { "content-type": "application/x-www-form-urlencoded" }),
          ...(json !== undefined && { "content-type": "application/json" }),
        },
        ...(form && { body: new URLSearchParams(form).toString() }),
        ...(json !== undefined && { body: JSON.stringify(json) }),
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE_MS),
      }),
    )
    body = await readBody(response)
  } catch {
    // What fetch throws may name the address with the account in it.
    return new Busy(new CarrierFailure("unknown", `${host} could not be reached, or did not answer in time`))
  }
  const { status } = response
  if (response.ok) {
    const value = body === "" ? {} : readJson(body)
    if (value === undefined) return new Busy(new CarrierFailure("unknown", `${host} answered with no JSON`, status))
    return objectIn(value)
  }
  const said = clean(readFault(objectIn(readJson(body))), secrets)
  const detail = `${host} answered ${status}${said === "" ? "" : `: ${said}`}`
  if (status === 401 || status === 403)
    throw new CarrierFailure("credentials", `${detail}: are the credentials right, and may they do this?`, status)
  if (status === 429) return new Busy(new CarrierFailure("refused", detail, status), readPause(response))
  if (status >= 500 || status === 408) return new Busy(new CarrierFailure("unknown", detail, status))
  if (status < 400) throw new CarrierFailure("unknown", `${detail}: a redirect, which is not followed`, status)
  throw new CarrierFailure("refused", detail, status)
}

async function readBody(response: Response): Promise<string> {
  if (!response.body) return ""
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let text = ""
  let size = 0
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.byteLength
    if (size > ANSWER_LIMIT_BYTES) {
      // Not waited for: the rest is nobody's.
      reader.cancel().catch(() => {})
      throw new Error("the answer is too large")
    }
    text += decoder.decode(next.value, { stream: true })
  }
  return text + decoder.decode()
}

/** What the carrier says of a fault: Twilio's `message`, Plivo's `error`, Telnyx's list of `errors`. */
function readFault(answer: JsonObject): string {
  const first = objectAt(Array.isArray(answer.errors) ? answer.errors[0] : undefined)
  const read = fieldReader(fieldsOf({ ...answer, ...first }))
  return [read("code"), read("message"), read("title"), read("detail"), read("error")].filter(Boolean).join(" ")
}

function clean(text: string, secrets: readonly string[]): string {
  const told = secrets.filter(Boolean).reduce((rest, secret) => rest.replaceAll(secret, "•••"), text)
  return told.slice(0, DETAIL_LIMIT).toWellFormed()
}

/** `Retry-After` in seconds, as ms; 0 where it says nothing of use. */
function readPause(response: Response): number {
  const seconds = response.headers.get("retry-after") ?? ""
  return /^\d{1,5}$/.test(seconds) ? Number(seconds) * 1000 : 0
}

/** HTTP Basic (RFC 7617), as `NumberMarket.login` wants it. */
export function basicLogin(user: string, password: string): { authorization: string; secrets: string[] } {
  const token = btoa(`${user}:${password}`)
  return { authorization: `Basic ${token}`, secrets: [password, token] }
}

/** The objects of a list that an answer has under this name. */
export function listIn(answer: JsonObject, name: string): JsonObject[] {
  const list = answer[name]
  return Array.isArray(list) ? list.map(objectIn) : []
}

/** A text or number field of an answer; undefined when it is missing, empty or anything else. */
export function textIn(object: JsonObject, name: string): string | undefined {
  return fieldReader(fieldsOf(object))(name, 2048)
}

/** A number as carriers write it, with its plus or without; undefined for any other text. */
export function e164In(object: JsonObject, name: string): string | undefined {
  const text = textIn(object, name)
  return text !== undefined && /^\+?[1-9]\d{4,14}$/.test(text) ? `+${text.replace("+", "")}` : undefined
}
