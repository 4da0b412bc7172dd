import { and, eq, sql } from "drizzle-orm"
import type { CodeAnswer, CodeFields } from "../../../shared/contract-rules.js"
import { sourceFromFields } from "../../../shared/source.js"
import { codes, sources } from "../schema/schema.js"
import { internSource } from "../source/source.js"
import type { Site } from "../store/db.js"
import { decodeId, encodeId } from "../store/id.js"
import { notFound, Refusal } from "../store/refusal.js"
import { findNumber } from "./number.js"

const CODES = 5000

/** Ties a key or a code to a source, on one number or on all; refuses one that is taken there. */
export function createCode(site: Site, fields: CodeFields): CodeAnswer {
  const number_id = fields.number ? findNumber(site, fields.number).id : null
  const taken = site.db
    .select({ id: codes.id })
    .from(codes)
    .where(and(eq(codes.code, fields.code), sql`${codes.number_id} is ${number_id}`))
    .all()
  if (taken.length > 0) throw new Refusal("conflict", `${fields.code} stands for a source already: delete it first`)
  const count = site.db.select({ count: sql<number>`count(*)` }).from(codes).all()[0]?.count ?? 0
  if (count >= CODES) throw new Refusal("conflict", `a site has at most ${CODES} codes`)
  const row = {
    id: site.newId(),
    kind: fields.kind,
    code: fields.code,
    number_id,
    source_id: internSource(site, sourceFromFields(fields.source)),
  }
  site.db.insert(codes).values(row).run()
  const [answer] = select(site, row.id)
  if (!answer) throw notFound("code")
  return answer
}

/** All codes, oldest first. */
export function listCodes(site: Site): CodeAnswer[] {
  return select(site)
}

/** Calls that were led back by it keep their answers. */
export function deleteCode(site: Site, id: string): void {
  const key = decodeId("code", id)
  const gone = key ? site.db.delete(codes).where(eq(codes.id, key.id)).returning({ id: codes.id }).all() : []
  if (gone.length === 0) throw notFound("code")
}

function select(site: Site, id?: number): CodeAnswer[] {
  return site.db
    .select({ code: codes, source: sources })
    .from(codes)
    .innerJoin(sources, eq(sources.id, codes.source_id))
    .where(id === undefined ? undefined : eq(codes.id, id))
    .orderBy(codes.id)
    .all()
    .map(({ code, source }) => ({
      id: encodeId("code", code.id),
      kind: code.kind,
      code: code.code,
      number: code.number_id === null ? null : encodeId("num", code.number_id),
      source: {
        channel: source.channel,
        source: source.source,
        medium: source.medium,
        campaign: source.campaign || null,
        term: source.term || null,
        content: source.content || null,
      },
    }))
}
