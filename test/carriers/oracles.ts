import { createHmac } from "node:crypto"
import { createRequire } from "node:module"
import { join } from "node:path"
import { parse, stringify } from "node:querystring"
import { verifySignature } from "@vonage/jwt"
import fc from "fast-check"
import plivoPackage from "plivo"
import { Webhook } from "standardwebhooks"
import twilioPackage from "twilio"
import { signJambonzBody } from "./samples/jambonz.js"
import { pbxSample, signWebhook } from "./samples/pbx.js"
import { plivoSample } from "./samples/plivo.js"
import { SECRETS, T0 } from "./samples/sample.js"
import { APPLICATION_KEY, sinchSample } from "./samples/sinch.js"
import { signTelnyxBody, TELNYX_CREDENTIALS, TELNYX_KEYS } from "./samples/twiml.js"
import { vonageToken } from "./samples/vonage.js"

// The vendors' own validators, and requests to show them: honest ones, and ones that were signed or changed by others.

/** A request as a carrier sends it at T0, and what the vendor's own package says of it. */
export interface Sent {
  method: string
  url: string
  headers: Record<string, string>
  body: string
  believed: boolean | Promise<boolean>
}

export interface Oracle {
  carrier: string
  /** The vendor's package that is asked. */
  vendor: string
  what: string
  credentials: Record<string, unknown>
  sent: fc.Arbitrary<Sent>
}

export type Fields = [name: string, value: string][]

const FORM = "application/x-www-form-urlencoded"
/** How long a signature is good, s. */
const FRESH_S = 300

/** A file of a package that its `exports` do not offer: the validator alone, without the client around it. */
function vendorFile<T>(path: string): T {
  return createRequire(import.meta.url)(join(process.cwd(), "node_modules", path)) as T
}

const { validateRequest: signalwireBelieves } = vendorFile<{
  validateRequest(key: string, signature: string, url: string, params: object, quiet: true): boolean
}>("@signalwire/compatibility-api/lib/webhooks/webhooks.js")
const { TelnyxWebhook } = vendorFile<{
  TelnyxWebhook: new (key: string) => { verify(body: string, headers: Record<string, string>): Promise<void> }
}>("telnyx/lib/webhooks.js")
const { verifyJambonzSignature } = vendorFile<{
  verifyJambonzSignature(
    secret: string,
  ): (request: { get(name: string): string; url: string; body: string }, response: object, next: () => void) => void
}>("@jambonz/node-client/lib/jambonz/webhook-response.js")
const { validateAuthenticationHeader: sinchBelieves } = vendorFile<{
  validateAuthenticationHeader(
    key: string,
    secret: string,
    headers: Record<string, string>,
    body: string,
    path: string,
    method: string,
  ): boolean
}>("@sinch/sdk-client/dist/utils/authorization.helper.js")

/** The fields as the vendors' packages want them: a repeated name holds a list. */
export function asObject(fields: Fields): Record<string, string | string[]> {
  const object: Record<string, string | string[]> = Object.create(null)
  for (const [name] of fields) {
    const values = fields.filter(([other]) => other === name).map(([, value]) => value)
    object[name] = values.length === 1 ? (values[0] ?? "") : values
  }
  return object
}

export const formBody = (fields: Fields) => new URLSearchParams(fields).toString()

/** Fields with names repeated, with the same and with other values. */
function fieldsOf(name: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<Fields> {
  return fc
    .array(fc.tuple(name, value), { maxLength: 8 })
    .chain((fields) =>
      fc
        .array(fc.tuple(fc.constantFrom(...fields.map(([known]) => known), "From"), value), { maxLength: 3 })
        .map((more) => [...fields, ...more]),
    )
}

const text = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    " padded ",
    "+14155550123",
    "ü",
    "日本語",
    "🙂",
    "\n",
    "a&b=c",
    "%41",
    "it's",
    "\u0000",
    "\uFFFD",
  ),
  fc.string({ unit: "grapheme", maxLength: 12 }),
)

const TWILIO = {
  account_sid: `AC${"0".repeat(32)}`,
  auth_token: SECRETS.current,
}

