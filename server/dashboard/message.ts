// The part of ICU's message syntax that the catalogues use: {name}, and {name, plural, one {# call} other {# calls}} with
// plural forms nested in nothing but text and names. https://unicode-org.github.io/icu/userguide/format_parse/messages/

/** What a message is filled with. */
export type Values = Readonly<Record<string, string | number>>

const plurals = new Map<string, Intl.PluralRules>()
const figures = new Map<string, Intl.NumberFormat>()

/** A message in a language (BCP 47), filled with values; a value that is not given shows as its name in braces. */
export function formatMessage(message: string, values: Values, language: string): string {
  let text = ""
  let at = 0
  while (at < message.length) {
    const open = message.indexOf("{", at)
    if (open < 0) return text + message.slice(at)
    const close = closingBrace(message, open)
    text += message.slice(at, open) + fill(message.slice(open + 1, close), values, language)
    at = close + 1
  }
  return text
}

/** The names that a message is filled with. */
export function namesIn(message: string): string[] {
  return [...new Set([...message.matchAll(/\{\s*(\w+)\s*(?:,\s*plural|\})/g)].map(([, name = ""]) => name))].sort()
}

/** The plural forms that a message names, in the order of the alphabet; none where it has no plural. */
export function pluralFormsIn(message: string): string[] {
  return [
    ...new Set([...message.matchAll(/\b(zero|one|two|few|many|other)\s*\{/g)].map(([, form = ""]) => form)),
  ].sort()
}

function fill(argument: string, values: Values, language: string): string {
  const [, name = "", forms] = /^\s*(\w+)\s*(?:,\s*plural\s*,\s*([\s\S]*))?$/.exec(argument) ?? []
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  if (value === undefined) return `{${name}}`
  if (forms === undefined) return typeof value === "number" ? figure(value, language) : value
  const form = pluralOf(Number(value), language)
  const chosen = formIn(forms, form) ?? formIn(forms, "other") ?? ""
  return formatMessage(chosen.replaceAll("#", figure(Number(value), language)), values, language)
}

function formIn(forms: string, wanted: string): string | undefined {
  const found = new RegExp(`(?:^|[\\s}])${wanted}\\s*\\{`).exec(forms)
  if (!found) return undefined
  const open = found.index + found[0].length - 1
  return forms.slice(open + 1, closingBrace(forms, open))
}

function closingBrace(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (text[at] === "{") depth += 1
    if (text[at] === "}" && --depth === 0) return at
  }
  return text.length
}

function pluralOf(value: number, language: string): Intl.LDMLPluralRule {
  let rules = plurals.get(language)
  if (!rules) {
    rules = new Intl.PluralRules(language)
    plurals.set(language, rules)
  }
  return rules.select(value)
}

function figure(value: number, language: string): string {
  let format = figures.get(language)
  if (!format) {
    format = new Intl.NumberFormat(language)
    figures.set(language, format)
  }
  return format.format(value)
}
