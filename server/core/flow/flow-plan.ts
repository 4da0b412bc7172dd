import { eq, sql } from "drizzle-orm"
import type { FlowFields } from "../../../shared/contract-flow.js"
import type { Plan } from "../../../shared/plan.js"
import { forwardTo } from "../call/carrier.js"
import { readCaller } from "../caller/caller.js"
import { readKnownCaller } from "../caller/caller-privacy.js"
import { findNumberByPhone } from "../number/number.js"
import { calls, sources, visits } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import { readPhone } from "../value/phone.js"
import { planFlow } from "./flow.js"
import { effectiveFlow, readTurn, takeTurn } from "./flow-store.js"

/** A call that asks where it goes, numbers as the carrier wrote them. */
export interface AskingCall {
  readonly to: string | null
  readonly from: string | null
  readonly forwarded_from?: string | undefined
  /** When it rang, ms. */
  readonly at: number
  /** The row of the call, where it is stored; none in a preview. */
  readonly id?: number
  /** What was planned before holds on: the calls handed out in turn before this one. */
  readonly turn?: number
}

/** A plan, and what it is made again of when the call goes on. */
export type PlannedCall = Plan & { readonly turn: number; readonly number: string | null }

type Reader = Pick<Site, "db" | "memory">

const statements = prepareOnce((db: Db) => {
  const value = sql.placeholder
  return {
    live: db
      .select({ count: sql<number>`count(*)` })
      .from(calls)
      .where(
        sql`${calls.ended_at} is null and ${calls.updated_at} > ${value("since")} and ${calls.started_at} <= ${value("at")} and ${calls.id} <> ${value("id")}`,
      )
      .prepare(),
    rung: db
      .select({ count: sql<number>`count(*)` })
      .from(calls)
      .where(
        sql`${calls.from_e164} = (select ${value("from")}) and ${calls.started_at} > ${value("since")} and ${calls.started_at} <= ${value("at")} and ${calls.id} <> ${value("id")}`,
      )
      .prepare(),
    last: db
      .select({ answered: calls.answered, talk_s: calls.talk_s, started_at: calls.started_at })
      .from(calls)
      .where(
        sql`${calls.from_e164} = (select ${value("from")}) and ${calls.started_at} <= ${value("at")} and ${calls.id} <> ${value("id")} and ${calls.ended_at} is not null`,
      )
      .orderBy(sql`${calls.started_at} desc limit 50`)
      .prepare(),
    story: db
      .select({
        channel: sources.channel,
        source: sources.source,
        medium: sources.medium,
        campaign: sources.campaign,
        language: visits.language,
      })
      .from(calls)
      .leftJoin(sources, eq(sources.id, calls.source_id))
      .leftJoin(visits, eq(visits.id, calls.visit_id))
      .where(eq(calls.id, value("id")))
      .prepare(),
  }
})

/** A call that lasts longer was forgotten by its carrier. */
const LIVE_MS = 4 * 3_600_000

/** Where a call goes, and that it was asked: whoever is in turn was in turn. */
export function planCall(site: Site, call: AskingCall): PlannedCall {
  return plan(site, call, (number_id) => call.turn ?? takeTurn(site, number_id))
}

/** Where a call would go; changes nothing. */
export function previewCall(site: Reader, call: AskingCall): PlannedCall {
  return plan(site, call, (number_id) => call.turn ?? readTurn(site, number_id))
}

function plan(
  site: Reader,
  { to, from, forwarded_from, at, id = -1, turn: begun }: AskingCall,
  turnOf: (number_id: number | null) => number,
): PlannedCall {
  const { country, timezone } = readSettings(site)
  const dialled = to === null ? null : (readPhone(to, country) ?? null)
  const number_id = dialled === null ? null : (findNumberByPhone(site, dialled)?.id ?? null)
  const flow = effectiveFlow(site, number_id)
  const caller = readCaller(from, country)
  const turn = flow.forward?.strategy === "round_robin" ? turnOf(number_id) : 0
  const made = planFlow(flow, {
    number: dialled,
    caller: caller.from,
    withheld: caller.from_kind === "withheld",
    forwarded_from: forwarded_from === undefined ? null : (readPhone(forwarded_from, country) ?? null),
    at,
    zone: timezone,
    // A call that was let in goes on: neither the line's other calls nor its caller's past count any more.
    live:
      flow.cap && begun === undefined ? (statements(site).live.all({ since: at - LIVE_MS, at, id })[0]?.count ?? 0) : 0,
    turn,
    fallback: forwardTo(site),
    isOwn: (e164) => findNumberByPhone(site, e164) !== undefined,
    suspicion: begun === undefined ? suspicionOf(site, flow, readKnownCaller(site, from).from_e164, at, id) : null,
    ...storyOf(site, flow, id),
  })
  return { ...made, turn, number: dialled }
}

/** What the caller's past says against him. */
function suspicionOf(site: Reader, flow: FlowFields, from: string | null, at: number, id: number): string | null {
  const { repeats, zero_talk } = flow.screening ?? {}
  if (from === null) return null
  if (repeats) {
    const count = (statements(site).rung.all({ from, at, id, since: at - repeats.minutes * 60_000 })[0]?.count ?? 0) + 1
    if (count >= repeats.calls) return `${count} calls within ${repeats.minutes} minutes`
  }
  if (zero_talk) {
    const since = at - zero_talk.days * 86_400_000
    const last = statements(site).last.all({ from, at, id }).slice(0, zero_talk.calls)
    const silent = last.every(
      (call) => call.answered && (call.talk_s ?? 0) <= zero_talk.talk_s && call.started_at > since,
    )
    if (last.length === zero_talk.calls && silent) return `the last ${last.length} calls were picked up and silent`
  }
  return null
}

/** The words of the call's source, and the caller's language: read only where something is said. */
function storyOf(site: Reader, flow: FlowFields, id: number) {
  const spoken = flow.whisper || flow.menu || flow.record || flow.hours || flow.voicemail || flow.unanswered
  const row = spoken && id >= 0 ? statements(site).story.all({ id })[0] : undefined
  const channel = row?.channel ?? "unknown"
  const source = row?.source && row.source !== "(direct)" ? row.source : channel
  return {
    words: { channel, source, medium: row?.medium ?? "", campaign: row?.campaign ?? "" },
    language: row?.language ?? null,
  }
}
