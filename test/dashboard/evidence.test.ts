import { describe, expect, it } from "vitest"
import { updateCall } from "../../server/core/call/call.js"
import { createCode } from "../../server/core/number/code.js"
import { writeEvidence } from "../../server/dashboard/evidence.js"
import { translator } from "../../server/dashboard/language.js"
import type { View } from "../../server/dashboard/view.js"
import { MINUTE, openSite } from "../core/memory-site.js"

type Shop = ReturnType<typeof openSite>

/** Everything that the core can say of a caller, gathered from calls of sites where it all happened. */
function gather(): string[] {
  const said = new Set<string>()
  const ring = (shop: Shop, from: string | null, patch: Parameters<typeof updateCall>[2] = {}) => {
    const { candidates } = updateCall(shop.site(), shop.call(shop.numbers[0] ?? "", from).id, patch)
    for (const { evidence } of candidates) for (const words of evidence) said.add(words)
  }
  const crowd = openSite(1)
  createCode(crowd.site(), { kind: "code", code: "MAY", source: { channel: "Email" } })
  for (const place of [{ country: "US", region: "US-TX" }, { country: "DE", region: "DE-BE" }, {}]) crowd.view(place)
  const { visit } = crowd.view()
  ring(crowd, "+15125550143")
  ring(crowd, null, { stated_source: { channel: "Email" } })
  // Not a whole second: a call that is told in seconds may have come at any time in its second, so after the last sign of life.
  crowd.advance(3001)
  crowd.beat(visit, "tap", crowd.numbers[0])
  ring(crowd, "+13125550142")
  crowd.advance(3000)
  ring(crowd, "+13125550143")
  ring(crowd, null, { code: "MAY" })

  const alone = openSite(1)
  const { visit: left } = alone.view()
  alone.advance(20_000)
  alone.beat(left, "hide")
  for (const from of [null, null, "+15125550143", "+15125550143", "+15125550144"]) {
    alone.advance(5 * MINUTE)
    ring(alone, from)
  }
  return [...said]
}

describe("writeEvidence", () => {
  it("[DASH4] says in the reader's language all that the core says of a caller", () => {
    const said = gather()
    const russian = { t: translator("ru") } as View
    expect(said.filter((words) => writeEvidence(russian, words) === words)).toEqual([])
    expect(said.map((words) => words.split(" ").slice(0, 2).join(" "))).toEqual(
      expect.arrayContaining([
        "tapped the",
        "on the",
        "left the",
        "last seen",
        "this caller's",
        "the number",
        "an earlier",
        "the caller",
        "called from",
        "gave the",
      ]),
    )
    const english = { t: translator("en") } as View
    for (const words of said) expect(writeEvidence(english, words)).toMatch(/^\S+ .+/)
  })
})
