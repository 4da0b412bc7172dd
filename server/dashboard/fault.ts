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
  [/^is not known: it may be mistyped|^the key is not known/, "fault.key"],
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
  [/^Invalid option|^must be (?:one of|an? ISO|ISO 3166|a country of|a site's id)/, "fault.choice"],
  [/^must not be negative|^must be positive/, "fault.negative"],
  [/^is too large an amount/, "fault.large"],
  [/^must not be before /, "fault.early"],
  [/^is no |^is not known here$|^names no visit|^there is no such|^must be an id that begins/, "fault.unknown"],
  [/^Invalid (?:input|string|number|key)|^must be (?:one digit|1 to |a colour|previous, year)/, "fault.form"],
  [/^the flight from \S+ begins before/, "fault.overlap"],
  [/^the flight from \S+ to \S+ leaves/, "fault.outside"],
  [/^their shares sum to/, "fault.shares"],
  [/^name the flights/, "fault.no_flights"],
  [/^the campaign .* is written down already/, "fault.taken"],
  [/stands? twice|^must not name a number twice/, "fault.twice"],
  [/ is one of the site's numbers already$/, "fault.known_number"],
  [/^a (?:cost|target) covers (?<count>\d+) days at most/, "fault.span"],
  [/^a query spans ten years at most/, "fault.years"],
  [/^a file has (?<count>\d+) rows at most/, "fault.rows"],
  [/^a (?:site|lead|person) has at most (?<count>\d+) /, "fault.at_most"],
  [/^(?<count>\d+) cells of the file cannot be read/, "fault.cells"],
  [/^has (?<cells>\d+) cells, the header has (?<names>\d+)/, "fault.row_length"],
  [/^has a quotation mark that is not closed/, "fault.quotation"],
  [/^the file has no row of spending|^the CSV is empty/, "fault.no_rows"],
  [/^the file makes \d+ costs|^the costs cover \d+ days/, "fault.too_much"],
  [/^must be the next_cursor/, "fault.page"],
  [/^markov tells (?<count>\d+) groups apart/, "fault.groups"],
  [/^one of day, week, month and quarter is possible/, "fault.one_interval"],
  [/^name a phone, an email or a visitor/, "fault.whom"],
  [/^the form could not be read/, "fault.unread"],
  [/^too many such requests/, "fault.busy"],
  [/^the (?:visit was|carrier's door|carrier route) answered (?<status>\d+)/, "fault.simulated"],
  [/ has no credentials yet: /, "fault.no_credentials"],
  [/^cannot be asked for at /, "fault.not_there"],
  [/ is being bought from /, "fault.being_bought"],
]

/** A sentence for people; where it could not be told in their language, `lang` says in which it is. */
export interface Sentence {
  readonly text: string
  readonly lang?: "en"
}

/** One fault of an input in the reader's language, else in the core's own words. */
export function writeFault({ t }: View, message: string): Sentence {
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
