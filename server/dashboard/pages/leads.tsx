import {
  AttemptFields,
  type LeadAnswer,
  LeadPatch,
  LeadsQuery,
  RESULTS,
  TaskPatch,
  TasksQuery,
} from "../../../shared/contract-leads.js"
import { recordAttempt } from "../../core/attempt.js"
import type { Site } from "../../core/db.js"
import { findLead, updateLead } from "../../core/lead.js"
import { describeLead, listLeads } from "../../core/lead-list.js"
import { readStages } from "../../core/stage.js"
import { listTasks, updateTask } from "../../core/task.js"
import { parseWith } from "../../http/parse.js"
import { LANGUAGES } from "../language.js"
import { Layout } from "../layout.js"
import type { Markup, Page } from "../page.js"
import { Badge, Button, Field, nameOf, Panel, Select, Source, Table } from "../parts.js"
import { can, sitePath, type View } from "../view.js"
import { splitList } from "../wizard.js"

const LEADS_PER_STAGE = 20
const TASKS_SHOWN = 15

/** Leads by stage, and what is due. */
export const leadsPage: Page<Site> = {
  path: "/leads",
  role: "read",
  show: (site, view) => {
    const { t } = view
    const overdue = listTasks(site, parseWith(TasksQuery, { due: "overdue", limit: TASKS_SHOWN })).data
    const today = listTasks(site, parseWith(TasksQuery, { due: "today", limit: TASKS_SHOWN })).data
    return (
      <Layout view={view} title="nav.leads" place="/leads">
        <section class="board" aria-label={t("leads.board")} tabindex={0}>
          {readStages(site).map(({ key, name }) => (
            <Lane site={site} view={view} stage={key} name={name} />
          ))}
        </section>
        <Panel title={t("leads.due")}>
          <Tasks
            view={view}
            tasks={[...overdue, ...today.filter(({ id }) => !overdue.some((task) => task.id === id))]}
          />
        </Panel>
      </Layout>
    )
  },
  actions: {
    done: {
      role: "member",
      work: (site, view) => {
        updateTask(site, view.form.fields.task ?? "", parseWith(TaskPatch, { done: true }))
        return `${view.path}?done=1`
      },
    },
  },
}

