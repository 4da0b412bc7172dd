import type { Context } from "hono"
import type { Problem } from "../../shared/contract.js"
import { type Fault, Refusal, type RefusalCode } from "../core/store/refusal.js"
import type { Log } from "./host.js"

const STATUS: Record<RefusalCode, { status: 400 | 401 | 403 | 404 | 409 | 413 | 503; title: string }> = {
  invalid: { status: 400, title: "Bad Request" },
  unauthorized: { status: 401, title: "Unauthorized" },
  forbidden: { status: 403, title: "Forbidden" },
  not_found: { status: 404, title: "Not Found" },
  conflict: { status: 409, title: "Conflict" },
  too_large: { status: 413, title: "Content Too Large" },
  unavailable: { status: 503, title: "Service Unavailable" },
}

/** Faults that one answer names; a hostile body has more. */
const FAULTS = 20
/** The media type of RFC 9457. */
const PROBLEM_TYPE = "application/problem+json"

/** Seconds after which a client may come back when the database could not be written. */
const RETRY_AFTER_S = 2

/** An error as RFC 9457 `application/problem+json`. What is no refusal is logged, and told to nobody. */
export function answerError(error: unknown, c: Context, log: Log): Response {
  if (error instanceof Refusal) return problem(error.code, error.detail, error.errors)
  log("error", "request failed", {
    method: c.req.method,
    path: new URL(c.req.url).pathname,
    error: describeError(error),
  })
  return toResponse({
    type: "about:blank",
    title: "Internal Server Error",
    status: 500,
    detail: "something went wrong here; it was logged",
    code: "internal",
  })
}

/** A problem as its answer. */
export function problem(code: RefusalCode, detail: string, errors: readonly Fault[] = []): Response {
  return toResponse(describeProblem(code, detail, errors))
}

/** A problem as the body of its answer. */
function describeProblem(code: RefusalCode, detail: string, errors: readonly Fault[] = []): Problem {
  const { status, title } = STATUS[code]
  return {
    type: "about:blank",
    title,
    status,
    detail,
    code,
    ...(errors.length > 0 ? { errors: errors.slice(0, FAULTS) } : {}),
  }
}

function toResponse(body: Problem): Response {
  const headers = new Headers({ "content-type": PROBLEM_TYPE, "cache-control": "no-store" })
  if (body.status === 503) headers.set("retry-after", String(RETRY_AFTER_S))
  if (body.status === 401) headers.set("www-authenticate", "Bearer")
  return new Response(JSON.stringify(body), { status: body.status, headers })
}

/** An error fit for the log: digits that may be a phone number are masked. */
export function describeError(error: unknown): string {
  return error instanceof Error
    ? (error.stack ?? error.message).replace(/\+?\d{7,}/g, "•••").slice(0, 2000)
    : "not an Error"
}
