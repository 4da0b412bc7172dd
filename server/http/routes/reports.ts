import { ReportAnswer, ReportQuery } from "../../../shared/contract-report.js"
import { columnsOf, report } from "../../core/report.js"
import { toCsv } from "../../exports/csv.js"
import { siteRoute } from "../route.js"

export const reportRoutes = [
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/report",
    summary: "One query for every table and chart; Accept: text/csv answers the same rows as CSV",
    access: "read",
    query: ReportQuery,
    answer: ReportAnswer,
    look: (site, { query }) => report(site, query),
    reply: (result, { request, query }) => {
      if (!/\btext\/csv\b/i.test(request.headers.get("accept") ?? "")) return { status: 200, json: result }
      const header = columnsOf(query, result.query.group_by as string[])
      return { status: 200, text: toCsv(header, result.rows), headers: { "content-type": "text/csv; charset=utf-8" } }
    },
  }),
]
