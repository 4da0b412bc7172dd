import type * as z from "zod"
import type { Step } from "../../../shared/contract.js"
import type { Site } from "../../core/store/db.js"
import { Refusal } from "../../core/store/refusal.js"
import { describeVisitor } from "../../core/timeline/visitor.js"
import type { Markup } from "../page.js"
import { nameOf } from "../parts.js"
import { sitePath, type View } from "../view.js"

/** Steps of a journey that are shown: the latest. */
const STEPS = 60
const WORDS = 400

interface JourneyProps {
  readonly site: Site
  readonly view: View
  readonly visitor: string | null
  /** The page's own call or lead, which needs no link to itself. */
  readonly here: string
}

/** Everything that a visitor did, on a line of time. */
export function Journey({ site, view, visitor, here }: JourneyProps): Markup {
  const { t, format } = view
  const steps = visitor === null ? [] : stepsOf(site, visitor)
  if (steps.length === 0) return <p class="quiet">{t("call.no_journey")}</p>
  return (
    <ol class="timeline">
      {steps.slice(-STEPS).map((step) => (
        <li class={step.kind}>
          <time datetime={step.at}>{format.dateTime(step.at)}</time>
          <b>{nameOf(view, "step", step.kind)}</b> <StepText view={view} step={step} here={here} />
        </li>
      ))}
    </ol>
  )
}

/** A visitor may have been erased since. */
function stepsOf(site: Site, visitor: string): z.infer<typeof Step>[] {
  try {
    return describeVisitor(site, visitor).journey
  } catch (error) {
    if (error instanceof Refusal) return []
    throw error
  }
}

function StepText({ view, step, here }: { view: View; step: z.infer<typeof Step>; here: string }): Markup {
  const { t, format } = view
  const { kind, data, call } = step
  const text = (name: string) =>
    typeof data[name] === "string" || typeof data[name] === "number" ? String(data[name]) : ""
  if (kind === "visit")
    return (
      <>
        {nameOf(view, "channel", text("channel"))} <span class="quiet">{text("landing_url")}</span>
      </>
    )
  if (kind === "call")
    return (
      <>
        {nameOf(view, "status", text("status"))}, {format.duration(Number(data.talk_s ?? 0))}{" "}
        {call !== null && call !== here ? <a href={sitePath(view, `/calls/${call}`)}>{t("call.open")}</a> : null}
      </>
    )
  if (kind === "lead")
    return (
      <>
        {nameOf(view, "origin", text("origin"))}{" "}
        {data.lead === here ? null : <a href={sitePath(view, `/leads/${text("lead")}`)}>{t("call.open")}</a>}
      </>
    )
  if (kind === "order")
    return (
      <>
        {format.moneyIn(Number(data.amount ?? 0), text("currency"))}{" "}
        <a href={sitePath(view, `/orders/${text("order")}`)}>{text("external_id")}</a>
      </>
    )
  if (kind === "tap") return <>{format.phone(text("number") || null)}</>
  const fields = typeof data.fields === "object" && data.fields !== null ? Object.entries(data.fields) : []
  const words = [
    text("name"),
    text("title"),
    text("url"),
    ...fields.map(([name, value]) => `${name}: ${String(value)}`),
  ]
  return <span class="quiet">{words.filter(Boolean).join(" · ").slice(0, WORDS)}</span>
}
