import type { Key } from "../language.js"
import type { Markup } from "../page.js"
import { sitePath, type View } from "../view.js"

const TABS: readonly (readonly [path: string, name: Key])[] = [
  ["/numbers", "nav.numbers"],
  ["/numbers/rules", "rules.title"],
  ["/numbers/flow", "flow.title"],
]

/** The pages of numbers, of who sees which, and of where their calls go. */
export function NumberTabs({ view, at }: { view: View; at: string }): Markup {
  const { t } = view
  return (
    <nav class="noprint" aria-label={t("nav.numbers")}>
      <ul class="segments">
        {TABS.map(([path, name]) => (
          <li>
            <a href={sitePath(view, path)} aria-current={path === at ? "page" : undefined}>
              {t(name)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
