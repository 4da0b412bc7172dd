import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { DIRECTORY_MIGRATIONS } from "../../migrations/index.js"
import { addSignInLink } from "../core/site/session.js"
import { newToken } from "../core/store/id.js"
import { BadConfig, readConfig } from "./config.js"
import { openDatabase } from "./database.js"

/**
 * Prints a link that signs an administrator in, once. Whoever may read the data folder may come in; the server may be
 * running: SQLite lets two processes write one after the other.
 */
export function login(environment: Readonly<Record<string, string | undefined>>, now: number): string {
  const { dataDir, publicUrl, port } = readConfig(environment)
  const file = join(dataDir, "directory.db")
  if (!existsSync(file))
    throw new BadConfig(`there is no data in ${dataDir}: start the server once, or set DATA_DIR to its folder`)
  const { sqlite, db } = openDatabase(file, DIRECTORY_MIGRATIONS, now)
  try {
    sqlite.pragma("busy_timeout = 5000")
    const token = newToken()
    const hash = createHash("sha256").update(token).digest("hex")
    addSignInLink({ db, now }, hash, { role: "admin", site: null, name: "administrator" })
    return `${publicUrl ?? `http://localhost:${port}`}/app/link?token=${token}`
  } finally {
    sqlite.close()
  }
}
