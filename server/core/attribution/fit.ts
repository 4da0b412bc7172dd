import type { Exposure } from "./exposure.js"
import {
  AGES,
  ageCellAt,
  BINS,
  CELLS,
  cellAt,
  KINDS,
  type Model,
  PRIOR,
  partsOf,
  rateOf,
  SILENCE_CELLS,
  TAP_STARTS,
  tapCellAt,
  traitsOf,
  WITHHELD,
} from "./hazard.js"
import type { Crowd } from "./posterior.js"

/** One call to learn from: the cells that competed for it, and what is certain of it (by a person's word). */
export interface Sample {
  readonly cells: readonly Crowd[]
  readonly certain: "visit" | "stray" | null
}

export interface Evidence {
  readonly samples: readonly Sample[]
  readonly exposure: Exposure
  /** Of callers, how many withheld their number. */
  readonly withheld?: number
  /** Ms that numbers of pools could be dialled, together. */
  readonly numberMs: number
  /** Where to start from: the table in use. */
  readonly start: Model
}

const ROUNDS = 15
/** Calls that the prior is worth: in each bin, for each kind's own shape, for a channel, after a tap, for stray calls. */
const BIN_CALLS = 1.5
const KIND_CALLS = 5
const CELL_CALLS = 8
const CHANNEL_CALLS = 15
const TAP_CALLS = 3
const STRAY_CALLS = 2

/**
 * The table of rates under which the calls are likeliest, by expectation-maximisation: no call says who made it, so each is
 * shared out over those who could have, in proportion to their rates, and the rates are then calls per time (Dempster, Laird
 * and Rubin 1977). Rates never grow with silence (pool adjacent violators), and the prior counts as a few calls.
 */
export function fitModel({ samples, exposure, numberMs, start, withheld = WITHHELD }: Evidence): Model {
  const channels = [
    ...new Set([...exposure.keys(), ...samples.flatMap(({ cells }) => cells.map(([, channel]) => channel))]),
  ]
  const calls = samples.map((sample) => indexCells(sample, channels))
  let model = start
  for (let round = 0; round < ROUNDS; round++)
    model = maximise(expect(calls, channels, model), exposure, numberMs, model)
  return {
    rates: model.rates.map((rate) => Number(rate.toPrecision(6))),
    channels: Object.fromEntries(
      Object.entries(model.channels).map(([name, factor]) => [name, Number(factor.toPrecision(4))]),
    ),
    stray: model.stray,
    withheld,
  }
}

/** A sample with its cells and channels as indices: the inner loop reads nothing else. */
interface Call {
  readonly cell: Int16Array
  readonly channel: Int16Array
  readonly weight: Float64Array
  readonly share: Float64Array
  readonly certain: Sample["certain"]
}

function indexCells({ cells, certain }: Sample, channels: readonly string[]): Call {
  const indices = new Map(channels.map((channel, index) => [channel, index]))
  // Who stands between two cells is a part of him in each.
  const parts = cells.flatMap(([place, channel, weight]) =>
    partsOf(place).map(([cell, part]) => ({ cell, channel: indices.get(channel) ?? 0, weight: weight * part })),
  )
  return {
    cell: Int16Array.from(parts, ({ cell }) => cell),
    channel: Int16Array.from(parts, ({ channel }) => channel),
    weight: Float64Array.from(parts, ({ weight }) => weight),
    share: new Float64Array(parts.length),
    certain,
  }
}

interface Expected {
  readonly cells: Float64Array
  readonly channels: Map<string, number>
  readonly stray: number
}

