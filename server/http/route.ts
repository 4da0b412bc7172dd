import type { Context, Hono } from "hono"
import type * as z from "zod"
import { BODY_LIMIT_BYTES } from "../../shared/protocol.js"
import type { Question } from "../core/question.js"
import type { Directory } from "../core/site/directory.js"
import type { Scope } from "../core/site/key.js"
import type { Settled, Site } from "../core/store/db.js"
import { SITE_ID } from "../core/store/id.js"
import { findSaved, save } from "../core/store/idempotency.js"
import { notFound, Refusal } from "../core/store/refusal.js"
import { authorize, readHolder, sha256 } from "./auth.js"
import { parseJson, readBytes, readText } from "./body.js"
import type { DirectoryHost, SiteHandle, SiteHost } from "./host.js"
import { parseWith, readQuery } from "./parse.js"
import { answerError } from "./problem.js"
import { Turns } from "./turn.js"

/** What a route's verb is given: the path's and the query's parameters, the body, and the request itself. */
export interface Input<Query, Body> {
  readonly params: Record<string, string>
  readonly query: Query
  readonly body: Body
  readonly request: Request
}

/** An answer other than 200 with the verb's result as JSON. */
export interface Answer {
  readonly status: number
  readonly json?: unknown
  readonly text?: string
  /** The body in bytes, where it was encoded already. */
  readonly bytes?: Uint8Array<ArrayBuffer>
  readonly headers?: Record<string, string>
}

/**
 * One route: what it takes, who may call it, the verb it runs, what it answers. The OpenAPI document is made of these, and
 * a route without `access` does not compile: nothing is open by accident.
 */
export interface Route<Store, Host, Query = unknown, Body = unknown, Result = unknown> {
  readonly method: "get" | "post" | "put" | "patch" | "delete"
  /** OpenAPI's form: `/v1/sites/{site}/calls/{id}`. */
  readonly path: string
  readonly summary: string
  readonly access: "public" | Scope
  readonly query?: z.ZodType<Query>
  readonly body?: z.ZodType<Body>
  /** Bytes of the body; `BODY_LIMIT_BYTES` where it says nothing. */
  readonly limit?: number
  /** Reads a body that is not JSON (CSV) into what `body` validates. */
  readonly decode?: (text: string, contentType: string) => unknown
  /** Reads a body whose bytes may be of any encoding into what `body` validates; the API's description calls it text/csv. */
  readonly decodeBytes?: (bytes: Uint8Array, contentType: string) => unknown
  readonly answer: z.ZodType | null
  /** The media type of an answer that is not JSON. */
  readonly media?: string
  readonly status?: number
  /** The work changes no configuration: it runs by the thousand, and may remember what it read of it. */
  readonly traffic?: true
  /** Done before the verb, where something must be awaited (hashing a new key); its result is the verb's third argument. */
  readonly prepare?: (input: Input<Query, Body>, host: Host) => Promise<unknown>
  readonly look?: (store: Store, input: Input<Query, Body>, host: Host) => Result
  readonly work?: (store: Store, input: Input<Query, Body>, host: Host, prepared: unknown) => Result
  /** Instead of `look`, where looking may take long: the question that the result answers. */
  readonly ask?: (store: ActHandle<Store>, input: Input<Query, Body>) => Question
  /**
   * Instead of `look` and `work`, where the world is asked in between: it works in transactions of its own, one such
   * request of a site at a time. Broken off and asked again, it must not do twice what the world cannot take back.
   */
  readonly act?: (store: ActHandle<Store>, input: Input<Query, Body>, host: Host) => Promise<Result>
  /** Turns the verb's result into an answer other than the plain one. */
  readonly reply?: (result: Result, input: Input<Query, Body>, host: Host) => Answer
  /** What is kept of a result for its repetition, where the result itself may not be: it shows a secret. */
  readonly hide?: (result: Result, prepared: unknown) => Result
  /** Makes the result again from what `hide` kept. */
  readonly reveal?: (kept: Result, input: Input<Query, Body>) => Promise<Result>
  /** Runs after the work is durable and before the answer goes out, and again when the answer is repeated: it must bear that. */
  readonly after?: (result: Result, input: Input<Query, Body>, host: Host) => Promise<void>
}

/** The handle of a store, as `act` is given it. */
export interface ActHandle<Store> {
  read<T>(look: (store: Store) => Settled<T>): T
  write<T>(work: (store: Store) => Settled<T>): Promise<T>
}

