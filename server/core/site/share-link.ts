import { and, desc, eq, sql } from "drizzle-orm"
import { shareLinks } from "../schema/schema.js"
import type { Site } from "../store/db.js"
import { decodeId, encodeId } from "../store/id.js"
import { notFound, Refusal } from "../store/refusal.js"

/** Links that a site may have: each is somebody's, and somebody must remember whose. */
const LINKS = 200

/** A link to one report, as its site lists it; never the link itself. */
export interface ShareLink {
  readonly id: string
  readonly name: string
  readonly query: string
  readonly created_at: number
  readonly expires_at: number | null
}

/** Keeps a link to a report as the hash of its token; `expires_at` ms, or null: until it is revoked. */
export function addShareLink(
  site: Site,
  hash: string,
  { name, query, expires_at }: { name: string; query: string; expires_at: number | null },
): void {
  const count = site.db.select({ count: sql<number>`count(*)` }).from(shareLinks).all()[0]?.count ?? 0
  if (count >= LINKS) throw new Refusal("conflict", `a site has at most ${LINKS} links: revoke some first`)
  site.db.insert(shareLinks).values({ id: site.newId(), hash, name, query, created_at: site.now, expires_at }).run()
}

/** The report behind the token with this hash; undefined when the link was revoked, has expired or never was. */
export function findShareLink(site: Site, hash: string): { name: string; query: string } | undefined {
  return site.db
    .select({ name: shareLinks.name, query: shareLinks.query })
    .from(shareLinks)
    .where(
      and(eq(shareLinks.hash, hash), sql`(${shareLinks.expires_at} is null or ${shareLinks.expires_at} > ${site.now})`),
    )
    .all()[0]
}

/** The site's links, newest first. */
export function listShareLinks(site: Site): ShareLink[] {
  return site.db
    .select()
    .from(shareLinks)
    .orderBy(desc(shareLinks.id))
    .all()
    .map(({ id, hash: _, ...link }) => ({ ...link, id: encodeId("link", id) }))
}

/** Takes a link's power away at once. */
export function revokeShareLink(site: Site, id: string): void {
  const key = decodeId("link", id)
  const gone = key
    ? site.db.delete(shareLinks).where(eq(shareLinks.id, key.id)).returning({ id: shareLinks.id }).all()
    : []
  if (gone.length === 0) throw notFound("link")
}
