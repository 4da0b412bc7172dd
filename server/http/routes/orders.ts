import * as z from "zod"
import { pageOf } from "../../../shared/contract.js"
import { OrderAnswer, OrderPatch, OrderRequest, OrdersQuery } from "../../../shared/contract-orders.js"
import { BULK_BODY_LIMIT_BYTES } from "../../../shared/protocol.js"
import { deleteOrder, describeOrder, findOrder, listOrders, putOrders, updateOrder } from "../../core/money/order.js"
import { parseJson } from "../body.js"
import { isCsv, readCsvObjects } from "../csv.js"
import { siteRoute } from "../route.js"

const COLUMNS = "external_id,amount,currency,rate,at,margin,call,lead,visitor,person,phone,email,agent".split(",")

export const orderRoutes = [
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/orders",
    summary:
      "Put orders: one, or up to 100 as an array or CSV (text/csv); known ones (external_id) are renewed, all or none",
    access: "write",
    body: OrderRequest,
    limit: BULK_BODY_LIMIT_BYTES,
    decode: (text, contentType) => (isCsv(contentType) ? readCsvObjects(text, COLUMNS) : parseJson(text)),
    answer: z.union([OrderAnswer, z.strictObject({ data: z.array(OrderAnswer) })]),
    status: 201,
    work: (site, { body }) => {
      const rows = Array.isArray(body) ? body : [body]
      const stored = putOrders(site, rows, (index) => (Array.isArray(body) ? `${index}.` : ""))
      const data = stored.map((row) => describeOrder(site, row))
      return Array.isArray(body) ? { data } : data[0]
    },
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/orders",
    summary: "List orders, latest first",
    access: "read",
    query: OrdersQuery,
    answer: pageOf(OrderAnswer),
    look: (site, { query }) => listOrders(site, query),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/orders/{id}",
    summary: "Read an order",
    access: "read",
    answer: OrderAnswer,
    look: (site, { params }) => describeOrder(site, findOrder(site, params.id ?? "")),
  }),
  siteRoute({
    method: "patch",
    path: "/v1/sites/{site}/orders/{id}",
    summary: "Change an order; naming any of call, lead, visitor, person, phone, email makes all links anew",
    access: "write",
    body: OrderPatch,
    limit: BULK_BODY_LIMIT_BYTES,
    answer: OrderAnswer,
    work: (site, { params, body }) => describeOrder(site, updateOrder(site, params.id ?? "", body)),
  }),
  siteRoute({
    method: "delete",
    path: "/v1/sites/{site}/orders/{id}",
    summary: "Take an order back",
    access: "write",
    answer: null,
    status: 204,
    work: (site, { params }) => deleteOrder(site, params.id ?? ""),
  }),
]
