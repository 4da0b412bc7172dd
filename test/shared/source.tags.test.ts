import { expect, test } from "vitest"
import { CHANNELS, readSource } from "../../shared/source.js"

const land = (query: string, referrer = "") =>
  readSource({ url: `https://www.example.com/p${query}`, referrer, domains: ["example.com"] })

// source, medium, campaign, our channel, GA4's channel: GA4's traps mended, and tags as people speak.
const CASES: readonly (readonly [string, string, string, string, string])[] = [
  // The traps of GA4's patterns.
  ["google", "ppc-brand", "", "Paid Search", "Organic Search"],
  ["facebook", "social_paid", "", "Paid Social", "Organic Social"],
  ["google", "cpm", "", "Display", "Paid Search"],
  ["google", "cpc", "eshop", "Paid Search", "Paid Shopping"],
  ["google", "cpc", "workshop", "Paid Search", "Paid Search"],
  ["google", "cpc", "Shopping | shoes", "Paid Shopping", "Paid Shopping"],
  ["google", "cpc", "PMax spring", "Cross-network", "Paid Search"],
  ["google", "cpc", "performance_max_1", "Cross-network", "Paid Search"],
  ["google", "cpc", "cross-network", "Cross-network", "Cross-network"],
  ["google", "cpc", "epmaxi", "Paid Search", "Paid Search"],
  ["mailing", "newsletter", "", "Email", "Unassigned"],
  ["mailing", "email_newsletter", "", "Email", "Unassigned"],
  ["newsletter", "", "", "Email", "Unassigned"],
  ["facebook", "email", "", "Email", "Organic Social"],
  ["facebook", "email_blast", "", "Email", "Organic Social"],
  ["google", "email", "", "Email", "Organic Search"],
  ["netflix", "email", "", "Email", "Organic Video"],
  ["crm", "sms", "", "SMS", "SMS"],
  ["crm", "web-push", "", "Push", "Mobile Push Notifications"],
  ["crm", "push_notification", "", "Push", "Mobile Push Notifications"],
  ["firebase", "", "", "Push", "Mobile Push Notifications"],
  ["partner", "affiliates", "", "Affiliates", "Unassigned"],
  ["awin", "referral", "", "Affiliates", "Referral"],
  ["spotify", "podcast", "", "Audio", "Unassigned"],
  ["somebody", "cpa", "", "Paid Other", "Paid Other"],
  ["somebody", "social_media", "", "Organic Social", "Unassigned"],
  ["somebody", "paid_social", "", "Paid Social", "Paid Other"],
  ["somebody", "paid-search", "", "Paid Search", "Paid Other"],
  ["somebody", "paid video", "", "Paid Video", "Paid Other"],
  ["somebody", "video", "", "Organic Video", "Organic Video"],
  ["somebody", "native", "", "Native", "Unassigned"],
  ["taboola", "cpc", "", "Native", "Paid Other"],
  ["somebody", "retargeting", "", "Paid Other", "Paid Other"],
  ["criteo", "retargeting", "", "Display", "Paid Other"],
  ["somebody", "banner", "", "Display", "Display"],
  ["somebody", "referral", "", "Referral", "Referral"],
  ["somebody", "partner", "", "Referral", "Unassigned"],
  ["somebody", "organic", "", "Organic Search", "Organic Search"],
  ["somebody", "something", "", "Unassigned", "Unassigned"],
  ["", "something", "", "Unassigned", "Unassigned"],
  ["", "cpc", "", "Paid Other", "Paid Other"],
  // Nicknames and regional places that GA4 does not list.
  ["adwords", "cpc", "", "Paid Search", "Paid Other"],
  ["googleads", "cpc", "", "Paid Search", "Paid Other"],
  ["bing_ads", "ppc", "", "Paid Search", "Paid Other"],
  ["yandex_direct", "cpc", "", "Paid Search", "Paid Other"],
  ["yandex.direct", "cpc", "", "Paid Search", "Paid Other"],
  ["яндекс", "cpc", "", "Paid Search", "Paid Other"],
  ["yandex", "cpc", "moscow_rsya_1", "Display", "Paid Search"],
  ["yandex", "cpc", "поиск_рся", "Display", "Paid Search"],
  ["yandex", "cpm", "", "Display", "Paid Search"],
  ["baidu", "sem", "", "Paid Search", "Organic Search"],
  ["baidu", "竞价", "", "Paid Search", "Organic Search"],
  ["百度", "cpc", "", "Paid Search", "Paid Other"],
  ["baidu", "信息流", "", "Display", "Organic Search"],
  ["baidu", "feed", "", "Organic Search", "Organic Search"],
  ["sogou", "cpc", "", "Paid Search", "Paid Search"],
  ["360", "cpc", "", "Paid Search", "Paid Other"],
  ["shenma", "cpc", "", "Paid Search", "Paid Other"],
  ["naver", "cpc", "", "Paid Search", "Paid Search"],
  ["brave", "cpc", "", "Paid Search", "Paid Other"],
  ["vk", "cpc", "", "Paid Social", "Paid Other"],
  ["vk", "target", "", "Paid Social", "Unassigned"],
  ["yandex", "context", "", "Paid Search", "Organic Search"],
  ["vk", "таргет", "", "Paid Social", "Unassigned"],
  ["vk_ads", "cpm", "", "Paid Social", "Display"],
  ["mytarget", "cpc", "", "Paid Social", "Paid Other"],
  ["ok", "social", "", "Organic Social", "Organic Social"],
  ["dzen", "referral", "", "Organic Social", "Referral"],
  ["x", "paid", "", "Paid Social", "Paid Other"],
  ["ig", "paid", "", "Paid Social", "Paid Social"],
  ["an", "paid", "", "Paid Social", "Paid Other"],
  ["meta", "paid", "", "Paid Social", "Paid Other"],
  ["douyin", "cpc", "", "Paid Social", "Paid Other"],
  ["抖音", "信息流", "", "Paid Social", "Unassigned"],
  ["oceanengine", "ocpm", "", "Paid Social", "Paid Other"],
  ["xiaohongshu", "cpc", "", "Paid Social", "Paid Other"],
  ["小红书", "social", "", "Organic Social", "Organic Social"],
  ["zhihu", "", "", "Organic Social", "Unassigned"],
  ["知乎", "referral", "", "Organic Social", "Referral"],
  ["kuaishou", "cpc", "", "Paid Video", "Paid Other"],
  ["bilibili", "referral", "", "Organic Video", "Referral"],
  ["youtube", "social", "", "Organic Video", "Organic Social"],
  ["yt", "cpc", "", "Paid Video", "Paid Other"],
  ["taobao", "cpc", "", "Paid Shopping", "Paid Other"],
  ["avito", "cpc", "", "Paid Shopping", "Paid Other"],
  ["ozon", "referral", "", "Organic Shopping", "Referral"],
  ["meituan", "referral", "", "Group Buy", "Referral"],
  ["chatgpt.com", "", "", "AI Assistant", "Unassigned"],
  ["chatgpt", "referral", "", "AI Assistant", "Referral"],
  ["perplexity", "organic", "", "AI Assistant", "Organic Search"],
  ["deepseek", "ai-assistant", "", "AI Assistant", "AI Assistant"],
  ["telegram", "social", "", "Messenger", "Organic Social"],
  ["telegram", "cpc", "", "Paid Social", "Paid Other"],
  ["whatsapp", "referral", "", "Messenger", "Organic Social"],
  ["wechat", "", "", "Messenger", "Organic Social"],
  ["line", "message", "", "Messenger", "Organic Social"],
  ["dianping", "referral", "", "Directory", "Organic Social"],
  ["yelp", "referral", "", "Directory", "Organic Social"],
  ["google", "organic", "gmb", "Map Listing", "Organic Search"],
  ["google", "organic", "GBP-listing", "Map Listing", "Organic Search"],
  ["gmb", "organic", "", "Map Listing", "Organic Search"],
  ["google_maps", "referral", "", "Map Listing", "Referral"],
  ["2gis", "referral", "", "Map Listing", "Referral"],
  ["google", "local", "", "Map Listing", "Organic Search"],
  ["yandex_maps", "cpc", "", "Map Listing", "Paid Other"],
  ["https://www.facebook.com/page", "referral", "", "Organic Social", "Referral"],
  ["www.facebook.com", "referral", "", "Organic Social", "Referral"],
  ["m.vk.com", "referral", "", "Organic Social", "Organic Social"],
  // [0.11] Channels of the street, tagged on the web (a QR code on a poster).
  ["poster", "qr", "", "QR Code", "Unassigned"],
  ["fm-104", "radio", "", "Radio", "Unassigned"],
  ["radio", "offline", "", "Offline", "Unassigned"],
  ["channel-5", "tv", "", "TV", "Unassigned"],
  ["daily", "newspaper", "", "Print", "Unassigned"],
  ["city", "billboard", "", "Outdoor", "Unassigned"],
  ["line-2", "metro", "", "Transit", "Unassigned"],
  ["公交", "户外", "", "Outdoor", "Unassigned"],
  ["地铁", "", "", "Transit", "Unassigned"],
  ["метро", "", "", "Transit", "Unassigned"],
  ["expo-2026", "event", "", "Event", "Unassigned"],
  ["expo-2026", "展会", "", "Event", "Unassigned"],
  ["main-street", "store", "", "Store", "Unassigned"],
  ["team-3", "street-promotion", "", "Street Promotion", "Unassigned"],
  ["team-3", "地推", "", "Street Promotion", "Unassigned"],
  ["anna", "influencer", "", "KOL", "Unassigned"],
  ["小红书", "达人", "", "KOL", "Unassigned"],
  ["xiaohongshu", "kol", "", "KOL", "Unassigned"],
  ["douyin", "团购", "", "Group Buy", "Unassigned"],
  ["sq-1", "community_group_buy", "", "Group Buy", "Unassigned"],
  ["gzh", "公众号", "", "Public Account", "Unassigned"],
  ["old-customer", "word-of-mouth", "", "Word of Mouth", "Unassigned"],
  ["сарафан", "", "", "Word of Mouth", "Unassigned"],
  ["leaflet", "direct-mail", "", "Direct Mail", "Unassigned"],
  ["van", "", "", "Vehicle", "Unassigned"],
]

