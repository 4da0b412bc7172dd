// How far a figure of few events may be from what it would be of many: 95 % intervals.

/** The normal quantile of 0.975. */
const Z = 1.959964

export type Interval = readonly [low: number, high: number]

/** Wilson's score interval of a share (Wilson 1927; Brown, Cai, DasGupta 2001 recommend it for small samples); null of nothing. */
export function wilson(part: number, whole: number): Interval | null {
  if (whole <= 0 || part < 0 || part > whole) return null
  const share = part / whole
  const middle = share + Z ** 2 / (2 * whole)
  const reach = Z * Math.sqrt((share * (1 - share)) / whole + Z ** 2 / (4 * whole ** 2))
  const scale = 1 + Z ** 2 / whole
  return [Math.max(0, (middle - reach) / scale), Math.min(1, (middle + reach) / scale)]
}

/**
 * The interval of a count of independent events by Byar's approximation of the exact Poisson limits (Breslow, Day 1987,
 * "Statistical Methods in Cancer Research II", section 2.3); within 2 % of the exact ones from one event on.
 */
export function poisson(count: number): Interval {
  const low = count <= 0 ? 0 : count * (1 - 1 / (9 * count) - Z / (3 * Math.sqrt(count))) ** 3
  const next = count + 1
  return [low, next * (1 - 1 / (9 * next) + Z / (3 * Math.sqrt(next))) ** 3]
}
