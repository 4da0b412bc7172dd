import {
  DIMENSIONS,
  FILTERS,
  METRICS,
  MODELS,
  type ReportAnswer,
  ReportQuery,
  TIME_DIMENSIONS,
} from "../../../shared/contract-report.js"
import { columnsOf } from "../../core/report/report.js"
import { addShareLink, findShareLink, listShareLinks, revokeShareLink } from "../../core/site/share-link.js"
import type { Site } from "../../core/store/db.js"
import { newToken } from "../../core/store/id.js"
import { invalid, notFound, Refusal } from "../../core/store/refusal.js"
import { toCsv } from "../../exports/csv.js"
import { sha256 } from "../../http/auth.js"
import { parseWith } from "../../http/parse.js"
import { Funnel, HeatMap, TimeSeries } from "../chart.js"
import type { SiteDashboard } from "../host.js"
import type { Key } from "../language.js"
import { Layout } from "../layout.js"
import { ask, betterOf, known, writeMetric } from "../metric.js"
import { type Markup, PAGE_HEADERS, type Page } from "../page.js"
import { Button, Change, Copyable, Field, nameOf, Panel, Select, Table } from "../parts.js"
import { KeptPeriod, PeriodPicker, readPeriod, SPAN } from "../period.js"
import { can, chosenIn, sitePath, type View } from "../view.js"
import { Warnings } from "../warning.js"
import { Ranking } from "./ranking.js"
import { SavedReports, savedActions } from "./report-saved.js"

const ROWS = 200
const CSV_ROWS = 10_000
const LINES = 4
const DAY_MS = 86_400_000
const NAME_LIMIT = 80
/** Parameters of the page that belong to the report's own state. */
const STATE = [
  "period",
  "from",
  "to",
  "metrics",
  "by",
  "then",
  "interval",
  "model",
  "beside",
  "compare",
  "filter",
  "is",
  "basis",
  "sort",
  "show",
] as const
const FUNNEL = known("visits", "calls", "leads", "qualified", "quotes", "won", "orders")
const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

/** Reports that many ask for, ready made. */
const READY: readonly (readonly [Key, Record<string, string>])[] = [
  ["report.channels", { metrics: "visits,calls,leads,orders,revenue,cost,roi", by: "channel" }],
  ["ranking.title", { show: "ranking", by: "channel" }],
  ["report.campaigns", { metrics: "visits,calls,leads,orders,cost,cpl,roi", by: "campaign" }],
  ["report.keywords", { metrics: "visits,calls,call_rate,leads,orders,revenue", by: "term" }],
  ["report.pages", { metrics: "visits,calls,call_rate", by: "landing_page" }],
  ["report.days", { metrics: "visits,calls,missed", interval: "day" }],
  ["report.heat", { metrics: "calls", show: "heat" }],
  ["report.missed_heat", { metrics: "missed", show: "heat" }],
  ["report.funnel", { show: "funnel" }],
  ["report.models", { metrics: "orders,revenue,roi", by: "channel", model: "last", beside: "first" }],
  ["report.agents", { metrics: "calls,missed_rate,mean_talk_s,leads,won", by: "agent" }],
]

