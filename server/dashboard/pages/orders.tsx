import { addDays, dayOf, startOfDay } from "../../../shared/calendar.js"
import { type OrderAnswer, OrderFields, OrderPatch, OrdersQuery } from "../../../shared/contract-orders.js"
import { CHANNELS } from "../../../shared/source.js"
import { listCalls } from "../../core/call/call-list.js"
import { deleteOrder, describeOrder, findOrder, listOrders, putOrders, updateOrder } from "../../core/money/order.js"
import type { Site } from "../../core/store/db.js"
import { parseWith } from "../../http/parse.js"
import { amountIn, givenIn, textIn } from "../entry.js"
import { Layout } from "../layout.js"
import { ask, known, writeMetric } from "../metric.js"
import type { Markup, Page } from "../page.js"
import { Badge, Button, Field, nameOf, Pager, Panel, Select, Source, Table, Value } from "../parts.js"
import { KeptPeriod, listQuery, type Period, PeriodPicker, readPeriod } from "../period.js"
import { attempt, can, chosenIn, entered, filled, sitePath, type View } from "../view.js"

const ORDERS_PER_PAGE = 50
/** Calls to choose from: the latest. */
const CALLS = 40
const FILTERS = ["channel", "repeat", "campaign"] as const
const SUMS = known("orders", "revenue", "aov", "phone_orders", "repeat_orders", "refunds")

/** What was bought in a period, latest first, and what led to it. */
export const ordersPage: Page<Site> = {
  path: "/orders",
  role: "read",
  show: (site, view) => {
    const { t } = view
    const period = readPeriod(view)
    const chosen = chosenIn(view, FILTERS)
    const { view: judged, found } = attempt(view, () =>
      listOrders(site, parseWith(OrdersQuery, listQuery(view, period, FILTERS, ORDERS_PER_PAGE))),
    )
    return (
      <Layout view={judged} title="nav.orders" place="/orders" beside={<PeriodPicker view={view} period={period} />}>
        <Sums site={site} view={view} period={period} />
        <Panel>
          <Filters view={filled(judged, chosen)} />
          {found === undefined ? null : (
            <>
              <Orders view={view} orders={found.data} />
              <Pager view={view} next={found.next_cursor} />
            </>
          )}
        </Panel>
        {can(view, "member") ? (
          <Panel title={t("orders.add")} id="add">
            <AddOrder site={site} view={view} />
          </Panel>
        ) : null}
      </Layout>
    )
  },
  actions: {
    add: {
      role: "member",
      work: (site, view) => {
        const fields = {
          external_id: textIn(view, "external_id") ?? `by-hand-${site.newId().toString(36)}`,
          amount: amountIn(view, "amount") ?? "",
          margin: amountIn(view, "margin"),
          ...momentIn(site, view),
          ...givenIn(view, "call", "lead", "phone", "email", "currency"),
        }
        const [row] = putOrders(site, [parseWith(OrderFields, fields)], () => "")
        return row ? `${sitePath(view, "/orders")}/${describeOrder(site, row).id}?done=1` : view.path
      },
    },
  },
}

/** The moment of an order that was entered with its day: now, or the end of an earlier day, so that its calls come before it. */
function momentIn(site: Site, view: View): { at?: string } {
  const day = textIn(view, "day")
  const zone = view.site?.timezone ?? "UTC"
  if (day === null || !/^\d{4}-\d{2}-\d{2}$/.test(day) || day === dayOf(site.now, zone)) return {}
  return { at: new Date(startOfDay(addDays(day, 1), zone) - 1).toISOString() }
}

function Sums({ site, view, period }: { site: Site; view: View; period: Period }): Markup {
  const { totals } = ask(site, { metrics: SUMS, from: period.from, to: period.to })
  return (
    <ul class="cards">
      {SUMS.map((metric) => (
        <li class="card">
          <span class="name">{nameOf(view, "metric", metric)}</span>
          <Value text={writeMetric(view, metric, totals[metric] ?? null)} />
        </li>
      ))}
    </ul>
  )
}

