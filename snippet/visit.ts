// The visit: what is told to the server, and what is remembered in the browser.
import type { PageAnswer } from "../shared/contract.js"
import { emit, on } from "./events.js"
import { options, site, src } from "./options.js"
import { take } from "./swap.js"
import { page, referrer } from "./watch.js"

let mode = options.consent || "full"
/** The newest answer, this page's or an earlier one's. */
export let known = {} as PageAnswer & { at: number }
let timer: number | undefined
/** Where the visitor is remembered; an object in memory when the browser forbids storage. */
let memory: Record<string, string> = {}

const post = (path: string, body: object, done: (reply: Response) => unknown): unknown =>
  mode !== "none" &&
  fetch(new URL(`${options.api || `v1/sites/${site}`}/${path}`, src), {
    method: "POST",
    body: JSON.stringify(body),
    credentials: "omit",
    keepalive: true,
  })
    .then(done)
    .catch((error) => emit("error", error))

/**
 * Tells the server what happened in the visit: at the first answer when there is none yet. Where the visit has ended or lost
 * its number meanwhile, the page asks anew.
 */
export const beat = (kind: string, more?: object): unknown =>
  known.visit
    ? post("beats", { visit: known.visit, kind, ...more }, (reply) => reply.status === 205 && view())
    : more && on("ready", () => beat(kind, more), { once: true })

/** A cookie of the page, where the visitor allows it; none in a sandboxed frame, where reading throws. */
const cookie = (name: string) => {
  try {
    if (mode === "full") return (document.cookie.match(`\\b${name}=([^;]+)`) as string[])[1]
  } catch {}
}

/** The visitor's id in a cookie that subdomains share. */
const bake = (id: unknown, age: number) =>
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Safari before 18.4 and in plain HTTP.
  (document.cookie = `${site}=${id};domain=${options.domain};path=/;max-age=${age}`)

/** Records a page view and takes the numbers of the answer; too late an answer is kept for the next page. */
export const view = () => {
  const at = Date.now()
  post(
    "visits",
    {
      visitor: cookie(site) || known.visitor,
      url: page,
      ids: { ga: cookie("_ga"), ym: cookie("_ym_uid"), fbp: cookie("_fbp"), fbc: cookie("_fbc") },
      consent: mode,
      referrer,
      visit: known.visit,
    },
    async (reply) => {
      const answer = await reply.json()
      if (!answer.swaps || mode === "none") throw answer
      answer.at = at
      known = answer
      if (Date.now() - at < 1500) take(answer)
      timer ||= setInterval(() => document.hidden || beat("beat"), answer.beat_s * 1e3)
      emit("ready", answer)
      if (mode === "full") {
        bake(answer.visitor, 3e7)
        memory[site] = JSON.stringify(answer)
      }
    },
  )
}

/** The page was hidden, or is seen: for the first time, or again. */
export const look = () => (document.hidden ? beat("hide") : timer ? beat("beat") : view())

/** Changes what the visitor allows: `none` ends the lease, forgets the visitor and restores the page's numbers. */
export const consent = (next: string) => {
  if (next !== mode) {
    if (next === "none") {
      beat("end")
      known = { swaps: [] as PageAnswer["swaps"] } as typeof known
      take(known)
    }
    cookie(site) && bake("", 0)
    delete memory[site]
    mode = next
    view()
  }
}

/** Shows the numbers of an earlier page while this one's are asked for. */
export const recall = () => {
  try {
    memory = localStorage
    const old = mode === "full" && JSON.parse(memory[site] as string)
    if (Date.now() - old.at < 18e5) take(old)
    known = old
  } catch {}
}
