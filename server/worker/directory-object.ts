import { DurableObject } from "cloudflare:workers"
import { Hono } from "hono"
import { DIRECTORY_MIGRATIONS } from "../../migrations/index.js"
import type { SiteAnswer } from "../../shared/contract.js"
import { type Brand, readBrand } from "../core/site/brand.js"
import { type Directory, findListed, listSite, unlistSite } from "../core/site/directory.js"
import { forgetSite } from "../core/site/session.js"
import type { Db } from "../core/store/db.js"
import { migrate } from "../core/store/migrate.js"
import { createDirectoryDashboard } from "../dashboard/app.js"
import type { SignedIn } from "../dashboard/host.js"
import { findSignedIn } from "../dashboard/signed-in.js"
import { mountDirectory } from "../http/app.js"
import { sha256 } from "../http/auth.js"
import type { DirectoryHandle, DirectoryHost } from "../http/host.js"
import { handleErrors } from "../http/route.js"
import { readClient } from "./client.js"
import { readConfig } from "./config.js"
import { dashboardAssets } from "./dashboard-assets.js"
import type { Env } from "./env.js"
import { logToConsole } from "./log.js"
import { openStorage } from "./storage.js"

/** The list of all sites: one object, off the path of every visit and call. */
export class DirectoryObject extends DurableObject<Env> {
  readonly #db: Db
  readonly #handle: DirectoryHandle
  #app: Hono | undefined

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    const { publicUrl, adminKey } = readConfig(env)
    this.#db = openStorage(ctx.storage)
    ctx.storage.transactionSync(() => migrate(this.#db, DIRECTORY_MIGRATIONS, Date.now()))
    const directory = (): Directory => ({ db: this.#db, now: Date.now() })
    this.#handle = {
      read: (look) => look(directory()),
      write: async (work) => ctx.storage.transactionSync(() => work(directory())),
    }
    ctx.blockConcurrencyWhile(async () => {
      const adminHash = await sha256(adminKey)
      const host: DirectoryHost = {
        publicUrl,
        isAdmin: (hash) => hash === adminHash,
        readClient,
        now: Date.now,
        log: logToConsole,
        directory: this.#handle,
        createSite: async (settings) => {
          await env.SITES.getByName(settings.id).create(settings)
        },
      }
      this.#app = new Hono()
      handleErrors(this.#app, host)
      mountDirectory(this.#app, host)
      this.#app.route(
        "/",
        createDirectoryDashboard({
          ...host,
          assets: dashboardAssets,
          findKey: async (site, hash) => env.SITES.getByName(site).scopeOf(hash),
          glance: async (site) => env.SITES.getByName(site).glance(),
        }),
      )
    })
  }

  override fetch(request: Request): Response | Promise<Response> {
    return this.#app?.fetch(request) ?? new Response(null, { status: 503 })
  }

  /** A site's settings as they are now; null: the site is gone. */
  announce(id: string, settings: SiteAnswer | null): void {
    const directory = { db: this.#db, now: Date.now() }
    if (settings) listSite(directory, settings)
    else {
      unlistSite(directory, id)
      forgetSite(directory, id)
    }
  }

  /** Who holds the token with this hash, and how the installation looks. */
  signedIn(hash: string): Promise<SignedIn | undefined> {
    return findSignedIn(this.#handle, hash)
  }

  /** How the installation looks. */
  brand(): Brand {
    return readBrand({ db: this.#db })
  }

  /** Whether a site is on the list. */
  lists(id: string): boolean {
    return findListed({ db: this.#db }, id) !== undefined
  }
}
