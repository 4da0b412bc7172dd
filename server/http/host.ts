import type { SiteAnswer } from "../../shared/contract.js"
import type { AnswerTo, Question } from "../core/question.js"
import type { Directory } from "../core/site/directory.js"
import type { Settled, Site } from "../core/store/db.js"
import type { Client } from "../core/visit/client.js"

// What the HTTP layer needs of the machine under it. Node and Workers each implement it; no route knows which.

/** One site's database. */
export interface SiteHandle {
  /** Looks, outside any transaction. */
  read<T>(look: (site: Site) => Settled<T>): T
  /** Works inside one transaction: all of it or, when it throws, none. The answer comes once it is durable. */
  write<T>(work: (site: Site) => Settled<T>): Promise<T>
  /**
   * The same for work that changes no configuration (page views, beats, carriers' events): it may remember what it reads of it.
   * It may be undone and run again before its answer, so it keeps nothing but in the database and in what it answers.
   */
  writeTraffic<T>(work: (site: Site) => Settled<T>): Promise<T>
  /** Answers what may take long, where the host can beside everything else. */
  ask<Q extends Question>(question: Q): Promise<AnswerTo<Q>>
}

/** The directory's database. */
export interface DirectoryHandle {
  read<T>(look: (directory: Directory) => Settled<T>): T
  write<T>(work: (directory: Directory) => Settled<T>): Promise<T>
}

/** What the routes of one site stand on. */
export interface SiteHost extends Common {
  /** The site's database; undefined where no such site was created. Never makes one. */
  openSite(id: string): Promise<SiteHandle | undefined>
  /** Tells the directory what the site's settings are now; null: the site is gone. */
  announce(id: string, settings: SiteAnswer | null): Promise<void>
  /** Erases a site with all its data, for good. */
  eraseSite(id: string): Promise<void>
  /** Sends a request to the world: to a carrier's API, as the site asks us to. */
  fetch(request: Request): Promise<Response>
}

/** What the routes over all sites stand on. */
export interface DirectoryHost extends Common {
  readonly directory: DirectoryHandle
  /** Makes a site's database and creates the site in it; called again (a retry) it changes nothing. */
  createSite(settings: SiteAnswer): Promise<void>
}

interface Common {
  /** Origin under which the world reaches this server, without a slash at the end: carriers sign it. */
  readonly publicUrl: string
  /** Whether this is the hash of a key that administers all sites. */
  isAdmin(hash: string): boolean
  /** Who sends a request, by its headers and by what the edge knows. */
  readClient(request: Request): Client
  /** The time, ms. */
  now(): number
  log: Log
}

/** One line of the log: never a key, never an unmasked phone number. */
export type Log = (level: "info" | "warn" | "error", message: string, fields?: Record<string, string | number>) => void
