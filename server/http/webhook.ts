import type { Context, Hono } from "hono"
import type { CallEvent } from "../../shared/call-event.js"
import type { Carrier, CarrierAnswer, CarrierRequest } from "../carriers/carrier.js"
import { fitScene, readWhisper, type Turn } from "../carriers/fit.js"
import { carrierNamed } from "../carriers/index.js"
import type { Instructions, RenderContext } from "../carriers/instructions.js"
import { redactRequest } from "../carriers/redact.js"
import { type CallRow, receiveEvent } from "../core/call/call.js"
import { findCredentials, forwardTo } from "../core/call/carrier.js"
import { keepRequest } from "../core/call/request-log.js"
import { readCallSettings } from "../core/caller/call-settings.js"
import { findFlow, WHOLE_SITE } from "../core/flow/flow-store.js"
import { isErased } from "../core/person/erased.js"
import { readSettings } from "../core/site/settings.js"
import type { Site } from "../core/store/db.js"
import { SITE_ID } from "../core/store/id.js"
import { notFound, Refusal } from "../core/store/refusal.js"
import { readPhone } from "../core/value/phone.js"
import { readBytes } from "./body.js"
import { asksForMore, type Due, decide, queryIn, turnOf } from "./flow.js"
import type { SiteHandle, SiteHost } from "./host.js"
import { signedElsewhere } from "./misaddressed.js"
import { describeError, problem } from "./problem.js"

/** Largest request of a carrier: a hundred times the usual. */
const WEBHOOK_LIMIT_BYTES = 262_144
/** How long a caller waits for the database at most, ms; then he is connected, and the event is stored when it can be. */
const VOICE_PATIENCE_MS = 1500
/** Sites whose last known way to connect a caller is kept for the time when their database cannot be read. */
const REMEMBERED_SITES = 1000

interface Connection {
  readonly credentials: unknown
  readonly forwardTo: string | null
  /** The site's, ISO 3166: by it a dialled number is read that a carrier wrote nationally. */
  readonly country: string
}

/**
 * Binds the carriers' door. A request that its carrier did not sign is answered 403 and leaves no trace. Then the caller
 * comes first: `voice` is answered with valid instructions whatever happens to the event (guarantee 5), every other event
 * is acknowledged only once it is durable, so that the carrier repeats what was lost.
 */
export function mountWebhooks(app: Hono, host: SiteHost): void {
  const remembered = new Map<string, Connection>()
  app.on(["GET", "POST"], "/v1/sites/:site/carriers/:carrier/:event{.+}", async (c) => {
    const { site: siteId, carrier: name, event: path } = c.req.param()
    const carrier = carrierNamed(name)
    const site = SITE_ID.test(siteId) ? await openSite(host, siteId) : undefined
    if (!site || !carrier?.events.includes(path)) throw notFound("webhook")
    const request = await readRequest(c, host.publicUrl, host.now())
    const echo = carrier.challenge?.(request)
    if (echo) return toResponse(echo)
    const connection = readConnection(site, carrier, `${siteId} ${name}`, remembered)
    if (!connection) return refuse(host, siteId, name, path)
    if (!(await carrier.verify(request, connection.credentials)))
      return refuse(host, siteId, name, path, await signedElsewhere(carrier, request, connection.credentials))
    const event = carrier.nameEvent?.(path, request) ?? path
    const reports = parse(host, carrier, event, request)
    const whisper = carrier.whisper && readWhisper(queryIn(request.url))
    const turn = turnOf(carrier, request)
    const asks = event === "voice" || (turn !== undefined && asksForMore(turn, reports))
    let due: Due | undefined
    const plan = (opened: Site, rows: readonly CallRow[]) => {
      due = undefined
      try {
        due = decide(opened, rows, reports, turn)
      } catch (error) {
        // The event is worth more than the plan: the caller is put through plainly.
        host.log("error", "a call could not be planned", { site: siteId, carrier: name, error: describeError(error) })
      }
    }
    const stored =
      reports.length > 0 || asks || whisper === undefined
        ? site.writeTraffic((opened) => {
            const rows = receiveEvents(opened, reports, request.received_at)
            if (asks) plan(opened, rows)
            if (!rows.some(isErased)) keepRaw(opened, request, { carrier: name, event: path, events: reports.length })
          })
        : Promise.resolve(undefined)
    const context: RenderContext = {
      dialled: dialledIn(reports, turn, connection.country),
      call_key: reports[0]?.call_key ?? null,
      callback_url: `${host.publicUrl}/v1/sites/${siteId}/carriers/${name}`,
    }
    if (asks) {
      const failure = await settle(stored)
      if (failure instanceof Refusal && failure.code === "forbidden") return refuse(host, siteId, name, event)
      if (failure)
        host.log("error", "the call goes through, its event is not stored", {
          site: siteId,
          carrier: name,
          error: describeError(failure),
        })
      return toResponse(renderDue(host, carrier, connection, context, failure ? undefined : due))
    }
    try {
      await stored
    } catch (error) {
      if (error instanceof Refusal && error.code === "forbidden") return refuse(host, siteId, name, event)
      host.log("error", "a carrier's event is not stored", { site: siteId, carrier: name, error: describeError(error) })
      // Whatever it was: a carrier that is told 503 sends the event again, and some do so after no other answer.
      return problem("unavailable", "the event could not be stored: send it again")
    }
    return toResponse((whisper && carrier.whisper?.(whisper)) ?? carrier.acknowledge(event))
  })
}

/** Keeps the request as it came, for whoever has to find out what a carrier said. */
function keepRaw(site: Site, request: CarrierRequest, { carrier, event, events }: KeptOf): void {
  const { keep_requests, mask_requests, callers } = readCallSettings(site)
  const kept = redactRequest(request, event, mask_requests || callers !== "shown")
  keepRequest(site, { ...kept, carrier, event, events }, keep_requests)
}

