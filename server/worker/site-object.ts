import { DurableObject } from "cloudflare:workers"
import { digest, script } from "ringtrail:assets"
import { Hono } from "hono"
import { SITE_MIGRATIONS } from "../../migrations/index.js"
import type { SiteAnswer } from "../../shared/contract.js"
import { demoSettings, seedDemo } from "../core/demo.js"
import { type Glance, glance } from "../core/glance.js"
import { answerQuestion } from "../core/question.js"
import { settle } from "../core/report/rollup.js"
import { findScope, type Scope } from "../core/site/key.js"
import { createSite, describeSite, findSettings } from "../core/site/settings.js"
import { createMoments, type Moments } from "../core/store/clock.js"
import type { Db, Settled, Site } from "../core/store/db.js"
import { newSecret } from "../core/store/id.js"
import { migrate, schemaVersion } from "../core/store/migrate.js"
import { SWEEP_MS, sweep } from "../core/sweep.js"
import { createSiteDashboard } from "../dashboard/app.js"
import { mountSite } from "../http/app.js"
import { sha256 } from "../http/auth.js"
import { mountDemo } from "../http/demo.js"
import type { SiteHandle, SiteHost } from "../http/host.js"
import { handleErrors } from "../http/route.js"
import { readClient } from "./client.js"
import { type Config, readConfig } from "./config.js"
import { dashboardAssets } from "./dashboard-assets.js"
import type { Env } from "./env.js"
import { fetchPage } from "./fetch-page.js"
import { logToConsole } from "./log.js"
import { migrateExisting, openStorage } from "./storage.js"

/** An alarm sums that many times: well within its seconds of processor time, and more than a large site's ten minutes bring. */
const PIECES = 40
/** Where more is left, the next alarm comes so soon: a hundred times as long as the pieces took, in which page views wait for none. */
const LEFT_MS = 30_000

/**
 * One site: its database and the same app that Node runs over its files. The object is the only writer, its transactions
 * are synchronous, and its output gate holds every answer until the write behind it is durable.
 */
