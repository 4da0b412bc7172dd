import { constants, getPriority, setPriority } from "node:os"
import { parentPort } from "node:worker_threads"
import Database from "better-sqlite3"
import { drizzle } from "drizzle-orm/better-sqlite3"
import { answerQuestion } from "../core/question.js"
import * as schema from "../core/schema/schema.js"
import type { Db } from "../core/store/db.js"
import { Refusal } from "../core/store/refusal.js"
import type { Asked, Reply } from "./questions.js"
import { toRefusal } from "./sqlite-error.js"

// The thread that answers questions: it opens the sites' files for reading alone, so it can neither spoil nor hold up anything.

/** Steps that reports stand below the rest of the process: of a processor that both want, they get a tenth (sched(7)). */
const NICENESS = 10
/** Files kept open, the ones asked last. */
const OPEN_FILES = 20
const CACHE_KIB = 32_768

interface Open {
  readonly sqlite: Database.Database
  readonly db: Db
}

const files = new Map<string, Open>()

function openFile(file: string): Open {
  const known = files.get(file)
  files.delete(file)
  const open = known ?? connect(file)
  files.set(file, open)
  for (const [name, { sqlite }] of files) {
    if (files.size <= OPEN_FILES) break
    sqlite.close()
    files.delete(name)
  }
  return open
}

function connect(file: string): Open {
  const sqlite = new Database(file, { readonly: true, fileMustExist: true, timeout: 2000 })
  sqlite.pragma(`cache_size = -${CACHE_KIB}`)
  sqlite.pragma("temp_store = MEMORY")
  return { sqlite, db: drizzle({ client: sqlite, schema }) as unknown as Db }
}

function reply({ file, now, question }: Asked): Reply["outcome"] {
  try {
    const { sqlite, db } = openFile(file)
    const site = { db, now, newId: () => Number.NaN }
    // One snapshot: rows and totals are of the same moment, whatever is committed meanwhile.
    return { answer: sqlite.transaction(() => answerQuestion(site, question))() }
  } catch (thrown) {
    const error = toRefusal(thrown)
    if (error instanceof Refusal) return { refusal: { code: error.code, detail: error.detail, errors: error.errors } }
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

/** On Linux a thread has a priority of its own; elsewhere it would be the whole process's. */
function standBack(): void {
  if (process.platform !== "linux") return
  try {
    setPriority(Math.min(constants.priority.PRIORITY_LOW, getPriority() + NICENESS))
  } catch {
    // Where the system lets nobody choose, reports are made all the same.
  }
}

standBack()
parentPort?.on("message", (asked: Asked | { readonly forget: string }) => {
  if ("forget" in asked) {
    files.get(asked.forget)?.sqlite.close()
    files.delete(asked.forget)
  } else parentPort?.postMessage({ id: asked.id, outcome: reply(asked) } satisfies Reply)
})
