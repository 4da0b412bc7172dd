import type { Sqlite } from "./database.js"
import { isBusy, toRefusal } from "./sqlite-error.js"

/** How long a write waits for another process's lock before it is refused, ms. */
const PATIENCE_MS = 2000
const RETRY_MS = 25
/** Writes one transaction takes; the rest follow in the next. */
const BATCH = 256

interface Job {
  readonly work: () => unknown
  /** Whether the work may be undone and done once more before its answer. */
  repeatable: boolean
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * Group commit: writes that arrive together run in one transaction, and every answer waits for that one commit. A disk flush
 * costs the same for one write as for a hundred, so durability becomes cheap exactly when there is much to do. This is the
 * promise of a Durable Object's output gate: no answer before it is durable.
 *
 * A write that fails takes back itself alone: each runs in a savepoint of its own. But a savepoint copies every page that is
 * changed within it, an eighth of what a page view costs, and page views do not fail: a group of repeatable writes runs
 * without, and if one of them fails, the group is taken back and run again with them.
 */
export class CommitQueue {
  readonly #sqlite: Sqlite
  readonly #onUndo: () => void
  readonly #begin
  readonly #commit
  readonly #rollback
  readonly #savepoint
  readonly #release
  readonly #undo
  #jobs: Job[] = []
  #scheduled = false
  #waitingSince: number | undefined

  /** `onUndo` is told whenever work was taken back: nothing of what it read or made may be remembered. */
  constructor(sqlite: Sqlite, onUndo: () => void = () => {}) {
    this.#sqlite = sqlite
    this.#onUndo = onUndo
    this.#begin = sqlite.prepare("begin immediate")
    this.#commit = sqlite.prepare("commit")
    this.#rollback = sqlite.prepare("rollback")
    this.#savepoint = sqlite.prepare("savepoint job")
    this.#release = sqlite.prepare("release job")
    this.#undo = sqlite.prepare("rollback to job")
  }

  /** Whether writes are waiting. */
  get busy(): boolean {
    return this.#jobs.length > 0
  }

  /** Runs `work` in the next transaction; the promise is kept once that is on disk. Repeatable work may be run twice. */
  write<T>(work: () => T, { repeatable = false } = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push({ work, repeatable, resolve: resolve as (value: unknown) => void, reject })
      this.#schedule()
    })
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#gather(0)
  }

  /** Turns of the event loop go by as long as each brings more: what comes in while requests are read is one group. */
  #gather(before: number): void {
    setImmediate(() => {
      const waiting = this.#jobs.length
      if (waiting > before && waiting < BATCH) this.#gather(waiting)
      else this.flush()
    })
  }

  /** Commits what waits, now. */
  flush(): void {
    this.#scheduled = false
    const jobs = this.#jobs
    if (jobs.length === 0 || !this.#open(jobs)) return
    this.#jobs = jobs.slice(BATCH)
    const batch = jobs.slice(0, BATCH)
    const settle = this.#run(batch)
    if (!settle) {
      this.#jobs = [...batch, ...this.#jobs]
      this.flush()
      return
    }
    for (const tell of settle) tell()
    if (this.#jobs.length > 0) this.#schedule()
  }

  /** Begins the transaction; when another process holds the lock, tries again soon and gives up in the end. */
  #open(jobs: readonly Job[]): boolean {
    try {
      this.#begin.run()
      this.#waitingSince = undefined
      return true
    } catch (error) {
      this.#waitingSince ??= performance.now()
      const since = this.#waitingSince
      if (isBusy(error) && performance.now() - since < PATIENCE_MS) {
        this.#scheduled = true
        setTimeout(() => this.flush(), RETRY_MS)
        return false
      }
      this.#waitingSince = undefined
      this.#jobs = []
      for (const { reject } of jobs) reject(toRefusal(error))
      return false
    }
  }

  /** Runs a batch and commits it; answers how to tell each who waits, or undefined: run it again, each write by itself. */
  #run(batch: readonly Job[]): (() => void)[] | undefined {
    const together = batch.every(({ repeatable }) => repeatable)
    const settle: (() => void)[] = []
    try {
      for (const job of batch) settle.push(together ? this.#runBare(job) : this.#runApart(job))
      this.#commit.run()
      return settle
    } catch (error) {
      const open = this.#sqlite.inTransaction
      if (open) this.#rollback.run()
      this.#onUndo()
      if (together && open && settle.length < batch.length) {
        for (const job of batch) job.repeatable = false
        return undefined
      }
      // The transaction is lost, and with it what seemed done: nobody is told that it was.
      return batch.map(
        ({ reject }) =>
          () =>
            reject(toRefusal(error)),
      )
    }
  }

  #runBare({ work, resolve }: Job): () => void {
    const value = work()
    // What follows a transaction that rolled itself back would be committed statement by statement.
    if (!this.#sqlite.inTransaction) throw new Error("the transaction was rolled back")
    return () => resolve(value)
  }

  #runApart({ work, resolve, reject }: Job): () => void {
    this.#savepoint.run()
    try {
      const value = work()
      this.#release.run()
      return () => resolve(value)
    } catch (error) {
      // A full disk may roll the whole transaction back by itself (SQLite, "Response To Errors Within A Transaction").
      if (!this.#sqlite.inTransaction) throw error
      this.#undo.run()
      this.#release.run()
      this.#onUndo()
      return () => reject(toRefusal(error))
    }
  }
}
