import { on } from "./events.js"
import { src } from "./options.js"
import { swap, swaps } from "./swap.js"
import { beat, consent, look, recall } from "./visit.js"
import { observe } from "./watch.js"

declare const window: { ringtrail?: Api & { q?: [name: keyof Api, args: unknown[]][] } }
type Api = Record<string, (...args: never[]) => unknown>

const q = (window.ringtrail || { q: [] }).q
if (q) {
  const api: Api = {
    swap,
    number: (target?: string) => swaps.find((one) => (!target || target.match(one.find)) && one.number),
    beat,
    event: (name: string, fields: object) => beat("event", { name, fields }),
    consent,
    identify: (fields: object) => beat("identify", { fields }),
    on,
  }
  window.ringtrail = api
  observe(document)
  recall()
  on("consent", consent)
  addEventListener(
    "click",
    (event) =>
      (event.composedPath() as HTMLAnchorElement[]).map(
        ({ href }) => /^tel:/.test(href) && beat("tap", { number: href }),
      ),
    true,
  )
  addEventListener(
    "focusin",
    (event) =>
      (event.target as Element).closest("[data-dni-form]") && import(new URL("form.js", src) as unknown as string),
  )
  addEventListener("visibilitychange", look)
  document.hidden || look()
  for (const [name, args] of q) (api[name] as (...args: never[]) => unknown)(...(args as never[]))
} else console.warn("ringtrail twice")
