import { join } from "node:path"
import Database from "better-sqlite3"

/** Another process uses this data folder. */
export class FolderInUse extends Error {
  constructor(folder: string) {
    super(`another Ringtrail process is using the data folder ${folder}: stop it, or set DATA_DIR to another folder`)
  }
}

/**
 * Takes a data folder for this process alone, until the function returned is called or the process ends in whatever way:
 * the lock is SQLite's own on a small file, which the operating system drops with the process, so a kill -9 leaves no
 * stale lock behind as a file with a process number in it would.
 */
export function lockFolder(folder: string): () => void {
  const lock = new Database(join(folder, "ringtrail.lock"), { timeout: 0 })
  try {
    lock.pragma("journal_mode = DELETE")
    lock.exec("begin exclusive")
  } catch (error) {
    lock.close()
    if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")) throw new FolderInUse(folder)
    throw error
  }
  return () => lock.close()
}
