import { type CallAnswer, CallPatch, type VisitRow } from "../../../shared/contract.js"
import { CHANNELS } from "../../../shared/source.js"
import { findCall, updateCall } from "../../core/call/call.js"
import { describeCall } from "../../core/call/call-list.js"
import { listAgentNames } from "../../core/lead/agent.js"
import { leadOfCall } from "../../core/lead/lead-list.js"
import { listOrders } from "../../core/money/order.js"
import type { Site } from "../../core/store/db.js"
import { visitsOf } from "../../core/visit/visit-list.js"
import { parseWith } from "../../http/parse.js"
import { carrierTitle } from "../carrier-title.js"
import { Bar } from "../chart.js"
import { amountIn, textIn } from "../entry.js"
import { writeEvidence } from "../evidence.js"
import { Layout } from "../layout.js"
import type { Markup, Page } from "../page.js"
import { Badge, Button, Field, nameOf, Panel, Select, Source, Table } from "../parts.js"
import { can, safeLink, sitePath, type View } from "../view.js"
import { splitList } from "../wizard.js"
import { CallBackButtons, ring } from "./calls.js"
import { Journey } from "./journey.js"
import { CallStatus } from "./overview.js"

/** Orders of one call that are shown. */
const ORDERS = 10

/** One call: what happened, why it is credited as it is, the way that led to it, and what a person says of it. */
export const callPage: Page<Site> = {
  path: "/calls/:id",
  role: "read",
  show: (site, view) => {
    const { t, format } = view
    const call = describeCall(site, findCall(site, view.params.id ?? ""))
    const recording = safeLink(call.recording_url)
    return (
      <Layout
        view={view}
        title="call.title"
        place="/calls"
        heading={call.from ? format.phone(call.from) : t("calls.withheld")}
        beside={<CallStatus view={view} call={call} />}
      >
        <div class="panels">
          <Panel title={t("call.facts")}>
            <dl class="facts">
              <Fact name={t("calls.when")}>{format.dateTime(call.started_at)}</Fact>
              <Fact name={t("calls.from")}>
                {call.from ? <a href={`tel:${call.from}`}>{format.phone(call.from)}</a> : t("calls.withheld")}{" "}
                {call.first_time_caller ? <small class="quiet">{t("calls.first")}</small> : null}
              </Fact>
              <Fact name={t("calls.to")}>{format.phone(call.to)}</Fact>
              <Fact name={t("calls.talk")}>{format.duration(call.talk_s)}</Fact>
              <Fact name={t("calls.duration")}>{format.duration(call.duration_s)}</Fact>
              <Fact name={t("call.carrier")}>{carrierTitle(call.carrier)}</Fact>
              {call.wait_s === null ? null : <Fact name={t("call.wait")}>{format.duration(call.wait_s)}</Fact>}
              {call.caller_region ? <Fact name={t("dimension.caller_region")}>{call.caller_region}</Fact> : null}
              {call.prior_calls > 0 ? <Fact name={t("call.prior")}>{format.number(call.prior_calls)}</Fact> : null}
              {call.digits ? <Fact name={t("call.digits")}>{call.digits}</Fact> : null}
              {recording ? (
                <Fact name={t("call.recording")}>
                  <a href={recording} rel="noreferrer noopener" target="_blank">
                    {t("call.listen")}
                  </a>
                </Fact>
              ) : null}
              {call.missed ? (
                <Fact name={t("missed.called_back")}>
                  <Settled view={view} call={call} />
                </Fact>
              ) : null}
            </dl>
          </Panel>
          <Panel title={t("call.source")}>
            <Attribution site={site} view={view} call={call} />
          </Panel>
          {can(view, "member") ? (
            <Panel title={t("call.said")}>
              <Judgement site={site} view={view} call={call} />
            </Panel>
          ) : null}
          <Panel title={t("call.journey")}>
            <Journey site={site} view={view} visitor={call.visitor} here={call.id} />
          </Panel>
          <Panel title={t("nav.orders")}>
            <OrdersOf site={site} view={view} call={call} />
          </Panel>
        </div>
      </Layout>
    )
  },
  actions: {
    reached: { role: "member", work: ring(true) },
    tried: { role: "member", work: ring(false) },
    save: {
      role: "member",
      work: (site, view) => {
        updateCall(site, view.params.id ?? "", parseWith(CallPatch, readJudgement(view)))
        return `${view.path}?done=1`
      },
    },
    credit: {
      role: "member",
      work: (site, view) => {
        const { visit = "", stated = "" } = view.form.fields
        updateCall(
          site,
          view.params.id ?? "",
          parseWith(
            CallPatch,
            visit === "stated"
              ? { stated_source: stated === "" ? null : { channel: stated } }
              : { visit: visit === "none" ? null : visit },
          ),
        )
        return `${view.path}?done=1`
      },
    },
  },
}

