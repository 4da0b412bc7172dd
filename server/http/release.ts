import type { ReleaseAnswer } from "../../shared/contract-purchase.js"
import { CarrierFailure } from "../carriers/api.js"
import type { OwnedNumber } from "../carriers/market.js"
import { type Releasing, readReleases, retireNumber, settleRelease } from "../core/number/release.js"
import type { Site } from "../core/store/db.js"
import { type Account, askCarrier } from "./account.js"
import type { ActHandle } from "./route.js"

type Outcome = Pick<ReleaseAnswer, "state" | "detail">

/**
 * Gives numbers back to their carrier. Each is retired before the carrier is asked, so that nobody is shown a number that
 * may be a stranger's by now; where the carrier keeps it, it is what it was before. What the carrier leaves unsaid stays
 * open, and is found out when the same is asked for again.
 */
export async function releaseNumbers(
  site: ActHandle<Site>,
  account: Account,
  texts: readonly string[],
  force: boolean,
): Promise<ReleaseAnswer[]> {
  const releases = site.read((opened) => readReleases(opened, texts, force))
  const answers: ReleaseAnswer[] = []
  for (const release of releases) {
    // The first look is outside of all harm: credentials that are wrong, and a carrier that is down, are told as such.
    const owned = await askCarrier(find(account, release.e164))
    if (owned) {
      // Lent in the meantime? Then it stays.
      await site.write((opened) => {
        readReleases(opened, [release.e164], force)
        retireNumber(opened, release.e164)
      })
    }
    const outcome = owned ? await giveBack(account, owned) : absent(release)
    answers.push(await site.write((opened) => settleRelease(opened, release, outcome)))
  }
  return answers
}

function find({ market, api, credentials, callback_url }: Account, e164: string): Promise<OwnedNumber | undefined> {
  return market.find(api, credentials, e164, callback_url)
}

/** A retired number that the account does not have any more was released before, or by hand. */
function absent({ state }: Releasing): Outcome {
  return state === "retired"
    ? { state: "released", detail: "the account does not have this number any more" }
    : { state: "kept", detail: "the account has no such number: is it at another carrier?" }
}

async function giveBack(account: Account, owned: OwnedNumber): Promise<Outcome> {
  const { market, api, credentials } = account
  try {
    await market.release(api, credentials, owned)
    return { state: "released", detail: null }
  } catch (error) {
    if (!(error instanceof CarrierFailure)) throw error
    if (error.status === 404) return { state: "released", detail: "the account does not have this number any more" }
    if (error.kind !== "unknown") return { state: "kept", detail: error.detail }
    return { state: (await isGone(account, owned)) ? "released" : "open", detail: error.detail }
  }
}

/** Whether the account does not have the number; false where nobody can tell. */
async function isGone(account: Account, { e164 }: OwnedNumber): Promise<boolean> {
  try {
    return (await find(account, e164)) === undefined
  } catch (error) {
    if (error instanceof CarrierFailure) return false
    throw error
  }
}
