import type * as z from "zod"
import { type CallAnswer, CallPatch, type Step } from "../../../shared/contract.js"
import { CHANNELS } from "../../../shared/source.js"
import { findCall, updateCall } from "../../core/call.js"
import { describeCall } from "../../core/call-list.js"
import type { Site } from "../../core/db.js"
import { Refusal } from "../../core/refusal.js"
import { describeVisitor } from "../../core/visitor.js"
import { parseWith } from "../../http/parse.js"
import { Bar } from "../chart.js"
import { writeEvidence } from "../evidence.js"
import { Layout } from "../layout.js"
import type { Markup, Page } from "../page.js"
import { Badge, Button, Field, nameOf, Panel, Select, Source, Table } from "../parts.js"
import { can, safeLink, sitePath, type View } from "../view.js"
import { splitList } from "../wizard.js"
import { CallStatus } from "./overview.js"

/** Steps of a journey that are shown: the latest. */
const STEPS = 60

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
              <Fact name={t("call.carrier")}>{call.carrier}</Fact>
              {recording ? (
                <Fact name={t("call.recording")}>
                  <a href={recording} rel="noreferrer noopener" target="_blank">
                    {t("call.listen")}
                  </a>
                </Fact>
              ) : null}
            </dl>
          </Panel>
          <Panel title={t("call.source")}>
            <Attribution view={view} call={call} />
          </Panel>
          <Panel title={t("call.journey")}>
            <Journey site={site} view={view} call={call} />
          </Panel>
          {can(view, "member") ? (
            <Panel title={t("call.said")}>
              <Judgement view={view} call={call} />
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

function Attribution({ view, call }: { view: View; call: CallAnswer }): Markup {
  const { t, format } = view
  const { attribution, source } = call
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
              { name: t("call.probability"), number: true, cell: (row) => format.percent(row.probability, 1) },
              { name: t("funnel.share"), cell: (row) => <Bar share={row.probability} /> },
              {
                name: t("call.evidence"),
                cell: (row) => row.evidence.map((words) => writeEvidence(view, words)).join("; "),
              },
            ]}
          />
        </>
      )}
    </>
  )
}

function Journey({ site, view, call }: { site: Site; view: View; call: CallAnswer }): Markup {
  const { t, format } = view
  const steps = call.visitor === null ? [] : journeyOf(site, call.visitor)
  if (steps.length === 0) return <p class="quiet">{t("call.no_journey")}</p>
  return (
    <ol class="timeline">
      {steps.slice(-STEPS).map((step) => (
        <li class={step.kind}>
          <time datetime={step.at}>{format.dateTime(step.at)}</time>
          <b>{nameOf(view, "step", step.kind)}</b> <StepText view={view} step={step} here={call.id} />
        </li>
      ))}
    </ol>
  )
}

/** A visitor may have been erased since. */
function journeyOf(site: Site, visitor: string): z.infer<typeof Step>[] {
  try {
    return describeVisitor(site, visitor).journey
  } catch (error) {
    if (error instanceof Refusal) return []
    throw error
  }
}

function StepText({ view, step, here }: { view: View; step: z.infer<typeof Step>; here: string }): Markup {
  const { kind, data, call } = step
  if (kind === "visit")
    return (
      <>
        {nameOf(view, "channel", String(data.channel ?? ""))}{" "}
        <span class="quiet">{String(data.landing_url ?? "")}</span>
      </>
    )
  if (kind === "call")
    return (
      <>
        {nameOf(view, "status", String(data.status ?? ""))}, {view.format.duration(Number(data.talk_s ?? 0))}{" "}
        {call !== null && call !== here ? <a href={sitePath(view, `/calls/${call}`)}>{view.t("call.open")}</a> : null}
      </>
    )
  const words = Object.entries(data).map(([name, value]) =>
    typeof value === "object" && value !== null
      ? Object.entries(value)
          .map(([field, text]) => `${field}: ${String(text)}`)
          .join(", ")
      : name === "url" || name === "title"
        ? String(value ?? "")
        : `${name}: ${String(value ?? "")}`,
  )
  return <span class="quiet">{words.join(" · ").slice(0, 400)}</span>
}

function Judgement({ view, call }: { view: View; call: CallAnswer }): Markup {
  const { t, path, format } = view
  const stated = call.stated_source?.channel ?? ""
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
                  {format.percent(candidate.probability, 1)}{" "}
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

function readJudgement({ form: { fields } }: View): Record<string, unknown> {
  const text = (name: string) => (fields[name] ?? "").trim() || null
  return {
    outcome: text("outcome"),
    value: text("value")?.replace(",", ".") ?? null,
    tags: splitList(fields.tags ?? ""),
    notes: text("notes"),
    spam: fields.spam === "1",
  }
}
