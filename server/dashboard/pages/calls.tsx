import { CALL_STATUSES, type CallAnswer, CallsQuery, STATES } from "../../../shared/contract.js"
import { CallbackFields } from "../../../shared/contract-call.js"
import { CHANNELS } from "../../../shared/source.js"
import { findCall } from "../../core/call/call.js"
import { listCalls } from "../../core/call/call-list.js"
import { callBack } from "../../core/call/callback.js"
import { listAgentNames } from "../../core/lead/agent.js"
import type { Site } from "../../core/store/db.js"
import { parseWith } from "../../http/parse.js"
import { Layout } from "../layout.js"
import type { Markup, Page } from "../page.js"
import { Badge, Button, Field, nameOf, Pager, Panel, Select, Source, Table } from "../parts.js"
import { KeptPeriod, listQuery, PeriodPicker, readPeriod, SPAN } from "../period.js"
import { attempt, can, chosenIn, filled, sitePath, type View } from "../view.js"
import { CallStatus } from "./overview.js"

const CALLS_PER_PAGE = 50
const FILTERS = [
  "search",
  "channel",
  "status",
  "state",
  "agent",
  "campaign",
  "number",
  "tag",
  "outcome",
  "qualified",
  "spam",
] as const
/** Those that are shown only when asked for. */
const RARE = ["campaign", "number", "tag", "outcome", "qualified", "spam"] as const

/** Calls of a period, latest first, found by what is known of them. */
export const callsPage: Page<Site> = {
  path: "/calls",
  role: "read",
  show: (site, view) => {
    const { t } = view
    const period = readPeriod(view)
    const chosen = chosenIn(view, FILTERS)
    const { view: judged, found } = attempt(view, () =>
      listCalls(site, parseWith(CallsQuery, listQuery(view, period, FILTERS, CALLS_PER_PAGE))),
    )
    return (
      <Layout view={judged} title="calls.title" place="/calls" beside={<PeriodPicker view={view} period={period} />}>
        <Panel>
          <Filters site={site} view={filled(judged, chosen)} />
        </Panel>
        {found === undefined ? null : (
          <Panel>
            <CallTable
              view={view}
              calls={found.data}
              empty={t(Object.keys(chosen).length > 0 ? "calls.none_fit" : "calls.none")}
            />
            <Pager view={view} next={found.next_cursor} />
          </Panel>
        )}
      </Layout>
    )
  },
}

function Filters({ site, view }: { site: Site; view: View }): Markup {
  const { t, query, path } = view
  const any = ["", t("filter.any")] as const
  const choice = (family: string, words: readonly string[]) => [
    any,
    ...words.map((name) => [name, nameOf(view, family, name)] as const),
  ]
  const yesNo = [any, ["true", t("rules.yes")] as const, ["false", t("rules.no")] as const]
  const agents = listAgentNames(site, query.agent)
  return (
    <form method="get" action={path} data-auto>
      <KeptPeriod view={view} />
      <div class="row">
        <Field view={view} name="search" label={t("calls.search")} type="search" placeholder={t("calls.search_hint")} />
        <Select view={view} name="channel" label={t("dimension.channel")} options={choice("channel", CHANNELS)} />
        <Select view={view} name="status" label={t("calls.status")} options={choice("status", CALL_STATUSES)} />
        <Select view={view} name="state" label={t("calls.attribution")} options={choice("state", STATES)} />
        {agents.length === 0 ? null : (
          <Select
            view={view}
            name="agent"
            label={t("dimension.agent")}
            options={[any, ...agents.map(({ id, name }) => [id, name] as const)]}
          />
        )}
        <button type="submit" class="quiet">
          {t("form.show")}
        </button>
      </div>
      <details open={RARE.some((name) => query[name])}>
        <summary>{t("calls.more_filters")}</summary>
        <div class="row">
          <Field view={view} name="campaign" label={t("dimension.campaign")} />
          <Field view={view} name="number" label={t("calls.to")} type="tel" />
          <Field view={view} name="tag" label={t("dimension.tag")} />
          <Field view={view} name="outcome" label={t("calls.outcome")} />
          <Select view={view} name="qualified" label={t("call.qualified")} options={yesNo} />
          <Select view={view} name="spam" label={t("call.spam")} options={yesNo} />
        </div>
      </details>
    </form>
  )
}

/** Missed calls that are looked at for one page, the latest, and callers that it shows; a caller may have several calls. */
const MISSED_CALLS = 300
const CALLERS_SHOWN = 60

