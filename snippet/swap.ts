// Find, replace, restore: only the data of texts and the values of attributes are written.
import type { PageAnswer, Swap } from "../shared/contract.js"
import { emit } from "./events.js"
import { options, site } from "./options.js"
import { beat } from "./visit.js"
import { observe } from "./watch.js"

/** What was written, back to what the page had: numbers are restored by their text, so in clones and snapshots too. */
const origin: Record<string, string> = {}
/** Writes to each node within a second: a page that insists on its own text gets its way, and no fight can freeze it. */
const flips = new Map<Node, number>()
/** Blocks whose text waits for a framework. */
const waiting = new Set<Node>()
/** What the site chose itself; by default elements that no page has: those with the name of its id. */
const chosen = options.target || site
const run: Node[] = []
let last = ""
/** All swaps of this page, the outdated ones before the present ones: those lead a number back to the page's own. */
export const swaps: Swap[] = []
/** Whatever this does not find has none of the numbers. It comes with the first answer: nothing is read before. */
export let find: RegExp
/** What the script knows of pages comes with the answer: see `RULES` in server/core/number/match.ts. */
let rules = {} as PageAnswer["rules"]

/** The block that an inline node belongs to: all the text in which its number may go on. */
export const blockOf = (node: Node): Node =>
  (node as Element).closest?.(rules.blocks) || (node.parentNode && blockOf(node.parentNode)) || node

/**
 * Whether a node may not be written, or not yet. Frameworks compare the server's text with their own when they take over a page,
 * and throw both away when they differ: so text inside their roots waits. React leaves a key on each element that it has compared,
 * Vue and Preact one on the root when all is done; two seconds after loading nobody is expected any more.
 */
const isHeld = (node: Node) => {
  const owner = (node as Attr).ownerElement
  const element = owner || node.parentElement
  const root = !owner && element?.closest(rules.roots)
  const block = blockOf(node)
  return (
    element &&
    ((element.closest(rules.kept) && !element.closest(chosen)) ||
      (root &&
        !Object.keys(element)[0] &&
        !/_v|__k/.test(Object.keys(root) as unknown as string) &&
        Date.now() - 2e3 < (performance.timing.loadEventEnd || 1 / 0) &&
        (waiting.has(block) ||
          (waiting.add(block) &&
            setTimeout(() => {
              waiting.delete(block)
              swap(block)
            }, 9)))))
  )
}

/** Writes the numbers into a run of texts or into one attribute; a `tel:` address gets E.164. */
const put = (nodes: Node[], dial?: string, text = nodes.map((node) => node.nodeValue).join("\0")) => {
  if (find.test(text) && !nodes.some(isHeld)) {
    for (const { display, intl, number, match, digits } of swaps)
      text = text.replace(RegExp(match, "gi"), (found, abroad, body) => {
        let index = 0
        const page = origin[dial + found]
        const shown = (
          !number
            ? page || found
            : page
              ? found
              : dial
                ? number
                : body
                  ? found.slice(0, -body.length) +
                    body.replace(
                      /[\d０-９]/g,
                      (digit: string) => ((digits as string[])[+(digit > "9")] as string)[index++] as string,
                    )
                  : (abroad ? intl : display) + found.replace(/[^\0]/g, "")
        ) as string
        if (number) {
          // It was there before any was written or told: the page prints a number of ours itself.
          if (!last && !page && shown === found) beat("own", { number })
          origin[dial + shown] = page || found
        }
        return shown
      })
    text.split("\0").forEach((value, index) => {
      const node = nodes[index] as Node
      if (node.nodeValue !== value) {
        flips.size || setTimeout(() => flips.clear(), 1e3)
        flips.set(node, -~(flips.get(node) as number))
        if ((flips.get(node) as number) < 7 && flips.size < 9e3) node.nodeValue = value
      }
    })
  }
}

const flush = () => put(run.splice(0))

const read = (node: Node) => {
  try {
    // A comment has no `matches`, and nothing to read either.
    const block = (node as Element).matches?.(rules.blocks)
    if (block) flush()
    if ((node as Text).splitText) run.push(node)
    else if (!block || find.test(node.textContent as string)) node.childNodes.forEach(read)
    if (block) flush()
  } catch {}
}

/** Writes the numbers into the attributes of one element, and into its shadow root where the tag asks for it. */
export const label = (element: Element) => {
  // Of a form whose fields are called `matches` or `attributes` there is nothing to be had: it is left alone.
  try {
    const root = options.shadow && element.shadowRoot
    if (root) {
      observe(root)
      swap(root)
    }
    for (const attribute of element.attributes) {
      const [kind, dial, value, own] = unescape(`${attribute.name}=${attribute.value}`).match(rules.label) as string[]
      const node = own ? element.firstChild : attribute
      if (node && (kind || element.matches(chosen))) put([node], dial, own || value)
    }
  } catch {}
}

/** The same for `root` and all below it. */
export const labelAll = (root: Node) => {
  for (const selector of [options.shadow || chosen, ...swaps.flatMap((one) => one.labelled)])
    try {
      ;(root as Element).querySelectorAll?.(selector).forEach(label)
      ;(root as Element).matches?.(selector) && label(root as Element)
    } catch {}
}

/** Swaps the numbers in the texts of `root`: without one it is not walked, one look at all its text is enough. */
export const swapText = (root: Node) => {
  if (find?.test(root.textContent as string)) {
    read(root)
    flush()
  }
}

/** Swaps all numbers below `root`. Twice is as good as once. */
export const swap = (root: Node = document) => {
  labelAll(root)
  swapText((root as Document).documentElement || root)
}

/** Takes an answer's swaps: what other numbers were written before is restored first. */
export const take = ({ swaps: next, rules: told = rules }: Partial<PageAnswer> & Pick<PageAnswer, "swaps">) => {
  const numbers = `${next.map((one) => one.number)}`
  if (last !== numbers) {
    rules = told
    swaps.map((one) => (one.number = null))
    swaps.push(...next)
    find = RegExp(swaps.map((one) => one.find).join("|"))
    swap()
    last = numbers
    emit("swap", next)
  }
}
