import { createHash, randomBytes } from "node:crypto"
import { accessSync, constants, mkdirSync } from "node:fs"
import type { IncomingMessage, Server } from "node:http"
import { join } from "node:path"
import { serve } from "@hono/node-server"
import { Hono } from "hono"
import { compress } from "hono/compress"
import { DIRECTORY_MIGRATIONS } from "../../migrations/index.js"
import { DEMO_SITE, demoSettings, seedDemo } from "../core/demo.js"
import { glance } from "../core/glance.js"
import { readBrand } from "../core/site/brand.js"
import {
  addAdminHash,
  type Directory,
  hasSites,
  listAdminHashes,
  listSite,
  unlistSite,
} from "../core/site/directory.js"
import { findScope } from "../core/site/key.js"
import { addSetupLink, forgetSite, isSetUp } from "../core/site/session.js"
import { describeSite } from "../core/site/settings.js"
import { newKey, newToken } from "../core/store/id.js"
import { schemaVersion } from "../core/store/migrate.js"
import { SWEEP_MS } from "../core/sweep.js"
import { createDirectoryDashboard, createSiteDashboard, mountDashboardAssets } from "../dashboard/app.js"
import type { DashboardAssets } from "../dashboard/host.js"
import { findSignedIn } from "../dashboard/signed-in.js"
import { readAlias } from "../http/alias.js"
import { mountDirectory, mountSite } from "../http/app.js"
import { mountDemo } from "../http/demo.js"
import type { DirectoryHandle, DirectoryHost, Log, SiteHost } from "../http/host.js"
import { type Assets, mountPublic } from "../http/public.js"
import { handleErrors } from "../http/route.js"
import { clientReader, notePeer } from "./client.js"
import { CommitQueue } from "./commit-queue.js"
import type { Config } from "./config.js"
import { type OpenDatabase, openDatabase } from "./database.js"
import { fetchPage } from "./fetch-page.js"
import { lockFolder } from "./lock.js"
import { Questions } from "./questions.js"
import { Sites } from "./sites.js"
import { toRefusal } from "./sqlite-error.js"

/** How long a stop waits for requests that are under way, ms. */
const STOP_MS = 9000
/** Slow senders of headers and bodies are cut off, ms. */
const HEADERS_MS = 10_000
const REQUEST_MS = 30_000
const CONNECTIONS = 10_000

export interface ServerOptions {
  readonly config: Config
  readonly assets: Assets & { readonly dashboard: DashboardAssets }
  readonly version: string
  readonly log: Log
  /** The time, ms; `Date.now` but in tests. */
  readonly clock?: () => number
  /** The program of the thread that makes reports (question-thread.ts); without it they are made between requests. */
  readonly questions?: URL
  /** How requests go out; the global `fetch` but in tests. */
  readonly fetch?: (request: Request) => Promise<Response>
  /** false: no commit waits for the disk. For data that can be made again (the demo's), and nothing else. */
  readonly durable?: boolean
}

/** A running server. */
export interface RunningServer {
  readonly url: string
  readonly publicUrl: string
  /** The admin key, when this start made it: it is kept as its hash alone. */
  readonly newAdminKey: string | undefined
  readonly demo: boolean
  /** Where to set the dashboard up, once; undefined when that was done. */
  readonly setupUrl: string | undefined
  /** Sweeps the sites that are open, as the timer does: housekeeping once, then sums until nothing is left or enough is done. */
  sweep(): Promise<void>
  /** Stops taking requests, finishes those under way (10 s at most), commits, closes. */
  stop(): Promise<void>
}

/** The data folder cannot be used. */
export class BadFolder extends Error {}

/** The port cannot be used. */
export class BadPort extends Error {}

/** Opens the data folder and serves it. Refuses a folder that another process holds or that cannot be written. */
export async function startServer({
  config,
  assets,
  version,
  log,
  clock = Date.now,
  questions: program,
  fetch = (request) => globalThis.fetch(request),
  durable = true,
}: ServerOptions): Promise<RunningServer> {
  openFolder(config.dataDir)
  const unlock = lockFolder(config.dataDir)
  const database = openDatabase(join(config.dataDir, "directory.db"), DIRECTORY_MIGRATIONS, clock(), { durable })
  const questions = program && new Questions(program)
  const sites = new Sites(config.dataDir, clock, { questions, durable })
  const directory = openDirectory(database, clock)
  const close = () => {
    sites.close()
    directory.queue.flush()
    database.sqlite.close()
    unlock()
  }
  try {
    const newAdminKey = await makeAdminKey(config, directory.handle)
    const app = new Hono()
    // The port is taken first, because the public URL may hang on it; requests before the routes are there find nothing.
    const { server, port } = await listen((sent, env) => {
      const request = readAlias(sent, config.scriptPath)
      const { remoteAddress } = (env as { incoming: IncomingMessage }).incoming.socket
      if (remoteAddress !== undefined) notePeer(request, remoteAddress)
      return app.fetch(request, env)
    }, config.port)
    const url = `http://localhost:${port}`
    const publicUrl = config.publicUrl ?? url
    const { siteHost, directoryHost } = createHosts({
      config,
      sites,
      directory: directory.handle,
      publicUrl,
      log,
      clock,
      fetch,
    })
    await seedOnce(sites, directory.handle, new URL(publicUrl).hostname, clock)
    handleErrors(app, siteHost)
    mountPublic(app, assets)
    app.get("/readyz", async (c) =>
      c.json({ status: "ready", version, schema: await checkWritable(directory.handle) }, 200, {
        "cache-control": "no-store",
      }),
    )
    app.get("/", (c) => c.redirect("/app"))
    mountDemo(app, siteHost)
    mountDirectory(app, directoryHost)
    mountSite(app, siteHost)
    app.use("/app/*", compress())
    app.use("/app", compress())
    mountDashboardAssets(app, assets.dashboard)
    app.route(
      "/",
      createSiteDashboard({
        ...siteHost,
        assets: assets.dashboard,
        script: { text: assets.script, digest: assets.scriptDigest, path: config.scriptPath },
        findSession: (hash) => findSignedIn(directory.handle, hash),
        readBrand: async () => directory.handle.read(readBrand),
        fetchPage: (address) => fetchPage(address),
        send: async (request) => app.fetch(request),
        streams: true,
      }),
    )
    app.route(
      "/",
      createDirectoryDashboard({
        ...directoryHost,
        assets: assets.dashboard,
        findKey: async (id, hash) => sites.find(id)?.read((site) => findScope(site, hash)),
        glance: async (id) => sites.find(id)?.read(glance),
      }),
    )
    const timer = setInterval(
      () => sites.sweep().catch((error: unknown) => log("error", "the sweep failed", { error: String(error) })),
      SWEEP_MS,
    )
    timer.unref()
    const demo = sites.find(DEMO_SITE) !== undefined
    const setupUrl = await makeSetupUrl(directory.handle, publicUrl)
    return {
      url,
      publicUrl,
      newAdminKey,
      demo,
      setupUrl,
      sweep: () => sites.sweep(),
      stop: async () => {
        clearInterval(timer)
        await stopListening(server)
        await questions?.close()
        close()
      },
    }
  } catch (error) {
    close()
    throw error
  }
}

function openFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK | constants.R_OK)
  } catch {
    throw new BadFolder(
      `the data folder ${folder} cannot be written: make it writable for this user, or set DATA_DIR to another folder`,
    )
  }
}

function openDirectory({ sqlite, db }: OpenDatabase, clock: () => number) {
  const queue = new CommitQueue(sqlite)
  const directory = (): Directory => ({ db, now: clock() })
  const handle: DirectoryHandle = {
    read: (look) => {
      try {
        return look(directory())
      } catch (error) {
        throw toRefusal(error)
      }
    },
    write: (work) => queue.write(() => work(directory())),
  }
  return { handle, queue }
}

/** Without ADMIN_KEY the first start makes a key; it can be shown by that start alone. */
async function makeAdminKey({ adminKey }: Config, directory: DirectoryHandle): Promise<string | undefined> {
  if (adminKey !== undefined || directory.read(listAdminHashes).length > 0) return undefined
  const key = newKey("admin")
  await directory.write((opened) => addAdminHash(opened, hash(key)))
  return key
}

/** Until somebody signed in, every start makes a link that lets one person in as administrator. */
async function makeSetupUrl(directory: DirectoryHandle, publicUrl: string): Promise<string | undefined> {
  if (directory.read(isSetUp)) return undefined
  const token = newToken()
  await directory.write((opened) => addSetupLink(opened, hash(token)))
  return `${publicUrl}/app/link?token=${token}`
}

interface Parts {
  readonly config: Config
  readonly sites: Sites
  readonly directory: DirectoryHandle
  readonly publicUrl: string
  readonly log: Log
  readonly clock: () => number
  readonly fetch: (request: Request) => Promise<Response>
}

function createHosts({ config, sites, directory, publicUrl, log, clock, fetch }: Parts): {
  siteHost: SiteHost
  directoryHost: DirectoryHost
} {
  const admins = new Set([
    ...(config.adminKey === undefined ? directory.read(listAdminHashes) : [hash(config.adminKey)]),
  ])
  const common = {
    publicUrl,
    isAdmin: (key: string) => admins.has(key),
    readClient: clientReader(config.trustProxy, log),
    now: clock,
    log,
  }
  return {
    siteHost: {
      ...common,
      openSite: async (id) => sites.find(id),
      announce: (id, settings) =>
        directory.write((opened) => {
          if (settings) return listSite(opened, settings)
          unlistSite(opened, id)
          forgetSite(opened, id)
        }),
      eraseSite: async (id) => sites.erase(id),
      fetch,
    },
    directoryHost: { ...common, directory, createSite: (settings) => sites.create(settings) },
  }
}

/** A new installation gets the demo site; one that has sites, or had the demo deleted beside others, does not. */
async function seedOnce(sites: Sites, directory: DirectoryHandle, host: string, clock: () => number): Promise<void> {
  if (directory.read(hasSites)) return
  const settings = describeSite(demoSettings(host, clock()))
  await sites.create(settings)
  await sites.find(DEMO_SITE)?.write((site) => seedDemo(site, randomBytes(16).toString("hex")))
  await directory.write((opened) => listSite(opened, settings))
}

/** The schema's version, after a write that proves the disk takes one. */
function checkWritable(directory: DirectoryHandle): Promise<number> {
  return directory.write(({ db }) => {
    db.run("create table if not exists _ready (at integer)")
    db.run("delete from _ready")
    db.run("insert into _ready values (0)")
    return schemaVersion(db)
  })
}

async function listen(
  fetch: (request: Request, env: unknown) => Response | Promise<Response>,
  port: number,
): Promise<{ server: Server; port: number }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, port }, (info) => resolve({ server, port: info.port })) as Server
    server.headersTimeout = HEADERS_MS
    server.requestTimeout = REQUEST_MS
    server.maxConnections = CONNECTIONS
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reason = error.code === "EADDRINUSE" ? "is in use by another program" : `cannot be used (${error.code})`
      reject(new BadPort(`port ${port} ${reason}: set PORT to another one`))
    })
  })
}

async function stopListening(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), STOP_MS)
    server.close(() => {
      clearTimeout(force)
      resolve()
    })
    server.closeIdleConnections()
  })
}

function hash(key: string): string {
  return createHash("sha256").update(key).digest("hex")
}
