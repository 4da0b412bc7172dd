import { PoolPatch } from "../../../shared/contract.js"
import { type CareAnswer, CareQuery, OVERFLOWS } from "../../../shared/contract-engine.js"
import { careFor } from "../../core/care/care.js"
import { readPool } from "../../core/number/pool.js"
import { describePool, updatePool } from "../../core/number/pool-setup.js"
import type { Site } from "../../core/store/db.js"
import { parseWith } from "../../http/parse.js"
import { Bar, TimeSeries } from "../chart.js"
import { givenIn } from "../entry.js"
import { Layout } from "../layout.js"
import type { Markup, Page } from "../page.js"
import { Badge, Button, Field, nameOf, Panel, Select, Table } from "../parts.js"
import { can, sitePath, type View } from "../view.js"
import { NumberTabs } from "./number-tabs.js"

/** Days that are looked back on: all leases of them are read. */
const DAYS = 7

/** One pool: its days and hours, its numbers, and what happens when they run short. */
export const poolPage: Page<Site> = {
  path: "/numbers/pools/:id",
  role: "read",
  show: (site, view) => {
    const { t, format, path } = view
    const pool = describePool(site, readPool(site, view.params.id ?? ""))
    const care = careFor(site, pool.id, parseWith(CareQuery, { days: DAYS }))
    return (
      <Layout
        view={view}
        title="numbers.pool"
        place="/numbers"
        heading={pool.name}
        chart
        beside={
          <Badge kind={pool.busy >= pool.numbers ? "bad" : "good"}>
            {t("numbers.busy_now")}: {format.number(pool.busy)} / {format.number(pool.numbers)}
          </Badge>
        }
      >
        <NumberTabs view={view} at="/numbers" />
        <Panel title={t("pool.days", { count: DAYS })}>
          <Days view={view} care={care} />
        </Panel>
        <div class="panels">
          <Panel title={t("pool.hours")}>
            <Hours view={view} care={care} />
          </Panel>
          <Panel title={t("pool.numbers")}>
            <Numbers view={view} care={care} />
          </Panel>
        </div>
        {can(view, "member") ? (
          <Panel title={t("leads.change")}>
            <form method="post" action={path}>
              <div class="columns">
                <Field view={view} name="name" label={t("people.name")} value={pool.name} required />
                <Field view={view} name="target" label={t("setup.target")} type="tel" value={pool.target} required />
                <Select
                  view={view}
                  name="overflow"
                  label={t("numbers.when_full")}
                  value={pool.overflow}
                  options={OVERFLOWS.map((name) => [name, nameOf(view, "overflow", name)] as const)}
                />
                <Field
                  view={view}
                  name="idle_minutes"
                  label={t("pool.idle")}
                  hint={t("pool.idle_hint")}
                  type="number"
                  value={pool.idle_minutes}
                />
                <Field
                  view={view}
                  name="reserve_percent"
                  label={t("pool.reserve")}
                  hint={t("pool.reserve_hint")}
                  type="number"
                  value={pool.reserve_percent}
                />
              </div>
              <Button does="save">{t("form.save")}</Button>
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
        const { idle_minutes, reserve_percent, ...given } = givenIn(
          view,
          "name",
          "target",
          "overflow",
          "idle_minutes",
          "reserve_percent",
        )
        const figure = (name: string, text: string | undefined) => (text === undefined ? {} : { [name]: Number(text) })
        const fields = {
          ...given,
          name: given.name ?? "",
          ...figure("idle_minutes", idle_minutes),
          ...figure("reserve_percent", reserve_percent),
        }
        updatePool(site, view.params.id ?? "", parseWith(PoolPatch, fields))
        return `${sitePath(view, `/numbers/pools/${view.params.id}`)}?done=1`
      },
    },
  },
}

function Days({ view, care: { days } }: { view: View; care: CareAnswer }): Markup {
  const { t, format } = view
  const write = (value: number | null) => format.number(value)
  return (
    <>
      <TimeSeries
        view={view}
        name={t("numbers.coverage")}
        labels={days.map(({ day }) => day)}
        series={[
          { name: t("pool.leased"), values: days.map(({ leased }) => leased), write },
          { name: t("pool.shared"), values: days.map(({ shared }) => shared), write },
          { name: t("pool.without"), values: days.map((day) => day.static + day.original), write },
        ]}
      />
      <Table
        caption={t("pool.coverage")}
        rows={[...days].reverse()}
        columns={[
          { name: t("dimension.day"), cell: ({ day }) => format.day(day) },
          { name: t("pool.leased"), number: true, cell: ({ leased }) => format.number(leased) },
          { name: t("pool.shared"), number: true, cell: ({ shared }) => format.number(shared) },
          { name: t("pool.without"), number: true, cell: (day) => format.number(day.static + day.original) },
          {
            name: t("pool.coverage"),
            cell: ({ coverage }) => (
              <>
                {format.percent(coverage, 1)} <Bar share={coverage} kind={coverage < 0.9 ? "bad" : "k0"} />
              </>
            ),
          },
        ]}
      />
    </>
  )
}

function Hours({ view, care: { hours } }: { view: View; care: CareAnswer }): Markup {
  const { t, format } = view
  return (
    <Table
      caption={t("pool.hours")}
      rows={hours}
      columns={[
        { name: t("dimension.hour"), cell: ({ hour }) => `${hour}:00` },
        { name: t("pool.leased"), number: true, cell: ({ leased }) => format.number(leased) },
        { name: t("pool.full"), number: true, cell: ({ overflow }) => format.number(overflow) },
        {
          name: t("numbers.use"),
          cell: ({ utilisation }) => (
            <>
              {format.percent(utilisation)} <Bar share={utilisation} kind={utilisation > 0.8 ? "warn" : "k0"} />
            </>
          ),
        },
      ]}
    />
  )
}

function Numbers({ view, care: { numbers } }: { view: View; care: CareAnswer }): Markup {
  const { t, format, now } = view
  return (
    <Table
      caption={t("pool.numbers")}
      rows={numbers}
      empty={t("overview.no_numbers")}
      columns={[
        { name: t("dimension.number"), cell: ({ e164 }) => <span class="nowrap">{format.phone(e164)}</span> },
        { name: t("pool.leases"), number: true, cell: ({ leases }) => format.number(leases) },
        { name: t("calls.title"), number: true, cell: ({ calls }) => format.number(calls) },
        { name: t("pool.shown"), cell: ({ shown_at }) => (shown_at === null ? "–" : format.ago(shown_at, now)) },
        { name: t("pool.called"), cell: ({ called_at }) => (called_at === null ? "–" : format.ago(called_at, now)) },
        {
          name: t("overview.flags"),
          cell: ({ warning }) => (warning === null ? null : <Badge kind="bad">{t(`pool.${warning}`)}</Badge>),
        },
      ]}
    />
  )
}