// What a URL and a form may hold; the peer's parser must accept the URL at all.
const piece = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."abcXYZ019-_.~'!*()"), maxLength: 8 }),
  fc.constantFrom(
    "%27",
    "it's",
    "It%27s+amazing",
    "a+b",
    "a%20b",
    "%2B1415",
    "ü",
    "%C3%BC",
    "日本",
    "a%2fb",
    "a=b",
    "{x}",
    "100%",
    "%zz",
    "%C3",
    "|",
  ),
)
const query = fc.uniqueArray(fc.tuple(piece, piece), { selector: ([name]) => name, maxLength: 4 }).map((pairs) =>
  // Node's querystring groups repeated names and puts numbers first; names here are distinct and no numbers.
  pairs.map(([name, value], index) => `q${index}${name.replaceAll("=", "")}=${value}`).join("&"),
)
export const anyUrl = fc
  .record({
    scheme: fc.constantFrom("https", "http", "HTTPS"),
    user: fc.constantFrom("", "", "", "user@", "user:pa@ss@", "user:pass@"),
    host: fc.constantFrom("calls.example", "Calls.Example", "127.0.0.1", "[2001:db8::1]", "bücher.example"),
    port: fc.constantFrom("", "", ":443", ":80", ":8443"),
    path: fc.constantFrom("/v1/sites/site_1/carriers/twilio/voice", "/", "//double//", "/ü/%7Euser", "/a b", "/it's"),
    query,
    fragment: fc.constantFrom("", "", "", "#rc=2&rp=5xx"),
  })
  .map(
    ({ scheme, user, host, port, path, query, fragment }) =>
      `${scheme}://${user}${host}${port}${path}${query && `?${query}`}${fragment}`,
  )
  .filter((url) => URL.canParse(url))
const twilioFields = fieldsOf(
  fc.oneof(
    fc.constantFrom(
      "CallSid",
      "From",
      "To",
      "Digits",
      "MessagingBinding.Address",
      "a",
      "A",
      "a1",
      "1",
      "10",
      "2",
      "__proto__",
      "ü",
      "",
    ),
    text,
  ),
  text,
)

