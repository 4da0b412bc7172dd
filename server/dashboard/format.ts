import { parsePhoneNumberFromString } from "libphonenumber-js/max"

const NONE = "–"

/** How a language writes what a site counts, in the site's zone and currency. */
export interface Format {
  /** A whole number, or one with so many decimals. */
  number(value: number | null, decimals?: number): string
  /** A share 0..1 as a percentage. */
  percent(value: number | null, decimals?: number): string
  /** A change as +12 % or −3 %; what grew from nothing has none. */
  change(now: number | null, before: number | null): string
  money(value: number | null): string
  /** An amount of another currency (ISO 4217). */
  moneyIn(value: number, currency: string): string
  /** A large sum in short: 12,3 тыс. ₽. */
  shortMoney(value: number | null): string
  date(instant: string | number): string
  time(instant: string | number): string
  dateTime(instant: string | number): string
  /** A calendar day (2026-11-21) of the site's zone. */
  day(day: string): string
  shortDay(day: string): string
  /** Seconds as 1:05. */
  duration(seconds: number | null): string
  /** Seconds as hours: 12.5 h. */
  hours(seconds: number | null): string
  /** The month that a day lies in. */
  month(day: string): string
  phone(e164: string | null): string
  /** A moment as seen from now: 5 minutes ago. */
  ago(instant: string | number, now: number): string
  /** The name of a weekday, Monday being 0. */
  weekday(index: number): string
}

const known = new Map<string, Format>()
/** Formats that are kept: a language, zone and currency each; making one costs a millisecond. */
const FORMATS = 200

/** The formats of a language, zone (IANA) and currency (ISO 4217). */
export function formatFor(language: string, timeZone: string, currency: string): Format {
  const key = `${language} ${timeZone} ${currency}`
  let format = known.get(key)
  if (!format) {
    format = createFormat(language, timeZone, currency)
    if (known.size >= FORMATS) known.clear()
    known.set(key, format)
  }
  return format
}

function createFormat(language: string, timeZone: string, currency: string): Format {
  const numbers = [0, 1, 2].map(
    (digits) => new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  )
  const percents = [0, 1].map(
    (digits) => new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: digits }),
  )
  const change = new Intl.NumberFormat(language, {
    style: "percent",
    maximumFractionDigits: 0,
    signDisplay: "exceptZero",
  })
  const money = new Intl.NumberFormat(language, { style: "currency", currency, currencyDisplay: "narrowSymbol" })
  const whole = new Intl.NumberFormat(language, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    maximumFractionDigits: 0,
  })
  const short = new Intl.NumberFormat(language, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    notation: "compact",
    maximumFractionDigits: 1,
  })
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone })
  const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone })
  const dateTime = new Intl.DateTimeFormat(language, {
    dateStyle: "medium",
    timeStyle: "short",
    hourCycle: "h23",
    timeZone,
  })
  const day = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" })
  const shortDay = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" })
  const month = new Intl.DateTimeFormat(language, { month: "long", year: "numeric", timeZone: "UTC" })
  const hours = new Intl.NumberFormat(language, { style: "unit", unit: "hour", maximumFractionDigits: 1 })
  const weekday = new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" })
  const relative = new Intl.RelativeTimeFormat(language)
  const now = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(0, "second")
  return {
    number: (value, decimals = 0) => (value === null ? NONE : (numbers[decimals] ?? money).format(value)),
    percent: (value, decimals = 0) => (value === null ? NONE : (percents[decimals] ?? change).format(value)),
    change: (now, before) =>
      now === null || before === null || before === 0 ? NONE : change.format((now - before) / Math.abs(before)),
    money: (value) => (value === null ? NONE : (Number.isInteger(value) ? whole : money).format(value)),
    moneyIn: (value, other) =>
      (other !== currency && /^[A-Z]{3}$/.test(other)
        ? foreign(language, other)
        : Number.isInteger(value)
          ? whole
          : money
      ).format(value),
    shortMoney: (value) => (value === null ? NONE : (Math.abs(value) < 10_000 ? whole : short).format(value)),
    date: (instant) => date.format(new Date(instant)),
    time: (instant) => time.format(new Date(instant)),
    dateTime: (instant) => dateTime.format(new Date(instant)),
    day: (text) => writeDay(day, text),
    shortDay: (text) => writeDay(shortDay, text),
    duration: (seconds) =>
      seconds === null ? NONE : `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`,
    hours: (seconds) => (seconds === null ? NONE : hours.format(seconds / 3600)),
    month: (text) => writeDay(month, text),
    phone: (e164) => (e164 === null ? NONE : (parsePhoneNumberFromString(e164)?.formatInternational() ?? e164)),
    // What is 40 hours ago may be yesterday's or not: it is told as a length of time.
    ago: (instant, at) => {
      const seconds = Math.round((new Date(instant).getTime() - at) / 1000)
      if (seconds === 0) return now
      for (const [unit, length] of UNITS)
        if (Math.abs(seconds) >= length || unit === "second")
          return relative.format(Math.trunc(seconds / length), unit as Intl.RelativeTimeFormatUnit)
      return NONE
    },
    // 1 January 2024 was a Monday.
    weekday: (index) => weekday.format(Date.UTC(2024, 0, 1 + index)),
  }
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const

/** Rare beside the site's own, and so made when asked for. */
function foreign(language: string, currency: string): Intl.NumberFormat {
  return new Intl.NumberFormat(language, { style: "currency", currency })
}

function writeDay(format: Intl.DateTimeFormat, day: string): string {
  const time = Date.parse(day)
  return Number.isNaN(time) ? day : format.format(time)
}
