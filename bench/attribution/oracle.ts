import type { LogEvent } from "../../server/core/replay/replay-log.js"
import type { CallLine } from "./score.js"
import type { Delay, World } from "./world.js"

// The ceiling: who called, by somebody who knows every figure that the world was drawn with, and sees no more than the engine
// does: which visit was lent which number when, its beats, hides and taps, and the callers' phones. What the engine falls
// short of it is what its rates, its cells and its caution cost; what the oracle falls short of 1 nobody can tell.

const SECOND = 1000
const STEP = SECOND
/** Ages are tabled to here, in steps of a second. */
const STEPS = 3600
/** Delays are tabled in so many steps for each factor of e. */
const FINE = 16

/** Who lost his cookie is somebody else to the engine too. */
const STRANGER = 1e-4
/** Less is not remembered. */
const NEXT_TO_NOTHING = 1e-5
/** Hardly anybody calls again after so long. */
const FURTHER_MS = 20 * 86_400_000

/** A number lent to a visit, by the log's names. */
export interface LentLine {
  readonly number: number
  readonly t: number
  readonly visit: string
}

interface Known {
  readonly visitor: string
  readonly channel: string
  readonly mobile: boolean
  readonly begun: number
  readonly signs: { readonly t: number; readonly kind: "beat" | "hide" | "tap" }[]
}

/** The rates at which visits ring, in closed form from the world's own figures. */
export function createTruth(world: World) {
  const bounced = tableStay((s) => Math.exp(-s / world.bounceMeanMs) / world.bounceMeanMs)
  const engaged = tableStay((s) => lognormal(s - 12_000, world.engagedMedianMs, world.engagedSigma))
  const kinds = [
    { weight: (1 - world.bots) * world.bounce, calls: world.callsBounced, ...bounced },
    { weight: (1 - world.bots) * (1 - world.bounce), calls: world.callsEngaged, ...engaged },
  ]
  const robots = world.bots * (1 - world.botsRefused)
  const readiness = new Map(world.channels.map(({ name, calls }) => [name, calls]))
  const lost = world.lostHides
  const late = lateDensity(world.delay)
  const onPage = world.delay.onPage

  /** By visit that was left and did not come back: its share of late callers, which does not change any more. */
  const gone = new Map<Known, { readonly share: number; readonly since: number }>()

  /** The rate of a visit's first call at `t`, per ms, by what was seen of it until then. */
  function rateOf(visit: Known, t: number): number {
    const { begun, signs, mobile, channel } = visit
    const left = gone.get(visit)
    if (left && t >= left.since) return left.share * late(t - left.since)
    let last: (typeof signs)[number] | undefined
    let tap: (typeof signs)[number] | undefined
    let dialler = false
    for (const sign of signs) {
      if (sign.t > t) break
      if (tap && last === tap && sign.kind === "hide" && sign.t - tap.t <= 1500) dialler = true
      if (sign.kind === "tap") tap = sign
      last = sign
    }
    const ready = readiness.get(channel) ?? 1
    if (tap) return tapRate(t - tap.t, tap.t - begun, ready, dialler)
    const device = mobile ? world.mobile : 1 - world.mobile
    const robot = mobile ? 0 : robots
    if (last?.kind === "hide") {
      const stay = last.t - begun
      let calls = 0
      let all = robot * 0.5 * (Math.exp(-Math.max(0, stay - 1) / 2000) / 2000)
      for (const kind of kinds) {
        const here = kind.weight * device * at(kind.density, stay)
        all += here
        calls += here * kind.calls * ready
      }
      const share = all === 0 ? 0 : (calls / all) * (1 - onPage)
      if (last === signs.at(-1)) gone.set(visit, { share, since: last.t })
      return share * late(t - last.t)
    }
    const seen = (last?.t ?? begun) - begun
    const age = t - begun
    const quiet = robot * (seen === 0 ? 0.5 + 0.5 * Math.exp(-age / 2000) : 0)
    if (age - seen > world.beatMs + SECOND) {
      let calls = 0
      let all = quiet
      for (const kind of kinds) {
        const here = kind.weight * device * lost * (at(kind.beyond, seen) - at(kind.beyond, seen + world.beatMs))
        all += here
        calls += here * kind.calls * ready
      }
      const share = all === 0 ? 0 : (calls / all) * (1 - onPage)
      const since = begun + seen + world.beatMs / 2
      if (last === signs.at(-1)) gone.set(visit, { share, since })
      return share * late(t - since)
    }
    let calls = 0
    let all = quiet
    for (const kind of kinds) {
      const open = at(kind.beyond, age)
      all += kind.weight * device * (open + lost * (at(kind.beyond, seen) - open))
      calls += kind.weight * device * kind.calls * ready * (age < 3000 ? 0 : at(kind.inverse, age - 3000))
    }
    return all === 0 ? 0 : (calls / all) * onPage * (mobile ? 1 - world.taps : 1)
  }

  /** Dialling takes a while after the tap; some tap and never call. A page that went away at once made room for the dialler. */
  function tapRate(ago: number, age: number, ready: number, dialler: boolean): number {
    let calls = 0
    let idle = 0
    for (const kind of kinds) {
      calls += kind.weight * kind.calls * ready * onPage * world.taps * at(kind.inverse, Math.max(0, age - 3000))
      idle += kind.weight * (1 - kind.calls * ready) * world.idleTaps * at(kind.inverse, age)
    }
    const hides = dialler ? world.dialerHides : ago > 1000 ? 1 - world.dialerHides : 1
    const call = calls * hides
    const other = dialler ? 0 : idle
    const left = ago < 1500 ? 1 : Math.exp(-(ago - 1500) / world.dialMeanMs)
    if (ago < 1500 || call === 0) return 0
    // Beyond minutes nobody dials for this tap any more: a rate of nothing, but never quite.
    return Math.max(1e-14, (call * (left / world.dialMeanMs)) / (call * left + other + 1e-30))
  }

  return { rateOf, furtherRate: (u: number) => world.furtherCall * lognormal(u - 120_000, world.furtherMedianMs, 1.2) }
}

