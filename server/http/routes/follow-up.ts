import { pageOf } from "../../../shared/contract.js"
import {
  AgentAnswer,
  AgentFields,
  AgentPatch,
  AgentsAnswer,
  TaskAnswer,
  TaskBatch,
  TaskBatchAnswer,
  TaskFields,
  TaskPatch,
  TasksQuery,
} from "../../../shared/contract-leads.js"
import { createAgent, describeAgent, findAgent, listAgents, updateAgent } from "../../core/agent.js"
import { findLead } from "../../core/lead.js"
import { createTask, describeTask, findTask, listTasks, updateTask } from "../../core/task.js"
import { createTasks } from "../../core/task-batch.js"
import { siteRoute } from "../route.js"

export const followUpRoutes = [
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/leads/{id}/tasks",
    summary: "Something is to be done about a lead",
    access: "write",
    body: TaskFields,
    answer: TaskAnswer,
    status: 201,
    work: (site, { params, body }) => createTask(site, findLead(site, params.id ?? ""), body),
  }),
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/tasks/batch",
    summary: "The same follow-up for every lead of a segment",
    access: "write",
    body: TaskBatch,
    answer: TaskBatchAnswer,
    status: 201,
    work: (site, { body }) => createTasks(site, body),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/tasks",
    summary: "List tasks by their dates: open, overdue, due today, upcoming, done",
    access: "read",
    query: TasksQuery,
    answer: pageOf(TaskAnswer),
    look: (site, { query }) => listTasks(site, query),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/tasks/{id}",
    summary: "Read a task",
    access: "read",
    answer: TaskAnswer,
    look: (site, { params }) => describeTask(site, findTask(site, params.id ?? "")),
  }),
  siteRoute({
    method: "patch",
    path: "/v1/sites/{site}/tasks/{id}",
    summary: "Do, move or give away a task",
    access: "write",
    body: TaskPatch,
    answer: TaskAnswer,
    work: (site, { params, body }) => updateTask(site, params.id ?? "", body),
  }),
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/agents",
    summary: "Add somebody who cares for leads",
    access: "write",
    body: AgentFields,
    answer: AgentAnswer,
    status: 201,
    work: (site, { body }) => createAgent(site, body),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/agents",
    summary: "List agents with what they have to do, and who has too much",
    access: "read",
    answer: AgentsAnswer,
    look: (site) => ({ data: listAgents(site) }),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/agents/{id}",
    summary: "Read an agent",
    access: "read",
    answer: AgentAnswer,
    look: (site, { params }) => describeAgent(site, findAgent(site, params.id ?? "").id),
  }),
  siteRoute({
    method: "patch",
    path: "/v1/sites/{site}/agents/{id}",
    summary: "Change an agent; one who is not active gets no more leads",
    access: "write",
    body: AgentPatch,
    answer: AgentAnswer,
    work: (site, { params, body }) => updateAgent(site, params.id ?? "", body),
  }),
]
