import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { updateCall } from "../../server/core/call/call.js"
import { createCode, deleteCode, listCodes } from "../../server/core/number/code.js"
import { addNumbers, updateNumber } from "../../server/core/number/number.js"
import { createPool } from "../../server/core/number/pool-setup.js"
import { createRule, deleteRule, fitsGlob, listRules, testRules, updateRule } from "../../server/core/number/rule.js"
import type { RuleCondition } from "../../shared/contract-rules.js"
import { HOUR, openSite, START, TARGET } from "./memory-site.js"

const MAIL = "https://shop.example/spring?utm_source=news&utm_medium=email&utm_campaign=May-Sale"
const when = (field: RuleCondition["field"], values: string[], more: Partial<RuleCondition> = {}): RuleCondition => ({
  field,
  values,
  match: "exact",
  not: false,
  ...more,
})
const rule = (conditions: RuleCondition[], outcome: object, more: object = {}) =>
  ({ name: "rule", place: 100, enabled: true, conditions, outcome, ...more }) as never

function openShop() {
  const shop = openSite()
  const [radio] = addNumbers(shop.site(), [
    { e164: "+12125550150", kind: "static", source: { channel: "Email", source: "letter", medium: "email" } },
  ])
  const shown = (options: Parameters<typeof shop.view>[0] = {}) => shop.view(options).swaps[0]?.number ?? null
  return { ...shop, radio: radio?.id ?? "", shown }
}

