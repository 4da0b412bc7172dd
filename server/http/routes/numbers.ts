import * as z from "zod"
import {
  NumberAnswer,
  NumberPatch,
  NumberRequest,
  NumbersQuery,
  PageQuery,
  PoolAnswer,
  PoolFields,
  PoolPatch,
  pageOf,
} from "../../../shared/contract.js"
import {
  AlertAnswer,
  AlertsQuery,
  AssetQuery,
  CareAnswer,
  CareQuery,
  EventAnswer,
  EventsQuery,
} from "../../../shared/contract-engine.js"
import { BULK_BODY_LIMIT_BYTES } from "../../../shared/protocol.js"
import { listAlerts } from "../../core/care/alert.js"
import { careFor } from "../../core/care/care.js"
import { addNumbers, describeNumber, findNumber, listNumbers, updateNumber } from "../../core/number/number.js"
import { readPool } from "../../core/number/pool.js"
import { createPool, describePool, listPoolUse, updatePool } from "../../core/number/pool-setup.js"
import { readSettings } from "../../core/site/settings.js"
import { listEvents } from "../../core/store/outbox.js"
import { drawAsset } from "../asset.js"
import { parseJson } from "../body.js"
import { readNumbersCsv } from "../numbers-csv.js"
import { siteRoute } from "../route.js"

export const numberRoutes = [
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/pools",
    summary: "Make a pool and its numbers",
    access: "write",
    body: PoolFields,
    limit: BULK_BODY_LIMIT_BYTES,
    answer: PoolAnswer,
    status: 201,
    work: (site, { body }) => createPool(site, body),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/pools",
    summary: "List the pools with their present use, oldest first",
    access: "read",
    query: PageQuery,
    answer: pageOf(PoolAnswer),
    look: (site, { query }) => listPoolUse(site, query),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/pools/{id}",
    summary: "Read a pool",
    access: "read",
    answer: PoolAnswer,
    look: (site, { params }) => describePool(site, readPool(site, params.id ?? "")),
  }),
  siteRoute({
    method: "patch",
    path: "/v1/sites/{site}/pools/{id}",
    summary: "Change a pool; leases run on",
    access: "write",
    body: PoolPatch,
    answer: PoolAnswer,
    work: (site, { params, body }) => updatePool(site, params.id ?? "", body),
  }),
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/numbers",
    summary:
      "Add one number or up to 1,000, all or none; CSV (text/csv) with e164,kind,pool,channel,source,medium,campaign works too",
    access: "write",
    body: NumberRequest,
    limit: BULK_BODY_LIMIT_BYTES,
    decode: (text, contentType) => (/^text\/csv\b/i.test(contentType) ? readNumbersCsv(text) : parseJson(text)),
    answer: z.union([NumberAnswer, z.strictObject({ data: z.array(NumberAnswer) })]),
    status: 201,
    work: (site, { body }) => {
      const rows = Array.isArray(body) ? body : [body]
      const added = addNumbers(site, rows, (index) => (Array.isArray(body) ? `${index}.` : ""))
      return Array.isArray(body) ? { data: added } : added[0]
    },
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/numbers",
    summary: "List the numbers, oldest first",
    access: "read",
    query: NumbersQuery,
    answer: pageOf(NumberAnswer),
    look: (site, { query }) => listNumbers(site, query),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/numbers/{id}",
    summary: "Read a number",
    access: "read",
    answer: NumberAnswer,
    look: (site, { params }) => describeNumber(site, findNumber(site, params.id ?? "")),
  }),
  siteRoute({
    method: "patch",
    path: "/v1/sites/{site}/numbers/{id}",
    summary: "Pause, retire, revive or move a number, or give a static one another source; its history stays",
    access: "write",
    body: NumberPatch,
    answer: NumberAnswer,
    work: (site, { params, body }) => updateNumber(site, params.id ?? "", body),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/numbers/{id}/asset.svg",
    summary: "A number to print, with a QR code that dials it, or opens a page tagged with its source",
    access: "read",
    query: AssetQuery,
    answer: z.string(),
    media: "image/svg+xml",
    look: (site, { params, query }) =>
      drawAsset(describeNumber(site, findNumber(site, params.id ?? "")), readSettings(site).country, query),
    reply: (text) => ({ status: 200, text, headers: { "content-type": "image/svg+xml; charset=utf-8" } }),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/pools/{id}/care",
    summary: "How a pool fared: coverage by day, use by hour, numbers that are not shown or not called",
    access: "read",
    query: CareQuery,
    answer: CareAnswer,
    look: (site, { params, query }) => careFor(site, params.id ?? "", query),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/alerts",
    summary: "What the owner should know of pools and numbers, looked after once a day",
    access: "read",
    query: AlertsQuery,
    answer: z.strictObject({ data: z.array(AlertAnswer) }),
    look: (site, { query }) => ({ data: listAlerts(site, query) }),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/events",
    summary: "What happened since an event, oldest first: alerts that were opened and closed; kept for 30 days",
    access: "read",
    query: EventsQuery,
    answer: z.strictObject({ data: z.array(EventAnswer) }),
    look: (site, { query }) => ({ data: listEvents(site, query) }),
  }),
]
