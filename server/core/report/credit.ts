import { DAY_MS } from "../../../shared/calendar.js"

// How a conversion is credited to the visits before it. Models that look at one journey at a time answer a weight for each
// touch; the data-driven ones look at all journeys together and answer a share for each group (a channel, a campaign).

/** Models that judge a journey by itself. */
export const TOUCH_MODELS = [
  "first",
  "last",
  "last_non_direct",
  "linear",
  "time_decay",
  "position",
  "w_shaped",
] as const
export type TouchModel = (typeof TOUCH_MODELS)[number]

/** Half-life of `time_decay` ("half-life is 1 week", Google Ads API, AttributionModelEnum). */
const HALF_LIFE_MS = 7 * DAY_MS
/** `position`: "40 % first and last, 20 % among others" (the same source). */
const ENDS = 0.4
/** `w_shaped`: first touch, lead and opportunity (a convention of vendors, no standard); the rest share what remains. */
const PEAK = 0.3

/** A visit, or another contact, before a conversion. */
export interface Touch {
  /** When it began, ms. */
  readonly at: number
  /** Whether nobody knows where it came from. */
  readonly direct: boolean
}

/** What a model needs of the conversion itself. */
export interface Conversion {
  /** When it happened, ms. */
  readonly at: number
  /** When its lead was made and when that became an opportunity, ms; absent: with the conversion. */
  readonly lead_at?: number | null
  readonly opportunity_at?: number | null
}

/**
 * The weight of each touch of a journey, in the order of the touches, which is that of time. The weights are never negative
 * and sum to 1; without touches there are none.
 */
export function weighTouches(model: TouchModel, touches: readonly Touch[], conversion: Conversion): number[] {
  const count = touches.length
  if (count === 0) return []
  if (model === "linear") return touches.map(() => 1 / count)
  if (model === "time_decay") return normal(decay(touches, conversion.at))
  if (model === "position") return normal(touches.map((_, index) => position(index, count)))
  if (model === "w_shaped") return normal(peaks(touches, conversion))
  const chosen = { first: 0, last: count - 1, last_non_direct: lastNonDirect(touches) }[model]
  return touches.map((_, index) => (index === chosen ? 1 : 0))
}

/** Relative to the youngest touch, so that an old journey's weights do not all vanish. */
function decay(touches: readonly Touch[], at: number): number[] {
  const ages = touches.map((touch) => Math.max(0, at - touch.at))
  const youngest = Math.min(...ages)
  return ages.map((age) => 2 ** ((youngest - age) / HALF_LIFE_MS))
}

function position(index: number, count: number): number {
  if (count <= 2) return 1
  return index === 0 || index === count - 1 ? ENDS : (1 - 2 * ENDS) / (count - 2)
}

/** A touch that is two peaks at once has both; where every touch is a peak, the rest is theirs in proportion. */
function peaks(touches: readonly Touch[], { at, lead_at, opportunity_at }: Conversion): number[] {
  const places = [0, lastBefore(touches, lead_at ?? at), lastBefore(touches, opportunity_at ?? at)]
  const rest = touches.length - new Set(places).size
  return touches.map((_, index) => {
    const here = places.filter((place) => place === index).length
    return here > 0 ? here * PEAK : (1 - 3 * PEAK) / rest
  })
}

/** The touch that led there: the last one that began by then. */
function lastBefore(touches: readonly Touch[], at: number): number {
  return Math.max(
    0,
    touches.findLastIndex((touch) => touch.at <= at),
  )
}

function lastNonDirect(touches: readonly Touch[]): number {
  const known = touches.findLastIndex(({ direct }) => !direct)
  return known >= 0 ? known : touches.length - 1
}

function normal(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}

/** Journeys that are alike: the groups they went through in the order of time, how many ended in a conversion, how many in none. */
export interface Path<Group> {
  readonly steps: readonly Group[]
  readonly conversions: number
  readonly lost: number
}

/**
 * The Shapley value of each group, its sum the conversions. The worth of a set of groups is the conversions of the journeys
 * that stayed within it; the value then has a closed form: each journey's conversions in equal parts to its distinct groups
 * (Zhao, Mahboobi, Bagheri 2018, "Shapley Value Methods for Attribution Modeling in Online Advertising", theorem 1).
 */
export function shapley<Group>(paths: Iterable<Path<Group>>): Map<Group, number> {
  const credit = new Map<Group, number>()
  for (const { steps, conversions } of paths) {
    const groups = new Set(steps)
    for (const group of groups) credit.set(group, (credit.get(group) ?? 0) + conversions / groups.size)
  }
  return credit
}

