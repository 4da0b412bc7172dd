/** Names and limits that the script, the server and the tests must agree on. Imports nothing. */

/** Says in the answer's headers why a public request was not recorded, so that a misfit tag explains itself in devtools. */
export const REASON_HEADER = "x-ringtrail-reason"

/** Largest request body, in bytes. An import of 100 calls is under 40 kB. */
export const BODY_LIMIT_BYTES = 65_536
/** Largest body of a page view, in bytes: usually under 4 kB, but a campaign value of 100 kB must not cost the visit. */
export const VISIT_BODY_LIMIT_BYTES = 262_144
/** Largest body of a bulk route (numbers as CSV), in bytes. */
export const BULK_BODY_LIMIT_BYTES = 1_048_576

/** Largest file that is imported, in bytes: a month of an account's keywords by day is about two million. */
export const FILE_LIMIT_BYTES = 4_194_304

/** Longest URL that is read; the rest is cut. Yandex itself cuts at 4,096, Node refuses a request line over 16 kB. */
export const URL_LIMIT = 8192
/** Longest URL and referrer kept on a visit, in UTF-16 units. */
export const STORED_URL_LIMIT = 2048
/** Longest UTM value, keyword, click id or title kept, in UTF-16 units. */
export const FIELD_LIMIT = 256

/** A visit ends after this long without a sign of life (the field's convention, GA4's default). */
export const VISIT_IDLE_MS = 30 * 60_000
/** How often a visible page says that it is still there, in seconds. */
export const BEAT_S = 30
/** How long a number stays with a visit after its page was hidden or closed: a caller may be dialling. */
export const HIDDEN_HOLD_MS = 5 * 60_000

/** Rows a page of a list may hold. */
export const PAGE_LIMIT = 500
export const PAGE_DEFAULT = 50
/** Calls one import request may carry. */
export const IMPORT_LIMIT = 100