/** Any report of the report query; its address holds all of its state. */
export function reportsPage(host: SiteDashboard): Page<Site> {
  return {
    path: "/reports",
    role: "read",
    show: (site, view, made: { link: string } | undefined) => {
      const { t } = view
      const period = readPeriod(view)
      return (
        <Layout
          view={view}
          title="nav.reports"
          place="/reports"
          chart
          beside={<PeriodPicker view={view} period={period} />}
        >
          {made ? (
            <div class="notice good" role="status">
              <p>{t("share.made")}</p>
              <Copyable view={view} id="share" text={made.link} />
            </div>
          ) : null}
          <nav class="noprint" aria-label={t("report.ready")}>
            <ul class="segments">
              {READY.map(([name, state]) => (
                <li>
                  <a href={addressOf(view, state)} aria-current={isShown(view, state) ? "true" : undefined}>
                    {t(name)}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <Picker view={view} />
          <Shown site={site} view={view} />
          <SavedReports site={site} view={view} state={stateOf(view)} />
          {can(view, "member") ? <Sharing site={site} view={view} /> : null}
        </Layout>
      )
    },
    actions: {
      ...savedActions(queryOf),
      share: {
        role: "member",
        act: async (view) => {
          const site = await host.openSite(view.site?.id ?? "")
          if (!site) throw notFound("site")
          const name = (view.form.fields.name ?? "").trim().slice(0, NAME_LIMIT)
          if (name === "") throw invalid("name", "must not be empty")
          const days = Number(view.form.fields.days ?? 0)
          const token = newToken()
          const hash = await sha256(token)
          const query = new URLSearchParams(stateOf(view)).toString()
          await site.write((opened) =>
            addShareLink(opened, hash, {
              name,
              query,
              expires_at: days > 0 && days <= 366 ? opened.now + days * DAY_MS : null,
            }),
          )
          return { prepared: { link: `${view.publicUrl}${sitePath(view, "/shared")}?token=${token}` } }
        },
      },
      revoke: {
        role: "member",
        work: (site, view) => {
          revokeShareLink(site, view.form.fields.link ?? "")
          return `${sitePath(view, "/reports")}?done=1`
        },
      },
    },
  }
}

/** A report for whoever holds its link: no menu, no picker, nothing else of the site. */
export const sharedPage: Page<Site> = {
  path: "/shared",
  role: "anybody",
  prepare: (view) => sha256((view.query.token ?? "").slice(0, 100)),
  show: (site, view, hash: string) => {
    const link = findShareLink(site, hash)
    // The same words as for a site that does not exist: nobody learns which there are.
    if (!link) throw new Refusal("not_found", "there is nothing here")
    const query = Object.fromEntries(new URLSearchParams(link.query))
    const shown = { ...view, query, session: undefined }
    return (
      <Layout view={{ ...view, session: undefined }} title="nav.reports" heading={link.name} chart wide>
        <p class="quiet">
          {view.site?.name} · {view.format.day(readPeriod(shown).from)} – {view.format.day(readPeriod(shown).to)}
        </p>
        <Shown site={site} view={shown} />
      </Layout>
    )
  },
}

/** The same rows as CSV. */
export const reportCsvPage: Page<Site> = {
  path: "/reports.csv",
  role: "read",
  show: (site, view) => {
    const asked = { ...askedOf(view), limit: String(CSV_ROWS) }
    const query = parseWith(ReportQuery, asked)
    const answer = ask(site, asked)
    return new Response(toCsv(columnsOf(query, answer.query.group_by as string[]), answer.rows), {
      headers: {
        ...PAGE_HEADERS,
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": `attachment; filename="report-${answer.query.from}-${answer.query.to}.csv"`,
      },
    })
  },
}

function stateOf(view: View): Record<string, string> {
  return chosenIn(view, STATE)
}

function addressOf(view: View, state: Record<string, string>): string {
  return `${sitePath(view, "/reports")}?${new URLSearchParams({ ...chosenIn(view, SPAN), ...state })}`
}

function isShown({ query }: View, state: Record<string, string>): boolean {
  return STATE.filter((name) => !(SPAN as readonly string[]).includes(name)).every(
    (name) => (query[name] ?? "") === (state[name] ?? ""),
  )
}

/** What the address says, as the report's query; what it says wrong is left out, so that an old link still shows something. */
function queryOf(view: View): Record<string, string> {
  const { query } = view
  const period = readPeriod(view)
  const metrics = known(...(query.metrics ?? "").split(","))
  const groups = [query.by, query.then].filter((name) => (DIMENSIONS as readonly string[]).includes(name ?? ""))
  const filter = (FILTERS as readonly string[]).includes(query.filter ?? "") ? (query.filter ?? "") : ""
  const among = (name: "interval" | "model" | "compare" | "basis", choices: readonly string[]) =>
    choices.includes(query[name] ?? "") ? { [name]: query[name] ?? "" } : {}
  return {
    metrics: (metrics.length > 0
      ? metrics
      : known("visits", "calls", "leads", "orders", "revenue", "cost", "roi")
    ).join(","),
    group_by: (groups.length > 0 ? groups : query.interval ? [] : ["channel"]).join(","),
    from: period.from,
    to: period.to,
    ...(filter === "" ? {} : { [filter]: query.is ?? "" }),
    ...among("interval", ["day", "week", "month", "quarter"]),
    ...among("model", MODELS),
    ...among("compare", ["previous", "year"]),
    ...among("basis", ["revenue", "margin"]),
    ...(query.sort && new RegExp(`^-?(${metrics.join("|") || "calls"})$`).test(query.sort) ? { sort: query.sort } : {}),
  }
}

/** The query whose rows stand behind what is shown: those of a heat map and of a funnel, too. */
function askedOf(view: View): Record<string, string> {
  const asked = queryOf(view)
  const { interval: _i, compare: _c, sort: _s, ...rest } = asked
  if (view.query.show === "heat") return { ...rest, group_by: "weekday,hour", metrics: firstOf(rest.metrics) }
  return view.query.show === "funnel" ? { ...rest, group_by: "", metrics: FUNNEL.join(",") } : asked
}

function firstOf(metrics = "calls"): string {
  return metrics.split(",")[0] ?? "calls"
}

function Picker({ view }: { view: View }): Markup {
  const { t, query, path } = view
  const filled = { ...view, form: { ...view.form, fields: stateOf(view) } }
  const none = ["", "–"] as const
  const dimensions = DIMENSIONS.map((name) => [name, nameOf(view, "dimension", name)] as const)
  const models = MODELS.map((name) => [name, nameOf(view, "model", name)] as const)
  const chosen = (query.metrics ?? "").split(",")
  return (
    <Panel>
      <form method="get" action={path} class="row">
        <KeptPeriod view={view} />
        {query.show ? <input type="hidden" name="show" value={query.show} /> : null}
        <Select view={filled} name="by" label={t("report.by")} options={[none, ...dimensions]} />
        <Select view={filled} name="then" label={t("report.then")} options={[none, ...dimensions]} />
        <Select
          view={filled}
          name="interval"
          label={t("report.interval")}
          options={[
            none,
            ...TIME_DIMENSIONS.slice(0, 4).map((name) => [name, nameOf(view, "dimension", name)] as const),
          ]}
        />
        <Select view={filled} name="model" label={t("report.model")} options={models} />
        <Select view={filled} name="beside" label={t("report.beside")} options={[none, ...models]} />
        <Select
          view={filled}
          name="compare"
          label={t("report.compare")}
          options={[none, ["previous", t("report.previous")], ["year", t("report.year")]]}
        />
        <Select
          view={filled}
          name="filter"
          label={t("report.filter")}
          options={[none, ...FILTERS.map((name) => [name, nameOf(view, "dimension", name)] as const)]}
        />
        <Field view={filled} name="is" label={t("report.is")} />
        <details class="whole">
          <summary>{t("report.metrics")}</summary>
          {groupsOf(METRICS).map((names) => (
            <fieldset>
              <legend>{nameOf(view, "metric", names[0] ?? "")}</legend>
              <div class="choices">
                {names.map((name) => (
                  <label class="choice">
                    <input type="checkbox" name="metrics" value={name} checked={chosen.includes(name)} />
                    {nameOf(view, "metric", name)}
                  </label>
                ))}
              </div>
            </fieldset>
          ))}
        </details>
        <button type="submit">{t("form.show")}</button>
        <a class="button quiet" href={`${sitePath(view, "/reports.csv")}?${new URLSearchParams(stateOf(view))}`}>
          {t("report.csv")}
        </a>
      </form>
    </Panel>
  )
}

/** Metrics that begin a group of their own in the picker. */
const FIRSTS: ReadonlySet<string> = new Set(known("visits", "calls", "leads", "orders", "tickets", "cost"))

function groupsOf(metrics: readonly string[]): string[][] {
  const groups: string[][] = []
  for (const name of metrics) {
    if (groups.length === 0 || FIRSTS.has(name)) groups.push([])
    groups.at(-1)?.push(name)
  }
  return groups
}

function Shown({ site, view }: { site: Site; view: View }): Markup {
  const { query } = view
  if (query.show === "heat") return <Heat site={site} view={view} />
  if (query.show === "ranking") return <Ranking site={site} view={view} asked={queryOf(view)} />
  if (query.show === "funnel") return <FunnelOf site={site} view={view} />
  const asked = queryOf(view)
  const answer = ask(site, {
    ...asked,
    limit: String(ROWS),
    ...(asked.interval ? {} : { sort: asked.sort ?? sortOf(asked) }),
  })
  const other = (MODELS as readonly string[]).includes(query.beside ?? "")
    ? ask(site, { ...asked, model: query.beside, limit: "5000" })
    : undefined
  const isSeries = ["day", "week", "month", "quarter"].includes(asked.interval ?? "") && asked.group_by === ""
  return (
    <Panel>
      {isSeries ? <Lines view={view} answer={answer} /> : null}
      <Warnings view={view} warnings={answer.warnings} />
      <Rows view={view} answer={answer} other={other} />
    </Panel>
  )
}

function sortOf({ metrics = "" }: Record<string, string>): string {
  return `-${metrics.split(",").includes("calls") ? "calls" : metrics.split(",")[0]}`
}

function Lines({ view, answer }: { view: View; answer: ReportAnswer }): Markup {
  const interval = String((answer.query.group_by as string[])[0])
  const metrics = (answer.query.metrics as string[]).slice(0, LINES)
  return (
    <TimeSeries
      view={view}
      name={view.t("overview.over_time")}
      labels={answer.rows.map((row) => String(row[interval]))}
      series={metrics.map((metric) => ({
        name: nameOf(view, "metric", metric),
        values: answer.rows.map((row) => row[metric] as number | null),
        write: (value) => writeMetric(view, metric, value),
      }))}
    />
  )
}

type Row = Record<string, string | number | null>

function Rows({ view, answer, other }: { view: View; answer: ReportAnswer; other: ReportAnswer | undefined }): Markup {
  const { t } = view
  const dimensions = answer.query.group_by as string[]
  const metrics = answer.query.metrics as string[]
  const keyOf = (row: Row) => JSON.stringify(dimensions.map((name) => row[name] ?? null))
  const others = new Map(other?.rows.map((row) => [keyOf(row), row]))
  const compared = answer.query.compare !== undefined
  const modelName = (source: ReportAnswer) => nameOf(view, "model", String(source.query.model))
  const values = (metric: string, row: Row) => (
    <>
      {writeMetric(view, metric, row[metric] as number | null)}
      {compared ? (
        <>
          {" "}
          <Change
            view={view}
            now={row[metric] as number | null}
            before={row[`${metric}_before`] as number | null}
            better={betterOf(metric)}
          />
        </>
      ) : null}
    </>
  )
  return (
    <Table
      caption={t("nav.reports")}
      rows={answer.rows}
      empty={t("overview.nothing_yet")}
      columns={[
        ...dimensions.map((name) => ({
          name: nameOf(view, "dimension", name),
          cell: (row: Row) => writeValue(view, name, row[name] ?? null),
        })),
        ...metrics.flatMap((metric) => [
          {
            name: other ? `${nameOf(view, "metric", metric)}: ${modelName(answer)}` : nameOf(view, "metric", metric),
            number: true,
            cell: (row: Row) => values(metric, row),
          },
          ...(other
            ? [
                {
                  name: modelName(other),
                  number: true,
                  cell: (row: Row) =>
                    writeMetric(view, metric, (others.get(keyOf(row))?.[metric] ?? null) as number | null),
                },
              ]
            : []),
        ]),
      ]}
      foot={[
        ...dimensions.map((_, index) => (index === 0 ? t("report.total") : "")),
        ...metrics.flatMap((metric) => [
          values(metric, answer.totals as Row),
          ...(other ? [writeMetric(view, metric, other.totals[metric] ?? null)] : []),
        ]),
      ]}
    />
  )
}

/** The value of a dimension as people read it. */
function writeValue(view: View, dimension: string, value: string | number | null): string {
  const { t, format } = view
  if (value === null || value === "") return t("report.none")
  if (dimension === "weekday") return format.weekday(WEEKDAYS.indexOf(String(value)))
  if (["day", "week"].includes(dimension)) return format.day(String(value))
  if (["month", "quarter"].includes(dimension)) return format.month(String(value))
  if (dimension === "number") return format.phone(String(value))
  return nameOf(view, dimension, String(value))
}

function Heat({ site, view }: { site: Site; view: View }): Markup {
  const asked = askedOf(view)
  const metric = firstOf(asked.metrics)
  const { rows } = ask(site, { ...asked, limit: "200" })
  const cells = WEEKDAYS.map((weekday) =>
    Array.from({ length: 24 }, (_, hour) =>
      Number(rows.find((row) => row.weekday === weekday && Number(row.hour) === hour)?.[metric] ?? 0),
    ),
  )
  return (
    <Panel title={nameOf(view, "metric", metric)}>
      <HeatMap view={view} name={nameOf(view, "metric", metric)} cells={cells} />
    </Panel>
  )
}

function FunnelOf({ site, view }: { site: Site; view: View }): Markup {
  const { totals } = ask(site, askedOf(view))
  return (
    <Panel title={view.t("report.funnel")}>
      <Funnel
        view={view}
        name={view.t("report.funnel")}
        steps={FUNNEL.map((metric) => ({ name: nameOf(view, "metric", metric), count: totals[metric] ?? 0 }))}
      />
    </Panel>
  )
}

function Sharing({ site, view }: { site: Site; view: View }): Markup {
  const { t, format, path } = view
  const links = listShareLinks(site)
  const action = `${path}?${new URLSearchParams(stateOf(view))}`
  return (
    <Panel title={t("share.title")}>
      <p class="quiet">{t("share.hint")}</p>
      <form method="post" action={action} class="row">
        <Field view={view} name="name" label={t("people.name")} required />
        <Select
          view={view}
          name="days"
          label={t("share.until")}
          value="90"
          options={(["7", "30", "90", "366"] as const)
            .map((days) => [days, t("time.days", { count: Number(days) })] as const)
            .concat([["0", t("share.always")]] as never)}
        />
        <Button does="share">{t("people.make_link")}</Button>
      </form>
      {links.length === 0 ? null : (
        <Table
          caption={t("share.title")}
          rows={links}
          columns={[
            { name: t("people.name"), cell: (link) => <a href={`${path}?${link.query}`}>{link.name}</a> },
            { name: t("people.since"), cell: (link) => format.date(link.created_at) },
            {
              name: t("share.until"),
              cell: (link) => (link.expires_at === null ? t("share.always") : format.date(link.expires_at)),
            },
            {
              name: t("people.revoke"),
              cell: (link) => (
                <form method="post" action={action}>
                  <input type="hidden" name="link" value={link.id} />
                  <Button does="revoke" kind="danger" label={t("people.revoke_name", { name: link.name })}>
                    {t("people.revoke")}
                  </Button>
                </form>
              ),
            },
          ]}
        />
      )}
    </Panel>
  )
}
