import { expect, test } from "vitest"
import { readSource } from "../../shared/source.js"

const land = (query: string, referrer = "") =>
  readSource({ url: `https://www.example.com/p${query}`, referrer, domains: ["example.com"] })

// parameter, source, medium, our channel, GA4's channel.
const PAID: readonly (readonly [string, string, string, string, string])[] = [
  ["gclid", "google", "cpc", "Paid Search", "Paid Search"],
  ["gbraid", "google", "cpc", "Paid Search", "Paid Search"],
  ["wbraid", "google", "cpc", "Paid Search", "Paid Search"],
  ["msclkid", "bing", "cpc", "Paid Search", "Paid Search"],
  ["yclid", "yandex", "cpc", "Paid Search", "Paid Search"],
  ["ymclid", "market.yandex.ru", "cpc", "Paid Shopping", "Paid Other"],
  ["bd_vid", "baidu", "cpc", "Paid Search", "Paid Search"],
  ["qhclickid", "360", "cpc", "Paid Search", "Paid Other"],
  ["sgclid", "sogou", "cpc", "Paid Search", "Paid Search"],
  ["NaPm", "naver", "cpc", "Paid Search", "Paid Search"],
  ["ttclid", "tiktok", "cpc", "Paid Social", "Paid Social"],
  ["twclid", "twitter", "cpc", "Paid Social", "Paid Social"],
  ["li_fat_id", "linkedin", "cpc", "Paid Social", "Paid Social"],
  ["rdt_cid", "reddit", "cpc", "Paid Social", "Paid Social"],
  ["ScCid", "snapchat", "cpc", "Paid Social", "Paid Social"],
  ["rb_clickid", "vk", "cpc", "Paid Social", "Paid Other"],
  ["vkclid", "vk", "cpc", "Paid Social", "Paid Other"],
  ["gdt_vid", "tencent", "cpc", "Paid Social", "Paid Social"],
  ["qz_gdt", "tencent", "cpc", "Paid Social", "Paid Social"],
  ["qclid", "quora", "cpc", "Paid Social", "Paid Social"],
  ["ldtag_cl", "line", "cpc", "Paid Social", "Paid Social"],
  ["tblci", "taboola", "cpc", "Native", "Paid Other"],
  ["dicbo", "outbrain", "cpc", "Native", "Paid Other"],
  ["dclid", "dfa", "cpm", "Display", "Display"],
  ["irclickid", "impact", "affiliate", "Affiliates", "Affiliates"],
  ["awc", "awin", "affiliate", "Affiliates", "Affiliates"],
  ["cjevent", "cj", "affiliate", "Affiliates", "Affiliates"],
  ["mc_cid", "mailchimp", "email", "Email", "Email"],
  ["mc_eid", "mailchimp", "email", "Email", "Email"],
  ["_hsmi", "hubspot", "email", "Email", "Email"],
  ["_hsenc", "hubspot", "email", "Email", "Email"],
  ["_kx", "klaviyo", "email", "Email", "Email"],
  ["mkt_tok", "marketo", "email", "Email", "Email"],
]

test.each(PAID)("%s is %s / %s: %s, for GA4 %s, and beats the referrer", (kind, source, medium, channel, ga4) => {
  for (const referrer of ["", "https://www.facebook.com/", "https://example.com/"]) {
    expect(land(`?${kind}=AbC-123_x`, referrer)).toMatchObject({
      source,
      medium,
      channel,
      ga4_channel: ga4,
      click_id: "AbC-123_x",
      click_id_kind: kind,
      tagged: true,
    })
  }
})

test.each(PAID)("%s is found whatever its case and reported in its own spelling", (kind) => {
  expect(land(`?${kind.toUpperCase()}=a`).click_id_kind).toBe(kind)
  expect(land(`?${kind.toLowerCase()}=a`).click_id_kind).toBe(kind)
})

test.each(PAID)("an empty, blank or unfilled %s proves nothing", (kind) => {
  for (const value of [
    "",
    "+",
    "%20",
    `{${kind}}`,
    `%7B${kind}%7D`,
    `{{${kind}}}`,
    `__${kind.toUpperCase()}__`,
    `[${kind.toLowerCase()}]`,
  ])
    expect(land(`?${kind}=${value}`)).toMatchObject({
      source: "(direct)",
      channel: "Direct",
      click_id: null,
      click_id_kind: null,
      tagged: false,
    })
})

// parameter, the host it stands for, its source, medium and channel without a referrer.
const PASSED: readonly (readonly [string, string, string, string])[] = [
  ["fbclid", "facebook.com", "referral", "Organic Social"],
  ["igshid", "instagram.com", "referral", "Organic Social"],
  ["igsh", "instagram.com", "referral", "Organic Social"],
  ["epik", "pinterest.com", "referral", "Organic Social"],
  ["ysclid", "yandex", "organic", "Organic Search"],
  ["srsltid", "google", "organic", "Organic Search"],
]

