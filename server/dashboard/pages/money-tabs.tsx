import type { Markup } from "../page.js"
import type { View } from "../view.js"
import { type Tab, Tabs } from "./tabs.js"

const TABS: readonly Tab[] = [
  ["/money", "money.costs"],
  ["/money/import", "money.import"],
  ["/targets", "targets.title"],
  ["/campaigns", "campaigns.title"],
]

/** The pages of what goes out and what was planned. */
export function MoneyTabs({ view, at }: { view: View; at: string }): Markup {
  return <Tabs view={view} name="nav.money" tabs={TABS} at={at} />
}