/** How many calls each cell, each channel and nobody is expected to have made. */
function expect(calls: readonly Call[], channels: readonly string[], model: Model): Expected {
  const rates = Float64Array.from({ length: CELLS }, (_, cell) => rateOf(model, cell, ""))
  const factors = Float64Array.from(channels, (channel) => model.channels[channel] ?? 1)
  const byCell = new Float64Array(CELLS)
  const byChannel = new Float64Array(channels.length)
  let stray = 0
  for (const { cell, channel, weight, share, certain } of calls) {
    if (certain === "stray") {
      stray++
      continue
    }
    let total = certain === "visit" ? 0 : model.stray
    for (let index = 0; index < cell.length; index++) {
      const rate = (rates[cell[index] ?? 0] ?? 0) * (factors[channel[index] ?? 0] ?? 1) * (weight[index] ?? 0)
      share[index] = rate
      total += rate
    }
    if (total === 0) continue
    for (let index = 0; index < cell.length; index++) {
      const part = (share[index] ?? 0) / total
      byCell[cell[index] ?? 0] = (byCell[cell[index] ?? 0] ?? 0) + part
      byChannel[channel[index] ?? 0] = (byChannel[channel[index] ?? 0] ?? 0) + part
    }
    if (certain === null) stray += model.stray / total
  }
  return { cells: byCell, channels: new Map(channels.map((name, index) => [name, byChannel[index] ?? 0])), stray }
}

function maximise(expected: Expected, exposure: Exposure, numberMs: number, model: Model): Model {
  const time = new Float64Array(CELLS)
  for (const [channel, cells] of exposure) {
    const factor = model.channels[channel] ?? 1
    for (let cell = 0; cell < CELLS; cell++) time[cell] = (time[cell] ?? 0) + factor * (cells[cell] ?? 0)
  }
  const rates = fitKinds(expected.cells, time)
  for (let bin = 0; bin < TAP_STARTS.length; bin++) {
    const cell = tapCellAt(bin)
    rates[cell] = shrink(expected.cells[cell] ?? 0, time[cell] ?? 0, PRIOR.rates[cell] ?? 0, TAP_CALLS)
  }
  return {
    rates: [...rates],
    channels: fitChannels(expected.channels, exposure, rates),
    stray: shrink(expected.stray, numberMs, PRIOR.stray, STRAY_CALLS),
  }
}

/** Three levels: all visits in a bin, each kind's factor, each cell's own shape; each leans on the level above it. */
function fitKinds(calls: Float64Array, time: Float64Array): Float64Array {
  const rates = new Float64Array(CELLS)
  // Pages that are open are a matter of their own: who is looking at the number is another question than who comes back to it.
  fitLevels(OPEN, calls, time, rates)
  fitLevels(GONE, calls, time, rates)
  for (let kind = 0; kind < KINDS; kind++) {
    const first = cellAt(kind, 0)
    rates.set(falling(rates.subarray(first, first + BINS), time.subarray(first, first + BINS)), first)
  }
  return rates
}

function fitLevels(
  { cells, bases, factors }: Table,
  calls: Float64Array,
  time: Float64Array,
  rates: Float64Array,
): void {
  const factorOf = new Map(factors.map(({ key, prior }) => [key, prior]))
  const baseOf = new Map(bases.map(({ key, prior }) => [key, prior]))
  for (let turn = 0; turn < 3; turn++) {
    for (const { key, members, prior } of bases) {
      let n = 0
      let t = 0
      for (const { cell, factor } of members) {
        n += calls[cell] ?? 0
        t += (time[cell] ?? 0) * (factorOf.get(factor) ?? 1)
      }
      baseOf.set(key, shrink(n, t, prior, BIN_CALLS))
    }
    for (const { key, members, prior } of factors) {
      let n = 0
      let wanted = 0
      for (const { cell, base } of members) {
        n += calls[cell] ?? 0
        wanted += (time[cell] ?? 0) * (baseOf.get(base) ?? 0)
      }
      factorOf.set(key, shrink(n, wanted, prior, KIND_CALLS))
    }
  }
  for (const { cell, base, factor } of cells) {
    const above = (baseOf.get(base) ?? 0) * (factorOf.get(factor) ?? 1)
    rates[cell] = shrink(calls[cell] ?? 0, time[cell] ?? 0, above, CELL_CALLS)
  }
}

