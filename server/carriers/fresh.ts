/** How far a signed time may be from ours, either way: what Telnyx and Standard Webhooks allow. */
export const FRESH_MS = 300_000

/** Whether a signed time, in ms, is near enough to now. A request that was recorded and is sent again later is not. */
export function isFresh(time_ms: number, received_at: number, window_ms = FRESH_MS): boolean {
  return Math.abs(received_at - time_ms) <= window_ms
}

/** A time written as whole seconds since 1970, in ms; NaN for any other text. */
export function readUnix(text: string | null | undefined): number {
  return text !== null && text !== undefined && /^\d{9,11}$/.test(text) ? Number(text) * 1000 : Number.NaN
}
