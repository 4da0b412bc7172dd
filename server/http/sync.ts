import type { NumberSyncAnswer, PurchaseAnswer } from "../../shared/contract-purchase.js"
import type { OwnedNumber } from "../carriers/market.js"
import { findNumberByPhone } from "../core/number/number.js"
import { listPurchases, type Outcome, type PurchaseRow, settlePurchase } from "../core/number/purchase.js"
import type { Site } from "../core/store/db.js"
import { encodeId } from "../core/store/id.js"
import { type Account, askCarrier } from "./account.js"
import type { ActHandle } from "./route.js"

/** Pages of the account's numbers that one sync reads, and how long it goes on reading, ms. */
const PAGES = 50
const READING_MS = 20_000
/** Numbers that one sync points. */
const POINTED = 100
/** An order that is younger may still be under way at the carrier, ms. */
const SETTLED_MS = 60_000

/**
 * Compares the site with the carrier's account: settles the purchases that are open, points the site's numbers here if it
 * is told to, and lists what both have. Nothing of the account that is not the site's is touched.
 */
export async function syncNumbers(
  site: ActHandle<Site>,
  account: Account,
  point: boolean,
  now: () => number,
): Promise<NumberSyncAnswer> {
  const { market, api, credentials, carrier, callback_url } = account
  const { owned, complete } = await askCarrier(listOwned(account, now))
  const purchases: PurchaseAnswer[] = []
  for (const row of site.read((opened) => listPurchases(opened, carrier, "ordered"))) {
    const listed = owned.get(row.e164)
    // Somebody may have added and pointed it by hand by now.
    const added = listed && site.read((opened) => findNumberByPhone(opened, row.e164) !== undefined)
    const outcome: Outcome = added
      ? { state: "bought" }
      : await askCarrier(settle(account, row, listed, complete, now()))
    purchases.push(await site.write((opened) => settlePurchase(opened, row.id, outcome)))
  }
  const known = site.read(
    (opened) => new Map([...owned.keys()].map((e164) => [e164, findNumberByPhone(opened, e164)?.id])),
  )
  const pointed = new Set([...owned.values()].filter((number) => number.pointed).map(({ e164 }) => e164))
  if (point) {
    await askCarrier(market.aim?.(api, credentials, callback_url) ?? Promise.resolve())
    const astray = [...owned.values()].filter(({ e164 }) => !pointed.has(e164) && known.get(e164) !== undefined)
    for (const number of astray.slice(0, POINTED)) {
      await askCarrier(market.point(api, credentials, number, callback_url))
      pointed.add(number.e164)
    }
  }
  const bought = site.read((opened) => listPurchases(opened, carrier, "bought"))
  const gone = complete ? bought.filter(({ e164 }) => !owned.has(e164)) : []
  return {
    data: [
      ...[...owned.keys()].map((e164) => {
        const id = known.get(e164)
        const state = id === undefined ? ("unknown" as const) : ("known" as const)
        return { e164, state, number: id === undefined ? null : encodeId("num", id), pointed: pointed.has(e164) }
      }),
      ...gone.map(({ e164 }) => ({ e164, state: "gone" as const, number: null, pointed: false })),
    ],
    purchases,
    complete,
  }
}

async function listOwned({ market, api, credentials, callback_url }: Account, now: () => number) {
  const owned = new Map<string, OwnedNumber>()
  const began = now()
  let page: string | undefined
  for (let count = 1; ; count++) {
    const { numbers, next } = await market.list(api, credentials, callback_url, page)
    for (const number of numbers) owned.set(number.e164, number)
    if (next === undefined) return { owned, complete: true }
    if (count === PAGES || now() - began > READING_MS) return { owned, complete: false }
    page = next
  }
}

/** What became of a purchase that is open. Without a word of the carrier it stays open. */
async function settle(
  { market, api, credentials, callback_url }: Account,
  row: PurchaseRow,
  listed: OwnedNumber | undefined,
  complete: boolean,
  now: number,
): Promise<Outcome> {
  const found = listed ?? (complete ? undefined : await market.find(api, credentials, row.e164, callback_url))
  if (found?.pointed) return { state: "bought" }
  if (found) return { state: "ordered", detail: "the account has this number, and its calls go elsewhere" }
  if (now - row.ordered_at < SETTLED_MS) return { state: "ordered", detail: "the order is a moment old: sync again" }
  const order = await market.order?.(api, credentials, encodeId("buy", row.id))
  if (order === "pending" || (order === undefined && row.accepted))
    return { state: "ordered", detail: "the carrier has yet to deliver it" }
  return {
    state: "failed",
    detail: "the carrier has no such order, and the account no such number: nothing was bought",
  }
}
