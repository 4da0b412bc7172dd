import { sql } from "drizzle-orm"
import { sourceFromFields } from "../../../shared/source.js"
import { importCalls } from "../call/call.js"
import { latestOf, placeInHistory } from "../lease/history.js"
import { findNumberByPhone } from "../number/number.js"
import { createPool } from "../number/pool-setup.js"
import { type Lending, pools } from "../schema/schema.js"
import { createSite, newSettings } from "../site/settings.js"
import type { Site } from "../store/db.js"
import { decodeId, idAt } from "../store/id.js"
import { SWEEP_MS, sweep } from "../sweep.js"
import { areaCodeOf, countryOfRegion } from "../value/caller-region.js"
import { recordBeat } from "../visit/beat.js"
import { recordVisit } from "../visit/visit.js"
import type { LogEvent } from "./replay-log.js"

export interface ReplayOptions {
  readonly numbers: number
  readonly policy: Lending
  /** The engine, or one of the usual rules: the latest lessee, and the same unless the caller called before. */
  readonly resolver: "engine" | "last" | "last-known-caller"
}

/** One call of the log, answered with what was known when it rang. */
export interface ReplayedCall {
  readonly call: string
  readonly visit: string | null
  readonly visitor: string | null
  readonly confidence: number
  readonly channel: string | null
  readonly channel_confidence: number
  readonly state: string
  /** The number that was dialled, E.164; null where the visit saw the page's own. */
  readonly shown: string | null
}

/** What became of the visits of a log. */
export interface ReplayCounts {
  visits: number
  robots: number
  leased: number
  original: number
  calls: number
}

export interface Replay {
  /** Lets one event happen; answers a call's line. Events come in the order of time. */
  apply(event: LogEvent): ReplayedCall | undefined
  readonly counts: Readonly<ReplayCounts>
}

const TARGET = "+12125550100"
const BROWSERS = {
  desktop: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  mobile:
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
}
const ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
const PLACE = { language: null, country: null, region: null, city: null }

interface Shown {
  readonly visitor: string
  readonly channel: string
  readonly device: "desktop" | "mobile"
  readonly region: string | null
  id: string | null
  number: string | null
}

/**
 * Replays an event log through the real verbs, in the empty database that `at` opens at a moment: what visits were lent and
 * what calls were answered under other settings. The site, its pool and its numbers are made at the first event.
 */