/**
 * The share of each group in all conversions by its removal effect in a first-order Markov chain over the journeys (Anderl,
 * Becker, von Wangenheim, Schumann 2016, "Mapping the customer journey"): by how much fewer journeys would convert if
 * everything that leads to the group were lost. Exact: the chain's absorption is solved, not simulated. Repeats in a row
 * are one step. The shares sum to 1; without conversions there are none.
 *
 * With N the chain's fundamental matrix and x the probability of converting from a group, the conversions that pass g are
 * N[start,g] / N[g,g] * x[g]: one inversion serves all removals. Its time grows with the cube of the number of groups.
 */
export function markovShares<Group>(paths: Iterable<Path<Group>>): Map<Group, number> {
  const { groups, moves, wins, starts } = countMoves(paths)
  const inverse = invert(moves.map((row, from) => row.map((share, to) => (from === to ? 1 : 0) - share)))
  const reach = groups.map((_, to) => starts.reduce((sum, share, from) => sum + share * (inverse[from]?.[to] ?? 0), 0))
  const effects = groups.map((_, group) => {
    const row = inverse[group] ?? new Float64Array(0)
    const converts = row.reduce((sum, share, to) => sum + share * (wins[to] ?? 0), 0)
    return Math.max(0, ((reach[group] ?? 0) / (row[group] ?? 1)) * converts)
  })
  const total = effects.reduce((sum, effect) => sum + effect, 0)
  return total === 0 ? new Map() : new Map(groups.map((group, index) => [group, (effects[index] ?? 0) / total]))
}

/** The chain: probabilities between groups, from each to a conversion, and of beginning at each. */
function countMoves<Group>(paths: Iterable<Path<Group>>) {
  const places = new Map<Group, number>()
  const placeOf = (group: Group) => {
    const known = places.get(group)
    if (known !== undefined) return known
    places.set(group, places.size)
    return places.size - 1
  }
  const counts: Map<number, number>[] = []
  const outs: number[] = []
  const wins: number[] = []
  const starts: number[] = []
  let begun = 0
  for (const { steps, conversions, lost } of paths) {
    const weight = conversions + lost
    const merged = steps.map(placeOf).filter((place, index, all) => place !== all[index - 1])
    const [first] = merged
    if (first === undefined || weight === 0) continue
    begun += weight
    starts[first] = (starts[first] ?? 0) + weight
    for (const [index, from] of merged.entries()) {
      outs[from] = (outs[from] ?? 0) + weight
      const to = merged[index + 1]
      if (to === undefined) wins[from] = (wins[from] ?? 0) + conversions
      else {
        const row = counts[from] ?? new Map<number, number>()
        counts[from] = row
        row.set(to, (row.get(to) ?? 0) + weight)
      }
    }
  }
  const groups = [...places.keys()]
  return {
    groups,
    moves: groups.map((_, from) => groups.map((_, to) => ratio(counts[from]?.get(to), outs[from]))),
    wins: groups.map((_, group) => ratio(wins[group], outs[group])),
    starts: groups.map((_, group) => ratio(starts[group], begun)),
  }
}

function ratio(part: number | undefined, whole: number | undefined): number {
  return part === undefined || !whole ? 0 : part / whole
}

/** Gauss-Jordan with partial pivoting. I - Q of an absorbing chain always has an inverse. */
function invert(matrix: readonly (readonly number[])[]): Float64Array[] {
  const size = matrix.length
  const rows = matrix.map((row, index) => {
    const wide = new Float64Array(2 * size)
    wide.set(row)
    wide[size + index] = 1
    return wide
  })
  for (let column = 0; column < size; column++) {
    let pivot = column
    for (let row = column + 1; row < size; row++)
      if (Math.abs(cell(rows, row, column)) > Math.abs(cell(rows, pivot, column))) pivot = row
    const best = rows[pivot] ?? new Float64Array(0)
    rows[pivot] = rows[column] ?? best
    rows[column] = best
    const scale = 1 / (best[column] ?? 1)
    for (let place = column; place < 2 * size; place++) best[place] = (best[place] ?? 0) * scale
    for (const [index, row] of rows.entries()) {
      const factor = row[column] ?? 0
      if (index === column || factor === 0) continue
      for (let place = column; place < 2 * size; place++) row[place] = (row[place] ?? 0) - factor * (best[place] ?? 0)
    }
  }
  return rows.map((row) => row.subarray(size))
}

function cell(rows: readonly Float64Array[], row: number, column: number): number {
  return rows[row]?.[column] ?? 0
}