test.each(PASSED)("%s is no proof of an ad: %s / %s, %s", (kind, source, medium, channel) => {
  expect(land(`?${kind}=AbC`)).toMatchObject({
    source,
    medium,
    channel,
    ga4_channel: "Direct",
    click_id: "AbC",
    click_id_kind: kind,
    referrer: null,
    tagged: false,
  })
  expect(land(`?${kind}=AbC`, "https://partner.example/")).toMatchObject({
    source: "partner.example",
    channel: "Referral",
    click_id_kind: kind,
  })
  expect(land(`?${kind}=AbC`, "https://example.com/")).toMatchObject({
    source: "(direct)",
    channel: "Direct",
    tagged: false,
  })
  expect(land(`?${kind}=`)).toMatchObject({ source: "(direct)", channel: "Direct", click_id: null })
})

// query, click id reported, its value, source.
const SEVERAL: readonly (readonly [string, string, string, string])[] = [
  ["?fbclid=f&gclid=g", "gclid", "g", "google"],
  ["?gbraid=b&gclid=g&wbraid=w", "gclid", "g", "google"],
  ["?dclid=d&gclid=g", "gclid", "g", "google"],
  ["?ysclid=s&yclid=y", "yclid", "y", "yandex"],
  ["?mc_cid=m&fbclid=f", "mc_cid", "m", "mailchimp"],
  ["?fbclid=f&msclkid=m", "msclkid", "m", "bing"],
  ["?gclid=one&gclid=two", "gclid", "one", "google"],
  ["?gclid=&fbclid=f", "fbclid", "f", "facebook.com"],
  ["?gclid={gclid}&yclid=7", "yclid", "7", "yandex"],
  ["?mc_eid=e&mc_cid=c", "mc_cid", "c", "mailchimp"],
  ["?gad_source=1&gbraid=b", "gbraid", "b", "google"],
]

test.each(SEVERAL)("of the ids in %s %s counts", (query, kind, value, source) => {
  expect(land(query)).toMatchObject({ click_id_kind: kind, click_id: value, source })
})

test.each(["?gad_source=1", "?gad_campaignid=123", "?gad_source=1&gad_campaignid=123"])(
  "%s is an ad click without an id",
  (query) => {
    expect(land(query, "https://www.google.com/")).toMatchObject({
      source: "google",
      medium: "cpc",
      channel: "Paid Search",
      click_id: null,
      click_id_kind: null,
      tagged: true,
    })
  },
)

test("the values of click ids keep their case", () => {
  const id = "EAIaIQobChMI5Kq2x7r1_wIVl4eDBx3kSwXhEAAYASAAEgKj8PD_BwE"
  expect(land(`?gclid=${id}`).click_id).toBe(id)
  expect(land(`?gbraid=${id}`).click_id).toBe(id)
})

test("tags beat a click id, which fills in what they leave out", () => {
  expect(land("?utm_source=partner&utm_medium=referral&gclid=a")).toMatchObject({
    source: "partner",
    medium: "referral",
    channel: "Referral",
    click_id: "a",
  })
  expect(land("?utm_source=google&gclid=a")).toMatchObject({
    source: "google",
    medium: "cpc",
    channel: "Paid Search",
    ga4_channel: "Paid Search",
  })
  expect(land("?utm_medium=cpc&msclkid=a")).toMatchObject({ source: "bing", medium: "cpc", channel: "Paid Search" })
  expect(land("?utm_campaign=spring&gclid=a")).toMatchObject({ source: "google", medium: "cpc", campaign: "spring" })
  expect(land("?utm_source=letter&mc_cid=a")).toMatchObject({ source: "letter", medium: "email", channel: "Email" })
})

test("fbclid beside tags of an ad leaves the tags as they are", () => {
  expect(land("?utm_source=fb&utm_medium=paid&fbclid=a", "https://l.facebook.com/")).toMatchObject({
    source: "fb",
    medium: "paid",
    channel: "Paid Social",
    ga4_channel: "Paid Social",
    click_id: "a",
    click_id_kind: "fbclid",
  })
})

test("Yahoo! JAPAN's yclid is not Yandex's", () => {
  expect(land("?yclid=YSS.1000123456.EAIaIQob")).toMatchObject({
    source: "yahoo",
    medium: "cpc",
    channel: "Paid Search",
    click_id_kind: "yclid",
  })
  expect(land("?yclid=YJAD.1550000000.abc")).toMatchObject({ source: "yahoo" })
  expect(land("?yclid=5812345678901234567")).toMatchObject({ source: "yandex" })
})