test.each(CASES)("[0.11] tagged %j / %j / %j it is %s, for GA4 %s", (source, medium, campaign, channel, ga4) => {
  const query = new URLSearchParams()
  if (source) query.set("utm_source", source)
  if (medium) query.set("utm_medium", medium)
  if (campaign) query.set("utm_campaign", campaign)
  const read = land(`?${query}`)
  expect(read).toMatchObject({
    source: source || "(not set)",
    medium: medium || "(not set)",
    campaign: campaign || null,
    channel,
    ga4_channel: ga4,
    tagged: true,
  })
  expect(CHANNELS).toContain(read.channel)
})

test("tags beat the referrer", () => {
  expect(land("?utm_source=letter&utm_medium=email", "https://www.google.com/")).toMatchObject({
    source: "letter",
    medium: "email",
    channel: "Email",
    ga4_channel: "Email",
  })
  expect(land("?utm_source=letter&utm_medium=email", "https://example.com/")).toMatchObject({
    source: "letter",
    tagged: true,
  })
})

test("a campaign alone takes source and medium from the referrer, which GA4 leaves unset", () => {
  expect(land("?utm_campaign=spring", "https://www.google.com/")).toMatchObject({
    source: "google",
    medium: "organic",
    campaign: "spring",
    channel: "Organic Search",
    ga4_channel: "Unassigned",
    tagged: true,
  })
  expect(land("?utm_campaign=spring")).toMatchObject({
    source: "(not set)",
    medium: "(not set)",
    campaign: "spring",
    channel: "Unassigned",
    tagged: true,
  })
})

