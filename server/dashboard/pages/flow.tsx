import { type FlowFields, FlowFields as FlowSchema, type Otherwise, type Texts } from "../../../shared/contract-flow.js"
import { forwardTo } from "../../core/call/carrier.js"
import {
  deleteFlow,
  describeFlow,
  effectiveFlow,
  findFlow,
  listNumbersWithFlow,
  setFlow,
  WHOLE_SITE,
} from "../../core/flow/flow-store.js"
import { describeNumber, findNumber, listNumbers } from "../../core/number/number.js"
import type { Site } from "../../core/store/db.js"
import { invalid } from "../../core/store/refusal.js"
import { parseWith } from "../../http/parse.js"
import { Layout } from "../layout.js"
import type { Markup, Page } from "../page.js"
import { Button, Panel, Select } from "../parts.js"
import { can, sitePath, type View } from "../view.js"
import { flowIn } from "./flow-entry.js"
import { FlowForm } from "./flow-form.js"
import { FlowPreview } from "./flow-preview.js"
import { NumberTabs } from "./number-tabs.js"

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
/** Numbers that can be chosen to give them a flow of their own. */
const NUMBERS = 500

/** Where calls go, in words, in a form, and what would become of one. */
export const flowPage: Page<Site> = {
  path: "/numbers/flow",
  role: "read",
  show: (site, view) => {
    const { t, query } = view
    if (/^num_\w+$/.test(query.of ?? ""))
      return new Response(null, { status: 303, headers: { location: sitePath(view, `/numbers/${query.of}/flow`) } })
    return (
      <Layout view={view} title="flow.title" place="/numbers">
        <NumberTabs view={view} at="/numbers/flow" />
        <div class="panels">
          <Panel title={t("flow.now")}>
            <Summary site={site} view={view} flow={effectiveFlow(site, null)} />
          </Panel>
          <FlowPreview site={site} view={view} />
        </div>
        <Panel title={t("flow.own")}>
          <OwnFlows site={site} view={view} />
        </Panel>
        {can(view, "member") ? (
          <Panel title={t("flow.change")}>
            <FlowForm view={view} flow={findFlow(site, WHOLE_SITE) ?? {}} isNumber={false} />
          </Panel>
        ) : null}
      </Layout>
    )
  },
  actions: { save: { role: "member", work: (site, view) => save(site, view, WHOLE_SITE) } },
}

/** Where the calls of one number go: the site's flow, with the number's own sections in place of the site's. */
export const numberFlowPage: Page<Site> = {
  path: "/numbers/:id{num_[0-9A-Za-z]+}/flow",
  role: "read",
  show: (site, view) => {
    const { t, format, path } = view
    const number = findNumber(site, view.params.id ?? "")
    const { flow, effective } = describeFlow(site, number.id)
    return (
      <Layout view={view} title="flow.title" place="/numbers" heading={format.phone(number.e164)}>
        <NumberTabs view={view} at="/numbers/flow" />
        <div class="panels">
          <Panel title={t("flow.now")}>
            <Summary site={site} view={view} flow={effective} />
          </Panel>
          <FlowPreview site={site} view={view} number={number.e164} />
        </div>
        {can(view, "member") ? (
          <Panel title={t("flow.change_number")}>
            <FlowForm view={view} flow={flow} isNumber />
            {Object.keys(flow).length === 0 ? null : (
              <form method="post" action={path} class="apart">
                <Button does="delete" kind="danger">
                  {t("flow.delete")}
                </Button>
              </form>
            )}
          </Panel>
        ) : null}
      </Layout>
    )
  },
  actions: {
    save: {
      role: "member",
      work: (site, view) => save(site, view, findNumber(site, view.params.id ?? "").id),
    },
    delete: {
      role: "member",
      work: (site, view) => {
        deleteFlow(site, findNumber(site, view.params.id ?? "").id)
        return `${view.path}?done=1`
      },
    },
  },
}