/** By visit: how likely it made a call, or at what rate it would. */
type Odds = Map<string, number>

/** An earlier call, as the oracle answered it. */
interface Past {
  readonly t: number
  readonly number: number
  readonly odds: Odds
}

/** The posterior of every call of the log on the allocation that was made; answers lines as `replay` does. */
export function askOracle(world: World, events: readonly LogEvent[], lent: readonly LentLine[]): CallLine[] {
  const truth = createTruth(world)
  const visits = readVisits(events)
  const onNumber = Map.groupBy(lent, ({ number }) => number)
  const shownAt = showings(lent)
  const stray = world.strays / 86_400_000
  const byCaller = new Map<string, Past>()
  const withheld: Past[] = []
  /** By visit: how likely it has made its first call. */
  const called: Odds = new Map()
  return events.flatMap((event) => (event.type === "call" ? [answer(event)] : []))

  function answer(event: Extract<LogEvent, { type: "call" }>): CallLine {
    const { t, caller } = event
    const number = ("dials" in event ? shownAt(event.dials, t) : event.dials_number) ?? -1
    const before = caller === null ? undefined : byCaller.get(caller)
    let odds = firstCalls(number, t)
    let none = stray
    if (before) {
      odds = ofSamePerson(odds, before)
      none *= STRANGER
      addFurther(odds, before, number, t)
    } else if (caller === null) {
      // Of first calls few are withheld, of further calls of such a caller all.
      for (const [name, odd] of odds) odds.set(name, odd * world.withheld)
      none *= world.withheld
      for (const past of withheld) addFurther(odds, past, number, t)
    }
    const whole = [...odds.values()].reduce((sum, odd) => sum + odd, none)
    odds = new Map(
      [...odds].map(([name, odd]) => [name, odd / whole] as const).filter(([, odd]) => odd > NEXT_TO_NOTHING),
    )
    if (!before) for (const [name, odd] of odds) called.set(name, 1 - (1 - (called.get(name) ?? 0)) * (1 - odd))
    if (caller === null) withheld.push({ t, number, odds })
    else byCaller.set(caller, { t, number, odds })
    return answerOf(event.call, odds, visits)
  }

  /** Everybody who ever held the number, at the rate of his first call. */
  function firstCalls(number: number, t: number): Odds {
    const odds: Odds = new Map()
    for (const { t: since, visit: name } of onNumber.get(number) ?? []) {
      if (since > t) break
      const visit = visits.get(name)
      if (visit) odds.set(name, truth.rateOf(visit, t) * (1 - (called.get(name) ?? 0)))
    }
    return odds
  }

  /** Visits of the visitors who may have made the call before; who lost his cookie is a stranger. */
  function ofSamePerson(odds: Odds, before: Past): Odds {
    const visitors: Odds = new Map()
    for (const [name, odd] of before.odds) {
      const visitor = visits.get(name)?.visitor ?? ""
      visitors.set(visitor, (visitors.get(visitor) ?? 0) + odd)
    }
    const weigh = (name: string) => (visitors.get(visits.get(name)?.visitor ?? "") ?? 0) + STRANGER
    return new Map([...odds].map(([name, rate]) => [name, rate * weigh(name)]))
  }

  /** The same number once more, by whoever dialled it before. */
  function addFurther(odds: Odds, past: Past, number: number, t: number): void {
    if (past.number !== number || t - past.t > FURTHER_MS) return
    const rate = truth.furtherRate(t - past.t)
    for (const [name, odd] of past.odds) odds.set(name, (odds.get(name) ?? 0) + odd * rate)
  }
}

