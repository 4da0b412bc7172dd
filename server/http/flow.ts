import type { CallEvent } from "../../shared/call-event.js"
import type { Plan } from "../../shared/plan.js"
import type { Carrier, CarrierRequest } from "../carriers/carrier.js"
import { readTurn, type Turn } from "../carriers/fit.js"
import type { CallRow } from "../core/call/call.js"
import { markSpam } from "../core/call/call.js"
import { planCall } from "../core/flow/flow-plan.js"
import type { Site } from "../core/store/db.js"

/** The scene that is due, and the plan that it is of. */
export interface Due {
  readonly plan: Plan
  readonly scene: string
  readonly place: Pick<Turn, "at" | "turn" | "to">
}

/** Where the call stands that a request speaks of; undefined: at its beginning, or nowhere. */
export function turnOf(carrier: Carrier, request: CarrierRequest): Turn | undefined {
  const query = carrier.resume?.(request) ?? queryIn(request.url)
  return readTurn(query)
}

/** The query of an address, without its question mark. */
export function queryIn(url: string): string {
  const at = url.indexOf("?")
  return at < 0 ? "" : url.slice(at + 1)
}

/**
 * Whether a request that is no `voice` asks what comes next: a menu was answered, or the phones rang and nobody took the
 * call. A caller who gave up asks nothing.
 */
export function asksForMore(turn: Turn, reports: readonly CallEvent[]): boolean {
  if (turn.kind === "menu") return true
  const ends = reports.filter(({ kind, leg }) => kind === "dialled" || (kind === "ended" && leg === "b"))
  return (
    ends.length > 0 && ends.every(({ status }) => status === "busy" || status === "no_answer" || status === "failed")
  )
}

/** What is to happen with a call now, by its site's flow. A call that is taken for spam is marked so when it first rings. */
export function decide(
  site: Site,
  rows: readonly CallRow[],
  reports: readonly CallEvent[],
  now: Turn | undefined,
): Due {
  const row = rows[0]
  const asking = reports.find(({ leg }) => leg === "a")
  const to = now?.to ?? row?.to_e164 ?? asking?.to ?? null
  const at = now?.at ?? row?.started_at ?? site.now
  const plan = planCall(site, {
    to,
    from: asking?.from ?? (row?.from_shown === null ? row.from_e164 : null),
    forwarded_from: asking?.forwarded_from,
    at,
    ...(row && { id: row.id }),
    ...(now && { turn: now.turn }),
  })
  if (!now && row && plan.spam !== null) markSpam(site, row, plan.spam)
  return {
    plan,
    scene: sceneOf(plan, now, reports),
    place: { at, turn: plan.turn, to: plan.number },
  }
}

function sceneOf(plan: Plan, now: Turn | undefined, reports: readonly CallEvent[]): string {
  const scene = now && plan.scenes[now.scene]
  if (!now || !scene) return plan.first
  if (now.kind === "scene" || scene.act.kind !== "menu") return now.scene
  const pressed = reports.find(({ kind }) => kind === "input")?.digits?.slice(-1) ?? ""
  const { keys, otherwise } = scene.act
  return (Object.hasOwn(keys, pressed) ? keys[pressed] : undefined) ?? otherwise
}
