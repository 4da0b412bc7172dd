import {
  AttemptFields,
  type LeadDetail,
  LeadPatch,
  MEDIA,
  RESULTS,
  TaskFields,
} from "../../../shared/contract-leads.js"
import { listAgentNames } from "../../core/lead/agent.js"
import { recordAttempt } from "../../core/lead/attempt.js"
import { findLead, updateLead } from "../../core/lead/lead.js"
import { describeLead } from "../../core/lead/lead-list.js"
import { readStages } from "../../core/lead/stage.js"
import { createTask } from "../../core/lead/task.js"
import { listOrders } from "../../core/money/order.js"
import type { Site } from "../../core/store/db.js"
import { parseWith } from "../../http/parse.js"
import { amountIn, givenIn, textIn } from "../entry.js"
import { Layout } from "../layout.js"
import type { Markup, Page } from "../page.js"
import { Badge, Button, Field, nameOf, Panel, Select, Source } from "../parts.js"
import { can, sitePath, type View } from "../view.js"
import { splitList } from "../wizard.js"
import { Journey } from "./journey.js"
import { finishOne, nameOfLead, stageName, stepName, Tasks } from "./leads.js"

const ORDERS = 10

interface Shown {
  readonly site: Site
  readonly view: View
  readonly lead: LeadDetail
  readonly agents: readonly { readonly id: string; readonly name: string }[]
  readonly stageOf: (key: string) => string
}

/** One lead: who it is, where it came from, how far it is, what was tried and what is to be done. */
export const leadPage: Page<Site> = {
  path: "/leads/:id",
  role: "read",
  show: (site, view) => {
    const { t } = view
    const lead = describeLead(site, findLead(site, view.params.id ?? ""))
    const names = new Map(readStages(site).map(({ key, name }) => [key, stageName(view, key, name)]))
    const stageOf = (key: string) => names.get(key) ?? key
    const shown = { site, view, lead, agents: listAgentNames(site, lead.agent), stageOf }
    const isMember = can(view, "member")
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
            <Facts {...shown} />
          </Panel>
          {isMember ? (
            <Panel title={t("leads.move")}>
              <Move {...shown} stages={[...names]} />
            </Panel>
          ) : null}
          <Panel title={t("leads.tasks")}>
            <Tasks view={view} tasks={lead.tasks} />
            {isMember ? <AddTask {...shown} /> : null}
          </Panel>
          {isMember ? (
            <Panel title={t("leads.tried")}>
              <Tried {...shown} />
            </Panel>
          ) : null}
          <Panel title={t("leads.way")}>
            <Way {...shown} />
          </Panel>
          <Panel title={t("call.journey")}>
            <Journey site={site} view={view} visitor={lead.visitor} here={lead.id} />
          </Panel>
          {isMember ? (
            <Panel title={t("leads.change")} wide>
              <Details {...shown} />
            </Panel>
          ) : null}
        </div>
      </Layout>
    )
  },
  actions: {
    done: { role: "member", work: finishOne },
    move: {
      role: "member",
      work: (site, view) => {
        const fields = givenIn(view, "stage", "reason", "lost_reason")
        const agent = view.form.fields.agent
        const named = agent === undefined ? {} : { agent: agent || null }
        updateLead(site, view.params.id ?? "", parseWith(LeadPatch, { ...fields, ...named }))
        return `${view.path}?done=1`
      },
    },
    save: {
      role: "member",
      work: (site, view) => {
        const texts = ["name", "phone", "email", "company", "city", "product", "notes"] as const
        const before = describeLead(site, findLead(site, view.params.id ?? ""))
        const changed = texts.flatMap((name) => {
          const text = textIn(view, name)
          return text === (before[name] || null) ? [] : [[name, text] as const]
        })
        const fields = {
          ...Object.fromEntries(changed),
          amount: amountIn(view, "amount"),
          tags: splitList(view.form.fields.tags ?? ""),
        }
        updateLead(site, before.id, parseWith(LeadPatch, fields))
        return `${view.path}?done=1`
      },
    },
    tried: {
      role: "member",
      work: (site, view) => {
        const { attempt_notes, task, ...given } = givenIn(view, "result", "medium", "attempt_notes", "task")
        const rest = { ...(attempt_notes ? { notes: attempt_notes } : {}), ...(task ? { task } : {}) }
        recordAttempt(site, view.params.id ?? "", parseWith(AttemptFields, { ...given, ...rest }))
        return `${view.path}?done=1`
      },
    },
    task: {
      role: "member",
      work: (site, view) => {
        const lead = findLead(site, view.params.id ?? "")
        createTask(site, lead, parseWith(TaskFields, givenIn(view, "step", "due_on")))
        return `${view.path}?done=1`
      },
    },
  },
}