function readVisits(events: readonly LogEvent[]): Map<string, Known> {
  const visits = new Map<string, Known>()
  for (const event of events) {
    if (event.type === "visit" && !event.bot) {
      const { visitor, channel, device, t } = event
      visits.set(event.visit, { visitor, channel, mobile: device === "mobile", begun: t, signs: [] })
    } else if (event.type === "beat" || event.type === "hide" || event.type === "tap")
      visits.get(event.visit)?.signs.push({ t: event.t, kind: event.type })
  }
  return visits
}

function answerOf(call: string, odds: ReadonlyMap<string, number>, visits: ReadonlyMap<string, Known>): CallLine {
  const byVisitor = new Map<string, number>()
  const byChannel = new Map<string, number>()
  for (const [name, odd] of odds) {
    const visit = visits.get(name)
    if (!visit) continue
    byVisitor.set(visit.visitor, (byVisitor.get(visit.visitor) ?? 0) + odd)
    byChannel.set(visit.channel, (byChannel.get(visit.channel) ?? 0) + odd)
  }
  const best = (map: ReadonlyMap<string, number>) =>
    [...map].reduce<[string | null, number]>((top, one) => (one[1] > top[1] ? one : top), [null, 0])
  const [visitor, confidence] = best(byVisitor)
  const [channel, channel_confidence] = best(byChannel)
  return {
    call,
    visit: visitor,
    visitor,
    confidence,
    channel,
    channel_confidence,
    state: visitor === null ? "unattributed" : "attributed",
    shown: null,
  }
}

/** Which number a visit showed at a moment: its latest lease then. */
function showings(lent: readonly LentLine[]): (visit: string, t: number) => number | undefined {
  const byVisit = Map.groupBy(lent, ({ visit }) => visit)
  return (visit, t) => byVisit.get(visit)?.findLast((line) => line.t <= t)?.number
}

/** A stay's density, the chance of staying longer, and the mean of 1 / stay over longer stays, by age. */
function tableStay(densityOf: (s: number) => number) {
  const density = new Float64Array(STEPS + 1)
  const beyond = new Float64Array(STEPS + 1)
  const inverse = new Float64Array(STEPS + 1)
  for (let step = STEPS - 1; step >= 0; step--) {
    const middle = (step + 0.5) * STEP
    const mass = densityOf(middle) * STEP
    density[step] = mass / STEP
    beyond[step] = (beyond[step + 1] ?? 0) + mass
    inverse[step] = (inverse[step + 1] ?? 0) + mass / middle
  }
  const whole = beyond[0] || 1
  for (const table of [density, beyond, inverse])
    for (let step = 0; step <= STEPS; step++) table[step] = (table[step] ?? 0) / whole
  return { density, beyond, inverse }
}

function at(table: Float64Array, age: number): number {
  const place = Math.max(0, Math.min(STEPS, age / STEP))
  const step = Math.floor(place)
  const below = table[step] ?? 0
  return below + ((table[step + 1] ?? below) - below) * (place - step)
}

function lognormal(x: number, median: number, sigma: number): number {
  if (x <= 0) return 0
  const z = Math.log(x / median) / sigma
  return Math.exp(-(z * z) / 2) / (x * sigma * Math.sqrt(2 * Math.PI))
}

function lateDensity({ later }: Delay): (u: number) => number {
  const whole = later.reduce((sum, { share }) => sum + share, 0)
  const exact = (u: number) =>
    later.reduce((sum, { share, medianMs, sigma }) => sum + (share / whole) * lognormal(u, medianMs, sigma), 0)
  const table = Float64Array.from({ length: 25 * FINE }, (_, step) => exact(SECOND * Math.exp(step / FINE)))
  return (u) => {
    const place = Math.log(Math.max(SECOND, u) / SECOND) * FINE
    const step = Math.floor(place)
    const below = table[step] ?? 0
    return below + ((table[step + 1] ?? below) - below) * (place - step)
  }
}
