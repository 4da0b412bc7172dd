import { sql } from "drizzle-orm"
import { describe, expect, it } from "vitest"
import { listEarlier } from "../../server/core/attribution/answer.js"
import { cellOf, PRIOR, rateOf } from "../../server/core/attribution/hazard.js"
import { relearnCall, updateCall } from "../../server/core/call/call.js"
import { resolveQuery } from "../../server/core/call/call-list.js"
import { addNumbers, updateNumber } from "../../server/core/number/number.js"
import { models } from "../../server/core/schema/schema.js"
import { decodeId, encodeId } from "../../server/core/store/id.js"
import { DAY, HOUR, MINUTE, openSite, START, TARGET } from "./memory-site.js"

const CALLER = "+14155550123"
const EMAIL = "https://shop.example/?utm_source=news&utm_medium=email&utm_campaign=may"
const number = (shop: ReturnType<typeof openSite>, index = 0): string => shop.numbers[index] ?? ""
const desktop = { mobile: false, pages: 1, tapAgo: null }
const call = (id: string): number => decodeId("call", id)?.id ?? 0

describe("resolve", () => {
  it("[A1] a static number answers with its source, whoever holds what", () => {
    const shop = openSite()
    addNumbers(shop.site(), [
      { e164: "+12125550150", kind: "static", source: { channel: "Radio", source: "fm", medium: "radio" } },
    ])
    expect(shop.call("+12125550150").attribution).toMatchObject({
      state: "attributed",
      method: "static",
      confidence: 1,
    })
  })

  it("[A2] one visit on the page is answered with the closed form of its rate", () => {
    const shop = openSite()
    const { visit } = shop.view()
    shop.advance(20_000)
    shop.beat(visit)
    shop.advance(10_000)
    const { attribution } = shop.call(number(shop))
    const rate = rateOf(PRIOR, cellOf({ ...desktop, hidden: false, stayed: 20_000, silence: 10_000 }), "")
    expect(attribution.confidence).toBeCloseTo(rate / (rate + PRIOR.stray), 4)
    expect(attribution.candidates).toMatchObject([{ visit }])
  })

  it("[A2] two visits that shared a number one after the other are both named, by their rates", () => {
    const shop = openSite(1)
    const first = shop.view()
    shop.advance(20_000)
    shop.beat(first.visit, "hide")
    shop.advance(10 * MINUTE)
    const second = shop.view()
    shop.advance(5000)
    const { attribution } = shop.call(number(shop))
    // A moment of whole seconds stands for all of its second.
    const now = rateOf(PRIOR, cellOf({ ...desktop, hidden: false, stayed: 0, silence: 5999 }), "")
    const then = rateOf(PRIOR, cellOf({ ...desktop, hidden: true, stayed: 20_000, silence: 10 * MINUTE + 5999 }), "")
    const total = now + then + PRIOR.stray
    expect(attribution.candidates.map(({ visit }) => visit)).toEqual([second.visit, first.visit])
    expect(attribution.candidates[0]?.probability).toBeCloseTo(now / total, 4)
    expect(attribution.candidates[1]?.probability).toBeCloseTo(then / total, 4)
    expect(attribution.no_visit).toBeCloseTo(PRIOR.stray / total, 4)
  })

  it("[A2] the visits of one visitor on a number count together, and the likelier one is named", () => {
    const shop = openSite(1)
    const first = shop.view()
    shop.advance(20_000)
    shop.beat(first.visit, "hide")
    shop.advance(40 * MINUTE)
    const again = shop.view({ visitor: first.visitor })
    shop.advance(20_000)
    shop.beat(again.visit, "hide")
    shop.advance(HOUR)
    const { visit, attribution } = shop.call(number(shop))
    expect(visit).toBe(again.visit)
    expect(attribution.candidates.map((one) => one.visit)).toEqual([again.visit, first.visit])
    const sum = attribution.candidates.reduce((total, { probability }) => total + probability, 0)
    expect(attribution.confidence).toBeCloseTo(sum, 3)
  })

  it("[A2] a tap on the number says who calls, in words too", () => {
    const shop = openSite(1, { overflow: "share" })
    shop.view()
    shop.advance(MINUTE)
    const second = shop.view()
    shop.advance(1000)
    shop.beat(second.visit, "tap", number(shop))
    shop.advance(8000)
    const { attribution } = shop.call(number(shop))
    expect(attribution).toMatchObject({ state: "attributed", candidates: [{ visit: second.visit }] })
    expect(attribution.candidates[0]?.evidence[0]).toMatch(/^tapped the number [89] s before the call$/)
  })

  it("[A2] an engaged visit is likelier than a glance of the same silence", () => {
    const shop = openSite(1)
    const engaged = shop.view()
    shop.advance(30_000)
    shop.beat(engaged.visit, "hide")
    const glance = shop.view()
    shop.beat(glance.visit, "hide")
    shop.advance(2 * HOUR)
    expect(shop.call(number(shop)).attribution.candidates[0]?.visit).toBe(engaged.visit)
  })

  it("[A4] a caller heard before is led to his visitor, after others held the number", () => {
    const shop = openSite(1)
    const first = shop.view()
    shop.advance(20_000)
    shop.beat(first.visit, "tap", number(shop))
    shop.advance(5000)
    expect(shop.call(number(shop), CALLER).visit).toBe(first.visit)
    for (let other = 0; other < 80; other++) {
      shop.advance(31 * MINUTE)
      shop.view()
    }
    shop.advance(1000)
    const again = shop.call(number(shop), CALLER)
    expect(again.visitor).toBe(first.visitor)
    expect(again.attribution.candidates[0]?.evidence.join()).toMatch(/earlier call was his/)
    expect(shop.call(number(shop), "+14155550188").visitor).not.toBe(first.visitor)
  })

  it("[A4] a withheld caller is nobody's memory", () => {
    const shop = openSite(1)
    const first = shop.view()
    shop.advance(20_000)
    shop.beat(first.visit, "tap", number(shop))
    shop.advance(5000)
    expect(shop.call(number(shop), "anonymous").visit).toBe(first.visit)
    shop.advance(31 * MINUTE)
    const second = shop.view()
    shop.advance(1000)
    expect(shop.call(number(shop), "anonymous").visit).toBe(second.visit)
  })

  it("[A4] a withheld caller may be he who called withheld before, where nobody else is likely", () => {
    const shop = openSite(1)
    const first = shop.view()
    shop.advance(20_000)
    shop.beat(first.visit, "tap", number(shop))
    shop.advance(5000)
    shop.call(number(shop), "anonymous")
    shop.advance(31 * MINUTE)
    const second = shop.view()
    shop.advance(5000)
    shop.beat(second.visit, "hide")
    shop.advance(6 * HOUR)
    const again = shop.call(number(shop), "anonymous")
    expect(again.visit).toBe(first.visit)
    expect(again.attribution.candidates[0]?.evidence.join()).toMatch(/withheld number was likely his/)
    expect(again.attribution.confidence).toBeLessThan(0.99)
    // Who shows his number has not called before.
    expect(shop.call(number(shop), CALLER).visit).not.toBe(first.visit)
  })

  it("[A4] a visitor who has called is less likely to be another caller", () => {
    const [called, silent] = [true, false].map((calls) => {
      const shop = openSite(1)
      const first = shop.view()
      shop.advance(20_000)
      shop.beat(first.visit, "hide")
      if (calls) shop.call(number(shop), CALLER)
      shop.advance(20 * MINUTE)
      shop.view()
      shop.advance(1000)
      const { candidates } = shop.call(number(shop), "+14155550188").attribution
      return candidates.find(({ visit }) => visit === first.visit)?.probability ?? 0
    })
    expect(called).toBeLessThan(silent ?? 0)
  })

  it("[A6] nothing leads back to a number that nobody held, that is not the site's, or a call before the first lease", () => {
    const shop = openSite()
    expect(shop.call(number(shop)).attribution).toMatchObject({ state: "unattributed", reason: "no_lease" })
    expect(shop.call("+12125550999").attribution).toMatchObject({ state: "unattributed", reason: "unknown_number" })
    shop.view()
    expect(shop.call(number(shop), null, START - DAY).attribution).toMatchObject({ reason: "no_lease" })
    expect(shop.call(number(shop), null, 86_400_000).attribution).toMatchObject({ reason: "no_lease" })
  })

  it("[A6] long after the last visit it is likelier that no visit called, and the answer says so", () => {
    const shop = openSite()
    shop.view()
    shop.advance(60 * DAY)
    expect(shop.call(number(shop)).attribution).toMatchObject({ state: "unattributed", reason: "no_visit" })
  })

  it("[A7] later visits, beats and rates change no answer, and two calls of one millisecond have the same one", () => {
    const shop = openSite(1)
    const first = shop.view()
    shop.advance(40_000)
    shop.beat(first.visit, "hide")
    shop.advance(10_000)
    const at = shop.now()
    const a = shop.call(number(shop))
    const b = shop.call(number(shop))
    expect(a.attribution).toEqual(b.attribution)
    shop.advance(31 * MINUTE)
    shop.view()
    const model = { ...PRIOR, rates: PRIOR.rates.map((rate) => rate / 7) }
    shop.db.insert(models).values({ id: shop.site().newId(), calls: 0, model }).run()
    const later = resolveQuery(shop.site(), { to: number(shop), at: new Date(at).toISOString() })
    expect(later.attribution.candidates).toEqual(a.attribution.candidates)
  })

  it("[A7] learning again gives another answer on request, and both are kept", () => {
    const shop = openSite(1)
    const { visit } = shop.view()
    shop.advance(40_000)
    shop.beat(visit)
    const before = shop.call(number(shop))
    shop.advance(1000)
    const model = { ...PRIOR, rates: PRIOR.rates.map((rate) => rate / 50) }
    shop.db.insert(models).values({ id: shop.site().newId(), calls: 0, model }).run()
    const after = relearnCall(shop.site(), before.id)
    expect(after.confidence).toBeLessThan(before.attribution.confidence)
    const [earlier] = listEarlier(shop.site(), after.id)
    expect(earlier?.answer.confidence).toBeCloseTo(before.attribution.confidence, 3)
  })

  it("[A8] a person's word is final, and the answer before it is kept", () => {
    const shop = openSite(2)
    const first = shop.view({ url: EMAIL })
    shop.advance(MINUTE)
    shop.view()
    shop.advance(1000)
    const { id } = shop.call(number(shop, 1))
    const corrected = updateCall(shop.site(), id, { visit: first.visit ?? "" })
    expect(corrected).toMatchObject({ state: "attributed", method: "corrected", confidence: 1, channel: "Email" })
    expect(relearnCall(shop.site(), id)).toMatchObject({ method: "corrected", channel: "Email" })
    expect(listEarlier(shop.site(), call(id))).toHaveLength(1)
    expect(updateCall(shop.site(), id, { visit: null })).toMatchObject({ state: "unattributed", reason: "no_visit" })
    expect(() => updateCall(shop.site(), id, { visit: "vis_0000000000000000000" })).toThrow(/not valid/)
  })

  describe("a caller's region", () => {
    const TEXAN = "+15125550143"
    /** Two visits alike that saw one number, from two places, and how many times likelier the first one called than without. */
    const oddsOf = (places: readonly [object, object], callers = 0, from = TEXAN) => {
      const [known, withheld] = [from, null].map((caller) => {
        const shop = openSite(1)
        for (let other = 0; other < callers; other++) shop.call(TARGET, `+15125550${200 + other}`)
        const visits = places.map((place) => shop.view({ url: EMAIL, ...place }).visit)
        shop.advance(20_000)
        for (const visit of visits) shop.beat(visit)
        const { candidates } = shop.call(number(shop), caller).attribution
        return visits.map((visit) => candidates.find((one) => one.visit === visit))
      })
      const odds = (pair: typeof known) => (pair?.[0]?.probability ?? 0) / (pair?.[1]?.probability ?? 1)
      return { times: odds(known) / odds(withheld), evidence: known?.map((one) => one?.evidence.join("; ") ?? "") }
    }
    const TEXAS = { country: "US", region: "US-TX" }
    const OHIO = { country: "US", region: "US-OH" }

    it("[A5] tells visits of two regions apart, in words too", () => {
      // Nobody called before: the prior says that half of all callers are from there.
      const { times, evidence } = oddsOf([TEXAS, OHIO])
      expect(times).toBeCloseTo((0.5 / 0.5 + 0.5) / 0.5, 2)
      expect(evidence?.[0]).toContain("called from US-TX, browsed from US-TX")
      expect(evidence?.[1]).toContain("called from US-TX, browsed from US-OH")
    })

    it("[A5] says less the more callers come from there", () => {
      const { times } = oddsOf([TEXAS, OHIO], 36)
      expect(times).toBeCloseTo((0.5 / (38 / 40) + 0.5) / 0.5, 2)
    })

    it("[A5] says nothing of a visit or a number whose region nobody knows, and another country weighs more than another region", () => {
      expect(oddsOf([{ country: "US" }, {}]).times).toBeCloseTo(1, 5)
      expect(oddsOf([TEXAS, OHIO], 0, "+18005550143").times).toBeCloseTo(1, 5)
      expect(oddsOf([OHIO, { country: "DE", region: "DE-TX" }]).times).toBeCloseTo(0.5 / 0.15, 2)
    })
  })

  it("[A5] what the caller said moves the odds of two channels by its likelihood, and back again", () => {
    const shop = openSite(1)
    const email = shop.view({ url: EMAIL })
    shop.advance(20_000)
    shop.beat(email.visit)
    const direct = shop.view()
    shop.advance(20_000)
    shop.beat(direct.visit)
    shop.beat(email.visit)
    const plain = shop.call(number(shop))
    const said = updateCall(shop.site(), plain.id, { stated_source: { channel: "Email" } })
    const odds = (list: readonly { probability: number }[]) => (list[0]?.probability ?? 0) / (list[1]?.probability ?? 1)
    expect(odds(plain.attribution.candidates)).toBeCloseTo(1, 0)
    expect(said.channel).toBe("Email")
    expect(odds(said.candidates) / odds(plain.attribution.candidates)).toBeCloseTo(1 / 0.08, 1)
    expect(said.candidates[0]?.evidence).toContain("the caller named Email")
    expect(updateCall(shop.site(), plain.id, { stated_source: null }).confidence).toBeCloseTo(
      plain.attribution.confidence,
      4,
    )
  })

  it("[A6] a number that was moved between pools answers by the leases it had", () => {
    const shop = openSite(1)
    const { visit } = shop.view()
    shop.advance(20_000)
    shop.beat(visit)
    const at = shop.now()
    const row = shop.db.all<{ id: number }>(sql`select id from numbers`)[0]
    updateNumber(shop.site(), encodeId("num", row?.id ?? 0), { state: "retired" })
    shop.advance(DAY)
    expect(shop.call(number(shop), null, at).visit).toBe(visit)
  })

  it("[A2] the page's own number is no number of a pool", () => {
    const shop = openSite()
    shop.view()
    expect(shop.call(TARGET).attribution.reason).toBe("unknown_number")
  })
})