function Facts({ site, view, lead, agents }: Shown): Markup {
  const { t, format } = view
  const details = [lead.company, lead.position, lead.city, lead.product].filter(Boolean).join(" · ")
  const orders = listOrders(site, { lead: lead.id, limit: ORDERS }).data
  const facts: readonly (readonly [name: string, value: unknown])[] = [
    [t("calls.when"), `${format.dateTime(lead.created_at)} · ${t(`origin.${lead.origin}`)}`],
    [t("leads.phone"), lead.phone ? <a href={`tel:${lead.phone}`}>{format.phone(lead.phone)}</a> : null],
    [t("team.email"), lead.email ? <a href={`mailto:${lead.email}`}>{lead.email}</a> : null],
    [t("leads.details"), details === "" ? null : details],
    [t("leads.value"), lead.amount === null ? null : format.moneyIn(lead.amount, lead.currency)],
    [t("call.source"), <Source view={view} source={lead.source} />],
    [t("leads.owner"), agents.find(({ id }) => id === lead.agent)?.name ?? t("leads.nobody")],
    [t("leads.score"), `${format.number(lead.score)} ${lead.grade}`],
    [t("dimension.lost_reason"), lead.lost_reason || null],
    [t("metric.contacted"), lead.contacted_at === null ? null : format.dateTime(lead.contacted_at)],
    [t("call.title"), lead.call ? <a href={sitePath(view, `/calls/${lead.call}`)}>{t("call.open")}</a> : null],
    ...orders.map(
      (order) =>
        [
          t("step.order"),
          <a href={sitePath(view, `/orders/${order.id}`)}>{format.moneyIn(order.amount, order.currency)}</a>,
        ] as const,
    ),
  ]
  return (
    <>
      <dl class="facts">
        {facts
          .filter(([, value]) => value !== null)
          .map(([name, value]) => (
            <>
              <dt>{name}</dt>
              <dd>{value as string}</dd>
            </>
          ))}
      </dl>
      {lead.notes ? <p class="notes">{lead.notes}</p> : null}
      {can(view, "member") ? (
        <p class="apart">
          <a class="button quiet" href={`${sitePath(view, "/orders")}?lead=${lead.id}#add`}>
            {t("orders.add")}
          </a>
        </p>
      ) : null}
    </>
  )
}

function Move({ view, lead, agents, stages }: Shown & { stages: readonly (readonly [string, string])[] }): Markup {
  const { t, path } = view
  return (
    <form method="post" action={path}>
      <Select view={view} name="stage" label={t("dimension.stage")} options={stages} value={lead.stage} />
      <Field view={view} name="reason" label={t("leads.reason")} />
      <Field
        view={view}
        name="lost_reason"
        label={t("dimension.lost_reason")}
        value={lead.lost_reason}
        hint={t("leads.lost_hint")}
      />
      {agents.length === 0 ? (
        <p class="quiet">
          {t("team.none")} <a href={sitePath(view, "/leads/team")}>{t("team.add")}</a>
        </p>
      ) : (
        <Select
          view={view}
          name="agent"
          label={t("leads.owner")}
          value={lead.agent}
          options={[["", t("leads.nobody")], ...agents.map(({ id, name }) => [id, name] as const)]}
        />
      )}
      <Button does="move">{t("form.save")}</Button>
    </form>
  )
}

