import { FIELD_LIMIT, URL_LIMIT } from "./protocol.js"
import { channelNamed } from "./source/channels.js"
import { AI_MEDIUM, ga4Channel } from "./source/ga4.js"
import { GA4_SOURCES } from "./source/ga4-sources.js"
import { type Landing, readLanding } from "./source/landing.js"
import type { Place, PlaceKind } from "./source/place.js"
import { impliedReferrer, type Referrer, readReferrer } from "./source/referrer.js"
import { channelOf } from "./source/rules.js"
import { clean } from "./source/text.js"

export {
  CHANNEL_FAMILIES,
  CHANNELS,
  type Channel,
  type ChannelFamily,
  channelNamed,
  familyOf,
} from "./source/channels.js"
export { GA4_CHANNELS, type Ga4Channel } from "./source/ga4.js"

/** What a visit, a call or a static number is credited to. */
export interface Source {
  /** Ours, one of CHANNELS (a static number's owner may declare another word). */
  readonly channel: string
  /** What GA4's published default channel group makes of it, strictly; GA4 knows fewer places than we do. */
  readonly ga4_channel: string
  /**
   * As tagged, else the engine's short name, else the host without `www.`; "(direct)" and "(not set)" as GA4 writes
   * them.
   */
  readonly source: string
  readonly medium: string
  readonly campaign: string | null
  readonly term: string | null
  readonly content: string | null
  /** The first by precedence of the URL's click ids, its case kept, and the name of its parameter. */
  readonly click_id: string | null
  readonly click_id_kind: string | null
  /**
   * The landing URL with known marketing parameters only: others may hold e-mails and names. "" when it was no web URL.
   */
  readonly landing_url: string
  /** Host without `www.` and path. */
  readonly landing_page: string
  /** Origin and path of the referrer. */
  readonly referrer: string | null
  /** The URL itself carried campaign tags or a paid click id: a new campaign begins a new visit. */
  readonly tagged: boolean
}

const NOT_SET = "(not set)"

/**
 * Where a visit came from. Tags beat a paid click id, that beats the referrer; the site's own pages and payment or
 * sign-in detours are no source. `domains` are the site's own, matched as host or parent domain. Any strings will do:
 * it never throws and reads at most URL_LIMIT of each.
 */
export function readSource(input: { url: string; referrer: string; domains: readonly string[] }): Source {
  const landing = readLanding(input.url.length > URL_LIMIT ? input.url.slice(0, URL_LIMIT) : input.url)
  const sent = read(input.referrer, landing, input.domains)
  // A redirect that loses the referrer may hand it on; it only counts where the browser's own says nothing.
  const handed = landing.referrer && (!sent || sent.own) ? read(landing.referrer, landing, input.domains) : undefined
  const referrer = handed && !handed.own ? handed : sent
  const detour = referrer?.place?.kind === "detour"
  const returned = detour || referrer?.own === true
  const { click, openstat, tags, plain, tagged } = landing
  const origin = originOf(landing, returned ? undefined : referrer, returned)
  const campaign = tags.campaign ?? openstat?.campaign ?? tags.id ?? plain.campaign ?? null
  return {
    channel: channelOf({
      source: origin.source,
      medium: origin.medium,
      campaign,
      kind: origin.kind,
      beside: origin.referrer?.place?.kind,
      paid: origin.paid,
      network: landing.network,
    }),
    ga4_channel: ga4Channel(origin.ga4Source, origin.ga4Medium, campaign),
    source: origin.source,
    medium: origin.medium,
    campaign,
    term: tags.term ?? plain.term ?? origin.referrer?.term ?? null,
    content: tags.content ?? openstat?.ad ?? plain.content ?? null,
    click_id: click?.id.id ? click.value : null,
    click_id_kind: click?.id.id ? click.id.kind : null,
    landing_url: landing.stored,
    landing_page: landing.page,
    referrer: referrer?.stored || null,
    tagged: tagged && !detour,
  }
}

/**
 * The source that a static number's owner declares. The channel is put into our spelling where it is a known word
 * ("metro" is Transit) and kept as written where it is not; without one it follows from the other fields. Landing
 * fields are empty.
 */
export function sourceFromFields(fields: {
  channel?: string | undefined
  source?: string | undefined
  medium?: string | undefined
  campaign?: string | undefined
  term?: string | undefined
  content?: string | undefined
}): Source {
  const declared = tidy(fields.channel)
  const empty = Object.values(fields).every((value) => !tidy(value))
  const source = tidy(fields.source) ?? (empty ? "(direct)" : NOT_SET)
  const medium = tidy(fields.medium) ?? (empty ? "(none)" : NOT_SET)
  const campaign = tidy(fields.campaign) ?? null
  return {
    channel: declared ? (channelNamed(declared) ?? declared) : channelOf({ source, medium, campaign }),
    ga4_channel: ga4Channel(source, medium, campaign),
    source,
    medium,
    campaign,
    term: tidy(fields.term) ?? null,
    content: tidy(fields.content) ?? null,
    click_id: null,
    click_id_kind: null,
    landing_url: "",
    landing_page: "",
    referrer: null,
    tagged: false,
  }
}

