// At what rate a visit rings, by what is known of it. A visit is in one cell: by how long it has been silent (16 bins, each
// twice as long as the one before), whether its page is hidden, whether it was more than a glance, and its device; for half
// an hour after a tap on the number, by the time since that tap instead. A factor of its channel multiplies the cell's rate.

const SECOND = 1000
const MINUTE = 60 * SECOND
const DAY = 24 * 60 * MINUTE

/** Bins of silence. */
export const BINS = 16
/** A visit that spoke up within this time still has its page open: one heartbeat, and half of one for its journey. */
const ALIVE_MS = 45 * SECOND
const LAST_BIN_MS = 20 * DAY
/** Where each bin begins, ms of silence; and where the last one ends, for sums over it. */
export const BIN_STARTS: readonly number[] = [
  0,
  ...Array.from({ length: BINS - 1 }, (_, bin) => ALIVE_MS * (LAST_BIN_MS / ALIVE_MS) ** (bin / (BINS - 2))),
]
export const HORIZON_MS = 2 * LAST_BIN_MS
/** The end of a bin, ms. */
export function binEnd(bin: number): number {
  return BIN_STARTS[bin + 1] ?? HORIZON_MS
}

/** Where each bin of time since a tap begins, ms; after the last one ends, a tap says nothing any more. */
export const TAP_STARTS: readonly number[] = [0, 10 * SECOND, 30 * SECOND, MINUTE, 3 * MINUTE, 10 * MINUTE]
const TAP_REACH_MS = 30 * MINUTE
/** The end of a bin of time since a tap, ms. */
export function tapEnd(bin: number): number {
  return TAP_STARTS[bin + 1] ?? TAP_REACH_MS
}

/** A visit that lasted this long, or viewed a second page, is engaged; a shorter one is a glance. */
export const ENGAGED_MS = 15 * SECOND

/** Kinds of visit: hidden, engaged and mobile, each yes or no. */
export const KINDS = 8
/** Cells of the table: every kind in every bin, then the bins after a tap. */
export const CELLS = KINDS * BINS + TAP_STARTS.length

/** What the table tells visits apart by. */
export interface Traits {
  readonly hidden: boolean
  readonly engaged: boolean
  readonly mobile: boolean
}

/** The kind of a visit, 0 to 7. */
export function kindOf({ hidden, engaged, mobile }: Traits): number {
  return (hidden ? 4 : 0) + (engaged ? 2 : 0) + (mobile ? 1 : 0)
}

/** Whether kinds of this number are hidden, engaged, mobile: what `kindOf` put together. */
export function traitsOf(kind: number): Traits {
  return { hidden: (kind & 4) !== 0, engaged: (kind & 2) !== 0, mobile: (kind & 1) !== 0 }
}

/** The cell of a kind in a bin of silence. */
export function cellAt(kind: number, bin: number): number {
  return kind * BINS + bin
}

/** The cell of a bin after a tap. */
export function tapCellAt(bin: number): number {
  return KINDS * BINS + bin
}

/** The cell of a visit that has been silent for `silence` ms and tapped the number `tapAgo` ms ago (null: never). */
export function cellOf(traits: Traits, silence: number, tapAgo: number | null): number {
  if (tapAgo !== null && tapAgo <= TAP_REACH_MS) return tapCellAt(binIn(TAP_STARTS, tapAgo))
  return cellAt(kindOf(traits), binOf(silence))
}

/** The bin of a silence, 0 to 15. */
export function binOf(silence: number): number {
  return binIn(BIN_STARTS, silence)
}

function binIn(starts: readonly number[], value: number): number {
  let bin = starts.length - 1
  while (bin > 0 && value < (starts[bin] ?? 0)) bin--
  return bin
}

/** How likely visits are to ring. Rates are calls per ms. */
export interface Model {
  /** By cell. */
  readonly rates: readonly number[]
  /** What a visit's channel multiplies its rate by; 1 for one that is not named. */
  readonly channels: Readonly<Record<string, number>>
  /** Calls on one number that no visit caused. */
  readonly stray: number
}

/** The rate of a visit in a cell, calls per ms. */
export function rateOf(model: Model, cell: number, channel: string): number {
  return (model.rates[cell] ?? 0) * (model.channels[channel] ?? 1)
}

// Until a site has learnt its own rates, a prior serves: one visit in forty calls; its delay is a mixture of 58 % during the
// visit, 22 % with a median of 10 minutes, 12 % of 4 hours, 8 % of 2.5 days. No public measurement of that delay was found,
// so the mixture is an assumption.

const CALLS_PER_VISIT = 0.03
/** Mean time a visit is on the page, ms. */
const ON_PAGE_MS = 105 * SECOND
const SHARE_ON_PAGE = 0.58
const DELAYS: readonly { readonly share: number; readonly medianMs: number }[] = [
  { share: 0.22, medianMs: 10 * MINUTE },
  { share: 0.12, medianMs: 240 * MINUTE },
  { share: 0.08, medianMs: 3600 * MINUTE },
]
/** A glance calls this much less often than an engaged visit. */
const GLANCE = 0.15
/** Of taps, how many lead to a call in each bin: two in three dial at once, the rest may try again. */
const TAP_SHARES = [0.3, 0.22, 0.05, 0.03, 0.02, 0.02]
/** Wrong numbers and robots, 0.03 a day. */
const STRAY = 0.03 / DAY

/** The rates that serve until a site has learnt its own. */
export const PRIOR: Model = {
  rates: Array.from({ length: CELLS }, (_, cell) => {
    if (cell >= KINDS * BINS) {
      const bin = cell - KINDS * BINS
      return (TAP_SHARES[bin] ?? 0) / (tapEnd(bin) - (TAP_STARTS[bin] ?? 0))
    }
    const { hidden, engaged } = traitsOf(Math.floor(cell / BINS))
    const bin = cell % BINS
    const present = !hidden && bin === 0 ? SHARE_ON_PAGE / ON_PAGE_MS : 0
    return CALLS_PER_VISIT * (present + lateRate(bin) * (engaged ? 1.5 : GLANCE * 1.5))
  }),
  channels: {},
  stray: STRAY,
}

function lateRate(bin: number): number {
  const start = Math.max(0, (BIN_STARTS[bin] ?? 0) - (bin === 0 ? 0 : ALIVE_MS))
  const end = binEnd(bin) - (bin === 0 ? 0 : ALIVE_MS)
  const reached = (time: number) =>
    DELAYS.reduce((sum, { share, medianMs }) => sum + share * (1 - 2 ** (-time / medianMs)), 0)
  return (reached(end) - reached(start)) / (end - start)
}
