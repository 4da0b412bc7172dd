import { basicLogin, type CarrierApi, e164In, listIn, textIn } from "./api.js"
import type { JsonObject } from "./json.js"
import type { NumberMarket, NumberType, OwnedNumber } from "./market.js"
import { STATUS_OVERRIDES, VOICE_OVERRIDES } from "./twilio-signature.js"

// Twilio's REST API 2010-04-01, by its OpenAPI documents (twilio_api_v2010.json, twilio_pricing_v1.json).

const ORIGIN = "https://api.twilio.com"
const PRICING = "https://pricing.twilio.com/v1/PhoneNumbers/Countries"
/** The numbers of one page; Twilio's own limit is 1,000. */
const PAGE = 500

interface Account {
  account_sid: string
  auth_token: string
}

/** Each number has its own addresses. */
export const twilioNumbers: NumberMarket<Account> = {
  filters: ["area_code", "contains", "locality"],
  login: ({ account_sid, auth_token }) => basicLogin(account_sid, auth_token),
  lacks: () => [],
  search: async (api, { account_sid }, { country, type, area_code, contains, locality, limit }) => {
    const query = queryOf({
      VoiceEnabled: "true",
      PageSize: String(limit),
      AreaCode: area_code,
      Contains: contains,
      InLocality: locality,
    })
    const url = `${accountUrl(account_sid)}/AvailablePhoneNumbers/${country}/${RESOURCE[type]}.json?${query}`
    const found = listIn(await api({ method: "GET", url }), "available_phone_numbers")
    const monthly = found.length === 0 ? null : await priceOf(api, country, type)
    return found.flatMap((offer) => {
      const e164 = e164In(offer, "phone_number")
      if (e164 === undefined) return []
      return [{ e164, locality: textIn(offer, "locality") ?? null, region: textIn(offer, "region") ?? null, monthly }]
    })
  },
  buy: async (api, { account_sid }, e164, { callback_url }) => {
    const form = { PhoneNumber: e164, ...addresses(callback_url) }
    await api({ method: "POST", url: `${accountUrl(account_sid)}/IncomingPhoneNumbers.json`, form })
    return "bought"
  },
  find: async (api, { account_sid }, e164, callback_url) => {
    const query = queryOf({ PhoneNumber: e164, PageSize: "20" })
    const answer = await api({ method: "GET", url: `${accountUrl(account_sid)}/IncomingPhoneNumbers.json?${query}` })
    // Twilio's filter matches parts of numbers too.
    return readOwned(answer, callback_url).find((number) => number.e164 === e164)
  },
  list: async (api, { account_sid }, callback_url, page) => {
    const first = `${new URL(accountUrl(account_sid)).pathname}/IncomingPhoneNumbers.json?PageSize=${PAGE}`
    const answer = await api({ method: "GET", url: ORIGIN + (page ?? first) })
    const next = textIn(answer, "next_page_uri")
    // The next page is of this very list: whatever else the answer names is not asked for with the account's token.
    const within = next?.startsWith(first.slice(0, first.indexOf("?") + 1)) ? next : undefined
    return { numbers: readOwned(answer, callback_url), next: within }
  },
  point: async (api, { account_sid }, { ref }, callback_url) => {
    // An application or a trunk would go before the number's own addresses.
    const form = { ...addresses(callback_url), VoiceApplicationSid: "", TrunkSid: "" }
    const url = `${accountUrl(account_sid)}/IncomingPhoneNumbers/${ref}.json`
    await api({ method: "POST", url, form, repeatable: true })
  },
  release: async (api, { account_sid }, { ref }) => {
    await api({ method: "DELETE", url: `${accountUrl(account_sid)}/IncomingPhoneNumbers/${ref}.json` })
  },
}

const RESOURCE: Record<NumberType, string> = { local: "Local", toll_free: "TollFree", mobile: "Mobile" }

/** Twilio's words for the kinds of numbers in its prices. */
const PRICED: Record<NumberType, string> = { local: "local", toll_free: "toll free", mobile: "mobile" }

function accountUrl(account_sid: string): string {
  return `${ORIGIN}/2010-04-01/Accounts/${account_sid}`
}

function addresses(callback_url: string): Record<string, string> {
  return {
    VoiceUrl: `${callback_url}/voice${VOICE_OVERRIDES}`,
    VoiceMethod: "POST",
    StatusCallback: `${callback_url}/status${STATUS_OVERRIDES}`,
    StatusCallbackMethod: "POST",
  }
}

function readOwned(answer: JsonObject, callback_url: string): OwnedNumber[] {
  return listIn(answer, "incoming_phone_numbers").flatMap((number) => {
    const e164 = e164In(number, "phone_number")
    const ref = textIn(number, "sid")
    if (e164 === undefined || ref === undefined || !/^PN[0-9a-f]{32}$/i.test(ref)) return []
    const wanted = addresses(callback_url)
    const elsewhere = textIn(number, "voice_application_sid") ?? textIn(number, "trunk_sid")
    const pointed =
      elsewhere === undefined &&
      withoutOverrides(textIn(number, "voice_url")) === withoutOverrides(wanted.VoiceUrl) &&
      withoutOverrides(textIn(number, "status_callback")) === withoutOverrides(wanted.StatusCallback)
    return [{ e164, ref, pointed }]
  })
}

/** The overrides behind an address are its owner's to change. */
function withoutOverrides(url: string | undefined): string | undefined {
  return url?.split("#", 1)[0]
}

/** The month's rent of a kind; null where it cannot be learnt, which keeps nobody from searching. */
async function priceOf(api: CarrierApi, country: string, type: NumberType) {
  try {
    const answer = await api({ method: "GET", url: `${PRICING}/${country}` })
    const price = listIn(answer, "phone_number_prices").find((row) => textIn(row, "number_type") === PRICED[type])
    const amount = price && textIn(price, "current_price")
    const currency = textIn(answer, "price_unit")
    return amount === undefined || currency === undefined ? null : { amount, currency: currency.toUpperCase() }
  } catch {
    return null
  }
}

function queryOf(fields: Record<string, string | undefined>): string {
  return new URLSearchParams(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined),
  ).toString()
}
