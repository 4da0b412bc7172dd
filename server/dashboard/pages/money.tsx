import { CostFields } from "../../../shared/contract-costs.js"
import { CHANNELS } from "../../../shared/source.js"
import { COST_KINDS, SPREADS } from "../../../shared/spend.js"
import { deleteCost, listCosts, putCosts } from "../../core/money/cost.js"
import type { Site } from "../../core/store/db.js"
import { parseWith } from "../../http/parse.js"
import { Bar } from "../chart.js"
import { amountIn, givenIn } from "../entry.js"
import { Layout } from "../layout.js"
import { ask, known, writeMetric } from "../metric.js"
import type { Markup, Page } from "../page.js"
import { Badge, Button, Field, nameOf, Pager, Panel, Select, Table } from "../parts.js"
import { PeriodPicker, readPeriod } from "../period.js"
import { can, type View } from "../view.js"
import { MoneyTabs } from "./money-tabs.js"

const COSTS_SHOWN = 50
/** What was spent and what it brought: by channel, one by one, and from a file. */
export const moneyPage: Page<Site> = {
  path: "/money",
  role: "read",
  show: (site, view) => {
    const { t } = view
    const period = readPeriod(view)
    return (
      <Layout view={view} title="nav.money" place="/money" beside={<PeriodPicker view={view} period={period} />}>
        <MoneyTabs view={view} at="/money" />
        <Panel title={t("money.by_channel")}>
          <ByChannel site={site} view={view} />
        </Panel>
        {can(view, "member") ? (
          <Panel title={t("money.add")}>
            <AddCost view={view} today={period.to} />
          </Panel>
        ) : null}
        <Panel title={t("money.costs")}>
          <Costs site={site} view={view} />
        </Panel>
      </Layout>
    )
  },
  actions: {
    add: {
      role: "member",
      work: (site, view) => {
        const given = givenIn(view, "kind", "from", "to", "channel", "campaign", "currency", "spread", "notes")
        putCosts(site, [parseWith(CostFields, { ...given, amount: amountIn(view, "amount") ?? "" })], () => "")
        return `${view.path}?done=1`
      },
    },
    delete: {
      role: "member",
      work: (site, view) => {
        deleteCost(site, view.form.fields.cost ?? "")
        return `${view.path}?done=1`
      },
    },
  },
}

function ByChannel({ site, view }: { site: Site; view: View }): Markup {
  const { t } = view
  const period = readPeriod(view)
  const metrics = known("cost", "calls", "cost_per_call", "leads", "cpl", "orders", "revenue", "profit", "roi")
  const { rows, totals } = ask(site, { metrics, group_by: "channel", from: period.from, to: period.to, sort: "-cost" })
  const most = Math.max(1, ...rows.map((row) => Number(row.cost ?? 0)))
  return (
    <Table
      caption={t("money.by_channel")}
      rows={rows}
      empty={t("overview.nothing_yet")}
      columns={[
        {
          name: t("dimension.channel"),
          cell: (row) => (row.channel === null ? t("source.unknown") : nameOf(view, "channel", String(row.channel))),
        },
        { name: t("money.share"), cell: (row) => <Bar share={Number(row.cost ?? 0) / most} kind="k1" /> },
        ...metrics.map((metric) => ({
          name: nameOf(view, "metric", metric),
          number: true,
          cell: (row: Record<string, string | number | null>) =>
            writeMetric(view, metric, row[metric] as number | null),
        })),
      ]}
      foot={[t("report.total"), "", ...metrics.map((metric) => writeMetric(view, metric, totals[metric] ?? null))]}
    />
  )
}

function kindsOf(view: View) {
  return COST_KINDS.map((kind) => [kind, nameOf(view, "cost_kind", kind)] as const)
}

function AddCost({ view, today }: { view: View; today: string }): Markup {
  const { t } = view
  return (
    <form method="post" action={view.path}>
      <div class="columns">
        <Select view={view} name="kind" label={t("dimension.cost_kind")} options={kindsOf(view)} />
        <Field view={view} name="amount" label={t("money.amount", { currency: view.site?.currency ?? "" })} required />
        <Field view={view} name="from" label={t("period.from")} type="date" value={today} required />
        <Field view={view} name="to" label={t("period.to")} type="date" />
        <Select
          view={view}
          name="channel"
          label={t("dimension.channel")}
          options={[
            ["", t("money.all_channels")],
            ...CHANNELS.map((name) => [name, nameOf(view, "channel", name)] as const),
          ]}
        />
        <Field view={view} name="campaign" label={t("dimension.campaign")} />
        <Select
          view={view}
          name="spread"
          label={t("money.spread")}
          hint={t("money.spread_hint")}
          options={SPREADS.map((name) => [name, t(`spread.${name}`)] as const)}
        />
        <Field view={view} name="notes" label={t("call.notes")} />
      </div>
      <Button does="add">{t("money.add")}</Button>
    </form>
  )
}

function Costs({ site, view }: { site: Site; view: View }): Markup {
  const { t, format, path } = view
  const period = readPeriod(view)
  const cursor = view.query.cursor ? { cursor: view.query.cursor } : {}
  const page = listCosts(site, { from: period.from, to: period.to, limit: COSTS_SHOWN, ...cursor })
  return (
    <>
      <Table
        caption={t("money.costs")}
        rows={page.data}
        empty={t("overview.nothing_yet")}
        columns={[
          {
            name: t("dimension.day"),
            cell: (cost) => (
              <span class="nowrap">
                {format.day(cost.from)}
                {cost.to === cost.from ? "" : ` – ${format.day(cost.to)}`}
              </span>
            ),
          },
          { name: t("dimension.cost_kind"), cell: (cost) => nameOf(view, "cost_kind", cost.kind) },
          {
            name: t("dimension.channel"),
            cell: (cost) => (cost.channel ? nameOf(view, "channel", cost.channel) : t("money.all_channels")),
          },
          { name: t("dimension.campaign"), cell: (cost) => cost.campaign ?? "" },
          {
            name: t("metric.cost"),
            number: true,
            cell: (cost) =>
              cost.site_amount === null ? (
                <Badge kind="warn">{t("orders.no_rate")}</Badge>
              ) : (
                format.money(cost.site_amount)
              ),
          },
          {
            name: t("numbers.change"),
            cell: (cost) =>
              can(view, "member") ? (
                <form method="post" action={path}>
                  <input type="hidden" name="cost" value={cost.id} />
                  <Button does="delete" kind="quiet" label={`${t("money.delete")} ${format.money(cost.site_amount)}`}>
                    {t("money.delete")}
                  </Button>
                </form>
              ) : null,
          },
        ]}
      />
      <Pager view={view} next={page.next_cursor} />
    </>
  )
}
