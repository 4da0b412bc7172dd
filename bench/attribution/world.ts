import type { LogEvent } from "../../server/core/replay/replay-log.js"
import { createRandom, type Random } from "./random.js"

// A made-up site with known truth: who visits, who calls, when and from which phone. Every figure is an assumption and an
// option; the ones about the delay of the call matter most, so results are always shown over several of them.

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** What is true of a call, which no resolver is told. */
export interface Truth {
  readonly call: string
  readonly t: number
  /** Null: no visit caused it. */
  readonly visit: string | null
  readonly visitor: string | null
  readonly channel: string | null
  /** The caller's first call ever. */
  readonly first: boolean
}

/** When the first call comes: during the visit, or a while after it (lognormal by its median). */
export interface Delay {
  readonly onPage: number
  readonly later: readonly { readonly share: number; readonly medianMs: number; readonly sigma: number }[]
}

export const DELAYS = {
  usual: {
    onPage: 0.58,
    later: [
      { share: 0.22, medianMs: 10 * MINUTE, sigma: 1.2 },
      { share: 0.12, medianMs: 4 * HOUR, sigma: 1.2 },
      { share: 0.08, medianMs: 2.5 * DAY, sigma: 1.2 },
    ],
  },
  prompt: {
    onPage: 0.85,
    later: [
      { share: 0.09, medianMs: 10 * MINUTE, sigma: 1.2 },
      { share: 0.04, medianMs: 4 * HOUR, sigma: 1.2 },
      { share: 0.02, medianMs: 2.5 * DAY, sigma: 1.2 },
    ],
  },
  late: {
    onPage: 0.3,
    later: [
      { share: 0.3, medianMs: 20 * MINUTE, sigma: 1.2 },
      { share: 0.25, medianMs: 6 * HOUR, sigma: 1 },
      { share: 0.15, medianMs: 3 * DAY, sigma: 1 },
    ],
  },
  /** Never used in development: hardly anything is prompt, and much comes an hour or a day later. */
  spread: {
    onPage: 0.45,
    later: [
      { share: 0.25, medianMs: 6 * MINUTE, sigma: 1 },
      { share: 0.2, medianMs: 90 * MINUTE, sigma: 1.4 },
      { share: 0.1, medianMs: 30 * HOUR, sigma: 1 },
    ],
  },
} as const satisfies Record<string, Delay>

export interface Channel {
  readonly name: string
  readonly share: number
  /** How readily its visitors call, 1 for the mean. */
  readonly calls: number
}

export interface World {
  readonly seed: number
  readonly start: number
  readonly days: number
  readonly sessionsPerDay: number
  /** Numbers that robots may dial. */
  readonly numbers: number
  readonly channels: readonly Channel[]
  /** Sessions by hour of the day. */
  readonly hours: readonly number[]
  readonly mobile: number
  readonly bounce: number
  readonly bots: number
  /** Of the bots, how many a User-Agent gives away. */
  readonly botsRefused: number
  /** Of the sessions, how many are somebody's who was here before; and how long ago that was. */
  readonly returning: number
  readonly returnMedianMs: number
  readonly lostCookies: number
  readonly lostHides: number
  readonly engagedMedianMs: number
  readonly engagedSigma: number
  readonly bounceMeanMs: number
  readonly beatMs: number
  /** Of engaged and of bounced sessions, how many lead to a first call. */
  readonly callsEngaged: number
  readonly callsBounced: number
  readonly delay: Delay
  /** Of mobile callers during the visit, how many tap the number; of mobile sessions, how many tap and never call. */
  readonly taps: number
  readonly idleTaps: number
  readonly dialMeanMs: number
  /** Of tapping callers, how many pages go hidden for the dialler. */
  readonly dialerHides: number
  readonly furtherCall: number
  readonly furtherMedianMs: number
  readonly withheld: number
  /** Calls per number and day that no visit caused. */
  readonly strays: number
  /** Where people live, the n-th as common as 1/n; none: nobody knows. */
  readonly regions: readonly string[]
  /** Of phones, how many are of their owner's region; of visits, how many are placed in it. */
  readonly phoneAtHome: number
  readonly placedRight: number
}