/** Callers whom nobody reached, each once; whoever called one back says so here. */
export const missedPage: Page<Site> = {
  path: "/missed",
  role: "read",
  show: (site, view) => {
    const { t, query } = view
    const period = readPeriod(view)
    const settled = query.show === "called_back"
    const missed = settled ? ("called_back" as const) : ("waiting" as const)
    const { data } = listCalls(site, { from: period.from, to: period.to, missed, limit: MISSED_CALLS })
    const callers = [...new Map([...data].reverse().map((call) => [call.from ?? call.id, call])).values()].reverse()
    const counts = new Map<string, number>()
    for (const { from } of data) counts.set(from ?? "", (counts.get(from ?? "") ?? 0) + 1)
    return (
      <Layout view={view} title="missed.title" place="/missed" beside={<PeriodPicker view={view} period={period} />}>
        <nav class="noprint" aria-label={t("missed.title")}>
          <ul class="segments">
            {(["waiting", "called_back"] as const).map((name) => (
              <li>
                <a
                  href={`${view.path}?${new URLSearchParams({ ...chosenIn(view, SPAN), ...(name === "waiting" ? {} : { show: name }) })}`}
                  aria-current={name === missed ? "true" : undefined}
                >
                  {t(`missed.${name}`)}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <Panel>
          <p class="quiet">{t(settled ? "missed.settled_hint" : "missed.hint")}</p>
          <MissedTable view={view} calls={callers.slice(0, CALLERS_SHOWN)} counts={counts} settled={settled} />
        </Panel>
      </Layout>
    )
  },
  actions: { reached: { role: "member", work: ring(true) }, tried: { role: "member", work: ring(false) } },
}

/** Notes that somebody called the caller of a missed call back, and whether he was reached. */
export function ring(reached: boolean): (site: Site, view: View) => string {
  return (site, view) => {
    callBack(site, findCall(site, view.form.fields.call ?? ""), parseWith(CallbackFields, { reached }))
    return `${view.path}?${new URLSearchParams({ ...chosenIn(view, SPAN), done: "1" })}`
  }
}

/** The buttons by which somebody says that he called back. */
export function CallBackButtons({ view, call }: { view: View; call: CallAnswer }): Markup {
  const { t, path } = view
  const caller = view.format.phone(call.from)
  return (
    <form method="post" action={`${path}?${new URLSearchParams(chosenIn(view, SPAN))}`} class="buttons">
      <input type="hidden" name="call" value={call.id} />
      <Button does="reached" kind="quiet" label={`${t("missed.reached")}: ${caller}`}>
        {t("missed.reached")}
      </Button>
      <Button does="tried" kind="quiet" label={`${t("missed.tried")}: ${caller}`}>
        {t("missed.tried")}
      </Button>
    </form>
  )
}

function MissedTable({
  view,
  calls,
  counts,
  settled,
}: {
  view: View
  calls: readonly CallAnswer[]
  counts: ReadonlyMap<string, number>
  settled: boolean
}): Markup {
  const { t, format, now } = view
  return (
    <Table
      caption={t("missed.title")}
      rows={calls}
      empty={t(settled ? "missed.none_settled" : "missed.none")}
      columns={[
        { name: t("calls.from"), cell: (call) => <Caller view={view} call={call} dial /> },
        {
          name: t("calls.when"),
          cell: (call) => (
            <>
              <a class="nowrap" href={sitePath(view, `/calls/${call.id}`)}>
                {format.dateTime(call.started_at)}
              </a>
              <br />
              <small class="quiet">
                {format.ago(call.started_at, now)}
                {(counts.get(call.from ?? "") ?? 1) > 1
                  ? ` · ${t("missed.times", { count: counts.get(call.from ?? "") ?? 1 })}`
                  : null}
              </small>
            </>
          ),
        },
        { name: t("calls.status"), cell: (call) => <CallStatus view={view} call={call} /> },
        { name: t("calls.source"), cell: (call) => <Source view={view} source={call.source} /> },
        settled
          ? {
              name: t("missed.called_back"),
              cell: (call: CallAnswer) => (
                <>
                  {call.callback === "rang_again" ? t("missed.rang_again") : t("missed.by_us")}
                  <br />
                  <small class="quiet">
                    {call.called_back_at === null ? "" : format.dateTime(call.called_back_at)}
                  </small>
                </>
              ),
            }
          : {
              name: t("missed.what_now"),
              cell: (call: CallAnswer) => (
                <>
                  {can(view, "member") ? <CallBackButtons view={view} call={call} /> : null}
                  {call.callback_attempts > 0 ? (
                    <small class="quiet">{t("missed.attempts", { count: call.callback_attempts })}</small>
                  ) : null}
                </>
              ),
            },
      ]}
    />
  )
}

/** Who called: a number that can be dialled at once where somebody shall, or that it was withheld. */
function Caller({ view, call, dial }: { view: View; call: CallAnswer; dial?: boolean }): Markup {
  const { t, format } = view
  return (
    <span class="nowrap">
      {call.from === null ? (
        t("calls.withheld")
      ) : dial ? (
        <a href={`tel:${call.from}`}>{format.phone(call.from)}</a>
      ) : (
        format.phone(call.from)
      )}
      {call.first_time_caller ? <small class="quiet"> {t("calls.first")}</small> : null}
    </span>
  )
}

function CallTable({ view, calls, empty }: { view: View; calls: readonly CallAnswer[]; empty: string }): Markup {
  const { t, format } = view
  return (
    <Table
      caption={t("calls.title")}
      rows={calls}
      empty={empty}
      columns={[
        {
          name: t("calls.when"),
          cell: (call) => (
            <a class="nowrap" href={sitePath(view, `/calls/${call.id}`)}>
              {format.dateTime(call.started_at)}
            </a>
          ),
        },
        { name: t("calls.from"), cell: (call) => <Caller view={view} call={call} /> },
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
