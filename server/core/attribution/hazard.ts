// At what rate a visit rings, by what is known of it. A visit whose page is open is in a cell by how long it has been there
// and its device. One that has been silent is in a cell by how long (16 bins, each twice as long as the one before), whether
// its page was left, how long it stayed, and its device. For half an hour after a tap on the number, the time since that tap
// counts instead of all that. A factor of its channel multiplies the cell's rate.

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

/** Where a bin's rate holds: between two of these it goes over from one to the other. */
const BIN_MIDDLES: readonly number[] = BIN_STARTS.map((start, bin) =>
  bin === 0 ? ALIVE_MS / 2 : Math.sqrt(start * binEnd(bin)),
)

/** Where each bin of time since a tap begins, ms; after the last one ends, a tap says nothing any more. */
export const TAP_STARTS: readonly number[] = [0, 10 * SECOND, 30 * SECOND, MINUTE, 3 * MINUTE, 10 * MINUTE]
const TAP_REACH_MS = 30 * MINUTE
/** The end of a bin of time since a tap, ms. */
export function tapEnd(bin: number): number {
  return TAP_STARTS[bin + 1] ?? TAP_REACH_MS
}

/** How long a visit stayed, ms, at least; a second page counts as the third of these. */
export const STAY_STARTS: readonly number[] = [0, 15 * SECOND, 45 * SECOND, 3 * MINUTE]
const STAY_OF_PAGES = 2
/** The level of a stay: 0 for a glance, 3 for a visit of minutes. */
export function stayOf(ms: number, pages: number): number {
  return Math.max(binIn(STAY_STARTS, ms), pages > 1 ? STAY_OF_PAGES : 0)
}

/** How long a page has been open, ms: the bins of visits that are there. */
export const AGE_STARTS: readonly number[] = [
  0,
  5 * SECOND,
  10 * SECOND,
  20 * SECOND,
  45 * SECOND,
  90 * SECOND,
  3 * MINUTE,
  6 * MINUTE,
]
/** Bins of age. */
export const AGES = AGE_STARTS.length
/** The bin of an age, 0 to 7. */
export function ageBinOf(age: number): number {
  return binIn(AGE_STARTS, age)
}
/** The end of a bin of age, ms; the last one has none. */
export function ageEnd(bin: number): number {
  return AGE_STARTS[bin + 1] ?? Number.POSITIVE_INFINITY
}

/** Few pages are open for longer than the twenty minutes that the last one is taken to end at. */
const AGE_MIDDLES: readonly number[] = AGE_STARTS.map((start, bin) =>
  bin === 0 ? ageEnd(bin) / 2 : Math.sqrt(start * Math.min(ageEnd(bin), 20 * MINUTE)),
)

/** Kinds of visit that has been silent: whether its page was left, how long it stayed, whether it was mobile. */
export const KINDS = 16
/** Cells of silence: every kind in every bin. */
export const SILENCE_CELLS = KINDS * BINS
/** Cells of the table: those of silence, then the ages of open pages by device, then the bins after a tap. */
export const CELLS = SILENCE_CELLS + 2 * AGES + TAP_STARTS.length

/** What the table tells visits apart by. */
export interface Traits {
  readonly hidden: boolean
  /** 0 to 3: see `stayOf`. */
  readonly stay: number
  readonly mobile: boolean
}

/** The kind of a visit, 0 to 15. */
export function kindOf({ hidden, stay, mobile }: Traits): number {
  return (hidden ? 8 : 0) + stay * 2 + (mobile ? 1 : 0)
}

/** Whether kinds of this number are hidden or mobile, and how long they stayed: what `kindOf` put together. */
export function traitsOf(kind: number): Traits {
  return { hidden: (kind & 8) !== 0, stay: (kind >> 1) & 3, mobile: (kind & 1) !== 0 }
}

/** The cell of a kind in a bin of silence, or a place between two bins. */
export function cellAt(kind: number, bin: number): number {
  return kind * BINS + bin
}

/** The cell of an open page in a bin of age, or a place between two bins. */
export function ageCellAt(mobile: boolean, bin: number): number {
  return SILENCE_CELLS + (mobile ? AGES : 0) + bin
}

/** The cell of a bin after a tap. */
export function tapCellAt(bin: number): number {
  return SILENCE_CELLS + 2 * AGES + bin
}

/** What is known of a visit at a moment: times are ms, `tapAgo` null where it never tapped the number. */
export interface Standing {
  readonly hidden: boolean
  readonly mobile: boolean
  readonly pages: number
  /** From its beginning to its last sign of life, and since then. */
  readonly stayed: number
  readonly silence: number
  readonly tapAgo: number | null
}

