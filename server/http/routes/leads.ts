import * as z from "zod"
import { pageOf } from "../../../shared/contract.js"
import {
  AttemptAnswer,
  AttemptFields,
  LeadAnswer,
  LeadDetail,
  LeadPatch,
  LeadRequest,
  LeadSettings,
  LeadSettingsAnswer,
  LeadsQuery,
  StagesAnswer,
  StagesRequest,
} from "../../../shared/contract-leads.js"
import { BULK_BODY_LIMIT_BYTES } from "../../../shared/protocol.js"
import { recordAttempt } from "../../core/lead/attempt.js"
import { findLead, judgeOpenLeads, saveLeads, updateLead } from "../../core/lead/lead.js"
import { describeLead, describeLeads, listLeads } from "../../core/lead/lead-list.js"
import { describeLeadSettings, replaceLeadSettings } from "../../core/lead/lead-settings.js"
import { describeStages, readStages, replaceStages } from "../../core/lead/stage.js"
import { parseJson } from "../body.js"
import { isCsv } from "../csv.js"
import { readLeadsCsv } from "../leads-csv.js"
import { siteRoute } from "../route.js"

export const leadRoutes = [
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/stages",
    summary: "The stages that leads go through, in their order",
    access: "read",
    answer: StagesAnswer,
    look: (site) => describeStages(readStages(site)),
  }),
  siteRoute({
    method: "put",
    path: "/v1/sites/{site}/stages",
    summary: "Name all stages anew, in their order; a stage that leads are in cannot go",
    access: "write",
    body: StagesRequest,
    answer: StagesAnswer,
    work: (site, { body }) => describeStages(replaceStages(site, body.data)),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/settings/leads",
    summary: "Which calls and forms make leads, when to follow up, how leads are distributed, scored and graded",
    access: "read",
    answer: LeadSettingsAnswer,
    look: (site) => describeLeadSettings(site),
  }),
  siteRoute({
    method: "put",
    path: "/v1/sites/{site}/settings/leads",
    summary: "Set all of it anew; what is left out is as it is by default",
    access: "write",
    body: LeadSettings,
    answer: LeadSettingsAnswer,
    work: (site, { body }) => {
      const settings = replaceLeadSettings(site, body)
      judgeOpenLeads(site)
      return settings
    },
  }),
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/leads",
    summary:
      "Add leads: one, an array of up to 100, or CSV (text/csv), all or none; known ones (external_id) are changed, not repeated",
    access: "write",
    body: LeadRequest,
    limit: BULK_BODY_LIMIT_BYTES,
    decode: (text, contentType) => (isCsv(contentType) ? readLeadsCsv(text) : parseJson(text)),
    answer: z.union([LeadAnswer, z.strictObject({ data: z.array(LeadAnswer) })]),
    status: 201,
    work: (site, { body }) => {
      const rows = Array.isArray(body) ? body : [body]
      const saved = saveLeads(site, rows, (index) => (Array.isArray(body) ? `${index}.` : ""))
      const data = describeLeads(site, saved)
      return Array.isArray(body) ? { data } : data[0]
    },
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/leads",
    summary: "List leads, newest first, or a segment of them",
    access: "read",
    query: LeadsQuery,
    answer: pageOf(LeadAnswer),
    look: (site, { query }) => listLeads(site, query),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/leads/{id}",
    summary: "Read a lead with its way through the stages, its tasks and what was tried",
    access: "read",
    answer: LeadDetail,
    look: (site, { params }) => describeLead(site, findLead(site, params.id ?? "")),
  }),
  siteRoute({
    method: "patch",
    path: "/v1/sites/{site}/leads/{id}",
    summary: "Say what is known of a lead: its stage with the reason, owner, amount, qualification, loss reason",
    access: "write",
    body: LeadPatch,
    answer: LeadDetail,
    work: (site, { params, body }) => describeLead(site, updateLead(site, params.id ?? "", body)),
  }),
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/leads/{id}/attempts",
    summary: "Somebody tried to reach a lead: the result, and the task that is done by it",
    access: "write",
    body: AttemptFields,
    answer: AttemptAnswer,
    status: 201,
    work: (site, { params, body }) => recordAttempt(site, params.id ?? "", body),
  }),
]
