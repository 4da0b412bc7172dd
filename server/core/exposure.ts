import {
  BIN_STARTS,
  BINS,
  binEnd,
  CELLS,
  cellAt,
  ENGAGED_MS,
  KINDS,
  kindOf,
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
  /** Ms from their beginnings to their last signs of life, together. */
  readonly present_ms: number
  readonly taps: number
}

/** Ms that visits spent in each cell, by channel: how long each could have called. */
export type Exposure = ReadonlyMap<string, Float64Array>

/**
 * How long lessees spent in each cell between `from` and `to` (ms). A visit of a block ended at its middle, give or take:
 * the bins of minutes pass within the block, those of days outlast it.
 */
export function exposureOf(blocks: readonly Lent[], blockMs: number, from: number, to: number): Exposure {
  const exposure = new Map<string, Float64Array>()
  for (const { block, kind, channel, visits, present_ms, taps } of blocks) {
    const cells = exposure.get(channel) ?? new Float64Array(CELLS)
    exposure.set(channel, cells)
    const traits = traitsOf(kind)
    const start = Math.max(from, block * blockMs)
    const end = Math.min(to, (block + 1) * blockMs)
    const inside = end > start ? 1 : 0
    const add = (cell: number, ms: number) => {
      cells[cell] = (cells[cell] ?? 0) + ms
    }
    const glance = kindOf({ ...traits, hidden: false, engaged: false })
    const present = kindOf({ ...traits, hidden: false })
    // The first seconds of a visit that becomes engaged are spent like anybody's.
    const early = traits.engaged ? Math.min(present_ms, visits * ENGAGED_MS) : 0
    add(cellAt(glance, 0), early * inside)
    add(cellAt(present, 0), (present_ms - early) * inside)
    for (let bin = 0; bin < BINS; bin++)
      add(cellAt(kind, bin), visits * timeInBin(block * blockMs, blockMs, bin, from, to))
    for (let bin = 0; bin < TAP_STARTS.length; bin++)
      add(tapCellAt(bin), taps * inside * (tapEnd(bin) - (TAP_STARTS[bin] ?? 0)))
  }
  return exposure
}

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

/** Cells that kinds of visit have; the others belong to taps. */
export const SILENCE_CELLS = KINDS * BINS
