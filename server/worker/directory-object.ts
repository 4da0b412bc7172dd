import { DurableObject } from "cloudflare:workers"
import type { Hono } from "hono"
import { DIRECTORY_MIGRATIONS } from "../../migrations/index.js"
import type { SiteAnswer } from "../../shared/contract.js"
import type { Db } from "../core/db.js"
import { type Directory, findListed, listSite, unlistSite } from "../core/directory.js"
import { migrate } from "../core/migrate.js"
import { createDirectoryApp } from "../http/app.js"
import { sha256 } from "../http/auth.js"
import { readClient } from "./client.js"
import { readConfig } from "./config.js"
import type { Env } from "./env.js"
import { logToConsole } from "./log.js"
import { openStorage } from "./storage.js"

/** The list of all sites: one object, off the path of every visit and call. */
export class DirectoryObject extends DurableObject<Env> {
  readonly #db: Db
  #app: Hono | undefined

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    const { publicUrl, adminKey } = readConfig(env)
    this.#db = openStorage(ctx.storage)
    ctx.storage.transactionSync(() => migrate(this.#db, DIRECTORY_MIGRATIONS, Date.now()))
    const directory = (): Directory => ({ db: this.#db, now: Date.now() })
    ctx.blockConcurrencyWhile(async () => {
      const adminHash = await sha256(adminKey)
      this.#app = createDirectoryApp({
        publicUrl,
        isAdmin: (hash) => hash === adminHash,
        readClient,
        now: Date.now,
        log: logToConsole,
        directory: {
          read: (look) => look(directory()),
          write: async (work) => ctx.storage.transactionSync(() => work(directory())),
        },
        createSite: async (settings) => {
          await env.SITES.getByName(settings.id).create(settings)
        },
      })
    })
  }

  override fetch(request: Request): Response | Promise<Response> {
    return this.#app?.fetch(request) ?? new Response(null, { status: 503 })
  }

  /** A site's settings as they are now; null: the site is gone. */
  announce(id: string, settings: SiteAnswer | null): void {
    const directory = { db: this.#db, now: Date.now() }
    if (settings) listSite(directory, settings)
    else unlistSite(directory, id)
  }

  /** Whether a site is on the list. */
  lists(id: string): boolean {
    return findListed({ db: this.#db }, id) !== undefined
  }
}
