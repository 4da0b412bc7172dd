import { UIS_TEMPLATE, uis } from "../../../server/carriers/uis.js"
import { addressSecret, BUSINESS, CALLER, type Draft, type Sample, SECRETS, T0, TRACKING, unix } from "./sample.js"

const digits = (number: string) => number.slice(1)

/** The template as UIS fills it in: a variable that it does not know stays. */
function filled(event: string, at: number, values: Record<string, string> = {}): Draft {
  const known: Record<string, string> = {
    call_session_id: "1180412378",
    contact_phone_number: digits(CALLER),
    virtual_phone_number: digits(TRACKING),
    direction: "in",
    notification_timestamp: String(unix(at)),
    ...values,
  }
  const body = UIS_TEMPLATE.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => known[name] ?? whole)
  return { event, at, body, contentType: "application/json" }
}

const called = { called_phone_number: digits(BUSINESS) }
const known = { to: digits(TRACKING), from: digits(CALLER) }

export const uisSample: Sample = {
  carrier: uis,
  credentials: { secret: SECRETS.current, secrets: [SECRETS.further] },
  secrets: SECRETS,
  sign: addressSecret,
  covers: { address: false, body: false, window_s: null },
  calls: {
    answered: {
      drafts: [
        filled("ringing", 0),
        filled("answered", 9, called),
        filled("ended", 75, { ...called, talk_time_duration: "65", total_time_duration: "75" }),
        filled("recording", 80, { full_record_file_link: "https://app.uiscom.ru/system/media/talk/1180412378/abc/" }),
      ],
      record: {
        ...known,
        status: "completed",
        answered: true,
        started_at: T0,
        answered_at: T0 + 9000,
        ended_at: T0 + 75_000,
        talk_s: 65,
        duration_s: 75,
        forwarded_to: digits(BUSINESS),
        recording_url: "https://app.uiscom.ru/system/media/talk/1180412378/abc/",
      },
    },
    missed: {
      drafts: [
        filled("ringing", 0),
        filled("lost", 32, { total_time_duration: "32" }),
        filled("ended", 32, { talk_time_duration: "0", total_time_duration: "32" }),
      ],
      record: { ...known, status: "missed", answered: false, talk_s: null, duration_s: 32 },
    },
  },
  routedElsewhere: true,
  refused: [{}, { secret: "" }, { secret: "short" }, { secret: "a secret with spaces & more in it" }],
}
