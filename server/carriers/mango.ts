import * as z from "zod"
import type { CallEvent, LegStatus } from "../../shared/call-event.js"
import { EMPTY } from "./answer.js"
import { joinBytes } from "./bytes.js"
import type { Carrier, CarrierRequest } from "./carrier.js"
import { businessLeg, type CallKey, eventOf, readId } from "./event.js"
import { believe, fieldReader, formOf, type ReadField, recordClock, secondsBetween } from "./form.js"
import { isFresh, readUnix } from "./fresh.js"
import { isSecret, sha256Hex } from "./hmac.js"
import { fieldsOf, type JsonObject, objectAt, objectIn, readJson } from "./json.js"
import { furtherSecrets, secretText } from "./secret.js"

const Salt = secretText("the signing key of the Mango Office API", 8)

const MangoCredentials = z.strictObject({
  api_key: secretText("the product code of the Mango Office API", 8),
  api_salt: Salt,
  /** Further signing keys that are accepted while a new one is rolled out. */
  api_salts: furtherSecrets(Salt),
})

/** What a site tells us of its Mango Office virtual PBX. */
export type MangoCredentials = z.infer<typeof MangoCredentials>

/**
 * Mango Office: signed forms with JSON in. It asks nothing: where a call goes is set in the PBX. The address to enter
 * there is the one without `/events/...`, which Mango puts behind it. Recordings have to be fetched with the API.
 */
export const mango: Carrier<MangoCredentials> = {
  name: "mango",
  credentials: MangoCredentials,
  events: ["events/call", "events/summary", "events/recording", "events/dtmf"],
  setup: {
    steps: [
      {
        event: "",
        where: "Integrations, API connector: address of the external system",
        method: "POST",
        types: ["call", "summary", "recording", "dtmf"],
      },
    ],
    notes: ["Mango puts /events/... behind the address itself. Where a call goes is set in the PBX."],
  },
  verify: verifyMango,
  parse: parseMango,
  render: () => EMPTY,
  acknowledge: () => EMPTY,
}

/** How long after its own time a report is taken; Mango does not say how long it repeats one. */
const WINDOW_MS = 3_600_000

/** Hex of the SHA-256 over key, JSON and salt. The time stands in the JSON. */
async function verifyMango(
  { method, body, received_at }: CarrierRequest,
  { api_key, api_salt, api_salts = [] }: MangoCredentials,
): Promise<boolean> {
  const form = formOf(body)
  const json = form.get("json") ?? ""
  const sign = form.get("sign") ?? ""
  if (method !== "POST" || form.get("vpbx_api_key") !== api_key || !/^[0-9a-f]{64}$/.test(sign)) return false
  const salts = [api_salt, ...api_salts]
  const expected = await Promise.all(salts.map((salt) => sha256Hex(joinBytes(api_key, json, salt))))
  if (!(await isSecret(sign, expected))) return false
  const read = fieldReader(fieldsOf(objectIn(readJson(json))))
  return isFresh(readUnix(read("timestamp") ?? read("end_time")), received_at, WINDOW_MS)
}

function parseMango(event: string, { body, received_at }: CarrierRequest): readonly CallEvent[] {
  const root = objectIn(readJson(formOf(body).get("json") ?? ""))
  const read = fieldReader(fieldsOf(root))
  const call_key = readId(read("entry_id"))
  if (!call_key) return []
  const from = fieldReader(fieldsOf(objectAt(root, "from")))
  const to = fieldReader(fieldsOf(objectAt(root, "to")))
  const call = { carrier: mango.name, call_key, to: to("line_number") ?? read("line_number"), from: from("number") }
  if (event === "events/call") return parseState(call, root, received_at)
  if (event === "events/summary") return parseSummary(call, read, to("number"), received_at)
  if (event === "events/dtmf") {
    const digits = read("dtmf")
    const time = believe(readUnix(read("timestamp")), received_at)
    return digits === undefined ? [] : [eventOf(call, "input", `${read("seq", 12) ?? ""}:${digits}`, time, { digits })]
  }
  return []
}

/**
 * One step of one leg. A caller's own calls out have an extension as their origin and are left out. A leg in a menu or a
 * queue (`location`) is the caller's, which is answered by the machine.
 */
function parseState(call: CallKey, root: JsonObject, received_at: number): readonly CallEvent[] {
  const read = fieldReader(fieldsOf(root))
  const leg = readId(read("call_id"))
  if (!leg || fieldReader(fieldsOf(objectAt(root, "from")))("extension") !== undefined) return []
  const time = believe(readUnix(read("timestamp")), received_at)
  const detail = `${leg}:${read("seq", 12) ?? ""}`
  const state = read("call_state")
  if (read("location") !== "abonent")
    return state === "Appeared" ? [eventOf(call, "ringing", detail, time, { status: "ringing" })] : []
  const business = businessLeg(leg, fieldReader(fieldsOf(objectAt(root, "to")))("number"))
  switch (state) {
    case "Appeared":
      return [
        eventOf(call, "ringing", `${detail}:a`, time, { status: "ringing" }),
        eventOf(call, "ringing", detail, time, { status: "initiated", ...business }),
      ]
    case "Connected":
      return [eventOf(call, "answered", detail, time, { status: "in_progress", ...business })]
    case "Disconnected":
      return [
        eventOf(call, "ended", detail, time, { status: REASON.get(read("disconnect_reason") ?? ""), ...business }),
      ]
    default:
      return []
  }
}

/** Why a leg ended that nobody had picked up; every other code leaves it open. */
const REASON: ReadonlyMap<string, LegStatus> = new Map([
  ["1110", "canceled"],
  ["1121", "busy"],
])

/** The whole call, when it is over. `talk_time` is when the conversation began, 0 when there was none. */
function parseSummary(
  call: CallKey,
  read: ReadField,
  forwarded_to: string | undefined,
  received_at: number,
): readonly CallEvent[] {
  if (read("call_direction") !== "1") return []
  const [created, talked, ended] = ["create_time", "talk_time", "end_time"].map((name) => readUnix(read(name)))
  const start = created ?? Number.NaN
  const end = ended ?? Number.NaN
  const clock = recordClock(end, received_at)
  const talk_s = secondsBetween(talked ?? Number.NaN, end)
  const status: LegStatus = talk_s === undefined ? "no_answer" : "completed"
  return [
    eventOf(call, "ringing", "summary", clock(start), { status: "ringing" }),
    eventOf(call, "ended", "summary:b", clock(end), { status, talk_s, ...businessLeg(undefined, forwarded_to) }),
    eventOf(call, "ended", "summary:a", clock(end), { status: "completed", duration_s: secondsBetween(start, end) }),
  ]
}
