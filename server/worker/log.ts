import type { Log } from "../http/host.js"

/** The log of the Workers host: an object a line, which Workers Logs indexes by field. */
export const logToConsole: Log = (level, message, fields = {}) => {
  console[level](JSON.stringify({ level, message, ...fields }))
}
