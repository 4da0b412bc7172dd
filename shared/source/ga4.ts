import { GA4_SOURCES } from "./ga4-sources.js"

/**
 * The names of GA4's default channels, in the order in which GA4 tries them
 * (support.google.com/analytics/answer/9756891; the place of AI Assistant is not published and makes no difference,
 * since no other rule takes its medium).
 */
export const GA4_CHANNELS = [
  "Direct",
  "Cross-network",
  "Paid Shopping",
  "Paid Search",
  "Paid Social",
  "Paid Video",
  "Display",
  "Paid Other",
  "Organic Shopping",
  "Organic Social",
  "Organic Video",
  "Organic Search",
  "AI Assistant",
  "Email",
  "Affiliates",
  "Audio",
  "Referral",
  "SMS",
  "Mobile Push Notifications",
  "Unassigned",
] as const

/** One of GA4_CHANNELS. */
export type Ga4Channel = (typeof GA4_CHANNELS)[number]

/** The medium that GA4 gives a visit from a recognised AI assistant since 2026-05-13. */
export const AI_MEDIUM = "ai-assistant"

// The published patterns are ^(.*cp.*|ppc|retargeting|paid.*)$ and ^(.*(([^a-df-z]|^)shop|shopping).*)$. Here they stand
// without the ".*" at both ends: they match the same strings (values hold no line break) and need no backtracking.
const PAID = /cp|^(?:ppc|retargeting)$|^paid/
const SHOP = /(?:[^a-df-z]|^)shop|shopping/

const DISPLAY = new Set(["display", "banner", "expandable", "interstitial", "cpm"])
const SOCIAL = new Set(["social", "social-network", "social-media", "sm", "social network", "social media"])
const EMAIL = new Set(["email", "e-mail", "e_mail", "e mail"])
const REFERRAL = new Set(["referral", "app", "link"])

/**
 * GA4's default channel group for a source, medium and campaign: the published rules in their order, first match wins,
 * no case.
 */
export function ga4Channel(source: string, medium: string, campaign: string | null): Ga4Channel {
  const s = source.toLowerCase()
  const m = medium.toLowerCase()
  const c = campaign === null ? "" : campaign.toLowerCase()
  if (s === "(direct)" && (m === "(none)" || m === "(not set)")) return "Direct"
  if (c.includes("cross-network")) return "Cross-network"
  const category = GA4_SOURCES.get(s)
  const shop = category === "shopping" || SHOP.test(c)
  if (PAID.test(m)) {
    if (shop) return "Paid Shopping"
    if (category === "search") return "Paid Search"
    if (category === "social") return "Paid Social"
    if (category === "video") return "Paid Video"
    return DISPLAY.has(m) ? "Display" : "Paid Other"
  }
  if (DISPLAY.has(m)) return "Display"
  if (shop) return "Organic Shopping"
  if (category === "social" || SOCIAL.has(m)) return "Organic Social"
  if (category === "video" || m.includes("video")) return "Organic Video"
  if (category === "search" || m === "organic") return "Organic Search"
  if (m === AI_MEDIUM) return "AI Assistant"
  if (EMAIL.has(s) || EMAIL.has(m)) return "Email"
  if (m === "affiliate") return "Affiliates"
  if (m === "audio") return "Audio"
  if (REFERRAL.has(m)) return "Referral"
  if (s === "sms" || m === "sms") return "SMS"
  if (m.endsWith("push") || m.includes("mobile") || m.includes("notification") || s === "firebase")
    return "Mobile Push Notifications"
  return "Unassigned"
}