function Filters({ view }: { view: View }): Markup {
  const { t, path } = view
  const any = ["", t("filter.any")] as const
  return (
    <form method="get" action={path} class="row filters" data-auto>
      <KeptPeriod view={view} />
      <Select
        view={view}
        name="channel"
        label={t("dimension.channel")}
        options={[any, ...CHANNELS.map((name) => [name, nameOf(view, "channel", name)] as const)]}
      />
      <Field view={view} name="campaign" label={t("dimension.campaign")} />
      <Select
        view={view}
        name="repeat"
        label={t("orders.buyer")}
        options={[any, ["false", t("orders.new")], ["true", t("orders.repeat")]]}
      />
      <button type="submit" class="quiet">
        {t("form.show")}
      </button>
    </form>
  )
}

function Orders({ view, orders }: { view: View; orders: readonly OrderAnswer[] }): Markup {
  const { t, format } = view
  return (
    <Table
      caption={t("nav.orders")}
      rows={orders}
      empty={t("orders.none")}
      columns={[
        {
          name: t("calls.when"),
          cell: (order) => (
            <a class="nowrap" href={sitePath(view, `/orders/${order.id}`)}>
              {format.dateTime(order.at)}
            </a>
          ),
        },
        { name: t("orders.number"), cell: (order) => order.external_id },
        { name: t("metric.revenue"), number: true, cell: (order) => format.moneyIn(order.amount, order.currency) },
        { name: t("calls.source"), cell: (order) => <Source view={view} source={order.source} /> },
        { name: t("orders.led"), cell: (order) => <Led view={view} order={order} /> },
        {
          name: t("orders.buyer"),
          cell: (order) => (
            <>
              {order.refund ? <Badge kind="bad">{t("orders.refund")}</Badge> : null}
              {order.repeat ? <Badge>{t("orders.repeat")}</Badge> : null}
              {order.warning ? <Badge kind="warn">{t("orders.no_rate")}</Badge> : null}{" "}
              <small class="quiet">{order.phone ? format.phone(order.phone) : (order.email ?? "")}</small>
            </>
          ),
        },
      ]}
    />
  )
}

/** Links to the call and the lead that an order came of. */
function Led({ view, order }: { view: View; order: OrderAnswer }): Markup {
  const { t } = view
  if (!order.call && !order.lead) return <span class="quiet">{order.visit ? t("orders.by_visit") : "–"}</span>
  return (
    <span class="buttons">
      {order.call ? <a href={sitePath(view, `/calls/${order.call}`)}>{t("call.title")}</a> : null}
      {order.lead ? <a href={sitePath(view, `/leads/${order.lead}`)}>{t("leads.lead")}</a> : null}
    </span>
  )
}

function AddOrder({ site, view }: { site: Site; view: View }): Markup {
  const { t, query } = view
  const today = dayOf(view.now, view.site?.timezone ?? "UTC")
  return (
    <form method="post" action={view.path}>
      <div class="columns">
        <Field view={view} name="amount" label={t("money.amount", { currency: view.site?.currency ?? "" })} required />
        <Field view={view} name="day" label={t("dimension.day")} type="date" value={today} />
        <CallChoice site={site} view={view} value={query.call} />
        <Field view={view} name="phone" label={t("orders.phone")} type="tel" hint={t("orders.phone_hint")} />
        <Field view={view} name="email" label={t("orders.email")} type="email" />
        <Field
          view={view}
          name="margin"
          label={`${t("metric.margin")} (${t("form.optional")})`}
          hint={t("orders.margin_hint")}
        />
        <Field
          view={view}
          name="external_id"
          label={`${t("orders.number")} (${t("form.optional")})`}
          hint={t("orders.number_hint")}
        />
        {query.lead ? <input type="hidden" name="lead" value={entered(view, "lead", query.lead)} /> : null}
      </div>
      <Button does="add">{t("orders.add")}</Button>
    </form>
  )
}

/** The calls of late, to say which of them an order came of. */
function CallChoice({ site, view, value }: { site: Site; view: View; value?: string | null | undefined }): Markup {
  const { t, format } = view
  const calls = listCalls(site, { limit: CALLS }).data
  const chosen = entered(view, "call", value)
  const known = calls.some(({ id }) => id === chosen)
  return (
    <Select
      view={view}
      name="call"
      label={t("orders.call")}
      value={chosen}
      hint={t("orders.call_hint")}
      options={[
        ["", t("orders.by_phone")],
        ...(chosen === "" || known ? [] : [[chosen, t("orders.this_call")] as const]),
        ...calls.map(
          ({ id, from, started_at }) =>
            [
              id,
              `${format.dateTime(started_at)} · ${from === null ? t("calls.withheld") : format.phone(from)}`,
            ] as const,
        ),
      ]}
    />
  )
}