/**
 * The place of a visit at a moment: a whole number in the middle of a cell, and between two cells a fraction more, so that a
 * rate does not leap where a bin ends.
 */
export function cellOf({ hidden, mobile, pages, stayed, silence, tapAgo }: Standing): number {
  if (tapAgo !== null && tapAgo <= TAP_REACH_MS) return tapCellAt(binIn(TAP_STARTS, tapAgo))
  if (!hidden && binOf(silence) === 0) return ageCellAt(mobile, agePlaceOf(stayed + silence))
  return cellAt(kindOf({ hidden, stay: stayOf(stayed, pages), mobile }), silencePlaceOf(silence, hidden))
}

/** Where a silence is among the bins: those of a page that was not left begin with the second. */
export function silencePlaceOf(silence: number, hidden: boolean): number {
  return Math.max(hidden ? 0 : 1, placeIn(BIN_MIDDLES, silence))
}

/** Where an age is among the bins of age. */
export function agePlaceOf(age: number): number {
  return placeIn(AGE_MIDDLES, age)
}

/** The cells that a place lies between, each with its part. */
export function partsOf(place: number): readonly (readonly [cell: number, part: number])[] {
  const cell = Math.floor(place)
  const rest = place - cell
  return rest === 0
    ? [[cell, 1]]
    : [
        [cell, 1 - rest],
        [cell + 1, rest],
      ]
}

/** Between two middles by the logarithm: bins are twice as wide each. To a thousandth, so that it is kept in few digits. */
function placeIn(middles: readonly number[], value: number): number {
  let bin = 0
  while (bin < middles.length - 1 && value >= (middles[bin + 1] ?? 0)) bin++
  const below = middles[bin] ?? 0
  const above = middles[bin + 1]
  if (above === undefined || value <= below) return bin
  return bin + Math.floor((Math.log(value / below) / Math.log(above / below)) * 1000) / 1000
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
  /** Of callers, how many withhold their number; tables of earlier versions do not say. */
  readonly withheld?: number
}

/** The rate of a visit in a place of the table, calls per ms. */
export function rateOf(model: Model, place: number, channel: string): number {
  const cell = Math.floor(place)
  const rate = model.rates[cell] ?? 0
  const rest = place - cell
  const between = rest === 0 ? rate : rate + rest * ((model.rates[cell + 1] ?? 0) - rate)
  return between * (model.channels[channel] ?? 1)
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
/** How readily visits call by how long they stayed: a glance seldom does. */
const BY_STAY = [0.2, 0.7, 1.5, 1.5]
/** And by how long the page has been open: nobody dials at first sight, and who stays long came to read. */
const BY_AGE = [0.3, 0.8, 1, 1, 1.2, 1, 0.7, 0.4]
/** Of taps, how many lead to a call in each bin: two in three dial at once, the rest may try again. */
const TAP_SHARES = [0.3, 0.22, 0.05, 0.03, 0.02, 0.02]
/** Wrong numbers and robots, 0.03 a day. */
const STRAY = 0.03 / DAY

/** One caller in twelve. */
export const WITHHELD = 0.08

/** The rates that serve until a site has learnt its own. */
export const PRIOR: Model = {
  rates: Array.from({ length: CELLS }, (_, cell) => {
    if (cell >= tapCellAt(0)) {
      const bin = cell - tapCellAt(0)
      return (TAP_SHARES[bin] ?? 0) / (tapEnd(bin) - (TAP_STARTS[bin] ?? 0))
    }
    if (cell >= SILENCE_CELLS)
      return (CALLS_PER_VISIT * SHARE_ON_PAGE * (BY_AGE[(cell - SILENCE_CELLS) % AGES] ?? 1)) / ON_PAGE_MS
    const { stay } = traitsOf(Math.floor(cell / BINS))
    return CALLS_PER_VISIT * (BY_STAY[stay] ?? 1) * lateRate(cell % BINS)
  }),
  channels: {},
  stray: STRAY,
  withheld: WITHHELD,
}

function lateRate(bin: number): number {
  const start = Math.max(0, (BIN_STARTS[bin] ?? 0) - (bin === 0 ? 0 : ALIVE_MS))
  const end = binEnd(bin) - (bin === 0 ? 0 : ALIVE_MS)
  const reached = (time: number) =>
    DELAYS.reduce((sum, { share, medianMs }) => sum + share * (1 - 2 ** (-time / medianMs)), 0)
  return (reached(end) - reached(start)) / (end - start)
}
