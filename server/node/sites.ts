import { existsSync, mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { SITE_MIGRATIONS } from "../../migrations/index.js"
import type { SiteAnswer } from "../../shared/contract.js"
import { type AnswerTo, answerQuestion, type Question } from "../core/question.js"
import { settle } from "../core/report/rollup.js"
import { createSite, findSettings } from "../core/site/settings.js"
import { createMoments, type Moments } from "../core/store/clock.js"
import type { Settled, Site } from "../core/store/db.js"
import { SITE_ID } from "../core/store/id.js"
import { sweep } from "../core/sweep.js"
import type { SiteHandle } from "../http/host.js"
import { CommitQueue } from "./commit-queue.js"
import { type OpenDatabase, openDatabase } from "./database.js"
import type { Questions } from "./questions.js"
import { toRefusal } from "./sqlite-error.js"

/** Databases kept open; each costs three file handles and its cache. */
const OPEN_SITES = 200

/** A site is summed that many times, with rests, before the next one has its turn: some minutes. */
const PIECES = 500
const REST_MS = 40
const LONGEST_REST_MS = 1000
/** A piece holds everything up; with a hundred times as long a rest fewer than one lease in a hundred waits for one. */
const REST = 100
/** Where nothing was asked for that long, nobody is there to wait. */
const QUIET_MS = 10_000

/** How long summing rests after a piece that took so many ms, where the last request was so long ago, ms. */
export function restAfter(ms: number, quietMs: number): number {
  return quietMs >= QUIET_MS ? ms : Math.min(LONGEST_REST_MS, Math.max(REST_MS, REST * ms))
}

/** One site's file, open. */
class OpenSite implements SiteHandle {
  readonly #database: OpenDatabase
  readonly #moments: Moments
  readonly #memory = new Map<string, unknown>()
  readonly #questions: Questions | undefined
  readonly queue: CommitQueue

  constructor(database: OpenDatabase, clock: () => number, questions: Questions | undefined) {
    this.#database = database
    this.#questions = questions
    this.#moments = createMoments(database.db, clock)
    this.queue = new CommitQueue(database.sqlite, () => this.#memory.clear())
  }

  read<T>(look: (site: Site) => Settled<T>): T {
    try {
      return look(this.#site())
    } catch (error) {
      throw toRefusal(error)
    }
  }

  write<T>(work: (site: Site) => Settled<T>): Promise<T> {
    const forget = () => this.#memory.clear()
    // Before and after: traffic of the same group must not keep what a lost commit takes back.
    return this.queue
      .write<T>(() => {
        forget()
        return work(this.#site())
      })
      .finally(forget)
  }

  writeTraffic<T>(work: (site: Site) => Settled<T>): Promise<T> {
    return this.queue.write<T>(() => work(this.#traffic()), { repeatable: true })
  }

  async ask<Q extends Question>(question: Q): Promise<AnswerTo<Q>> {
    const { name } = this.#database.sqlite
    if (this.#questions) return this.#questions.ask(name, this.#moments.now(), question)
    return this.read((site) => answerQuestion(site, question) as Settled<AnswerTo<Q>>)
  }

  close(): void {
    this.queue.flush()
    this.#database.sqlite.close()
  }

  #traffic(): Site {
    const now = this.#moments.now()
    return { db: this.#database.db, now, newId: () => this.#moments.newId(now), memory: this.#memory }
  }

  #site(): Site {
    const now = this.#moments.now()
    return { db: this.#database.db, now, newId: () => this.#moments.newId(now) }
  }
}

/** The sites of a data folder, a file each, the ones used last kept open. */
export class Sites {
  readonly #folder: string
  readonly #clock: () => number
  readonly #questions: Questions | undefined
  readonly #durable: boolean
  readonly #pieces: number
  readonly #open = new Map<string, OpenSite>()
  #keeping = false
  #summing = false
  /** When a site was asked for last. */
  #askedAt = performance.now()

  constructor(
    dataDir: string,
    clock: () => number,
    options: { questions?: Questions | undefined; durable?: boolean; piecesAtATurn?: number } = {},
  ) {
    const { questions, durable = true, piecesAtATurn = PIECES } = options
    this.#questions = questions
    this.#pieces = piecesAtATurn
    this.#durable = durable
    this.#folder = join(dataDir, "sites")
    this.#clock = clock
    mkdirSync(this.#folder, { recursive: true })
  }

  /** The site's database; undefined where none was created. Never makes one. */
  find(id: string): OpenSite | undefined {
    this.#askedAt = performance.now()
    const known = this.#open.get(id)
    if (known) {
      this.#open.delete(id)
      this.#open.set(id, known)
      return known
    }
    if (!SITE_ID.test(id) || !existsSync(this.#fileOf(id))) return undefined
    const site = this.#openFile(id)
    return site.read((opened) => findSettings(opened) !== undefined) ? site : undefined
  }

  /** Makes the site's file and creates the site in it; where it is there already, it stays as it is. */
  async create({ created_at, ...settings }: SiteAnswer): Promise<void> {
    const site = this.#open.get(settings.id) ?? this.#openFile(settings.id)
    await site.write((opened) => void createSite(opened, { ...settings, created_at: Date.parse(created_at) }))
  }

  /** Deletes the site's file. */
  erase(id: string): void {
    this.#open.get(id)?.close()
    this.#open.delete(id)
    this.#questions?.forget(this.#fileOf(id))
    for (const suffix of ["", "-wal", "-shm"]) rmSync(this.#fileOf(id) + suffix, { force: true })
  }

  /**
   * Housekeeping in the sites that are open (the others are swept when they are used), then what reports count is summed, site
   * by site and round again, until nothing is left. Called again meanwhile it sees to the housekeeping alone. A site in which
   * it fails keeps no other waiting: what failed where is thrown in the end.
   */
  async sweep(): Promise<void> {
    const failed = new Map<string, unknown>()
    const attempt = async (id: string, work: Promise<unknown>) => {
      try {
        return (await work) === true
      } catch (error) {
        failed.set(id, error)
        return false
      }
    }
    if (this.#keeping) return
    this.#keeping = true
    for (const [id, site] of [...this.#open]) if (this.#open.get(id) === site) await attempt(id, site.write(sweep))
    this.#keeping = false
    if (!this.#summing) {
      this.#summing = true
      for (let isLeft = true; isLeft; ) {
        isLeft = false
        for (const [id, site] of [...this.#open]) isLeft = (await attempt(id, this.#sum(id, site))) || isLeft
      }
      this.#summing = false
    }
    if (failed.size > 0) throw new Error([...failed].map(([id, error]) => `${id}: ${String(error)}`).join("; "))
  }

  /** Sums what a site has, some minutes at most; answers whether anything is left. */
  async #sum(id: string, site: OpenSite): Promise<boolean> {
    for (let piece = 0; piece < this.#pieces; piece++) {
      if (this.#open.get(id) !== site) return false
      const [rows, ms] = await site.writeTraffic((opened) => {
        const begin = performance.now()
        return [settle(opened), performance.now() - begin] as const
      })
      if (rows === 0) return false
      await sleep(restAfter(ms, performance.now() - this.#askedAt), undefined, { ref: false })
    }
    return true
  }

  /** Commits what waits and closes every file. */
  close(): void {
    for (const site of this.#open.values()) site.close()
    this.#open.clear()
  }

  #openFile(id: string): OpenSite {
    try {
      const site = new OpenSite(
        openDatabase(this.#fileOf(id), SITE_MIGRATIONS, this.#clock(), { durable: this.#durable }),
        this.#clock,
        this.#questions,
      )
      this.#open.set(id, site)
      this.#closeOldest()
      return site
    } catch (error) {
      throw toRefusal(error)
    }
  }

  #closeOldest(): void {
    if (this.#open.size <= OPEN_SITES) return
    for (const [id, site] of this.#open) {
      if (site.queue.busy) continue
      this.#open.delete(id)
      site.close()
      return
    }
  }

  #fileOf(id: string): string {
    return join(this.#folder, `${id}.db`)
  }
}