export function createReplay(at: (now: number) => Site, options: ReplayOptions): Replay {
  const counts: ReplayCounts = { visits: 0, robots: 0, leased: 0, original: 0, calls: 0 }
  const visits = new Map<string, Shown>()
  const visitors = new Map<string, string>()
  const rows = new Map<number, string>()
  const phones = new Map<string, string>()
  const firstVisit = new Map<string, string>()
  const e164s = Array.from({ length: options.numbers }, (_, index) => `+1646${String(2_000_001 + index)}`)
  let swept = Number.NaN

  return { apply, counts }

  function apply(event: LogEvent): ReplayedCall | undefined {
    const site = at(event.t)
    // Between sweeps nobody changes the configuration: what was read of it may be remembered.
    const { memory, ...forgetful } = site
    if (Number.isNaN(swept)) begin(forgetful)
    if (event.t - swept >= SWEEP_MS) {
      sweep(forgetful)
      memory?.clear()
      swept = event.t
    }
    if (event.type === "visit") return arrive(site, event)
    if (event.type === "call") return call(site, event)
    const visit = visits.get(event.visit)
    if (!visit?.id) return undefined
    const alive = recordBeat(site, {
      visit: visit.id,
      kind: event.type,
      ...(visit.number ? { number: visit.number } : {}),
    })
    // The script asks anew when it hears that its visit has lost its number, and shows what it is given.
    if (!alive && event.type === "beat") view(site, event.visit, visit, visit.id)
    return undefined
  }

  function begin(site: Site): void {
    const fields = { name: "Replay", domains: ["replay.example"], timezone: "UTC", currency: "USD", country: "US" }
    createSite(site, newSettings("site_replay", fields, site.now))
    createPool(site, { name: "Replay", target: TARGET, numbers: e164s, overflow: "share", idle_minutes: 30 })
    site.db.update(pools).set({ lending: options.policy }).run()
    sweep(site)
    swept = site.now
  }

  function arrive(site: Site, event: Extract<LogEvent, { type: "visit" }>): undefined {
    const { visitor, channel, device, region } = event
    const shown: Shown = { visitor, channel, device, region: region ?? null, id: null, number: null }
    visits.set(event.visit, shown)
    counts.visits++
    if (event.bot) {
      counts.robots++
      recordVisit(
        site,
        { url: "https://replay.example/", referrer: "", consent: "full" },
        { ...PLACE, userAgent: ROBOT },
      )
      return
    }
    view(site, event.visit, shown, undefined)
    if (shown.number === null) counts.original++
    else counts.leased++
  }

  function view(site: Site, name: string, shown: Shown, visit: string | undefined): void {
    const visitor = visitors.get(shown.visitor)
    const source = sourceFromFields({ channel: shown.channel, source: shown.channel, medium: "replay" })
    const { answer } = recordVisit(
      site,
      {
        url: "https://replay.example/",
        referrer: "",
        consent: "full",
        ...(visitor ? { visitor } : {}),
        ...(visit ? { visit } : {}),
      },
      { ...PLACE, country: countryOfRegion(shown.region), region: shown.region, userAgent: BROWSERS[shown.device] },
      {
        ...source,
        channel: shown.channel,
        landing_url: "https://replay.example/",
        landing_page: "replay.example/",
        // Tagged unless the page is viewed again: a log's visits are visits, however soon one follows another.
        tagged: visit === undefined,
        click_id: visit ? null : name,
      },
    )
    if (answer.visitor) visitors.set(shown.visitor, answer.visitor)
    shown.id = answer.visit
    shown.number = answer.swaps[0]?.number ?? null
    const row = answer.visit === null ? undefined : decodeId("vis", answer.visit)
    if (row) rows.set(row.id, name)
  }

  function call(site: Site, event: Extract<LogEvent, { type: "call" }>): ReplayedCall {
    counts.calls++
    const shown = "dials" in event ? (visits.get(event.dials)?.number ?? null) : (e164s[event.dials_number] ?? null)
    const answer = options.resolver === "engine" ? byEngine(site, event, shown) : byRule(site, event, shown)
    const visit = answer.visit === null ? null : (rows.get(answer.visit) ?? null)
    const visitor = visit === null ? null : (visits.get(visit)?.visitor ?? null)
    return { call: event.call, ...answer, visit, visitor, shown }
  }

  function byEngine(site: Site, event: Extract<LogEvent, { type: "call" }>, shown: string | null) {
    const [row] = importCalls(
      site,
      [
        {
          external_id: event.call,
          to: shown ?? TARGET,
          from: event.caller === null ? "anonymous" : phoneOf(event.caller, event.caller_region),
          started_at: new Date(site.now).toISOString(),
          status: "completed",
        },
      ],
      () => "",
    )
    return {
      visit: row?.visit_id ?? null,
      confidence: round(row?.confidence ?? 0),
      channel: row?.channel ?? null,
      channel_confidence: round(row?.channel_confidence ?? 0),
      state: row?.state ?? "unattributed",
    }
  }

  /** The usual rule says no confidence: it answers the same whether it knows or not. */
  function byRule(site: Site, event: Extract<LogEvent, { type: "call" }>, shown: string | null) {
    const known =
      options.resolver === "last-known-caller" && event.caller !== null ? firstVisit.get(event.caller) : undefined
    const visit = known ?? latestLessee(site, shown)
    if (visit === undefined)
      return { visit: null, confidence: 0, channel: null, channel_confidence: 0, state: "unattributed" }
    if (event.caller !== null && !firstVisit.has(event.caller)) firstVisit.set(event.caller, visit)
    return {
      visit: decodeId("vis", visits.get(visit)?.id ?? "")?.id ?? null,
      confidence: 1,
      channel: visits.get(visit)?.channel ?? null,
      channel_confidence: 1,
      state: "attributed",
    }
  }

  function latestLessee(site: Site, shown: string | null): string | undefined {
    const number = shown === null ? undefined : findNumberByPhone(site, shown)
    if (!number) return undefined
    const row = site.db
      .select({ visit: sql<number>`visit_id` })
      .from(latestOf(1, placeInHistory(number, idAt(site.now + 1))))
      .all()[0]
    return row ? rows.get(row.visit) : undefined
  }

  /** Callers of a log are names; the core knows phone numbers. One that begins with 800 tells no region. */
  function phoneOf(caller: string, region = ""): string {
    const known = phones.get(caller)
    if (known) return known
    const phone = `+1${areaCodeOf(region) ?? "800"}${2_000_000 + phones.size}`
    phones.set(caller, phone)
    return phone
  }
}

function round(probability: number): number {
  return Math.round(probability * 10_000) / 10_000
}
