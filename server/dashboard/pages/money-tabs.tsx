import type { Key } from "../language.js"
import type { Markup } from "../page.js"
import { sitePath, type View } from "../view.js"

const TABS: readonly (readonly [path: string, name: Key])[] = [
  ["/money", "money.costs"],
  ["/money/import", "money.import"],
  ["/targets", "targets.title"],
  ["/campaigns", "campaigns.title"],
]

/** The pages of what goes out and what was planned. */
export function MoneyTabs({ view, at }: { view: View; at: string }): Markup {
  const { t } = view
  return (
    <nav class="noprint" aria-label={t("nav.money")}>
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
