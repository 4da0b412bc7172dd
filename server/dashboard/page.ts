import type { Context, Hono } from "hono"
import { getCookie, setCookie } from "hono/cookie"
import type { HtmlEscapedString } from "hono/utils/html"
import type { SiteAnswer } from "../../shared/contract.js"
import type { Role } from "../core/schema/session.js"
import type { Brand } from "../core/site/brand.js"
import { mayDo } from "../core/site/session.js"
import { Refusal } from "../core/store/refusal.js"
import { sha256 } from "../http/auth.js"
import { cleanText, readBytes } from "../http/body.js"
import type { Log } from "../http/host.js"
import { describeError } from "../http/problem.js"
import { formatFor } from "./format.js"
import { readRegion } from "./home.js"
import type { DashboardAssets, SignedIn } from "./host.js"
import { pickLanguage, translator } from "./language.js"
import { type Form, NO_FORM, type View } from "./view.js"

/** What a page is made of: elements of hono/jsx. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>

/** A page: what it shows, and what its forms do. Forms are sent to the page that shows them, each by the name of its button. */
export interface Page<Store> {
  /** Hono's form, below `/app`. */
  readonly path: string
  readonly role: Role | "anybody"
  /** Awaited before the page is shown: what lies outside the database. */
  readonly prepare?: (view: View, c: Context) => Promise<unknown>
  readonly show: (store: Store, view: View, prepared: never) => Markup | Response
  readonly actions?: Readonly<Record<string, Action<Store>>>
}

/** What a form does: `work` in one transaction, or `act` where something must be awaited. Both answer the next address. */
export interface Action<Store> {
  readonly role: Role | "anybody"
  readonly work?: (store: Store, view: View) => string
  readonly act?: (view: View, c: Context) => Promise<string | Shown>
}

/** The page is shown again, with what the action found out. */
export interface Shown {
  readonly prepared: unknown
}

/** What the pages of one database stand on. */
export interface Door<Store> {
  readonly publicUrl: string
  readonly assets: DashboardAssets
  readonly log: Log
  now(): number
  findSession(hash: string): Promise<SignedIn | undefined>
  /** How the installation looks to whoever is not signed in. */
  readBrand(): Promise<Brand>
  /** Opens what the request is about; undefined: there is no such thing, or not for this session. */
  open(c: Context, signedIn: SignedIn | undefined, role: Role | "anybody"): Promise<Opened<Store> | undefined>
}

interface Opened<Store> {
  readonly site: SiteAnswer | undefined
  read(look: (store: Store) => Markup | Response): Markup | Response
  write(work: (store: Store) => string): Promise<string>
}

/** Largest form: a thousand costs or numbers fit. */
const FORM_BYTES = 1_048_576
const YEAR_S = 31_536_000
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

/** Headers of every page: no script but ours, no frame around it, no address told to others. */
export const PAGE_HEADERS = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-store",
} as const

/** The cookie that a session's token is in; over https its name forbids that any other host or path set it. */
export const sessionCookie = (publicUrl: string): string =>
  publicUrl.startsWith("https:") ? "__Host-ringtrail" : "ringtrail"

/** Binds pages and their forms. `wrap` puts a page into the frame that all have. */
export function mountPages<Store>(
  app: Hono,
  pages: readonly Page<Store>[],
  door: Door<Store>,
  fail: (view: View, status: number) => Markup,
): void {
  app.onError((error, c) => answerFailure(error, c, door, fail))
  for (const page of pages) {
    app.get(`/app${page.path}`, async (c) => {
      const language = languageSwitch(c)
      if (language) return language
      return serve(c, page, door)
    })
    if (page.actions) app.post(`/app${page.path}`, (c) => receive(c, page, door))
  }
}

/** Answers every other address below `path` with a page that says that nothing is there. */
export function mountNothing(app: Hono, path: string): void {
  app.all(path, () => {
    throw new Refusal("not_found", "there is nothing here")
  })
}

/** Who asks, what he asks about, and what a page of it is rendered from: for answers that are no page. */
export async function openView<Store>(c: Context, door: Door<Store>) {
  const signedIn = await whoIs(c, door)
  const opened = await open(c, door, signedIn, "read")
  return { signedIn, opened, view: await viewOf(c, door, signedIn, opened.site, NO_FORM) }
}

