import { type Channel, channelNamed, words } from "./channels.js"
import { AI_MEDIUM } from "./ga4.js"
import { kindOf } from "./nicknames.js"
import type { PlaceKind } from "./place.js"

/**
 * What our channel is decided from. `kind` is the referring place's kind: null where the referrer is the source and its
 * place is not known, undefined where the source was tagged and must be looked up. `network` is where the ad system
 * says that it showed the ad.
 */
export interface Evidence {
  readonly source: string
  readonly medium: string
  readonly campaign: string | null
  readonly kind?: PlaceKind | null | undefined
  /** The kind of the referrer beside a tag that does not tell its own. */
  readonly beside?: PlaceKind | undefined
  readonly paid?: boolean | undefined
  readonly network?: string | undefined
}

const PAID_KINDS: Partial<Record<PlaceKind, Channel>> = {
  search: "Paid Search",
  social: "Paid Social",
  messenger: "Paid Social",
  account: "Paid Social",
  video: "Paid Video",
  shopping: "Paid Shopping",
  groupbuy: "Group Buy",
  native: "Native",
  display: "Display",
  affiliate: "Affiliates",
  listing: "Map Listing",
  directory: "Directory",
  audio: "Audio",
}

const FREE_KINDS: Partial<Record<PlaceKind, Channel>> = {
  search: "Organic Search",
  social: "Organic Social",
  messenger: "Messenger",
  account: "Public Account",
  video: "Organic Video",
  shopping: "Organic Shopping",
  groupbuy: "Group Buy",
  assistant: "AI Assistant",
  mail: "Email",
  listing: "Map Listing",
  directory: "Directory",
  display: "Display",
  native: "Native",
  affiliate: "Affiliates",
  audio: "Audio",
}

/** Words inside a medium that mean money was paid, over and above GA4's pattern (social_paid, ppc-brand, 竞价). */
const PAID_WORDS = new Set(
  words(
    "cpc cpm cpv cpa cpl cpo cps cpi ocpc ocpm ocpx ppc paid sem ads ad advert advertising retargeting remarketing sponsored promoted boost boosted paidsearch paidsocial",
  ).split(" "),
)
const PAID_NAMES = new Set<Channel>(["Paid Search", "Paid Social", "Paid Video", "Paid Shopping", "Paid Other"])

/** Words inside a medium that say what sort of paid place it was. */
const KIND_WORDS: ReadonlyMap<string, PlaceKind> = new Map([
  ["search", "search"],
  ["sem", "search"],
  ["context", "search"],
  ["social", "social"],
  ["smm", "social"],
  ["paidsocial", "social"],
  ["paidsearch", "search"],
  ["video", "video"],
  ["youtube", "video"],
  ["shopping", "shopping"],
  ["display", "display"],
  ["banner", "display"],
  ["gdn", "display"],
  ["feed", "display"],
  ["feeds", "display"],
  ["infoflow", "display"],
  ["xinxiliu", "display"],
  ["信息流", "display"],
  ["рся", "display"],
  ["rsya", "display"],
  ["native", "native"],
  ["teaser", "native"],
  ["affiliate", "affiliate"],
  ["influencer", "social"],
])

/**
 * Google Ads' {network}, Yandex Direct's {source_type}, Baidu's {mediatype}: where the ad was shown (vendors' help on
 * URL tags).
 */
const NETWORKS: ReadonlyMap<string, Channel> = new Map<string, Channel>([
  ["d", "Display"],
  ["content", "Display"],
  ["context", "Display"],
  ["2", "Display"],
  ["ytv", "Paid Video"],
  ["vp", "Paid Video"],
  ["gtv", "Paid Video"],
  ["x", "Cross-network"],
])

const CROSS = /cross-network|performance[ _-]?max|(?:^|[^a-z])p-?max(?:[^a-z]|$)/
const LISTING_CAMPAIGN = /(?:^|[^a-z])(?:gmb|gbp|business[ _-]?profile|my[ _-]?business)(?:[^a-z]|$)/
const DISPLAY_CAMPAIGN = /(?:^|[^\p{L}])(?:rsya|рся|gdn|kms|кмс|网盟)(?:[^\p{L}]|$)/u
const SHOPPING_CAMPAIGN = /(?:^|[^a-z])(?:shopping|pla)(?:[^a-z]|$)/
const UNSET = /^(?:\(?(?:not set|none|not provided)\)?)?$/