function Fact({ name, children }: { name: string; children?: unknown }): Markup {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children as string}</dd>
    </>
  )
}

/** What came of the call in leads and money. */
function OrdersOf({ site, view, call }: { site: Site; view: View; call: CallAnswer }): Markup {
  const { t, format } = view
  const orders = listOrders(site, { call: call.id, limit: ORDERS }).data
  const lead = leadOfCall(site, call.id)
  return (
    <>
      {lead === undefined ? null : (
        <p>
          {t("leads.lead")}: <a href={sitePath(view, `/leads/${lead.id}`)}>{lead.name ?? t("call.open")}</a>
        </p>
      )}
      {orders.length === 0 ? <p class="quiet">{t("orders.none_of_call")}</p> : null}
      <ul>
        {orders.map((order) => (
          <li>
            <a href={sitePath(view, `/orders/${order.id}`)}>{format.moneyIn(order.amount, order.currency)}</a>{" "}
            <span class="quiet">
              {format.date(order.at)} · {order.external_id}
            </span>
          </li>
        ))}
      </ul>
      {can(view, "member") ? (
        <p>
          <a class="button quiet" href={`${sitePath(view, "/orders")}?call=${call.id}#add`}>
            {t("orders.add")}
          </a>
        </p>
      ) : null}
    </>
  )
}

/** Whether the caller of a missed call was spoken to since; if not, whoever did so says it here. */
function Settled({ view, call }: { view: View; call: CallAnswer }): Markup {
  const { t, format } = view
  if (call.called_back_at !== null)
    return (
      <>
        {t(call.callback === "rang_again" ? "missed.rang_again" : "missed.by_us")},{" "}
        {format.dateTime(call.called_back_at)}
      </>
    )
  if (call.callback === "unreachable") return <>{t("missed.unreachable")}</>
  return (
    <>
      <Badge kind="warn">{t("missed.waiting")}</Badge>{" "}
      {call.callback_attempts > 0 ? t("missed.attempts", { count: call.callback_attempts }) : null}
      {can(view, "member") ? <CallBackButtons view={view} call={call} /> : null}
    </>
  )
}

function Attribution({ site, view, call }: { site: Site; view: View; call: CallAnswer }): Markup {
  const { t, format } = view
  const { attribution, source } = call
  const visits = visitsOf(
    site,
    attribution.candidates.map(({ visit }) => visit),
  )
  return (
    <>
      <dl class="facts">
        <Fact name={t("dimension.channel")}>
          <Source view={view} source={source} />
        </Fact>
        {source?.term ? <Fact name={t("dimension.term")}>{source.term}</Fact> : null}
        {source?.landing_url ? <Fact name={t("dimension.landing_page")}>{source.landing_url}</Fact> : null}
        {source?.referrer ? <Fact name={t("call.referrer")}>{source.referrer}</Fact> : null}
        <Fact name={t("calls.attribution")}>
          <Badge kind={attribution.state === "attributed" ? "good" : "warn"}>
            {nameOf(view, "state", attribution.state)}
          </Badge>{" "}
          {attribution.state === "unattributed" ? null : format.percent(attribution.confidence, 1)}
          {attribution.reason ? ` ${nameOf(view, "reason", attribution.reason)}` : null}
        </Fact>
        <Fact name={t("call.method")}>{nameOf(view, "method", attribution.method)}</Fact>
        {attribution.channel ? (
          <Fact name={t("call.channel_confidence")}>
            {nameOf(view, "channel", attribution.channel)}, {format.percent(attribution.channel_confidence, 1)}
          </Fact>
        ) : null}
      </dl>
      {attribution.candidates.length === 0 ? null : (
        <>
          <h3>{t("call.candidates")}</h3>
          <Table
            caption={t("call.candidates")}
            rows={attribution.candidates}
            columns={[
              {
                name: t("step.visit"),
                cell: (row) => {
                  const visit = visits.get(row.visit)
                  return visit ? (
                    <>
                      <Source view={view} source={visit.source} />
                      <small class="quiet">{format.dateTime(visit.started_at)}</small>
                    </>
                  ) : null
                },
              },
              {
                name: t("call.probability"),
                cell: (row) => (
                  <>
                    {format.percent(row.probability, 1)} <Bar share={row.probability} />
                  </>
                ),
              },
              {
                name: t("call.evidence"),
                cell: (row) => row.evidence.map((words) => writeEvidence(view, words)).join("; "),
              },
            ]}
          />
          {attribution.no_visit > 0 ? (
            <p class="quiet">{t("call.no_visit", { share: format.percent(attribution.no_visit, 1) })}</p>
          ) : null}
        </>
      )}
    </>
  )
}

