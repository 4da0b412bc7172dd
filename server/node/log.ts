import type { Log } from "../http/host.js"

/** The log of the Node host: a JSON object a line on standard error. */
export const logToStderr: Log = (level, message, fields = {}) => {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`)
}
