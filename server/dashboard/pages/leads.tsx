import { type LeadAnswer, LeadsQuery, TaskPatch, TasksQuery } from "../../../shared/contract-leads.js"
import { CHANNELS } from "../../../shared/source.js"
import { listAgentNames } from "../../core/lead/agent.js"
import { describeLeads, listLeads } from "../../core/lead/lead-list.js"
import { readStages } from "../../core/lead/stage.js"
import { listTasks, updateTask } from "../../core/lead/task.js"
import type { Site } from "../../core/store/db.js"
import { decodeId } from "../../core/store/id.js"
import { parseWith } from "../../http/parse.js"
import { LANGUAGES } from "../language.js"
import { Layout } from "../layout.js"
import type { Markup, Page } from "../page.js"
import { Badge, Button, nameOf, Pager, Panel, Select, Source, Table } from "../parts.js"
import { attempt, can, filled, sitePath, type View, withQuery } from "../view.js"

const LEADS_PER_STAGE = 12
const LEADS_PER_PAGE = 50
/** Tasks above the board, and where their list was asked for. */
const TASKS_FIRST = 8
const TASKS_SHOWN = 50
const FILTERS = ["agent", "channel", "origin"] as const
const DUES = ["overdue", "today", "upcoming", "done"] as const

/** Leads by stage, and what is due. */
export const leadsPage: Page<Site> = {
  path: "/leads",
  role: "read",
  show: (site, view) => {
    const { t, query } = view
    const chosen = Object.fromEntries(FILTERS.flatMap((name) => (query[name] ? [[name, query[name]] as const] : [])))
    const stages = readStages(site)
    const stage = stages.find(({ key }) => key === query.stage)
    return (
      <Layout
        view={view}
        title="nav.leads"
        place="/leads"
        beside={
          <a class="button quiet" href={sitePath(view, "/leads/team")}>
            {t("team.title")}
          </a>
        }
      >
        <Due site={site} view={view} />
        <Filters site={site} view={filled(view, chosen)} />
        {stage === undefined ? (
          <section class="board" aria-label={t("leads.board")} tabindex={0}>
            {stages.map(({ key, name }) => (
              <Lane site={site} view={view} stage={key} name={name} chosen={chosen} />
            ))}
          </section>
        ) : (
          <Stage site={site} view={view} stage={stage.key} name={stage.name} chosen={chosen} />
        )}
      </Layout>
    )
  },
  actions: { done: { role: "member", work: finishOne } },
}

/** Ticks a task off. */
export function finishOne(site: Site, view: View): string {
  updateTask(site, view.form.fields.task ?? "", parseWith(TaskPatch, { done: true }))
  const { due, agent } = view.query
  return `${view.path}?${new URLSearchParams({ ...(due ? { due } : {}), ...(agent ? { agent } : {}), done: "1" })}`
}

function Filters({ site, view }: { site: Site; view: View }): Markup {
  const { t, path, query } = view
  const any = ["", t("filter.any")] as const
  return (
    <form method="get" action={path} class="row filters" data-auto>
      {["stage", "due"].map((name) => (query[name] ? <input type="hidden" name={name} value={query[name]} /> : null))}
      <Select
        view={view}
        name="agent"
        label={t("leads.owner")}
        options={[
          any,
          ["none", t("leads.nobody")],
          ...listAgentNames(site, query.agent).map(({ id, name }) => [id, name] as const),
        ]}
      />
      <Select
        view={view}
        name="channel"
        label={t("dimension.channel")}
        options={[any, ...CHANNELS.map((name) => [name, nameOf(view, "channel", name)] as const)]}
      />
      <Select
        view={view}
        name="origin"
        label={t("dimension.origin")}
        options={[any, ...(["call", "form", "api"] as const).map((name) => [name, t(`origin.${name}`)] as const)]}
      />
      <button type="submit" class="quiet" data-manual>
        {t("form.show")}
      </button>
    </form>
  )
}

interface LaneProps {
  readonly site: Site
  readonly view: View
  readonly stage: string
  readonly name: string
  readonly chosen: Readonly<Record<string, string>>
}

function Lane({ site, view, stage, name, chosen }: LaneProps): Markup {
  const { format, t } = view
  const { found } = attempt(view, () =>
    listLeads(site, parseWith(LeadsQuery, { ...chosen, stage, limit: LEADS_PER_STAGE })),
  )
  const leads = found?.data ?? []
  return (
    <section class="lane">
      <h2>
        <a href={withQuery(view, { stage })}>{stageName(view, stage, name)}</a>
        <span class="quiet">
          {format.number(leads.length)}
          {found?.next_cursor ? "+" : ""}
        </span>
      </h2>
      {leads.length === 0 ? <p class="quiet">{t("leads.none")}</p> : null}
      <ul>
        {leads.map((lead) => (
          <li>
            <a href={sitePath(view, `/leads/${lead.id}`)}>{nameOfLead(view, lead)}</a>
            {lead.amount === null ? null : <> · {format.moneyIn(lead.amount, lead.currency)}</>}
            <Source view={view} source={lead.source} />
            <small class="quiet">{format.ago(lead.stage_at, view.now)}</small>
          </li>
        ))}
      </ul>
      {found?.next_cursor ? (
        <p>
          <a href={withQuery(view, { stage })}>{t("leads.all_of_stage")}</a>
        </p>
      ) : null}
    </section>
  )
}

