/** How a cost without a channel of its own is shared; "" leaves it where it is, in the row without a channel. */
export type Spread = "" | "share" | "calls" | "talk"

/** What a group (a channel) had in the span of a query. */
export interface Traffic {
  readonly key: string
  readonly visits: number
  readonly calls: number
  readonly talk_s: number
}

/** What is shared in one way, summed: integer minor units, negative for credit notes. */
export interface SharedCost {
  readonly spread: Spread
  readonly amount: number
}

/**
 * Shared costs given to groups at query time: by key, integer minor units; the key null holds what stays with nobody.
 * `share` divides evenly among the groups with any visit or call, `calls` by their calls, `talk` by their seconds of talk;
 * where nobody called or talked, evenly among those with traffic; where there was none, or the spread is "", the cost stays
 * under null. The sum of the answer is the sum of the costs, exactly; the order of costs and groups does not matter. Costs of
 * one spread are summed before they are divided, so give those of one query (and one bucket of time) together.
 */
export function allocateShared(costs: readonly SharedCost[], groups: readonly Traffic[]): Map<string | null, number> {
  const known = groups
    .filter(({ visits, calls }) => visits > 0 || calls > 0)
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  const sums = new Map<Spread, number>()
  for (const { spread, amount } of costs) sums.set(spread, (sums.get(spread) ?? 0) + amount)
  const parts = new Map<string | null, number>()
  const give = (key: string | null, amount: number) => {
    if (amount !== 0) parts.set(key, (parts.get(key) ?? 0) + amount)
  }
  for (const [spread, amount] of sums) {
    if (spread === "" || known.length === 0) give(null, amount)
    else
      for (const [index, part] of divide(amount, weightsOf(spread, known)).entries())
        give(known[index]?.key ?? null, part)
  }
  return parts
}

function weightsOf(spread: Spread, groups: readonly Traffic[]): number[] {
  const weights = groups.map(({ calls, talk_s }) => (spread === "calls" ? calls : spread === "talk" ? talk_s : 1))
  return weights.some((weight) => weight > 0) ? weights : groups.map(() => 1)
}

/** Fractional weights (credits of a model) are rounded to this many parts of the largest, so that the division is exact. */
const FINENESS = 2 ** 40

/**
 * An integer amount divided in proportion to weights (not negative, some positive) by largest remainders; equal remainders go
 * to the earlier. The parts sum to the amount exactly, each is within one of its exact share, a weight of 0 gets nothing, and
 * a negative amount is divided as its opposite.
 */
export function divide(amount: number, weights: readonly number[]): number[] {
  const whole = weights.map(wholeOf(weights))
  const total = whole.reduce((sum, weight) => sum + weight, 0n)
  if (total === 0n) return weights.map(() => 0)
  const size = BigInt(Math.abs(amount))
  const shares = whole.map((weight, index) => ({
    index,
    part: (size * weight) / total,
    rest: (size * weight) % total,
  }))
  let left = Number(size - shares.reduce((sum, { part }) => sum + part, 0n))
  const parts = shares.map(({ part }) => Number(part))
  for (const { index } of [...shares].sort((a, b) =>
    a.rest === b.rest ? a.index - b.index : a.rest < b.rest ? 1 : -1,
  )) {
    if (left-- <= 0) break
    parts[index] = (parts[index] ?? 0) + 1
  }
  return amount < 0 ? parts.map((part) => (part === 0 ? 0 : -part)) : parts
}

/** Weights as integers: as they are, or scaled where any has a fraction. */
function wholeOf(weights: readonly number[]): (weight: number) => bigint {
  if (weights.every(Number.isSafeInteger)) return (weight) => BigInt(Math.max(0, weight))
  const largest = Math.max(...weights)
  return (weight) => BigInt(Math.max(0, Math.round((weight / largest) * FINENESS)))
}

/** An integer amount in equal parts: what does not divide goes to the first ones, one each. */
export function divideEvenly(amount: number, count: number): number[] {
  const size = Math.abs(amount)
  const part = Math.floor(size / count)
  const more = size - part * count
  const sign = amount < 0 ? -1 : 1
  return Array.from({ length: count }, (_, index) => sign * (part + (index < more ? 1 : 0)) || 0)
}
