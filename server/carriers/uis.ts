import type * as z from "zod"
import type { CallEvent, LegStatus } from "../../shared/call-event.js"
import { EMPTY } from "./answer.js"
import type { Carrier, CarrierRequest } from "./carrier.js"
import { businessLeg, eventOf, readId } from "./event.js"
import { believe, fieldReader, readSeconds, readUrl } from "./form.js"
import { readUnix } from "./fresh.js"
import { fieldsOf, objectIn, readJson } from "./json.js"
import { AddressSecret, verifyAddress } from "./secret.js"
import { SECRET_QUERY } from "./setup.js"

/** What a site tells us of its UIS account: the secret that stands in the addresses of its notifications. */
export type UisCredentials = z.infer<typeof AddressSecret>

const VARIABLES = [
  "call_session_id",
  "contact_phone_number",
  "virtual_phone_number",
  "called_phone_number",
  "direction",
  "notification_timestamp",
  "talk_time_duration",
  "total_time_duration",
  "full_record_file_link",
]

/** The body of every notification. A variable that an event does not have is left as it stands, and not read. */
export const UIS_TEMPLATE = `{${VARIABLES.map((name) => `"${name}":"{{${name}}}"`).join(",")}}`

/** Our paths, and the events that are chosen for them. */
const UIS_NOTIFICATIONS = [
  ["ringing", "Incoming call"],
  ["answered", "Operator answered"],
  ["ended", "End of a call"],
  ["lost", "Lost call"],
  ["recording", "Recorded call"],
] as const

/**
 * UIS, CoMagic and CallGear: HTTP notifications whose JSON the customer writes. One notification for each path, by POST,
 * each with `UIS_TEMPLATE` as its body and `?secret=` in its address. Nothing is signed and nothing is asked: where a
 * call goes is the scenario that is set there.
 */
export const uis: Carrier<UisCredentials> = {
  name: "uis",
  credentials: AddressSecret,
  events: ["ringing", "answered", "ended", "lost", "recording"],
  setup: {
    steps: UIS_NOTIFICATIONS.map(([event, type]) => ({
      event,
      where: "Notifications, a new one by HTTP",
      method: "POST" as const,
      suffix: SECRET_QUERY,
      types: [type],
      body: UIS_TEMPLATE,
    })),
    notes: [
      "One notification for each address. Nothing is signed: put your secret into the addresses, and keep them to yourself.",
    ],
  },
  verify: verifyAddress,
  parse: parseUis,
  render: () => EMPTY,
  acknowledge: () => EMPTY,
}

function parseUis(event: string, { body, received_at }: CarrierRequest): readonly CallEvent[] {
  const fields = fieldsOf(objectIn(readJson(body)))
  for (const [name, value] of [...fields]) if (/^\{\{.*\}\}$/.test(value)) fields.delete(name)
  const read = fieldReader(fields)
  const call_key = readId(read("call_session_id"))
  if (!call_key || read("direction") === "out") return []
  const call = { carrier: uis.name, call_key, to: read("virtual_phone_number"), from: read("contact_phone_number") }
  const time = believe(readUnix(read("notification_timestamp")), received_at)
  const business = businessLeg(undefined, read("called_phone_number"))
  const duration_s = readSeconds(read("total_time_duration"))
  switch (event) {
    case "ringing":
      return [eventOf(call, "ringing", "", { occurred_at: received_at, timestamped: false }, { status: "ringing" })]
    case "answered":
      return [eventOf(call, "answered", "", time, { status: "in_progress", ...business })]
    case "ended":
    case "lost": {
      const talk_s = event === "lost" ? undefined : (readSeconds(read("talk_time_duration")) ?? undefined)
      const status: LegStatus | undefined =
        event === "lost" || talk_s === 0 ? "no_answer" : talk_s ? "completed" : undefined
      return [
        eventOf(call, "ended", `${event}:b`, time, { status, ...business, talk_s: talk_s || undefined }),
        eventOf(call, "ended", `${event}:a`, time, { status: "completed", duration_s }),
      ]
    }
    case "recording": {
      const recording_url = readUrl(read("full_record_file_link", 2048))
      const details = { status: "completed" as const, recording_url }
      return recording_url === undefined ? [] : [eventOf(call, "recording", "", time, details)]
    }
    default:
      return []
  }
}
