import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { describeSwap, RULES } from "../../server/core/number/match.js"
import { buildFormScript, buildScript } from "../../snippet/build.js"

/** What the lab's server was asked on the script's behalf. */
export interface Asked {
  path: string
  body: Record<string, unknown>
}

/** A pair of numbers of the lab: what the page prints and what is lent instead. */
export interface Lent {
  target: string
  number: string | null
  country: string
}

/** What the lab is about to answer a POST: at once, or when `until` is fulfilled. */
export interface Reply {
  status: number
  type: string
  text: string
  until?: Promise<unknown>
}

/** A server of pages, of the real script and of answers made by the real `describeSwap`. */
export interface Lab {
  url: string
  /** HTML by path; `{script}` is replaced by the script tag. */
  pages: Map<string, string>
  /** What a visit is answered. */
  lent: Lent[]
  asked: Asked[]
  /** The site of the pages from now on; what older pages still say is not heard. */
  site: string
  /** Answers a visit instead of the default; for faults. */
  fault: ((reply: Reply) => void) | undefined
  /** Headers of every page. */
  headers: Record<string, string>
  /** Keeps every answer back from now on, until the function that it returns is called. */
  hold(): () => void
  close(): Promise<void>
}

/** Starts a lab on a free port. */
export async function openLab(): Promise<Lab> {
  const [{ code }, form] = await Promise.all([buildScript(), buildFormScript()])
  const server = createServer(async (request, response) => {
    const path = (request.url ?? "/").replace(/\?.*/, "")
    if (request.method === "POST") {
      const body = JSON.parse(await read(request))
      if (!path.startsWith("/v1/") || path.includes(`/${lab.site}/`)) lab.asked.push({ path, body })
      const reply: Reply = { status: 200, type: "application/json", text: JSON.stringify(answer(path)) }
      lab.fault?.(reply)
      await reply.until
      response.writeHead(reply.status, { "content-type": reply.type, "access-control-allow-origin": "*" })
      response.end(reply.text)
      return
    }
    if (path.endsWith(".js")) {
      response.writeHead(200, {
        "content-type": "text/javascript; charset=utf-8",
        "access-control-allow-origin": "*",
        "cache-control": "max-age=600",
      })
      response.end(path === "/dni.js" ? code : path === "/form.js" ? form.code : lab.pages.get(path))
      return
    }
    if (path === "/favicon.ico") {
      response.writeHead(204)
      response.end()
      return
    }
    const page = lab.pages.get(path)
    response.writeHead(page === undefined ? 404 : 200, { "content-type": "text/html; charset=utf-8", ...lab.headers })
    response.end(page?.replaceAll("{script}", tag()).replaceAll("{site}", lab.site))
  })
  const answer = (path: string) =>
    path.endsWith("/visits")
      ? {
          visitor: "vsr_1",
          visit: "vis_1",
          beat_s: 30,
          rules: RULES,
          swaps: lab.lent.map((one) => ({
            target: one.target,
            number: one.number,
            lease: "lea_1",
            ...describeSwap(one),
          })),
        }
      : {}
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  const lab: Lab = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pages: new Map(),
    lent: [],
    asked: [],
    site: "site_lab",
    fault: undefined,
    headers: {},
    hold() {
      let release = () => {}
      const until = new Promise<void>((resolve) => {
        release = resolve
      })
      lab.fault = (reply) => {
        reply.until = until
      }
      return () => {
        lab.fault = undefined
        release()
      }
    },
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
  return lab
}

async function read(request: IncomingMessage): Promise<string> {
  let text = ""
  for await (const chunk of request) text += chunk
  return text
}

/** The lab's usual pair of numbers. */
export const PAIR: Lent = { target: "+12125550123", number: "+16465550198", country: "US" }
/** The script tag, with more attributes when a test needs them. */
export const tag = (attributes = "") =>
  `<script async src="/dni.js" data-site="{site}"${attributes && ` ${attributes}`}></script>`