/** One order: what it was, what led to it, and a form to mend it. */
export const orderPage: Page<Site> = {
  path: "/orders/:id",
  role: "read",
  show: (site, view) => {
    const { t, format, path } = view
    const order = describeOrder(site, findOrder(site, view.params.id ?? ""))
    return (
      <Layout
        view={view}
        title="nav.orders"
        place="/orders"
        heading={`${format.moneyIn(order.amount, order.currency)} · ${order.external_id}`}
      >
        <div class="panels">
          <Panel title={t("step.order")}>
            <dl class="facts">
              <dt>{t("calls.when")}</dt>
              <dd>{format.dateTime(order.at)}</dd>
              <dt>{t("calls.source")}</dt>
              <dd>
                <Source view={view} source={order.source} />
              </dd>
              <dt>{t("orders.led")}</dt>
              <dd>
                <Led view={view} order={order} />
              </dd>
              {order.phone || order.email ? (
                <>
                  <dt>{t("orders.buyer")}</dt>
                  <dd>{[order.phone ? format.phone(order.phone) : null, order.email].filter(Boolean).join(" · ")}</dd>
                </>
              ) : null}
              {order.margin === null ? null : (
                <>
                  <dt>{t("metric.margin")}</dt>
                  <dd>{format.moneyIn(order.margin, order.currency)}</dd>
                </>
              )}
              {order.currency === order.site_currency || order.site_amount === null ? null : (
                <>
                  <dt>{order.site_currency}</dt>
                  <dd>{format.money(order.site_amount)}</dd>
                </>
              )}
            </dl>
            {order.warning ? <p class="notice warn">{t("orders.no_rate_hint", { currency: order.currency })}</p> : null}
            {order.items && order.items.length > 0 ? <Items view={view} order={order} items={order.items} /> : null}
          </Panel>
          {can(view, "member") ? (
            <Panel title={t("leads.change")}>
              <form method="post" action={path}>
                <Field
                  view={view}
                  name="amount"
                  label={t("money.amount", { currency: order.currency })}
                  value={order.amount}
                  required
                />
                <Field view={view} name="margin" label={t("metric.margin")} value={order.margin} />
                <CallChoice site={site} view={view} value={order.call} />
                <Button does="save">{t("form.save")}</Button>
              </form>
              <form method="post" action={path} class="apart">
                <Button does="delete" kind="danger" confirm={t("orders.delete_sure")}>
                  {t("orders.delete")}
                </Button>
              </form>
            </Panel>
          ) : null}
        </div>
      </Layout>
    )
  },
  actions: {
    save: {
      role: "member",
      work: (site, view) => {
        const before = describeOrder(site, findOrder(site, view.params.id ?? ""))
        const call = textIn(view, "call")
        // Naming a link makes all links anew: only one that was changed is named.
        const links = call === before.call ? {} : { call }
        const fields = { amount: amountIn(view, "amount") ?? "", margin: amountIn(view, "margin"), ...links }
        updateOrder(site, before.id, parseWith(OrderPatch, fields))
        return `${view.path}?done=1`
      },
    },
    delete: {
      role: "member",
      work: (site, view) => {
        deleteOrder(site, view.params.id ?? "")
        return `${sitePath(view, "/orders")}?done=1`
      },
    },
  },
}

function Items({
  view,
  order,
  items,
}: {
  view: View
  order: OrderAnswer
  items: NonNullable<OrderAnswer["items"]>
}): Markup {
  const { t, format } = view
  return (
    <Table
      caption={t("orders.items")}
      rows={items}
      columns={[
        { name: t("orders.items"), cell: (item) => item.name },
        { name: t("funnel.count"), number: true, cell: (item) => format.number(item.quantity) },
        {
          name: t("metric.revenue"),
          number: true,
          cell: (item) => (item.amount === undefined ? "" : format.moneyIn(item.amount, order.currency)),
        },
      ]}
    />
  )
}
