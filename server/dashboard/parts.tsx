import type { Child } from "hono/jsx"
import type * as z from "zod"
import type { SourceAnswer } from "../../shared/contract.js"
import { writeFault } from "./fault.js"
import { isKey, type Key } from "./language.js"
import type { Markup } from "./page.js"
import { entered, type View, withQuery } from "./view.js"

/** Characters of a figure that fit into a card at full size. */
const VALUE_LENGTH = 9

interface FieldProps {
  readonly view: View
  readonly name: string
  readonly label: string
  readonly value?: string | number | null | undefined
  readonly hint?: string | undefined
  readonly type?: string
  readonly required?: boolean
  readonly list?: string
  readonly placeholder?: string
  readonly autocomplete?: string
  readonly accept?: string
  readonly rows?: number
  /** The browser knows better than we what to begin with: its time zone. */
  readonly guess?: "zone" | undefined
}

/** What is wrong with a field or with one of a group of fields, if anything is. */
export function faultOf({ fault }: View, name: string): string | undefined {
  return fault?.errors.find(({ path }) => path === name || path.startsWith(`${name}.`))?.message
}

/** What describes a field to those who do not see it: what is wrong with it, and its hint. */
function describedBy(name: string, isWrong: boolean, hint: string | undefined): string | undefined {
  return [isWrong ? `e-${name}` : "", hint === undefined ? "" : `h-${name}`].filter(Boolean).join(" ") || undefined
}

/** What is wrong with a field, in words below it. */
function FaultOf({ view, name, message }: { view: View; name: string; message: string }): Markup {
  const { text, lang } = writeFault(view, message)
  return (
    <small id={`e-${name}`} class="fault" lang={lang}>
      {text}
    </small>
  )
}

/** What is wrong with a group of fields, in words below it; `exactly` with the group, and not with one of its fields. */
export function Faults({ view, name, exactly }: { view: View; name: string; exactly?: boolean }): Markup | null {
  const message = exactly ? view.fault?.errors.find(({ path }) => path === name)?.message : faultOf(view, name)
  return message === undefined ? null : <FaultOf view={view} name={name} message={message} />
}

/** A labelled field of a form; it keeps what was entered when the form is refused, and says what is wrong with it. */
export function Field({ view, name, label, value, hint, rows, required, guess, ...rest }: FieldProps): Markup {
  const wrong = faultOf(view, name)
  const common = {
    id: `f-${name}`,
    name,
    required,
    "aria-invalid": wrong === undefined ? undefined : ("true" as const),
    "aria-describedby": describedBy(name, wrong !== undefined, hint),
  }
  return (
    <p class="field">
      <label for={`f-${name}`}>{label}</label>
      {rows === undefined ? (
        <input
          {...common}
          {...rest}
          value={rest.type === "file" ? undefined : entered(view, name, value)}
          data-guess={view.form.fields[name] === undefined ? guess : undefined}
        />
      ) : (
        <textarea {...common} rows={rows} placeholder={rest.placeholder}>
          {entered(view, name, value)}
        </textarea>
      )}
      {wrong === undefined ? null : <FaultOf view={view} name={name} message={wrong} />}
      {hint === undefined ? null : (
        <small id={`h-${name}`} class="quiet">
          {hint}
        </small>
      )}
    </p>
  )
}

interface SelectProps {
  readonly view: View
  readonly name: string
  readonly label: string
  readonly options: readonly (readonly [value: string, name: string])[]
  readonly value?: string | null | undefined
  readonly hint?: string | undefined
}

/** A labelled choice of one. */
export function Select({ view, name, label, options, value, hint }: SelectProps): Markup {
  const chosen = entered(view, name, value)
  const wrong = faultOf(view, name)
  return (
    <p class="field">
      <label for={`f-${name}`}>{label}</label>
      <select
        id={`f-${name}`}
        name={name}
        aria-invalid={wrong === undefined ? undefined : "true"}
        aria-describedby={describedBy(name, wrong !== undefined, hint)}
      >
        {options.map(([key, text]) => (
          <option value={key} selected={key === chosen}>
            {text}
          </option>
        ))}
      </select>
      {wrong === undefined ? null : <FaultOf view={view} name={name} message={wrong} />}
      {hint === undefined ? null : (
        <small id={`h-${name}`} class="quiet">
          {hint}
        </small>
      )}
    </p>
  )
}

interface ButtonProps {
  readonly does: string
  readonly children?: Child
  readonly kind?: "danger" | "quiet"
  readonly label?: string
  /** What is asked before it is done, where a script runs. */
  readonly confirm?: string
}