export const WORLD: World = {
  seed: 1,
  start: Date.UTC(2026, 2, 2),
  days: 30,
  sessionsPerDay: 1500,
  numbers: 10,
  channels: [
    { name: "Paid Search", share: 0.3, calls: 1.4 },
    { name: "Organic Search", share: 0.28, calls: 1 },
    { name: "Direct", share: 0.18, calls: 1.1 },
    { name: "Paid Social", share: 0.12, calls: 0.5 },
    { name: "Referral", share: 0.07, calls: 0.8 },
    { name: "Email", share: 0.05, calls: 0.7 },
  ],
  hours: [1, 0.6, 0.4, 0.3, 0.4, 0.8, 1.8, 3.2, 5, 6.4, 7.2, 7.4, 6.8, 6.6, 6.8, 6.6, 6, 5.4, 5, 5, 4.8, 4.2, 3, 1.8],
  mobile: 0.6,
  bounce: 0.45,
  bots: 0.15,
  botsRefused: 0.6,
  returning: 0.22,
  returnMedianMs: DAY,
  lostCookies: 0.15,
  lostHides: 0.1,
  engagedMedianMs: 130_000,
  engagedSigma: 0.8,
  bounceMeanMs: 9_000,
  beatMs: 30_000,
  callsEngaged: 0.06,
  callsBounced: 0.006,
  delay: DELAYS.usual,
  taps: 0.7,
  idleTaps: 0.01,
  dialMeanMs: 12_000,
  dialerHides: 0.5,
  furtherCall: 0.28,
  furtherMedianMs: 18 * HOUR,
  withheld: 0.05,
  strays: 0.03,
  regions: [],
  phoneAtHome: 0.75,
  placedRight: 0.8,
}

interface Person {
  readonly phone: string
  cookie: string
  channel: number
  mobile: boolean
  called: boolean
  region: string | undefined
  phoneRegion: string | undefined
}

