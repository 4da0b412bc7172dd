import * as z from "zod"
import { PageQuery, pageOf } from "../../../shared/contract.js"
import {
  CostAnswer,
  CostDaysAnswer,
  CostImportAnswer,
  CostImportFile,
  CostImportQuery,
  CostPatch,
  CostRequest,
  CostsQuery,
  ImportAnswer,
} from "../../../shared/contract-costs.js"
import { RateAnswer, RateChange, RateFields } from "../../../shared/contract-money.js"
import { BULK_BODY_LIMIT_BYTES, FILE_LIMIT_BYTES } from "../../../shared/protocol.js"
import {
  deleteCost,
  describeCost,
  describeCostDays,
  findCost,
  listCosts,
  putCosts,
  updateCost,
} from "../../core/money/cost.js"
import { listRates, putRate } from "../../core/money/rate-change.js"
import { deleteImport, importSpend, listImports } from "../../core/money/spend-import.js"
import { sha256 } from "../auth.js"
import { parseJson } from "../body.js"
import { isCsv, readCsvObjects } from "../csv.js"
import { siteRoute } from "../route.js"
import { readSheet } from "../sheet.js"

const COUNTS = ["clicks", "impressions"]
const COLUMNS = [
  ..."external_id,kind,amount,currency,rate,from,to,channel,source,medium,campaign,term,content".split(","),
  ..."number,spread,account,notes".split(","),
  ...COUNTS,
]

export const costRoutes = [
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/costs",
    summary:
      "Put costs: one, or up to 100 as an array or CSV (text/csv); known ones (external_id) are renewed, all or none",
    access: "write",
    body: CostRequest,
    limit: BULK_BODY_LIMIT_BYTES,
    decode: (text, contentType) => (isCsv(contentType) ? readCsvObjects(text, COLUMNS, COUNTS) : parseJson(text)),
    answer: z.union([CostAnswer, z.strictObject({ data: z.array(CostAnswer) })]),
    status: 201,
    work: (site, { body }) => {
      const rows = Array.isArray(body) ? body : [body]
      const stored = putCosts(site, rows, (index) => (Array.isArray(body) ? `${index}.` : ""))
      const data = stored.map((row) => describeCost(site, row))
      return Array.isArray(body) ? { data } : data[0]
    },
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/costs",
    summary: "List the costs that have a day in the span, latest first",
    access: "read",
    query: CostsQuery,
    answer: pageOf(CostAnswer),
    look: (site, { query }) => listCosts(site, query),
  }),
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/costs/import",
    summary:
      "Import an ad platform's export (Google Ads, Meta, Yandex Direct, Baidu, plain CSV), whole or not at all; dry_run=true shows what would come of it",
    access: "write",
    query: CostImportQuery,
    body: CostImportFile,
    limit: FILE_LIMIT_BYTES,
    decodeBytes: readSheet,
    answer: CostImportAnswer,
    status: 201,
    prepare: ({ query: { dry_run: _, ...query }, body }) => sha256(JSON.stringify([query, body.lines])),
    work: (site, { query, body }, _, digest) => importSpend(site, query, body, String(digest)),
    reply: (json, { query }) => ({ status: query.dry_run === "true" ? 200 : 201, json }),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/costs/imports",
    summary: "List the imports, latest first",
    access: "read",
    query: PageQuery,
    answer: pageOf(ImportAnswer),
    look: (site, { query }) => listImports(site, query),
  }),
  siteRoute({
    method: "delete",
    path: "/v1/sites/{site}/costs/imports/{id}",
    summary: "Take an import back, with the costs that are still there of it",
    access: "write",
    answer: null,
    status: 204,
    work: (site, { params }) => deleteImport(site, params.id ?? ""),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/costs/{id}",
    summary: "Read a cost with its part of each day",
    access: "read",
    answer: CostDaysAnswer,
    look: (site, { params }) => describeCostDays(site, findCost(site, params.id ?? "")),
  }),
  siteRoute({
    method: "patch",
    path: "/v1/sites/{site}/costs/{id}",
    summary: "Change a cost; its days are divided anew",
    access: "write",
    body: CostPatch,
    answer: CostAnswer,
    work: (site, { params, body }) => describeCost(site, updateCost(site, params.id ?? "", body)),
  }),
  siteRoute({
    method: "delete",
    path: "/v1/sites/{site}/costs/{id}",
    summary: "Take a cost back",
    access: "write",
    answer: null,
    status: 204,
    work: (site, { params }) => deleteCost(site, params.id ?? ""),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/rates",
    summary: "List the rates by which other currencies are converted",
    access: "read",
    answer: z.strictObject({ data: z.array(RateAnswer) }),
    look: (site) => ({ data: listRates(site) }),
  }),
  siteRoute({
    method: "put",
    path: "/v1/sites/{site}/rates",
    summary: "Say what a currency is worth from a day on; orders and costs without a rate of their own follow",
    access: "write",
    body: RateFields,
    answer: RateChange,
    work: (site, { body }) => putRate(site, body),
  }),
]
