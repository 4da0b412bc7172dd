import type { Sentence } from "./fault.js"
import en from "./language/en.js"
import type { Key } from "./language.js"
import type { View } from "./view.js"

const NOTES = new Map(
  Object.entries(en).flatMap(([key, words]) =>
    key.startsWith("note.") ? [[words as string, key as Key] as const] : [],
  ),
)
const SAME_PAGE = "the same page: "

/**
 * What a carrier's setup says, in the reader's language: the English catalogue holds it word for word. The way through a
 * console that is English stays as it stands there.
 */
export function writeNote({ t }: View, words: string): Sentence {
  const key = NOTES.get(words)
  if (key) return { text: t(key) }
  return words.startsWith(SAME_PAGE)
    ? { text: t("setup.same_page", { place: words.slice(SAME_PAGE.length) }) }
    : { text: words, lang: "en" }
}
