import { basicLogin, CarrierFailure, e164In, listIn, textIn } from "./api.js"
import { type JsonObject, objectAt } from "./json.js"
import type { NumberMarket, NumberType, OwnedNumber } from "./market.js"

// Plivo's API v1, by the reference of its numbers and applications and its own Node client.

const ORIGIN = "https://api.plivo.com/v1/Account"
/** Plivo's own limit of a page. */
const PAGE = 20

interface Account {
  auth_id: string
  auth_token: string
  app_id?: string | undefined
}

/** Numbers are assigned to an application (`app_id`), whose addresses they share. */
export const plivoNumbers: NumberMarket<Account> = {
  // Its pattern is the number's beginning: what else it contains cannot be asked for.
  filters: ["area_code", "locality"],
  login: ({ auth_id, auth_token }) => basicLogin(auth_id, auth_token),
  lacks: ({ app_id }) => (app_id === undefined ? ["app_id"] : []),
  search: async (api, { auth_id }, { country, type, area_code, locality, limit }) => {
    const query = new URLSearchParams({
      country_iso: country,
      type: TYPE[type],
      services: "voice",
      limit: String(Math.min(limit, PAGE)),
    })
    if (area_code !== undefined) query.set("pattern", area_code)
    if (locality !== undefined) query.set("city", locality)
    const answer = await api({ method: "GET", url: `${ORIGIN}/${auth_id}/PhoneNumber/?${query}` })
    return listIn(answer, "objects").flatMap((offer) => {
      const e164 = e164In(offer, "number")
      if (e164 === undefined) return []
      const amount = textIn(offer, "monthly_rental_rate")
      return [
        {
          e164,
          locality: textIn(offer, "city") ?? textIn(offer, "rate_center") ?? null,
          region: textIn(offer, "region") ?? null,
          // Plivo's prices are in US dollars, and it does not write so.
          monthly: amount === undefined ? null : { amount, currency: "USD" },
        },
      ]
    })
  },
  aim: async (api, { auth_id, app_id }, callback_url) => {
    const json = {
      answer_url: `${callback_url}/voice`,
      answer_method: "POST",
      hangup_url: `${callback_url}/status`,
      hangup_method: "POST",
    }
    await api({ method: "POST", url: `${ORIGIN}/${auth_id}/Application/${app_id}/`, json, repeatable: true })
  },
  buy: async (api, { auth_id, app_id }, e164) => {
    const url = `${ORIGIN}/${auth_id}/PhoneNumber/${e164.slice(1)}/`
    const answer = await api({ method: "POST", url, json: { app_id } })
    return textIn(answer, "status") === "fulfilled" ? "bought" : "pending"
  },
  find: async (api, account, e164) => {
    try {
      const answer = await api({ method: "GET", url: `${ORIGIN}/${account.auth_id}/Number/${e164.slice(1)}/` })
      return readOwned(answer, account)[0]
    } catch (error) {
      if (error instanceof CarrierFailure && error.status === 404) return undefined
      throw error
    }
  },
  list: async (api, account, _callback_url, page = "0") => {
    const query = new URLSearchParams({ limit: String(PAGE), offset: page })
    const answer = await api({ method: "GET", url: `${ORIGIN}/${account.auth_id}/Number/?${query}` })
    const more = textIn(objectAt(answer, "meta"), "next") !== undefined
    return {
      numbers: listIn(answer, "objects").flatMap((number) => readOwned(number, account)),
      next: more ? String(Number(page) + PAGE) : undefined,
    }
  },
  point: async (api, { auth_id, app_id }, { ref }) => {
    await api({ method: "POST", url: `${ORIGIN}/${auth_id}/Number/${ref}/`, json: { app_id }, repeatable: true })
  },
  release: async (api, { auth_id }, { ref }) => {
    await api({ method: "DELETE", url: `${ORIGIN}/${auth_id}/Number/${ref}/` })
  },
}

const TYPE: Record<NumberType, string> = { local: "local", toll_free: "tollfree", mobile: "mobile" }

function readOwned(number: JsonObject, { app_id }: Account): OwnedNumber[] {
  const e164 = e164In(number, "number")
  if (e164 === undefined) return []
  const pointed = textIn(number, "application")?.endsWith(`/Application/${app_id}/`) ?? false
  return [{ e164, ref: e164.slice(1), pointed }]
}
