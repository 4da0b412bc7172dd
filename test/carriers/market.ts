// Twilio, Telnyx and Plivo as their REST APIs show themselves, by their OpenAPI documents and references: strict about who
// asks, how and for what, with accounts that keep what they bought. Whatever a real one would refuse is refused here.

export const TWILIO = { account_sid: `AC${"5".repeat(32)}`, auth_token: "0123456789abcdef0123456789abcdef" }
export const PLIVO = {
  auth_id: "MAABCDEFGHIJKLMNOPQR",
  auth_token: "PlivoTokenPlivoTokenPlivoTokenPlivoToken",
  app_id: "29986316244302815",
}
export const TELNYX = {
  public_key: "gR3yzWsnRDfFHrZQZhSpgJ3aBdSaOtSeYBhcs2kTmnw=",
  api_key: "KEY0123456789ABCDEF_0123456789abcdefghij",
  connection_id: "1293384261075731499",
}

/** One number of an account, as the carrier keeps it. */
export interface Kept {
  e164: string
  ref: string
  /** The addresses, or the application, that its calls go to. */
  settings: Record<string, string>
}

/** What the carriers were asked, without the credentials. */
export interface Asked {
  method: string
  url: string
  fields: Record<string, unknown>
}

/** What becomes of the next request that fits, instead of or after its work. */
export interface Fault {
  on: RegExp
  /** `before`: it is not done; `after`: it is done, and then this is answered. */
  when: "before" | "after"
  /** An answer; undefined: the connection breaks. */
  answer?: Response | undefined
  times?: number
  /** How many that fit pass before it. */
  skip?: number
}

/** The three carriers behind one door; numbers whose digits end in 99 are never for sale, Telnyx delivers those in 77 late. */
export class Carriers {
  readonly accounts = {
    twilio: new Map<string, Kept>(),
    telnyx: new Map<string, Kept>(),
    plivo: new Map<string, Kept>(),
  }
  readonly applications: Record<string, Record<string, unknown>> = {
    [`texml_applications/${TELNYX.connection_id}`]: {
      id: TELNYX.connection_id,
      friendly_name: "Main",
      voice_url: "https://old.example",
    },
    [`call_control_applications/${TELNYX.connection_id}`]: {
      id: TELNYX.connection_id,
      application_name: "Control",
      webhook_event_url: "https://old.example",
    },
    [`Application/${PLIVO.app_id}`]: { app_id: PLIVO.app_id, answer_url: "https://old.example" },
  }
  readonly orders: { e164: string; reference: string; status: string }[] = []
  readonly asked: Asked[] = []
  faults: Fault[] = []

  /** `anyone`: Twilio's side takes every account, for tests that are about something else. */
  constructor(readonly options: { readonly anyone?: boolean } = {}) {}

  /** How often each number was sold: more than once is what must never happen. */
  readonly sold: string[] = []

  /** Delivers what Telnyx is late with. */
  deliver(): void {
    for (const order of this.orders.filter(({ status }) => status === "pending")) {
      order.status = "success"
      this.#keep("telnyx", order.e164, { connection_id: TELNYX.connection_id })
    }
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    const url = new URL(request.url)
    const fields = await readFields(request)
    this.asked.push({ method: request.method, url: request.url, fields })
    const line = `${request.method} ${request.url}`
    const fault = this.faults.find((each) => each.on.test(line) && isDue(each))
    if (fault) {
      fault.times = (fault.times ?? 1) - 1
      if (fault.times <= 0) this.faults = this.faults.filter((one) => one !== fault)
      if (fault.when === "after") this.#answer(request, url, fields)
      if (!fault.answer) throw new TypeError("fetch failed")
      return fault.answer.clone() as Response
    }
    return this.#answer(request, url, fields)
  }

