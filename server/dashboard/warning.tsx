import type { Sentence } from "./fault.js"
import type { Key } from "./language.js"
import type { Markup } from "./page.js"
import { nameOf } from "./parts.js"
import type { View } from "./view.js"

// What reports and imports warn of in English is said here in the reader's language; what is not known here is shown as it
// came.

const SAYINGS: readonly (readonly [pattern: RegExp, key: Key])[] = [
  [/^(?<metrics>[\w, ]+): not known by these dimensions/, "warning.not_known"],
  [/^(?<metrics>[\w, ]+): more than [\d,]+ rows/, "warning.too_many"],
  [/^(?<count>\d+) orders in another currency/, "warning.unrated_orders"],
  [/^(?<count>\d+) orders have no margin/, "warning.marginless"],
  [/^(?<count>\d+) open leads are in another currency/, "warning.foreign_leads"],
  [/^costs are counted by the days of the site's own zone/, "warning.own_zone"],
  [/^no costs of (?<kinds>.+) in these days/, "warning.no_costs"],
  [/^(?<count>\d+) costs in another currency/, "warning.unrated_costs"],
  [/^more than (?<count>\d+) visits: markov leaves out .* in no (?<metrics>\w+)$/, "warning.markov"],
  [/^(?<count>\d+) amounts have more places/, "warning.rounded"],
  [/^there is no rate for (?<code>[A-Z]{3}) on (?<day>[\d-]+)/, "warning.no_rate"],
]

/** Kinds of costs as the core calls them. */
const KINDS: Readonly<Record<string, Key>> = {
  "telephone numbers": "metric.number_cost",
  content: "metric.content_cost",
  labour: "metric.labour_cost",
  platforms: "metric.platform_cost",
}

/** One warning in the reader's language, else in the core's own words. */
export function writeWarning(view: View, words: string): Sentence {
  for (const [pattern, key] of SAYINGS) {
    const found = pattern.exec(words)
    if (!found) continue
    const { count, metrics, kinds, code = "", day = "" } = found.groups ?? {}
    const list = (text: string | undefined, name: (word: string) => string) =>
      (text ?? "").split(", ").map(name).join(", ")
    return {
      text: view.t(key, {
        count: Number(count ?? 0),
        metrics: list(metrics, (word) => nameOf(view, "metric", word)),
        kinds: list(kinds, (word) => (Object.hasOwn(KINDS, word) ? view.t(KINDS[word] as Key) : word)),
        code,
        day: view.format.day(day),
      }),
    }
  }
  return { text: words, lang: "en" }
}

/** Warnings, each in a line of its own; `kind` is the class of the line. */
export function Warnings({
  view,
  warnings,
  kind = "quiet",
}: {
  view: View
  warnings: readonly string[]
  kind?: string
}): Markup {
  return (
    <>
      {warnings.map((words) => {
        const { text, lang } = writeWarning(view, words)
        return (
          <p class={kind} lang={lang}>
            {text}
          </p>
        )
      })}
    </>
  )
}