// Where the ad system says that it showed the ad.
const NETWORKS: readonly (readonly [string, string])[] = [
  ["?gclid=a&network=g", "Paid Search"],
  ["?gclid=a&network=s", "Paid Search"],
  ["?gclid=a&network=d", "Display"],
  ["?gclid=a&network=ytv", "Paid Video"],
  ["?gclid=a&network=x", "Cross-network"],
  ["?gclid=a&network={network}", "Paid Search"],
  ["?yclid=1&source_type=search", "Paid Search"],
  ["?yclid=1&source_type=context", "Display"],
  ["?utm_source=yandex&utm_medium=cpc&source_type=context", "Display"],
  ["?bd_vid=1&mediatype=1", "Paid Search"],
  ["?bd_vid=1&mediatype=2", "Display"],
  ["?network=d", "Direct"],
]

test.each(NETWORKS)("%s was shown in %s", (query, channel) => {
  expect(land(query).channel).toBe(channel)
})

// _openstat: direct.yandex.ru;12345;67890;search, and others.
const LABEL = "ZGlyZWN0LnlhbmRleC5ydTsxMjM0NTs2Nzg5MDtzZWFyY2g"
const OPENSTAT: readonly (readonly [string, object])[] = [
  [
    LABEL,
    { source: "yandex", medium: "cpc", campaign: "12345", content: "67890", channel: "Paid Search", tagged: true },
  ],
  [`${LABEL}=`, { source: "yandex", campaign: "12345" }],
  [`${LABEL}%3D`, { source: "yandex", campaign: "12345" }],
  ["direct.yandex.ru;12345;67890;search", { source: "yandex", campaign: "12345", content: "67890" }],
  ["market.yandex.ru%3Ba%3Bb%3Bc", { source: "market.yandex.ru", campaign: "a", channel: "Paid Shopping" }],
  ["www.begun.ru;a;b;c", { source: "begun.ru", medium: "cpc", channel: "Paid Other" }],
  ["ZGlyZWN0LnlhbmRleC5ydTvQutGA0YvRiNCwOzE7", { source: "yandex", campaign: "крыша", content: "1" }],
  ["ZGlyZWN0LnlhbmRleC5ydTs7Ow", { source: "yandex", campaign: null, content: null }],
  ["!!!!", { source: "(direct)", channel: "Direct", tagged: false }],
  ["AAAA", { source: "(direct)", tagged: false }],
  [";a;b;c", { source: "(direct)", tagged: false }],
  ["", { source: "(direct)", tagged: false }],
]

test.each(OPENSTAT)("_openstat=%s is read", (label, expected) => {
  expect(land(`?_openstat=${label}`)).toMatchObject(expected)
})

test("tags beat an Openstat label, which fills in what they leave out", () => {
  expect(land(`?_openstat=${LABEL}&utm_source=letter&utm_medium=email`)).toMatchObject({
    source: "letter",
    medium: "email",
    campaign: "12345",
  })
  expect(land(`?_openstat=${LABEL}&utm_campaign=spring`)).toMatchObject({
    source: "yandex",
    medium: "cpc",
    campaign: "spring",
  })
})

// Placeholders of the ad systems under plain names count on a tagged URL only.
const PLAIN: readonly (readonly [string, object])[] = [
  ["?bd_vid=1&keyword=%E5%B1%8B%E9%A1%B6&creative=77&keywordid=5", { term: "屋顶", content: "77" }],
  ["?yclid=1&keyword=roof&campaign_id=9&ad_id=4", { term: "roof", campaign: "9", content: "4" }],
  ["?utm_source=yandex&utm_medium=cpc&utm_term=a&keyword=b", { term: "a" }],
  ["?gclid=1&keyword={keyword}", { term: null }],
  ["?gclid=1&utm_term={keyword}&keyword=roof", { term: "roof" }],
  ["?n_keyword_id=nkw-1&n_query=%EC%A7%80%EB%B6%95&n_keyword=x", { source: "naver", medium: "cpc", term: "지붕" }],
  ["?DMCOL=PM&DMKW=roof", { source: "daum", medium: "cpc", term: "roof" }],
  [
    "?keyword=roof&campaign_id=9&creative=7",
    { term: null, campaign: null, content: null, channel: "Direct", tagged: false },
  ],
  ["?fbclid=1&keyword=roof", { term: null }],
  ["?utm_source=google&utm_medium=cpc&utm_id=123", { campaign: "123" }],
  ["?utm_source=google&utm_medium=cpc&utm_id=123&utm_campaign=spring", { campaign: "spring" }],
]

test.each(PLAIN)("[0.25] %s names its keyword and ad", (query, expected) => {
  expect(land(query)).toMatchObject(expected)
})
