import { type FlowFields, type Otherwise, PreviewQuery, type Texts } from "../../../shared/contract-flow.js"
import type { Scene } from "../../../shared/plan.js"
import { forwardTo } from "../../core/call/carrier.js"
import { previewCall } from "../../core/flow/flow-plan.js"
import { effectiveFlow } from "../../core/flow/flow-store.js"
import { listNumbers } from "../../core/number/number.js"
import { readSettings } from "../../core/site/settings.js"
import type { Site } from "../../core/store/db.js"
import { invalid } from "../../core/store/refusal.js"
import { readPhone } from "../../core/value/phone.js"
import { parseWith } from "../../http/parse.js"
import { Layout } from "../layout.js"
import type { Markup, Page } from "../page.js"
import { Badge, Field, Panel } from "../parts.js"
import { attempt, filled, type View } from "../view.js"
import { NumberTabs } from "./number-tabs.js"

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

/** Where calls go, in words, and what would become of one. */
export const flowPage: Page<Site> = {
  path: "/numbers/flow",
  role: "read",
  show: (site, view) => {
    const { t } = view
    return (
      <Layout view={view} title="flow.title" place="/numbers">
        <NumberTabs view={view} at="/numbers/flow" />
        <div class="panels">
          <Panel title={t("flow.now")}>
            <Summary site={site} view={view} />
            <p class="quiet">{t("flow.api_hint")}</p>
          </Panel>
          <Preview site={site} view={view} />
        </div>
      </Layout>
    )
  },
}

/** A text in the reader's language, else in the first that there is. */
function textOf(texts: Texts, language: string): string {
  if (typeof texts === "string") return texts
  return texts[language] ?? Object.values(texts)[0] ?? ""
}

function Summary({ site, view }: { site: Site; view: View }): Markup {
  const { t, format, language } = view
  const flow: FlowFields = effectiveFlow(site, null)
  const fallback = forwardTo(site)
  const { forward, hours, after_hours, unanswered, menu, voicemail, whisper, record, blocklist, screening, cap } = flow
  const phones = (to: readonly string[]) => to.map((phone) => format.phone(phone)).join(", ")
  const otherwise = (action: Otherwise) =>
    action.do === "forward"
      ? t("flow.rings", { phones: phones(action.to) })
      : action.do === "say"
        ? t("flow.says", { text: textOf(action.text, language) })
        : t(`flow.${action.do}`)
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
    [t("flow.voicemail_name"), voicemail ? quoted(voicemail.greeting) : null],
    [t("flow.whisper"), whisper ? quoted(whisper.text) : null],
    [
      t("call.recording"),
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

function Preview({ site, view }: { site: Site; view: View }): Markup {
  const { t, format, query, path } = view
  const first = listNumbers(site, { limit: 1 }).data[0]?.e164 ?? ""
  const asked = { number: query.number ?? first, from: query.caller ?? "" }
  const { view: judged, found } = attempt(view, () => {
    if (asked.number === "") return undefined
    const { number, from } = parseWith(PreviewQuery, {
      number: asked.number,
      ...(asked.from ? { from: asked.from } : {}),
    })
    const to = readPhone(number, readSettings(site).country)
    if (to === undefined) throw invalid("number", "must be a phone number, best in E.164: +15551230199")
    return previewCall(site, { to, from: from ?? null, at: view.now })
  })
  const shown = filled(judged, { number: asked.number, caller: asked.from })
  return (
    <Panel title={t("flow.preview")}>
      <form method="get" action={path} class="row">
        <Field view={shown} name="number" label={t("calls.to")} type="tel" required />
        <Field view={shown} name="caller" label={t("calls.from")} type="tel" />
        <button type="submit" class="quiet">
          {t("rules.try")}
        </button>
      </form>
      {found === undefined ? null : (
        <>
          <p>
            {format.dateTime(view.now)}{" "}
            <Badge kind={found.open ? "good" : "warn"}>{t(found.open ? "flow.open" : "flow.closed")}</Badge>{" "}
            {found.spam === null ? null : <Badge kind="bad">{t("calls.spam")}</Badge>}
          </p>
          <ol class="timeline">
            {orderOf(found.first, found.scenes).map((name) => (
              <li class="visit">
                <SceneText view={view} scene={found.scenes[name] as Scene} />
              </li>
            ))}
          </ol>
        </>
      )}
    </Panel>
  )
}

/** Scenes in the order in which a caller may come to them. */
function orderOf(first: string, scenes: Readonly<Record<string, Scene>>): string[] {
  const seen = new Set<string>()
  const visit = (name: string | null): void => {
    const scene = name === null ? undefined : scenes[name]
    if (name === null || scene === undefined || seen.has(name)) return
    seen.add(name)
    const { act } = scene
    if (act.kind === "menu") for (const next of [...Object.values(act.keys), act.otherwise]) visit(next)
    if (act.kind === "forward") visit(act.next)
  }
  visit(first)
  return [...seen]
}

function SceneText({ view, scene: { say, act } }: { view: View; scene: Scene }): Markup {
  const { t, format } = view
  const words = say.map(({ text }) => t("flow.says", { text }))
  const end =
    act.kind === "forward"
      ? t("flow.rings", { phones: act.to.map((phone) => format.phone(phone)).join(", ") })
      : act.kind === "menu"
        ? `${t("flow.says", { text: act.prompt.text })} ${Object.keys(act.keys).sort().join(", ")}`
        : act.kind === "voicemail"
          ? t("flow.voicemail")
          : act.kind === "say"
            ? t("flow.says", { text: act.speech.text })
            : t("flow.busy")
  return (
    <>
      {words.map((text) => (
        <span class="quiet">{text} </span>
      ))}
      <b>{end}</b>
    </>
  )
}
