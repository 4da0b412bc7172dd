import { aliyun } from "../../../server/carriers/aliyun.js"
import { addressSecret, jsonDraft, type Sample, SECRETS, T0 } from "./sample.js"

const [CALLER, TRACKING, BUSINESS] = ["15200001504", "18600007614", "17100003225"]

/** Beijing's local time at this second after T0. */
function local(at: number): string {
  return new Date(T0 + at * 1000 + 8 * 3_600_000).toISOString().replace("T", " ").slice(0, 19)
}

const receipt = {
  phone_no: BUSINESS,
  secret_no: TRACKING,
  peer_no: CALLER,
  call_id: "43612633712c0001",
  call_type: 1,
  call_time: local(0),
  pool_key: "FC1",
  sub_id: 100004306803,
  city: "北京",
}
const start = jsonDraft("start", 0.3, [{ ...receipt, unconnected_cause: 0, control_type: "CONTINUE", id: 1 }])
const ring = jsonDraft("ring", 2.3, [{ ...receipt, call_type: "1", ring_time: local(2) }])
const pickup = jsonDraft("pickup", 9.3, [{ ...receipt, call_type: "1", ring_time: local(2), start_time: local(9) }])
const report = (answered: number, released: number, fields = {}) =>
  jsonDraft("report", released + 5, [
    {
      ...receipt,
      call_out_time: local(1),
      ring_time: local(2),
      start_time: local(answered),
      release_time: local(released),
      release_dir: 1,
      release_cause: 31,
      unconnected_cause: 0,
      ...fields,
    },
    // Another call of the same push, out of the business: not one of ours.
    { ...receipt, call_id: "43612633712c0002", call_type: 0, start_time: local(1), release_time: local(2) },
  ])

const known = { to: TRACKING, from: CALLER, started_at: T0 }

export const aliyunSample: Sample = {
  carrier: aliyun,
  credentials: { secret: SECRETS.current, secrets: [SECRETS.further] },
  secrets: SECRETS,
  sign: addressSecret,
  covers: { address: false, body: false, window_s: null },
  calls: {
    answered: {
      drafts: [start, ring, pickup, report(9, 74, { record_url: "https://x.oss-cn-shanghai.aliyuncs.com/1.mp3" })],
      record: {
        ...known,
        status: "completed",
        answered: true,
        answered_at: T0 + 9000,
        ended_at: T0 + 74_000,
        talk_s: 65,
        duration_s: 74,
        forwarded_to: BUSINESS,
        recording_url: "https://x.oss-cn-shanghai.aliyuncs.com/1.mp3",
        recording_s: 65,
      },
    },
    "answered, the report only": {
      drafts: [report(9, 74)],
      record: { ...known, status: "completed", answered: true, talk_s: 65, answered_at: T0 + 9000 },
    },
    missed: {
      drafts: [start, ring, report(31, 31, { release_dir: 0 })],
      record: { ...known, status: "missed", answered: false, talk_s: null },
    },
    busy: {
      drafts: [start, report(3, 3, { release_cause: 17 })],
      record: { ...known, status: "busy", answered: false },
    },
    abandoned: { drafts: [start, ring, report(8, 8)], record: { ...known, status: "abandoned", answered: false } },
    refused: {
      drafts: [report(1, 1, { unconnected_cause: 1 })],
      record: { ...known, status: "failed", answered: false },
    },
  },
  routedElsewhere: true,
  refused: [{}, { secret: "" }, { secret: "short" }],
}