function save(site: Site, view: View, number_id: number): string {
  const before = findFlow(site, number_id) ?? {}
  const flow = parseWith(FlowSchema, flowIn(view, before, number_id !== WHOLE_SITE))
  // Hours without a line are never open: the API may say so, a form that says it anew was left half filled.
  if (flow.hours?.open.length === 0 && before.hours?.open.length !== 0) throw invalid("hours.open", "must not be empty")
  setFlow(site, number_id, flow)
  return `${view.path}?done=1`
}

/** The numbers whose calls go another way than the site's, and a choice of those that may. */
function OwnFlows({ site, view }: { site: Site; view: View }): Markup {
  const { t, format, path } = view
  const own = listNumbersWithFlow(site).map((row) => describeNumber(site, row))
  const numbers = listNumbers(site, { limit: NUMBERS }).data
  return (
    <>
      {own.length === 0 ? (
        <p class="quiet">{t("flow.own_none")}</p>
      ) : (
        <ul>
          {own.map(({ id, e164 }) => (
            <li>
              <a href={sitePath(view, `/numbers/${id}/flow`)}>{format.phone(e164)}</a>
            </li>
          ))}
        </ul>
      )}
      {numbers.length === 0 ? null : (
        <form method="get" action={path} class="row">
          <Select
            view={view}
            name="of"
            label={t("dimension.number")}
            options={numbers.map(({ id, e164 }) => [id, format.phone(e164)] as const)}
          />
          <button type="submit" class="quiet">
            {t("form.show")}
          </button>
        </form>
      )}
    </>
  )
}

/** A text in the reader's language, else in the first that there is. */
function textOf(texts: Texts, language: string): string {
  if (typeof texts === "string") return texts
  return texts[language] ?? Object.values(texts)[0] ?? ""
}

/** A flow in words. */
function Summary({ site, view, flow }: { site: Site; view: View; flow: FlowFields }): Markup {
  const { t, format, language } = view
  const fallback = forwardTo(site)
  const { forward, hours, after_hours, unanswered, menu, voicemail, whisper, record, blocklist, screening, cap } = flow
  const phones = (to: readonly string[]) => to.map((phone) => format.phone(phone)).join(", ")
  const otherwise = (action: Otherwise) =>
    action.do === "forward"
      ? t("flow.rings", { phones: phones(action.to) })
      : action.do === "say"
        ? t("flow.says", { text: textOf(action.text, language) })
        : t(action.do === "busy" ? "flow.busy" : "flow.voicemail_takes")
  const quoted = (texts: Texts) => `“${textOf(texts, language)}”`
  const facts: readonly (readonly [name: string, value: string | null])[] = [
    [
      t("flow.forward"),
      forward
        ? `${t(`flow.${forward.strategy}`)}: ${phones(forward.to)}`
        : fallback === null
          ? t("flow.nowhere")
          : format.phone(fallback),
    ],
    [
      t("flow.hours"),
      hours
        ? hours.open
            .map(
              ({ days, from, to }) =>
                `${days.map((day) => format.weekday(WEEKDAYS.indexOf(day))).join(", ")} ${from}–${to}`,
            )
            .join("; ")
        : t("flow.always_open"),
    ],
    [t("flow.after_hours"), hours ? (after_hours ? otherwise(after_hours) : t("flow.told_closed")) : null],
    [t("flow.unanswered"), unanswered ? otherwise(unanswered) : null],
    [t("flow.menu"), menu ? `${quoted(menu.prompt)} ${Object.keys(menu.keys).sort().join(", ")}` : null],
    [t("flow.voicemail"), voicemail ? quoted(voicemail.greeting) : null],
    [t("flow.whisper"), whisper ? quoted(whisper.text) : null],
    [
      t("flow.record"),
      record ? (record.announcement === null ? t("flow.silent") : quoted(record.announcement)) : t("rules.no"),
    ],
    [t("flow.blocklist"), blocklist && blocklist.length > 0 ? format.number(blocklist.length) : null],
    [t("flow.screening"), screening ? t(`screening.${screening.do}`) : null],
    [t("flow.cap"), cap ? `${format.number(cap.calls)}: ${otherwise(cap.otherwise)}` : null],
  ]
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
    </dl>
  )
}