function Lane({ site, view, stage, name }: { site: Site; view: View; stage: string; name: string }): Markup {
  const { format, t } = view
  const page = listLeads(site, parseWith(LeadsQuery, { stage, limit: LEADS_PER_STAGE }))
  return (
    <section class="lane">
      <h2>
        <span>{stageName(view, stage, name)}</span>
        <span class="quiet">
          {format.number(page.data.length)}
          {page.next_cursor === null ? "" : "+"}
        </span>
      </h2>
      {page.data.length === 0 ? <p class="quiet">{t("leads.none")}</p> : null}
      <ul>
        {page.data.map((lead) => (
          <li>
            <a href={sitePath(view, `/leads/${lead.id}`)}>{nameOfLead(view, lead)}</a>
            {lead.amount === null ? null : <> · {format.shortMoney(lead.amount)}</>}
            <Source view={view} source={lead.source} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** A stage by its own name, or by ours where the site never renamed it. */
function stageName(view: View, key: string, name: string): string {
  const ours: Readonly<Record<string, string>> = LANGUAGES.en.catalogue
  return ours[`stage.${key}`] === name ? nameOf(view, "stage", key) : name
}

function nameOfLead({ format, t }: View, lead: LeadAnswer): string {
  return lead.name ?? (lead.phone ? format.phone(lead.phone) : (lead.email ?? t("leads.nameless")))
}

function Tasks({ view, tasks }: { view: View; tasks: ReturnType<typeof listTasks>["data"] }): Markup {
  const { t, format } = view
  return (
    <Table
      caption={t("leads.due")}
      rows={tasks}
      empty={t("leads.nothing_due")}
      columns={[
        { name: t("leads.due_at"), cell: (task) => <span class="nowrap">{format.dateTime(task.due_at)}</span> },
        {
          name: t("calls.status"),
          cell: (task) => (
            <Badge kind={task.state === "overdue" ? "bad" : "warn"}>{nameOf(view, "task", task.state)}</Badge>
          ),
        },
        { name: t("leads.step"), cell: (task) => task.step },
        { name: t("leads.lead"), cell: (task) => <a href={sitePath(view, `/leads/${task.lead}`)}>{t("call.open")}</a> },
        {
          name: t("leads.finish"),
          cell: (task) =>
            can(view, "member") ? (
              <form method="post" action={view.path}>
                <input type="hidden" name="task" value={task.id} />
                <Button does="done" kind="quiet" label={`${t("leads.finish")}: ${task.step}`}>
                  {t("leads.finish")}
                </Button>
              </form>
            ) : null,
        },
      ]}
    />
  )
}

/** One lead: who it is, where it came from, how far it is, what was tried. */
export const leadPage: Page<Site> = {
  path: "/leads/:id",
  role: "read",
  show: (site, view) => {
    const { t, format, path } = view
    const lead = describeLead(site, findLead(site, view.params.id ?? ""))
    const stages = readStages(site).map(({ key, name }) => [key, stageName(view, key, name)] as const)
    const stageOf = (key: string) => stages.find(([known]) => known === key)?.[1] ?? key
    return (
      <Layout
        view={view}
        title="nav.leads"
        place="/leads"
        heading={nameOfLead(view, lead)}
        beside={
          <Badge kind={lead.stage_kind === "won" ? "good" : lead.stage_kind === "lost" ? "bad" : "warn"}>
            {stageOf(lead.stage)}
          </Badge>
        }
      >
        <div class="panels">
          <Panel title={t("leads.lead")}>
            <dl class="facts">
              <dt>{t("calls.when")}</dt>
              <dd>{format.dateTime(lead.created_at)}</dd>
              {lead.phone ? (
                <>
                  <dt>{t("calls.from")}</dt>
                  <dd>
                    <a href={`tel:${lead.phone}`}>{format.phone(lead.phone)}</a>
                  </dd>
                </>
              ) : null}
              {[lead.email, lead.company, lead.city, lead.product].filter(Boolean).length > 0 ? (
                <>
                  <dt>{t("leads.details")}</dt>
                  <dd>{[lead.email, lead.company, lead.city, lead.product].filter(Boolean).join(" · ")}</dd>
                </>
              ) : null}
              <dt>{t("call.source")}</dt>
              <dd>
                <Source view={view} source={lead.source} />
              </dd>
              <dt>{t("leads.score")}</dt>
              <dd>
                {format.number(lead.score)} {lead.grade}
              </dd>
              {lead.call ? (
                <>
                  <dt>{t("call.title")}</dt>
                  <dd>
                    <a href={sitePath(view, `/calls/${lead.call}`)}>{t("call.open")}</a>
                  </dd>
                </>
              ) : null}
            </dl>
          </Panel>
          <Panel title={t("leads.way")}>
            <ol class="timeline">
              {lead.stages.map((step) => (
                <li class="visit">
                  <time datetime={step.at}>{format.dateTime(step.at)}</time>
                  <b>{stageOf(step.stage)}</b> <span class="quiet">{step.reason}</span>
                </li>
              ))}
              {lead.attempts.map((attempt) => (
                <li class={attempt.reached ? "call" : ""}>
                  <time datetime={attempt.at}>{format.dateTime(attempt.at)}</time>
                  <b>{nameOf(view, "result", attempt.result)}</b> <span class="quiet">{attempt.notes}</span>
                </li>
              ))}
            </ol>
          </Panel>
          {can(view, "member") ? (
            <Panel title={t("leads.change")}>
              <form method="post" action={path}>
                <Select view={view} name="stage" label={t("dimension.stage")} options={stages} value={lead.stage} />
                <Field view={view} name="lost_reason" label={t("dimension.lost_reason")} value={lead.lost_reason} />
                <Field view={view} name="name" label={t("people.name")} value={lead.name} />
                <Field
                  view={view}
                  name="amount"
                  label={t("money.amount", { currency: lead.currency })}
                  value={lead.amount}
                />
                <Field
                  view={view}
                  name="tags"
                  label={t("call.tags")}
                  hint={t("call.tags_hint")}
                  value={lead.tags.join(", ")}
                />
                <Field view={view} name="notes" label={t("call.notes")} value={lead.notes} rows={3} />
                <Button does="save">{t("form.save")}</Button>
              </form>
            </Panel>
          ) : null}
          {can(view, "member") ? (
            <Panel title={t("leads.tried")}>
              <form method="post" action={path}>
                <Select
                  view={view}
                  name="result"
                  label={t("leads.result")}
                  options={RESULTS.map((result) => [result, nameOf(view, "result", result)] as const)}
                />
                <Field view={view} name="attempt_notes" label={t("call.notes")} rows={2} />
                <Button does="tried">{t("form.save")}</Button>
              </form>
            </Panel>
          ) : null}
        </div>
      </Layout>
    )
  },
  actions: {
    save: {
      role: "member",
      work: (site, view) => {
        const { fields } = view.form
        const text = (name: string) => (fields[name] ?? "").trim() || null
        updateLead(
          site,
          view.params.id ?? "",
          parseWith(LeadPatch, {
            stage: fields.stage,
            name: text("name"),
            amount: text("amount")?.replace(",", ".") ?? null,
            tags: splitList(fields.tags ?? ""),
            notes: text("notes"),
            ...(text("lost_reason") ? { lost_reason: text("lost_reason") } : {}),
          }),
        )
        return `${view.path}?done=1`
      },
    },
    tried: {
      role: "member",
      work: (site, view) => {
        const { result, attempt_notes } = view.form.fields
        recordAttempt(
          site,
          view.params.id ?? "",
          parseWith(AttemptFields, { result, ...(attempt_notes ? { notes: attempt_notes } : {}) }),
        )
        return `${view.path}?done=1`
      },
    },
  },
}
