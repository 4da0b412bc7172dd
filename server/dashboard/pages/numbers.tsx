import { NumberFields, NumberPatch } from "../../../shared/contract.js"
import { CHANNELS } from "../../../shared/source.js"
import { carrierNames } from "../../carriers/index.js"
import { credentialsSetAt } from "../../core/call/carrier.js"
import { listRequests } from "../../core/call/request-log.js"
import { addNumbers, listNumbers, updateNumber } from "../../core/number/number.js"
import { listPoolUse } from "../../core/number/pool-setup.js"
import type { Site } from "../../core/store/db.js"
import { parseWith } from "../../http/parse.js"
import { carrierTitle } from "../carrier-title.js"
import { Bar, TimeSeries } from "../chart.js"
import { Layout } from "../layout.js"
import { ask, writeMetric } from "../metric.js"
import type { Markup, Page } from "../page.js"
import { Badge, Button, Field, nameOf, Panel, Select, Table } from "../parts.js"
import { daysIn, PeriodPicker, readPeriod } from "../period.js"
import { can, entered, sitePath, type View } from "../view.js"
import { Forecast } from "./forecast.js"
import { NumberTabs } from "./number-tabs.js"

const NUMBERS_SHOWN = 500

/** Pools with their use, what more numbers would bring, static numbers, and how the carriers are. */
export const numbersPage: Page<Site> = {
  path: "/numbers",
  role: "read",
  show: (site, view) => {
    const { t } = view
    return (
      <Layout
        view={view}
        title="nav.numbers"
        place="/numbers"
        chart
        beside={
          can(view, "member") ? (
            <a class="button" href={sitePath(view, "/setup/numbers")}>
              {t("setup.more_title")}
            </a>
          ) : null
        }
      >
        <NumberTabs view={view} at="/numbers" />
        <Panel title={t("numbers.pools")}>
          <Pools site={site} view={view} />
        </Panel>
        <Panel title={t("numbers.coverage")}>
          <PeriodPicker view={view} period={readPeriod(view)} />
          <Coverage site={site} view={view} />
        </Panel>
        <Forecast site={site} view={view} />
        <Panel title={t("numbers.static")}>
          <Statics site={site} view={view} />
        </Panel>
        <Panel title={t("numbers.carriers")}>
          <Carriers site={site} view={view} />
        </Panel>
      </Layout>
    )
  },
  actions: {
    add: {
      role: "member",
      work: (site, view) => {
        const { e164 = "", channel = "", source = "", campaign = "" } = view.form.fields
        const fields = { channel, ...(source ? { source } : {}), ...(campaign ? { campaign } : {}) }
        addNumbers(site, [parseWith(NumberFields, { e164, kind: "static", source: fields })], () => "")
        return `${view.path}?done=1`
      },
    },
    state: {
      role: "member",
      work: (site, view) => {
        const { number = "", state = "" } = view.form.fields
        updateNumber(site, number, parseWith(NumberPatch, { state }))
        return `${view.path}?done=1`
      },
    },
  },
}

function Pools({ site, view }: { site: Site; view: View }): Markup {
  const { t, format } = view
  return (
    <Table
      caption={t("numbers.pools")}
      rows={listPoolUse(site, { limit: 100 }).data}
      empty={t("numbers.no_pools")}
      columns={[
        {
          name: t("numbers.pool"),
          cell: (pool) => <a href={sitePath(view, `/numbers/pools/${pool.id}`)}>{pool.name}</a>,
        },
        { name: t("setup.target"), cell: (pool) => <span class="nowrap">{format.phone(pool.target)}</span> },
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
        { name: t("numbers.when_full"), cell: (pool) => nameOf(view, "overflow", pool.overflow) },
      ]}
    />
  )
}

function Coverage({ site, view }: { site: Site; view: View }): Markup {
  const period = readPeriod(view)
  const metrics = ["leased_visits", "overflow_visits"]
  const { rows } = ask(site, { metrics, interval: "day", from: period.from, to: period.to })
  const byDay = new Map(rows.map((row) => [row.day, row]))
  const days = daysIn(period)
  return (
    <TimeSeries
      view={view}
      name={view.t("numbers.coverage")}
      labels={days}
      series={metrics.map((metric) => ({
        name: nameOf(view, "metric", metric),
        values: days.map((day) => Number(byDay.get(day)?.[metric] ?? 0)),
        write: (value) => writeMetric(view, metric, value),
      }))}
    />
  )
}