/** Says that an answer is the one to an earlier request with the same Idempotency-Key. */
const REPLAYED_HEADER = "idempotent-replayed"

export type SiteRoute = Route<Site, SiteHost>
export type DirectoryRoute = Route<Directory, DirectoryHost>

/** A route of one site, its types inferred from its schemas. */
export function siteRoute<Query, Body, Result>(route: Route<Site, SiteHost, Query, Body, Result>): SiteRoute {
  return route as unknown as SiteRoute
}

/** A route over all sites. */
export function directoryRoute<Query, Body, Result>(
  route: Route<Directory, DirectoryHost, Query, Body, Result>,
): DirectoryRoute {
  return route as unknown as DirectoryRoute
}

/** Binds the routes of one site. */
export function mountSiteRoutes(app: Hono, routes: readonly SiteRoute[], host: SiteHost): void {
  const turns = new Turns()
  for (const route of routes) {
    app.on(route.method.toUpperCase(), honoPath(route.path), async (c) => {
      try {
        const siteId = c.req.param("site") ?? ""
        // No site can have such an id, so saying so tells nothing; and on Workers it would name no object to ask.
        if (!SITE_ID.test(siteId)) throw notFound("site")
        const site = await host.openSite(siteId)
        const caller = await admit(c, route, siteId, site, host)
        return await run(c, route, host, caller.store, caller.principal, turns)
      } catch (error) {
        if (route.access !== "public") throw error
        const answer = answerError(error, c, host.log)
        // A page may read why it was refused; unread, the browser writes a second line about it into the console.
        answer.headers.set("access-control-allow-origin", "*")
        return answer
      }
    })
  }
}

/** Binds the routes over all sites: they are the administrator's. */
export function mountDirectoryRoutes(app: Hono, routes: readonly DirectoryRoute[], host: DirectoryHost): void {
  const turns = new Turns()
  for (const route of routes) {
    app.on(route.method.toUpperCase(), honoPath(route.path), async (c) => {
      const { hash } = await readHolder(c.req.header("authorization"))
      if (!host.isAdmin(hash)) throw new Refusal("unauthorized", "this needs the administrator's key")
      return run(c, route, host, host.directory, hash, turns)
    })
  }
}

/** One place for every error of an app. */
export function handleErrors(app: Hono, host: { log: SiteHost["log"] }): void {
  app.onError((error, c) => answerError(error, c, host.log))
  app.notFound((c) =>
    answerError(
      new Refusal("not_found", `there is nothing at ${c.req.method} ${c.req.path.slice(0, 200)}`),
      c,
      host.log,
    ),
  )
}

async function admit(c: Context, route: SiteRoute, siteId: string, site: SiteHandle | undefined, host: SiteHost) {
  if (route.access === "public") {
    if (!site) throw notFound("site")
    return { store: site, principal: `public ${c.req.header("origin") ?? ""}` }
  }
  const holder = await readHolder(c.req.header("authorization"))
  return { store: authorize(holder, siteId, site, route.access, (hash) => host.isAdmin(hash)), principal: holder.hash }
}

interface Handle<Store> {
  read<T>(look: (store: Store) => T): T
  write<T>(work: (store: Store) => T): Promise<T>
  writeTraffic?<T>(work: (store: Store) => T): Promise<T>
  ask?(question: Question): Promise<unknown>
}

