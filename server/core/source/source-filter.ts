import { eq, type SQL } from "drizzle-orm"
import { sources } from "../schema/schema.js"

/** The conditions of a query on the source of a visit or call; the query joins `sources`. */
export function sourceFilter(query: {
  channel?: string | undefined
  source?: string | undefined
  medium?: string | undefined
  campaign?: string | undefined
}): SQL[] {
  const where: SQL[] = []
  if (query.channel !== undefined) where.push(eq(sources.channel, query.channel))
  if (query.source !== undefined) where.push(eq(sources.source, query.source))
  if (query.medium !== undefined) where.push(eq(sources.medium, query.medium))
  if (query.campaign !== undefined) where.push(eq(sources.campaign, query.campaign))
  return where
}
