import { and, desc, eq, lt, type SQL, sql } from "drizzle-orm"
import type { RequestAnswer, RequestsQuery } from "../../../shared/contract-call.js"
import { requests } from "../schema/schema.js"
import { decodeCursor, type Page, pageOf } from "../store/cursor.js"
import { type Db, placeholdersOf, prepareOnce, type Site } from "../store/db.js"
import { decodeId, encodeId, timeOfId } from "../store/id.js"
import { notFound } from "../store/refusal.js"

/** A carrier's request as it is kept. */
export type RequestRow = typeof requests.$inferSelect

const statements = prepareOnce((db: Db) => ({
  add: db.insert(requests).values(placeholdersOf(requests)).prepare(),
  purge: db
    .delete(requests)
    .where(sql`id <= (select id from requests order by id desc limit 1 offset ${sql.placeholder("keep")})`)
    .prepare(),
}))

/** Keeps a request that its carrier signed, and forgets the oldest ones over `keep`. */
export function keepRequest(site: Site, row: Omit<RequestRow, "id">, keep: number): void {
  const { add, purge } = statements(site)
  if (keep > 0) add.run({ ...row, id: site.newId() })
  purge.run({ keep })
}

/** The requests of a carrier that are kept, latest first. */
export function listRequests(
  site: Site,
  carrier: string,
  { limit, cursor, unread }: RequestsQuery,
): Page<RequestAnswer> {
  const where: SQL[] = [eq(requests.carrier, carrier)]
  if (unread !== undefined) where.push(eq(requests.events, 0))
  if (cursor !== undefined) where.push(lt(requests.id, decodeCursor(cursor, 1)[0] ?? 0))
  const rows = site.db
    .select()
    .from(requests)
    .where(and(...where))
    .orderBy(desc(requests.id))
    .limit(limit + 1)
    .all()
  return pageOf(rows, limit, ({ id }) => [id], describeRequest)
}

/** The kept request with this public id; refuses for any other. */
export function findRequest(site: Site, id: string): RequestRow {
  const key = decodeId("request", id)
  const row = key && site.db.select().from(requests).where(eq(requests.id, key.id)).all()[0]
  if (!row) throw notFound("request")
  return row
}

/** Notes how many events could be read out of a request when it was read again. */
export function noteEvents(site: Site, id: number, events: number): void {
  site.db.update(requests).set({ events }).where(eq(requests.id, id)).run()
}

function describeRequest({ id, whole, masked, ...row }: RequestRow): RequestAnswer {
  return {
    ...row,
    id: encodeId("request", id),
    received_at: new Date(timeOfId(id)).toISOString(),
    replayable: whole && !masked,
  }
}
