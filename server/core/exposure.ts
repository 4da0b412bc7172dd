import {
  AGES,
  ageBinOf,
  ageCellAt,
  BIN_STARTS,
  BINS,
  binEnd,
  CELLS,
  cellAt,
  STAY_STARTS,
  TAP_STARTS,
  tapCellAt,
  tapEnd,
  traitsOf,
} from "./hazard.js"

/** Visits of one block of time that were lent a number, by their kind when they ended and by channel. */
export interface Lent {
  /** Which block, counted from 1970. */
  readonly block: number
  readonly kind: number
  readonly channel: string
  readonly visits: number
  readonly taps: number
  /** Ms that they spent at each age, together. */
  readonly ages: readonly number[]
}

/** Ms that visits spent in each cell, by channel: how long each could have called. */
export type Exposure = ReadonlyMap<string, Float64Array>

/**
 * How long lessees spent in each cell between `from` and `to` (ms). A visit of a block ended at its middle, give or take:
 * the bins of minutes pass within the block, those of days outlast it.
 */
export function exposureOf(blocks: readonly Lent[], blockMs: number, from: number, to: number): Exposure {
  const exposure = new Map<string, Float64Array>()
  for (const { block, kind, channel, visits, taps, ages } of blocks) {
    const cells = exposure.get(channel) ?? new Float64Array(CELLS)
    exposure.set(channel, cells)
    const { hidden, stay, mobile } = traitsOf(kind)
    const start = Math.max(from, block * blockMs)
    const end = Math.min(to, (block + 1) * blockMs)
    const inside = end > start ? 1 : 0
    const add = (cell: number, ms: number) => {
      cells[cell] = (cells[cell] ?? 0) + ms
    }
    for (let bin = 0; bin < AGES; bin++) add(ageCellAt(mobile, bin), (ages[bin] ?? 0) * inside)
    for (let bin = 0; bin < BINS; bin++) {
      const ms = visits * timeInBin(block * blockMs, blockMs, bin, from, to)
      // A page that fell silent without a word counts as open at first.
      if (!hidden && bin === 0) add(ageCellAt(mobile, AGE_OF_STAY[stay] ?? 0), ms)
      else add(cellAt(kind, bin), ms)
    }
    for (let bin = 0; bin < TAP_STARTS.length; bin++)
      add(tapCellAt(bin), taps * inside * (tapEnd(bin) - (TAP_STARTS[bin] ?? 0)))
  }
  return exposure
}

/** The bin of age that visits of a stay are in when they fall silent. */
const AGE_OF_STAY = STAY_STARTS.map((ms) => ageBinOf(ms + 30_000))

/** Mean ms between `from` and `to` that somebody who fell silent at some moment of a block spends in a bin of silence. */
function timeInBin(blockStart: number, blockMs: number, bin: number, from: number, to: number): number {
  const parts = 4
  let total = 0
  for (let part = 0; part < parts; part++) {
    const silentAt = blockStart + ((part + 0.5) / parts) * blockMs
    const start = Math.max(from, silentAt + (BIN_STARTS[bin] ?? 0))
    const end = Math.min(to, silentAt + binEnd(bin))
    total += Math.max(0, end - start)
  }
  return total / parts
}
