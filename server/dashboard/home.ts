import { getCountries } from "libphonenumber-js/max"
import type { Language } from "./language.js"

/** Where a reader probably does business: the choices that a form begins with. */
export interface Home {
  /** ISO 3166. */
  readonly country: string
  /** ISO 4217. */
  readonly currency: string
  /** IANA. */
  readonly timezone: string
}

/** A choice of a form: its value, and what it is called. */
export type Choice = readonly [value: string, name: string]

const EURO = "AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK"
const CURRENCIES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(EURO.split(" ").map((country) => [country, "EUR"])),
  AM: "AMD",
  AU: "AUD",
  BR: "BRL",
  BY: "BYN",
  CA: "CAD",
  CH: "CHF",
  CN: "CNY",
  CZ: "CZK",
  DK: "DKK",
  GB: "GBP",
  GE: "GEL",
  HK: "HKD",
  IN: "INR",
  JP: "JPY",
  KR: "KRW",
  KZ: "KZT",
  MO: "MOP",
  MX: "MXN",
  MY: "MYR",
  NO: "NOK",
  NZ: "NZD",
  PL: "PLN",
  RU: "RUB",
  SE: "SEK",
  SG: "SGD",
  TW: "TWD",
  UA: "UAH",
  UZ: "UZS",
  ZA: "ZAR",
}
/** Zones of countries that have one, and where most people of the others live. */
const ZONES: Readonly<Record<string, string>> = {
  AT: "Europe/Vienna",
  BY: "Europe/Minsk",
  CH: "Europe/Zurich",
  CN: "Asia/Shanghai",
  CZ: "Europe/Prague",
  DE: "Europe/Berlin",
  ES: "Europe/Madrid",
  FR: "Europe/Paris",
  GB: "Europe/London",
  HK: "Asia/Hong_Kong",
  IE: "Europe/Dublin",
  IN: "Asia/Kolkata",
  IT: "Europe/Rome",
  JP: "Asia/Tokyo",
  KR: "Asia/Seoul",
  KZ: "Asia/Almaty",
  MO: "Asia/Macau",
  NL: "Europe/Amsterdam",
  PL: "Europe/Warsaw",
  RU: "Europe/Moscow",
  SG: "Asia/Singapore",
  TW: "Asia/Taipei",
  US: "America/New_York",
}
const COUNTRY_OF: Readonly<Record<Language, string>> = { en: "US", "zh-Hans": "CN", "zh-Hant": "TW", ru: "RU" }

/** What the language, and the region that the browser names (zh-HK, en-GB), let us guess. */
export function guessHome(language: Language, region: string | undefined): Home {
  const country = region !== undefined && (getCountries() as string[]).includes(region) ? region : COUNTRY_OF[language]
  return { country, currency: CURRENCIES[country] ?? "USD", timezone: ZONES[country] ?? "UTC" }
}

/** The region of the language that the browser asks for first: HK of zh-Hant-HK. */
export function readRegion(acceptLanguage: string | undefined): string | undefined {
  return /^[a-z]{2,3}(?:-[A-Z][a-z]{3})?-([A-Z]{2})\b/.exec(acceptLanguage ?? "")?.[1]
}

const kept = new Map<string, readonly Choice[]>()

/** The countries whose phone numbers can be read, by their names in a language. */
export function listCountries(language: Language): readonly Choice[] {
  return listNamed(language, "region", () => getCountries())
}

/** The currencies of today, by their names in a language. */
export function listCurrencies(language: Language): readonly Choice[] {
  return listNamed(language, "currency", () => {
    const english = new Intl.DisplayNames("en", { type: "currency" })
    // A currency that is no more has its years behind its name.
    return Intl.supportedValuesOf("currency").filter((code) => !/^$|\d{4}/.test(english.of(code) ?? ""))
  })
}

/** Making the list costs some milliseconds; it is the same all day. */
function listNamed(language: Language, type: "region" | "currency", codes: () => readonly string[]): readonly Choice[] {
  const key = `${language} ${type}`
  const known = kept.get(key)
  if (known) return known
  const names = new Intl.DisplayNames(language, { type })
  const { compare } = new Intl.Collator(language)
  const made = codes()
    .map((code) => [code, `${capital(names.of(code) ?? code, language)} (${code})`] as const)
    .sort(([, a], [, b]) => compare(a, b))
  kept.set(key, made)
  return made
}

function capital(name: string, language: Language): string {
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1)
}
