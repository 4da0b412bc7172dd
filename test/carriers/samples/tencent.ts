import { tencent } from "../../../server/carriers/tencent.js"
import { basicAuth, jsonDraft, type Sample, SECRETS, T0, unix } from "./sample.js"

const CALLER = "008613100000000"
const TRACKING = "00864001783747"

function cdr(end: string, accepted: number | undefined, ended: number) {
  const value = {
    SdkAppId: 1400000000,
    SessionId: "0cf5be1b-de75-4445-a0c4-8dff3fa4b68b",
    Caller: CALLER,
    Callee: TRACKING,
    Direction: 0,
    Duration: accepted === undefined ? 0 : ended - accepted,
    StartTimestamp: unix(0),
    QueuedTimestamp: unix(1),
    RingTimestamp: unix(2),
    AcceptTimestamp: accepted === undefined ? 0 : unix(accepted),
    EndedTimestamp: unix(ended),
    EndStatusString: end,
    HungUpSide: "user",
    SeatUser: accepted === undefined ? null : { UserId: "a@b.c", Phone: "008613012345678" },
    IVRKeyPressed: ["1"],
    ServeParticipants: [],
    RecordId: "",
  }
  return jsonDraft("push", ended + 2, value, "?action=cdr&version=1")
}

const record = jsonDraft(
  "push",
  90,
  {
    SessionId: "0cf5be1b-de75-4445-a0c4-8dff3fa4b68b",
    RecordURL: "https://ccc.example/record.mp3",
    RecordId: "r1",
    Timestamp: unix(0),
  },
  "?action=record&version=1",
)

const known = { to: TRACKING, from: CALLER, started_at: T0 }

export const tencentSample: Sample = {
  carrier: tencent,
  credentials: { username: "ringtrail", password: SECRETS.current, passwords: [SECRETS.further] },
  secrets: SECRETS,
  sign: basicAuth,
  covers: { address: false, body: false, window_s: null },
  calls: {
    answered: {
      drafts: [cdr("ok", 9, 75), record],
      record: {
        ...known,
        status: "completed",
        answered: true,
        answered_at: T0 + 9000,
        ended_at: T0 + 75_000,
        talk_s: 66,
        duration_s: 75,
        forwarded_to: "008613012345678",
        recording_url: "https://ccc.example/record.mp3",
      },
    },
    missed: { drafts: [cdr("seatGiveUp", undefined, 31)], record: { ...known, status: "missed", answered: false } },
    "nobody there": {
      drafts: [cdr("noSeatOnline", undefined, 3)],
      record: { ...known, status: "missed", answered: false },
    },
    abandoned: {
      drafts: [cdr("ringingGiveUp", undefined, 8)],
      record: { ...known, status: "abandoned", answered: false },
    },
    failed: { drafts: [cdr("error", undefined, 1)], record: { ...known, status: "failed", answered: false } },
  },
  routedElsewhere: true,
  refused: [{}, { username: "a", password: "short" }],
}
