/** Seeded random draws: the same seed gives the same world on every machine. */
export interface Random {
  /** Uniform in 0..1. */
  unit(): number
  chance(probability: number): boolean
  exponential(mean: number): number
  /** Lognormal by its median and the deviation of its logarithm. */
  lognormal(median: number, sigma: number): number
  /** An index, drawn by weight. */
  weighted(weights: readonly number[]): number
}

/** Draws from mulberry32, a public-domain generator of 32 bits of state by Tommy Ettinger. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const normal = () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit())
  return {
    unit,
    chance: (probability) => unit() < probability,
    exponential: (mean) => -mean * Math.log(1 - unit()),
    lognormal: (median, sigma) => median * Math.exp(sigma * normal()),
    weighted: (weights) => {
      let rest = unit() * weights.reduce((sum, weight) => sum + weight, 0)
      const index = weights.findIndex((weight) => {
        rest -= weight
        return rest < 0
      })
      return index < 0 ? weights.length - 1 : index
    },
  }
}
