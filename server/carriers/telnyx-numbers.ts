import { e164In, listIn, textIn } from "./api.js"
import { type JsonObject, objectAt } from "./json.js"
import type { NumberMarket, OfferedNumber, OwnedNumber } from "./market.js"

// Telnyx's API v2, by its OpenAPI document (team-telnyx/openapi, and the clients that are generated from it).

const ORIGIN = "https://api.telnyx.com/v2"
/** Telnyx's own limit of a page. */
const PAGE = 250

interface Account {
  api_key?: string | undefined
  connection_id?: string | undefined
}

/** The two kinds of applications that numbers are assigned to, and what their addresses are called. */
const APPLICATIONS = {
  texml: {
    resource: "texml_applications",
    name: "friendly_name",
    addresses: (callback_url: string) => ({
      voice_url: `${callback_url}/voice`,
      voice_method: "post",
      status_callback: `${callback_url}/status`,
      status_callback_method: "post",
    }),
  },
  control: {
    resource: "call_control_applications",
    name: "application_name",
    addresses: (callback_url: string) => ({ webhook_event_url: `${callback_url}/voice`, webhook_api_version: "2" }),
  },
} as const

/** Numbers are assigned to an application (`connection_id`), whose addresses they share. An order may take a while. */
export function telnyxNumbers(kind: keyof typeof APPLICATIONS): NumberMarket<Account> {
  const application = APPLICATIONS[kind]
  return {
    filters: ["area_code", "contains", "locality"],
    login: ({ api_key = "" }) => ({ authorization: `Bearer ${api_key}`, secrets: [api_key] }),
    lacks: ({ api_key, connection_id }) => [
      ...(api_key === undefined ? ["api_key"] : []),
      ...(connection_id === undefined ? ["connection_id"] : []),
    ],
    search: async (api, _account, { country, type, area_code, contains, locality, limit }) => {
      const query = new URLSearchParams({
        "filter[country_code]": country,
        "filter[phone_number_type]": type,
        "filter[features]": "voice",
        "filter[limit]": String(limit),
      })
      if (area_code !== undefined) query.set("filter[national_destination_code]", area_code)
      if (contains !== undefined) query.set("filter[phone_number][contains]", contains)
      if (locality !== undefined) query.set("filter[locality]", locality)
      const answer = await api({ method: "GET", url: `${ORIGIN}/available_phone_numbers?${query}` })
      return listIn(answer, "data").flatMap(readOffer)
    },
    aim: async (api, { connection_id }, callback_url) => {
      const url = `${ORIGIN}/${application.resource}/${connection_id}`
      // An update asks for the name too, which stays what it is.
      const present = objectAt(await api({ method: "GET", url }), "data")
      const json = { [application.name]: textIn(present, application.name), ...application.addresses(callback_url) }
      await api({ method: "PATCH", url, json, repeatable: true })
    },
    buy: async (api, { connection_id }, e164, { reference }) => {
      const json = { phone_numbers: [{ phone_number: e164 }], connection_id, customer_reference: reference }
      const answer = await api({ method: "POST", url: `${ORIGIN}/number_orders`, json })
      return stateOf(objectAt(answer, "data")) === "success" ? "bought" : "pending"
    },
    find: async (api, account, e164, _callback_url) => {
      // Telnyx's filter takes digits alone.
      const query = new URLSearchParams({ "filter[phone_number]": e164.slice(1), "page[size]": "20" })
      const answer = await api({ method: "GET", url: `${ORIGIN}/phone_numbers?${query}` })
      return readOwned(answer, account).find((number) => number.e164 === e164)
    },
    order: async (api, _account, reference) => {
      const query = new URLSearchParams({ "filter[customer_reference]": reference })
      const answer = await api({ method: "GET", url: `${ORIGIN}/number_orders?${query}` })
      const orders = listIn(answer, "data").filter((order) => textIn(order, "customer_reference") === reference)
      return orders.some((order) => stateOf(order) !== "failure") ? "pending" : "failed"
    },
    list: async (api, account, _callback_url, page = "1") => {
      const query = new URLSearchParams({ "page[number]": page, "page[size]": String(PAGE) })
      const answer = await api({ method: "GET", url: `${ORIGIN}/phone_numbers?${query}` })
      const pages = Number(textIn(objectAt(answer, "meta"), "total_pages") ?? 1)
      return { numbers: readOwned(answer, account), next: Number(page) < pages ? String(Number(page) + 1) : undefined }
    },
    point: async (api, { connection_id }, { ref }) => {
      await api({ method: "PATCH", url: `${ORIGIN}/phone_numbers/${ref}`, json: { connection_id }, repeatable: true })
    },
    release: async (api, _account, { ref }) => {
      await api({ method: "DELETE", url: `${ORIGIN}/phone_numbers/${ref}` })
    },
  }
}

/** An order's state: that of its one number, where it says. */
function stateOf(order: JsonObject): string | undefined {
  const [number = {}] = listIn(order, "phone_numbers")
  return textIn(number, "status") ?? textIn(order, "status")
}

function readOffer(offer: JsonObject): OfferedNumber[] {
  const e164 = e164In(offer, "phone_number")
  if (e164 === undefined) return []
  const regions = listIn(offer, "region_information")
  const regionOf = (...types: string[]) => {
    const region = regions.find((row) => types.includes(textIn(row, "region_type") ?? ""))
    return (region && textIn(region, "region_name")) ?? null
  }
  const cost = objectAt(offer, "cost_information")
  const amount = textIn(cost, "monthly_cost")
  const currency = textIn(cost, "currency")
  const monthly = amount === undefined || currency === undefined ? null : { amount, currency }
  return [{ e164, locality: regionOf("location", "rate_center"), region: regionOf("state"), monthly }]
}

/** States in which the account has the number, or will never lose it again without saying so. */
const OWNED = new Set(["active", "emergency-only", "provision-pending", "requirement-info-pending"])

function readOwned(answer: JsonObject, { connection_id }: Account): OwnedNumber[] {
  return listIn(answer, "data").flatMap((number) => {
    const e164 = e164In(number, "phone_number")
    const ref = textIn(number, "id")
    if (e164 === undefined || ref === undefined || !/^[\w-]{1,64}$/.test(ref)) return []
    if (!OWNED.has(textIn(number, "status") ?? "")) return []
    return [{ e164, ref, pointed: textIn(number, "connection_id") === connection_id }]
  })
}
