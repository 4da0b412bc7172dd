import { readBrand } from "../core/site/brand.js"
import { findSession, isStale, touchSession } from "../core/site/session.js"
import type { DirectoryHandle } from "../http/host.js"
import type { SignedIn } from "./host.js"

/** Who holds the token with this hash, and the installation's looks; undefined when the session does not hold. */
export async function findSignedIn(directory: DirectoryHandle, hash: string): Promise<SignedIn | undefined> {
  const found = directory.read((opened) => {
    const session = findSession(opened, hash)
    return session && { session, brand: readBrand(opened), stale: isStale(session, opened.now) }
  })
  if (found?.stale) await directory.write((opened) => touchSession(opened, hash))
  return found && { session: found.session, brand: found.brand }
}
