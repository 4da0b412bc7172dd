import { telnyx } from "../../../server/carriers/telnyx.js"
import { BUSINESS, CALLER, iso, jsonDraft, type Sample, T0, TRACKING } from "./sample.js"
import { signTelnyx, TELNYX_CREDENTIALS, TELNYX_KEYS, TELNYX_REFUSED } from "./twiml.js"

const SESSION = "428c31b6-abf3-3bc1-b7f4-5013ef9657c1"
const A = "b0e6224c-c81c-11f0-afbb-02420aef93a0"
const B = "c1f7335d-c81c-11f0-afbb-02420aef93a0"
let number = 0

function event(at: number, event_type: string, leg: string, fields = {}) {
  const own = leg === A ? { from: CALLER, to: TRACKING } : { from: CALLER, to: BUSINESS }
  const payload = {
    call_control_id: `v3:${leg}`,
    connection_id: "7267",
    call_leg_id: leg,
    call_session_id: SESSION,
    client_state: null,
    start_time: iso(leg === A ? 0 : 1),
    ...own,
    ...fields,
  }
  number += 1
  return jsonDraft("voice", at, {
    data: {
      record_type: "event",
      event_type,
      id: `0ccc7b54-4df3-4bca-a65a-${String(number).padStart(12, "0")}`,
      occurred_at: iso(at),
      payload,
    },
    meta: { attempt: 1, delivered_to: "https://calls.example" },
  })
}

const voice = event(0, "call.initiated", A, { direction: "incoming", state: "parked", caller_id_name: "Jane" })
const dialled = event(1, "call.initiated", B, { direction: "outgoing", state: "bridging" })
const hangup = (at: number, leg: string, hangup_cause: string) =>
  event(at, "call.hangup", leg, { hangup_cause, hangup_source: "caller", state: "hangup" })

const known = { to: TRACKING, from: CALLER, caller_name: "Jane", forwarded_to: BUSINESS }

export const telnyxSample: Sample = {
  carrier: telnyx,
  credentials: TELNYX_CREDENTIALS,
  secrets: TELNYX_KEYS,
  sign: signTelnyx,
  covers: { address: false, body: true, window_s: 300 },
  calls: {
    answered: {
      drafts: [
        voice,
        event(0.2, "call.answered", A),
        dialled,
        event(9, "call.answered", B),
        event(9.1, "call.bridged", A),
        event(9.1, "call.bridged", B),
        hangup(74, B, "normal_clearing"),
        hangup(74.2, A, "normal_clearing"),
        event(80, "call.recording.saved", A, {
          recording_urls: { mp3: "https://s3.amazonaws.com/telnyx/1.mp3?X-Amz-Expires=600" },
          recording_started_at: iso(9.1),
          recording_ended_at: iso(73.1),
          channels: "dual",
        }),
      ],
      record: {
        ...known,
        status: "completed",
        answered: true,
        answered_at: T0 + 9100,
        ended_at: T0 + 74_200,
        duration_s: 74,
        // Call Control names no conversation's length.
        talk_s: 65,
        recording_url: "https://s3.amazonaws.com/telnyx/1.mp3?X-Amz-Expires=600",
        recording_s: 64,
      },
    },
    missed: {
      drafts: [
        voice,
        event(0.2, "call.answered", A),
        dialled,
        hangup(31, B, "timeout"),
        hangup(32, A, "normal_clearing"),
      ],
      record: { ...known, status: "missed", answered: false, talk_s: null, ended_at: T0 + 32_000 },
    },
    busy: {
      drafts: [voice, dialled, hangup(3, B, "user_busy"), hangup(4, A, "normal_clearing")],
      record: { ...known, status: "busy", answered: false },
    },
    abandoned: {
      drafts: [voice, dialled, hangup(8, A, "originator_cancel"), hangup(8.1, B, "originator_cancel")],
      record: { ...known, status: "abandoned", answered: false },
    },
  },
  routedElsewhere: true,
  refused: TELNYX_REFUSED,
}