const withoutPort = (url: string) => url.replace(/^(\w+:\/\/(?:[^/?#]*@)?(?:\[[^\]]*\]|[^:/?#]*)):\d+/, "$1")
const withPort = (url: string) => {
  const bare = withoutPort(url)
  if (bare !== url) return url
  return url.replace(
    /^((\w+):\/\/(?:[^/?#]*@)?(?:\[[^\]]*\]|[^:/?#]*))/,
    (_, head, scheme) => `${head}:${/^https$/i.test(scheme) ? 443 : 80}`,
  )
}
const reEncoded = (url: string) => {
  const start = url.indexOf("?")
  return start === -1 ? url : `${url.slice(0, start)}?${stringify(parse(url.slice(start + 1)))}`
}
/** The addresses over which somebody may have made the signature: honest forms first, then plainly others. */
const SIGNED_FORMS: readonly ((url: string) => string)[] = [
  (url) => url,
  withoutPort,
  withPort,
  (url) => new URL(url).href,
  (url) => withoutPort(new URL(url).href),
  (url) => withPort(new URL(url).href),
  (url) => reEncoded(new URL(url).href),
  (url) => reEncoded(withPort(new URL(url).href)),
  (url) => url.replaceAll("%27", "'"),
  (url) => withPort(url).replace(/:(443|80)(?=[/?])/, ":8080"),
  (url) => url.replace(/^https/i, "http"),
  (url) => url.toLowerCase(),
  (url) => `${url}/`,
]
const signedForm = fc.constantFrom(...SIGNED_FORMS)
const secret = fc.constantFrom(SECRETS.current, SECRETS.current, SECRETS.current, SECRETS.foreign)
const { getExpectedTwilioSignature, getExpectedBodyHash, validateRequest, validateRequestWithBody } = twilioPackage

const twilioForms = fc.tuple(anyUrl, twilioFields, signedForm, secret).map(([url, fields, form, token]): Sent => {
  const signature = getExpectedTwilioSignature(token, form(url), asObject(fields))
  return {
    method: "POST",
    url,
    headers: { "content-type": FORM, "x-twilio-signature": signature },
    body: formBody(fields),
    believed: validateRequest(SECRETS.current, signature, url, asObject(fields)),
  }
})

const twilioGets = fc.tuple(anyUrl, signedForm, secret).map(([url, form, token]): Sent => {
  const signature = getExpectedTwilioSignature(token, form(url), {})
  const believed = validateRequest(SECRETS.current, signature, url, {})
  return { method: "GET", url, headers: { "x-twilio-signature": signature }, body: "", believed }
})

const twilioJson = fc
  .tuple(
    anyUrl.filter((url) => !url.includes("#")),
    fc.json(),
    fc.json(),
    fc.boolean(),
  )
  .map(([base, body, other, honest]): Sent => {
    const hash = getExpectedBodyHash(honest ? body : other)
    const url = `${base}${base.includes("?") ? "&" : "?"}bodySHA256=${hash}`
    const signature = getExpectedTwilioSignature(SECRETS.current, url, {})
    return {
      method: "POST",
      url,
      headers: { "content-type": "application/json", "x-twilio-signature": signature },
      body,
      believed: validateRequestWithBody(SECRETS.current, signature, url, body),
    }
  })

/** Addresses that every vendor's parser writes as they stand. */
const plainUrl = (carrier: string) =>
  fc
    .record({
      scheme: fc.constantFrom("https", "http"),
      host: fc.constantFrom("calls.example", "127.0.0.1"),
      port: fc.constantFrom("", "", ":8443"),
      path: fc.constantFrom(`/v1/sites/site_1/carriers/${carrier}/voice`, "/x", "/a/b/"),
      query: fc
        .array(
          fc.tuple(
            fc.string({ unit: fc.constantFrom(..."abcXYZ019-_.~!*()"), minLength: 1, maxLength: 8 }),
            fc.constantFrom("", "1", "abc", "%27", "a%20b", "a+b", "%C3%BC", "%2B1415"),
          ),
          { maxLength: 4 },
        )
        .map((pairs) => pairs.map((pair, index) => `q${index}${pair.join("=")}`).join("&")),
    })
    .map(({ scheme, host, port, path, query }) => `${scheme}://${host}${port}${path}${query && `?${query}`}`)

const usualName = fc.oneof(fc.constantFrom("CallSid", "From", "To", "Digits", "A", "a", "ü", "a b", "1", "10"), text)

const signalwireForms = fc
  .tuple(plainUrl("signalwire"), fieldsOf(usualName, text), fc.nat(7), secret, fc.boolean())
  .map(([url, fields, form, key, reorder]): Sent => {
    const signed = [
      url,
      withoutPort(url),
      withPort(url),
      url,
      url.replace("://", "://x."),
      url.replace(/^https?/, (scheme) => (scheme === "http" ? "https" : "http")),
      `${url}x`,
      withPort(url).replace(/:\d+(?=\/)/, ":9999"),
    ][form]
    // Names in order, the values of each as they were sent.
    const given = asObject(fields)
    const told = Object.keys(given)
      .sort()
      .map((name) => [given[name] ?? ""].flat().map((value) => name + value))
    const signature = hmac("sha1", key, (signed ?? url) + told.flat().join("")).toString("base64")
    const sent = reorder ? [...fields].reverse() : fields
    return {
      method: "POST",
      url,
      headers: { "content-type": FORM, "x-signalwire-signature": signature },
      body: formBody(sent),
      believed: signalwireBelieves(SECRETS.current, signature, url, asObject(sent), true),
    }
  })

const plivoRequests = fc
  .record({
    method: fc.constantFrom("POST", "POST", "GET"),
    url: plainUrl("plivo"),
    // plivo-node cannot hold the empty name or __proto__.
    fields: fieldsOf(
      usualName.filter((name) => name !== "" && name !== "__proto__"),
      text,
    ),
    nonce: fc.stringMatching(/^[0-9a-zA-Z.-]{1,20}$/),
    forgery: fc.constantFrom("", "", "token", "nonce", "field", "query", "list"),
  })
  .map(({ method, url, fields, nonce, forgery }): Sent => {
    const given = method === "POST" ? fields : []
    const draft = { event: "", at: 0, contentType: FORM, body: formBody(given) }
    const token = forgery === "token" ? SECRETS.foreign : SECRETS.current
    const honest = plivoSample.sign(draft, url, token).headers ?? {}
    const made = honest["x-plivo-signature-v3"] ?? ""
    const signature = forgery === "list" ? `${"A".repeat(43)}=,${made}` : made
    const usedNonce = forgery === "nonce" ? nonce : (honest["x-plivo-signature-v3-nonce"] ?? "")
    const sent: Fields = forgery === "field" && method === "POST" ? [...given, ["more", nonce]] : given
    const target = forgery === "query" ? `${url}${url.includes("?") ? "&" : "?"}zz=${nonce}` : url
    const asked = asObject(sent)
    return {
      method,
      url: target,
      headers: {
        "content-type": FORM,
        "x-plivo-signature-v3": signature,
        "x-plivo-signature-v3-nonce": usedNonce,
      },
      body: formBody(sent),
      believed: plivoPackage.validateV3Signature(method, target, usedNonce, SECRETS.current, signature, asked) === true,
    }
  })

/** Seconds by which a signature is old; negative: of the future. */
const age = fc.oneof(fc.integer({ min: -400, max: 400 }), fc.constantFrom(-301, -300, 0, 300, 301))
const NOW_S = T0 / 1000
const utf8 = fc.oneof(fc.json(), fc.string({ unit: "grapheme", maxLength: 60 }))

const telnyxEvents = fc
  .record({
    body: utf8,
    age,
    key: fc.constantFrom(TELNYX_KEYS.current, TELNYX_KEYS.current, TELNYX_KEYS.foreign),
    forgery: fc.constantFrom("", "", "", "body", "time", "signature", "cut"),
    at: fc.nat(84),
  })
  .map(({ body, age, key, forgery, at }): Sent => {
    const timestamp = String(NOW_S - age)
    const honest = signTelnyxBody(timestamp, body, key)
    const spoilt = `${honest.slice(0, at)}${honest[at] === "A" ? "B" : "A"}${honest.slice(at + 1)}`
    const signature = forgery === "signature" ? spoilt : forgery === "cut" ? honest.slice(4) : honest
    const headers = {
      "content-type": "application/json",
      "telnyx-timestamp": forgery === "time" ? String(Number(timestamp) + 1) : timestamp,
      "telnyx-signature-ed25519": signature,
    }
    const sent = forgery === "body" ? `${body} ` : body
    const believed = holds(() => new TelnyxWebhook(TELNYX_CREDENTIALS.public_key).verify(sent, headers))
    return { method: "POST", url: "https://calls.example/telnyx", headers, body: sent, believed }
  })

const vonageEvents = fc
  .record({
    body: fc.json(),
    key: secret,
    changes: fc.oneof(
      fc.constant<[number, string][]>([]),
      fc.constant<[number, string][]>([]),
      fc.array(fc.tuple(fc.nat(600), fc.constantFrom(..."abzAZ019-_.=")), { maxLength: 2 }),
    ),
    claims: fc.record(
      { exp: fc.constantFrom(NOW_S + 900, NOW_S - 900), nbf: fc.constantFrom(NOW_S - 60, NOW_S - 900) },
      { requiredKeys: [] },
    ),
  })
  .map(({ body, key, changes, claims }): Sent => {
    const honest = vonageToken(body, NOW_S, key, claims)
    const token = changes.reduce((whole, [at, put]) => whole.slice(0, at) + put + whole.slice(at + 1), honest)
    return {
      method: "POST",
      url: "https://calls.example/vonage",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body,
      believed: verifySignature(token, SECRETS.current),
    }
  })

const jambonzEvents = fc
  .record({
    body: fc.json(),
    age,
    key: secret,
    forgery: fc.constantFrom("", "", "", "body", "time", "upper", "v2", "second"),
  })
  .map(({ body, age, key, forgery }): Sent => {
    const time = NOW_S - age
    const [mark, honest] = signJambonzBody(time, body, `wh_secret_${key}`).split(",") as [string, string]
    const forged: Record<string, string> = {
      time: `t=${time + 1},${honest}`,
      upper: `${mark},${honest.toUpperCase()}`,
      v2: `${mark},${honest.replace("v1", "v2")}`,
      second: `${mark},v1=${"0".repeat(64)},${honest}`,
    }
    const header = forged[forgery] ?? `${mark},${honest}`
    const sent = forgery === "body" ? `${body} ` : body
    const believe = verifyJambonzSignature(`wh_secret_${SECRETS.current}`)
    const request = { get: () => header, url: "/", body: sent }
    let believed = false
    try {
      believe(request, {}, () => {
        // The vendor takes what is dated in the future, however far; nobody honest sends it.
        believed = Number(/\d+/.exec(header)?.[0]) - NOW_S <= FRESH_S
      })
    } catch {
      // What it refuses, it throws at.
    }
    const headers = { "content-type": "application/json", "jambonz-signature": header }
    return { method: "POST", url: "https://calls.example/jambonz", headers, body: sent, believed }
  })

const sinchEvents = fc
  .record({
    body: utf8,
    path: fc.constantFrom("/v1/sites/site_1/carriers/sinch/voice", "/a/b/"),
    type: fc.constantFrom("application/json", "application/json; charset=utf-8", "text/plain"),
    age,
    key: fc.constantFrom(
      sinchSample.secrets.current,
      sinchSample.secrets.current,
      sinchSample.secrets.current,
      sinchSample.secrets.foreign,
    ),
    forgery: fc.constantFrom("", "", "", "body", "path", "type", "time", "key"),
  })
  .map(({ body, path, type, age, key, forgery }): Sent => {
    const at = T0 - age * 1000
    const draft = { event: "", at: -age, contentType: type, body }
    const { authorization = "", ...dated } = sinchSample.sign(draft, `https://calls.example${path}`, key).headers ?? {}
    const url = `https://calls.example${path}${forgery === "path" ? "/" : ""}`
    const headers = {
      ...dated,
      "content-type": forgery === "type" ? `${type};x=1` : type,
      authorization: forgery === "key" ? authorization.replace(APPLICATION_KEY, "other") : authorization,
      ...(forgery === "time" && { "x-timestamp": new Date(at + 1000).toISOString() }),
    }
    const sent = forgery === "body" ? `${body} ` : body
    const signed = sinchBelieves(
      APPLICATION_KEY,
      sinchSample.secrets.current,
      headers,
      sent,
      new URL(url).pathname,
      "POST",
    )
    // Its package does not look at the date, which is there to be looked at.
    const fresh = Math.abs(Date.parse(headers["x-timestamp"] ?? "") - T0) <= FRESH_S * 1000
    return { method: "POST", url, headers, body: sent, believed: signed && fresh }
  })

const { current: WEBHOOK, foreign: FOREIGN_WEBHOOK } = pbxSample.secrets
const standardWebhooks = fc
  .record({
    body: utf8,
    id: fc.string({ unit: fc.constantFrom(..."msg_019abc-"), minLength: 1, maxLength: 40 }),
    age,
    key: fc.constantFrom(WEBHOOK, WEBHOOK, WEBHOOK, FOREIGN_WEBHOOK),
    forgery: fc.constantFrom("", "", "", "first", "last", "version", "body", "id", "time"),
  })
  .map(({ body, id, age, key, forgery }): Sent => {
    const time = NOW_S - age
    const honest = signWebhook(id, time, body, key)
    const other = signWebhook(id, time, `${body}x`, key)
    const lists: Record<string, string> = {
      first: `${other} ${honest}`,
      last: `${honest} ${other}`,
      version: honest.replace("v1", "v2"),
    }
    const headers = {
      "content-type": "application/json",
      "webhook-id": forgery === "id" ? `${id}x` : id,
      "webhook-timestamp": String(forgery === "time" ? time + 1 : time),
      "webhook-signature": lists[forgery] ?? honest,
    }
    const sent = forgery === "body" ? `${body} ` : body
    const believed = holds(() => new Webhook(WEBHOOK).verify(sent, headers, { jsonParse: false }))
    return { method: "POST", url: "https://calls.example/pbx", headers, body: sent, believed }
  })

/** Whether a validator that throws at what it does not believe lets this pass. */
async function holds(verify: () => unknown): Promise<boolean> {
  try {
    await verify()
    return true
  } catch {
    return false
  }
}

function hmac(hash: string, key: string, message: string): Buffer {
  return createHmac(hash, key).update(message, "utf8").digest()
}

const TELNYX = { public_key: TELNYX_CREDENTIALS.public_key }

/** Every carrier whose vendor publishes a validator. */
export const ORACLES: readonly Oracle[] = [
  { carrier: "twilio", vendor: "twilio", what: "forms", credentials: TWILIO, sent: twilioForms },
  { carrier: "twilio", vendor: "twilio", what: "GET requests", credentials: TWILIO, sent: twilioGets },
  { carrier: "twilio", vendor: "twilio", what: "JSON bodies", credentials: TWILIO, sent: twilioJson },
  {
    carrier: "signalwire",
    vendor: "@signalwire/compatibility-api",
    what: "forms",
    credentials: { signing_key: SECRETS.current },
    sent: signalwireForms,
  },
  { carrier: "telnyx", vendor: "telnyx", what: "events", credentials: TELNYX, sent: telnyxEvents },
  {
    carrier: "plivo",
    vendor: "plivo",
    what: "forms and GET requests",
    credentials: { auth_id: plivoSample.credentials.auth_id, auth_token: SECRETS.current },
    sent: plivoRequests,
  },
  {
    carrier: "vonage",
    vendor: "@vonage/jwt",
    what: "events",
    credentials: { signature_secret: SECRETS.current },
    sent: vonageEvents,
  },
  {
    carrier: "jambonz",
    vendor: "@jambonz/node-client",
    what: "events",
    credentials: { webhook_secret: `wh_secret_${SECRETS.current}` },
    sent: jambonzEvents,
  },
  {
    carrier: "sinch",
    vendor: "@sinch/sdk-client",
    what: "events",
    credentials: { application_key: APPLICATION_KEY, application_secret: sinchSample.secrets.current },
    sent: sinchEvents,
  },
  {
    carrier: "pbx",
    vendor: "standardwebhooks",
    what: "messages",
    credentials: { secret: WEBHOOK },
    sent: standardWebhooks,
  },
]