/** Serves a page. */
async function serve<Store>(c: Context, page: Page<Store>, door: Door<Store>): Promise<Response> {
  const signedIn = await whoIs(c, door)
  const stop = turnAway(c, page.role, signedIn)
  if (stop) return stop
  const opened = await open(c, door, signedIn, page.role)
  const view = await viewOf(c, door, signedIn, opened.site, NO_FORM)
  permit(view, page.role)
  const prepared = (await page.prepare?.(view, c)) as never
  return toResponse(opened.read((store) => page.show(store, view, prepared)))
}

/** Receives a form of a page. */
async function receive<Store>(c: Context, page: Page<Store>, door: Door<Store>): Promise<Response> {
  if (!isOwnForm(c, door.publicUrl))
    throw new Refusal("forbidden", "this form was not sent from a page of this dashboard")
  const signedIn = await whoIs(c, door)
  const form = await readForm(c)
  const action = Object.hasOwn(page.actions ?? {}, form.fields.do ?? "")
    ? page.actions?.[form.fields.do ?? ""]
    : undefined
  if (!action) throw new Refusal("not_found", "there is no such form")
  const stop = turnAway(c, action.role, signedIn)
  if (stop) return stop
  const opened = await open(c, door, signedIn, page.role)
  const view = await viewOf(c, door, signedIn, opened.site, form)
  permit(view, page.role)
  permit(view, action.role)
  try {
    const { work } = action
    const next = work ? await opened.write((store) => work(store, view)) : await action.act?.(view, c)
    if (typeof next === "object")
      return toResponse(opened.read((store) => page.show(store, view, next.prepared as never)))
    return c.redirect(next ?? view.path, 303)
  } catch (error) {
    if (!(error instanceof Refusal) || !isShownAgain(error)) throw error
    const again = { ...view, fault: { detail: error.detail, errors: error.errors } }
    const prepared = (await page.prepare?.(again, c)) as never
    return toResponse(
      opened.read((store) => page.show(store, again, prepared)),
      STATUS[error.code as keyof typeof STATUS] ?? 400,
    )
  }
}

async function whoIs<Store>(c: Context, door: Door<Store>): Promise<SignedIn | undefined> {
  const token = getCookie(c, sessionCookie(door.publicUrl))
  return token && token.length <= 100 ? door.findSession(await sha256(token)) : undefined
}

function turnAway(c: Context, role: Role | "anybody", signedIn: SignedIn | undefined): Response | undefined {
  if (role === "anybody" || signedIn) return undefined
  const { pathname, search } = new URL(c.req.url)
  return c.redirect(`/app/sign-in?next=${encodeURIComponent(pathname + search)}`, 303)
}

async function open<Store>(
  c: Context,
  door: Door<Store>,
  signedIn: SignedIn | undefined,
  role: Role | "anybody",
): Promise<Opened<Store>> {
  const opened = await door.open(c, signedIn, role)
  if (!opened) throw new Refusal("not_found", "there is nothing here")
  return opened
}

function permit({ session, site }: View, role: Role | "anybody"): void {
  if (role !== "anybody" && !(session && mayDo(session, site?.id ?? session.site, role)))
    throw new Refusal("forbidden", `this needs the role ${role}`)
}

async function viewOf<Store>(
  c: Context,
  door: Door<Store>,
  signedIn: SignedIn | undefined,
  site: SiteAnswer | undefined,
  form: Form,
): Promise<View> {
  const language = pickLanguage(getCookie(c, "language"), c.req.header("accept-language"))
  const url = new URL(c.req.url)
  return {
    language,
    region: readRegion(c.req.header("accept-language")),
    t: translator(language),
    format: formatFor(language, site?.timezone ?? "UTC", site?.currency ?? "USD"),
    session: signedIn?.session,
    brand: signedIn?.brand ?? (await door.readBrand()),
    site,
    publicUrl: door.publicUrl,
    path: url.pathname,
    query: readParameters(url),
    params: c.req.param() as Record<string, string>,
    form,
    fault: undefined,
    digest: door.assets.digest,
    now: door.now(),
  }
}

