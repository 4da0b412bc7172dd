import { cellOf, type Model, rateOf } from "../attribution/hazard.js"

// What share of first calls a pool of so many numbers leads to the right visitor. A number is lent to one visit after the
// other; at any moment each of its lessees may call, at the rate of his silence, and the answer names the likeliest. So the
// calls that are answered rightly come at the rate of the likeliest, and all calls at the sum of the rates.

const SECOND = 1000
const HOUR = 3600 * SECOND
const HORIZON_MS = 40 * 24 * HOUR
/** Lessees that are looked at one by one; those before them are a crowd whose rates are summed. */
const LESSEES = 48
/** Moments that are looked at in each class of hours, and classes of hours by their traffic. */
const MOMENTS = 40
const CLASSES = 12

/** How long visits stay and how many do so: nearly half are glances, as on most sites. */
const STAYS: readonly { readonly share: number; readonly ms: number }[] = [
  { share: 0.4, ms: 7 * SECOND },
  { share: 0.12, ms: 28 * SECOND },
  { share: 0.28, ms: 100 * SECOND },
  { share: 0.2, ms: 320 * SECOND },
]
const MOBILE = 0.6

/** The expected share of first calls with the right visitor, 0 to 1; `hours` are the visits of each hour with any. */
export function expectAccuracy(
  model: Model,
  { numbers, hours }: { numbers: number; hours: readonly number[] },
): number {
  if (numbers === 0 || hours.length === 0) return 0
  const sorted = [...hours].sort((a, b) => a - b)
  const draw = createDraws()
  let right = 0
  let all = 0
  for (let part = 0; part < CLASSES; part++) {
    const visits = sorted[Math.floor(((part + 0.5) / CLASSES) * sorted.length)] ?? 1
    const gap = (HOUR * numbers) / visits
    const crowd = crowdRate(model, gap)
    for (let moment = 0; moment < MOMENTS; moment++) {
      let sum = crowd
      let most = 0
      for (let lessee = 0; lessee < LESSEES; lessee++) {
        const rate = rateAt(model, gap * (lessee + (moment + 0.5) / MOMENTS), draw)
        sum += rate
        if (rate > most) most = rate
      }
      // Each number stands for as many as there are: calls come to all of them.
      right += most
      all += sum
    }
  }
  return all === 0 ? 0 : right / all
}

/** The rate of a visit that began `age` ms ago, its stay and device drawn. */
function rateAt(model: Model, age: number, draw: () => number): number {
  const stay = stayFor(draw())
  const mobile = draw() < MOBILE
  const hidden = age > stay
  const stayed = Math.min(age, stay)
  const cell = cellOf({ hidden, mobile, pages: 1, stayed, silence: age - stayed, tapAgo: null })
  return rateOf(model, cell, "")
}

function stayFor(unit: number): number {
  let rest = unit
  for (const { share, ms } of STAYS) {
    rest -= share
    if (rest < 0) return ms
  }
  return STAYS[0]?.ms ?? 0
}

/** The rates of all lessees before the ones that are looked at, together. */
function crowdRate(model: Model, gap: number): number {
  let sum = 0
  const begun = gap * LESSEES
  const steps = 60
  const ratio = (HORIZON_MS / begun) ** (1 / steps)
  if (ratio <= 1) return 0
  for (let step = 0, start = begun; step < steps; step++, start *= ratio) {
    const silence = start * Math.sqrt(ratio)
    let mean = 0
    for (const { share, ms } of STAYS)
      for (const mobile of [false, true]) {
        const cell = cellOf({ hidden: true, mobile, pages: 1, stayed: ms, silence, tapAgo: null })
        mean += share * (mobile ? MOBILE : 1 - MOBILE) * rateOf(model, cell, "")
      }
    sum += (mean * start * (ratio - 1)) / gap
  }
  return sum
}

/** The same draws each time: a forecast does not change between two readings. */
function createDraws(): () => number {
  let state = 7
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}
