import * as z from "zod"
import {
  CallAnswer,
  CallImportRequest,
  CallPatch,
  CallsQuery,
  pageOf,
  ResolveAnswer,
  ResolveQuery,
} from "../../../shared/contract.js"
import { CallbackFields, CallSettings, CallSettingsPatch } from "../../../shared/contract-call.js"
import { BULK_BODY_LIMIT_BYTES } from "../../../shared/protocol.js"
import { findCall, importCalls, updateCall } from "../../core/call/call.js"
import { describeCall, listCalls, resolveQuery } from "../../core/call/call-list.js"
import { callBack } from "../../core/call/callback.js"
import { readCallSettings, updateCallSettings } from "../../core/caller/call-settings.js"
import { siteRoute } from "../route.js"

export const callRoutes = [
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/calls",
    summary:
      "Import calls of any PBX: one, or an array of up to 100; known ones (external_id) are renewed, not repeated",
    access: "write",
    body: CallImportRequest,
    limit: BULK_BODY_LIMIT_BYTES,
    answer: z.union([CallAnswer, z.strictObject({ data: z.array(CallAnswer) })]),
    status: 201,
    work: (site, { body }) => {
      const rows = Array.isArray(body) ? body : [body]
      const stored = importCalls(site, rows, (index) => (Array.isArray(body) ? `${index}.` : ""))
      const data = stored.map((row) => describeCall(site, row))
      return Array.isArray(body) ? { data } : data[0]
    },
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/calls",
    summary: "List calls, latest first",
    access: "read",
    query: CallsQuery,
    answer: pageOf(CallAnswer),
    look: (site, { query }) => listCalls(site, query),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/calls/{id}",
    summary: "Read a call",
    access: "read",
    answer: CallAnswer,
    look: (site, { params }) => describeCall(site, findCall(site, params.id ?? "")),
  }),
  siteRoute({
    method: "patch",
    path: "/v1/sites/{site}/calls/{id}",
    summary:
      "Say what came of a call: tags, topics, outcome, value, agent, score, qualified, spam, notes, what the caller said",
    access: "write",
    body: CallPatch,
    answer: CallAnswer,
    work: (site, { params, body }) => describeCall(site, updateCall(site, params.id ?? "", body)),
  }),
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/calls/{id}/callback",
    summary:
      "Say that a missed caller was called back, or that it was tried; his earlier missed calls are settled with it",
    access: "write",
    body: CallbackFields,
    answer: CallAnswer,
    work: (site, { params, body }) => {
      const call = findCall(site, params.id ?? "")
      callBack(site, call, body)
      return describeCall(site, call)
    },
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/settings/calls",
    summary: "Read how the site treats its calls and callers",
    access: "read",
    answer: CallSettings,
    look: (site) => readCallSettings(site),
  }),
  siteRoute({
    method: "patch",
    path: "/v1/sites/{site}/settings/calls",
    summary: "Change what makes a call qualified, how callers are shown and stored, and what is kept",
    access: "write",
    body: CallSettingsPatch,
    answer: CallSettings,
    work: (site, { body }) => updateCallSettings(site, body),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/resolve",
    summary: "Who called? The attribution of a call to a number at a moment, without recording one",
    access: "read",
    query: ResolveQuery,
    answer: ResolveAnswer,
    look: (site, { query }) => resolveQuery(site, query),
  }),
]
