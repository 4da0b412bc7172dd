import en from "./language/en.js"
import ru from "./language/ru.js"
import zhHans from "./language/zh-hans.js"
import zhHant from "./language/zh-hant.js"
import { formatMessage, type Values } from "./message.js"

/** A key of the catalogues. */
export type Key = keyof typeof en
/** Every message in one language. */
export type Catalogue = Readonly<Record<Key, string>>

/** The languages of the dashboard, by BCP 47, each under its own name. */
export const LANGUAGES = {
  en: { name: "English", catalogue: en as Catalogue },
  "zh-Hans": { name: "简体中文", catalogue: zhHans },
  "zh-Hant": { name: "繁體中文", catalogue: zhHant },
  ru: { name: "Русский", catalogue: ru },
} as const satisfies Record<string, { name: string; catalogue: Catalogue }>
export type Language = keyof typeof LANGUAGES

/** A message of the catalogue, filled with values. */
export type Translate = (key: Key, values?: Values) => string

/** The messages of a language. */
export function translator(language: Language): Translate {
  const catalogue: Catalogue = LANGUAGES[language].catalogue
  return (key, values = {}) => formatMessage(catalogue[key], values, language)
}

/** Whether a text is a key of the catalogues: names of metrics and dimensions may be newer than they are. */
export function isKey(text: string): text is Key {
  return Object.hasOwn(en, text)
}

/** The language that was chosen, else the first that the browser asks for and there is, else English. */
export function pickLanguage(chosen: string | undefined, acceptLanguage: string | undefined): Language {
  if (chosen !== undefined && Object.hasOwn(LANGUAGES, chosen)) return chosen as Language
  const asked = (acceptLanguage ?? "")
    .slice(0, 200)
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().split(";")
      const weight = parameters.map((text) => /^\s*q=([\d.]+)$/.exec(text)?.[1]).find((text) => text !== undefined)
      return { tag: tag.toLowerCase(), weight: weight === undefined ? 1 : Number(weight) }
    })
    .sort((a, b) => b.weight - a.weight)
  for (const { tag } of asked) {
    if (/^zh-(hant|tw|hk|mo)\b/.test(tag)) return "zh-Hant"
    if (/^zh\b/.test(tag)) return "zh-Hans"
    if (/^ru\b/.test(tag)) return "ru"
    if (/^en\b/.test(tag)) return "en"
  }
  return "en"
}
