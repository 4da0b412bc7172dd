import type { CarrierAnswer } from "./carrier.js"

/** Nothing to say, for carriers that take any 2xx. */
export const NO_CONTENT: CarrierAnswer = { status: 204, contentType: null, body: null }

/** Nothing to say, for carriers that insist on 200. */
export const EMPTY: CarrierAnswer = { status: 200, contentType: null, body: null }

/** A JSON document. */
export function answerJson(value: unknown): CarrierAnswer {
  return { status: 200, contentType: "application/json", body: JSON.stringify(value) }
}
