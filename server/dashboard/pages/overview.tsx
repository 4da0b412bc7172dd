import type { CallAnswer } from "../../../shared/contract.js"
import { listCalls } from "../../core/call/call-list.js"
import { listPoolUse } from "../../core/number/pool-setup.js"
import type { Site } from "../../core/store/db.js"
import { Bar, Spark, TimeSeries } from "../chart.js"
import type { SiteDashboard } from "../host.js"
import { Layout } from "../layout.js"
import { ask, betterOf, known, writeMetric } from "../metric.js"
import type { Markup, Page } from "../page.js"
import { Badge, Change, nameOf, Panel, Source, Table, Value } from "../parts.js"
import { daysIn, type Period, PeriodPicker, readPeriod } from "../period.js"
import { can, sitePath, type View } from "../view.js"

const CARDS = known(
  "calls",
  "answered_rate",
  "missed_rate",
  "visits",
  "leads",
  "orders",
  "revenue",
  "cost",
  "profit",
  "roi",
  "unattributed_share",
)
const CHANNELS = 12
const LIVE_CALLS = 8
const LIVE_MS = 24 * 3_600_000
/** A channel that misses more calls than this, or lost more than half of them, is flagged. */
const MISSED_SHARE = 0.3
const FALL = 0.5
const CALLS_AT_LEAST = 5

/** What the period brought, against the one before, and what is happening now. */
export function overviewPage(host: SiteDashboard): Page<Site> {
  return {
    path: "",
    role: "read",
    show: (site, view) => {
      const { t } = view
      const period = readPeriod(view)
      const isNew = listPoolUse(site, { limit: 1 }).data.length === 0
      return (
        <Layout view={view} title="overview.title" place="" chart beside={<PeriodPicker view={view} period={period} />}>
          {isNew && can(view, "member") ? (
            <p class="notice warn">
              {t("overview.no_numbers")} <a href={sitePath(view, "/setup/numbers")}>{t("overview.set_up")}</a>
            </p>
          ) : null}
          <Cards site={site} view={view} period={period} />
          <Panel title={t("overview.over_time")}>
            <OverTime site={site} view={view} period={period} />
          </Panel>
          <Panel title={t("overview.channels")}>
            <Channels site={site} view={view} period={period} />
          </Panel>
          <div class="panels">
            <Panel title={t("overview.live")}>
              <div
                data-live={sitePath(view, "/live")}
                data-stream={host.streams ? sitePath(view, "/live/stream") : undefined}
                aria-live="polite"
              >
                <LiveCalls site={site} view={view} />
              </div>
            </Panel>
            <Panel title={t("overview.pools")}>
              <Pools site={site} view={view} />
            </Panel>
          </div>
        </Layout>
      )
    },
  }
}

function Cards({ site, view, period }: { site: Site; view: View; period: Period }): Markup {
  const asked = known("calls", "answered", ...CARDS)
  const now = withRates(ask(site, { metrics: asked, from: period.from, to: period.to }).totals)
  const before = withRates(ask(site, { metrics: asked, ...period.before }).totals)
  const shown = ["calls", "answered_rate", ...CARDS.filter((metric) => !["calls", "answered_rate"].includes(metric))]
  return (
    <ul class="cards">
      {shown.map((metric) => (
        <li class="card">
          <span class="name">{nameOf(view, "metric", metric)}</span>
          <Value text={writeMetric(view, metric, now[metric] ?? null)} />
          <Change view={view} now={now[metric] ?? null} before={before[metric] ?? null} better={betterOf(metric)} />
        </li>
      ))}
    </ul>
  )
}

function withRates(totals: Record<string, number | null>): Record<string, number | null> {
  const { calls, answered } = totals
  return { answered_rate: calls ? (answered ?? 0) / calls : null, ...totals }
}

function OverTime({ site, view, period }: { site: Site; view: View; period: Period }): Markup {
  const metrics = known("calls", "missed", "leads", "orders")
  const { rows } = ask(site, { metrics, interval: "day", from: period.from, to: period.to, limit: 1000 })
  const byDay = new Map(rows.map((row) => [row.day, row]))
  const days = daysIn(period)
  return (
    <TimeSeries
      view={view}
      name={view.t("overview.over_time")}
      labels={days}
      series={metrics.map((metric) => ({
        name: nameOf(view, "metric", metric),
        values: days.map((day) => Number(byDay.get(day)?.[metric] ?? 0)),
        write: (value) => writeMetric(view, metric, value),
      }))}
    />
  )
}

type Row = Record<string, string | number | null>