async function run<Store extends Site | Directory, Host>(
  c: Context,
  route: Route<Store, Host>,
  host: Host,
  handle: unknown,
  principal: string,
  turns: Turns,
): Promise<Response> {
  const store = handle as Handle<Store>
  const { text, body } = route.body ? await readBody(c, route) : { text: "", body: undefined }
  const query = readQuery(c.req.url)
  const input = {
    params: c.req.param() as Record<string, string>,
    query: route.query ? parseWith(route.query, query) : refuseQuery(query),
    body,
    request: c.req.raw,
  }
  const { look, work, act, ask } = route
  const idempotencyKey = route.method === "post" ? await readIdempotencyKey(c, principal, text) : undefined
  if (act) return turns.take(input.params.site ?? "", () => actOnce(route, host, store, input, idempotencyKey))
  if (ask && store.ask) return toResponse(answerOf(route, await store.ask(ask(store, input)), input, host))
  if (look)
    return toResponse(
      answerOf(
        route,
        store.read((opened) => look(opened, input, host)),
        input,
        host,
      ),
    )
  if (!work) throw new Error(`${route.path} has no verb`)

  const prepared = await route.prepare?.(input, host)
  const write = <T>(job: (opened: Store) => T) =>
    route.traffic && store.writeTraffic ? store.writeTraffic(job) : store.write(job)
  if (!idempotencyKey) {
    const result = await write((opened) => work(opened, input, host, prepared))
    await route.after?.(result, input, host)
    return toResponse(answerOf(route, result, input, host))
  }
  const { key, bodyHash } = idempotencyKey
  const outcome = await write((opened) => {
    const saved = findSaved(opened, key, bodyHash)
    if (saved) return { saved }
    const result = work(opened, input, host, prepared)
    const { status } = answerOf(route, result, input, host)
    const kept = route.hide ? route.hide(result, prepared) : result
    save(opened, key, bodyHash, { status, result: JSON.stringify(kept ?? null) })
    return { result }
  })
  const { saved } = outcome
  const kept = saved ? JSON.parse(saved.result) : outcome.result
  const result = saved && route.reveal ? await route.reveal(kept, input) : kept
  await route.after?.(result, input, host)
  const answer = answerOf(route, result, input, host)
  if (!saved) return toResponse(answer)
  return toResponse({ ...answer, status: saved.status, headers: { ...answer.headers, [REPLAYED_HEADER]: "true" } })
}

/** Runs a route that asks the world, its answer kept under the request's key as any other's. */
async function actOnce<Store extends Site | Directory, Host>(
  route: Route<Store, Host>,
  host: Host,
  store: Handle<Store>,
  input: Input<unknown, unknown>,
  idempotencyKey: { key: string; bodyHash: string } | undefined,
): Promise<Response> {
  if (!route.act) throw new Error(`${route.path} does not act`)
  if (!idempotencyKey) return toResponse(answerOf(route, await route.act(store, input, host), input, host))
  const { key, bodyHash } = idempotencyKey
  const saved = store.read((opened) => findSaved(opened, key, bodyHash))
  if (saved)
    return toResponse({ status: saved.status, json: JSON.parse(saved.result), headers: { [REPLAYED_HEADER]: "true" } })
  const answer = answerOf(route, await route.act(store, input, host), input, host)
  await store.write((opened) =>
    save(opened, key, bodyHash, { status: answer.status, result: JSON.stringify(answer.json ?? null) }),
  )
  return toResponse(answer)
}

function answerOf<Store, Host>(
  route: Route<Store, Host>,
  result: unknown,
  input: Input<unknown, unknown>,
  host: Host,
): Answer {
  return route.reply?.(result, input, host) ?? { status: route.status ?? 200, json: result }
}

function toResponse({ status, json, text, bytes, headers }: Answer): Response {
  const body = text ?? bytes ?? (json === undefined || status === 204 ? null : JSON.stringify(json))
  return new Response(body, {
    status,
    headers: {
      ...(body === null ? {} : { "content-type": "application/json" }),
      "cache-control": "no-store",
      ...headers,
    },
  })
}

async function readBody<Store, Host>(c: Context, route: Route<Store, Host>): Promise<{ text: string; body: unknown }> {
  if (route.decodeBytes) {
    const bytes = await readBytes(c, route.limit ?? BODY_LIMIT_BYTES)
    const value = route.decodeBytes(bytes, c.req.header("content-type") ?? "")
    return { text: JSON.stringify(value), body: route.body ? parseWith(route.body, value) : undefined }
  }
  const text = await readText(c, route.limit ?? BODY_LIMIT_BYTES)
  const value = route.decode ? route.decode(text, c.req.header("content-type") ?? "") : parseJson(text)
  return { text, body: route.body ? parseWith(route.body, value) : undefined }
}

function refuseQuery(query: Record<string, string>): undefined {
  const names = Object.keys(query)
  if (names.length > 0)
    throw new Refusal(
      "invalid",
      "the request is not valid",
      names.map((path) => ({ path, message: "is not known here" })),
    )
}

/** A key speaks for one caller and one route: nobody can fetch another's answer with it. */
async function readIdempotencyKey(c: Context, principal: string, text: string) {
  const key = c.req.header("idempotency-key")
  if (key === undefined) return undefined
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw new Refusal("invalid", "the request is not valid", [
      { path: "Idempotency-Key", message: "must be 1 to 255 visible ASCII characters" },
    ])
  return { key: await sha256(`${principal} ${c.req.method} ${c.req.path} ${key}`), bodyHash: await sha256(text) }
}

function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1")
}
