/** Why a verb refused; the HTTP layer maps each to a status, exhaustively. */
export type RefusalCode =
  | "invalid"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "too_large"
  | "unavailable"

/** One fault of an input: where, and what to do about it. */
export interface Fault {
  readonly path: string
  readonly message: string
}

/** A rule was broken. Thrown by verbs, it rolls their work back; `detail` is fit for the caller's eyes. */
export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    readonly detail: string,
    readonly errors: readonly Fault[] = [],
  ) {
    super(detail)
  }
}

/** There is no such thing here, or none that the caller may know of: the same words for both. */
export const notFound = (noun: string): Refusal => new Refusal("not_found", `there is no such ${noun}`)

/** One field of the input is wrong. */
export const invalid = (path: string, message: string): Refusal =>
  new Refusal("invalid", "the request is not valid", [{ path, message }])

/** Runs a check of an input with several parts: its faults join the others, so that one answer names them all. */
export function gather<T>(faults: Fault[], check: () => T): T | undefined {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "invalid" || error.errors.length === 0) throw error
    faults.push(...error.errors)
    return undefined
  }
}

/** Refuses when there are faults. */
export function refuseFaults(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new Refusal("invalid", "the request is not valid", faults)
}
