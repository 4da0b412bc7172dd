import type { Key } from "./language.js"
import type { View } from "./view.js"

// The core tells what is wrong with an input in English; at a form the same is said in the reader's language. What is not
// known here is shown as it came.

const SAYINGS: readonly (readonly [pattern: RegExp, key: Key])[] = [
  [
    /^Too small: expected (?:string|array)|^must not be empty$|^must name a number$|^must have a key$|received (?:undefined|null|NaN)$/,
    "fault.empty",
  ],
  [/^Too big: expected string to have <=(?<count>\d+)/, "fault.long"],
  [/^Too (?:small|big): expected number to be (?<sign>[<>]=?)(?<limit>-?[\d.]+)/, "fault.range"],
  [/^Too big: expected array to have <=(?<count>\d+)/, "fault.many"],
  [/^must be (?:a phone number|one of the site's numbers)/, "fault.phone"],
  [/^must be a host such as/, "fault.domain"],
  [/^must be an IANA time zone/, "fault.zone"],
  [/^must be a time of day/, "fault.clock"],
  [/^must be a language tag|^must hold 1 to 20 languages/, "fault.language"],
  [/^must be a number, a beginning/, "fault.caller"],
  [/^must be the beginning of a number/, "fault.beginning"],
  [/^is not known: it may be mistyped/, "fault.key"],
  [/^must be a PNG, JPEG or WebP picture/, "fault.picture"],
  [/^must have at most (?<size>\d+) kB/, "fault.heavy"],
  [/^is (?:not yours to let people into|for the administrator of all sites)/, "fault.not_yours"],
  [/^must be a decimal/, "fault.amount"],
  [/ has \d+ decimal places$/, "fault.places"],
  [/^must be an e-mail address/, "fault.email"],
  [/^Invalid ISO (?:date|datetime)|^must lie between 1970/, "fault.day"],
  [/^Invalid URL/, "fault.url"],
  [/^must not be after to|^ends before it begins/, "fault.order"],
  [/^must not (?:be|lie) in the future/, "fault.future"],
  [/^Invalid option|^must be one of/, "fault.choice"],
  [/^must not be negative|^must be positive/, "fault.negative"],
  [/^is too large an amount/, "fault.large"],
  [/^must not be before /, "fault.early"],
  [/^is no |^names no visit|^there is no such|^must be an id that begins/, "fault.unknown"],
  [/^Invalid (?:input|string|number)/, "fault.form"],
  [/^the flight from \S+ begins before/, "fault.overlap"],
  [/^the flight from \S+ to \S+ leaves/, "fault.outside"],
  [/^their shares sum to/, "fault.shares"],
  [/^name the flights/, "fault.no_flights"],
  [/^the campaign .* is written down already/, "fault.taken"],
  [/stands? twice|^must not name a number twice/, "fault.twice"],
  [/ is one of the site's numbers already$/, "fault.known_number"],
]

/** One fault of an input in the reader's language, else in the core's own words, `lang` saying which. */
export function writeFault({ t }: View, message: string): { text: string; lang?: "en" } {
  for (const [pattern, key] of SAYINGS) {
    const groups = pattern.exec(message)
    if (groups) return { text: t(key, groups.groups ?? {}) }
  }
  return { text: message, lang: "en" }
}

/** What the fields of forms are called on the page. */
const FIELDS: Readonly<Record<string, Key>> = {
  name: "people.name",
  domains: "site.domains",
  timezone: "site.timezone",
  currency: "site.currency",
  country: "site.country",
  forward_to: "site.forward_to",
  target: "setup.target",
  numbers: "setup.paste",
  number: "calls.to",
  key: "sign_in.key",
  role: "people.role",
  site: "people.site",
  colour: "look.colour",
  logo: "look.logo",
  phone: "settings.forget_phone",
  email: "settings.forget_email",
  sure: "settings.forget_sure",
  visits_months: "settings.visits_months",
  calls_months: "settings.calls_months",
  leads_months: "settings.leads_months",
  forward: "flow.forward",
  unanswered: "flow.unanswered",
  hours: "flow.hours",
  after_hours: "flow.after_hours",
  menu: "flow.menu",
  whisper: "flow.whisper",
  record: "flow.record",
  voicemail: "flow.voicemail",
  blocklist: "flow.blocklist",
  screening: "flow.screening",
  cap: "flow.cap",
}

/** The field that a fault is about, as the page calls it, and its place where it holds several values (from 1); '' where it is not known. */
export function nameField({ t }: View, path: string): string {
  const [name = "", place] = path.split(".")
  if (!Object.hasOwn(FIELDS, name)) return ""
  const words = t(FIELDS[name] as Key)
  return place !== undefined && /^\d+$/.test(place) ? `${words} (${Number(place) + 1})` : words
}
