import { eq } from "drizzle-orm"
import { agents } from "../schema/schema.js"
import type { Site } from "../store/db.js"
import { decodeId } from "../store/id.js"
import { invalid } from "../store/refusal.js"

/** The row of an agent that a field of the input names; refuses any other. */
export function agentAt(site: Site, id: string, path: string): number {
  const key = decodeId("agent", id)
  const row = key && site.db.select({ id: agents.id }).from(agents).where(eq(agents.id, key.id)).all()[0]
  if (!row) throw invalid(path, "is no agent of this site")
  return row.id
}
