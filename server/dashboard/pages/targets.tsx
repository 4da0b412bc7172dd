import { addDays, dayOf } from "../../../shared/calendar.js"
import { METRICS } from "../../../shared/contract-report.js"
import {
  type PacingAnswer,
  type TargetAnswer,
  TargetFields,
  TargetPatch,
  TargetsQuery,
} from "../../../shared/contract-targets.js"
import { CHANNELS } from "../../../shared/source.js"
import type { Site } from "../../core/store/db.js"
import { isLevel, pace } from "../../core/target/pacing.js"
import { createTarget, deleteTarget, findTarget, listTargets, updateTarget } from "../../core/target/target.js"
import { parseWith } from "../../http/parse.js"
import { Bar, TimeSeries } from "../chart.js"
import { amountIn, textIn } from "../entry.js"
import { Layout } from "../layout.js"
import { ask, isShare, writeMetric } from "../metric.js"
import type { Markup, Page } from "../page.js"
import { Badge, Button, Field, nameOf, Pager, Panel, Select, Table, Value } from "../parts.js"
import { daysIn } from "../period.js"
import { can, sitePath, type View, withQuery } from "../view.js"
import { Warnings } from "../warning.js"
import { FlightFields, flightsIn } from "./flights.js"
import { MoneyTabs } from "./money-tabs.js"

/** Each is a few reports. */
const TARGETS_PER_PAGE = 10
/** Metrics that targets are mostly set for, before all others. */
const USUAL = ["calls", "answered", "leads", "qualified", "orders", "revenue", "cost", "cpl", "cac", "roi", "visits"]

