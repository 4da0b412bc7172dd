// Late content and single-page navigation: the observer sees every change of the page, its own included, and only what differs
// is written.
import { blockOf, find, label, labelAll, swapText } from "./swap.js"
import { known, view } from "./visit.js"

/** Only marketing parameters leave the browser: others carry names and e-mail addresses. */
const clean = (href: string) =>
  href.replace(
    /#.*|([?&])(?!((utm|gad)_\w+|\w*(cl(ic)?k?|bra|srslt|fat_|[mr]\w+_c|scc|_v)id|gclsrc|igsh\w*|epik|_openstat|tblci|dicbo)=)[^&#]*/gi,
    "$1",
  )

/** The address of the page and where the visitor came from, as they were on arrival, even if consent comes later. */
export let page = clean(location.href)
export let referrer = clean(document.referrer)

const observer = new MutationObserver((records) => {
  const blocks = new Set<Node>()
  const next = clean(location.href)
  // Of the three types of record only "childList" is that short; a changed text or attribute is the target itself.
  for (const { type, target, addedNodes } of records)
    for (const node of type[9] ? [target] : addedNodes)
      if (find && node.parentNode) {
        blocks.add(blockOf(node))
        // A text has no labels, but the element around it may have a number of its own to show in its place (rule SN12).
        ;(node as Text).splitText ? label(node.parentNode as Element) : labelAll(node)
      }
  blocks.forEach(swapText)
  if (known.visit && page !== next) {
    referrer = page
    page = next
    view()
  }
})

/** Keeps a tree swapped from now on. */
export const observe = (root: Node) =>
  observer.observe(root, {
    attributeFilter: ["href", "aria-label", "title"],
    childList: true,
    subtree: true,
    characterData: true,
  })
