import {
  BeatRequest,
  PageAnswer,
  pageOf,
  type VisitAnswer,
  VisitRequest,
  VisitRow,
  VisitsQuery,
} from "../../../shared/contract.js"
import { VisitorDetail } from "../../../shared/contract-people.js"
import { REASON_HEADER, VISIT_BODY_LIMIT_BYTES } from "../../../shared/protocol.js"
import { readSettings, type Settings } from "../../core/site/settings.js"
import { describeVisitor } from "../../core/timeline/visitor.js"
import { recordBeat } from "../../core/visit/beat.js"
import { recordVisit } from "../../core/visit/visit.js"
import { listVisits } from "../../core/visit/visit-list.js"
import { corsHeaders, isOwnPage } from "../cors.js"
import { writePageAnswer } from "../page-answer.js"
import { siteRoute } from "../route.js"

/** A stranger's page keeps its own number and leaves no trace. */
const STRANGER: VisitAnswer = { visitor: null, visit: null, beat_s: 0, swaps: [] }
/**
 * The visit is over, or its number is somebody else's by now. 205, Reset Content, is what it says, and no error: browsers
 * write every 4xx into the console of a page that did nothing wrong.
 */
const ENDED = 205

/** Whether the browser asks not to be tracked (Do Not Track, Global Privacy Control), of a site that heeds it. */
function isHeard({ do_not_track }: Settings, { headers }: Request): boolean {
  return do_not_track && (headers.get("dnt") === "1" || headers.get("sec-gpc") === "1")
}

export const visitRoutes = [
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/visits",
    summary: "A page was viewed: records the visit, answers the numbers to show",
    access: "public",
    body: VisitRequest,
    limit: VISIT_BODY_LIMIT_BYTES,
    traffic: true,
    answer: PageAnswer,
    work: (site, { body, request }, host) => {
      const origin = request.headers.get("origin")
      if (!isOwnPage(readSettings(site).domains, origin, body.url))
        return { answer: STRANGER, reason: "origin", origin: null }
      const consent = isHeard(readSettings(site), request) ? "none" : body.consent
      return { ...recordVisit(site, { ...body, consent }, host.readClient(request)), origin }
    },
    reply: ({ answer, reason, origin }) => ({
      status: 200,
      bytes: writePageAnswer(answer),
      headers: { ...corsHeaders(origin), ...(reason === null ? {} : { [REASON_HEADER]: reason }) },
    }),
  }),
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/beats",
    summary:
      "A sign of life: heartbeat, tap on a number, page hidden, form sent. 205: the visit has ended, view the page again",
    access: "public",
    body: BeatRequest,
    answer: null,
    traffic: true,
    work: (site, { body, request }) => {
      const origin = request.headers.get("origin")
      if (!isOwnPage(readSettings(site).domains, origin, null)) return { status: 204, reason: "origin", origin: null }
      return { status: recordBeat(site, body) ? 204 : ENDED, reason: null, origin }
    },
    reply: ({ status, reason, origin }) => ({
      status,
      headers: { ...corsHeaders(origin), ...(reason === null ? {} : { [REASON_HEADER]: reason }) },
    }),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/visits",
    summary: "List visits, newest first",
    access: "read",
    query: VisitsQuery,
    answer: pageOf(VisitRow),
    look: (site, { query }) => listVisits(site, query),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/visitors/{id}",
    summary: "A visitor's journey: visits, pages, taps, forms and calls in the order of time",
    access: "read",
    answer: VisitorDetail,
    look: (site, { params }) => describeVisitor(site, params.id ?? ""),
  }),
]