/** The button that sends a form and says what for. */
export function Button({ does, kind, label, confirm, children }: ButtonProps): Markup {
  return (
    <button type="submit" name="do" value={does} class={kind} aria-label={label} data-confirm={confirm}>
      {children}
    </button>
  )
}

/** A panel with a heading. */
export function Panel({
  title,
  id,
  wide,
  children,
}: {
  title?: string
  id?: string
  wide?: boolean
  children?: Child
}): Markup {
  return (
    <section class={wide ? "panel wide" : "panel"} id={id}>
      {title === undefined ? null : <h2>{title}</h2>}
      {children}
    </section>
  )
}

/** A column of a table: its heading, what stands in it, and whether that is a number. */
export interface Column<Row> {
  readonly name: string
  readonly cell: (row: Row) => Child
  readonly number?: boolean
}

/** A table that scrolls sideways in its own box where the screen is narrow. */
export function Table<Row>({
  caption,
  columns,
  rows,
  empty,
  foot,
}: {
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  empty?: string
  foot?: readonly Child[]
}): Markup {
  if (rows.length === 0 && empty !== undefined) return <p class="quiet">{empty}</p>
  return (
    <section class="scroll" aria-label={caption} tabindex={0}>
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name, number }) => (
              <th scope="col" class={number ? "number" : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {columns.map(({ cell, number }) => (
                <td class={number ? "number" : undefined}>{cell(row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
        {foot === undefined ? null : (
          <tfoot>
            <tr>
              {foot.map((cell, index) => (
                <td class={columns[index]?.number ? "number" : undefined}>{cell}</td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </section>
  )
}

/** The link to the next page of a list. */
export function Pager({ view, next }: { view: View; next: string | null }): Markup | null {
  const { t, query } = view
  if (query.cursor === undefined && next === null) return null
  return (
    <p class="pager">
      {query.cursor === undefined ? null : <a href={withQuery(view, { cursor: null })}>{t("list.first")}</a>}
      {next === null ? null : (
        <a class="button" href={withQuery(view, { cursor: next })}>
          {t("list.next")}
        </a>
      )}
    </p>
  )
}

/** A figure of a card, in one line: a long one is written smaller. */
export function Value({ text }: { text: string }): Markup {
  return <span class={text.length > VALUE_LENGTH ? "value nowrap long" : "value nowrap"}>{text}</span>
}

/** A word in a coloured frame. */
export function Badge({ kind, children }: { kind?: string; children?: Child }): Markup {
  return <span class={`badge ${kind ?? ""}`}>{children}</span>
}

/** The name of a status, metric, dimension or kind: its message where there is one, else the word itself, readable. */
export function nameOf({ t }: View, family: string, word: string): string {
  const key = `${family}.${word}`
  return isKey(key) ? t(key as Key) : word.replaceAll("_", " ")
}

/** What somebody who is signed in is called: holders of the administrator's key and link have no name of their own. */
export function callPerson({ t }: View, name: string): string {
  return ["admin", "setup", "administrator"].includes(name) ? t("people.administrator") : name
}

/** Where a call or lead came from, in two lines: the channel, and what is known below it. */
export function Source({
  view,
  source,
}: {
  view: View
  source: Pick<z.infer<typeof SourceAnswer>, "channel" | "source" | "medium" | "campaign"> | null
}): Markup {
  if (!source) return <span class="quiet">{view.t("source.unknown")}</span>
  const below = [source.source, source.medium, source.campaign].filter(Boolean).join(" / ")
  return (
    <span class="source">
      <b>{nameOf(view, "channel", source.channel)}</b>
      {below === "" ? null : <small class="quiet">{below}</small>}
    </span>
  )
}

/** Where a change of a figure goes, told by sign and word of colour; `better` says which way is good. */
export function Change({
  view,
  now,
  before,
  better = "up",
}: {
  view: View
  now: number | null
  before: number | null
  better?: "up" | "down" | "neither"
}): Markup {
  const { format, t } = view
  const up = (now ?? 0) > (before ?? 0)
  const same = now === before || before === null || before === 0
  const kind = same || better === "neither" ? "" : up === (better === "up") ? "good" : "bad"
  return (
    <small class={`change ${kind}`} title={t("period.before")}>
      {same && now !== before ? t("period.none_before") : format.change(now, before)}
    </small>
  )
}

/** A text to be copied, with a button that does so where there is a script. */
export function Copyable({ view: { t }, id, text }: { view: View; id: string; text: string }): Markup {
  return (
    <div class="copyable">
      <pre id={id}>{text}</pre>
      <button type="button" class="quiet" data-copy={id} data-copied={t("copy.done")}>
        {t("copy.button")}
      </button>
    </div>
  )
}
