import { pageOf } from "../../../shared/contract.js"
import { CohortsAnswer, CohortsQuery, SaturationAnswer, SaturationQuery } from "../../../shared/contract-cohorts.js"
import {
  RankingAnswer,
  RankingQuery,
  SavedReportAnswer,
  SavedReportFields,
  SavedReportPatch,
  SavedReportsQuery,
} from "../../../shared/contract-ranking.js"
import { ReportAnswer, ReportQuery } from "../../../shared/contract-report.js"
import { columnsOf } from "../../core/report/report.js"
import {
  deleteSavedReport,
  describeSavedReport,
  findSavedReport,
  listSavedReports,
  saveReport,
  updateSavedReport,
} from "../../core/report/saved-report.js"
import { toCsv } from "../../exports/csv.js"
import { parseWith } from "../parse.js"
import { type Answer, siteRoute } from "../route.js"

/** The rows as CSV where the request asks for it, else all as JSON. */
function write(result: ReportAnswer, request: Request): Answer {
  if (!/\btext\/csv\b/i.test(request.headers.get("accept") ?? "")) return { status: 200, json: result }
  const query = result.query as unknown as ReportQuery
  const header = columnsOf(query, query.group_by)
  return { status: 200, text: toCsv(header, result.rows), headers: { "content-type": "text/csv; charset=utf-8" } }
}

export const reportRoutes = [
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/report",
    summary: "One query for every table and chart; Accept: text/csv answers the same rows as CSV",
    access: "read",
    query: ReportQuery,
    answer: ReportAnswer,
    ask: (_, { query }) => ({ name: "report", query }),
    reply: (result: ReportAnswer, { request }) => write(result, request),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/ranking",
    summary:
      "Channels, campaigns or keywords by what they return, with what stands out and where money may be worth moving",
    access: "read",
    query: RankingQuery,
    answer: RankingAnswer,
    ask: (_, { query }) => ({ name: "ranking", query }),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/cohorts",
    summary:
      "What customers brought by when and where they first came, against what was spent then, and when it paid back",
    access: "read",
    query: CohortsQuery,
    answer: CohortsAnswer,
    ask: (_, { query }) => ({ name: "cohorts", query }),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/saturation",
    summary: "What more money still bought: prices by steps of spending, and what each further result cost",
    access: "read",
    query: SaturationQuery,
    answer: SaturationAnswer,
    ask: (_, { query }) => ({ name: "saturation", query }),
  }),
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/reports",
    summary: "Save a report's query under a name",
    access: "write",
    body: SavedReportFields,
    answer: SavedReportAnswer,
    status: 201,
    work: (site, { body }) => saveReport(site, body),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/reports",
    summary: "List saved reports, oldest first",
    access: "read",
    query: SavedReportsQuery,
    answer: pageOf(SavedReportAnswer),
    look: (site, { query }) => listSavedReports(site, query),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/reports/{id}",
    summary: "Read a saved report's query",
    access: "read",
    answer: SavedReportAnswer,
    look: (site, { params }) => describeSavedReport(findSavedReport(site, params.id ?? "")),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/reports/{id}/run",
    summary: "Answer a saved report as of now; Accept: text/csv answers the same rows as CSV",
    access: "read",
    answer: ReportAnswer,
    ask: (handle, { params }) => {
      const { query } = handle.read((site) => findSavedReport(site, params.id ?? ""))
      return { name: "report", query: parseWith(ReportQuery, query) }
    },
    reply: (result: ReportAnswer, { request }) => write(result, request),
  }),
  siteRoute({
    method: "patch",
    path: "/v1/sites/{site}/reports/{id}",
    summary: "Change a saved report",
    access: "write",
    body: SavedReportPatch,
    answer: SavedReportAnswer,
    work: (site, { params, body }) => updateSavedReport(site, params.id ?? "", body),
  }),
  siteRoute({
    method: "delete",
    path: "/v1/sites/{site}/reports/{id}",
    summary: "Forget a saved report",
    access: "write",
    answer: null,
    status: 204,
    work: (site, { params }) => deleteSavedReport(site, params.id ?? ""),
  }),
]
