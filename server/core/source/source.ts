import { sql } from "drizzle-orm"
import { sources } from "../schema/schema.js"
import { type Db, prepareOnce, remember, type Site } from "../store/db.js"
import { Recent } from "../store/recent.js"

/** A row of the dictionary of sources; '' stands for none. */
export type SourceRow = typeof sources.$inferSelect

/** What a source is made of; null stands for none. */
export interface SourceParts {
  readonly channel: string
  readonly ga4_channel: string
  readonly source: string
  readonly medium: string
  readonly campaign: string | null
  readonly term: string | null
  readonly content: string | null
}

const statements = prepareOnce((db: Db) => {
  const value = (name: keyof SourceParts) => sql.placeholder(name)
  return {
    find: db
      .select({ id: sources.id })
      .from(sources)
      .where(
        sql`source = ${value("source")} and medium = ${value("medium")} and campaign = ${value("campaign")} and term = ${value("term")} and content = ${value("content")} and channel = ${value("channel")} and ga4_channel = ${value("ga4_channel")}`,
      )
      .prepare(),
    add: db
      .insert(sources)
      .values({
        id: value("id" as keyof SourceParts),
        channel: value("channel"),
        ga4_channel: value("ga4_channel"),
        source: value("source"),
        medium: value("medium"),
        campaign: value("campaign"),
        term: value("term"),
        content: value("content"),
      })
      .prepare(),
  }
})

/** Sources whose rows are remembered between changes of the configuration: those of a busy day. */
const REMEMBERED = 2000

/** The dictionary's row for a source, added when it is new: a visit keeps a number instead of seven texts. */
export function internSource(site: Site, parts: SourceParts): number {
  const known = remember(site, "sources", () => new Recent<string, number>(REMEMBERED))
  const { channel, ga4_channel, source, medium, campaign, term, content } = parts
  const key = [channel, ga4_channel, source, medium, campaign, term, content].join("\0")
  let id = known.get(key)
  if (id === undefined) {
    id = findOrAdd(site, parts)
    known.set(key, id)
  }
  return id
}

function findOrAdd(site: Site, parts: SourceParts): number {
  const row = {
    channel: parts.channel,
    ga4_channel: parts.ga4_channel,
    source: parts.source,
    medium: parts.medium,
    campaign: parts.campaign ?? "",
    term: parts.term ?? "",
    content: parts.content ?? "",
  }
  const { find, add } = statements(site)
  const known = find.all(row)[0]
  if (known) return known.id
  const id = site.newId()
  add.run({ ...row, id })
  return id
}
