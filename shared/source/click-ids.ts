/**
 * What a click id proves: an advertisement, an affiliate's or a mailing's link, or only that the link came through that
 * site.
 */
export type Proof = "ad" | "affiliate" | "mail" | "passed"

/** A click id: the spelling of its parameter, what it proves, and the source and medium it stands for. */
export interface ClickId {
  readonly kind: string
  readonly proof: Proof
  readonly source: string
  readonly medium: string
  /** The host that the link passed through, for those that prove no more than that. */
  readonly host: string | null
  /** Some parameters mark a click without naming it (gad_source=1): they are never reported as the click id. */
  readonly id: boolean
  /** The lower, the sooner it speaks for the visit when a URL carries several. */
  readonly rank: number
}

type Line = readonly [kind: string, source: string, medium: string]

/**
 * Advertisement clicks, in order of precedence. From the vendors' help: Google (16297842, gclid gbraid wbraid dclid
 * gad_*), Microsoft (msclkid), TikTok, X, LinkedIn, Reddit, Snap, Yandex (yclid, ymclid), Baidu (bd_vid), Naver (NaPm,
 * n_*), Yahoo! JAPAN (yclid), Taboola, Outbrain; PostHog's and henkisdabro's lists. Field knowledge, to be verified
 * before a promise: vkclid, qhclickid, gdt_vid, qz_gdt, sgclid.
 */
const ADS: readonly Line[] = [
  ["gclid", "google", "cpc"],
  ["wbraid", "google", "cpc"],
  ["gbraid", "google", "cpc"],
  ["msclkid", "bing", "cpc"],
  ["yclid", "yandex", "cpc"],
  ["ymclid", "market.yandex.ru", "cpc"],
  ["bd_vid", "baidu", "cpc"],
  ["ttclid", "tiktok", "cpc"],
  ["twclid", "twitter", "cpc"],
  ["li_fat_id", "linkedin", "cpc"],
  ["rdt_cid", "reddit", "cpc"],
  ["ScCid", "snapchat", "cpc"],
  ["rb_clickid", "vk", "cpc"],
  ["vkclid", "vk", "cpc"],
  ["qhclickid", "360", "cpc"],
  ["sgclid", "sogou", "cpc"],
  ["gdt_vid", "tencent", "cpc"],
  ["qz_gdt", "tencent", "cpc"],
  ["NaPm", "naver", "cpc"],
  ["qclid", "quora", "cpc"],
  ["ldtag_cl", "line", "cpc"],
  ["tblci", "taboola", "cpc"],
  ["dicbo", "outbrain", "cpc"],
  ["obclid", "outbrain", "cpc"],
  ["dclid", "dfa", "cpm"],
]

/** Marks of an advertisement click that identify nobody: they say "paid" where the id is withheld (iOS, consent). */
const AD_MARKS: readonly Line[] = [
  ["gad_source", "google", "cpc"],
  ["gad_campaignid", "google", "cpc"],
  ["n_keyword_id", "naver", "cpc"],
  ["n_ad", "naver", "cpc"],
  ["DMCOL", "daum", "cpc"],
]

/** Affiliate networks' click ids, from their tracking guides. */
const AFFILIATES: readonly Line[] = [
  ["irclickid", "impact", "affiliate"],
  ["awc", "awin", "affiliate"],
  ["cjevent", "cj", "affiliate"],
  ["ranSiteID", "rakuten_advertising", "affiliate"],
  ["sscid", "shareasale", "affiliate"],
  ["tduid", "tradedoubler", "affiliate"],
  ["admitad_uid", "admitad", "affiliate"],
]

/** Mailing tools' marks: Mailchimp, HubSpot, Klaviyo, Marketo, Omeda, Vero, Drip, Dotdigital. */
const MAILINGS: readonly Line[] = [
  ["mc_cid", "mailchimp", "email"],
  ["mc_eid", "mailchimp", "email"],
  ["_hsmi", "hubspot", "email"],
  ["_hsenc", "hubspot", "email"],
  ["_kx", "klaviyo", "email"],
  ["mkt_tok", "marketo", "email"],
  ["vero_id", "vero", "email"],
  ["__s", "drip", "email"],
  ["dm_i", "dotdigital", "email"],
]

/**
 * Marks that a site puts on outbound links, paid or not: Facebook, Instagram, Pinterest (on unpaid pins too:
 * community.zazzle.com, "Pinterest is definitely bogarting our referrals"), Yandex search, Google's free listings.
 */
const PASSED: readonly (readonly [kind: string, host: string])[] = [
  ["fbclid", "facebook.com"],
  ["igshid", "instagram.com"],
  ["igsh", "instagram.com"],
  ["epik", "pinterest.com"],
  ["ysclid", "yandex.ru"],
  ["srsltid", "google.com"],
]

const all: ClickId[] = [
  ...ADS.map(([kind, source, medium]) => ({ kind, source, medium, proof: "ad", host: null, id: true }) as const),
  ...AD_MARKS.map(([kind, source, medium]) => ({ kind, source, medium, proof: "ad", host: null, id: false }) as const),
  ...AFFILIATES.map(
    ([kind, source, medium]) => ({ kind, source, medium, proof: "affiliate", host: null, id: true }) as const,
  ),
  ...MAILINGS.map(([kind, source, medium]) => ({ kind, source, medium, proof: "mail", host: null, id: true }) as const),
  ...PASSED.map(([kind, host]) => ({ kind, source: "", medium: "", proof: "passed", host, id: true }) as const),
].map((fields, rank) => ({ ...fields, rank }))

/** Every click id by its parameter's name in lower case. */
export const CLICK_IDS: ReadonlyMap<string, ClickId> = new Map(all.map((id) => [id.kind.toLowerCase(), id]))

/** Whether a click id of this kind (a parameter's name) proves that the click was paid for. */
export function isPaidClick(kind: string | null): boolean {
  return kind !== null && CLICK_IDS.get(kind.toLowerCase())?.proof === "ad"
}

/**
 * Yahoo! JAPAN Ads chose the name of Yandex's click id for its own; its values begin with the product (YSS., YJAD.).
 */
export const YAHOO_JAPAN_VALUE = /^(?:YSS|YJAD)\./

/** The source of a `yclid` with such a value. */
export const YAHOO_JAPAN = "yahoo"