/** Targets beside what was reached. */
export const targetsPage: Page<Site> = {
  path: "/targets",
  role: "read",
  show: (site, view) => {
    const { t, query } = view
    const today = dayOf(view.now, view.site?.timezone ?? "UTC")
    const isAll = query.show === "all"
    const asked = { limit: TARGETS_PER_PAGE, ...(query.cursor ? { cursor: query.cursor } : {}) }
    const page = listTargets(site, parseWith(TargetsQuery, isAll ? asked : { ...asked, on: today }))
    const rows = page.data.map(({ id }) => pace(site, findTarget(site, id)))
    return (
      <Layout view={view} title="targets.title" place="/money">
        <MoneyTabs view={view} at="/targets" />
        <Panel>
          <ul class="segments">
            {(["now", "all"] as const).map((name) => (
              <li>
                <a
                  href={withQuery(view, { show: name === "all" ? "all" : null, cursor: null })}
                  aria-current={(name === "all") === isAll ? "true" : undefined}
                >
                  {t(`targets.${name}`)}
                </a>
              </li>
            ))}
          </ul>
          <Targets view={view} rows={rows} />
          <Pager view={view} next={page.next_cursor} />
        </Panel>
        {can(view, "member") ? (
          <Panel title={t("targets.add")} id="add">
            <form method="post" action={view.path}>
              <Details view={view} />
              <Button does="add">{t("targets.add")}</Button>
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
        const { id } = createTarget(site, parseWith(TargetFields, readDetails(view, [])))
        return `${sitePath(view, "/targets")}/${id}?done=1`
      },
    },
  },
}

/** One target: plan against actual, period by period and day by day. */
export const targetPage: Page<Site> = {
  path: "/targets/:id",
  role: "read",
  show: (site, view) => {
    const { t, path } = view
    const row = findTarget(site, view.params.id ?? "")
    const paced = pace(site, row)
    return (
      <Layout
        view={view}
        title="targets.title"
        place="/money"
        heading={row.name}
        chart
        beside={<Standing view={view} paced={paced} />}
      >
        <MoneyTabs view={view} at="/targets" />
        <Figures view={view} paced={paced} />
        <Panel title={t("targets.pacing")}>
          <Pacing site={site} view={view} paced={paced} />
          <Periods view={view} paced={paced} />
          <Warnings view={view} warnings={paced.warnings} />
        </Panel>
        {paced.parts.length === 0 ? null : (
          <Panel title={t("targets.parts")}>
            <ul>
              {paced.parts.map(({ id, channel, value }) => (
                <li>
                  <a href={sitePath(view, `/targets/${id}`)}>{nameOf(view, "channel", channel)}</a>:{" "}
                  {writeMetric(view, row.metric, value)}
                </li>
              ))}
            </ul>
          </Panel>
        )}
        {can(view, "member") ? (
          <Panel title={t("leads.change")}>
            <form method="post" action={path}>
              <Details view={view} target={paced.target} />
              <Button does="save">{t("form.save")}</Button>
            </form>
            <form method="post" action={path} class="apart">
              <Button does="delete" kind="danger" confirm={t("targets.delete_sure")}>
                {t("targets.delete")}
              </Button>
            </form>
          </Panel>
        ) : null}
      </Layout>
    )
  },
  actions: {
    save: {
      role: "member",
      work: (site, view) => {
        const { id = "" } = view.params
        updateTarget(site, id, parseWith(TargetPatch, readDetails(view, findTarget(site, id).flights)))
        return `${view.path}?done=1`
      },
    },
    delete: {
      role: "member",
      work: (site, view) => {
        deleteTarget(site, view.params.id ?? "")
        return `${sitePath(view, "/targets")}?done=1`
      },
    },
  },
}

/** How a target stands, in a word. */
function Standing({ view, paced }: { view: View; paced: PacingAnswer }): Markup {
  const { t } = view
  const { state, on_track } = paced
  if (state === "ahead") return <Badge>{t("targets.ahead")}</Badge>
  if (on_track === null) return <Badge>{t("targets.nothing")}</Badge>
  if (state === "over")
    return <Badge kind={on_track ? "good" : "bad"}>{t(on_track ? "targets.kept" : "targets.missed")}</Badge>
  return <Badge kind={on_track ? "good" : "bad"}>{t(on_track ? "targets.on_track" : "targets.off_track")}</Badge>
}

function Targets({ view, rows }: { view: View; rows: readonly PacingAnswer[] }): Markup {
  const { t, format } = view
  const write = ({ target }: PacingAnswer, value: number | null) => writeMetric(view, target.metric, value)
  return (
    <Table
      caption={t("targets.title")}
      rows={rows}
      empty={t("targets.none")}
      columns={[
        {
          name: t("people.name"),
          cell: ({ target }) => (
            <>
              <a href={sitePath(view, `/targets/${target.id}`)}>{target.name}</a>
              <br />
              <small class="quiet">{aboutOf(view, target)}</small>
            </>
          ),
        },
        { name: t("targets.standing"), cell: (row) => <Standing view={view} paced={row} /> },
        {
          name: t("targets.plan"),
          number: true,
          cell: (row) => `${row.target.aim === "at_least" ? "≥" : "≤"} ${write(row, row.target.value)}`,
        },
        { name: t("targets.by_now"), number: true, cell: (row) => write(row, row.expected) },
        { name: t("targets.actual"), number: true, cell: (row) => write(row, row.actual) },
        {
          name: t("targets.reached"),
          cell: ({ actual, target, on_track }) => (
            <Bar
              share={target.value === 0 ? 0 : (actual ?? 0) / target.value}
              kind={on_track === false ? "bad" : "k0"}
            />
          ),
        },
        { name: t("targets.projected"), number: true, cell: (row) => write(row, row.projected) },
        {
          name: t("period.title"),
          cell: ({ target }) => (
            <span class="nowrap">
              {format.shortDay(target.from)} – {format.shortDay(target.to)}
            </span>
          ),
        },
      ]}
    />
  )
}

/** What a target is about: its metric, channel, campaign and who answers for it. */
function aboutOf(view: View, { metric, channel, campaign, owner }: TargetAnswer): string {
  const about = [nameOf(view, "metric", metric), channel ? nameOf(view, "channel", channel) : "", campaign, owner]
  return about.filter(Boolean).join(" · ")
}

function Figures({ view, paced }: { view: View; paced: PacingAnswer }): Markup {
  const { t, format } = view
  const { target, actual, expected, pace: ratio, projected, baseline } = paced
  const write = (value: number | null) => writeMetric(view, target.metric, value)
  const cards = [
    [t("targets.plan"), `${target.aim === "at_least" ? "≥" : "≤"} ${write(target.value)}`],
    [t("targets.by_now"), write(expected)],
    [t("targets.actual"), write(actual)],
    [t("targets.pace"), format.percent(ratio)],
    [t("targets.projected"), write(projected)],
    [t("targets.baseline"), write(baseline.actual)],
  ] as const
  return (
    <>
      <p class="quiet">
        {aboutOf(view, target)} · {format.day(target.from)} – {format.day(target.to)}
      </p>
      <ul class="cards">
        {cards.map(([name, value]) => (
          <li class="card">
            <span class="name">{name}</span>
            <Value text={value} />
          </li>
        ))}
      </ul>
    </>
  )
}

/** Plan and actual as they grow day by day; what does not add up is drawn per period. */
function Pacing({ site, view, paced }: { site: Site; view: View; paced: PacingAnswer }): Markup | null {
  const { t } = view
  const { target, periods } = paced
  const lines = isLevel(target.metric) ? levelsOf(periods) : sumsOf(site, view, paced)
  if (lines.labels.length < 2) return null
  const write = (value: number | null) => writeMetric(view, target.metric, value)
  return (
    <TimeSeries
      view={view}
      name={t("targets.pacing")}
      labels={lines.labels}
      series={[
        { name: t("targets.actual"), values: lines.actual, write },
        { name: t("targets.plan"), values: lines.plan, write },
      ]}
    />
  )
}

interface Lines {
  readonly labels: string[]
  readonly plan: (number | null)[]
  readonly actual: (number | null)[]
}

function levelsOf(periods: PacingAnswer["periods"]): Lines {
  return {
    labels: periods.map(({ from }) => from),
    plan: periods.map(({ plan }) => plan),
    actual: periods.map(({ actual }) => actual),
  }
}

function sumsOf(site: Site, view: View, { target, periods }: PacingAnswer): Lines {
  const { from, to, metric, channel, campaign } = target
  const today = dayOf(view.now, view.site?.timezone ?? "UTC")
  const labels = daysIn({ from, to })
  const cut = { ...(channel ? { channel } : {}), ...(campaign ? { campaign } : {}) }
  const rows =
    from > today
      ? []
      : ask(site, { metrics: [metric], interval: "day", from, to: to < today ? to : today, ...cut, limit: 2000 }).rows
  const byDay = new Map(rows.map((row) => [row.day, Number(row[metric] ?? 0)]))
  const share = new Map<string, number>()
  for (const period of periods) {
    const days = daysIn(period)
    for (const day of days) share.set(day, period.plan / days.length)
  }
  let planned = 0
  let reached = 0
  return {
    labels,
    plan: labels.map((day) => {
      planned += share.get(day) ?? 0
      return Math.round(planned * 100) / 100
    }),
    actual: labels.map((day) => {
      reached += byDay.get(day) ?? 0
      return day > today ? null : Math.round(reached * 100) / 100
    }),
  }
}

function Periods({ view, paced }: { view: View; paced: PacingAnswer }): Markup {
  const { t, format } = view
  const { target, periods } = paced
  const write = (value: number | null) => writeMetric(view, target.metric, value)
  return (
    <Table
      caption={t("targets.pacing")}
      rows={periods}
      columns={[
        {
          name: t("period.title"),
          cell: ({ from, to, name }) => (
            <>
              {format.day(from)} – {format.day(to)} {name}
            </>
          ),
        },
        { name: t("targets.plan"), number: true, cell: (row) => write(row.plan) },
        { name: t("targets.by_now"), number: true, cell: (row) => (row.state === "ahead" ? "–" : write(row.expected)) },
        { name: t("targets.actual"), number: true, cell: (row) => write(row.actual) },
        {
          name: t("targets.reached"),
          cell: (row) => <Bar share={row.plan === 0 ? 0 : (row.actual ?? 0) / row.plan} />,
        },
        {
          name: t("targets.difference"),
          number: true,
          cell: (row) => (row.actual === null || row.state === "ahead" ? "–" : write(row.actual - row.expected)),
        },
      ]}
    />
  )
}

function Details({ view, target }: { view: View; target?: TargetAnswer }): Markup {
  const { t, query } = view
  const today = dayOf(view.now, view.site?.timezone ?? "UTC")
  const first = `${today.slice(0, 7)}-01`
  const last = addDays(`${addDays(first, 31).slice(0, 7)}-01`, -1)
  const metrics = [...USUAL, ...METRICS.filter((name) => !USUAL.includes(name))]
  return (
    <>
      <div class="columns">
        <Field view={view} name="name" label={t("people.name")} value={target?.name} required />
        <Select
          view={view}
          name="metric"
          label={t("targets.metric")}
          value={target?.metric}
          options={metrics.map((name) => [name, nameOf(view, "metric", name)] as const)}
        />
        <Select
          view={view}
          name="aim"
          label={t("targets.aim")}
          value={target?.aim}
          options={[
            ["at_least", t("targets.at_least")],
            ["at_most", t("targets.at_most")],
          ]}
        />
        <Field
          view={view}
          name="value"
          label={t("targets.value")}
          value={
            target === undefined
              ? ""
              : isShare(target.metric)
                ? `${Number((target.value * 100).toFixed(4))} %`
                : target.value
          }
          hint={t("targets.value_hint", { currency: view.site?.currency ?? "" })}
          required
        />
        <Field view={view} name="from" label={t("period.from")} type="date" value={target?.from ?? first} required />
        <Field view={view} name="to" label={t("period.to")} type="date" value={target?.to ?? last} required />
        <Select
          view={view}
          name="channel"
          label={t("dimension.channel")}
          value={target?.channel}
          options={[
            ["", t("money.all_channels")],
            ...CHANNELS.map((name) => [name, nameOf(view, "channel", name)] as const),
          ]}
        />
        <Field view={view} name="campaign" label={t("dimension.campaign")} value={target?.campaign ?? query.campaign} />
        <Field view={view} name="owner" label={t("targets.owner")} value={target?.owner} />
        <Select
          view={view}
          name="split"
          label={t("targets.split")}
          value={target?.split}
          options={(["month", "week", "flight"] as const).map((name) => [name, t(`split.${name}`)] as const)}
        />
      </div>
      <details open={view.form.fields.split === "flight" || target?.split === "flight"}>
        <summary>{t("targets.flights")}</summary>
        <FlightFields view={view} flights={target?.flights ?? []} />
      </details>
    </>
  )
}

function readDetails(view: View, before: TargetAnswer["flights"]): Record<string, unknown> {
  const { fields } = view.form
  const text = (name: string) => textIn(view, name) ?? ""
  const written = text("value")
  const percent = /^(.*?)\s*%$/.exec(written)?.[1]
  const value =
    percent === undefined
      ? (amountIn(view, "value") ?? "")
      : String(Number((Number(percent.replace(",", ".")) / 100).toFixed(6)))
  return {
    name: text("name"),
    metric: text("metric"),
    aim: fields.aim,
    value,
    from: text("from"),
    to: text("to"),
    channel: text("channel"),
    campaign: text("campaign"),
    owner: text("owner"),
    split: fields.split,
    flights: flightsIn(view, before),
  }
}