/** All leads of one stage, latest first. */
function Stage({ site, view, stage, name, chosen }: LaneProps): Markup {
  const { t, format, query } = view
  const cursor = query.cursor ? { cursor: query.cursor } : {}
  const asked = parseWith(LeadsQuery, { ...chosen, stage, limit: LEADS_PER_PAGE, ...cursor })
  const page = listLeads(site, asked)
  const owners = new Map(listAgentNames(site).map((agent) => [agent.id, agent.name]))
  return (
    <Panel title={stageName(view, stage, name)}>
      <p>
        <a href={withQuery(view, { stage: null, cursor: null })}>{t("leads.to_board")}</a>
      </p>
      <Table
        caption={stageName(view, stage, name)}
        rows={page.data}
        empty={t("leads.none")}
        columns={[
          {
            name: t("leads.lead"),
            cell: (lead) => <a href={sitePath(view, `/leads/${lead.id}`)}>{nameOfLead(view, lead)}</a>,
          },
          { name: t("calls.when"), cell: (lead) => <span class="nowrap">{format.dateTime(lead.created_at)}</span> },
          { name: t("calls.source"), cell: (lead) => <Source view={view} source={lead.source} /> },
          {
            name: t("leads.value"),
            number: true,
            cell: (lead) => (lead.amount === null ? "–" : format.moneyIn(lead.amount, lead.currency)),
          },
          { name: t("dimension.grade"), cell: (lead) => lead.grade },
          { name: t("leads.owner"), cell: (lead) => owners.get(lead.agent ?? "") ?? "–" },
          { name: t("leads.in_stage"), cell: (lead) => format.ago(lead.stage_at, view.now) },
        ]}
      />
      <Pager view={view} next={page.next_cursor} />
    </Panel>
  )
}

/** A stage by its own name, or by ours where the site never renamed it. */
export function stageName(view: View, key: string, name: string): string {
  const ours: Readonly<Record<string, string>> = LANGUAGES.en.catalogue
  return ours[`stage.${key}`] === name ? nameOf(view, "stage", key) : name
}

/** What people know a lead by. */
export function nameOfLead({ format, t }: View, lead: LeadAnswer): string {
  return lead.name ?? (lead.phone ? format.phone(lead.phone) : (lead.email ?? t("leads.nameless")))
}

type Task = ReturnType<typeof listTasks>["data"][number]

/** What is to be done: overdue, today, later, and what was done of late. */
function Due({ site, view }: { site: Site; view: View }): Markup {
  const { t, query } = view
  const due = DUES.find((name) => name === query.due) ?? "overdue"
  const agent = query.agent ? { agent: query.agent } : {}
  const limit = query.due === undefined ? TASKS_FIRST : TASKS_SHOWN
  const { found } = attempt(view, () => listTasks(site, parseWith(TasksQuery, { due, limit, ...agent })))
  const tasks = found?.data ?? []
  const leads = describeLeads(
    site,
    [...new Set(tasks.map(({ lead }) => lead))].flatMap((id) => decodeId("lead", id) ?? []),
  )
  return (
    <Panel title={t("leads.due")}>
      <ul class="segments">
        {DUES.map((name) => (
          <li>
            <a href={withQuery(view, { due: name })} aria-current={name === due ? "true" : undefined}>
              {t(`due.${name}`)}
            </a>
          </li>
        ))}
      </ul>
      <Tasks view={view} tasks={tasks} leads={new Map(leads.map((lead) => [lead.id, lead]))} />
      {found?.next_cursor ? (
        <p class="quiet">
          {t("leads.more_due", { count: limit })}{" "}
          {query.due === undefined ? <a href={withQuery(view, { due })}>{t("leads.show_more")}</a> : null}
        </p>
      ) : null}
    </Panel>
  )
}

/** Tasks with their leads, to be ticked off. */
export function Tasks({
  view,
  tasks,
  leads,
}: {
  view: View
  tasks: readonly Task[]
  leads?: ReadonlyMap<string, LeadAnswer>
}): Markup {
  const { t, format } = view
  const action = withQuery(view, {})
  return (
    <Table
      caption={t("leads.due")}
      rows={tasks}
      empty={t("leads.nothing_due")}
      columns={[
        { name: t("leads.due_at"), cell: (task) => <span class="nowrap">{format.dateTime(task.due_at)}</span> },
        ...(leads
          ? [
              {
                name: t("leads.lead"),
                cell: (task: Task) => {
                  const lead = leads.get(task.lead)
                  return (
                    <>
                      <a class="nowrap" href={sitePath(view, `/leads/${task.lead}`)}>
                        {lead ? nameOfLead(view, lead) : t("call.open")}
                      </a>
                      {lead?.phone && lead.name ? (
                        <>
                          <br />
                          <a class="nowrap" href={`tel:${lead.phone}`}>
                            <small>{format.phone(lead.phone)}</small>
                          </a>
                        </>
                      ) : null}
                    </>
                  )
                },
              },
            ]
          : []),
        { name: t("leads.step"), cell: (task) => stepName(view, task.step) },
        {
          name: t("calls.status"),
          cell: (task) => (
            <Badge kind={task.state === "overdue" ? "bad" : task.state === "done" ? "good" : "warn"}>
              {nameOf(view, "task", task.state)}
            </Badge>
          ),
        },
        {
          name: t("leads.finish"),
          cell: (task) =>
            can(view, "member") && task.done_at === null ? (
              <form method="post" action={action}>
                <input type="hidden" name="task" value={task.id} />
                <Button does="done" kind="quiet" label={`${t("leads.finish")}: ${stepName(view, task.step)}`}>
                  {t("leads.finish")}
                </Button>
              </form>
            ) : task.done_at === null ? null : (
              <small class="quiet">{format.dateTime(task.done_at)}</small>
            ),
        },
      ]}
    />
  )
}

/** The steps that leads get by themselves in the reader's language; others are somebody's own words. */
export function stepName({ t }: View, step: string): string {
  const day = /^day (\d+)$/.exec(step)?.[1]
  return day !== undefined ? t("leads.day_step", { day }) : step === "follow up" ? t("leads.follow_up") : step
}