/** Draws a month (or `days`) of a site's traffic: the log in the order of time, and what is true of its calls. */
export function createWorld(options: Partial<World> = {}): { world: World; events: LogEvent[]; truths: Truth[] } {
  const world = { ...WORLD, ...options }
  const random = createRandom(world.seed * 7919 + 17)
  // Apart from all other draws: with and without regions the same people come and call.
  const places = createRandom(world.seed * 104_729 + 5)
  const events: LogEvent[] = []
  const truths: Truth[] = []
  const sightings: { t: number; person: Person }[] = []
  const count = { visit: 0, cookie: 0, call: 0, phone: 0 }
  const newCookie = () => `c${++count.cookie}`

  for (const t of arrivals(world, random)) {
    const visit = `v${++count.visit}`
    if (random.chance(world.bots)) {
      addBot(t, visit)
      continue
    }
    const person = random.chance(world.returning) ? returned(t) : undefined
    addVisit(t, visit, person ?? newPerson())
  }
  addStrays()
  events.sort((a, b) => a.t - b.t)
  truths.sort((a, b) => a.t - b.t)
  return { world, events, truths }

  function newPerson(): Person {
    const region = drawRegion()
    return {
      region,
      phoneRegion: places.chance(world.phoneAtHome) ? region : drawRegion(),
      phone: `p${++count.phone}`,
      cookie: newCookie(),
      channel: drawChannel(),
      mobile: random.chance(world.mobile),
      called: false,
    }
  }

  function drawRegion(): string | undefined {
    return world.regions[places.weighted(world.regions.map((_, index) => 1 / (index + 1)))]
  }

  function placeOf({ region }: Person): { region?: string } {
    const placed = places.chance(world.placedRight) ? region : drawRegion()
    return placed === undefined ? {} : { region: placed }
  }

  function drawChannel(): number {
    return random.weighted(world.channels.map(({ share }) => share))
  }

  /** Somebody who was here about `returnMedianMs` ago; half of them come straight to the site. */
  function returned(t: number): Person | undefined {
    const seen = t - Math.max(40 * MINUTE, random.lognormal(world.returnMedianMs, 1))
    let low = 0
    let high = sightings.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sightings[middle]?.t ?? 0) < seen) low = middle + 1
      else high = middle
    }
    const sighting = sightings[low]
    if (!sighting || sighting.t > t - 30 * MINUTE) return undefined
    const before = sighting.person
    const direct = world.channels.findIndex(({ name }) => name === "Direct")
    if (random.chance(0.4) && direct >= 0) before.channel = direct
    if (random.chance(world.lostCookies)) before.cookie = newCookie()
    return before
  }

  function addBot(t: number, visit: string): void {
    const channel = world.channels[drawChannel()]?.name ?? ""
    const bot = random.chance(world.botsRefused)
    events.push({ t, type: "visit", visit, visitor: newCookie(), channel, device: "desktop", bot })
    if (!bot && random.chance(0.5))
      events.push({ t: Math.round(t + 1 + random.exponential(2000)), type: "hide", visit })
  }

  function addVisit(t: number, visit: string, person: Person): void {
    const { name: channel, calls: readiness } = world.channels[person.channel] ?? { name: "", calls: 1 }
    const device = person.mobile ? "mobile" : "desktop"
    events.push({ t, type: "visit", visit, visitor: person.cookie, channel, device, bot: false, ...placeOf(person) })
    const bounced = random.chance(world.bounce)
    let stay = bounced
      ? random.exponential(world.bounceMeanMs)
      : Math.min(40 * MINUTE, 12_000 + random.lognormal(world.engagedMedianMs, world.engagedSigma))
    const calls = random.chance((bounced ? world.callsBounced : world.callsEngaged) * readiness)
    const dials = { visit, visitor: person.cookie, channel }
    const away: [number, number][] = []
    if (calls && random.chance(world.delay.onPage)) {
      const at = t + 3000 + random.unit() * stay
      stay = Math.max(stay, at - t + random.exponential(30_000))
      if (person.mobile && random.chance(world.taps)) {
        events.push({ t: Math.round(at), type: "tap", visit })
        const rings = at + 1500 + random.exponential(world.dialMeanMs)
        if (random.chance(world.dialerHides)) {
          away.push([at + 1000, rings + 90_000])
          stay = Math.max(stay, rings - t + 90_000 + random.exponential(20_000))
        }
        addCalls(rings, dials, person)
      } else addCalls(at, dials, person)
    } else if (calls) {
      const later = world.delay.later
      const { medianMs, sigma } = later[random.weighted(later.map(({ share }) => share))] ?? { medianMs: DAY, sigma: 1 }
      addCalls(t + stay + random.lognormal(medianMs, sigma), dials, person)
    }
    if (!calls && person.mobile && random.chance(world.idleTaps))
      events.push({ t: Math.round(t + random.unit() * stay), type: "tap", visit })
    const end = t + stay
    for (let beat = t + world.beatMs; beat < end; beat += world.beatMs)
      if (!away.some(([from, to]) => beat >= from && beat < to))
        events.push({ t: Math.round(beat), type: "beat", visit })
    for (const [from, to] of away) {
      events.push({ t: Math.round(from), type: "hide", visit })
      if (to < end) events.push({ t: Math.round(to), type: "beat", visit })
    }
    if (!random.chance(world.lostHides)) events.push({ t: Math.round(end), type: "hide", visit })
    sightings.push({ t, person })
  }

  function addCalls(first: number, dials: { visit: string; visitor: string; channel: string }, person: Person): void {
    const caller = random.chance(world.withheld) ? null : person.phone
    const from = { caller, ...(person.phoneRegion ? { caller_region: person.phoneRegion } : {}) }
    let at = first
    do {
      addCall(at, { dials: dials.visit, ...from }, { ...dials, first: !person.called })
      person.called = true
      at += 2 * MINUTE + random.lognormal(world.furtherMedianMs, 1.2)
    } while (random.chance(world.furtherCall))
  }

  function addCall(
    at: number,
    dialled:
      | { dials: string; caller: string | null; caller_region?: string }
      | { dials_number: number; caller: string | null },
    truth: Omit<Truth, "call" | "t">,
  ): void {
    const t = Math.round(at)
    if (t >= world.start + world.days * DAY) return
    const call = `k${++count.call}`
    events.push({ t, type: "call", call, ...dialled })
    const { visit, visitor, channel, first } = truth
    truths.push({ call, t, visit, visitor, channel, first })
  }

  function addStrays(): void {
    for (let number = 0; number < world.numbers; number++)
      for (
        let t = random.exponential(DAY / world.strays);
        t < world.days * DAY;
        t += random.exponential(DAY / world.strays)
      ) {
        const caller = random.chance(world.withheld) ? null : `s${++count.phone}`
        const truth = { visit: null, visitor: null, channel: null, first: true }
        addCall(world.start + t, { dials_number: number, caller }, truth)
      }
  }
}

/** Poisson arrivals that follow the hours of the day. */
function* arrivals({ start, days, sessionsPerDay, hours }: World, random: Random): Generator<number> {
  const sum = hours.reduce((total, weight) => total + weight, 0)
  for (let hour = 0; hour < days * 24; hour++) {
    const mean = ((hours[hour % 24] ?? 0) / sum) * sessionsPerDay
    for (let t = random.exponential(HOUR / mean); t < HOUR; t += random.exponential(HOUR / mean))
      yield Math.round(start + hour * HOUR + t)
  }
}
