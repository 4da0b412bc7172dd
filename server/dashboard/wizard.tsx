import type { Key } from "./language.js"
import type { Markup } from "./page.js"
import { sitePath, type View } from "./view.js"

const STEPS: readonly (readonly [path: string, name: Key])[] = [
  ["/settings", "wizard.site"],
  ["/setup/numbers", "wizard.numbers"],
  ["/setup/carrier", "wizard.carrier"],
  ["/setup", "wizard.tag"],
  ["/setup/check", "wizard.check"],
  ["/setup/test", "wizard.test"],
]

/** Where the wizard stands; the steps of a site that exists lead to their pages. */
export function Steps({ view, at }: { view: View; at: number }): Markup {
  const { t, site } = view
  return (
    <ol class="steps" aria-label={t("wizard.steps")}>
      {STEPS.map(([path, name], index) => (
        <li aria-current={index === at ? "step" : undefined}>
          {site && index !== at ? <a href={sitePath(view, path)}>{t(name)}</a> : t(name)}
        </li>
      ))}
    </ol>
  )
}

/** What a person wrote as a list: one a line, or between commas and semicolons. */
export function splitList(text: string): string[] {
  return text
    .split(/[\n,;，、；]+/)
    .map((part) => part.trim())
    .filter((part) => part !== "")
}
