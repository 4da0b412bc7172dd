import { NumberFields, NumberPatch } from "../../../shared/contract.js"
import { ForecastQuery, RuleTest } from "../../../shared/contract-rules.js"
import { CHANNELS } from "../../../shared/source.js"
import { carrierNames } from "../../carriers/index.js"
import { credentialsSetAt } from "../../core/carrier.js"
import type { Site } from "../../core/db.js"
import { forecast } from "../../core/forecast.js"
import { addNumbers, listNumbers, updateNumber } from "../../core/number.js"
import { listPoolUse } from "../../core/pool-setup.js"
import { listRules, testRules } from "../../core/rule.js"
import { parseWith } from "../../http/parse.js"
import { Bar, TimeSeries } from "../chart.js"
import { Layout } from "../layout.js"
import { ask, writeMetric } from "../metric.js"
import type { Markup, Page } from "../page.js"
import { Badge, Button, Field, nameOf, Panel, Select, Table } from "../parts.js"
import { daysIn, readPeriod } from "../period.js"
import { can, entered, sitePath, type View } from "../view.js"

const NUMBERS_SHOWN = 500
const FORECAST_MOST = 60

/** Pools with their use, what more numbers would bring, static numbers, rules and why they decide, carriers. */
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
        <Panel title={t("numbers.pools")}>
          <Pools site={site} view={view} />
        </Panel>
        <Panel title={t("numbers.coverage")}>
          <Coverage site={site} view={view} />
        </Panel>
        <div class="panels">
          <Forecast site={site} view={view} />
          <Rules site={site} view={view} />
        </div>
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
        { name: t("numbers.pool"), cell: (pool) => pool.name },
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

function Forecast({ site, view }: { site: Site; view: View }): Markup {
  const { t, format, query, path } = view
  const pools = listPoolUse(site, { limit: 100 }).data
  const pool = pools.find(({ id }) => id === query.pool) ?? pools[0]
  if (!pool) return <Panel title={t("forecast.title")}>{t("numbers.no_pools")}</Panel>
  const wanted = Number(query.numbers)
  const count = Number.isInteger(wanted) && wanted >= 0 && wanted <= 10_000 && query.numbers ? wanted : pool.numbers
  const found = forecast(site, parseWith(ForecastQuery, { pool: pool.id, numbers: String(count) }))
  const filled = { ...view, form: { ...view.form, fields: { pool: pool.id } } }
  return (
    <Panel title={t("forecast.title")}>
      <p class="quiet">{t("forecast.hint")}</p>
      <form method="get" action={path} data-auto>
        <Select
          view={filled}
          name="pool"
          label={t("numbers.pool")}
          options={pools.map(({ id, name }) => [id, name] as const)}
        />
        <p class="field">
          <label for="f-numbers">
            {t("nav.numbers")}: <output id="f-numbers-value">{String(count)}</output>
          </label>
          <input
            id="f-numbers"
            name="numbers"
            type="range"
            min="1"
            max={String(Math.max(FORECAST_MOST, pool.numbers * 2))}
            value={String(count)}
          />
        </p>
        <button type="submit" class="quiet" data-manual>
          {t("form.show")}
        </button>
      </form>
      <dl class="facts">
        <dt>{t("forecast.coverage")}</dt>
        <dd>
          <b>{format.percent(found.coverage, 1)}</b>
        </dd>
        <dt>{t("forecast.busiest")}</dt>
        <dd>{format.percent(found.coverage_busiest, 1)}</dd>
        <dt>{t("forecast.visits")}</dt>
        <dd>{format.number(found.busiest_hour)}</dd>
        <dt>{t("forecast.holding")}</dt>
        <dd>{format.duration(found.holding_s)}</dd>
      </dl>
      {found.warnings.map((words) => (
        <p class="quiet" lang="en">
          {words}
        </p>
      ))}
    </Panel>
  )
}

function Rules({ site, view }: { site: Site; view: View }): Markup {
  const { t, query, path } = view
  const rules = listRules(site)
  const tested = RuleTest.safeParse({ url: query.url ?? "", referrer: query.referrer ?? "" })
  const outcome = query.url && tested.success ? testRules(site, tested.data) : undefined
  return (
    <Panel title={t("rules.title")}>
      <Table
        caption={t("rules.title")}
        rows={rules}
        empty={t("rules.none")}
        columns={[
          { name: t("people.name"), cell: (rule) => rule.name },
          {
            name: t("rules.when"),
            cell: (rule) =>
              rule.conditions
                .map(
                  ({ field, values, not }) =>
                    `${nameOf(view, "dimension", field)} ${not ? "≠" : "="} ${values.join(" / ")}`,
                )
                .join("; "),
          },
          {
            name: t("rules.shows"),
            cell: (rule) => <Badge kind={rule.enabled ? "good" : ""}>{nameOf(view, "shows", rule.outcome.show)}</Badge>,
          },
        ]}
      />
      <h3>{t("rules.explain")}</h3>
      <form method="get" action={path}>
        <Field
          view={{ ...view, form: { ...view.form, fields: { url: query.url ?? "" } } }}
          name="url"
          label={t("rules.url")}
          placeholder="https://example.com/?utm_source=google&utm_medium=cpc"
        />
        <button type="submit" class="quiet">
          {t("rules.try")}
        </button>
      </form>
      {outcome ? (
        <>
          <ul>
            {outcome.targets.map(({ target, outcome: { show } }) => (
              <li>
                {view.format.phone(target)}: <Badge kind="good">{nameOf(view, "shows", show)}</Badge>
              </li>
            ))}
          </ul>
          <Table
            caption={t("rules.explain")}
            rows={outcome.rules}
            columns={[
              { name: t("people.name"), cell: (rule) => rule.name },
              {
                name: t("rules.fits"),
                cell: (rule) => <Badge kind={rule.fits ? "good" : ""}>{t(rule.fits ? "rules.yes" : "rules.no")}</Badge>,
              },
              { name: t("call.evidence"), cell: (rule) => <span lang="en">{rule.why.join("; ")}</span> },
            ]}
          />
        </>
      ) : null}
    </Panel>
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
          { name: t("dimension.number"), cell: (number) => <span class="nowrap">{format.phone(number.e164)}</span> },
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

function Carriers({ site, view }: { site: Site; view: View }): Markup {
  const { t, format } = view
  const set = carrierNames().flatMap((name) => {
    const at = credentialsSetAt(site, name)
    return at === null ? [] : [{ name, at }]
  })
  return (
    <Table
      caption={t("numbers.carriers")}
      rows={set}
      empty={t("numbers.no_carrier")}
      columns={[
        {
          name: t("call.carrier"),
          cell: (row) =>
            can(view, "admin") ? (
              <a href={sitePath(view, `/setup/carrier?carrier=${row.name}`)}>{row.name}</a>
            ) : (
              row.name
            ),
        },
        { name: t("numbers.set_at"), cell: (row) => format.dateTime(row.at) },
      ]}
    />
  )
}
