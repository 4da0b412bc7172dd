import type * as z from "zod"
import type { CallEvent } from "../../shared/call-event.js"
import type { Ability, Instructions, RenderContext, Speech } from "./instructions.js"
import type { NumberMarket } from "./market.js"
import type { Setup } from "./setup.js"

/** A request of a carrier as it came, before anything is believed. */
export interface CarrierRequest {
  method: string
  /** The address that the carrier called: the configured public URL, path and query as they came. Never made from `Host`. */
  url: string
  headers: { get(name: string): string | null }
  /** The raw body: signatures cover its bytes. */
  body: Uint8Array<ArrayBuffer>
  /** Milliseconds since 1970. */
  received_at: number
}

/** What the carrier is answered. */
export interface CarrierAnswer {
  status: 200 | 204
  contentType: string | null
  body: string | null
}

/**
 * One telephony provider. `C` is what its credentials parse to. Every method is pure, bounded in work and never throws on
 * what a request holds.
 */
export interface Carrier<C = unknown> {
  /** The word for it in routes. */
  name: string
  /** What `PUT /v1/sites/{site}/carriers/{name}` takes; strict. */
  credentials: z.ZodType<C>
  /** The paths that this carrier calls, below `/v1/sites/{site}/carriers/{name}/`. `voice` is the one that is answered with instructions. */
  events: readonly string[]
  /** What is entered at the carrier. */
  setup: Setup
  /**
   * The answer to a question that the carrier asks before it believes the address (an echo), in nobody's name and without
   * any trust; undefined for every other request.
   */
  challenge?(request: CarrierRequest): CarrierAnswer | undefined
  /** How numbers are bought there through its REST API; absent where they are not. */
  numbers?: NumberMarket<C>
  /** Whether a holder of the credentials sent exactly this request to exactly this address, just now where it is dated. */
  verify(request: CarrierRequest, credentials: C): Promise<boolean>
  /** Which event a verified request is, for a carrier that sends all of them to one address; the path says so otherwise. */
  nameEvent?(event: string, request: CarrierRequest): string
  /** What a verified request reports; empty when there is nothing in it to fold. */
  parse(event: string, request: CarrierRequest): readonly CallEvent[]
  /** What the carrier can do with a call on our word; absent: it routes calls by its own settings. */
  abilities?(credentials: C): readonly Ability[]
  /** Where the call stands that a request asks about, as `next` of the instructions said, for a carrier that cannot keep a query. */
  resume?(request: CarrierRequest): string | undefined
  /** What is said to whoever picked up. */
  whisper?(speech: Speech): CarrierAnswer
  /** The answer to `voice`, and to a request that asks what comes next. A forward to the dialled number itself is refused. */
  render(instructions: Instructions, context: RenderContext, credentials: C): CarrierAnswer
  /** The answer to every other event, and to `voice` where nothing is left to do. */
  acknowledge(event: string): CarrierAnswer
}
