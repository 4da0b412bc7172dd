import type { Key } from "../language.js"
import type { Markup } from "../page.js"
import { sitePath, type View } from "../view.js"

/** A page's address below its site, and its name. */
export type Tab = readonly [path: string, name: Key]

/** Pages that belong together; `at` is the address of the one that is shown. */
export function Tabs({ view, name, tabs, at }: { view: View; name: Key; tabs: readonly Tab[]; at: string }): Markup {
  const { t } = view
  return (
    <nav class="noprint" aria-label={t(name)}>
      <ul class="segments">
        {tabs.map(([path, title]) => (
          <li>
            <a href={sitePath(view, path)} aria-current={path === at ? "page" : undefined}>
              {t(title)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