function Statics({ site, view }: { site: Site; view: View }): Markup {
  const { t, format, path } = view
  const numbers = listNumbers(site, { limit: NUMBERS_SHOWN, kind: "static" }).data
  return (
    <>
      <p class="quiet">{t("numbers.static_hint")}</p>
      <Table
        caption={t("numbers.static")}
        rows={numbers}
        empty={t("numbers.no_static")}
        columns={[
          {
            name: t("dimension.number"),
            cell: (number) => (
              <a class="nowrap" href={sitePath(view, `/numbers/${number.id}`)}>
                {format.phone(number.e164)}
              </a>
            ),
          },
          {
            name: t("dimension.channel"),
            cell: (number) => (number.source ? nameOf(view, "channel", number.source.channel) : ""),
          },
          { name: t("dimension.source"), cell: (number) => number.source?.source ?? "" },
          { name: t("dimension.campaign"), cell: (number) => number.source?.campaign ?? "" },
          {
            name: t("calls.status"),
            cell: (number) => (
              <Badge kind={number.state === "active" ? "good" : "warn"}>{nameOf(view, "number", number.state)}</Badge>
            ),
          },
          {
            name: t("numbers.change"),
            cell: (number) =>
              can(view, "member") ? (
                <form method="post" action={path}>
                  <input type="hidden" name="number" value={number.id} />
                  <input type="hidden" name="state" value={number.state === "active" ? "paused" : "active"} />
                  <Button
                    does="state"
                    kind="quiet"
                    label={`${t(number.state === "active" ? "numbers.pause" : "numbers.revive")} ${format.phone(number.e164)}`}
                  >
                    {t(number.state === "active" ? "numbers.pause" : "numbers.revive")}
                  </Button>
                </form>
              ) : null,
          },
        ]}
      />
      {can(view, "member") ? (
        <form method="post" action={path} class="row">
          <Field view={view} name="e164" label={t("dimension.number")} type="tel" required />
          <Select
            view={view}
            name="channel"
            label={t("dimension.channel")}
            value={entered(view, "channel", "Outdoor")}
            options={CHANNELS.map((name) => [name, nameOf(view, "channel", name)] as const)}
          />
          <Field view={view} name="source" label={t("dimension.source")} />
          <Field view={view} name="campaign" label={t("dimension.campaign")} />
          <Button does="add">{t("numbers.add")}</Button>
        </form>
      ) : null}
    </>
  )
}

/** Carriers that are set up: since when, when they were heard of last, and whether that could be read. */
function Carriers({ site, view }: { site: Site; view: View }): Markup {
  const { t, format } = view
  const set = carrierNames().flatMap((name) => {
    const at = credentialsSetAt(site, name)
    if (at === null) return []
    const [last] = listRequests(site, name, { limit: 1 }).data
    const [unread] = listRequests(site, name, { limit: 1, unread: "true" }).data
    return [{ name, at, last, unread }]
  })
  return (
    <>
      <Table
        caption={t("numbers.carriers")}
        rows={set}
        empty={t("numbers.no_carrier")}
        columns={[
          { name: t("call.carrier"), cell: (row) => carrierTitle(row.name) },
          { name: t("numbers.credentials"), cell: () => <Badge kind="good">{t("numbers.are_set")}</Badge> },
          { name: t("numbers.set_at"), cell: (row) => format.dateTime(row.at) },
          {
            name: t("numbers.last_request"),
            cell: ({ last }) =>
              last === undefined ? (
                <Badge kind="warn">{t("numbers.never")}</Badge>
              ) : (
                <>
                  {format.ago(last.received_at, view.now)} <small class="quiet">{last.event}</small>
                </>
              ),
          },
          {
            name: t("overview.flags"),
            cell: ({ unread }) =>
              unread === undefined ? null : (
                <Badge kind="bad">{t("numbers.unread", { when: format.ago(unread.received_at, view.now) })}</Badge>
              ),
          },
          {
            name: t("setup.addresses"),
            cell: (row) =>
              can(view, "admin") ? (
                <a href={sitePath(view, `/setup/carrier?carrier=${row.name}`)}>{t("call.open")}</a>
              ) : null,
          },
        ]}
      />
      {can(view, "admin") ? (
        <p>
          <a class="button quiet" href={sitePath(view, "/setup/carrier")}>
            {t("numbers.connect")}
          </a>
        </p>
      ) : null}
    </>
  )
}