test("a term or content alone is no campaign", () => {
  expect(land("?utm_term=roof&utm_content=red", "https://www.bing.com/")).toMatchObject({
    source: "bing",
    medium: "organic",
    term: "roof",
    content: "red",
    tagged: false,
  })
  expect(land("?utm_term=roof")).toMatchObject({ source: "(direct)", channel: "Direct", term: "roof", tagged: false })
})

test("a source alone keeps the place's channel", () => {
  expect(land("?utm_source=facebook")).toMatchObject({
    source: "facebook",
    medium: "(not set)",
    channel: "Organic Social",
    ga4_channel: "Organic Social",
  })
  expect(land("?utm_source=my-list", "https://www.linkedin.com/")).toMatchObject({
    source: "my-list",
    medium: "(not set)",
    channel: "Organic Social",
    ga4_channel: "Unassigned",
  })
  expect(land("?utm_source=chatgpt.com", "https://chatgpt.com/")).toMatchObject({
    source: "chatgpt.com",
    medium: "ai-assistant",
    channel: "AI Assistant",
    ga4_channel: "AI Assistant",
  })
})

test("[0.25] utm_term beats what the engine says was searched", () => {
  expect(land("?bd_vid=1&utm_term=a", "https://www.baidu.com/s?wd=b").term).toBe("a")
  expect(land("?bd_vid=1", "https://www.baidu.com/s?wd=b").term).toBe("b")
  expect(land("?utm_source=baidu&utm_medium=cpc", "https://www.baidu.com/s?wd=b").term).toBe("b")
})

