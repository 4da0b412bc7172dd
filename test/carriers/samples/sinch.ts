import { createHash, createHmac } from "node:crypto"
import { sinch } from "../../../server/carriers/sinch.js"
import { CALLER, iso, jsonDraft, type Sample, type Sign, T0, TRACKING } from "./sample.js"

const CALL = "822aa4b7-05b4-4d83-87c7-1f835ee0b6f6_257"
export const APPLICATION_KEY = "669E367E-6BBA-48AB-AF15-266871C28135"

const ice = jsonDraft("voice", 0, {
  event: "ice",
  callid: CALL,
  callResourceUrl: `https://calling-use1.api.sinch.com/calling/v1/calls/id/${CALL}`,
  timestamp: iso(0),
  version: 1,
  cli: CALLER.slice(1),
  to: { type: "did", endpoint: TRACKING },
  domain: "pstn",
  applicationKey: APPLICATION_KEY,
  originationType: "PSTN",
  rdnis: "",
})
const ace = jsonDraft("voice", 9, {
  event: "ace",
  callid: CALL,
  timestamp: iso(9),
  version: 1,
  applicationKey: APPLICATION_KEY,
})
const dice = (at: number, result: string, reason: string, duration: number) =>
  jsonDraft("voice", at, {
    event: "dice",
    callid: CALL,
    timestamp: iso(at),
    version: 1,
    reason,
    result,
    applicationKey: APPLICATION_KEY,
    debit: { currencyId: "EUR", amount: 0.1758 },
    userRate: { currencyId: "EUR", amount: 0.1758 },
    to: { type: "number", endpoint: "13125550100" },
    duration,
    from: CALLER.slice(1),
  })

const signSinch: Sign = ({ at, body, contentType }, url, secret) => {
  const time = iso(at)
  const md5 = body === "" ? "" : createHash("md5").update(body).digest("base64")
  const signed = ["POST", md5, contentType, `x-timestamp:${time}`, new URL(url).pathname].join("\n")
  const signature = createHmac("sha256", Buffer.from(secret, "base64")).update(signed).digest("base64")
  return { headers: { "x-timestamp": time, authorization: `application ${APPLICATION_KEY}:${signature}` } }
}

const SECRETS = {
  current: "BeIukql3pTKJ8RGL5zo0DA==",
  further: "MDEyMzQ1Njc4OWFiY2RlZg==",
  foreign: "ZmVkY2JhOTg3NjU0MzIxMA==",
}
const known = { to: TRACKING, from: CALLER }

export const sinchSample: Sample = {
  carrier: sinch,
  credentials: {
    application_key: APPLICATION_KEY,
    application_secret: SECRETS.current,
    application_secrets: [SECRETS.further],
  },
  secrets: SECRETS,
  sign: signSinch,
  covers: { address: true, body: true, window_s: 300 },
  calls: {
    answered: {
      drafts: [ice, ace, dice(75, "ANSWERED", "CALLERHANGUP", 66)],
      record: {
        ...known,
        status: "completed",
        answered: true,
        answered_at: T0 + 9000,
        ended_at: T0 + 75_000,
        talk_s: 66,
      },
    },
    missed: {
      drafts: [ice, dice(31, "NOANSWER", "TIMEOUT", 0)],
      record: { ...known, status: "missed", answered: false },
    },
    busy: { drafts: [ice, dice(3, "BUSY", "CALLEEHANGUP", 0)], record: { ...known, status: "busy", answered: false } },
    failed: {
      drafts: [ice, dice(3, "FAILED", "GENERALERROR", 0)],
      record: { ...known, status: "failed", answered: false },
    },
    abandoned: {
      drafts: [ice, dice(8, "NOANSWER", "CALLERHANGUP", 0)],
      record: { ...known, status: "abandoned", answered: false, talk_s: null },
    },
  },
  refused: [
    {},
    { application_key: APPLICATION_KEY, application_secret: "" },
    { application_key: APPLICATION_KEY, application_secret: "c2hvcnQ=" },
    { application_key: "a b", application_secret: SECRETS.current },
  ],
}
