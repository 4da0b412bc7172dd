import { addDays } from "../../../shared/calendar.js"
import type { Flight } from "../schema/schema.js"
import type { Fault } from "../store/refusal.js"

/** Flights in the order of their days; each that overlaps the one before is a fault. */
export function orderFlights(flights: readonly Flight[], path: string, faults: Fault[]): Flight[] {
  const ordered = [...flights].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
  for (const [index, flight] of ordered.entries()) {
    const before = ordered[index - 1]
    if (before && flight.from <= before.to)
      faults.push({ path, message: `the flight from ${flight.from} begins before the one from ${before.from} ends` })
  }
  return ordered
}

/** Days of a span, both included. */
export function countDays({ from, to }: { from: string; to: string }): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1
}

/**
 * What part of the whole falls to each flight: its share, and of what the shares leave, by days, to those without one. The
 * parts sum to 1 unless every flight has a share.
 */
export function partsOfFlights(flights: readonly Flight[]): number[] {
  const left = 1 - flights.reduce((sum, { share = 0 }) => sum + share, 0)
  const days = flights.reduce((sum, flight) => sum + (flight.share === undefined ? countDays(flight) : 0), 0)
  return flights.map((flight) => flight.share ?? (Math.max(0, left) * countDays(flight)) / days)
}

/** Whether something with these flights is on that day (without flights, always), and the day on which that changes. */
export function stateOn(flights: readonly Flight[], day: string): { on: boolean; changes_on: string | null } {
  if (flights.length === 0) return { on: true, changes_on: null }
  const running = flights.find(({ from, to }) => from <= day && day <= to)
  if (running) {
    let end = running.to
    // Flights that lie end to end are one run.
    for (const { from, to } of flights) if (from === addDays(end, 1)) end = to
    return { on: true, changes_on: addDays(end, 1) }
  }
  return { on: false, changes_on: flights.find(({ from }) => from > day)?.from ?? null }
}
