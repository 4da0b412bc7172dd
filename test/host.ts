import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import Database from "better-sqlite3"
import { convertV4MiniflareOptions, Miniflare } from "miniflare"
import { newKey } from "../server/core/store/id.js"
import type { Log } from "../server/http/host.js"
import { type RunningServer, startServer } from "../server/node/server.js"
import { Carriers } from "./carriers/market.js"

/** The two engines that every HTTP behaviour is proved on. */
export const ENGINES = ["node", "worker"] as const
export type Engine = (typeof ENGINES)[number]

/** The origin that carriers are told; requests reach the server at another one, as behind a proxy. */
export const PUBLIC_URL = "https://calls.example"
/** When tests begin: a moment without meaning. */
export const START = Date.UTC(2026, 10, 2, 10, 0, 0)
/** A browser's User-Agent. */
export const BROWSER =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"

export interface HostOptions {
  /** Where the server says it is; `PUBLIC_URL` unless a browser is to follow it. */
  readonly publicUrl?: string
  /** The real clock instead of one that the test moves. */
  readonly realTime?: boolean
  /** Node only: how many proxies stand before the server; none. */
  readonly trustProxy?: number
  /** Another address of the script. */
  readonly scriptPath?: string
  /** Node only: a folder that is there already and stays. */
  readonly dataDir?: string
  /** Who answers the server's own requests to the world; carriers that sell numbers, unless a test wants others. */
  readonly world?: (request: Request) => Promise<Response>
}

export interface ApiOptions {
  readonly key?: string | null
  readonly headers?: Record<string, string>
}

/** A server of one engine, with a clock that only the test moves. */
export interface Host {
  readonly engine: Engine
  readonly url: string
  readonly publicUrl: string
  readonly adminKey: string
  /** Lines of the log so far (Node). */
  readonly log: string[]
  /** Rows written by the site objects since the last call (worker). */
  rowsWritten(): Promise<number>
  now(): number
  advance(ms: number): Promise<void>
  setClock(now: number): Promise<void>
  /** A request with the admin key (or `key`; null for none); the body as JSON unless it is a string. */
  request(method: string, path: string, body?: unknown, options?: ApiOptions): Promise<Response>
  /** The same, its JSON answer; throws on any status but 2xx. */
  api<T = Record<string, unknown>>(method: string, path: string, body?: unknown, options?: ApiOptions): Promise<T>
  /** The server stops and starts again over the same data (worker: the site's object dies). */
  restart(site: string): Promise<void>
  /** The housekeeping that comes every some minutes, now. */
  sweep(site: string): Promise<void>
  /** ms until the site's next alarm; null: none is set (worker). */
  alarmIn(site: string): Promise<number | null>
  /** Rows of a site's own database, as they are stored. */
  look<T = Record<string, unknown>>(site: string, query: string): Promise<T[]>
  close(): Promise<void>
}

/** Starts the real server of an engine over an empty data folder. */
export async function startHost(engine: Engine, options: HostOptions = {}): Promise<Host> {
  const adminKey = newKey("admin")
  const clock = { now: options.realTime ? undefined : START }
  const backend =
    engine === "node" ? await startNode(adminKey, clock, options) : await startWorker(adminKey, clock, options)
  const { url } = backend
  const request: Host["request"] = async (method, path, body, { key = adminKey, headers = {} } = {}) => {
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body)
    const all = new Headers({
      "user-agent": BROWSER,
      // workerd closes a connection whose request it answered unread, and a restart closes all: none is used twice.
      connection: "close",
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...headers,
    })
    const answer = await fetch(url + path, {
      method,
      headers: all,
      body: (text as string | undefined) ?? null,
      redirect: "manual",
    })
    // Read to its end, whatever the test looks at: undici fails on an unread body whose connection closes.
    const bytes = await answer.arrayBuffer()
    return new Response(bytes.byteLength > 0 ? bytes : null, answer)
  }
  return {
    engine,
    url,
    publicUrl: options.publicUrl ?? PUBLIC_URL,
    adminKey,
    log: backend.log,
    rowsWritten: backend.rowsWritten,
    now: () => clock.now ?? Date.now(),
    setClock: async (now) => {
      clock.now = now
      await backend.clockMoved(now)
    },
    advance: async (ms) => {
      clock.now = (clock.now ?? Date.now()) + ms
      await backend.clockMoved(clock.now)
    },
    request,
    api: async <T>(method: string, path: string, body?: unknown, apiOptions?: ApiOptions) => {
      const response = await request(method, path, body, apiOptions)
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
      return (text === "" ? undefined : JSON.parse(text)) as T
    },
    restart: backend.restart,
    sweep: backend.sweep,
    alarmIn: backend.alarmIn,
    look: async <T>(site: string, query: string) => (await backend.look(site, query)) as T[],
    close: backend.close,
  }
}