interface KeptOf {
  readonly carrier: string
  readonly event: string
  /** How many events were read out of it. */
  readonly events: number
}

/** The number that the caller dialled. What a forwarded leg was sent to is not it, and no number of the account to show. */
function dialledIn(reports: readonly CallEvent[], turn: Turn | undefined, country: string): string | null {
  const to = reports.find((report) => report.leg === "a" && report.to !== null)?.to ?? turn?.to ?? null
  return to && (readPhone(to, country) ?? to)
}

/** The site's database; where it cannot even be opened, one that fails at every touch: a caller may be known how to connect. */
async function openSite(host: SiteHost, id: string): Promise<SiteHandle | undefined> {
  try {
    return await host.openSite(id)
  } catch (error) {
    const fail = async () => {
      throw error
    }
    return {
      read: () => {
        throw error
      },
      write: fail,
      writeTraffic: fail,
      ask: fail,
    }
  }
}

/** What the request reports. An adapter does not throw; did it for all that, the caller would be worth more than the event. */
function parse(host: SiteHost, carrier: Carrier, event: string, request: CarrierRequest): readonly CallEvent[] {
  try {
    return carrier.parse(event, request)
  } catch (error) {
    host.log("error", "a carrier's request could not be read", { carrier: carrier.name, error: describeError(error) })
    return []
  }
}

/** The scene that is due; where there is none, or it cannot be rendered, the caller is put through plainly. */
function renderDue(
  host: SiteHost,
  carrier: Carrier,
  connection: Connection,
  context: RenderContext,
  due: Due | undefined,
): CarrierAnswer {
  const { credentials } = connection
  try {
    const abilities = carrier.abilities?.(credentials) ?? []
    if (due && abilities.length > 0)
      return carrier.render(fitScene(due.plan, due.scene, abilities, due.place).instructions, context, credentials)
  } catch (error) {
    host.log("error", "instructions could not be written", { carrier: carrier.name, error: describeError(error) })
  }
  return carrier.render(instruct(connection), context, credentials)
}

async function readRequest(c: Context, publicUrl: string, now: number): Promise<CarrierRequest> {
  const at = c.req.url.indexOf("/", c.req.url.indexOf("://") + 3)
  return {
    method: c.req.method,
    url: publicUrl + c.req.url.slice(at),
    headers: { get: (header) => c.req.header(header) ?? null },
    body: await readBytes(c, WEBHOOK_LIMIT_BYTES),
    received_at: now,
  }
}

/** Keeps what one request reports. It is a replay (`forbidden`) only when all of it is: a batch may repeat some of the last one. */
function receiveEvents(site: Site, events: readonly CallEvent[], receivedAt: number): CallRow[] {
  const refusals: Refusal[] = []
  const rows: CallRow[] = []
  for (const event of events) {
    try {
      rows.push(receiveEvent(site, event, receivedAt))
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== "forbidden") throw error
      refusals.push(error)
    }
  }
  if (refusals[0] && refusals.length === events.length) throw refusals[0]
  return rows
}

/** What the site says; where its database cannot be read, what it said last. */
function readConnection(
  site: SiteHandle,
  carrier: Carrier,
  key: string,
  remembered: Map<string, Connection>,
): Connection | undefined {
  try {
    const stored = site.read((opened) => ({
      credentials: findCredentials(opened, carrier.name),
      forwardTo: plainForward(opened),
      country: readSettings(opened).country,
    }))
    const credentials = carrier.credentials.safeParse(stored.credentials)
    if (!credentials.success) return undefined
    const connection = { ...stored, credentials: credentials.data }
    remembered.delete(key)
    remembered.set(key, connection)
    if (remembered.size > REMEMBERED_SITES) remembered.delete(remembered.keys().next().value ?? "")
    return connection
  } catch (error) {
    const last = remembered.get(key)
    if (last) return last
    throw error
  }
}

/** Where a call goes when nothing better is known: the first phone of the site's flow, else the site's own number. */
function plainForward(site: Site): string | null {
  try {
    const [first] = findFlow(site, WHOLE_SITE)?.forward?.to ?? []
    if (first !== undefined) return first
  } catch {
    // A flow that cannot be read keeps nobody out.
  }
  return forwardTo(site)
}

function instruct({ forwardTo }: Connection): Instructions {
  return forwardTo === null ? { kind: "reject" } : { kind: "forward", to: forwardTo, record: false }
}

/** Waits for the event to be durable, but no longer than a caller can be kept waiting. */
async function settle(stored: Promise<unknown>): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const patience = new Promise((resolve) => {
    timer = setTimeout(() => resolve(new Error("the database is slow")), VOICE_PATIENCE_MS)
  })
  const failure = await Promise.race([
    stored.then(
      () => undefined,
      (error: unknown) => error,
    ),
    patience,
  ])
  clearTimeout(timer)
  return failure
}

function refuse(host: SiteHost, site: string, carrier: string, event: string, signedFor?: string): Response {
  const why =
    signedFor === undefined
      ? "its signature does not hold, or it is a replay"
      : "it is signed for another address than PUBLIC_URL says"
  host.log("warn", `a carrier request was refused: ${why}`, {
    site,
    carrier,
    event,
    ...(signedFor !== undefined && { signed_for: signedFor }),
  })
  return problem("forbidden", "the carrier did not sign this request, or it was received before")
}

function toResponse({ status, contentType, body }: CarrierAnswer): Response {
  return new Response(body, { status, headers: contentType === null ? {} : { "content-type": contentType } })
}