describe("rules", () => {
  it("[U1] without a rule that fits, the first pool of the number on the page serves", () => {
    const shop = openShop()
    createRule(shop.site(), rule([when("channel", ["Email"])], { show: "nothing" }))
    expect(shop.numbers).toContain(shop.shown())
    expect(shop.shown({ url: MAIL })).toBeNull()
  })

  it("[U1] the first rule in order decides; of one place a static number goes before a pool", () => {
    const shop = openShop()
    createRule(shop.site(), rule([], { show: "pool", pool: shop.pool }))
    createRule(shop.site(), rule([when("channel", ["Email"])], { show: "number", number: shop.radio }))
    expect(shop.shown({ url: MAIL })).toBe("+12125550150")
    const last = createRule(shop.site(), rule([], { show: "nothing" }, { place: 1 }))
    expect(shop.shown({ url: MAIL })).toBeNull()
    expect(listRules(shop.site())[0]?.id).toBe(last.id)
    updateRule(shop.site(), last.id, { enabled: false })
    expect(shop.shown({ url: MAIL })).toBe("+12125550150")
    deleteRule(shop.site(), last.id)
    expect(listRules(shop.site())).toHaveLength(2)
  })

  it("[U1] a static number on the web leads its calls back to its source and takes no lease", () => {
    const shop = openShop()
    createRule(shop.site(), rule([], { show: "number", number: shop.radio }))
    expect(shop.view().swaps[0]).toMatchObject({ number: "+12125550150", lease: null })
    expect(shop.call("+12125550150").source).toMatchObject({ channel: "Email", source: "letter" })
  })

  it("[U1] a rule whose number is paused does not decide", () => {
    const shop = openShop()
    createRule(shop.site(), rule([], { show: "number", number: shop.radio }))
    updateNumber(shop.site(), shop.radio, { state: "paused" })
    expect(shop.numbers).toContain(shop.shown())
  })

  it("[U1] rules of one number on the page leave the others alone", () => {
    const shop = openShop()
    createPool(shop.site(), {
      name: "Fax",
      target: "+12125550170",
      numbers: ["+12125550171"],
      overflow: "share",
      idle_minutes: 30,
    })
    createRule(shop.site(), rule([], { show: "nothing" }, { target: "+12125550170" }))
    const swaps = new Map(shop.view().swaps.map(({ target, number }) => [target, number]))
    expect(shop.numbers).toContain(swaps.get(TARGET))
    expect(swaps.get("+12125550170")).toBeNull()
  })

  it("[U1] a visit keeps what it was shown when the hour of a rule has passed", () => {
    const shop = openShop()
    createRule(shop.site(), rule([when("hour", ["11"])], { show: "nothing" }))
    const first = shop.view()
    shop.advance(50 * 60_000)
    shop.beat(first.visit)
    expect(shop.shown()).toBe(shop.numbers[1])
    shop.advance(20 * 60_000)
    expect(shop.shown()).toBeNull()
  })

  it.each<[RuleCondition, object, boolean]>([
    [when("channel", ["email"]), { url: MAIL }, true],
    [when("source", ["x", "NEWS"]), { url: MAIL }, true],
    [when("medium", ["email"], { not: true }), { url: MAIL }, false],
    [when("campaign", ["may-"], { match: "prefix" }), { url: MAIL }, true],
    [when("campaign", ["*sale"], { match: "glob" }), { url: MAIL }, true],
    [when("campaign", ["m?y"], { match: "glob" }), { url: MAIL }, false],
    [when("term", ["plumber"]), { url: `${MAIL}&utm_term=plumber` }, true],
    [when("click_id", ["gclid"]), { url: "https://shop.example/?gclid=abc" }, true],
    [when("landing_page", ["*/spring"], { match: "glob" }), { url: MAIL }, true],
    [
      when("referrer", ["https://www.google."], { match: "prefix" }),
      { url: "https://shop.example/", referrer: "https://www.google.com/x" },
      true,
    ],
    [when("country", ["DE", "AT"]), { url: MAIL, country: "AT" }, true],
    [when("country", ["DE"]), { url: MAIL }, false],
    [when("region", ["bavaria"]), { url: MAIL, region: "Bavaria" }, true],
    [when("device", ["mobile"]), { url: MAIL, device: "mobile" }, true],
    [when("language", ["de"], { match: "prefix" }), { url: MAIL, language: "de-AT" }, true],
    [when("visitor", ["returning"]), { url: MAIL, visitor: "returning" }, true],
    [when("weekday", ["mon", "tue"]), { url: MAIL, at: new Date(START).toISOString() }, true],
    [when("hour", ["10"]), { url: MAIL, at: new Date(START).toISOString() }, true],
    [when("hour", ["10"]), { url: MAIL, at: new Date(START + HOUR).toISOString() }, false],
  ])("[U2] %j asked of %j", (condition, visit, expected) => {
    const shop = openShop()
    const { id } = createRule(shop.site(), rule([condition], { show: "nothing" }))
    const test = { referrer: "", device: "desktop", visitor: "first", ...visit } as never
    const { targets, rules } = testRules(shop.site(), test)
    expect(rules[0]?.fits).toBe(expected)
    expect(rules[0]?.why[0]).toMatch(expected ? /: fits$/ : /: does not fit$/)
    expect(targets[0]?.rule).toBe(expected ? id : null)
  })

  it("[U2] globs mean what they say, in bounded time", () => {
    const simple = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 8 })
    const texts = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 })
    fc.assert(
      fc.property(simple, texts, (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`)
        expect(fitsGlob(pattern, text)).toBe(expression.test(text))
      }),
      { numRuns: 500 },
    )
    expect(fitsGlob("*a".repeat(128), "a".repeat(256).concat("b"))).toBe(false)
  })

  it("[U1] a rule names only what the site has", () => {
    const shop = openShop()
    const unknown = "00000000000"
    expect(() => createRule(shop.site(), rule([], { show: "pool", pool: `pool_${unknown}` }))).toThrow()
    expect(() => createRule(shop.site(), rule([], { show: "number", number: `num_${unknown}` }))).toThrow()
  })
})

describe("codes", () => {
  const spring = { channel: "Event", source: "fair", medium: "event" }

  it("[U3] a code on a static number narrows its source down", () => {
    const shop = openShop()
    createCode(shop.site(), { kind: "code", code: "FAIR7", number: null, source: spring })
    const { id } = shop.call("+12125550150")
    expect(patch(shop, id, { code: "FAIR7" })).toMatchObject({ method: "code", channel: "Event", confidence: 0.95 })
    expect(patch(shop, id, { code: "WRONG" })).toMatchObject({ method: "static" })
  })

  it("[U3] a code that no visit's channel fits beats the visits; one that fits makes its visit surer", () => {
    const shop = openSite(1)
    const mail = shop.view({ url: MAIL })
    shop.advance(20_000)
    shop.beat(mail.visit)
    shop.view()
    shop.beat(mail.visit)
    createCode(shop.site(), {
      kind: "code",
      code: "MAIL",
      number: null,
      source: { channel: "Email", source: "news", medium: "email" },
    })
    createCode(shop.site(), { kind: "code", code: "FAIR", number: null, source: spring })
    const plain = shop.call(shop.numbers[0] ?? "")
    const fitting = patch(shop, plain.id, { code: "MAIL" })
    expect(fitting).toMatchObject({ method: "lease", channel: "Email" })
    expect(fitting.confidence).toBeGreaterThan(
      plain.attribution.candidates.find(({ visit }) => visit === mail.visit)?.probability ?? 1,
    )
    expect(patch(shop, plain.id, { code: "FAIR" })).toMatchObject({ method: "code", channel: "Event", visit_id: null })
  })

  it("[U3] one code stands for one source on a number", () => {
    const shop = openShop()
    const made = createCode(shop.site(), { kind: "key", code: "1", number: shop.radio, source: spring })
    expect(() => createCode(shop.site(), { kind: "key", code: "1", number: shop.radio, source: spring })).toThrow(
      /already/,
    )
    createCode(shop.site(), { kind: "key", code: "1", number: null, source: spring })
    deleteCode(shop.site(), made.id)
    expect(listCodes(shop.site())).toHaveLength(1)
    expect(() => deleteCode(shop.site(), made.id)).toThrow()
  })
})

function patch(shop: ReturnType<typeof openSite>, id: string, fields: object) {
  return updateCall(shop.site(), id, fields as never)
}