interface Backend {
  url: string
  log: string[]
  rowsWritten(): Promise<number>
  clockMoved(now: number): Promise<void>
  restart(site: string): Promise<void>
  sweep(site: string): Promise<void>
  alarmIn(site: string): Promise<number | null>
  look(site: string, query: string): Promise<unknown[]>
  close(): Promise<void>
}

type Clock = { now: number | undefined }

async function startNode(
  adminKey: string,
  clock: Clock,
  {
    publicUrl = PUBLIC_URL,
    trustProxy = 0,
    scriptPath,
    dataDir,
    world = new Carriers({ anyone: true }).fetch,
  }: HostOptions,
): Promise<Backend> {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), "ringtrail-"))
  const lines: string[] = []
  const log: Log = (level, message, fields) => void lines.push(JSON.stringify({ level, message, ...fields }))
  const script = readFileSync("dist/dni.js", "utf8")
  const formScript = readFileSync("dist/form.js", "utf8")
  const assets = {
    script,
    formScript,
    scriptDigest: "0123456789abcdef",
    openapi: readFileSync("dist/openapi.json", "utf8"),
    dashboard: {
      style: readFileSync("dist/app.css", "utf8"),
      script: readFileSync("dist/app.js", "utf8"),
      chart: readFileSync("dist/chart.js", "utf8"),
      digest: "0123456789abcdef",
    },
  }
  const start = (port: number) =>
    startServer({
      config: { port, dataDir: folder, publicUrl, adminKey, trustProxy, scriptPath },
      assets,
      version: "0.0.0-test",
      log,
      clock: () => clock.now ?? Date.now(),
      fetch: world,
      questions: pathToFileURL("dist/question-thread.js"),
    })
  let server: RunningServer = await start(0)
  const url = server.url.replace("localhost", "127.0.0.1")
  return {
    url,
    log: lines,
    rowsWritten: async () => Number.NaN,
    clockMoved: async () => {},
    restart: async () => {
      await server.stop()
      server = await start(Number(new URL(url).port))
    },
    sweep: () => server.sweep(),
    alarmIn: async () => null,
    look: async (site, query) => {
      const sqlite = new Database(join(folder, "sites", `${site}.db`), { readonly: true })
      try {
        return sqlite.prepare(query).all()
      } finally {
        sqlite.close()
      }
    },
    close: async () => {
      await server.stop()
      if (dataDir === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startWorker(
  adminKey: string,
  clock: Clock,
  { publicUrl = PUBLIC_URL, scriptPath, world = new Carriers({ anyone: true }).fetch }: HostOptions,
): Promise<Backend> {
  const workerd = new Miniflare(
    convertV4MiniflareOptions({
      name: "ringtrail",
      modules: true,
      scriptPath: "dist/test-worker.js",
      compatibilityDate: "2026-08-01",
      // No place unless a test gives one: Miniflare's own is Austin, Texas, and Node knows none.
      cf: {},
      durableObjects: {
        SITES: { className: "SiteObject", useSQLite: true },
        DIRECTORY: { className: "DirectoryObject", useSQLite: true },
      },
      bindings: { PUBLIC_URL: publicUrl, ADMIN_KEY: adminKey, DEMO: "on", SCRIPT_PATH: scriptPath ?? "" },
      outboundService: async (request) => (await world(request as unknown as Request)) as never,
    }),
  )
  const url = (await workerd.ready).toString().replace(/\/$/, "")
  const ask = async (path: string) => {
    const answer = await fetch(`${url}/test/${path}`, { headers: { connection: "close" } })
    return answer.text()
  }
  const clockMoved = async (now: number) => void (await ask(`clock?now=${now}`))
  if (clock.now !== undefined) await clockMoved(clock.now)
  return {
    url,
    log: [],
    rowsWritten: async () => JSON.parse(await ask("rows")) as number,
    clockMoved,
    restart: async (site) => void (await ask(`die?site=${site}`)),
    alarmIn: async (site) => JSON.parse(await ask(`alarm?site=${site}`)) as number | null,
    sweep: async (site) => void (await ask(`sweep?site=${site}`)),
    look: async (site, query) => JSON.parse(await ask(`look?${new URLSearchParams({ site, query })}`)) as unknown[],
    close: () => workerd.dispose(),
  }
}