export class SiteObject extends DurableObject<Env> {
  readonly #db: Db
  readonly #config: Config
  readonly #app: Hono
  #moments: Moments | undefined
  readonly #memory = new Map<string, unknown>()
  #armed = false
  /** When this instance kept house last; the alarms in between sum alone. */
  #sweptAt = 0

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#config = readConfig(env)
    this.#db = openStorage(this.storage(ctx))
    migrateExisting(ctx.storage, this.#db, SITE_MIGRATIONS, this.clock())
    this.#app = new Hono()
    ctx.blockConcurrencyWhile(async () => {
      const host = this.#createHost(await sha256(this.#config.adminKey))
      handleErrors(this.#app, host)
      if (this.#config.demo) mountDemo(this.#app, host)
      mountSite(this.#app, host)
      this.#app.route(
        "/",
        createSiteDashboard({
          ...host,
          assets: dashboardAssets,
          script: { text: script, digest, path: this.#config.scriptPath },
          findSession: (hash) => env.DIRECTORY.getByName("directory").signedIn(hash),
          readBrand: () => env.DIRECTORY.getByName("directory").brand(),
          fetchPage,
          send: async (request) => this.#app.fetch(request),
          // An open connection would keep the object awake, and its owner paying.
          streams: false,
        }),
      )
    })
  }

  override fetch(request: Request): Response | Promise<Response> {
    return this.#app.fetch(request)
  }

  /** Creates the site in this object; called again (a retry) it changes nothing. */
  create({ created_at, ...settings }: SiteAnswer): void {
    this.ctx.storage.transactionSync(() => {
      migrate(this.#db, SITE_MIGRATIONS, this.clock())
      createSite({ db: this.#db }, { ...settings, created_at: Date.parse(created_at) })
    })
  }

  /** Creates and fills the demo site; answers its settings. */
  createDemo(): SiteAnswer {
    const settings = describeSite(demoSettings(new URL(this.#config.publicUrl).hostname, this.clock()))
    this.create(settings)
    this.#memory.clear()
    this.ctx.storage.transactionSync(() => seedDemo(this.#site(), newSecret() + newSecret() + newSecret()))
    return settings
  }

  /** What the key with this hash may do here; undefined for a stranger's, and where there is no site. */
  scopeOf(hash: string): Scope | undefined {
    return this.#exists() ? findScope({ db: this.#db }, hash) : undefined
  }

  /** How the site is doing; undefined where there is none. */
  glance(): Glance | undefined {
    return this.#exists() ? glance(this.#site()) : undefined
  }

  override async alarm(): Promise<void> {
    this.#armed = false
    this.#memory.clear()
    if (!this.#exists()) return
    if (this.clock() - this.#sweptAt >= SWEEP_MS / 2) {
      this.ctx.storage.transactionSync(() => sweep(this.#site()))
      this.#sweptAt = this.clock()
    }
    for (let piece = 0; piece < PIECES; piece++) {
      if (this.ctx.storage.transactionSync(() => settle(this.#site())) === 0) return
      // Page views that wait come between.
      await scheduler.wait(1)
    }
    this.#armed = true
    await this.ctx.storage.setAlarm(Date.now() + LEFT_MS)
  }

  /** The time, ms. */
  protected clock(): number {
    return Date.now()
  }

  /** The storage that the database is opened on. */
  protected storage(ctx: DurableObjectState): DurableObjectStorage {
    return ctx.storage
  }

  #site(): Site {
    this.#moments ??= createMoments(this.#db, () => this.clock())
    const moments = this.#moments
    const now = moments.now()
    return { db: this.#db, now, newId: () => moments.newId(now) }
  }

  #exists(): boolean {
    return schemaVersion(this.#db) > 0 && findSettings({ db: this.#db }) !== undefined
  }

  #createHost(adminHash: string): SiteHost {
    const memory = this.#memory
    const handle: SiteHandle = {
      read: (look) => look(this.#site()),
      write: async <T>(work: (site: Site) => Settled<T>) => {
        // One transaction at a time, and none of them of traffic: what it reads next is what this one left.
        memory.clear()
        const result = this.ctx.storage.transactionSync(() => work(this.#site()))
        this.#arm()
        return result
      },
      ask: async (question) => answerQuestion(this.#site(), question),
      writeTraffic: async <T>(work: (site: Site) => Settled<T>) => {
        try {
          const result = this.ctx.storage.transactionSync(() => work({ ...this.#site(), memory }))
          this.#arm()
          return result
        } catch (error) {
          // What was taken back must not be remembered.
          memory.clear()
          throw error
        }
      },
    }
    let known: string | undefined
    const idOf = () => (known ??= this.#exists() ? findSettings({ db: this.#db })?.id : undefined)
    return {
      publicUrl: this.#config.publicUrl,
      isAdmin: (hash) => hash === adminHash,
      readClient,
      now: () => this.clock(),
      fetch: (request) => fetch(request),
      log: logToConsole,
      openSite: async (id) => (idOf() === id ? handle : undefined),
      announce: (id, settings) => this.env.DIRECTORY.getByName("directory").announce(id, settings),
      eraseSite: async () => {
        known = undefined
        this.#moments = undefined
        this.#memory.clear()
        await this.ctx.storage.deleteAlarm()
        await this.ctx.storage.deleteAll()
      },
    }
  }

  /** Something was written: sweep in a while. An idle site is not woken. */
  #arm(): void {
    if (this.#armed) return
    this.#armed = true
    const { storage } = this.ctx
    this.ctx.waitUntil(
      storage.getAlarm().then(async (at) => {
        if (at === null) await storage.setAlarm(Date.now() + SWEEP_MS)
      }),
    )
  }
}