function Judgement({ site, view, call }: { site: Site; view: View; call: CallAnswer }): Markup {
  const { t, path, format } = view
  const stated = call.stated_source?.channel ?? ""
  const agents = listAgentNames(site, call.agent)
  const visits = visitsOf(
    site,
    call.attribution.candidates.map(({ visit }) => visit),
  )
  const byHand = call.qualified_by === "hand"
  return (
    <>
      <form method="post" action={path}>
        <Field view={view} name="outcome" label={t("calls.outcome")} value={call.outcome} list="outcomes" />
        <datalist id="outcomes">
          {(["sale", "appointment", "quote", "question", "wrong_number"] as const).map((word) => (
            <option value={t(`outcome.${word}`)}></option>
          ))}
        </datalist>
        <Field view={view} name="value" label={t("call.value", { currency: call.currency })} value={call.value} />
        <Field view={view} name="tags" label={t("call.tags")} hint={t("call.tags_hint")} value={call.tags.join(", ")} />
        <Field view={view} name="notes" label={t("call.notes")} value={call.notes} rows={3} />
        <Select
          view={view}
          name="qualified"
          label={t("call.qualified")}
          value={byHand ? String(call.qualified) : ""}
          options={[
            ["", t("call.by_rule", { answer: t(call.qualified ? "rules.yes" : "rules.no") })],
            ["true", t("rules.yes")],
            ["false", t("rules.no")],
          ]}
        />
        {agents.length === 0 ? null : (
          <Select
            view={view}
            name="agent"
            label={t("call.agent")}
            value={call.agent}
            options={[["", "–"], ...agents.map(({ id, name }) => [id, name] as const)]}
          />
        )}
        <label class="choice">
          <input type="checkbox" name="spam" value="1" checked={call.spam} /> {t("call.is_spam")}
        </label>
        <p>
          <Button does="save">{t("form.save")}</Button>
        </p>
      </form>
      <details>
        <summary>{t("call.correct")}</summary>
        <form method="post" action={path}>
          <fieldset>
            <legend>{t("call.who")}</legend>
            {call.attribution.candidates.map((candidate) => (
              <label class="choice">
                <input type="radio" name="visit" value={candidate.visit} checked={candidate.visit === call.visit} />
                <span>
                  {nameOfVisit(view, visits.get(candidate.visit))} {format.percent(candidate.probability, 1)}{" "}
                  <span class="quiet">{candidate.evidence.map((words) => writeEvidence(view, words)).join("; ")}</span>
                </span>
              </label>
            ))}
            <label class="choice">
              <input type="radio" name="visit" value="none" /> {t("call.none_of_them")}
            </label>
            <label class="choice">
              <input type="radio" name="visit" value="stated" checked={stated !== ""} /> {t("call.stated")}
            </label>
          </fieldset>
          <Select
            view={view}
            name="stated"
            label={t("call.stated_channel")}
            value={stated}
            options={[["", "–"], ...CHANNELS.map((name) => [name, nameOf(view, "channel", name)] as const)]}
          />
          <Button does="credit">{t("call.correct_button")}</Button>
        </form>
      </details>
    </>
  )
}

function nameOfVisit(view: View, visit: VisitRow | undefined): string {
  return visit ? `${nameOf(view, "channel", visit.source.channel)}, ${view.format.dateTime(visit.started_at)}:` : ""
}

function readJudgement(view: View): Record<string, unknown> {
  const { fields } = view.form
  return {
    outcome: textIn(view, "outcome"),
    value: amountIn(view, "value"),
    tags: splitList(fields.tags ?? ""),
    notes: textIn(view, "notes"),
    spam: fields.spam === "1",
    qualified: fields.qualified === "true" ? true : fields.qualified === "false" ? false : null,
    ...(fields.agent === undefined ? {} : { agent: fields.agent || null }),
  }
}
