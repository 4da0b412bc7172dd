import type {
  DisconnectCallback,
  InitiateCallback,
  RecordingAvailableCallback,
  TransferAnswerCallback,
  TransferCompleteCallback,
  TransferDisconnectCallback,
} from "bandwidth-sdk"
import { bandwidth } from "../../../server/carriers/bandwidth.js"
import { BUSINESS, basicAuth, CALLER, iso, jsonDraft, type Sample, SECRETS, T0, TRACKING } from "./sample.js"

/** The vendor's own type of a callback; its dates come as texts. */
type Vendor<T> = { [K in keyof T]?: unknown }

const A = "c-15ac29a2-1331029c-2cb0-4a07-b215-b22865662d85"
const B = "c-95ac8d6e-1a31c52e-b38f-4198-93c1-51633ec68f8d"
const ACCOUNT = { accountId: "9900000", applicationId: "04e88489-df02-4e34-a0ee-27a91849555f" }
const caller = {
  ...ACCOUNT,
  from: CALLER,
  to: TRACKING,
  direction: "inbound",
  callId: A,
  callUrl: "https://x",
  startTime: iso(0),
}
const business = {
  ...ACCOUNT,
  from: CALLER,
  to: BUSINESS,
  direction: "outbound",
  callId: B,
  startTime: iso(1),
  transferTo: BUSINESS,
}

const voice = jsonDraft("voice", 0, {
  eventType: "initiate",
  eventTime: iso(0),
  ...caller,
} satisfies Vendor<InitiateCallback>)
const transferAnswer = (at: number) =>
  jsonDraft("status", at, {
    eventType: "transferAnswer",
    eventTime: iso(at),
    ...business,
    answerTime: iso(at),
    tag: A,
  } satisfies Vendor<TransferAnswerCallback>)
const transferDisconnect = (at: number, cause: string, answered?: number) =>
  jsonDraft("status", at, {
    eventType: "transferDisconnect",
    eventTime: iso(at),
    ...business,
    parentCallId: A,
    answerTime: answered === undefined ? null : iso(answered),
    endTime: iso(at),
    cause,
    tag: A,
  } satisfies Vendor<TransferDisconnectCallback>)
const transferComplete = (at: number, cause: string) =>
  jsonDraft("dial", at, {
    eventType: "transferComplete",
    eventTime: iso(at),
    ...caller,
    cause,
    tag: null,
  } satisfies Vendor<TransferCompleteCallback>)
const disconnect = (at: number, cause: string, answered?: number) =>
  jsonDraft("status", at, {
    eventType: "disconnect",
    eventTime: iso(at),
    ...caller,
    answerTime: answered === undefined ? null : iso(answered),
    endTime: iso(at),
    cause,
    errorMessage: null,
  } satisfies Vendor<DisconnectCallback>)
const recording = jsonDraft("recording", 80, {
  eventType: "recordingAvailable",
  eventTime: iso(80),
  ...caller,
  parentCallId: null,
  recordingId: "r-115da407-e3d9-4ea7-889f-5f4ad7386a80",
  mediaUrl: "https://voice.bandwidth.com/api/v2/accounts/9900000/calls/c-1/recordings/r-1/media",
  endTime: iso(73.1),
  duration: "PT1M4.5S",
  fileFormat: "wav",
  channels: 2,
  status: "complete",
} satisfies Vendor<RecordingAvailableCallback>)

const known = { to: TRACKING, from: CALLER }

export const bandwidthSample: Sample = {
  carrier: bandwidth,
  credentials: { username: "ringtrail", password: SECRETS.current, passwords: [SECRETS.further] },
  secrets: SECRETS,
  sign: basicAuth,
  covers: { address: false, body: false, window_s: null },
  calls: {
    answered: {
      drafts: [
        voice,
        transferAnswer(9),
        transferDisconnect(74, "hangup", 9),
        transferComplete(74.2, "hangup"),
        disconnect(75, "hangup", 9),
        recording,
      ],
      record: {
        ...known,
        status: "completed",
        answered: true,
        answered_at: T0 + 9000,
        ended_at: T0 + 75_000,
        talk_s: 65,
        duration_s: 75,
        forwarded_to: BUSINESS,
        recording_s: 64,
      },
    },
    missed: {
      drafts: [voice, transferDisconnect(31, "timeout"), transferComplete(31.1, "timeout"), disconnect(32, "rejected")],
      record: { ...known, status: "missed", answered: false, talk_s: null, forwarded_to: BUSINESS },
    },
    busy: {
      drafts: [voice, transferDisconnect(3, "busy"), transferComplete(3.1, "busy"), disconnect(4, "rejected")],
      record: { ...known, status: "busy", answered: false },
    },
    abandoned: {
      drafts: [voice, transferDisconnect(8, "cancel"), disconnect(8, "hangup")],
      record: { ...known, status: "abandoned", answered: false },
    },
  },
  refused: [
    {},
    { username: "a:b", password: SECRETS.current },
    { username: "a", password: "short" },
    { username: "", password: SECRETS.current },
  ],
}
