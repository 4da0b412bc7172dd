import { and, asc, eq, sql } from "drizzle-orm"
import type { RateAnswer, RateChange, RateFields } from "../../../shared/contract-money.js"
import { rates } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import type { Site } from "../store/db.js"
import { Refusal } from "../store/refusal.js"
import { restateCosts } from "./cost.js"
import { restateOrders } from "./order.js"

/** Rates a site can have: three currencies, every day for nine years. */
const RATES = 10_000

/**
 * Says what a currency is worth from a day on, or takes that back; orders and costs without a rate of their own are converted
 * anew at once. Refuses the site's own currency.
 */
export function putRate(site: Site, { currency, rate, from }: RateFields): RateChange {
  if (currency === readSettings(site).currency)
    throw new Refusal("conflict", `${currency} is the site's own currency: its rate is 1`)
  const same = and(eq(rates.currency, currency), eq(rates.from_day, from))
  if (rate === null) site.db.delete(rates).where(same).run()
  else
    site.db
      .insert(rates)
      .values({ currency, from_day: from, rate })
      .onConflictDoUpdate({ target: [rates.currency, rates.from_day], set: { rate } })
      .run()
  const count = site.db.select({ count: sql<number>`count(*)` }).from(rates).all()[0]?.count ?? 0
  if (count > RATES) throw new Refusal("conflict", `a site has at most ${RATES} rates`)
  return {
    currency,
    rate,
    from,
    orders: restateOrders(site, currency, from),
    costs: restateCosts(site, currency, from),
  }
}

/** All rates by currency and day. */
export function listRates(site: Site): RateAnswer[] {
  return site.db
    .select({ currency: rates.currency, rate: rates.rate, from: rates.from_day })
    .from(rates)
    .orderBy(asc(rates.currency), asc(rates.from_day))
    .all()
}
