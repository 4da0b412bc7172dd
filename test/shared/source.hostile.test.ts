import fc from "fast-check"
import { expect, test } from "vitest"
import { FIELD_LIMIT, STORED_URL_LIMIT } from "../../shared/protocol.js"
import { PARAMS } from "../../shared/source/params.js"
import { CHANNELS, GA4_CHANNELS, readSource, type Source, sourceFromFields } from "../../shared/source.js"

/** What holds of every source, whatever it was read from. */
function check(read: Source): void {
  expect(GA4_CHANNELS).toContain(read.ga4_channel)
  expect(read.source).not.toBe("")
  expect(read.medium).not.toBe("")
  for (const field of [read.channel, read.source, read.medium, read.campaign, read.term, read.content, read.click_id]) {
    if (field === null) continue
    expect(field.length).toBeLessThanOrEqual(FIELD_LIMIT)
    expect(field.trim()).not.toBe("")
    expect(field).not.toMatch(/[\u0000-\u001f]/)
    expect(field).not.toMatch(/\p{Surrogate}/u)
  }
  expect(read.landing_url.length).toBeLessThanOrEqual(STORED_URL_LIMIT)
  expect(read.landing_page.length).toBeLessThanOrEqual(FIELD_LIMIT)
  expect(read.referrer?.length ?? 0).toBeLessThanOrEqual(STORED_URL_LIMIT)
  expect(read.referrer).not.toBe("")
  expect(read.click_id === null).toBe(read.click_id_kind === null)
}

const wild = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 }).map((units) => String.fromCharCode(...units)),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
)
const name = fc.constantFrom(
  "utm_source",
  "utm_medium",
  "utm_campaign",
  "utm_term",
  "utm_content",
  "utm_id",
  "utm_referrer",
  "gclid",
  "fbclid",
  "yclid",
  "_openstat",
  "keyword",
  "network",
  "hmsr",
  "mc_cid",
  "__proto__",
  "constructor",
  "toString",
  "%75tm_source",
  "utm_source[]",
  "",
  "%",
  "amp;gclid",
)
const value = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc
    .array(
      fc.constantFrom(
        "%",
        "%E6",
        "%98",
        "%A5",
        "%FF",
        "%00",
        "%F0%9F",
        "+",
        "a",
        "\ud83d",
        "{",
        "}",
        "_",
        ";",
        "=",
        "&",
        "#",
        "?",
      ),
      { maxLength: 400 },
    )
    .map((parts) => parts.join("")),
)
const query = fc
  .array(fc.tuple(name, value), { maxLength: 12 })
  .map((pairs) => pairs.map(([key, text]) => `${key}=${text}`).join("&"))
const host = fc.constantFrom(
  "example.com",
  "www.google.com",
  "google.",
  "a..b",
  "xn--",
  "[::1]",
  "1.2.3",
  ".com",
  "localhost",
  "l.facebook.com",
  "co.uk",
  "GOOGLE.de",
  "пример.рф",
  "com",
)
const url = fc.oneof(
  wild,
  fc
    .tuple(
      fc.constantFrom(
        "https://",
        "http://",
        "HTTPS:",
        "android-app://",
        "ios-app://",
        "//",
        "file:///",
        "javascript:",
        "",
      ),
      host,
      fc.constantFrom("", "/", "/a", "/\u0000", "/%"),
      fc.constantFrom("", "?", "#", "?#"),
      query,
    )
    .map((parts) => parts.join("")),
)
const domains = fc.array(fc.oneof(host, wild), { maxLength: 5 })

test("no landing URL, referrer or domain makes it throw or leave its bounds", () => {
  fc.assert(
    fc.property(url, url, domains, (landing, referrer, own) => {
      const read = readSource({ url: landing, referrer, domains: own })
      check(read)
      expect(CHANNELS).toContain(read.channel)
    }),
    { numRuns: 3000 },
  )
})

test("no declared field makes it throw or leave its bounds", () => {
  const field = fc.option(fc.oneof(wild, fc.string({ maxLength: 2000 })), { nil: undefined })
  fc.assert(
    fc.property(
      fc.record({ channel: field, source: field, medium: field, campaign: field, term: field, content: field }),
      (fields) => {
        check(sourceFromFields(fields))
      },
    ),
    { numRuns: 1000 },
  )
})

test("the same input gives the same answer, and none is kept between calls", () => {
  fc.assert(
    fc.property(url, url, (landing, referrer) => {
      const input = { url: landing, referrer, domains: ["example.com"] }
      expect(readSource(input)).toEqual(readSource(input))
    }),
    { numRuns: 300 },
  )
})

test("a parameter that is no marketing parameter never reaches the stored URL", () => {
  const secret = fc.stringMatching(/^[a-z]{3,12}$/).filter((word) => !PARAMS.has(word))
  fc.assert(
    fc.property(secret, query, (key, tags) => {
      const read = readSource({
        url: `https://example.com/?${key}=s3cret&${tags.replaceAll("#", "")}&${key}2=s3cret`,
        referrer: "",
        domains: [],
      })
      expect(read.landing_url).not.toContain(`${key}=s3cret`)
    }),
    { numRuns: 500 },
  )
})

const HUGE = [
  "a".repeat(100_000),
  "%".repeat(100_000),
  "%FF".repeat(33_000),
  "%E6%98".repeat(16_000),
  "+".repeat(100_000),
  "&".repeat(100_000),
  "utm_source=".repeat(9_000),
  "utm_source=a&".repeat(8_000),
  "amp;".repeat(25_000),
  "\ud800".repeat(50_000),
  "\u0000".repeat(100_000),
  "{".repeat(100_000),
  "__A".repeat(33_000),
  "cp-".repeat(33_000),
  "shop".repeat(25_000),
  "a.".repeat(50_000),
  "google.".repeat(14_000),
  "/".repeat(100_000),
  " ".repeat(100_000),
  ";".repeat(100_000),
]

test.each(HUGE.map((text) => [text.slice(0, 12), text]))(
  "100 kB of %j in every place is read within bounds",
  (_, text) => {
    for (const landing of [
      text,
      `https://example.com/?utm_source=${text}`,
      `https://example.com/?${text}`,
      `https://example.com/${text}`,
      `https://${text}`,
      `https://example.com/?_openstat=${text}&utm_medium=${text}`,
      `https://example.com/#utm_source=${text}`,
    ])
      for (const referrer of [
        "",
        text,
        `https://www.baidu.com/s?wd=${text}`,
        `https://${text}.com/`,
        `android-app://${text}`,
      ])
        check(readSource({ url: landing, referrer, domains: [text, "example.com"] }))
    check(sourceFromFields({ channel: text, source: text, medium: text, campaign: text }))
  },
)
