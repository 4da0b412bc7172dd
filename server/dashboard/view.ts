import type { SiteAnswer } from "../../shared/contract.js"
import type { Role } from "../core/schema/session.js"
import { type Brand, OWN_BRAND } from "../core/site/brand.js"
import { mayDo, type Session } from "../core/site/session.js"
import { type Fault, Refusal } from "../core/store/refusal.js"
import type { Format } from "./format.js"
import type { Key, Language, Translate } from "./language.js"

/** Everything that a page is rendered from beside the data: who looks, in which language, at which address. */
export interface View {
  readonly language: Language
  /** The country that the browser's language names (ISO 3166), if it does. */
  readonly region: string | undefined
  readonly t: Translate
  readonly format: Format
  readonly session: Session | undefined
  readonly brand: Brand
  readonly site: SiteAnswer | undefined
  readonly publicUrl: string
  /** Path of the request, `/app/...`. */
  readonly path: string
  /** Parameters of its query; one that stands several times (boxes that were ticked) is joined by commas. */
  readonly query: Readonly<Record<string, string>>
  /** Parameters of its path. */
  readonly params: Readonly<Record<string, string>>
  /** What a form brought; empty for a GET. */
  readonly form: Form
  /** Why the form was refused, if it was. */
  readonly fault: { readonly detail: string; readonly errors: readonly Fault[] } | undefined
  readonly digest: string
  readonly now: number
}

/** The fields of a form, and its files. */
export interface Form {
  readonly fields: Readonly<Record<string, string>>
  /** All values of a field, for boxes that may be ticked together. */
  all(name: string): string[]
  file(name: string): { readonly name: string; readonly type: string; readonly bytes: Uint8Array } | undefined
}

/** A form without fields. */
export const NO_FORM: Form = { fields: {}, all: () => [], file: () => undefined }

/** Whether the one who looks may do on this page's site what needs `role`. */
export function can({ session, site }: View, role: Role): boolean {
  return session !== undefined && mayDo(session, site?.id ?? session.site, role)
}

/** The address of a page of the view's site. */
export function sitePath({ site }: View, path = ""): string {
  return `/app/${site?.id ?? ""}${path}`
}

/** The present address with some parameters changed; null takes one away. */
export function withQuery({ path, query }: View, changes: Record<string, string | number | null>): string {
  const parameters = new URLSearchParams(query as Record<string, string>)
  parameters.delete("done")
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") parameters.delete(name)
    else parameters.set(name, String(value))
  }
  const text = parameters.toString()
  return text === "" ? path : `${path}?${text}`
}

/** The parameters of the address with these names that say anything. */
export function chosenIn({ query }: View, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (query[name] ? [[name, query[name]] as const] : [])))
}

/** What a field of a form shows: what was entered and refused, else what is stored. */
export function entered({ form }: View, name: string, stored: string | number | null | undefined = ""): string {
  return form.fields[name] ?? String(stored ?? "")
}

/** Does what the address asks for; what it asks for wrongly is said beside the field, as with a form. */
export function attempt<T>(view: View, work: () => T): { readonly view: View; readonly found: T | undefined } {
  try {
    return { view, found: work() }
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "invalid") throw error
    return { view: { ...view, fault: { detail: error.detail, errors: error.errors } }, found: undefined }
  }
}

/** The view with these values in its fields, as if they had been entered. */
export function filled(view: View, fields: Readonly<Record<string, string>>): View {
  return { ...view, form: { ...view.form, fields } }
}

/** A link that is safe to follow: http or https; undefined for any other text. */
export function safeLink(text: string | null | undefined): string | undefined {
  return text && /^https?:\/\//i.test(text) && URL.canParse(text) ? text : undefined
}

/** What the tab of a page says. */
export function titleOf({ t, site, brand = OWN_BRAND }: View, key: Key): string {
  return [t(key), site?.name, brand.name].filter(Boolean).join(" · ")
}
