import { type AgentAnswer, AgentFields, AgentPatch } from "../../../shared/contract-leads.js"
import { createAgent, listAgents, updateAgent } from "../../core/lead/agent.js"
import type { Site } from "../../core/store/db.js"
import { parseWith } from "../../http/parse.js"
import { givenIn, textIn } from "../entry.js"
import { Layout } from "../layout.js"
import type { Markup, Page } from "../page.js"
import { Badge, Button, Field, Panel, Table } from "../parts.js"
import { can, sitePath, type View } from "../view.js"

/** Who cares for leads and takes calls, and how much he has to do. */
export const teamPage: Page<Site> = {
  path: "/leads/team",
  role: "read",
  show: (site, view) => {
    const { t } = view
    return (
      <Layout view={view} title="team.title" place="/leads">
        <Panel>
          <p class="quiet">{t("team.hint")}</p>
          <Team view={view} agents={listAgents(site)} />
        </Panel>
        {can(view, "member") ? (
          <Panel title={t("team.add")}>
            <form method="post" action={view.path} class="row">
              <Field view={view} name="name" label={t("people.name")} required />
              <Field view={view} name="email" label={t("team.email")} type="email" />
              <Field view={view} name="daily_capacity" label={t("team.capacity")} type="number" />
              <Button does="add">{t("team.add")}</Button>
            </form>
          </Panel>
        ) : null}
      </Layout>
    )
  },
  actions: {
    add: {
      role: "member",
      work: (site, view) => {
        const capacity = textIn(view, "daily_capacity")
        const fields = {
          ...givenIn(view, "name", "email"),
          ...(capacity === null ? {} : { daily_capacity: Number(capacity) }),
        }
        createAgent(site, parseWith(AgentFields, fields))
        return `${view.path}?done=1`
      },
    },
    active: {
      role: "member",
      work: (site, view) => {
        const { agent = "", active } = view.form.fields
        updateAgent(site, agent, parseWith(AgentPatch, { active: active === "1" }))
        return `${view.path}?done=1`
      },
    },
  },
}

function Team({ view, agents }: { view: View; agents: readonly AgentAnswer[] }): Markup {
  const { t, format, path } = view
  return (
    <Table
      caption={t("team.title")}
      rows={agents}
      empty={t("team.none")}
      columns={[
        {
          name: t("people.name"),
          cell: (agent) => <a href={`${sitePath(view, "/leads")}?agent=${agent.id}`}>{agent.name}</a>,
        },
        { name: t("team.email"), cell: (agent) => agent.email ?? "" },
        {
          name: t("calls.status"),
          cell: (agent) => (
            <>
              <Badge kind={agent.active ? "good" : ""}>{t(agent.active ? "team.active" : "team.resting")}</Badge>{" "}
              {agent.warning === null ? null : <Badge kind="warn">{t("team.too_much")}</Badge>}
            </>
          ),
        },
        { name: t("team.open"), number: true, cell: (agent) => format.number(agent.open) },
        { name: t("team.today"), number: true, cell: (agent) => format.number(agent.today) },
        { name: t("team.capacity"), number: true, cell: (agent) => format.number(agent.daily_capacity) },
        { name: t("due.overdue"), number: true, cell: (agent) => format.number(agent.overdue) },
        {
          name: t("numbers.change"),
          cell: (agent) =>
            can(view, "member") ? (
              <form method="post" action={path}>
                <input type="hidden" name="agent" value={agent.id} />
                <input type="hidden" name="active" value={agent.active ? "0" : "1"} />
                <Button
                  does="active"
                  kind="quiet"
                  label={`${t(agent.active ? "team.rest" : "team.work")}: ${agent.name}`}
                >
                  {t(agent.active ? "team.rest" : "team.work")}
                </Button>
              </form>
            ) : null,
        },
      ]}
    />
  )
}
