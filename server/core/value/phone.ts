import {
  type CountryCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from "libphonenumber-js/max"

/**
 * A phone number as written by a person, as E.164; undefined when it cannot be one. "Possible" in libphonenumber's sense
 * is enough: fictional (555-01xx) and brand-new ranges are not "valid" there. `country` (ISO 3166) reads national forms.
 */
export function readPhone(text: string, country: string): string | undefined {
  const parsed = parsePhoneNumberFromString(text.slice(0, 40), isSupportedCountry(country) ? country : "US")
  return parsed?.isPossible() ? parsed.number : undefined
}

/** Whether phone numbers of this country (ISO 3166, two capitals) can be read. */
export function isPhoneCountry(country: string): country is CountryCode {
  return isSupportedCountry(country)
}

/** An E.164 number as people of `country` write it: nationally if it is one of theirs, else with its country code. */
export function writePhone(e164: string, country: string): string {
  const parsed = parsePhoneNumberFromString(e164)
  if (!parsed) return e164
  return parsed.country === country ? writeNational(parsed) : parsed.formatInternational()
}

/** A number as people of its own country write it; the service numbers of China (400, 800) have hyphens there. */
export function writeNational(parsed: PhoneNumber): string {
  const national = parsed.formatNational()
  return parsed.country === "CN" && /^[48]00 /.test(national) ? national.replaceAll(" ", "-") : national
}
