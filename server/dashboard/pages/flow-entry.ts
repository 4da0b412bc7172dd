import { type FlowFields, type Otherwise, type Texts, WEEKDAYS } from "../../../shared/contract-flow.js"
import { textIn } from "../entry.js"
import type { View } from "../view.js"
import { splitList } from "../wizard.js"

// What stands in the form of a flow, and back: fields are called by their place in the contract, so that a fault of the core
// finds its field.

/** The sections of a flow, in the order in which a call meets them. */
export const SECTIONS = [
  "forward",
  "unanswered",
  "hours",
  "after_hours",
  "menu",
  "whisper",
  "record",
  "voicemail",
  "blocklist",
  "screening",
  "cap",
] as const
export type Section = (typeof SECTIONS)[number]

/** Lines of working hours; the digits of a menu in the order of a telephone's keys. */
export const HOUR_LINES = 30
export const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"] as const

const LANGUAGE_MARK = /^\[([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2})\][ \t]*/

/** A text as it is edited: as it is, or one language after the other, each behind its tag: [en] We are closed. */
export function writeTexts(texts: Texts | null | undefined): string {
  if (texts === null || texts === undefined || typeof texts === "string") return texts ?? ""
  return Object.entries(texts)
    .map(([language, words]) => `[${language}] ${words}`)
    .join("\n")
}

/** A text as it was edited. */
export function readTexts(text: string): Texts {
  if (!LANGUAGE_MARK.test(text)) return text
  const texts: Record<string, string> = {}
  let language = ""
  for (const line of text.split("\n")) {
    const mark = LANGUAGE_MARK.exec(line)
    if (mark) language = mark[1] ?? ""
    const words = mark ? line.slice(mark[0].length) : line
    texts[language] = texts[language] === undefined ? words : `${texts[language]}\n${words}`
  }
  return texts
}

/** A line of working hours as its fields hold it. */
export interface HourLine {
  readonly days: readonly string[]
  readonly from: string
  readonly to: string
}

/** The lines of working hours that are shown: those that were sent, else those that are stored. */
export function hourLines(view: View, { hours }: FlowFields): HourLine[] {
  if (view.form.fields.use_hours === undefined)
    // A field for a time of day ends at 23:59: midnight is the next day's first minute.
    return (hours?.open ?? []).map((line) => ({ ...line, to: line.to === "24:00" ? "00:00" : line.to }))
  return Array.from({ length: HOUR_LINES }, (_, index) => ({
    days: WEEKDAYS.filter((day) => view.form.all(`hours.open.${index}.days`).includes(day)),
    from: view.form.fields[`hours.open.${index}.from`] ?? "",
    to: view.form.fields[`hours.open.${index}.to`] ?? "",
  })).filter(({ days, from, to }) => days.length > 0 || from !== "" || to !== "")
}

/** The flow that a form holds, for the contract to judge; what the form has no field for stays as it was before. */
export function flowIn(view: View, before: FlowFields, isNumber: boolean): Record<string, unknown> {
  const language = textIn(view, "language")
  const sections = SECTIONS.flatMap((name): (readonly [string, unknown])[] => {
    const use = view.form.fields[`use_${name}`]
    if (use === "on") return [[name, READERS[name](view, before)]]
    return isNumber && use === "off" ? [[name, null]] : []
  })
  return { ...(language === null ? {} : { language }), ...Object.fromEntries(sections) }
}

const READERS: Readonly<Record<Section, (view: View, before: FlowFields) => unknown>> = {
  forward: (view) => ({
    strategy: textIn(view, "forward.strategy") ?? undefined,
    to: listIn(view, "forward.to"),
    timeout_s: figureIn(view, "forward.timeout_s"),
  }),
  unanswered: (view) => otherwiseIn(view, "unanswered"),
  hours: (view, before) => ({ open: hourLines(view, before), closed: listIn(view, "hours.closed") }),
  after_hours: (view) => otherwiseIn(view, "after_hours"),
  menu: (view, before) => ({
    prompt: textsIn(view, "menu.prompt"),
    keys: Object.fromEntries(
      DIGITS.filter((digit) => isKeySet(view, digit, before)).map((digit) => [digit, keyIn(view, digit, before)]),
    ),
    timeout_s: figureIn(view, "menu.timeout_s"),
    repeats: figureIn(view, "menu.repeats"),
  }),
  whisper: (view) => ({ text: textIn(view, "whisper.text") === null ? undefined : textsIn(view, "whisper.text") }),
  record: (view) => ({
    announcement: view.form.fields["record.silent"] === undefined ? textsIn(view, "record.announcement") : null,
  }),
  voicemail: (view) => ({
    greeting: textsIn(view, "voicemail.greeting"),
    max_s: figureIn(view, "voicemail.max_s"),
  }),
  blocklist: (view) => listIn(view, "blocklist"),
  screening: (view) => ({
    do: textIn(view, "screening.do") ?? undefined,
    repeats: figuresIn(view, "screening.repeats", ["calls", "minutes"]),
    zero_talk: figuresIn(view, "screening.zero_talk", ["calls", "days", "talk_s"]),
    ranges: listIn(view, "screening.ranges"),
  }),
  cap: (view) => ({ calls: figureIn(view, "cap.calls") ?? null, otherwise: otherwiseIn(view, "cap.otherwise") }),
}

function otherwiseIn(view: View, path: string): unknown {
  const action = view.form.fields[`${path}.do`] as Otherwise["do"] | undefined
  if (action === "forward")
    return { do: action, to: listIn(view, `${path}.to`), timeout_s: figureIn(view, `${path}.timeout_s`) }
  return action === "say" ? { do: action, text: textsIn(view, `${path}.text`) } : { do: action }
}

const KEY_FIELDS = ["source.channel", "source.source", "to"] as const

/** Whether a key of the menu does anything: it is ticked, or it is new and something is said of it. */
function isKeySet(view: View, digit: string, { menu }: FlowFields): boolean {
  const path = `menu.keys.${digit}`
  if (view.form.fields[path] !== undefined) return true
  return menu?.keys[digit] === undefined && KEY_FIELDS.some((field) => textIn(view, `${path}.${field}`) !== null)
}

function keyIn(view: View, digit: string, before: FlowFields): unknown {
  const path = `menu.keys.${digit}`
  const [channel, source] = [textIn(view, `${path}.source.channel`), textIn(view, `${path}.source.source`)]
  const stored = before.menu?.keys[digit]?.source
  const { channel: _, source: __, ...rest } = stored ?? {}
  // Both fields empty: the source was cleared, unless they showed nothing of it before either.
  const hasSource = channel !== null || source !== null || (stored && !stored.channel && !stored.source)
  const to = listIn(view, `${path}.to`)
  return {
    ...(hasSource ? { source: { ...rest, ...(channel && { channel }), ...(source && { source }) } } : {}),
    ...(to.length === 0 ? {} : { to }),
  }
}

function textsIn(view: View, name: string): Texts {
  return readTexts(textIn(view, name) ?? "")
}

function listIn(view: View, name: string): string[] {
  return splitList(view.form.fields[name] ?? "")
}

/** A whole number; undefined where the field was left empty, and the contract's own holds. */
function figureIn(view: View, name: string): number | undefined {
  const text = textIn(view, name)
  return text === null ? undefined : Number(text)
}

/** Figures that go together; null where all were left empty. */
function figuresIn(view: View, path: string, names: readonly string[]): Record<string, number | null> | null {
  const figures = names.map((name) => [name, figureIn(view, `${path}.${name}`) ?? null] as const)
  return figures.every(([, figure]) => figure === null) ? null : Object.fromEntries(figures)
}