  #answer(request: Request, url: URL, fields: Record<string, string>): Response {
    if (url.protocol !== "https:" || request.headers.get("accept") !== "application/json") return json(406, {})
    switch (url.hostname) {
      case "api.twilio.com":
        return this.#twilio(request, url, fields)
      case "pricing.twilio.com":
        return url.pathname === "/v1/PhoneNumbers/Countries/US"
          ? json(200, {
              country: "United States",
              iso_country: "US",
              phone_number_prices: [
                { number_type: "local", base_price: "1.15", current_price: "1.15" },
                { number_type: "toll free", base_price: "2.15", current_price: "2.15" },
              ],
              price_unit: "USD",
            })
          : json(404, { code: 20404, message: "The requested resource was not found", status: 404 })
      case "api.telnyx.com":
        return this.#telnyx(request, url, fields)
      case "api.plivo.com":
        return this.#plivo(request, url, fields)
      default:
        return json(404, {})
    }
  }

  #keep(account: keyof Carriers["accounts"], e164: string, settings: Record<string, string>): Kept {
    const index = this.accounts[account].size + 1
    const ref = {
      twilio: `PN${String(index).padStart(32, "0")}`,
      telnyx: `${1_000_000 + index}`,
      plivo: e164.slice(1),
    }[account]
    const kept = { e164, ref, settings }
    this.accounts[account].set(e164, kept)
    this.sold.push(e164)
    return kept
  }

  #forSale(account: keyof Carriers["accounts"], e164: string): boolean {
    return !e164.endsWith("99") && !this.accounts[account].has(e164)
  }

  #offers(account: keyof Carriers["accounts"], area: string, contains: string, limit: number): string[] {
    const all = Array.from({ length: 60 }, (_, index) => `+1${area || "212"}555${String(1000 + index)}`)
    return all.filter((e164) => this.#forSale(account, e164) && e164.includes(contains)).slice(0, limit)
  }

  #twilio(request: Request, url: URL, fields: Record<string, string>): Response {
    const fault = (status: number, code: number, message: string) =>
      json(status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status })
    const login = btoa(`${TWILIO.account_sid}:${TWILIO.auth_token}`)
    const { anyone = false } = this.options
    if (!anyone && request.headers.get("authorization") !== `Basic ${login}`) return fault(401, 20003, "Authenticate")
    const account = anyone ? (url.pathname.split("/")[3] ?? "") : TWILIO.account_sid
    const base = `/2010-04-01/Accounts/${account}`
    if (!url.pathname.startsWith(base)) return fault(404, 20404, "The requested resource was not found")
    const path = url.pathname.slice(base.length)
    if (request.method === "POST" && request.headers.get("content-type") !== "application/x-www-form-urlencoded")
      return fault(400, 20001, "Unsupported content type")
    const available = /^\/AvailablePhoneNumbers\/([A-Z]{2})\/(Local|TollFree|Mobile)\.json$/.exec(path)
    if (available && request.method === "GET") {
      if (available[1] !== "US") return fault(404, 20404, "The requested resource was not found")
      const allowed = ["VoiceEnabled", "PageSize", "AreaCode", "Contains", "InLocality"]
      if (!only(fields, allowed)) return fault(400, 20001, "Unknown parameter")
      const found = this.#offers("twilio", fields.AreaCode ?? "", fields.Contains ?? "", Number(fields.PageSize))
      return json(200, {
        available_phone_numbers: found.map((phone_number) => ({
          friendly_name: phone_number,
          phone_number,
          lata: "132",
          locality: "New York",
          rate_center: "NWYRCYZN01",
          region: "NY",
          iso_country: "US",
          capabilities: { voice: true, SMS: true, MMS: true, fax: false },
        })),
        uri: url.pathname,
      })
    }
    const settable = [
      "VoiceUrl",
      "VoiceMethod",
      "StatusCallback",
      "StatusCallbackMethod",
      "VoiceApplicationSid",
      "TrunkSid",
    ]
    const show = ({ e164, ref, settings }: Kept) => ({
      sid: ref,
      account_sid: TWILIO.account_sid,
      friendly_name: e164,
      phone_number: e164,
      voice_url: settings.VoiceUrl ?? "",
      voice_method: settings.VoiceMethod ?? "POST",
      voice_application_sid: settings.VoiceApplicationSid || null,
      trunk_sid: settings.TrunkSid || null,
      status_callback: settings.StatusCallback ?? "",
      status_callback_method: settings.StatusCallbackMethod ?? "POST",
      status: "in-use",
    })
    if (path === "/IncomingPhoneNumbers.json" && request.method === "POST") {
      const { PhoneNumber = "", ...settings } = fields
      if (!only(settings, settable)) return fault(400, 20001, "Unknown parameter")
      if (!this.#forSale("twilio", PhoneNumber)) return fault(400, 21422, `PhoneNumber ${PhoneNumber} is not available`)
      return json(201, show(this.#keep("twilio", PhoneNumber, settings)))
    }
    if (path === "/IncomingPhoneNumbers.json" && request.method === "GET") {
      const { PageSize = "50", Page = "0", PhoneNumber = "" } = fields
      const all = [...this.accounts.twilio.values()].filter(({ e164 }) => e164.includes(PhoneNumber))
      // Fewer than asked for, so that there are pages.
      const size = Math.min(Number(PageSize), 3)
      const at = Number(Page) * size
      const more = at + size < all.length
      return json(200, {
        incoming_phone_numbers: all.slice(at, at + size).map(show),
        page: Number(Page),
        page_size: size,
        next_page_uri: more ? `${base}${path}?PageSize=${PageSize}&Page=${Number(Page) + 1}&PageToken=PAxyz` : null,
      })
    }
    const one = /^\/IncomingPhoneNumbers\/(PN\w{32})\.json$/.exec(path)
    const kept = one && [...this.accounts.twilio.values()].find(({ ref }) => ref === one[1])
    if (kept && request.method === "DELETE") {
      this.accounts.twilio.delete(kept.e164)
      return new Response(null, { status: 204 })
    }
    if (!kept || request.method !== "POST") return fault(404, 20404, "The requested resource was not found")
    if (!only(fields, settable)) return fault(400, 20001, "Unknown parameter")
    Object.assign(kept.settings, fields)
    return json(200, show(kept))
  }

  #telnyx(request: Request, url: URL, fields: Record<string, string>): Response {
    const fault = (status: number, code: string, title: string, detail: string) =>
      json(status, { errors: [{ code, title, detail, meta: {} }] })
    if (request.headers.get("authorization") !== `Bearer ${TELNYX.api_key}`)
      return fault(401, "10009", "Authentication failed", "Could not find a usable API key")
    const path = url.pathname.replace(/^\/v2\//, "")
    const call = `${request.method} ${path}`
    const show = ({ e164, ref, settings }: Kept) => ({
      id: ref,
      record_type: "phone_number",
      phone_number: e164,
      status: "active",
      connection_id: settings.connection_id ?? null,
      customer_reference: null,
      country_iso_alpha2: "US",
    })
    if (call === "GET available_phone_numbers") {
      const allowed = [
        "country_code",
        "phone_number_type",
        "features",
        "limit",
        "national_destination_code",
        "phone_number][contains",
        "locality",
      ]
      if (
        !only(
          fields,
          allowed.map((name) => `filter[${name}]`),
        )
      )
        return fault(400, "10015", "Bad Request", "unknown filter")
      if (fields["filter[country_code]"] !== "US")
        return json(200, { data: [], meta: { total_results: 0, best_effort_results: 0 } })
      const area = fields["filter[national_destination_code]"] ?? ""
      const found = this.#offers(
        "telnyx",
        area,
        fields["filter[phone_number][contains]"] ?? "",
        Number(fields["filter[limit]"]),
      )
      return json(200, {
        data: found.map((phone_number) => ({
          record_type: "available_phone_number",
          phone_number,
          best_effort: false,
          quickship: true,
          reservable: true,
          cost_information: { upfront_cost: "1.00", monthly_cost: "1.00", currency: "USD" },
          features: [{ name: "voice" }],
          region_information: [
            { region_type: "country_code", region_name: "US" },
            { region_type: "state", region_name: "NY" },
            { region_type: "location", region_name: "NEW YORK" },
          ],
        })),
      })
    }
    if (call === "POST number_orders") {
      const { phone_numbers, connection_id, customer_reference } = fields as unknown as {
        phone_numbers: { phone_number: string }[]
        connection_id: string
        customer_reference: string
      }
      if (!only(fields, ["phone_numbers", "connection_id", "customer_reference"]))
        return fault(400, "10015", "Bad Request", "unknown field")
      if (connection_id !== TELNYX.connection_id) return fault(422, "10027", "Unprocessable", "connection not found")
      const e164 = phone_numbers[0]?.phone_number ?? ""
      if (
        !this.#forSale("telnyx", e164) ||
        this.orders.some((order) => order.e164 === e164 && order.status === "pending")
      )
        return fault(422, "85007", "Phone number not available", `The number ${e164} is not available for purchase`)
      const status = e164.endsWith("77") ? "pending" : "success"
      this.orders.push({ e164, reference: customer_reference, status })
      if (status === "success") this.#keep("telnyx", e164, { connection_id })
      return json(200, {
        data: {
          id: `order-${this.orders.length}`,
          record_type: "number_order",
          phone_numbers_count: 1,
          connection_id,
          customer_reference,
          status: "pending",
          phone_numbers: [{ id: "1", record_type: "number_order_phone_number", phone_number: e164, status }],
        },
      })
    }
    if (call === "GET number_orders") {
      const reference = fields["filter[customer_reference]"]
      const data = this.orders
        .filter((order) => order.reference === reference)
        .map((order) => ({
          id: "1",
          customer_reference: order.reference,
          status: order.status,
          phone_numbers: [{ phone_number: order.e164, status: order.status }],
        }))
      return json(200, { data, meta: { total_pages: 1, total_results: data.length, page_number: 1, page_size: 20 } })
    }
    if (call === "GET phone_numbers") {
      const wanted = fields["filter[phone_number]"] ?? ""
      // "Non-numerical characters will result in no values being returned."
      const all = [...this.accounts.telnyx.values()].filter(({ e164 }) => /^\d*$/.test(wanted) && e164.includes(wanted))
      const size = Math.min(Number(fields["page[size]"]), 3)
      const page = Number(fields["page[number]"] ?? 1)
      const data = all.slice((page - 1) * size, page * size).map(show)
      return json(200, {
        data,
        meta: {
          total_pages: Math.ceil(all.length / size),
          page_number: page,
          page_size: size,
          total_results: all.length,
        },
      })
    }
    const owned = [...this.accounts.telnyx.values()].find(({ ref }) => `phone_numbers/${ref}` === path)
    if (request.method === "DELETE" && owned) {
      this.accounts.telnyx.delete(owned.e164)
      return json(200, { data: { ...show(owned), status: "deleted" } })
    }
    if (request.method === "PATCH" && path.startsWith("phone_numbers/")) {
      const kept = owned
      if (!kept || !only(fields, ["connection_id"])) return fault(404, "10005", "Resource not found", "no such number")
      Object.assign(kept.settings, fields)
      return json(200, { data: show(kept) })
    }
    const application = this.applications[path]
    if (!application)
      return fault(404, "10005", "Resource not found", "The requested resource or URL could not be found")
    if (request.method === "GET") return json(200, { data: application })
    const required = path.startsWith("texml")
      ? ["friendly_name", "voice_url"]
      : ["application_name", "webhook_event_url"]
    if (request.method !== "PATCH" || required.some((name) => !fields[name]))
      return fault(422, "10027", "Unprocessable", "a required field is missing")
    Object.assign(application, fields)
    return json(200, { data: application })
  }

  #plivo(request: Request, url: URL, fields: Record<string, string>): Response {
    const login = btoa(`${PLIVO.auth_id}:${PLIVO.auth_token}`)
    if (request.headers.get("authorization") !== `Basic ${login}`)
      return new Response("Could not verify your access level for that URL.", { status: 401 })
    const base = `/v1/Account/${PLIVO.auth_id}/`
    const api_id = "859428b0-1c88-11e4-a2d1-22000ac5040c"
    // Every path of Plivo's ends with a slash; without it there is a redirect.
    if (!url.pathname.startsWith(base) || !url.pathname.endsWith("/"))
      return new Response(null, { status: 301, headers: { location: `${url}/` } })
    if (request.method === "POST" && request.headers.get("content-type") !== "application/json")
      return json(400, { api_id, error: "bad content type" })
    const path = url.pathname.slice(base.length, -1)
    const call = `${request.method} ${path}`
    const show = ({ e164, settings }: Kept) => ({
      added_on: "2014-02-14",
      alias: null,
      application: settings.app_id ? `${base}Application/${settings.app_id}/` : null,
      carrier: "Plivo",
      monthly_rental_rate: "0.80000",
      number: e164.slice(1),
      number_type: "local",
      region: "New York, UNITED STATES",
      voice_enabled: true,
    })
    if (call === "GET PhoneNumber") {
      if (!only(fields, ["country_iso", "type", "services", "limit", "pattern", "city"]))
        return json(400, { api_id, error: "unknown parameter" })
      if (Number(fields.limit) > 20) return json(400, { api_id, error: "limit must be 20 at most" })
      const found =
        fields.country_iso === "US" ? this.#offers("plivo", fields.pattern ?? "", "", Number(fields.limit)) : []
      return json(200, {
        api_id,
        meta: { limit: 20, next: null, offset: 0, previous: null, total_count: found.length },
        objects: found.map((e164) => ({
          country: "UNITED STATES",
          lata: 132,
          monthly_rental_rate: "0.80000",
          number: e164.slice(1),
          type: "fixed",
          prefix: "212",
          rate_center: "NWYRCYZN01",
          region: "New York",
          voice_enabled: true,
          voice_rate: "0.00500",
        })),
      })
    }
    const bought = /^POST PhoneNumber\/(\d+)$/.exec(call)
    if (bought) {
      const e164 = `+${bought[1]}`
      if (!only(fields, ["app_id"]) || fields.app_id !== PLIVO.app_id)
        return json(400, { api_id, error: "app_id is not known" })
      if (!this.#forSale("plivo", e164)) return json(404, { api_id, error: "number not found" })
      this.#keep("plivo", e164, { app_id: fields.app_id })
      return json(201, {
        api_id,
        message: "created",
        numbers: [{ number: e164.slice(1), status: "Success" }],
        status: "fulfilled",
      })
    }
    if (call === "GET Number") {
      const all = [...this.accounts.plivo.values()]
      const at = Number(fields.offset)
      const next = at + 20 < all.length ? `${base}Number/?limit=20&offset=${at + 20}` : null
      return json(200, {
        api_id,
        meta: { limit: 20, next, offset: at, previous: null, total_count: all.length },
        objects: all.slice(at, at + 20).map(show),
      })
    }
    const kept = this.accounts.plivo.get(`+${path.replace(/^Number\//, "")}`)
    if (path.startsWith("Number/")) {
      if (!kept) return json(404, { api_id, error: "not found" })
      if (request.method === "GET") return json(200, { api_id, ...show(kept) })
      if (request.method === "DELETE") {
        this.accounts.plivo.delete(kept.e164)
        return new Response(null, { status: 204 })
      }
      if (!only(fields, ["app_id"])) return json(400, { api_id, error: "unknown parameter" })
      Object.assign(kept.settings, fields)
      return json(202, { api_id, message: "changed" })
    }
    const application = this.applications[path]
    if (!application || request.method !== "POST") return json(404, { api_id, error: "not found" })
    if (!only(fields, ["answer_url", "answer_method", "hangup_url", "hangup_method"]))
      return json(400, { api_id, error: "unknown parameter" })
    Object.assign(application, fields)
    return json(202, { api_id, message: "changed" })
  }
}

/** Whether a fault that fits comes now; counts what passes before it. */
function isDue(fault: Fault): boolean {
  const { skip = 0 } = fault
  fault.skip = skip - 1
  return skip <= 0
}

function only(fields: object, allowed: readonly string[]): boolean {
  return Object.keys(fields).every((name) => allowed.includes(name))
}

async function readFields(request: Request): Promise<Record<string, string>> {
  if (request.method === "GET" || request.method === "DELETE")
    return Object.fromEntries(new URL(request.url).searchParams)
  const body = await request.text()
  return /json/.test(request.headers.get("content-type") ?? "")
    ? JSON.parse(body)
    : Object.fromEntries(new URLSearchParams(body))
}

function json(status: number, body: unknown): Response {
  return Response.json(body, { status })
}
