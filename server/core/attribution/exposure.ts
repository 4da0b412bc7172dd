import {
  AGE_STARTS,
  AGES,
  ageBinOf,
  ageCellAt,
  ageEnd,
  agePlaceOf,
  BIN_STARTS,
  BINS,
  binEnd,
  CELLS,
  cellAt,
  partsOf,
  STAY_STARTS,
  silencePlaceOf,
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
 * How long lessees spent in each cell between `from` and `to` (ms); time between two cells is a part of it in each, as a
 * visit's place is. A visit of a block ended at its middle, give or take: the bins of minutes pass within the block, those of
 * days outlast it.
 */
export function exposureOf(blocks: readonly Lent[], blockMs: number, from: number, to: number): Exposure {
  const exposure = new Map<string, Float64Array>()
  const silences = new Map<number, readonly Float64Array[]>()
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
    for (let bin = 0; bin < AGES; bin++)
      for (const [part, share] of AGE_PARTS[bin] ?? []) add(ageCellAt(mobile, part), (ages[bin] ?? 0) * inside * share)
    const silence =
      silences.get(block) ??
      [false, true].map((left) => timesInBins(left, { start: block * blockMs, blockMs, from, to }))
    silences.set(block, silence)
    const times = silence[hidden ? 1 : 0] ?? []
    for (let bin = hidden ? 0 : 1; bin < BINS; bin++) add(cellAt(kind, bin), visits * (times[bin] ?? 0))
    // A page that fell silent without a word counts as open at first.
    if (!hidden) add(ageCellAt(mobile, AGE_OF_STAY[stay] ?? 0), visits * (times[0] ?? 0))
    for (let bin = 0; bin < TAP_STARTS.length; bin++)
      add(tapCellAt(bin), taps * inside * (tapEnd(bin) - (TAP_STARTS[bin] ?? 0)))
  }
  return exposure
}

/** The bin of age that visits of a stay are in when they fall silent. */
const AGE_OF_STAY = STAY_STARTS.map((ms) => ageBinOf(ms + 30_000))

/** Pieces that a bin is cut into where time is shared between it and its neighbours. */
const PIECES = 4
/** Few pages are open for longer: where the last bin of age is taken to end, ms. */
const OLD_MS = 20 * 60_000

/** How the time in each bin of age is shared between the bins. */
const AGE_PARTS = AGE_STARTS.map((start, bin) => {
  const shares = new Map<number, number>()
  const end = Math.min(OLD_MS, ageEnd(bin))
  for (let piece = 0; piece < PIECES; piece++)
    for (const [part, share] of partsOf(agePlaceOf(start + ((piece + 0.5) / PIECES) * (end - start))))
      shares.set(part, (shares.get(part) ?? 0) + share / PIECES)
  return [...shares]
})

/** A stretch of silence within a bin, ms, and the place of its middle. */
interface Piece {
  readonly bin: number
  readonly start: number
  readonly end: number
  readonly middle: number
}

/** The bins of silence in pieces, each so many times as long as the one before. */
export const SILENCE_PIECES: readonly Piece[] = BIN_STARTS.flatMap((first, bin) => {
  const ratio = first === 0 ? 0 : binEnd(bin) / first
  const at = (part: number) => (first === 0 ? part * binEnd(bin) : first * ratio ** part)
  return Array.from({ length: PIECES }, (_, piece) => ({
    bin,
    start: at(piece / PIECES),
    end: at((piece + 1) / PIECES),
    middle: at((piece + 0.5) / PIECES),
  }))
})

interface Span {
  /** When the block of visits began, and how long it is. */
  readonly start: number
  readonly blockMs: number
  readonly from: number
  readonly to: number
}

/** Mean ms between `from` and `to` that somebody who fell silent at some moment of a block spends in each bin of silence. */
function timesInBins(hidden: boolean, span: Span): Float64Array {
  const times = new Float64Array(BINS)
  for (const { bin, start, end, middle } of SILENCE_PIECES) {
    const ms = timeBetween(start, end, span)
    // Silence of a page that was not left begins with its second bin: in the first it counts as open.
    const parts = !hidden && bin === 0 ? partsOf(0) : partsOf(silencePlaceOf(middle, hidden))
    for (const [cell, part] of parts) times[cell] = (times[cell] ?? 0) + ms * part
  }
  return times
}

function timeBetween(first: number, last: number, { start: blockStart, blockMs, from, to }: Span): number {
  const parts = 4
  let total = 0
  for (let part = 0; part < parts; part++) {
    const silentAt = blockStart + ((part + 0.5) / parts) * blockMs
    total += Math.max(0, Math.min(to, silentAt + last) - Math.max(from, silentAt + first))
  }
  return total / parts
}
