import { addDays, wallOf } from "../../../shared/calendar.js"
import { type Hours, WEEKDAYS } from "../../../shared/contract-flow.js"

/**
 * Whether somebody works at `time`, ms, by the clock on the wall of `zone`: a night on which the clocks change is as long
 * as it is. Hours past midnight belong to the day on which they begin; so do days off.
 */
export function isOpen(hours: Hours, time: number, zone: string): boolean {
  const { day, weekday, minute } = wallOf(time, zone)
  const works = (on: string, number: number, at: number) =>
    !hours.closed.includes(on) &&
    hours.open.some(({ days, from, to }) => {
      const name = WEEKDAYS[number]
      if (name === undefined || !days.includes(name)) return false
      const [begin, end] = [minuteOf(from), minuteOf(to)]
      return at >= begin && at < (end <= begin ? end + 1440 : end)
    })
  return works(day, weekday, minute) || works(addDays(day, -1), (weekday + 6) % 7, minute + 1440)
}

function minuteOf(clock: string): number {
  const [hour = 0, minute = 0] = clock.split(":").map(Number)
  return hour * 60 + minute
}