function Channels({ site, view, period }: { site: Site; view: View; period: Period }): Markup {
  const { t } = view
  const money = known("leads", "orders", "revenue", "cost", "roi")
  const metrics = known("visits", "calls", "missed", ...money)
  const { rows } = ask(site, { metrics, group_by: ["channel"], from: period.from, to: period.to, sort: "-calls" })
  const before = new Map(
    ask(site, { metrics: ["calls"], group_by: ["channel"], ...period.before }).rows.map((row) => [
      row.channel ?? null,
      Number(row.calls),
    ]),
  )
  const daily = new Map<string | null, Map<string, number>>()
  for (const row of ask(site, {
    metrics: ["calls"],
    group_by: ["channel"],
    interval: "day",
    from: period.from,
    to: period.to,
    limit: 10_000,
  }).rows) {
    const channel = (row.channel ?? null) as string | null
    const days = daily.get(channel) ?? new Map<string, number>()
    daily.set(channel, days.set(String(row.day), Number(row.calls)))
  }
  const days = daysIn(period)
  const count = (row: Row, metric: string) => Number(row[metric] ?? 0)
  return (
    <Table
      caption={t("overview.channels")}
      rows={rows.slice(0, CHANNELS)}
      empty={t("overview.nothing_yet")}
      columns={[
        {
          name: t("dimension.channel"),
          cell: (row) => (row.channel === null ? t("source.unknown") : nameOf(view, "channel", String(row.channel))),
        },
        {
          name: t("overview.trend"),
          cell: (row) => {
            const own = daily.get(row.channel as string | null)
            return <Spark values={days.map((day) => own?.get(day) ?? 0)} />
          },
        },
        ...["visits", "calls", ...money].map((metric) => ({
          name: nameOf(view, "metric", metric),
          number: true,
          cell: (row: Row) => writeMetric(view, metric, row[metric] === null ? null : count(row, metric)),
        })),
        {
          name: t("period.change"),
          number: true,
          cell: (row) => (
            <Change view={view} now={count(row, "calls")} before={before.get(row.channel as string) ?? 0} />
          ),
        },
        {
          name: t("overview.flags"),
          cell: (row) => {
            const calls = count(row, "calls")
            const earlier = before.get(row.channel as string) ?? 0
            return (
              <>
                {calls >= CALLS_AT_LEAST && count(row, "missed") / calls > MISSED_SHARE ? (
                  <Badge kind="warn">{t("alarm.missed")}</Badge>
                ) : null}
                {earlier >= CALLS_AT_LEAST && calls < earlier * FALL ? (
                  <Badge kind="bad">{t("alarm.fewer_calls")}</Badge>
                ) : null}
                {calls === 0 && count(row, "cost") > 0 ? <Badge kind="bad">{t("alarm.cost_no_calls")}</Badge> : null}
              </>
            )
          },
        },
      ]}
    />
  )
}

/** The latest calls of a day, those that ring marked. */
export function LiveCalls({ site, view }: { site: Site; view: View }): Markup {
  const { t, now } = view
  const calls = listCalls(site, { limit: LIVE_CALLS }).data.filter(
    ({ started_at }) => now - Date.parse(started_at) < LIVE_MS,
  )
  if (calls.length === 0) return <p class="quiet">{t("overview.no_calls")}</p>
  return (
    <ul class="live">
      {calls.map((call) => (
        <LiveCall call={call} view={view} />
      ))}
    </ul>
  )
}

function LiveCall({ call, view }: { call: CallAnswer; view: View }): Markup {
  const { format, now } = view
  return (
    <li>
      <span>
        <a href={sitePath(view, `/calls/${call.id}`)}>{format.phone(call.from)}</a>{" "}
        <CallStatus view={view} call={call} />
      </span>
      <small class="quiet">{format.ago(call.started_at, now)}</small>
      <Source view={view} source={call.source} />
    </li>
  )
}

/** A call's status, coloured by what it means. */
export function CallStatus({ view, call: { status } }: { view: View; call: Pick<CallAnswer, "status"> }): Markup {
  const kind = status === "completed" ? "good" : ["ringing", "in_progress"].includes(status) ? "warn" : "bad"
  return <Badge kind={kind}>{nameOf(view, "status", status)}</Badge>
}

function Pools({ site, view }: { site: Site; view: View }): Markup {
  const { t, format } = view
  return (
    <Table
      caption={t("overview.pools")}
      rows={listPoolUse(site, { limit: 20 }).data}
      empty={t("numbers.no_pools")}
      columns={[
        { name: t("numbers.pool"), cell: (pool) => <a href={sitePath(view, "/numbers")}>{pool.name}</a> },
        {
          name: t("numbers.busy_now"),
          number: true,
          cell: (pool) => `${format.number(pool.busy)} / ${format.number(pool.numbers)}`,
        },
        {
          name: t("numbers.use"),
          cell: (pool) => {
            const share = pool.numbers === 0 ? 0 : pool.busy / pool.numbers
            return <Bar share={share} kind={share >= 1 ? "bad" : share > 0.8 ? "warn" : "k0"} />
          },
        },
      ]}
    />
  )
}
