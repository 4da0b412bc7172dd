/** One line of an event log. Times are ms since 1970 and never go down. */
export type LogEvent =
  | {
      readonly t: number
      readonly type: "visit"
      readonly visit: string
      readonly visitor: string
      readonly channel: string
      readonly device: "mobile" | "desktop"
      readonly bot: boolean
      /** Where it came from, ISO 3166-2; only regions of the North American Numbering Plan are set against callers' numbers. */
      readonly region?: string
    }
  | { readonly t: number; readonly type: "beat" | "hide" | "tap"; readonly visit: string }
  | {
      readonly t: number
      readonly type: "call"
      readonly call: string
      readonly dials: string
      readonly caller: string | null
      /** Where the caller's number was given out, as `region`: his first call decides. */
      readonly caller_region?: string
    }
  | {
      readonly t: number
      readonly type: "call"
      readonly call: string
      /** The place of the dialled number in the pool, from 0. */
      readonly dials_number: number
      readonly caller: string | null
      readonly caller_region?: string
    }

/** A line that cannot be replayed: which one, and why. */
export class BadLine extends Error {
  constructor(
    readonly line: number,
    reason: string,
  ) {
    super(`line ${line}: ${reason}`)
  }
}

const TEXT_LIMIT = 256
const REGION = /^[A-Z]{2}-[A-Z0-9]{1,3}$/
/** 1971 to 2100: what lies outside is no time in ms (seconds are the usual slip). */
const EARLIEST = 31_536_000_000
const LATEST = 4_102_444_800_000

/**
 * Reads event logs line by line and checks each against those before it: times that go back, visits that nobody began,
 * ids that come twice. Throws `BadLine`. Empty lines are passed over.
 */
export function createLogReader(numbers: number): (text: string, line: number) => LogEvent | undefined {
  const visits = new Set<string>()
  const calls = new Set<string>()
  let last = 0
  return (text, line) => {
    if (text.trim() === "") return undefined
    const fault = (reason: string): never => {
      throw new BadLine(line, reason)
    }
    const fields = parseObject(text) ?? fault("is no JSON object")
    const word = (name: string): string => {
      const value = fields[name]
      if (typeof value !== "string" || value === "" || value.length > TEXT_LIMIT)
        return fault(`"${name}" must be a text of 1 to ${TEXT_LIMIT} characters`)
      return value
    }
    const t = typeof fields.t === "number" ? Math.floor(fields.t) : Number.NaN
    if (!(t >= EARLIEST && t <= LATEST)) return fault('"t" must be a time in ms since 1970')
    if (t < last) return fault(`"t" goes back by ${last - t} ms`)
    last = t
    const region = <Name extends string>(name: Name): { [name in Name]?: string } => {
      const value = fields[name]
      if (value === undefined) return {}
      if (typeof value !== "string" || !REGION.test(value)) return fault(`"${name}" must be a region such as US-TX`)
      return { [name]: value } as { [name in Name]?: string }
    }
    const known = (name: string): string => {
      const visit = word(name)
      return visits.has(visit) ? visit : fault(`"${name}" names a visit that did not begin before: ${visit}`)
    }
    switch (fields.type) {
      case "visit": {
        const visit = word("visit")
        if (visits.has(visit)) return fault(`visit ${visit} begins twice`)
        const { device, bot } = fields
        if (device !== "mobile" && device !== "desktop") return fault('"device" must be "mobile" or "desktop"')
        if (typeof bot !== "boolean") return fault('"bot" must be true or false')
        const event = {
          t,
          type: fields.type,
          visit,
          visitor: word("visitor"),
          channel: word("channel"),
          device,
          bot,
          ...region("region"),
        } as const
        visits.add(visit)
        return event
      }
      case "beat":
      case "hide":
      case "tap":
        return { t, type: fields.type, visit: known("visit") }
      case "call": {
        const call = word("call")
        if (calls.has(call)) return fault(`call ${call} comes twice`)
        const caller = fields.caller === null ? null : word("caller")
        const from = { caller, ...region("caller_region") }
        calls.add(call)
        if (fields.dials !== undefined) return { t, type: "call", call, dials: known("dials"), ...from }
        const number = fields.dials_number
        if (typeof number !== "number" || !Number.isInteger(number) || number < 0)
          return fault('a call needs "dials" (a visit) or "dials_number" (a whole number from 0)')
        if (number >= numbers) return fault(`"dials_number" is ${number}, but there are ${numbers} numbers, from 0 on`)
        return { t, type: "call", call, dials_number: number, ...from }
      }
      default:
        return fault('"type" must be visit, beat, hide, tap or call')
    }
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