// Other tools' spellings of the five tags.
test.each([
  ["?mtm_source=a&mtm_medium=email&mtm_campaign=c&mtm_kwd=d&mtm_content=e"],
  ["?pk_source=a&pk_medium=email&pk_campaign=c&pk_kwd=d&pk_content=e"],
  ["?hmsr=a&hmpl=email&hmcu=c&hmkw=d&hmci=e"],
  ["?UTM_SOURCE=a&Utm_Medium=email&utm_CAMPAIGN=c&UTM_TERM=d&utm_Content=e"],
  ["?utm_source=a&amp;utm_medium=email&amp;utm_campaign=c&amp;utm_term=d&amp;utm_content=e"],
  ["?utm%5Fsource=a&utm%5fmedium=email&utm_campaign=c&utm_term=d&utm_content=e"],
  ["?hmsr=x&utm_source=a&hmpl=x&utm_medium=email&utm_campaign=c&hmcu=x&utm_term=d&hmkw=x&utm_content=e"],
  ["#utm_source=a&utm_medium=email&utm_campaign=c&utm_term=d&utm_content=e"],
  ["#/route?utm_source=a&utm_medium=email&utm_campaign=c&utm_term=d&utm_content=e"],
  ["?utm_source=a&utm_medium=email#utm_source=x&utm_campaign=c&utm_term=d&utm_content=e"],
])("%s carries the five tags", (query) => {
  expect(land(query)).toMatchObject({
    source: "a",
    medium: "email",
    campaign: "c",
    term: "d",
    content: "e",
    channel: "Email",
    tagged: true,
  })
})

// query, what utm_campaign says.
const VALUES: readonly (readonly [string, string | null])[] = [
  ["utm_campaign=a&utm_campaign=b", "a"],
  ["utm_campaign=&utm_campaign=b", null],
  ["utm_campaign=a+b%20c", "a b c"],
  ["utm_campaign=%E6%98%A5", "春"],
  ["utm_campaign=春", "春"],
  ["utm_campaign=%F0%9F%93%9E", "📞"],
  ["utm_campaign=100%25", "100%"],
  ["utm_campaign=100%", "100%"],
  ["utm_campaign=%zz%4", "%zz%4"],
  ["utm_campaign=%E6%98", "%E6%98"],
  ["utm_campaign=a%FFb%41", "a%FFbA"],
  ["utm_campaign=%C0%80", "%C0%80"],
  ["utm_campaign=%ED%A0%80", "%ED%A0%80"],
  ["utm_campaign=%E6%98%A5%FF%E6%98%A5", "春%FF春"],
  ["utm_campaign=%B4%BA", "%B4%BA"],
  ["utm_campaign=a%00b%0Ac", "a b c"],
  ["utm_campaign=%20%20a%20", "a"],
  ["utm_campaign=%20", null],
  ["utm_campaign", null],
  ["utm_campaign=a=b", "a=b"],
  ["utm_campaign={campaign_id}", null],
  ["utm_campaign=%7Bcampaign_id%7D", null],
  ["utm_campaign={{campaign.name}}", null],
  ["utm_campaign=__CAMPAIGN_NAME__", null],
  ["utm_campaign=spring-{keyword}", "spring-{keyword}"],
  ["utm_campaign=[brand]", null],
  ["utm_campaign=[Brand] exact", "[Brand] exact"],
  ["utm_campaign=__proto__", "__proto__"],
  ["utm_campaign=constructor", "constructor"],
  ["__proto__=x&utm_campaign=a", "a"],
  [`utm_campaign=${"x".repeat(300)}`, "x".repeat(256)],
  [`utm_campaign=${"春".repeat(300)}`, "春".repeat(256)],
  [`utm_campaign=x${"📞".repeat(300)}`, `x${"📞".repeat(127)}`],
]

test.each(VALUES)("?%s is the campaign %j", (query, campaign) => {
  expect(land(`?utm_source=x&utm_medium=email&${query}`).campaign).toBe(campaign)
})

