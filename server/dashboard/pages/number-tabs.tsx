import type { Markup } from "../page.js"
import type { View } from "../view.js"
import { type Tab, Tabs } from "./tabs.js"

const TABS: readonly Tab[] = [
  ["/numbers", "nav.numbers"],
  ["/numbers/rules", "rules.title"],
  ["/numbers/flow", "flow.title"],
]

/** The pages of numbers, of who sees which, and of where their calls go. */
export function NumberTabs({ view, at }: { view: View; at: string }): Markup {
  return <Tabs view={view} name="nav.numbers" tabs={TABS} at={at} />
}
