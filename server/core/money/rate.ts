import { and, eq, lte, sql } from "drizzle-orm"
import { rates } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import { convert } from "../value/money.js"

const statements = prepareOnce((db: Db) => ({
  on: db
    .select({ rate: rates.rate })
    .from(rates)
    .where(and(eq(rates.currency, sql.placeholder("currency")), lte(rates.from_day, sql.placeholder("day"))))
    .orderBy(sql`${rates.from_day} desc limit 1`)
    .prepare(),
}))

/** An amount of money as it was given: integer minor units, and a rate of its own or null. */
export interface Given {
  readonly currency: string
  readonly rate: number | null
}

/** What one unit of a currency is worth in the site's on a day: its own rate, else the site's of that day; null for none. */
export function rateOf(site: Site, { currency, rate }: Given, day: string): number | null {
  if (currency === readSettings(site).currency) return 1
  return rate ?? statements(site).on.all({ currency, day })[0]?.rate ?? null
}

/** Minor units of a currency in the site's; null without a rate: it is never added as if it were the site's. */
export function inSiteCurrency(site: Site, minor: number, given: Given, day: string, path: string): number | null {
  const rate = rateOf(site, given, day)
  return rate === null ? null : convert(minor, given.currency, readSettings(site).currency, rate, path)
}

/** What an order or cost without a rate is told. */
export function warnWithoutRate(currency: string, day: string): string {
  return `there is no rate for ${currency} on ${day}: no sum counts this; send a rate with it, or PUT .../rates`
}
