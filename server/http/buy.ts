import type { Placing, PurchaseAnswer } from "../../shared/contract-purchase.js"
import { CarrierFailure } from "../carriers/api.js"
import { describePurchase, type Ordered, type Outcome, orderNumbers, settlePurchase } from "../core/number/purchase.js"
import type { Site } from "../core/store/db.js"
import { encodeId } from "../core/store/id.js"
import { Refusal } from "../core/store/refusal.js"
import { type Account, askCarrier } from "./account.js"
import type { ActHandle } from "./route.js"

/**
 * Buys numbers, each exactly once: an order is durable before the carrier is asked, the carrier is asked for it once, and
 * an order that was open already (a crash, a lost answer) is first looked up in the account. What the carrier leaves
 * unsaid stays open until `sync`.
 */
export async function buyNumbers(
  site: ActHandle<Site>,
  account: Account,
  numbers: readonly string[],
  placing: Placing,
): Promise<PurchaseAnswer[]> {
  const { market, api, credentials, carrier, callback_url } = account
  const ordered = await site.write((opened) => orderNumbers(opened, { carrier, numbers, placing }))
  const open = ordered.filter(({ row }) => row.state === "ordered")
  try {
    if (open.length > 0) await askCarrier(market.aim?.(api, credentials, callback_url) ?? Promise.resolve())
  } catch (error) {
    // Nothing was bought yet: what was open before stays so.
    await site.write((opened) => {
      for (const { row, again } of open)
        if (!again) settlePurchase(opened, row.id, { state: "failed", detail: "the carrier was not asked" })
    })
    throw error
  }
  const answers: PurchaseAnswer[] = []
  let broken: CarrierFailure | undefined
  for (const each of ordered) {
    if (each.row.state === "bought") {
      answers.push(site.read((opened) => describePurchase(opened, each.row)))
      continue
    }
    const outcome: Outcome = broken ? { state: "failed" } : await buyOne(account, each)
    if (broken && each.again) {
      answers.push({ ...site.read((opened) => describePurchase(opened, each.row)), detail: broken.detail })
      continue
    }
    const answer = await site.write((opened) => settlePurchase(opened, each.row.id, outcome))
    answers.push(broken ? { ...answer, state: "not_ordered", detail: broken.detail } : answer)
    if (outcome instanceof Broken) broken = outcome.failure
  }
  const [first] = answers
  if (broken?.kind === "credentials" && answers.length > 0 && first?.state === "failed")
    throw new Refusal("conflict", broken.detail)
  return answers
}

/** An outcome after which asking the carrier further makes no sense. */
class Broken implements Outcome {
  readonly detail: string
  constructor(
    readonly state: "ordered" | "failed",
    readonly failure: CarrierFailure,
  ) {
    this.detail = failure.detail
  }
}

async function buyOne(account: Account, { row, again }: Ordered): Promise<Outcome> {
  const { market, api, credentials, callback_url } = account
  const reference = encodeId("buy", row.id)
  try {
    if (again) {
      const before = await lookUp(account, row.e164)
      if (before) return before
      if (row.accepted || (await market.order?.(api, credentials, reference)) === "pending")
        return { state: "ordered", accepted: true, detail: "the carrier has yet to deliver it" }
    }
  } catch (error) {
    return keepOpen(error)
  }
  try {
    const state = await market.buy(api, credentials, row.e164, { callback_url, reference })
    return state === "bought"
      ? { state }
      : { state: "ordered", accepted: true, detail: "the carrier has yet to deliver it" }
  } catch (error) {
    if (!(error instanceof CarrierFailure)) throw error
    if (error.kind === "credentials") return new Broken("failed", error)
    // It may be ours for all that: an answer was lost, or the order had come through before.
    return (await lookUpAfter(account, row.e164)) ?? outcomeOf(error)
  }
}

function outcomeOf(failure: CarrierFailure): Outcome {
  return failure.kind === "refused" ? { state: "failed", detail: failure.detail } : new Broken("ordered", failure)
}

function keepOpen(error: unknown): Outcome {
  if (!(error instanceof CarrierFailure)) throw error
  return new Broken("ordered", error)
}

/** The purchase as the account shows it: bought when the number is there and its calls come to this site. */
async function lookUp({ market, api, credentials, callback_url }: Account, e164: string): Promise<Outcome | undefined> {
  const found = await market.find(api, credentials, e164, callback_url)
  if (!found) return undefined
  if (found.pointed) return { state: "bought" }
  return {
    state: "failed",
    detail: "the account had this number already, and its calls go elsewhere: add it to the site and sync with point",
  }
}

async function lookUpAfter(account: Account, e164: string): Promise<Outcome | undefined> {
  try {
    return await lookUp(account, e164)
  } catch (error) {
    if (error instanceof CarrierFailure) return undefined
    throw error
  }
}