// landing URL, how it is stored.
const STORED: readonly (readonly [string, string])[] = [
  ["https://www.example.com/", "https://www.example.com/"],
  ["https://www.example.com", "https://www.example.com/"],
  ["https://www.example.com/a?email=bob@example.com&name=Bob", "https://www.example.com/a"],
  ["https://www.example.com/a?x=1&utm_source=g&email=b@c.de&gclid=Q", "https://www.example.com/a?utm_source=g&gclid=Q"],
  ["https://www.example.com/a?utm_source=g&utm_source=h", "https://www.example.com/a?utm_source=g"],
  ["https://www.example.com/a?keyword=my+secret", "https://www.example.com/a"],
  [
    "https://www.example.com/a?gclid=Q&keyword=roof&keywordid=1",
    "https://www.example.com/a?gclid=Q&keyword=roof&keywordid=1",
  ],
  ["https://www.example.com/a#section", "https://www.example.com/a"],
  ["https://www.example.com/a#access_token=secret", "https://www.example.com/a"],
  ["https://www.example.com/a#utm_source=g&email=b", "https://www.example.com/a#utm_source=g"],
  [
    "https://www.example.com/a?utm_source=g#/r?utm_medium=m&token=t",
    "https://www.example.com/a?utm_source=g#utm_medium=m",
  ],
  ["https://bob:secret@www.example.com/a", "https://www.example.com/a"],
  ["https://www.example.com:8443/a", "https://www.example.com:8443/a"],
  ["HTTPS://WWW.Example.COM/A", "https://www.example.com/A"],
  ["https://пример.рф/цена", "https://xn--e1afmkfd.xn--p1ai/%D1%86%D0%B5%D0%BD%D0%B0"],
  ["https://www.example.com/a?utm_referrer=https%3A%2F%2Fx.example%2F%3Femail%3Db", "https://www.example.com/a"],
  ["javascript:alert(1)", ""],
  ["data:text/html,hello", ""],
  ["ftp://example.com/a", ""],
  ["/relative?utm_source=g", ""],
  ["", ""],
  ["http://", ""],
]

test.each(STORED)("%s is stored as %j", (url, stored) => {
  expect(readSource({ url, referrer: "", domains: [] }).landing_url).toBe(stored)
})

test.each([
  ["https://www.example.com/a/b?x=1#y", "example.com/a/b"],
  ["https://shop.example.com/", "shop.example.com/"],
  ["https://example.com:8443/a", "example.com:8443/a"],
  [`https://example.com/${"a".repeat(400)}`, `example.com/${"a".repeat(244)}`],
  ["nonsense", ""],
])("the page of %s is %j", (url, page) => {
  expect(readSource({ url, referrer: "", domains: [] }).landing_page).toBe(page)
})

test.each([
  ["https://www.google.com/search?q=secret", "https://www.google.com/search"],
  ["https://bob:pw@mail.example.net/inbox/?id=1#x", "https://mail.example.net/inbox/"],
  ["android-app://com.google.android.gm/?x", "android-app://com.google.android.gm/"],
  ["https://example.com/own?x=1", "https://example.com/own"],
  ["", null],
  ["rubbish", null],
])("the referrer %s is stored as %j", (referrer, stored) => {
  expect(land("", referrer).referrer).toBe(stored)
})

test("a relative landing URL still gives its tags", () => {
  expect(readSource({ url: "/p?utm_source=g&utm_medium=cpc#x", referrer: "", domains: [] })).toMatchObject({
    source: "g",
    medium: "cpc",
    tagged: true,
  })
})

test("utm_referrer speaks where the browser's referrer is lost, and only there", () => {
  const query = "?utm_referrer=https%3A%2F%2Fwww.google.com%2F%3Fa%3D1"
  expect(land(query)).toMatchObject({
    source: "google",
    medium: "organic",
    referrer: "https://www.google.com/",
    tagged: false,
  })
  expect(land(query, "https://example.com/")).toMatchObject({ source: "google" })
  expect(land(query, "https://partner.example/")).toMatchObject({ source: "partner.example" })
  expect(land("?utm_referrer=https%3A%2F%2Fexample.com%2F")).toMatchObject({ source: "(direct)" })
  expect(land("?utm_referrer=rubbish")).toMatchObject({ source: "(direct)", channel: "Direct" })
})