/** Calls per time, leaning on `prior` as if it were `strength` calls more. */
function shrink(calls: number, time: number, prior: number, strength: number): number {
  return prior === 0 ? 0 : (calls + strength) / (time + strength / prior)
}

function fitChannels(
  calls: ReadonlyMap<string, number>,
  exposure: Exposure,
  rates: Float64Array,
): Record<string, number> {
  const factors: Record<string, number> = {}
  for (const [channel, cells] of exposure) {
    let wanted = 0
    for (let cell = 0; cell < CELLS; cell++) wanted += (cells[cell] ?? 0) * (rates[cell] ?? 0)
    factors[channel] = ((calls.get(channel) ?? 0) + CHANNEL_CALLS) / (wanted + CHANNEL_CALLS)
  }
  return factors
}

/** A cell, the row it shares with all kinds (`base`), and what its kind shares in all rows (`factor`). */
interface Cell {
  readonly cell: number
  readonly base: number
  readonly factor: number
}

/** Cells that belong together, and what the prior says of their rows and kinds. */
interface Table {
  readonly cells: readonly Cell[]
  readonly bases: readonly Group[]
  readonly factors: readonly Group[]
}

interface Group {
  readonly key: number
  readonly members: readonly Cell[]
  readonly prior: number
}

/** Visits that were left or fell silent: a page that was left is another matter than one that fell silent. */
const GONE = tableOf(
  Array.from({ length: SILENCE_CELLS }, (_, cell) => {
    const kind = Math.floor(cell / BINS)
    return { cell, base: (traitsOf(kind).hidden ? BINS : 0) + (cell % BINS), factor: kind & 7 }
  }),
)
/** Open pages, by age and device. */
const OPEN = tableOf(
  [false, true].flatMap((mobile) =>
    Array.from({ length: AGES }, (_, bin) => ({ cell: ageCellAt(mobile, bin), base: bin, factor: mobile ? 1 : 0 })),
  ),
)

function tableOf(cells: readonly Cell[]): Table {
  const priorOf = ({ cell }: Cell) => PRIOR.rates[cell] ?? 0
  const bases = groupBy(cells, ({ base }) => base).map(([key, members]) => ({
    key,
    members,
    prior: mean(members.map(priorOf)),
  }))
  const baseOf = new Map(bases.map(({ key, prior }) => [key, prior]))
  const factors = groupBy(cells, ({ factor }) => factor).map(([key, members]) => ({
    key,
    members,
    prior: mean(members.map((member) => priorOf(member) / (baseOf.get(member.base) || 1))),
  }))
  return { cells, bases, factors }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function groupBy(cells: readonly Cell[], keyOf: (cell: Cell) => number): [number, Cell[]][] {
  const groups = new Map<number, Cell[]>()
  for (const cell of cells) {
    const key = keyOf(cell)
    const group = groups.get(key)
    if (group) group.push(cell)
    else groups.set(key, [cell])
  }
  return [...groups]
}

/**
 * The closest values that never grow, weighted: pool adjacent violators (Ayer et al. 1955). Where two neighbours are in the
 * wrong order, both become their mean.
 */
export function falling(values: ArrayLike<number>, weights: ArrayLike<number>): number[] {
  const runs: { value: number; weight: number; length: number }[] = []
  for (let index = 0; index < values.length; index++) {
    runs.push({ value: values[index] ?? 0, weight: Math.max(weights[index] ?? 0, Number.MIN_VALUE), length: 1 })
    for (;;) {
      const last = runs.at(-1)
      const before = runs.at(-2)
      if (!last || !before || before.value >= last.value) break
      const weight = before.weight + last.weight
      runs.splice(-2, 2, {
        value: (before.value * before.weight + last.value * last.weight) / weight,
        weight,
        length: before.length + last.length,
      })
    }
  }
  return runs.flatMap(({ value, length }) => Array.from({ length }, () => value))
}