/** Ad systems that sign their Openstat labels with a host, by the source they are known as elsewhere. */
const OPENSTAT_SERVICES: ReadonlyMap<string, string> = new Map([
  ["direct.yandex.ru", "yandex"],
  ["direct.yandex.com", "yandex"],
  ["market.yandex.ru", "market.yandex.ru"],
])

interface Origin {
  source: string
  medium: string
  ga4Source: string
  ga4Medium: string
  referrer: Referrer | undefined
  /** The kind of the place the source was read from; null when unknown, undefined when the source was tagged. */
  kind: PlaceKind | null | undefined
  paid: boolean
}

/**
 * Source and medium, by precedence: tags, a click id that proves something, an Openstat label, the referrer, a passing
 * mark.
 */
function originOf(landing: Landing, referrer: Referrer | undefined, returned: boolean): Origin {
  const { tags, click, openstat } = landing
  const proven = click && click.id.proof !== "passed" ? click : undefined
  const paid = proven?.id.proof === "ad" || openstat !== undefined
  if (tags.source !== undefined || tags.medium !== undefined) {
    const source = tags.source ?? proven?.source ?? openstatSource(landing) ?? NOT_SET
    const assistant = referrer?.place?.kind === "assistant" ? AI_MEDIUM : undefined
    const medium = tags.medium ?? proven?.id.medium ?? (openstat ? "cpc" : undefined) ?? assistant ?? NOT_SET
    return {
      source,
      medium,
      ga4Source: source,
      ga4Medium: medium,
      referrer,
      kind: undefined,
      paid: tags.medium === undefined && paid,
    }
  }
  if (proven || openstat) {
    const source = proven?.source ?? openstatSource(landing) ?? NOT_SET
    const medium = proven?.id.medium ?? "cpc"
    return { source, medium, ga4Source: source, ga4Medium: medium, referrer, kind: undefined, paid }
  }
  const passed = click?.id.host && !referrer && !returned ? impliedReferrer(click.id.host) : undefined
  const from = referrer ?? passed
  if (from) return fromReferrer(from, passed !== undefined, landing.tagged)
  const named = landing.tagged
  const source = named ? NOT_SET : "(direct)"
  const medium = named ? NOT_SET : "(none)"
  return { source, medium, ga4Source: source, ga4Medium: medium, referrer: undefined, kind: null, paid: false }
}

function fromReferrer(referrer: Referrer, passed: boolean, tagged: boolean): Origin {
  const { place, host, spelt, app } = referrer
  const kind = place?.kind ?? null
  const engine = place?.kind === "search"
  const assistant = place?.kind === "assistant"
  const paid = place?.paid === true
  const source = place?.name ?? host
  const medium = mediumOf(place)
  // GA4 does not read these marks, and with a campaign tag alone it leaves source and medium unset.
  if (passed) return { source, medium, ga4Source: "(direct)", ga4Medium: "(none)", referrer, kind, paid }
  if (tagged) return { source, medium, ga4Source: NOT_SET, ga4Medium: NOT_SET, referrer, kind, paid }
  const ga4Source = engine && !app && place?.name && GA4_SOURCES.has(place.name) ? place.name : spelt
  const ga4Medium = assistant && place?.ga4 ? AI_MEDIUM : "referral"
  return { source, medium, ga4Source, ga4Medium, referrer, kind, paid }
}

function mediumOf(place: Place | undefined): string {
  if (place?.paid) return place.kind === "display" ? "display" : "cpc"
  if (place?.kind === "search") return "organic"
  return place?.kind === "assistant" ? AI_MEDIUM : "referral"
}

function openstatSource(landing: Landing): string | undefined {
  const service = landing.openstat?.service
  if (!service) return undefined
  return OPENSTAT_SERVICES.get(service.toLowerCase()) ?? clean(service.replace(/^www\./i, ""), FIELD_LIMIT)
}

function read(referrer: string, landing: Landing, domains: readonly string[]): Referrer | undefined {
  return readReferrer(referrer.length > URL_LIMIT ? referrer.slice(0, URL_LIMIT) : referrer, landing.host, domains)
}

function tidy(value: string | undefined): string | undefined {
  return value === undefined ? undefined : clean(value, FIELD_LIMIT) || undefined
}
