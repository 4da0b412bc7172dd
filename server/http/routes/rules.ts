import * as z from "zod"
import { CallAnswer } from "../../../shared/contract.js"
import {
  CodeAnswer,
  CodeFields,
  ForecastAnswer,
  ForecastQuery,
  RuleAnswer,
  RuleFields,
  RulePatch,
  RuleTest,
  RuleTestAnswer,
} from "../../../shared/contract-rules.js"
import { listEarlier } from "../../core/attribution/answer.js"
import { findCall, relearnCall } from "../../core/call/call.js"
import { describeCall } from "../../core/call/call-list.js"
import { forecast } from "../../core/care/forecast.js"
import { createCode, deleteCode, listCodes } from "../../core/number/code.js"
import {
  createRule,
  deleteRule,
  describeRule,
  findRule,
  listRules,
  testRules,
  updateRule,
} from "../../core/number/rule.js"
import { timeOfId } from "../../core/store/id.js"
import { siteRoute } from "../route.js"

const EarlierAnswer = z.strictObject({ until: z.string(), answer: z.record(z.string(), z.unknown()) })

export const ruleRoutes = [
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/rules",
    summary: "Make a rule: which visits see a pool, a static number, or the page's own",
    access: "write",
    body: RuleFields,
    answer: RuleAnswer,
    status: 201,
    work: (site, { body }) => createRule(site, body),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/rules",
    summary: "List the rules in the order they are asked",
    access: "read",
    answer: z.strictObject({ data: z.array(RuleAnswer) }),
    look: (site) => ({ data: listRules(site) }),
  }),
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/rules/test",
    summary: "Which rule would a visit meet, and why? Nothing is lent or recorded",
    access: "read",
    body: RuleTest,
    answer: RuleTestAnswer,
    work: (site, { body }) => testRules(site, body),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/rules/{id}",
    summary: "Read a rule",
    access: "read",
    answer: RuleAnswer,
    look: (site, { params }) => describeRule(findRule(site, params.id ?? "")),
  }),
  siteRoute({
    method: "patch",
    path: "/v1/sites/{site}/rules/{id}",
    summary: "Change a rule",
    access: "write",
    body: RulePatch,
    answer: RuleAnswer,
    work: (site, { params, body }) => updateRule(site, params.id ?? "", body),
  }),
  siteRoute({
    method: "delete",
    path: "/v1/sites/{site}/rules/{id}",
    summary: "Delete a rule",
    access: "write",
    answer: null,
    work: (site, { params }) => deleteRule(site, params.id ?? ""),
    reply: () => ({ status: 204 }),
  }),
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/codes",
    summary: "Tie a key that callers press, or a code that they read out, to a source",
    access: "write",
    body: CodeFields,
    answer: CodeAnswer,
    status: 201,
    work: (site, { body }) => createCode(site, body),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/codes",
    summary: "List the codes",
    access: "read",
    answer: z.strictObject({ data: z.array(CodeAnswer) }),
    look: (site) => ({ data: listCodes(site) }),
  }),
  siteRoute({
    method: "delete",
    path: "/v1/sites/{site}/codes/{id}",
    summary: "Delete a code; calls that it led back keep their answers",
    access: "write",
    answer: null,
    work: (site, { params }) => deleteCode(site, params.id ?? ""),
    reply: () => ({ status: 204 }),
  }),
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/calls/{id}/relearn",
    summary: "Judge a call again by the newest rates; the answer it had is kept",
    access: "write",
    answer: CallAnswer,
    work: (site, { params }) => describeCall(site, relearnCall(site, params.id ?? "")),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/calls/{id}/answers",
    summary: "The answers that a call had before, latest first",
    access: "read",
    answer: z.strictObject({ data: z.array(EarlierAnswer) }),
    look: (site, { params }) => ({
      data: listEarlier(site, findCall(site, params.id ?? "").id).map(({ id, answer }) => ({
        until: new Date(timeOfId(id)).toISOString(),
        answer,
      })),
    }),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/forecast",
    summary: "What share of visits do so many numbers cover, or how many numbers cover such a share (Erlang B)?",
    access: "read",
    query: ForecastQuery,
    answer: ForecastAnswer,
    look: (site, { query }) => forecast(site, query),
  }),
]
