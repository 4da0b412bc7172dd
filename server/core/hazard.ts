// How likely a visit is to ring, by how long it has been silent. Until a site has learnt its own rates, this prior serves:
// the delay of the first call as a mixture (58 % during the visit, 22 % with a median of 10 minutes, 12 % of 4 hours, 8 % of
// 2.5 days) and one visit in twenty that calls. No public measurement of that delay was found, so the mixture is an assumption.

const CALLS_PER_VISIT = 0.05
/** Mean time a visit is on the page, ms. */
const ON_PAGE_MS = 105_000
const MINUTE = 60_000
const DELAYS: readonly { readonly share: number; readonly medianMs: number }[] = [
  { share: 0.22, medianMs: 10 * MINUTE },
  { share: 0.12, medianMs: 240 * MINUTE },
  { share: 0.08, medianMs: 3600 * MINUTE },
]
const SHARE_ON_PAGE = 0.58
/** A visit that spoke up within this time still has its page open: one heartbeat, and half of one for its journey. */
const ALIVE_MS = 45_000
/** A tap on the very number: two in three ring within half a minute. */
const TAP_SHARE = 0.66
const TAP_MEAN_MS = 15_000
const TAP_REACH_MS = 10 * MINUTE

/** Calls per ms on one number that no visit caused: wrong numbers and robots, 0.03 a day. */
export const STRAY_RATE = 0.03 / (24 * 60 * MINUTE)

/** Calls per ms of a visit whose last sign of life was `silence` ms ago; never grows with silence. */
export function rateOf(silence: number): number {
  const late = DELAYS.reduce((sum, { share, medianMs }) => {
    const rate = Math.LN2 / medianMs
    return sum + share * rate * Math.exp(-rate * Math.max(0, silence - ALIVE_MS))
  }, 0)
  const present = silence <= ALIVE_MS ? SHARE_ON_PAGE / ON_PAGE_MS : 0
  return CALLS_PER_VISIT * (present + late)
}

/** Calls per ms of a visit that tapped this number `ago` ms before; 0 when the tap was too long ago to speak. */
export function tapRateOf(ago: number): number {
  return ago > TAP_REACH_MS ? 0 : (TAP_SHARE / TAP_MEAN_MS) * Math.exp(-Math.max(0, ago) / TAP_MEAN_MS)
}
