import { type Model, rateOf, WITHHELD } from "./hazard.js"

/** One visit that may have caused a call, as it stood when the call rang. */
export interface Contender {
  readonly visit: number
  readonly visitor: number
  readonly source: number
  readonly channel: string
  /** Its place in the table of rates: see `cellOf`. */
  readonly cell: number
  /** What its rate is multiplied by: less than 1 for a visitor who has called from another phone. */
  readonly weight: number
  /**
   * Of a caller heard before: how likely this visitor made his earlier calls. Of one who withholds his number: how likely this
   * visitor made a withheld call on this number lately, the less the longer ago.
   */
  readonly memory: number
  /** Ms since its last sign of life, and since it tapped this number (null: never). */
  readonly silence: number
  readonly tapAgo: number | null
  readonly hidden: boolean
  readonly shared: boolean
}

/** Visits that are not told apart: cell, channel, and how many (a fraction too). */
export type Crowd = readonly [cell: number, channel: string, weight: number]

/** Everything that was known of a call's causes when it rang. It is kept with the call, and never looked up again. */
export interface Observation {
  /** The caller was heard before on a number of a pool. */
  readonly known: boolean
  /** Of a caller heard before: how likely no visit caused his earlier calls. */
  readonly stray: number
  /** And how likely they were somebody's who is not among the contenders. */
  readonly others: number
  /** Those most likely to be right, one by one. */
  readonly contenders: readonly Contender[]
  readonly crowd: readonly Crowd[]
}

/** A caller heard before dials the same number again at this rate (28 % do, within a day or so), calls per ms. */
const REPEAT_RATE = 0.28 / (24 * 3_600_000)
/** How likely a caller heard before is somebody else this time: another person on his phone, a cookie that was lost. */
const STRANGER = 1e-4
/** A robot that has dialled a number dials on, calls per ms. */
const STRAY_REPEAT_RATE = 0.2 / (24 * 3_600_000)

/** What an observation comes to under a table of rates. Probabilities sum to 1 over visits, crowd and `stray`. */
export interface Posterior {
  /** In the order of the observation's contenders. */
  readonly contenders: readonly number[]
  readonly crowd: readonly number[]
  /** No visit caused the call. */
  readonly stray: number
}

/** One cause that is weighed: a visit, visits of one channel that are not told apart (visit null), or none (both null). */
export interface Claim {
  readonly visit: number | null
  readonly channel: string | null
}

/** How likely what else is known of the call is under a cause; 1 says nothing. */
export type Likelihood = (claim: Claim) => number

const NO_VISIT: Claim = { visit: null, channel: null }

/**
 * The probability of each cause: its rate over the sum of all rates, competing Poisson sources. Of a caller heard before,
 * the visitors of his earlier calls weigh as much as they were likely then, all others next to nothing.
 */
export function weigh(observation: Observation, model: Model, likelihood: Likelihood = () => 1): Posterior {
  const { known, others } = observation
  // Who withheld his number does so again; of the others, few do.
  const again = REPEAT_RATE / (model.withheld ?? WITHHELD)
  const scores = observation.contenders.map((contender) => {
    const rate = rateOf(model, contender.cell, contender.channel) * contender.weight
    const prior = known ? contender.memory * (rate + REPEAT_RATE) + STRANGER * rate : rate + contender.memory * again
    return prior * likelihood(contender)
  })
  const rates = observation.crowd.map(
    ([cell, channel, weight]) => rateOf(model, cell, channel) * weight * likelihood({ visit: null, channel }),
  )
  const all = sum(rates)
  const crowd = known
    ? rates.map((rate) => STRANGER * rate + (all === 0 ? 0 : (others * REPEAT_RATE * rate) / all))
    : rates
  const stray =
    (known ? observation.stray * STRAY_REPEAT_RATE + STRANGER * model.stray : model.stray) * likelihood(NO_VISIT)
  const total = sum(scores) + sum(crowd) + stray
  return {
    contenders: scores.map((score) => score / total),
    crowd: crowd.map((score) => score / total),
    stray: stray / total,
  }
}

/** The probability of each channel. */
export function weighChannels({ contenders, crowd }: Observation, posterior: Posterior): Map<string, number> {
  const channels = new Map<string, number>()
  const add = (channel: string, probability: number) =>
    channels.set(channel, (channels.get(channel) ?? 0) + probability)
  for (const [index, { channel }] of contenders.entries()) add(channel, posterior.contenders[index] ?? 0)
  for (const [index, [, channel]] of crowd.entries()) add(channel, posterior.crowd[index] ?? 0)
  return channels
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

type Packed = [
  visit: number,
  visitor: number,
  source: number,
  channel: string,
  cell: number,
  weight: number,
  memory: number,
  silence: number,
  tapAgo: number | null,
  flags: number,
]

/** An observation as text for the database, about a kilobyte. */
export function packObservation({ known, stray, others, contenders, crowd }: Observation): string {
  const packed = contenders.map(
    (one): Packed => [
      one.visit,
      one.visitor,
      one.source,
      one.channel,
      one.cell,
      one.weight,
      one.memory,
      one.silence,
      one.tapAgo,
      (one.hidden ? 1 : 0) + (one.shared ? 2 : 0),
    ],
  )
  const shortened = crowd.map(([cell, channel, weight]) => [cell, channel, Number(weight.toPrecision(4))])
  return JSON.stringify([known ? 1 : 0, stray, others, packed, shortened])
}

/** Reads back what `packObservation` wrote. */
export function unpackObservation(text: string): Observation {
  const [known, stray, others, contenders, crowd] = JSON.parse(text) as [number, number, number, Packed[], Crowd[]]
  return {
    known: known === 1,
    stray,
    others,
    crowd,
    contenders: contenders.map(
      ([visit, visitor, source, channel, cell, weight, memory, silence, tapAgo, flags]): Contender => ({
        visit,
        visitor,
        source,
        channel,
        cell,
        weight,
        memory,
        silence,
        tapAgo,
        hidden: (flags & 1) !== 0,
        shared: (flags & 2) !== 0,
      }),
    ),
  }
}
