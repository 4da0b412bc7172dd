import Database from "better-sqlite3"
import { Refusal } from "../core/store/refusal.js"

/** Another process holds the database's lock. */
export function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith("SQLITE_BUSY") || codeOf(error).startsWith("SQLITE_LOCKED")
}

/** A database that cannot be written or read right now is no fault of the request: refused as `unavailable`, to come again. */
export function toRefusal(error: unknown): unknown {
  if (isBusy(error)) return new Refusal("unavailable", "the database is locked by another process")
  const code = codeOf(error)
  if (code.startsWith("SQLITE_FULL")) return new Refusal("unavailable", "the disk is full")
  if (code.startsWith("SQLITE_READONLY")) return new Refusal("unavailable", "the database cannot be written")
  if (code.startsWith("SQLITE_IOERR") || code.startsWith("SQLITE_CANTOPEN"))
    return new Refusal("unavailable", "the disk does not answer as it should")
  if (code.startsWith("SQLITE_CORRUPT") || code.startsWith("SQLITE_NOTADB"))
    return new Refusal("unavailable", "the database file is damaged")
  return error
}

function codeOf(error: unknown): string {
  const source = error instanceof Error && error.cause instanceof Database.SqliteError ? error.cause : error
  return source instanceof Database.SqliteError ? source.code : ""
}