function AddTask({ view }: Shown): Markup {
  const { t, path } = view
  return (
    <form method="post" action={path} class="row apart">
      <Field view={view} name="step" label={t("leads.step")} placeholder={t("leads.follow_up")} />
      <Field view={view} name="due_on" label={t("leads.due_on")} type="date" />
      <Button does="task" kind="quiet">
        {t("leads.add_task")}
      </Button>
    </form>
  )
}

function Tried({ view, lead }: Shown): Markup {
  const { t, path, format } = view
  const open = lead.tasks.filter(({ done_at }) => done_at === null)
  return (
    <form method="post" action={path}>
      <Select
        view={view}
        name="medium"
        label={t("leads.medium")}
        options={MEDIA.map((medium) => [medium, nameOf(view, "means", medium)] as const)}
      />
      <Select
        view={view}
        name="result"
        label={t("leads.result")}
        options={RESULTS.map((result) => [result, nameOf(view, "result", result)] as const)}
      />
      {open.length === 0 ? null : (
        <Select
          view={view}
          name="task"
          label={t("leads.settles")}
          value={open[0]?.id}
          options={[
            ["", "–"],
            ...open.map(({ id, step, due_at }) => [id, `${stepName(view, step)} · ${format.date(due_at)}`] as const),
          ]}
        />
      )}
      <Field view={view} name="attempt_notes" label={t("call.notes")} rows={2} />
      <Button does="tried">{t("leads.add_attempt")}</Button>
    </form>
  )
}

function Way({ view, lead, agents, stageOf }: Shown): Markup {
  const { t, format } = view
  const who = (id: string | null) => agents.find((agent) => agent.id === id)?.name
  const steps = [
    ...lead.stages.map(({ at, stage, reason, agent }) => ({
      at,
      kind: "visit",
      name: stageOf(stage),
      words: [reason, who(agent)],
    })),
    ...lead.attempts.map(({ at, result, medium, reached, notes, agent }) => ({
      at,
      kind: reached ? "call" : "",
      name: nameOf(view, "result", result),
      words: [nameOf(view, "means", medium), notes, who(agent)],
    })),
  ].sort((a, b) => (a.at < b.at ? -1 : 1))
  return (
    <ol class="timeline" aria-label={t("leads.way")}>
      {steps.map(({ at, kind, name, words }) => (
        <li class={kind}>
          <time datetime={at}>{format.dateTime(at)}</time>
          <b>{name}</b> <span class="quiet">{words.filter(Boolean).join(" · ")}</span>
        </li>
      ))}
    </ol>
  )
}

function Details({ view, lead }: Shown): Markup {
  const { t, path } = view
  return (
    <form method="post" action={path}>
      <div class="columns">
        <Field view={view} name="name" label={t("people.name")} value={lead.name} />
        <Field view={view} name="phone" label={t("leads.phone")} type="tel" value={lead.phone} />
        <Field view={view} name="email" label={t("team.email")} value={lead.email} />
        <Field view={view} name="company" label={t("leads.company")} value={lead.company} />
        <Field view={view} name="city" label={t("dimension.city")} value={lead.city} />
        <Field view={view} name="product" label={t("dimension.product")} value={lead.product} />
        <Field view={view} name="amount" label={t("money.amount", { currency: lead.currency })} value={lead.amount} />
        <Field view={view} name="tags" label={t("call.tags")} hint={t("call.tags_hint")} value={lead.tags.join(", ")} />
      </div>
      <Field view={view} name="notes" label={t("call.notes")} value={lead.notes} rows={3} />
      <Button does="save">{t("form.save")}</Button>
    </form>
  )
}
