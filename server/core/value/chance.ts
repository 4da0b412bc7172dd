// What many independent chances come to: the distribution of how many happen, and of what those bring.

/** One chance: its probability, and what it brings if it happens (0 or more, any unit). */
export interface Chance {
  readonly probability: number
  readonly value: number
}

/** The mean of a sum of chances and the range that holds `level` of its outcomes, as much on either side. */
export interface Outcome {
  readonly expected: number
  readonly low: number
  readonly high: number
}

/** Chances that are convolved one by one; more come so near to the normal law that it serves. */
const EXACT = 2000
/** Points of the grid: a range is known to a thousandth of the whole. */
const POINTS = 2048

/**
 * How many of some chances happen: the Poisson-binomial law, exact by convolution up to 2,000 chances (Hong, "On computing
 * the distribution function for the Poisson binomial distribution", 2013), beyond it the normal law with its mean and
 * variance. The range is made of the law's own quantiles.
 */
export function countOutcome(probabilities: readonly number[], level: number): Outcome {
  return valueOutcome(
    probabilities.map((probability) => ({ probability, value: 1 })),
    level,
  )
}

/**
 * What some chances bring together: their values convolved on a grid of 2,048 points, each value shared between its two
 * neighbours so that the mean stays exact; whole counts within the grid are exact. Beyond 2,000 chances the normal law.
 */
export function valueOutcome(chances: readonly Chance[], level: number): Outcome {
  const whole = chances.reduce((sum, { value }) => sum + value, 0)
  const expected = chances.reduce((sum, { probability, value }) => sum + probability * value, 0)
  if (whole === 0) return { expected: 0, low: 0, high: 0 }
  const counted = chances.every(({ value }) => value === 1)
  const tail = (1 - level) / 2
  if (chances.length > EXACT) return normalOutcome(chances, expected, whole, tail)
  const step = counted ? 1 : whole / (POINTS - 1)
  const law = convolve(chances, step, counted ? chances.length + 1 : POINTS + 1)
  return {
    expected,
    low: Math.min(quantileOf(law, tail) * step, whole),
    high: Math.min(quantileOf(law, 1 - tail) * step, whole),
  }
}

function convolve(chances: readonly Chance[], step: number, points: number): Float64Array {
  const law = new Float64Array(points)
  law[0] = 1
  let last = 0
  for (const { probability, value } of chances) {
    const place = value / step
    const below = Math.floor(place + 1e-9)
    const upper = Math.max(0, place - below)
    for (let at = last; at >= 0; at--) {
      const mass = (law[at] ?? 0) * probability
      if (mass === 0) continue
      law[at] = (law[at] ?? 0) - mass
      const lower = Math.min(at + below, points - 1)
      const next = Math.min(lower + 1, points - 1)
      law[lower] = (law[lower] ?? 0) + mass * (1 - upper)
      law[next] = (law[next] ?? 0) + mass * upper
    }
    last = Math.min(points - 1, last + below + (upper > 0 ? 1 : 0))
  }
  return law
}

function quantileOf(law: Float64Array, share: number): number {
  let sum = 0
  for (let at = 0; at < law.length; at++) {
    sum += law[at] ?? 0
    // A hair's breadth, so that the sum of many parts does not miss a bound that it meets.
    if (sum >= share - 1e-12) return at
  }
  return law.length - 1
}

function normalOutcome(chances: readonly Chance[], expected: number, whole: number, tail: number): Outcome {
  const variance = chances.reduce(
    (sum, { probability, value }) => sum + probability * (1 - probability) * value ** 2,
    0,
  )
  const reach = normalQuantile(1 - tail) * Math.sqrt(variance)
  return { expected, low: Math.max(0, expected - reach), high: Math.min(whole, expected + reach) }
}

/** The quantile of the standard normal law, by bisection of Abramowitz and Stegun 26.2.17 (error below 1e-6). */
function normalQuantile(share: number): number {
  let [low, high] = [-8, 8]
  for (let turn = 0; turn < 60; turn++) {
    const middle = (low + high) / 2
    if (normalLaw(middle) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function normalLaw(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z))
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  const upper =
    density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return z >= 0 ? 1 - upper : upper
}
