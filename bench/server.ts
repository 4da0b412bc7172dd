import { readFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { serve } from "@hono/node-server"
import { Hono } from "hono"
import { answerQuestion } from "../server/core/question.js"
import type { SiteHandle, SiteHost } from "../server/http/host.js"
import { handleErrors, mountSiteRoutes, siteRoute } from "../server/http/route.js"
import { logToStderr } from "../server/node/log.js"
import { startServer } from "../server/node/server.js"
import { VisitAnswer, VisitRequest } from "../shared/contract.js"

// The server under load, in a process of its own; beside it, on another port, the same route that parses and validates the
// same body and answers a constant: what HTTP alone costs here.

const { DATA_DIR = "", ADMIN_KEY = "", QUESTIONS, FIRST_MOMENT } = process.env
/**
 * Time runs fifty thousand times faster here, so that a pool of a thousand numbers has free ones at twenty thousand visits a
 * second, as a pool in use has, and each lease ends another.
 */
const SPEED = Number(process.env.SPEED ?? 50_000)
const start = Date.now()
/** What the clock said at the start. */
const first = Number(FIRST_MOMENT ?? start)
const server = await startServer({
  config: {
    port: 0,
    dataDir: DATA_DIR,
    publicUrl: "https://calls.example",
    adminKey: ADMIN_KEY,
    trustProxy: 0,
    scriptPath: undefined,
  },
  assets: {
    script: readFileSync("dist/dni.js", "utf8"),
    formScript: readFileSync("dist/form.js", "utf8"),
    scriptDigest: "bench",
    openapi: "{}",
    dashboard: { style: "", script: "", chart: "", digest: "bench" },
  },
  version: "bench",
  log: logToStderr,
  clock: () => first + (Date.now() - start) * SPEED,
  ...(QUESTIONS === undefined ? {} : { questions: pathToFileURL(QUESTIONS) }),
})
const constant: VisitAnswer = JSON.parse(process.env.CONSTANT ?? "{}")
const route = siteRoute({
  method: "post",
  path: "/v1/sites/{site}/visits",
  summary: "A constant answer",
  access: "public",
  body: VisitRequest,
  answer: VisitAnswer,
  work: (_site, { request }) => ({ answer: constant, origin: request.headers.get("origin") }),
  reply: ({ answer, origin }) => ({
    status: 200,
    json: answer,
    headers: { vary: "Origin", "access-control-allow-origin": origin ?? "" },
  }),
})
const nothing = {} as never
const handle: SiteHandle = {
  read: (look) => look(nothing),
  write: async (work) => work(nothing),
  writeTraffic: async (work) => work(nothing),
  ask: async (question) => answerQuestion(nothing, question),
}
const host = { openSite: async () => handle, log: logToStderr } as unknown as SiteHost
const app = new Hono()
handleErrors(app, host)
mountSiteRoutes(app, [route], host)
serve({ fetch: app.fetch, port: 0 }, ({ port }) => {
  process.send?.({
    url: server.url.replace("localhost", "127.0.0.1"),
    constantUrl: `http://127.0.0.1:${port}`,
    start,
    speed: SPEED,
  })
})
process.on("message", (message) => {
  if (message === "sweep") return void sweepOn()
  process.send?.({ cpu: process.cpuUsage() })
})
/** Sweeps on and on. */
async function sweepOn(): Promise<void> {
  for (;;) {
    await server.sweep()
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
process.once("SIGTERM", () => server.stop().then(() => process.exit(0)))
