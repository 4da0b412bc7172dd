import { instantOf, wallOf } from "../../../shared/calendar.js"
import { CALLER_LIMIT, PreviewQuery } from "../../../shared/contract-flow.js"
import type { Scene } from "../../../shared/plan.js"
import { previewCall } from "../../core/flow/flow-plan.js"
import { listNumbers } from "../../core/number/number.js"
import { readSettings } from "../../core/site/settings.js"
import type { Site } from "../../core/store/db.js"
import { invalid } from "../../core/store/refusal.js"
import { readPhone } from "../../core/value/phone.js"
import { parseWith } from "../../http/parse.js"
import type { Markup } from "../page.js"
import { Badge, Field, Panel } from "../parts.js"
import { attempt, filled, type View } from "../view.js"

const MINUTE = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/

/** What would become of a call: from whom, to which number, and when, by the site's clock. */
export function FlowPreview({ site, view, number }: { site: Site; view: View; number?: string }): Markup {
  const { t, format, query, path } = view
  const first = number ?? listNumbers(site, { limit: 1 }).data[0]?.e164 ?? ""
  const { country, timezone } = readSettings(site)
  const wall = wallOf(view.now, timezone)
  const nowThere = `${wall.day}T${clockOf(wall.minute)}`
  const asked = {
    number: query.number ?? first,
    // Cut here: the contract would call the field by another name than the form does.
    from: (query.caller ?? "").slice(0, CALLER_LIMIT),
    when: query.when ?? "",
  }
  const { view: judged, found } = attempt(view, () => {
    if (asked.number === "") return undefined
    const { number, from } = parseWith(PreviewQuery, {
      number: asked.number,
      ...(asked.from ? { from: asked.from } : {}),
    })
    const to = readPhone(number, country)
    if (to === undefined) throw invalid("number", "must be a phone number, best in E.164: +15551230199")
    const at = asked.when === "" || asked.when === nowThere ? view.now : momentOf(asked.when, timezone)
    return { at, ...previewCall(site, { to, from: from ?? null, at }) }
  })
  const shown = filled(judged, { number: asked.number, caller: asked.from, when: asked.when || nowThere })
  return (
    <Panel title={t("flow.preview")}>
      <form method="get" action={path} class="row">
        <Field view={shown} name="number" label={t("calls.to")} type="tel" required />
        <Field view={shown} name="caller" label={t("calls.from")} type="tel" />
        <Field view={shown} name="when" label={t("calls.when")} type="datetime-local" />
        <button type="submit" class="quiet">
          {t("rules.try")}
        </button>
      </form>
      {found === undefined ? null : (
        <>
          <p>
            {format.dateTime(found.at)}{" "}
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

function clockOf(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, "0")).join(":")
}

function momentOf(minute: string, zone: string): number {
  const day = minute.slice(0, 10)
  const isThere = MINUTE.test(minute) && !Number.isNaN(Date.parse(`${minute}:00Z`)) && day >= "1970-01-02"
  if (!isThere) throw invalid("when", "Invalid ISO datetime")
  return instantOf(minute, zone)
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
          ? t("flow.voicemail_takes")
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
