import { invalid } from "../store/refusal.js"

const digits = new Map<string, number>()

/** Decimal places of a currency (ISO 4217): 2 for EUR, 0 for JPY, 3 for KWD. */
export function decimalsOf(currency: string): number {
  let places = digits.get(currency)
  if (places === undefined) {
    places = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2
    digits.set(currency, places)
  }
  return places
}

/** A decimal amount as integer minor units; refuses more places than the currency has, and sums beyond 2^53. */
export function toMinor(amount: number | string, currency: string, path: string): number {
  const places = decimalsOf(currency)
  const match = /^(-?)(\d{1,15})(?:\.(\d+))?$/.exec(typeof amount === "number" ? decimal(amount) : amount)
  if (!match) throw invalid(path, "must be a decimal amount such as 1250.50")
  const [, sign = "", whole = "0", fraction = ""] = match
  if (fraction.slice(places).replace(/0/g, "") !== "") throw invalid(path, `${currency} has ${places} decimal places`)
  const minor = Number(whole + fraction.slice(0, places).padEnd(places, "0"))
  if (!Number.isSafeInteger(minor)) throw invalid(path, "is too large an amount")
  return sign === "-" ? -minor : minor
}

/** Integer minor units as a decimal number. */
export function fromMinor(minor: number, currency: string): number {
  return minor / 10 ** decimalsOf(currency)
}

/**
 * Minor units of one currency in minor units of another, at what one unit of the first is worth in the second: exact decimal
 * arithmetic, rounded to the nearest, halves away from zero. Refuses sums beyond 2^53.
 */
export function convert(minor: number, from: string, to: string, rate: number, path: string): number {
  const [whole = "0", fraction = ""] = decimal(rate).split(".")
  const size = BigInt(Math.abs(minor)) * BigInt(whole + fraction) * 10n ** BigInt(decimalsOf(to))
  const divisor = 10n ** BigInt(decimalsOf(from) + fraction.length)
  const converted = Number((2n * size + divisor) / (2n * divisor))
  if (!Number.isSafeInteger(converted)) throw invalid(path, "is too large an amount")
  return minor < 0 ? -converted || 0 : converted
}

function decimal(amount: number): string {
  const text = String(amount)
  return text.includes("e") ? amount.toFixed(10) : text
}
