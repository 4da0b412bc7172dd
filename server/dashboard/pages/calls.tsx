import { CALL_STATUSES, type CallAnswer, CallsQuery, STATES } from "../../../shared/contract.js"
import { CHANNELS } from "../../../shared/source.js"
import { listCalls } from "../../core/call-list.js"
import type { Site } from "../../core/db.js"
import { parseWith } from "../../http/parse.js"
import { Layout } from "../layout.js"
import type { Markup, Page } from "../page.js"
import { Badge, Field, nameOf, Pager, Panel, Select, Source, Table } from "../parts.js"
import { PeriodPicker, readPeriod } from "../period.js"
import { sitePath, type View } from "../view.js"
import { CallStatus } from "./overview.js"

const CALLS_PER_PAGE = 50
const FILTERS = ["state", "status", "channel", "campaign", "number", "cursor"] as const

/** Calls of a period, latest first, filtered by what is known of them. */
export const callsPage: Page<Site> = {
  path: "/calls",
  role: "read",
  show: (site, view) => {
    const { t, query, path } = view
    const period = readPeriod(view)
    const chosen = Object.fromEntries(FILTERS.flatMap((name) => (query[name] ? [[name, query[name]] as const] : [])))
    const page = listCalls(
      site,
      parseWith(CallsQuery, { ...chosen, from: period.from, to: period.to, limit: CALLS_PER_PAGE }),
    )
    const any = ["", t("filter.any")] as const
    const filled = { ...view, form: { ...view.form, fields: chosen } }
    return (
      <Layout view={view} title="calls.title" place="/calls" beside={<PeriodPicker view={view} period={period} />}>
        <Panel>
          <form method="get" action={path} class="row" data-auto>
            {["period", "from", "to"].map((name) =>
              query[name] ? <input type="hidden" name={name} value={query[name]} /> : null,
            )}
            <Select
              view={filled}
              name="channel"
              label={t("dimension.channel")}
              options={[any, ...CHANNELS.map((name) => [name, nameOf(view, "channel", name)] as const)]}
            />
            <Select
              view={filled}
              name="status"
              label={t("calls.status")}
              options={[any, ...CALL_STATUSES.map((name) => [name, nameOf(view, "status", name)] as const)]}
            />
            <Select
              view={filled}
              name="state"
              label={t("calls.attribution")}
              options={[any, ...STATES.map((name) => [name, nameOf(view, "state", name)] as const)]}
            />
            <Field view={filled} name="campaign" label={t("dimension.campaign")} />
            <Field view={filled} name="number" label={t("calls.to")} type="tel" />
            <button type="submit" class="quiet">
              {t("form.show")}
            </button>
          </form>
        </Panel>
        <Panel>
          <CallTable view={view} calls={page.data} />
          <Pager view={view} next={page.next_cursor} />
        </Panel>
      </Layout>
    )
  },
}

const MISSED = ["missed", "abandoned", "busy", "failed", "voicemail"] as const
const MISSED_PER_STATUS = 100

/** Callers whom nobody reached, each once, unless they were spoken to afterwards. */
export const missedPage: Page<Site> = {
  path: "/missed",
  role: "read",
  show: (site, view) => {
    const { t } = view
    const period = readPeriod(view)
    const span = { from: period.from, to: period.to }
    const missed = MISSED.flatMap(
      (status) => listCalls(site, { ...span, status, limit: MISSED_PER_STATUS }).data,
    ).filter(({ spam }) => !spam)
    const reached = new Map<string, string>()
    for (const { from, started_at } of listCalls(site, { ...span, status: "completed", limit: 500 }).data)
      if (from !== null && started_at > (reached.get(from) ?? "")) reached.set(from, started_at)
    const latest = new Map<string, CallAnswer>()
    for (const call of missed.sort((a, b) => (a.started_at < b.started_at ? 1 : -1))) {
      const caller = call.from ?? call.id
      if ((reached.get(caller) ?? "") < call.started_at && !latest.has(caller)) latest.set(caller, call)
    }
    return (
      <Layout view={view} title="missed.title" place="/missed" beside={<PeriodPicker view={view} period={period} />}>
        <Panel>
          <p class="quiet">{t("missed.hint")}</p>
          <CallTable view={view} calls={[...latest.values()]} empty={t("missed.none")} callBack />
        </Panel>
      </Layout>
    )
  },
}

function CallTable({
  view,
  calls,
  empty,
  callBack,
}: {
  view: View
  calls: readonly CallAnswer[]
  empty?: string
  callBack?: boolean
}): Markup {
  const { t, format } = view
  return (
    <Table
      caption={t("calls.title")}
      rows={calls}
      empty={empty ?? t("calls.none")}
      columns={[
        {
          name: t("calls.when"),
          cell: (call) => (
            <a class="nowrap" href={sitePath(view, `/calls/${call.id}`)}>
              {format.dateTime(call.started_at)}
            </a>
          ),
        },
        {
          name: t("calls.from"),
          cell: (call) => (
            <span class="nowrap">
              {callBack && call.from ? (
                <a href={`tel:${call.from}`}>{format.phone(call.from)}</a>
              ) : call.from ? (
                format.phone(call.from)
              ) : (
                t("calls.withheld")
              )}
              {call.first_time_caller ? <small class="quiet"> {t("calls.first")}</small> : null}
            </span>
          ),
        },
        { name: t("calls.status"), cell: (call) => <CallStatus view={view} call={call} /> },
        { name: t("calls.talk"), number: true, cell: (call) => format.duration(call.talk_s) },
        { name: t("calls.source"), cell: (call) => <Source view={view} source={call.source} /> },
        {
          name: t("calls.confidence"),
          number: true,
          cell: (call) =>
            call.attribution.state === "unattributed" ? "–" : format.percent(call.attribution.confidence),
        },
        {
          name: t("calls.outcome"),
          cell: (call) => (
            <>
              {call.outcome ? <Badge>{call.outcome}</Badge> : null}{" "}
              {call.value === null ? "" : format.money(call.value)}{" "}
              {call.spam ? <Badge kind="bad">{t("calls.spam")}</Badge> : null}{" "}
              {call.tags.slice(0, 3).map((tag) => (
                <Badge>{tag}</Badge>
              ))}
            </>
          ),
        },
      ]}
    />
  )
}