function readParameters({ searchParams }: URL): Record<string, string> {
  const names = [...new Set(searchParams.keys())]
  return Object.fromEntries(names.map((name) => [name, cleanText(searchParams.getAll(name).join(","))]))
}

/** `?language=` chooses a language for good, on every page; it works without a script. */
function languageSwitch(c: Context): Response | undefined {
  const url = new URL(c.req.url)
  const chosen = url.searchParams.get("language")
  if (chosen === null) return undefined
  url.searchParams.delete("language")
  setCookie(c, "language", pickLanguage(chosen, undefined), { path: "/app", maxAge: YEAR_S, sameSite: "Lax" })
  return c.redirect(url.pathname + url.search, 303)
}

/** Whether a page of ours sent the form: what another site's page sends says so itself, in a header that no page can forge. */
export function isOwnForm(c: Context, publicUrl: string): boolean {
  const site = c.req.header("sec-fetch-site")
  if (site !== undefined) return site === "same-origin"
  const origin = c.req.header("origin")
  if (origin === undefined || !URL.canParse(origin)) return false
  return [new URL(publicUrl).host, c.req.header("host")].includes(new URL(origin).host)
}

async function readForm(c: Context): Promise<Form> {
  const bytes = await readBytes(c, FORM_BYTES)
  const type = c.req.header("content-type") ?? ""
  if (/^multipart\/form-data/i.test(type)) return readMultipart(bytes, type)
  const parameters = new URLSearchParams(new TextDecoder().decode(bytes))
  return formOf(parameters, new Map())
}

async function readMultipart(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<Form> {
  const parameters = new URLSearchParams()
  const files = new Map<string, { name: string; type: string; bytes: Uint8Array }>()
  let data: FormData
  try {
    data = (await new Response(bytes, { headers: { "content-type": type } }).formData()) as unknown as FormData
  } catch {
    throw new Refusal("invalid", "the form could not be read")
  }
  for (const [name, value] of data as unknown as Iterable<[string, string | File]>) {
    if (typeof value === "string") parameters.append(name, value)
    else if (value.size > 0)
      files.set(name, { name: value.name, type: value.type, bytes: new Uint8Array(await value.arrayBuffer()) })
  }
  return formOf(parameters, files)
}

function formOf(
  parameters: URLSearchParams,
  files: Map<string, { name: string; type: string; bytes: Uint8Array }>,
): Form {
  return {
    fields: Object.fromEntries(
      [...parameters].map(([name, value]) => [name, cleanText(value).replaceAll("\r\n", "\n")]),
    ),
    all: (name) => parameters.getAll(name).map(cleanText),
    file: (name) => files.get(name),
  }
}

function toResponse(page: Markup | Response, status = 200): Response {
  if (page instanceof Response) return page
  return new Response(`<!doctype html>${page.toString()}`, {
    status,
    headers: { ...PAGE_HEADERS, "content-type": "text/html; charset=utf-8" },
  })
}

/** What the person can mend, or try again: the form comes back as it was filled in. */
const isShownAgain = ({ code }: Refusal) => ["invalid", "conflict", "unavailable"].includes(code)

const STATUS = {
  conflict: 409,
  not_found: 404,
  forbidden: 403,
  unauthorized: 401,
  too_large: 413,
  unavailable: 503,
} as const

/** What failed as a page that says so; what is no refusal is logged and told to nobody. */
async function answerFailure<Store>(
  error: unknown,
  c: Context,
  door: Door<Store>,
  fail: (view: View, status: number) => Markup,
): Promise<Response> {
  const refusal = error instanceof Refusal ? error : undefined
  if (!refusal)
    door.log("error", "a page failed", { method: c.req.method, path: c.req.path, error: describeError(error) })
  const status = refusal ? (STATUS[refusal.code as keyof typeof STATUS] ?? 400) : 500
  const view = await viewOf(c, door, undefined, undefined, NO_FORM)
  const fault = refusal ? { detail: refusal.detail, errors: refusal.errors } : undefined
  return toResponse(fail({ ...view, fault }, status), status)
}