/**
 * Our channel: GA4's idea with its traps mended, regional places, nicknames, and the offline kinds. First match wins.
 */
export function channelOf(evidence: Evidence): Channel {
  const source = evidence.source.toLowerCase()
  const medium = evidence.medium.toLowerCase()
  const campaign = evidence.campaign?.toLowerCase() ?? ""
  const unset = UNSET.test(medium)
  if (source === "(direct)" && unset) return "Direct"
  const named = unset ? undefined : channelNamed(medium)
  const inside = words(medium).split(" ")
  const paid =
    evidence.paid === true ||
    (named
      ? PAID_NAMES.has(named)
      : medium.includes("cp") || medium.startsWith("paid") || inside.some((word) => PAID_WORDS.has(word)))
  if (CROSS.test(campaign) && (paid || campaign.includes("cross-network"))) return "Cross-network"
  if (medium === AI_MEDIUM) return "AI Assistant"
  const kind = evidence.kind === undefined ? (kindOf(source) ?? evidence.beside) : (evidence.kind ?? undefined)
  if (paid) return paidChannel(medium, named, inside, kind, campaign, evidence.network)
  const told = named ?? toldInside(inside)
  if (told && !FOLLOWS_PLACE.has(told)) return told
  if (kind === "search" && LISTING_CAMPAIGN.test(campaign)) return "Map Listing"
  const free = kind && FREE_KINDS[kind]
  if (free) return free
  if (told && told !== "Referral" && told !== "Unassigned") return told
  if (medium.includes("video")) return "Organic Video"
  if (medium.endsWith("push") || medium.includes("notification") || source === "firebase") return "Push"
  const spoken = channelNamed(source)
  if (spoken && spoken !== "Direct" && spoken !== "Unassigned") return spoken
  return told ?? "Unassigned"
}

/** Mediums that say how, not where: the place decides between social, search, video and the rest. */
const FOLLOWS_PLACE = new Set<Channel>([
  "Referral",
  "Organic Search",
  "Organic Social",
  "Organic Video",
  "Organic Shopping",
  "Unassigned",
  "Direct",
])

/** Words that decide a longer medium (email_newsletter, sms-april) without doubt. */
const INSIDE = new Set([
  "email",
  "newsletter",
  "sms",
  "push",
  "affiliate",
  "influencer",
  "kol",
  "qr",
  "radio",
  "billboard",
  "podcast",
  "social",
  "organic",
  "referral",
])

function toldInside(inside: readonly string[]): Channel | undefined {
  const word = inside.find((candidate) => INSIDE.has(candidate))
  return word === undefined ? undefined : channelNamed(word)
}

function paidChannel(
  medium: string,
  named: Channel | undefined,
  inside: readonly string[],
  kind: PlaceKind | undefined,
  campaign: string,
  network: string | undefined,
): Channel {
  const shown = kind === "search" && network ? NETWORKS.get(network.toLowerCase()) : undefined
  if (shown) return shown
  if (medium === "cpm" && (kind === undefined || kind === "search")) return "Display"
  if (kind === "search" && SHOPPING_CAMPAIGN.test(campaign)) return "Paid Shopping"
  if (kind === "search" && DISPLAY_CAMPAIGN.test(campaign)) return "Display"
  const hinted = inside.map((word) => KIND_WORDS.get(word)).find((word) => word !== undefined)
  if (kind === "search" && (hinted === "display" || hinted === "video" || hinted === "shopping"))
    return PAID_KINDS[hinted] ?? "Paid Other"
  const placed = kind && PAID_KINDS[kind]
  if (placed) return placed
  if (named && named !== "Paid Other" && PAID_NAMES.has(named)) return named
  return (hinted && PAID_KINDS[hinted]) ?? "Paid Other"
}
